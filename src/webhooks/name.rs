//! Host names, as far as they can be judged without looking them up.

/// The longest host name and the longest of its labels, in bytes (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// Last labels of names that mean a machine nearby, or nothing at all, whatever a resolver makes of them: RFC 6761, RFC 6762, RFC 8375,
/// RFC 9476, ICANN's `internal`, and what home routers and offices use.
const NEARBY: [&str; 14] = [
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "workgroup",
];

/// Why a host cannot be an endpoint's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is an address, in one of its spellings.
    Literal,
    /// It has one label, or means a machine nearby.
    Nearby,
    /// A label is not in plain letters: `xn--` and its like.
    International,
    /// It is not a host name.
    Malformed,
}

/// The host name in lower case.
pub(super) fn host_name(text: &str) -> Result<String, Unfit> {
    let name = text.to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    if name.starts_with('[') || is_number(last) {
        return Err(Unfit::Literal);
    }
    if !name.is_ascii() {
        return Err(Unfit::International);
    }
    if name.split('.').any(|label| label.get(2..4) == Some("--")) {
        return Err(Unfit::International);
    }
    if name.len() > MAX_NAME_BYTES || !name.split('.').all(is_label) {
        return Err(Unfit::Malformed);
    }
    if !name.contains('.') || NEARBY.contains(&last) { Err(Unfit::Nearby) } else { Ok(name) }
}

/// A label of a host name (RFC 1123 section 2.1).
pub(super) fn is_label(label: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label.bytes().all(is_known)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Whether a URL parser takes a name with this last label for an IPv4 address (WHATWG URL, "ends in a number").
fn is_number(last: &str) -> bool {
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())) || last.strip_prefix("0x").is_some_and(is_hex)
}
