//! The queries of lists: filters, sorts, cursors.

use data_encoding::BASE64URL_NOPAD;
use proptest::prelude::*;
use tidegate::admin::{
    AdminError, Command, Cursor, Filter, IncomingRequest, IntegrationCommand, ListIntegrations, Paging, PolicyCommand,
    Sort, SortBy, SortKey, State, SubAccountCommand, searchable,
};
use tidegate::record::Level;
use tidegate::scope::Scope;
use tidegate::text::{folded, unmarked};

use super::super::support::{at, integration_id, owner};
use super::field;

fn list(query: &str) -> Result<Command, AdminError> {
    get("/integrations", query)
}

fn get(path: &str, query: &str) -> Result<Command, AdminError> {
    let request =
        IncomingRequest { method: "GET", path, query: Some(query), if_match: None, if_none_match: None, body: "" };
    Command::parse(request)
}

fn read(query: &str) -> ListIntegrations {
    match list(query) {
        Ok(Command::Integration(IntegrationCommand::List(list))) => list,
        other => panic!("{query}: {other:?}"),
    }
}

fn all() -> ListIntegrations {
    ListIntegrations { filter: Filter::default(), sort: Sort::default(), after: None, limit: 50 }
}

fn with(filter: Filter) -> ListIntegrations {
    ListIntegrations { filter, ..all() }
}

#[test]
fn filters_are_read() {
    let words = |words: &[&str]| {
        with(Filter { words: words.iter().map(|word| (*word).to_owned()).collect(), ..Filter::default() })
    };
    for (query, expected) in [
        ("", all()),
        ("&&", all()),
        ("limit=1", ListIntegrations { limit: 1, ..all() }),
        ("limit=200", ListIntegrations { limit: 200, ..all() }),
        ("q=", all()),
        ("q=+", all()),
        ("q=Zapier+SYNC", words(&["zapier", "sync"])),
        ("q=sync+Sync+S%C3%BDnc+a", words(&["sync", "a"])),
        ("q=Stra%C3%9Fe", words(&["strasse"])),
        ("q=M%C3%BCller+Cafe%CC%81", words(&["muller", "cafe"])),
        ("q=%CE%9F%CE%94%CE%9F%CE%A3", words(&["οδοσ"])),
        ("q=%25_%2B%27%22;--", words(&["%_+'\";--"])),
        ("q=%E2%80%AEa%0Ab", words(&["\u{202e}a", "b"])),
        ("q=a=b", words(&["a=b"])),
        ("q=100%zz", words(&["100%zz"])),
        (
            "scope=contacts.readonly",
            with(Filter { scope: Scope::parse("contacts.readonly").ok(), ..Filter::default() }),
        ),
        ("scope=a%2Fb.write", with(Filter { scope: Scope::parse("a/b.write").ok(), ..Filter::default() })),
        ("state=steady", with(Filter { state: Some(State::Steady), ..Filter::default() })),
        ("state=rotating", with(Filter { state: Some(State::Rotating), ..Filter::default() })),
        ("state=unpublished", with(Filter { state: Some(State::Unpublished), ..Filter::default() })),
        ("state=paused", with(Filter { state: Some(State::Paused), ..Filter::default() })),
        ("state=ended", with(Filter { state: Some(State::Ended), ..Filter::default() })),
        ("token_created_before=7", with(Filter { token_created_before: Some(at(7)), ..Filter::default() })),
        ("rotation_ends_before=8", with(Filter { rotation_ends_before: Some(at(8)), ..Filter::default() })),
        ("ends_before=9", with(Filter { ends_before: Some(at(9)), ..Filter::default() })),
        (
            "owner=sub_account%3Aa-1&limit=2",
            ListIntegrations {
                limit: 2,
                ..with(Filter { owner: Some(owner(Level::SubAccount, "a-1")), ..Filter::default() })
            },
        ),
    ] {
        assert_eq!(read(query), expected, "{query}");
    }
}

#[test]
fn sorts_are_read_either_way_round() {
    for (name, by) in
        [("name", SortBy::Name), ("created", SortBy::Created), ("updated", SortBy::Updated), ("token", SortBy::Token)]
    {
        assert_eq!(read(&format!("sort={name}")).sort, Sort { by, descending: false });
        assert_eq!(read(&format!("sort=-{name}")).sort, Sort { by, descending: true });
    }
}

