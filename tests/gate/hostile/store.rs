//! Class 35: a store that others can write.

use tidegate::policy::StoredPolicy;
use tidegate::record::Record;
use tidegate::request::{Method, Path};

use super::super::support::{integration_id, keys, token_keys};
use super::super::world::World;

/// The value of one integration's key, in the hands of somebody who can change, cut, lengthen and move it.
#[test]
fn class_35_nothing_is_read_that_was_never_signed() {
    let (keys, world) = (keys(&token_keys()), World::new());
    let stored =
        |record: &Record| keys.store().sign(&Record::key(record.id()), &record.to_json()).unwrap().into_string();
    let open = |text: &str| Record::open(&integration_id(1), keys.store(), text);
    let (genuine, own) = (stored(&world.records[&integration_id(1)]), Ok(world.records[&integration_id(1)].clone()));
    assert_eq!(open(&genuine), own);
    let mut tried = 0;
    for (at, _) in genuine.char_indices() {
        let (before, after) = genuine.split_at(at);
        for byte in b"\"0a,x} " {
            let byte = char::from(*byte).to_string();
            for forged in [[before, &byte, after].concat(), [before, &byte, &after[1..]].concat()] {
                assert!(forged == genuine || open(&forged).is_err(), "{forged}");
                tried += 1;
            }
        }
        assert!(open(before).is_err() && open(&[before, &after[1..]].concat()).is_err(), "{at}");
    }
    assert!(tried > 5_000, "{tried}");
    for other in world.records.values().filter(|record| *record.id() != integration_id(1)) {
        let theirs = stored(other);
        assert!(open(&theirs).is_err());
        // Their text with our id, and with our MAC.
        assert!(open(&theirs.replace(other.id().as_str(), integration_id(1).as_str())).is_err());
        let (text, ours) = (theirs.rsplit_once(",\"mac\"").unwrap().0, genuine.rsplit_once(",\"mac\"").unwrap().1);
        assert!(open(&format!("{text},\"mac\"{ours}")).is_err());
    }
}

/// Each operation's line in the place of each other's, and the list left as it was signed.
#[test]
fn class_35_an_opened_policy_grants_nothing() {
    let (keys, world) = (keys(&token_keys()), World::new());
    let stored = StoredPolicy::sign(keys.store(), &world.policy.to_json()).unwrap().into_string();
    let line = |text: &str| stored.lines().find(|line| line.starts_with(text)).unwrap();
    let (status, export) = (line("{\"path\":\"/status\""), line("{\"path\":\"/export\""));
    let open = |text: String| StoredPolicy::open(keys.store(), text);
    // Swapped, the public one stands where a scope is needed: lengths differ, so nothing is read at all.
    assert!(open(stored.replace(export, status)).is_err());
    // Made as long as what it replaces, it is read up to its digest.
    let padded = format!("{}{}}},", status.trim_end_matches(['}', ',']), " ".repeat(export.len() - status.len()));
    assert!(status.contains("\"access\":\"public\"") && !export.contains("\"access\":\"public\""));
    let forged = open(stored.replace(export, &padded.replace("/status", "/export")[..export.len()]));
    let path = |text: &str| Path::parse(text).unwrap();
    assert!(forged.is_err() || forged.unwrap().concerning(&path("/export")).is_err());
    // Neither the templates nor the digests can say otherwise either.
    for (from, to) in [("\"templates\":\"0 /", "\"templates\":\"0 /x"), ("\"blocks\":[\"", "\"blocks\":[\"A")] {
        assert!(stored.contains(from) && open(stored.replacen(from, to, 1)).is_err(), "{from}");
    }
    let genuine = open(stored.clone()).unwrap();
    let part = genuine.concerning(&path("/export")).unwrap();
    assert_eq!(part.operation(&Method::Get, &path("/export")), world.policy.operation(&Method::Get, &path("/export")));
}
