//! Row 25: no token, hash or key in anything that is printed.

use tidegate::admin::SignIn;
use tidegate::request::{Authorization, Request};
use tidegate::rotation::{Event, Rotation};
use tidegate::token::{Token, TokenKeys, mint};

use super::super::support::{checked, integration_id, key, keys, live_token, minted, prefix, token_keys};
use super::super::world::World;

/// No line of `printed` shows `secret`, nor its end.
fn assert_hidden(printed: &[String], secret: &str) {
    for line in printed {
        for part in [secret, &secret[secret.len() - 8..]] {
            assert!(!line.contains(part), "{line} shows {part}");
        }
    }
}

#[test]
fn class_25_debug_prints_no_token() {
    let world = World::new();
    let (text, _) = minted(1, 1);
    let secret = text.rsplit('_').next().unwrap();
    let header = format!("Bearer {text}");
    let request = Request::parse("GET", "/me", Some(&header)).unwrap();
    let credential = Authorization::new(&header);
    let token = Token::parse(&prefix(), &text).unwrap();
    let fresh = mint(&keys(&token_keys()), &prefix(), integration_id(1), [1; 24]);
    let presented = checked(&world.keys, &credential).unwrap();
    let grant = world.judge("GET", "/me", Some(&header), &[]).unwrap();
    let printed = [
        format!("{request:?}"),
        format!("{credential:?}"),
        format!("{token:?}"),
        format!("{fresh:?}"),
        format!("{:?}", fresh.plaintext),
        format!("{presented:?}"),
        format!("{grant:?}"),
        format!("{:?}", grant.identity()),
    ];
    assert_hidden(&printed, secret);
}

#[test]
fn class_25_debug_prints_no_key_and_no_hash() {
    let (_, hash) = minted(1, 1);
    let text: String = hash.into();
    let record = World::new().records.remove(&integration_id(1)).unwrap();
    let rotation = Rotation::Steady(live_token(1, 1));
    let event = Event::RotateNow(live_token(1, 1));
    assert_hidden(&[format!("{hash:?}"), format!("{record:?}"), format!("{rotation:?}"), format!("{event:?}")], &text);
    assert_hidden(&[format!("{:?}", keys(&token_keys()))], &key(1));
    let error = TokenKeys::parse("c2VzYW1lLW9wZW4").unwrap_err();
    assert_hidden(&[format!("{error:?} {error}")], "c2VzYW1lLW9wZW4");
}

#[test]
fn class_25_an_owner_key_never_comes_back() {
    let good = SignIn::parse("{\"key\":\"sesame-sesame\"}").unwrap();
    let mut printed = vec![format!("{good:?}")];
    for body in [
        "\"sesame-sesame\"",
        "{\"sesame-sesame\":1}",
        "{\"key\":[\"sesame-sesame\"]}",
        "{\"key\":\"x\",\"sesame-sesame\":1}",
        "sesame-sesame",
    ] {
        let error = SignIn::parse(body).unwrap_err();
        printed.push(format!("{error} {error:?} {:?}", error.answer()));
    }
    assert_hidden(&printed, "sesame-sesame");
}

#[test]
fn class_25_a_denial_never_names_the_token() {
    let world = World::new();
    for header in [
        world.tokens["forged"].clone(),
        "Bearer sesame-sesame".into(),
        "Bearer sesame-sesame, x".into(),
        "Bearer sesame-sesame y".into(),
    ] {
        let denial = world.judge("GET", "/me", Some(&header), &[]).unwrap_err();
        assert_hidden(&[format!("{denial} {denial:?}")], header.strip_prefix("Bearer ").unwrap());
        assert!(!format!("{denial} {denial:?}").contains("sesame"), "{denial:?}");
    }
}
