//! The admin page's addresses.

use tidegate::admin::{PAGE_HEADERS, PageAddress, PageFile};

fn file(path: &str) -> Option<PageFile> {
    match PageAddress::find(path) {
        Some(PageAddress::File(file)) => Some(file),
        _ => None,
    }
}

#[test]
fn each_address_names_one_file() {
    for (path, stored, content_type, is_immutable) in [
        ("/_tidegate/", "/_tidegate/index.html", "text/html; charset=utf-8", false),
        ("/_tidegate/assets/icon-a_9.svg", "/_tidegate/assets/icon-a_9.svg", "image/svg+xml", true),
        ("/_tidegate/assets/a-B_9.js", "/_tidegate/assets/a-B_9.js", "text/javascript; charset=utf-8", true),
        ("/_tidegate/assets/a.b.css", "/_tidegate/assets/a.b.css", "text/css; charset=utf-8", true),
        ("/_tidegate/assets/a.wasm", "/_tidegate/assets/a.wasm", "application/wasm", true),
        ("/_tidegate/assets/a.woff2", "/_tidegate/assets/a.woff2", "font/woff2", true),
    ] {
        let file = file(path).unwrap();
        assert_eq!((file.path.as_str(), file.content_type), (stored, content_type), "{path}");
        assert_eq!(file.cache_control.contains("immutable"), is_immutable, "{path}");
    }
    assert_eq!(PageAddress::find("/_tidegate"), Some(PageAddress::WithoutSlash));
}

#[test]
fn nothing_else_is_an_address_of_the_page() {
    for path in [
        "",
        "/",
        "/index.html",
        "/_tidegate/index.html",
        "/_tidegate//",
        "/_tidegate/x",
        "/_tidegate/assets",
        "/_tidegate/assets/",
        "/_tidegate/assets/a",
        "/_tidegate/assets/.js",
        "/_tidegate/assets/..",
        "/_tidegate/assets/../index.html",
        "/_tidegate/assets/b/a.js",
        "/_tidegate/assets/..%2findex.html",
        "/_tidegate/assets/%61.js",
        "/_tidegate/assets/a.js?x",
        "/_tidegate/assets/a\\b.js",
        "/_tidegate/assets/a b.js",
        "/_tidegate/assets/a\0.js",
        "/_tidegate/assets/é.js",
        "/_tidegate/assets/a.js.map",
        "/_tidegate/assets/a.JS",
        "/_TIDEGATE/",
    ] {
        assert_eq!(PageAddress::find(path), None, "{path:?}");
    }
}

#[test]
fn the_header_fields_are_one_line_each() {
    for (name, value) in PAGE_HEADERS {
        assert!(value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{name}");
        assert!(
            !value.contains("  ") && !value.contains("unsafe-inline") && !value.contains("'unsafe-eval'"),
            "{name}"
        );
    }
}