#[test]
fn what_is_wrong_names_its_parameter() {
    let long = format!("q={}", "a".repeat(201));
    for (query, expected) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=-1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("owner=fleet", "owner"),
        ("owner=root:fleet", "owner"),
        ("owner=agency:", "owner"),
        ("owner=agency:a%2Fb", "owner"),
        ("owner=agency:a&owner=agency:b", "owner"),
        ("q=a&q=a", "q"),
        ("q=%00", "q"),
        ("q=a%1Fb", "q"),
        ("q=%1b", "q"),
        ("q=%ff", "q"),
        (long.as_str(), "q"),
        ("scope=", "scope"),
        ("scope=a%20b", "scope"),
        ("scope=a%22b", "scope"),
        ("state=", "state"),
        ("state=Steady", "state"),
        ("state=gone", "state"),
        ("token_created_before=", "token_created_before"),
        ("token_created_before=-1", "token_created_before"),
        ("rotation_ends_before=x", "rotation_ends_before"),
        ("ends_before=2027-01-31", "ends_before"),
        ("token_created_before=1.5", "token_created_before"),
        ("token_created_before=99999999999", "token_created_before"),
        ("sort=", "sort"),
        ("sort=id", "sort"),
        ("sort=--name", "sort"),
        ("sort=name,created", "sort"),
        ("sort=name+DESC", "sort"),
        ("page=1", "query"),
        ("limit[]=1", "query"),
        ("Limit=1", "query"),
        ("lim%69t=1", "query"),
        ("a b", "query"),
        ("limit=1#x", "query"),
    ] {
        assert_eq!(field(list(query)), expected, "{query}");
    }
    assert_eq!(read(&format!("q={}", "%C3%A9".repeat(200))).filter.words, ["e".repeat(200)]);
}

fn cursor_of(sort: &str, key: SortKey) -> String {
    let Sort { by, descending } = if sort.is_empty() { Sort::default() } else { read(&format!("sort={sort}")).sort };
    Cursor { key, id: integration_id(1) }.to_text(Sort { by, descending })
}

fn sorted(sort: &str, cursor: &str) -> String {
    let sort = if sort.is_empty() { String::new() } else { format!("sort={sort}&") };
    format!("{sort}cursor={cursor}")
}

#[test]
fn a_cursor_is_read_back_with_its_own_sort_only() {
    let name = || SortKey::Name("zapier \"sync\" \u{202e}é".to_owned());
    let all = [
        ("", SortKey::Id),
        ("name", name()),
        ("-name", name()),
        ("created", SortKey::Time(7)),
        ("-updated", SortKey::Time(0)),
        ("token", SortKey::Time(u64::from(u32::MAX))),
    ];
    for (sort, key) in &all {
        let text = cursor_of(sort, key.clone());
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        assert_eq!(read(&sorted(sort, &text)).after, Some(Cursor { key: key.clone(), id: integration_id(1) }));
        for (other, _) in all.iter().filter(|(other, _)| other != sort) {
            assert_eq!(field(list(&sorted(other, &text))), "cursor", "a cursor of {sort:?} for {other:?}");
        }
    }
}

