//! `tidegate audit verify`: the chain of an export, line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use tidegate::events::{Chain, InvalidChain, Kind, canonical};
use tidegate::request::{NotUtf8, into_utf8};

use crate::exit::Failure;
use crate::output::Output;

/// What every export in JSON Lines begins with.
const BEGINNING: &[u8] = br#"{"export":"#;
/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// `verify`
#[derive(Args)]
pub struct Verify {
    /// An export in JSON Lines, as tidegate audit export writes it
    file: PathBuf,
    /// A chain value that was noted earlier: it must be in the file, or be where the file begins
    #[arg(long, value_name = "VALUE", value_parser = chain)]
    anchor: Option<Chain>,
}

/// What an export without a change has.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Verified {
    /// How many events there are.
    events: u64,
    /// How many of them the chain does not cover: a release without a chain wrote them.
    uncovered: u64,
    /// The chain value before the first event.
    begins: String,
    /// That of the last one. Note it: with `--anchor`, a later export is checked against it.
    ends: String,
}

/// Where in the export it is, and what came before.
struct Reader {
    /// The chain's value so far.
    chain: Chain,
    /// The number of the last event.
    seq: u64,
    events: u64,
    uncovered: u64,
    /// Events without a value, since the last one that has one.
    waiting: u64,
    /// The chain value that was asked for, until it is found.
    anchor: Option<Chain>,
}

impl Verify {
    /// Checks the file; its end is told.
    pub fn run(self, output: Output) -> Result<(), Failure> {
        let file = File::open(&self.file).map_err(|error| Failure::file(&self.file, error))?;
        let verified = verify(BufReader::new(file), self.anchor)?;
        let Verified { events, uncovered, begins, ends } = &verified;
        let mut text = format!("{events} events, none of them changed\n");
        if *uncovered > 0 {
            text.push_str(&format!("not covered by the chain, since a release without one wrote them: {uncovered}\n"));
        }
        text.push_str(&format!("begins behind: {begins}\nends with:     {ends}\n"));
        output.print(&verified, &text)
    }
}

fn verify(mut file: impl BufRead, anchor: Option<Chain>) -> Result<Verified, Failure> {
    let mut line = Vec::new();
    let head = next(&mut file, &mut line, 1)?.ok_or_else(|| Failure::Input("the file is empty".to_owned()))?;
    let head = read(head, 1)?;
    let export = head.get("export").unwrap_or(&Value::Null);
    if export.get("verifiable") != Some(&Value::Bool(true)) {
        let why = match export.get("reason").and_then(Value::as_str) {
            Some("filtered") => "events are left out of it",
            Some("places") => "it has events of some places only",
            _ => "it does not say that it can be",
        };
        return Err(Failure::Input(format!("this export cannot be verified: {why}")));
    }
    let (begins, last) = (end(export, "anchor")?, end(export, "last")?);
    let mut reader = Reader {
        chain: begins.1,
        seq: begins.0,
        events: 0,
        uncovered: 0,
        waiting: 0,
        anchor: anchor.filter(|anchor| *anchor != begins.1),
    };
    let mut number = 2;
    while let Some(text) = next(&mut file, &mut line, number)? {
        reader.take(text, number)?;
        number += 1;
    }
    reader.end(begins.1, last)
}

impl Reader {
    fn take(&mut self, line: &str, number: u64) -> Result<(), Failure> {
        let mut event = read(line, number)?;
        let changed = |what: &str| Failure::Changed(format!("line {number}: {what}"));
        let seq = event.get("seq").and_then(Value::as_u64).ok_or_else(|| changed("it has no number"))?;
        if seq != self.seq.saturating_add(1) {
            return Err(changed(&format!("event {seq} follows event {}", self.seq)));
        }
        (self.seq, self.events) = (seq, self.events.saturating_add(1));
        let own = event.as_object_mut().and_then(|members| members.remove("chain"));
        let Some(own) = own else {
            (self.uncovered, self.waiting) = (self.uncovered.saturating_add(1), self.waiting.saturating_add(1));
            return Ok(());
        };
        let text = canonical(&event).map_err(|error| changed(&error.to_string()))?;
        let chain = self.chain.next(&text);
        if own.as_str() != Some(chain.to_string().as_str()) {
            return Err(changed("it is not what its chain value says, or one before it is missing"));
        }
        let told = (event.get("kind").and_then(Value::as_str) == Some(Kind::ChainStarted.as_str()))
            .then(|| event.pointer("/detail/events").and_then(Value::as_u64).unwrap_or_default());
        if told.unwrap_or_default() != self.waiting {
            return Err(changed(&format!("{} events before it have no chain value", self.waiting)));
        }
        (self.chain, self.waiting) = (chain, 0);
        self.anchor = self.anchor.filter(|anchor| *anchor != chain);
        Ok(())
    }

