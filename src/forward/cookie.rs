//! The cookies of the admin plane: the origin neither sees nor sets one.

/// The admin page's session cookie. Where it shares a host with the origin's paths, it must not reach the origin.
pub const SESSION_COOKIE: &str = "__Host-tidegate";

/// The values of the cookies with this name. Spaces and tabs alone surround a pair (RFC 6265 section 4.2.1). Other white space is part
/// of the name: a browser sees no prefix `__Host-` behind U+2000, and any page of the domain may set such a cookie.
pub(crate) fn values_of<'a>(cookie: &'a str, name: &'static str) -> impl Iterator<Item = &'a str> {
    let pairs = cookie.split(';').filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='));
    pairs.filter(move |(given, _)| *given == name).map(|(_, value)| value)
}

/// A `Cookie` value without our cookies, the others byte for byte; `None` where it holds none. Lines that were sent apart arrive
/// joined by commas.
pub(super) fn without_cookies_of_ours(cookie: &str) -> Option<String> {
    if !cookie.contains(SESSION_COOKIE) {
        return None;
    }
    let without = |pair: &str| {
        let kept: Vec<_> = pair.split(',').filter(|part| !is_ours(name(part))).collect();
        (!kept.is_empty()).then(|| kept.join(","))
    };
    let pairs: Vec<_> = cookie.split(';').filter_map(without).collect();
    Some(pairs.join(";").trim_matches([' ', '\t']).to_owned())
}

/// Whether a `Set-Cookie` line of an origin's sets a cookie of ours. A browser sends back a cookie without a name as its value
/// alone, so that `=name=value` comes back as the cookie `name`.
pub fn sets_cookie_of_ours(line: &str) -> bool {
    is_ours(name(line.split(';').next().unwrap_or_default().trim_start_matches(['=', ' ', '\t'])))
}

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default().trim()
}

/// Whether a name is that of the session cookie, or begins with it and `-`.
fn is_ours(name: &str) -> bool {
    name.strip_prefix(SESSION_COOKIE).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_never_reaches_the_origin() {
        for (cookie, expected) in [
            ("a=1; __Host-tidegate=secret; b=2", Some("a=1; b=2")),
            ("__Host-tidegate=secret", Some("")),
            ("a=1, __Host-tidegate=secret", Some("a=1")),
            ("__Host-tidegate=secret, a=1; b=2", Some("a=1; b=2")),
            ("a=1; b=2,__Host-tidegate=secret,c=3", Some("a=1; b=2,c=3")),
            ("a=1,__Host-tidegate=secret; b=2", Some("a=1; b=2")),
            ("a=1,2; b=\"x,y\"; __Host-tidegate=secret; c=3", Some("a=1,2; b=\"x,y\"; c=3")),
            ("a=1;b=2 ;  c = 3,,;__Host-tidegate=secret;;d", Some("a=1;b=2 ;  c = 3,,;;d")),
            ("a=\"1,__Host-tidegate=secret\"; b=2", Some("a=\"1; b=2")),
            ("__Host-tidegate=secret ;\u{a0}__Host-tidegate-login=secret,__Host-tidegate=secret; ", Some("")),
            ("a=1; __Host-tidegate-login=secret", Some("a=1")),
            ("x__Host-tidegate=kept", Some("x__Host-tidegate=kept")),
            ("a=1,2; b=2", None),
        ] {
            assert_eq!(without_cookies_of_ours(cookie).as_deref(), expected, "{cookie}");
        }
    }

    #[test]
    fn an_origin_sets_every_cookie_but_ours() {
        for line in [
            "__Host-tidegate=x; Path=/; Secure",
            "__Host-tidegate = x",
            " __Host-tidegate=x",
            "__Host-tidegate",
            "__Host-tidegate;",
            "=__Host-tidegate=x",
            " = __Host-tidegate=x",
            "__Host-tidegate-login=x",
        ] {
            assert!(sets_cookie_of_ours(line), "{line}");
        }
        for line in
            ["a=1", "a=__Host-tidegate=x", "x__Host-tidegate=1", "__Host-tidegates=1", "a; __Host-tidegate=1", ""]
        {
            assert!(!sets_cookie_of_ours(line), "{line}");
        }
    }
}