#[test]
fn a_forged_cursor_is_refused() {
    let forged = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
    for cursor in [
        String::new(),
        "x".to_owned(),
        "040g2081040g2081".to_owned(),
        "%00".to_owned(),
        "=".to_owned(),
        forged(""),
        forged("null"),
        forged("[]"),
        forged(r#"["id",null]"#),
        forged(r#"["id",null,"040g2081040g2081","more"]"#),
        forged(r#"["id",null,"040g2081040g2081"] x"#),
        forged(r#"["id",null,"..'; DROP TABLE --"]"#),
        forged(r#"["id",7,"040g2081040g2081"]"#),
        forged(r#"["id","x","040g2081040g2081"]"#),
        forged(r#"["id",[],"040g2081040g2081"]"#),
        forged(r#"["-id",null,"040g2081040g2081"]"#),
        forged(r#"["ID",null,"040g2081040g2081"]"#),
    ] {
        assert_eq!(field(list(&sorted("", &cursor))), "cursor", "{cursor}");
    }
    for key in ["null", "\"x\"", "-1", "1.5", "1e99"] {
        let cursor = forged(&format!(r#"["created",{key},"040g2081040g2081"]"#));
        assert_eq!(field(list(&sorted("created", &cursor))), "cursor", "{key}");
    }
    let cursor = forged(r#"["name",7,"040g2081040g2081"]"#);
    assert_eq!(field(list(&sorted("name", &cursor))), "cursor");
}

#[test]
fn the_policys_versions_go_on_behind_a_rev() {
    let versions = |query| match get("/policy/versions", query) {
        Ok(Command::Policy(PolicyCommand::Versions(paging))) => paging,
        other => panic!("{query}: {other:?}"),
    };
    assert_eq!(versions(""), Paging { after: None, limit: 50 });
    assert_eq!(versions("cursor=7&limit=200"), Paging { after: Some(7), limit: 200 });
    for cursor in ["", "x", "-1", "%2B1", "01", "1.5", "99999999999999999999", "1'--"] {
        assert_eq!(field(get("/policy/versions", &format!("cursor={cursor}"))), "cursor", "{cursor}");
    }
    for (query, expected) in [("limit=0", "limit"), ("limit=201", "limit"), ("q=x", "query"), ("sort=name", "query")] {
        assert_eq!(field(get("/policy/versions", query)), expected, "{query}");
    }
}

#[test]
fn sub_accounts_go_on_behind_an_id() {
    let sub_accounts = |query: &str| match get("/sub-accounts", query) {
        Ok(Command::SubAccount(SubAccountCommand::List(list))) => list,
        other => panic!("{query}: {other:?}"),
    };
    assert_eq!(sub_accounts("").paging, Paging { after: None, limit: 50 });
    assert_eq!(sub_accounts("q=B%C3%BCro+Nord").words, ["buro", "nord"]);
    for id in ["a", "A-1_~.", &"z".repeat(64)] {
        let id = owner(Level::SubAccount, id).id;
        let cursor = Paging::cursor(&id);
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
        assert_eq!(sub_accounts(&format!("limit=200&cursor={cursor}")).paging, Paging { after: Some(id), limit: 200 });
    }
    let forged = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let long = "z".repeat(65);
    for bytes in [&b""[..], b"a/b", b"..", b"a b", b"\xff", "é".as_bytes(), long.as_bytes()] {
        assert_eq!(field(get("/sub-accounts", &format!("cursor={}", forged(bytes)))), "cursor", "{bytes:?}");
    }
    for (query, expected) in [("cursor=%3D", "cursor"), ("limit=0", "limit"), ("page=x", "query")] {
        assert_eq!(field(get("/sub-accounts", query)), expected, "{query}");
    }
}

#[test]
fn what_is_searched_has_no_case() {
    let text = searchable("Zapier <img src=x>", "Für die STRASSE", "040g2081040g2081", "Acme");
    for part in ["zapier <img", "für die straße", "fur die", "STRASSE", "040G", "acme", ">"] {
        assert!(text.contains(&unmarked(part)), "{part}");
    }
    for across in ["x>Für", "strasse040", "081acme"] {
        assert!(!text.contains(&unmarked(across)), "{across}");
    }
}

#[test]
fn no_character_has_two_foldings() {
    for character in char::MIN..=char::MAX {
        let text = character.to_string();
        let once = folded(&text);
        assert_eq!(folded(&once), once, "{character:?} again");
        assert_eq!(folded(&text.to_uppercase()), once, "{character:?} in upper case");
        assert_eq!(folded(&text.to_lowercase()), once, "{character:?} in lower case");
    }
}

proptest! {
    #[test]
    fn no_query_breaks_the_parser(query in "[ -~]{0,80}|(q|sort|cursor|state|owner|scope)=[ -~é\u{0}]{0,60}") {
        let _ = list(&query);
    }

    #[test]
    fn the_case_of_a_text_makes_no_difference(text in "[a-zA-ZäöüßẞéèçñøåæœΑ-Ωα-ωА-Яа-я ]{0,40}") {
        prop_assert_eq!(folded(&text.to_uppercase()), folded(&text));
    }
}