    fn end(self, begins: Chain, last: (u64, Chain)) -> Result<Verified, Failure> {
        if (self.seq, self.chain) != last {
            return Err(Failure::Changed(format!("it ends with event {}, not with event {}", self.seq, last.0)));
        }
        if let Some(anchor) = self.anchor {
            return Err(Failure::Changed(format!("the chain value {anchor} is not in it")));
        }
        let Self { events, uncovered, chain, .. } = self;
        Ok(Verified { events, uncovered, begins: begins.to_string(), ends: chain.to_string() })
    }
}

/// The next line; `None` at the end.
fn next<'a>(file: &mut impl BufRead, line: &'a mut Vec<u8>, number: u64) -> Result<Option<&'a str>, Failure> {
    line.clear();
    let count = file.take(MAX_LINE).read_until(b'\n', line).map_err(|error| Failure::Input(error.to_string()))?;
    if count == 0 {
        return Ok(None);
    }
    if let (1, Err(other @ (NotUtf8::Utf16 | NotUtf8::Utf32))) = (number, into_utf8(line.clone())) {
        return Err(Failure::Input(other.of_file().to_owned()));
    }
    if number == 1 && !line.starts_with(BEGINNING) {
        return Err(Failure::Input("the first line is not that of an export in JSON Lines".to_owned()));
    }
    let text = line.strip_suffix(b"\n").and_then(|line| str::from_utf8(line).ok());
    text.map(Some).ok_or_else(|| Failure::Changed(format!("line {number} is cut off, too long, or not UTF-8")))
}

/// A line, which must be canonical: so no byte of it can be another.
fn read(line: &str, number: u64) -> Result<Value, Failure> {
    let value: Option<Value> = serde_json::from_str(line).ok();
    let value = value.filter(|value| canonical(value).is_ok_and(|text| text == line));
    value.ok_or_else(|| Failure::Changed(format!("line {number} is not as an export writes it")))
}

/// A number and a chain value of the first line.
fn end(export: &Value, name: &str) -> Result<(u64, Chain), Failure> {
    let end = export.get(name);
    let seq = end.and_then(|end| end.get("seq")).and_then(Value::as_u64);
    let chain = end.and_then(|end| end.get("chain")).and_then(Value::as_str).and_then(|text| Chain::parse(text).ok());
    seq.zip(chain).ok_or_else(|| Failure::Changed(format!("line 1 has no {name}")))
}

