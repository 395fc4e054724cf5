//! `paths.json`: raw paths to the rule of the path contract that they break.

use serde_json::{Value, json};
use tidegate::request::{Path, PathError};

/// The stable name of a rule.
pub fn rule(error: PathError) -> &'static str {
    match error {
        PathError::TooLong => "too_long",
        PathError::TooManySegments => "too_many_segments",
        PathError::NoLeadingSlash => "no_leading_slash",
        PathError::EmptySegment => "empty_segment",
        PathError::DotSegment => "dot_segment",
        PathError::ForbiddenCharacter(_) | PathError::NeverAllowed(_) => "forbidden_character",
        PathError::BadPercentEncoding => "bad_percent_encoding",
        PathError::EncodedDelimiter(_) => "encoded_delimiter",
        PathError::EncodedControl => "encoded_control",
        PathError::EncodedUnreserved(_) => "encoded_unreserved",
        PathError::NotUtf8 => "not_utf8",
    }
}

/// Class of hostile-input.md, paths, outcome.
pub const CASES: &[(u8, &[&str], &str)] = &[
    (1, &["/public/../admin", "/..", "/../", "/a/..", "/a/../", "/.", "/./a", "/a/.", "/a/./b"], "dot_segment"),
    (1, &["/public/%2e%2e/admin", "/%2e", "/%2E%2E/a", "/.%2e/a", "/%2e./a", "/a/%2e"], "encoded_unreserved"),
    (1, &["/...", "/a/.../b", "/.well-known/x", "/a/..b", "/a/b..", "/a/.b"], "ok"),
    (2, &["/public/..%2fadmin", "/public%2Fadmin", "/%2f", "/a%2f..%2fb"], "encoded_delimiter"),
    (2, &["/public/..%5cadmin", "/public%5Cadmin", "/%5c..%5c"], "encoded_delimiter"),
    (2, &["/public\\admin", "/public/..\\admin", "/\\admin"], "forbidden_character"),
    (3, &["//admin", "//", "/public//admin", "/admin//", "///"], "empty_segment"),
    (4, &["/gateway/admin", "/admin/gateway"], "ok"),
    (5, &["/%2561dmin", "/%252e%252e/admin", "/a%252fb", "/%25", "/%25252e"], "encoded_delimiter"),
    (6, &["/Admin", "/ADMIN", "/admin", "/caf%C3%A9", "/caf%c3%a9"], "ok"),
    (7, &["/public/..;/admin", "/public;/admin", "/admin;jsessionid=1", "/;/admin"], "forbidden_character"),
    (7, &["/admin%3b", "/public/..%3B/admin"], "encoded_delimiter"),
    (8, &["/admin%20", "/%20admin", "/admin/", "/admin/%20", "/a%20b/c"], "ok"),
    (8, &["/admin%09", "/admin%0a", "/admin%0D%0A", "/admin%0b", "/admin%0c"], "encoded_control"),
    (8, &["/admin%c2%85", "/admin%C2%80", "/admin%c2%9f"], "encoded_control"),
    (8, &["/admin ", "/ad min", "/admin\t", "/admin\n", "/admin\r\n"], "forbidden_character"),
    (9, &["/api", "/apiary", "/api/", "/api-internal", "/api~", "/api@x", "/a!$&'()*+,=:@b"], "ok"),
    (10, &["/x?path=/status", "/x#/status", "/?", "/#"], "forbidden_character"),
    (10, &["/x%3fpath=/status", "/x%3F", "/x%23/status"], "encoded_delimiter"),
    (
        11,
        &["admin", "", "http://gate.example/admin", "\\admin", "*", "gate.example:443", "%2fadmin"],
        "no_leading_slash",
    ),
    (12, &["/%00", "/admin%00.png", "/%01", "/%1f", "/%7f", "/%7F"], "encoded_control"),
    (12, &["/%c0%ae", "/%c0%af", "/%e0%80%af", "/%ff", "/%80", "/%c3", "/%c3/%a9", "/%ed%a0%80"], "not_utf8"),
    (12, &["/%f4%90%80%80", "/%F8%88%80%80%80", "/%c1%bf"], "not_utf8"),
    (12, &["/%u002e", "/%", "/%2", "/%zz", "/%2g", "/a%", "/a%/b", "/% 20", "/%+1"], "bad_percent_encoding"),
    (
        12,
        &["/caf\u{e9}", "/\u{ff0e}\u{ff0e}/a", "/\u{ff41}dmin", "/\u{0}", "/\u{7f}", "/\u{feff}"],
        "forbidden_character",
    ),
    (12, &["/%ef%bc%a1dmin", "/%F0%9F%8C%8A", "/%e2%80%ae"], "ok"),
    (12, &["/%61dmin", "/%41", "/%7e", "/%2d", "/%5f", "/%30", "/a%2E"], "encoded_unreserved"),
    (12, &["/a\"b", "/a<b", "/a>b", "/a`b", "/a{b", "/a}b", "/a|b", "/a^b", "/a[b", "/a]b"], "forbidden_character"),
    (12, &["/a%22b", "/a%3Cb%3E", "/a%60", "/%7Bid%7D", "/a%7cb", "/a%5B0%5D", "/%21", "/%2a", "/%40", "/%2B"], "ok"),
];

/// Whether a URL parser (WHATWG) hands the path to the Worker as it is here.
fn reaches_the_worker(path: &str) -> bool {
    let is_dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(plain.as_str(), "." | "..")
    };
    let rewritten = |letter: char| {
        !letter.is_ascii_graphic() || matches!(letter, '"' | '#' | '<' | '>' | '?' | '\\' | '^' | '`' | '{' | '}')
    };
    path.starts_with('/') && !path.split('/').any(is_dots) && !path.contains(rewritten)
}

fn case(class: u8, path: &str) -> (&'static str, Value) {
    let mut case = json!({ "class": class, "path": path, "reaches_worker_unchanged": reaches_the_worker(path) });
    let outcome = match Path::parse(path) {
        Ok(parsed) => {
            assert_eq!(parsed.as_str(), path, "what is accepted is kept byte for byte");
            "ok"
        }
        Err(error) => {
            case["detail"] = format!("Refused: {error}.").into();
            rule(error)
        }
    };
    case["outcome"] = outcome.into();
    (outcome, case)
}

fn long_cases() -> [(u8, String, &'static str); 6] {
    [
        (28, format!("/{}", "a".repeat(8191)), "ok"),
        (28, format!("/{}", "a".repeat(8192)), "too_long"),
        (28, "/a".repeat(256), "ok"),
        (28, "/a".repeat(257), "too_many_segments"),
        (28, format!("{}/", "/a".repeat(255)), "ok"),
        (28, format!("{}/", "/a".repeat(256)), "too_many_segments"),
    ]
}

#[test]
fn vectors_paths() {
    let short = CASES
        .iter()
        .flat_map(|(class, paths, expected)| paths.iter().map(|path| (*class, (*path).to_owned(), *expected)));
    let cases: Vec<Value> = short
        .chain(long_cases())
        .map(|(class, path, expected)| {
            let (outcome, case) = case(class, &path);
            assert_eq!(outcome, expected, "class {class}: {path:?}");
            case
        })
        .collect();
    let vectors = json!({
        "about": "Raw paths; outcome is ok, or the rule of the path contract that is broken (then the gate answers 400, 414 \
                  where it is too long, with this detail). \
                  class is the row of hostile-input.md. Where reaches_worker_unchanged is false, a URL parser rewrites \
                  or refuses the path before the Worker sees it; send it below the URL layer, or to the core alone.",
        "cases": cases,
    });
    super::compare("paths.json", &vectors);
}
