//! The authority of a URL (RFC 3986 section 3.2): a host, and at most a port.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest host name and the longest of its labels, in bytes (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// A host and a port from 1 on, in digits without leading zeros. Whether the host is one, [`is_host_name`] or [`is_host`] says.
pub(crate) fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        Some((host, digits)) if !digits.ends_with(']') => {
            let port: u16 = digits.parse().ok().filter(|port| *port > 0)?;
            (port.to_string() == digits).then_some((host, Some(port)))
        }
        _ => Some((authority, None)),
    }
}

/// Whether a text is a host name (RFC 1123 section 2.1), and no address to a URL parser.
pub(crate) fn is_host_name(text: &str) -> bool {
    text.len() <= MAX_NAME_BYTES && text.split('.').all(is_label) && !ends_in_number(text)
}

/// Whether a text is a host name, where labels may have underscores as machines of a private network do, or an IP address in the one
/// spelling that a URL parser would give it.
pub(crate) fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == address);
    }
    text.parse::<Ipv4Addr>().is_ok() || is_host_name(&text.replace('_', "-"))
}

/// Whether a text is what a client may name in `Host` (RFC 9110 section 7.2): a host name in ASCII, where labels may have underscores
/// and a dot may stand at the end, or an IP address, with at most a port. All parsers of URLs agree where it ends.
pub(crate) fn is_authority(text: &str) -> bool {
    let Some((host, _)) = host_and_port(text) else { return false };
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = host.strip_suffix('.').unwrap_or(host);
    name.len() <= MAX_NAME_BYTES && name.split('.').all(|label| !label.is_empty() && label.bytes().all(is_known))
}

/// Scheme, host and port of a URL that has nothing else, of `http` or `https`. A slash at its end is dropped.
pub(crate) fn web_origin(text: &str) -> Option<&str> {
    let url = text.strip_suffix('/').unwrap_or(text);
    let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, _) = host_and_port(authority)?;
    is_host(host).then_some(url)
}

/// A label of a host name (RFC 1123 section 2.1).
pub(crate) fn is_label(label: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label.bytes().all(is_known)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether a URL parser takes a name for an IPv4 address: its last label is a number (WHATWG URL, "ends in a number").
pub(crate) fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())) || last.strip_prefix("0x").is_some_and(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_names_a_host_and_at_most_a_port() {
        for text in [
            "gate.example",
            "GATE.example",
            "gate.example.",
            "gate.example:8443",
            "gate.example.:8443",
            "my_api",
            "_api.example:80",
            "xn--bcher-kva.example",
            "127.0.0.1:8787",
            "[::1]",
            "[0:0::1]:8787",
        ] {
            assert!(is_authority(text), "{text}");
        }
        let long = "a.".repeat(127);
        for text in [
            "",
            ".",
            ":80",
            "..",
            "gate..example",
            ".gate.example",
            "gate.example..",
            "gate.example:",
            "gate.example:0",
            "gate.example:080",
            "gate.example:65536",
            "gate.example:80:80",
            "u@gate.example",
            "u:p@gate.example",
            "gate.example, other.example",
            "gate example",
            " gate.example",
            "gate.example\t",
            "gate.example\\x",
            "gate%2eexample",
            "ü.example",
            "gate.example\u{ff0e}",
            "€€€",
            "\0",
            "::1",
            "[::1",
            "[::1]x",
            "[gate.example]",
            "[::1%25eth0]",
            "{host}",
            "a;b",
            &format!("{long}ab"),
        ] {
            assert!(!is_authority(text), "{text:?}");
        }
    }

    #[test]
    fn a_web_origin_is_a_scheme_a_host_and_at_most_a_port() {
        for text in [
            "https://api.example.com",
            "https://API.example.com",
            "http://127.0.0.1:8080",
            "https://[::1]:8443",
            "http://localhost",
            "http://api_1:3000",
            "https://xn--bcher-kva.example:443",
        ] {
            assert_eq!(web_origin(text), Some(text));
            assert_eq!(web_origin(&format!("{text}/")), Some(text));
        }
        let (long, label) = (format!("https://{}x", "a.".repeat(130)), format!("https://{}", "a".repeat(64)));
        for text in [
            "",
            " ",
            "api.example.com",
            "//api.example.com",
            "https://",
            "https:///",
            "https:api.example.com",
            "HTTPS://api.example.com",
            "ftp://api.example.com",
            "wss://api.example.com",
            "javascript:alert(1)",
            " https://api.example.com",
            "https://api.example.com ",
            "https://api.example.com\n",
            "https://api.example.com/v1",
            "https://api.example.com//",
            "https://api.example.com?x",
            "https://api.example.com#x",
            "https://api.example.com\\v1",
            "https://user@api.example.com",
            "https://user:secret@api.example.com",
            "https://api.example.com.",
            "https://.example.com",
            "https://api..example.com",
            "https://*.example.com",
            "https://bücher.example",
            "https://api%2eexample.com",
            "https://api.example.com, https://other.example.com",
            "https://api.example.com https://other.example.com",
            "https://api.example.com:",
            "https://api.example.com:0",
            "https://api.example.com:080",
            "https://api.example.com:+80",
            "https://api.example.com:65536",
            "https://api.example.com:http",
            "https://api.example.com:80:80",
            "https://-api.example.com",
            "https://\"api.example.com\"",
            "https://{host}",
            "https://::1",
            "https://[::1",
            "https://[0::1]",
            "https://[::1]x",
            "https://127.1",
            "https://0x7f000001",
            "https://2130706433",
            &long,
            &label,
        ] {
            assert_eq!(web_origin(text), None, "{text:?}");
        }
    }
}