fn chain(text: &str) -> Result<Chain, InvalidChain> {
    Chain::parse(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use serde_json::json;
    use tidegate::access::{Identity, Place};
    use tidegate::events::{Event, EventActor};
    use tidegate::time::Timestamp;

    use super::*;

    /// An export of so many events behind an anchor, the first `uncovered` of them without a chain.
    fn export(count: u64, uncovered: u64) -> String {
        let anchor = Chain::START.next("before");
        let mut chain = anchor;
        let mut lines = Vec::new();
        for seq in 8..8 + count {
            let starts = uncovered > 0 && seq == 8 + uncovered;
            let kind = if starts { Kind::ChainStarted } else { Kind::IntegrationEdited };
            let event = Event {
                seq,
                at: Timestamp::from_seconds(1_795_824_000 + seq),
                kind: kind.to_string(),
                actor: EventActor::from(&Identity::OwnerKey),
                place: Place::Agency,
                integration: None,
                request: None,
                detail: if starts {
                    json!({ "events": uncovered })
                } else {
                    json!({ "name": { "from": "a", "to": "\u{e9}\"" } })
                },
            };
            let is_free = seq < 8 + uncovered;
            if !is_free {
                chain = chain.next(&event.canonical().unwrap());
            }
            lines.push(event.line((!is_free).then_some(&chain)).unwrap());
        }
        let end = |seq: u64, chain: Chain| json!({ "seq": seq, "chain": chain.to_string() });
        let head = json!({ "export": { "verifiable": true, "anchor": end(7, anchor), "last": end(7 + count, chain) } });
        lines.insert(0, canonical(&head).unwrap());
        lines.join("\n") + "\n"
    }

    fn check(text: &[u8], anchor: Option<Chain>) -> Result<Verified, Failure> {
        verify(text, anchor)
    }

    #[test]
    fn an_export_as_it_was_written_is_intact() {
        let verified = check(export(5, 0).as_bytes(), None).unwrap();
        assert_eq!((verified.events, verified.uncovered), (5, 0));
        assert_eq!(verified.begins, Chain::START.next("before").to_string());
        let verified = check(export(5, 2).as_bytes(), None).unwrap();
        assert_eq!((verified.events, verified.uncovered), (5, 2));
        assert_eq!(check(export(0, 0).as_bytes(), None).unwrap().events, 0);
    }

    #[test]
    fn every_changed_byte_is_found() {
        let text = export(3, 0);
        for place in 0..text.len() {
            for flip in [1_u8, 0x20, 0x80] {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= flip;
                assert!(check(&bytes, None).is_err(), "byte {place} by {flip}");
            }
        }
    }

    #[test]
    fn a_removed_a_swapped_and_a_doubled_line_are_found() {
        for uncovered in [0, 3] {
            let text = export(6, uncovered);
            let lines: Vec<_> = text.lines().collect();
            let joined = |lines: Vec<&str>| lines.join("\n") + "\n";
            for place in 0..lines.len() {
                let mut fewer = lines.clone();
                fewer.remove(place);
                assert!(check(joined(fewer).as_bytes(), None).is_err(), "without line {place}");
                let mut more = lines.clone();
                more.insert(place, lines[place]);
                assert!(check(joined(more).as_bytes(), None).is_err(), "line {place} twice");
                for other in place + 1..lines.len() {
                    let mut swapped = lines.clone();
                    swapped.swap(place, other);
                    assert!(check(joined(swapped).as_bytes(), None).is_err(), "lines {place} and {other}");
                }
            }
        }
    }

    #[test]
    fn a_rewritten_export_lacks_the_value_that_was_noted() {
        let text = export(4, 0);
        let noted: Vec<_> = text
            .lines()
            .skip(1)
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["chain"].as_str().unwrap().to_owned())
            .chain([Chain::START.next("before").to_string()])
            .collect();
        for value in &noted {
            assert!(check(text.as_bytes(), Some(Chain::parse(value).unwrap())).is_ok(), "{value}");
        }
        let failure = check(text.as_bytes(), Some(Chain::START.next("another"))).unwrap_err();
        assert!(matches!(&failure, Failure::Changed(what) if what.contains("is not in it")), "{failure}");
    }

    #[test]
    fn an_export_that_cannot_be_verified_is_not() {
        for (reason, said) in [("filtered", "left out"), ("places", "some places")] {
            let text = format!("{{\"export\":{{\"reason\":\"{reason}\",\"verifiable\":false}}}}\n");
            let failure = check(text.as_bytes(), None).unwrap_err();
            assert!(matches!(&failure, Failure::Input(what) if what.contains(said)), "{failure}");
        }
        assert!(matches!(check(b"", None), Err(Failure::Input(_))));
        // As a shell of Windows writes what it redirects.
        let wide: Vec<u8> = format!("\u{feff}{}", export(2, 0)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let failure = check(&wide, None).unwrap_err();
        assert!(
            matches!(&failure, Failure::Input(what) if what == "the file is in UTF-16; save it as UTF-8"),
            "{failure}"
        );
        for other in [&b"{}\n"[..], b"seq,at,kind\n1,2026-11-01T00:00:00Z,key.created\n", b"\x89PNG", b"seq,at"] {
            let failure = check(other, None).unwrap_err();
            assert!(matches!(&failure, Failure::Input(what) if what.contains("in JSON Lines")), "{failure}");
        }
        let cut_off = check(br#"{"export":{"veri"#, None).unwrap_err();
        assert!(matches!(&cut_off, Failure::Changed(_)), "{cut_off}");
    }
}
