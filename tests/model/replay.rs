//! The corpora of the fuzzer, and splices of them, through the same checks. So each target has been tried with something
//! where there is no nightly toolchain.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;

use super::targets::{TARGETS, Target, decide};

/// The files of a target's corpus by name, in order.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

#[test]
fn every_target_has_a_corpus_that_it_withstands() {
    for (name, run) in TARGETS {
        let files = corpus(name);
        assert!(files.len() >= 5, "{name} has {} files", files.len());
        println!("{name}: {} files", files.len());
        for (file, bytes) in files {
            println!("{name}/{file}"); // what was tried last, if this panics
            run(&bytes);
        }
    }
}

/// A model that never grants anything would agree with a core that does not either.
#[test]
fn what_is_called_granted_is_granted() {
    let files = corpus("decide");
    for (kind, expected) in [("granted", true), ("denied", false)] {
        let of_kind: Vec<_> = files.iter().filter(|(file, _)| file.starts_with(kind)).collect();
        assert!(of_kind.len() >= 10, "{} cases are called {kind}", of_kind.len());
        for (file, bytes) in of_kind {
            assert_eq!(decide::is_granted(bytes), expected, "{file}");
        }
    }
}

/// Head and tail of two files, with some bytes replaced, and lines of one between those of the other.
#[derive(Clone, Debug)]
struct Splice {
    files: (Index, Index),
    cuts: (Index, Index),
    by_lines: bool,
    edits: Vec<(Index, u8)>,
}

fn splice() -> impl Strategy<Value = Splice> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"%/\\;.?&=:,\"{}[] \t\n\0$_".as_slice())];
    let edits = prop::collection::vec((any::<Index>(), byte), 0..3);
    (any::<(Index, Index)>(), any::<(Index, Index)>(), any::<bool>(), edits)
        .prop_map(|(files, cuts, by_lines, edits)| Splice { files, cuts, by_lines, edits })
}

impl Splice {
    fn of(&self, corpus: &[(String, Vec<u8>)]) -> Vec<u8> {
        let (first, second) = (&self.files.0.get(corpus).1, &self.files.1.get(corpus).1);
        let mut bytes = if self.by_lines {
            let lines = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
            let (mut kept, given) = (lines(first), lines(second));
            let place = self.cuts.0.index(kept.len());
            kept[place] = self.cuts.1.get(&given).clone();
            kept.join(&b'\n')
        } else {
            let (head, tail) = (self.cuts.0.index(first.len() + 1), self.cuts.1.index(second.len() + 1));
            [&first[..head], &second[tail..]].concat()
        };
        for (place, byte) in &self.edits {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
        }
        bytes
    }
}

fn withstands_splices(name: &str) {
    let (_, run): (_, Target) = TARGETS.into_iter().find(|(known, _)| *known == name).unwrap();
    let corpus = corpus(name);
    let config = ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(splice in splice())| {
        run(&splice.of(&corpus));
    });
}

macro_rules! splices {
    ($($test:ident: $target:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            withstands_splices($target);
        })*

        #[test]
        fn every_target_is_tried_with_splices() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$($target),*]);
        }
    };
}

splices! {
    splices_of_tokens: "token",
    splices_of_authorization_fields: "authorization",
    splices_of_paths: "path",
    splices_of_documents: "openapi",
    splices_of_records: "record",
    splices_of_admin_requests: "admin",
    splices_of_cases: "decide",
}
