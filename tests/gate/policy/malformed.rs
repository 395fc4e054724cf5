//! Documents that are cut off, or of which some bytes are others: an error that names a place, or a policy; no panic.

use std::fs;

use proptest::prelude::*;
use tidegate::openapi::{Document, Finding, InvalidDocument, compile};

use super::super::support::shared;
use super::super::world;
use super::settings;
use super::yaml::BLOCK;

/// Whether reading the text came to anything but an error without a place.
fn has_an_answer(text: &str) -> Result<(), String> {
    match Document::parse(text) {
        Ok(document) => {
            let compiled = compile(&[document], &settings());
            // A path can itself be the empty text, below a server with a path; then the method tells that it is one. What
            // stands outside the paths is named by the message.
            let outside = [
                "servers",
                "security",
                "components",
                "info",
                "paths",
                "x-",
                "#/",
                "it stands elsewhere",
                "it has security, ",
                "the key ",
            ];
            let is_of_document =
                |error: &Finding| error.message.starts_with('"') && error.message.contains(" is not read: ");
            let is_outside =
                |error: &Finding| outside.iter().any(|place| error.message.starts_with(place)) || is_of_document(error);
            let has_place = |error: &Finding| !error.path.is_empty() || !error.method.is_empty() || is_outside(error);
            let placed = compiled.report.errors.iter().all(|error| has_place(error) && !error.message.is_empty());
            let told = compiled.policy.is_some() != compiled.report.errors.is_empty();
            if told || !placed { Err(format!("{:?}", compiled.report.errors)) } else { Ok(()) }
        }
        Err(InvalidDocument::Malformed(message)) => {
            let absent = ["it has neither openapi nor swagger", "it holds no document"];
            let is_whole = message.ends_with("stands where an OpenAPI document is expected");
            let is_absent = absent.iter().any(|what| message.starts_with(what));
            if message.contains("line ") || is_whole || is_absent { Ok(()) } else { Err(message) }
        }
        Err(InvalidDocument::Version(_)) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// A real document where it is there.
fn json() -> String {
    match shared("highlevel") {
        Some(directory) => fs::read_to_string(directory.join("openapi/emails.json")).unwrap(),
        None => world::document().to_string(),
    }
}

#[test]
fn every_beginning_of_a_document_has_an_answer() {
    let json = json();
    for text in [json.clone(), format!("--- {json}"), BLOCK.to_owned()] {
        let step = (text.len() / 300).max(1);
        for cut in (0..text.len()).step_by(step).filter(|cut| text.is_char_boundary(*cut)) {
            has_an_answer(&text[..cut]).unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        }
        assert!(Document::parse(&text).is_ok());
    }
}

#[test]
fn an_operation_with_an_empty_path_has_an_answer() {
    let text = BLOCK.replacen("  /boats:\n", "  \"\":\n", 1).replacen("[boats.write, on]", "[\"\\\"\"]", 1);
    has_an_answer(&text).unwrap();
    let report = compile(&[Document::parse(&text).unwrap()], &settings()).report;
    assert!(report.to_string().contains("Harbour, POST \"\""), "{report}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_have_an_answer(
        in_yaml in any::<bool>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = if in_yaml { BLOCK.as_bytes().to_vec() } else { world::document().to_string().into_bytes() };
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let outcome = has_an_answer(&String::from_utf8_lossy(&bytes));
        prop_assert!(outcome.is_ok(), "{outcome:?}");
    }

    #[test]
    fn lines_that_change_places_have_an_answer(
        from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), indent in 0_usize..6,
    ) {
        let mut lines: Vec<String> = BLOCK.lines().map(str::to_owned).collect();
        let line = lines.remove(from.index(lines.len()));
        let to = to.index(lines.len());
        lines.insert(to, format!("{}{}", " ".repeat(indent), line.trim_start()));
        let outcome = has_an_answer(&lines.join("\n"));
        prop_assert!(outcome.is_ok(), "{outcome:?}");
    }
}
