//! The policy as KV holds it: head, a list that has each operation's method, template and digest, then the operations. The
//! MAC is of the head and the list, so an isolate checks it without a look at the operations, and an operation when it
//! first uses it.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::POLICY_KEY;
use super::json::{CorruptPolicy, HEAD_END};
use crate::encoding::BASE64URL;
use crate::token::{NotAuthentic, SignedValue, StoreKeys, split, with_mac};

/// The longest signed policy, in bytes: several times what the registry keeps of one.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How the head ends.
const LIST_START: &str = "\"lines\":[";
/// How the list ends.
const LIST_END: &str = "\n],";
/// What is between two operations.
const BETWEEN: &str = ",\n";
/// What follows the last one.
const OPERATIONS_END: &str = "\n]";

/// Where the parts of a signed policy are, its MAC right.
pub(super) struct Parts {
    /// All before the list.
    pub head: Range<usize>,
    /// The operations.
    pub lines: Vec<SignedLine>,
}

/// An operation of the list.
pub(super) struct SignedLine {
    /// Its line.
    pub text: Range<usize>,
    /// Its template, in the list.
    pub template: Range<usize>,
    /// The SHA-256 of its line in base64url, in the list.
    pub digest: Range<usize>,
}

/// An operation as it is to be signed.
pub(super) struct PlainLine<'a> {
    pub method: &'a str,
    pub template: &'a str,
    pub text: &'a str,
}

/// The value to store for a policy of this head and these operations.
pub(super) fn sign(head: &str, lines: &[PlainLine<'_>], keys: &StoreKeys) -> SignedValue {
    let mut text = [head, LIST_START].concat();
    for (index, PlainLine { method, template, text: line }) in lines.iter().enumerate() {
        let before = if index == 0 { "\n\"" } else { ",\n\"" };
        text.extend([before, &digest(line), " ", &line.len().to_string(), " ", method, " ", template, "\""]);
    }
    text.push_str(LIST_END);
    let mac = keys.mac(POLICY_KEY, &[&text]);
    let lines: Vec<_> = lines.iter().map(|line| line.text).collect();
    text.extend([HEAD_END, "\n", &lines.join(BETWEEN), OPERATIONS_END]);
    with_mac(&text, &mac)
}

/// Checks the MAC and finds the parts.
///
/// # Errors
/// [`CorruptPolicy::NotAuthentic`] for any text whose head and list were not signed; no operation was looked at.
pub(super) fn parts(text: &str, keys: &StoreKeys) -> Result<Parts, CorruptPolicy> {
    if text.len() > MAX_BYTES {
        return Err(CorruptPolicy::TooLong);
    }
    let (body, mac) = split(text).ok_or(NotAuthentic::NoMac)?;
    let list_end = body.find(LIST_END).and_then(|at| at.checked_add(LIST_END.len()));
    let (signed, operations) = list_end.and_then(|end| body.split_at_checked(end)).ok_or(NotAuthentic::NoMac)?;
    keys.verify(POLICY_KEY, &[signed], mac)?;
    let malformed = |place: &str| CorruptPolicy::Malformed { place: place.to_owned() };
    let (head, rows) = signed.split_once(LIST_START).ok_or_else(|| malformed("lines"))?;
    let rows_at = head.len().saturating_add(LIST_START.len());
    let first = signed.len().saturating_add(HEAD_END.len()).saturating_add(1);
    let lines = lines(rows, rows_at, first).ok_or_else(|| malformed("lines"))?;
    let end = lines.last().map_or(first, |line| line.text.end);
    if !operations.starts_with(HEAD_END) || body.get(end..) != Some(OPERATIONS_END) {
        return Err(malformed("operations"));
    }
    Ok(Parts { head: 0..head.len(), lines })
}

/// The operations of the list. Its rows begin at `start`, the first operation at `at`.
fn lines(rows: &str, start: usize, mut at: usize) -> Option<Vec<SignedLine>> {
    let mut start = start.checked_add(1)?;
    let mut lines = Vec::new();
    for row in rows.strip_suffix(LIST_END)?.split('\n').skip(1) {
        let fields = row.strip_prefix('"')?.trim_end_matches(',').strip_suffix('"')?;
        let (digest, rest) = fields.split_once(' ')?;
        let (length, rest) = rest.split_once(' ')?;
        let (_method, template) = rest.split_once(' ')?;
        let digest_at = start.checked_add(1)?;
        let template_end = digest_at.checked_add(fields.len())?;
        let end = at.checked_add(length.parse().ok()?)?;
        lines.push(SignedLine {
            text: at..end,
            template: template_end.checked_sub(template.len())?..template_end,
            digest: digest_at..digest_at.checked_add(digest.len())?,
        });
        at = end.checked_add(BETWEEN.len())?;
        start = start.checked_add(row.len())?.checked_add(1)?;
    }
    Some(lines)
}

/// The digest of an operation's line, as the list has it.
pub(super) fn digest(line: &str) -> String {
    BASE64URL.encode(&Sha256::digest(line.as_bytes()))
}
