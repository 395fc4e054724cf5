//! The caller: automation keys, where a page's request comes from, and what events tell of a request.

use tidegate::access::KeyId;
use tidegate::token::{Minted, mint_key};

use super::*;
use crate::support::{hash_text, key};
use crate::tokens::{assemble, tag_and_hash};

#[test]
fn an_automation_key_counts_only_with_a_genuine_tag() {
    let (id, secret, url) = (KeyId::from_entropy([7; 10]), [9; 24], format!("{API}/policy"));
    let minted = |keys: &str| {
        let Minted { plaintext, hash } = mint_key(&self::keys(keys), &id, secret);
        (plaintext.reveal(), hash_text(hash))
    };
    for keys in [key(1), key(2)] {
        let (text, hash) = minted(&keys);
        for authorization in [format!("Bearer {text}"), format!("bEARER   {text} ")] {
            let asked = Asked { authorization: Some(&authorization), ..get(&url, &[]) };
            let (_, sent) = call(world(settings()).ask(asked));
            assert_eq!(sent.fields, [("x-registry-actor", format!("key:{id}:{hash}"))]);
        }
    }
    let (text, _) = minted(&key(1));
    let (foreign, _) = minted(&key(9));
    let (tag_of_token, _) = tag_and_hash(1, &id.to_string(), &secret);
    let with_tag = |tag: &[u8]| assemble("tga", &id.to_string(), &secret, tag);
    for authorization in [
        format!("Bearer {foreign}"),
        format!("Bearer {}", with_tag(&[0; 8])),
        format!("Bearer {}", with_tag(&tag_of_token)),
        format!("Bearer {}", text.replacen("tga_", "tga_0", 1)),
        "Bearer tga_".to_owned(),
        format!("Basic {text}"),
        text.clone(),
        format!(" {text}"),
    ] {
        let asked = Asked { authorization: Some(&authorization), ..get(&url, &[]) };
        assert_eq!(refusal(world(settings()).ask(asked)), (401, "wrong-key".to_owned()), "{authorization}");
    }
}

#[test]
fn a_page_of_this_origin_alone_asks_with_a_session() {
    let (cookie, url) = (cookie(), format!("{API}/resync"));
    let own = ("cookie", cookie.as_str());
    for (field, is_own) in [
        (("sec-fetch-site", "same-origin"), true),
        (("sec-fetch-site", "none"), true),
        (("sec-fetch-site", "same-site"), false),
        (("sec-fetch-site", "cross-site"), false),
        (("sec-fetch-site", ""), false),
        (OWN_ORIGIN, true),
        (("origin", "https://ADMIN.example"), true),
        (("origin", "http://admin.example"), false),
        (("origin", "https://admin.example:8443"), false),
        (("origin", "https://admin.example.evil"), false),
        (("origin", "https://other.example"), false),
        (("origin", "null"), false),
        (("origin", ""), false),
    ] {
        for method in ["GET", "POST"] {
            let path = if method == "GET" { format!("{API}/policy") } else { url.clone() };
            let step = world(settings()).ask(Asked { method, ..get(&path, &[own, field]) });
            if is_own {
                call(step);
            } else {
                assert_eq!(refusal(step), (403, "cross-origin".to_owned()), "{method} {field:?}");
            }
        }
    }
    // What names a page's origin counts, whatever else is said.
    let fields = [own, ("origin", "https://other.example"), ("sec-fetch-site", "same-origin")];
    assert_eq!(refusal(world(settings()).ask(post(&url, &fields))), (403, "cross-origin".to_owned()));
}

#[test]
fn a_body_may_say_that_it_is_not_encoded() {
    let (bearer, url) = (bearer(), format!("{API}/integrations"));
    for (coding, fits) in
        [("identity", true), ("IDENTITY", true), ("gzip", false), ("identity, gzip", false), ("", false)]
    {
        let fields = [JSON, ("content-encoding", coding)];
        let step = world(settings()).ask(Asked { authorization: Some(&bearer), ..post(&url, &fields) });
        if fits {
            call(step);
        } else {
            assert_eq!(refusal(step), (415, "not-json".to_owned()), "{coding:?}");
        }
    }
}

#[test]
fn a_request_has_the_platforms_id_where_that_has_its_form() {
    let (bearer, url) = (bearer(), format!("{API}/resync"));
    let (longest, longer) = ("r".repeat(64), "r".repeat(65));
    for (given, id) in
        [(longest.as_str(), longest.as_str()), (&longer, ""), ("8f2a FRA", ""), ("8f2a\tFRA", ""), ("é", ""), ("", "")]
    {
        let fields = [("cf-ray", given)];
        let asked = Asked { authorization: Some(&bearer), has_body: false, ..post(&url, &fields) };
        let (_, sent) = call(world(settings()).ask(asked));
        assert!(sent.fields.contains(&("x-registry-request", told(id, "", None))), "{given:?}: {:?}", sent.fields);
    }
}
