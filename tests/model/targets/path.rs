//! A request target, raw, and the same text as a template.

use tidegate::policy::Template;
use tidegate::request::{Method, Path, Query, Request};

use super::text;
use crate::verdict::{is_canonical_path, is_query};

pub fn run(data: &[u8]) {
    let target = text(data);
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
    let (path_is_good, query_is_good) = (is_canonical_path(path), query.is_none_or(is_query));
    assert_eq!(Path::parse(path).is_ok(), path_is_good, "{path:?}");
    assert_eq!(Query::parse(query).is_ok(), query_is_good, "{query:?}");
    match Request::parse("GET", &target, None) {
        Ok(request) => {
            assert!((path_is_good || request.path().encoded_delimiter().is_some()) && query_is_good, "{target:?}");
            assert_eq!(request.target(), target, "what was judged is what is sent");
            assert_eq!(*request.method(), Method::Get);
        }
        Err(_) => assert!(!path_is_good || !query_is_good, "{target:?}"),
    }
    if let Ok(template) = Template::parse(&target) {
        assert!(is_canonical_path(&template.fill(|_| "x".to_owned())), "{target:?} fits no path");
        assert_eq!(Template::parse(&template.to_string()), Ok(template));
    }
}
