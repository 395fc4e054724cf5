//! The policy as KV holds it: head, the templates of all operations, the digests of their lines in blocks, then the lines. The MAC
//! covers everything before the lines. An isolate checks it without reading the lines, and checks a block of lines when it first uses the block. That
//! part is short, since the first request of every isolate waits until it is hashed.

use std::ops::Range;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use super::POLICY_KEY;
use super::json::{CorruptPolicy, HEAD_END};
use super::templates::Templates;
use crate::token::{NotAuthentic, SignedValue, StoreKeys, split, with_mac};

/// The longest signed policy, in bytes: several times what the registry keeps of one.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How many operations a block has; the last one may have fewer.
pub(super) const BLOCK: usize = 16;

/// How the head ends.
const TEMPLATES_START: &str = "\"templates\":\"";
/// What is between the templates and the blocks.
const BLOCKS_START: &str = "\",\"blocks\":[";
/// How the blocks end.
const BLOCKS_END: &str = "],";
/// What is between two operations.
pub(super) const BETWEEN: &str = ",\n";
/// What follows the last one.
const OPERATIONS_END: &str = "\n]";

/// Where the parts of a signed policy are, its MAC right.
pub(super) struct Parts {
    /// All before the templates.
    pub head: Range<usize>,
    /// The operations' templates.
    pub templates: Templates,
    /// The operations' lines.
    pub blocks: Vec<Block>,
}

/// Some lines that follow each other.
pub(super) struct Block {
    /// The lines.
    pub text: Range<usize>,
    /// The SHA-256 of the lines in base64url.
    pub digest: Range<usize>,
}

/// The value to store for a policy of this head and these operations.
pub(super) fn sign(head: &str, templates: &Templates, lines: &[&str], keys: &StoreKeys) -> SignedValue {
    let blocks: Vec<_> = lines.chunks(BLOCK).map(|lines| lines.join(BETWEEN)).collect();
    let listed: Vec<_> = blocks.iter().map(|block| format!("\"{} {}\"", digest(block), block.len())).collect();
    let templates = templates.write();
    let mut text = [head, TEMPLATES_START, &templates, BLOCKS_START, &listed.join(","), BLOCKS_END].concat();
    let mac = keys.mac(POLICY_KEY, &[&text]);
    text.extend([HEAD_END, "\n", &blocks.join(BETWEEN), OPERATIONS_END]);
    with_mac(&text, &mac)
}

/// Checks the MAC and finds the parts.
///
/// # Errors
/// [`CorruptPolicy::NotAuthentic`] for any text whose part before the operations was not signed; no operation was looked at.
pub(super) fn parts(text: &str, keys: &StoreKeys) -> Result<Parts, CorruptPolicy> {
    if text.len() > MAX_BYTES {
        return Err(CorruptPolicy::TooLong);
    }
    let (body, mac) = split(text).ok_or(NotAuthentic::NoMac)?;
    let Outline { head, templates, blocks, signed, operations } = outline(body).ok_or(NotAuthentic::NoMac)?;
    keys.verify(POLICY_KEY, &[signed], mac)?;
    let malformed = |place: &str| CorruptPolicy::Malformed { place: place.to_owned() };
    let templates = Templates::read(templates).ok_or_else(|| malformed("templates"))?;
    let blocks_at = signed.len().saturating_sub(blocks.len()).saturating_sub(BLOCKS_END.len());
    let first = signed.len().saturating_add(HEAD_END.len()).saturating_add(1);
    let blocks = read_blocks(blocks, blocks_at, first).ok_or_else(|| malformed("blocks"))?;
    let end = blocks.last().map_or(first, |block| block.text.end);
    let is_whole = blocks.len() == templates.len().div_ceil(BLOCK) && body.get(end..) == Some(OPERATIONS_END);
    if !is_whole || !operations.starts_with(HEAD_END) {
        return Err(malformed("operations"));
    }
    Ok(Parts { head: 0..head.len(), templates, blocks })
}

/// The texts of the parts, before anything is known of them.
struct Outline<'a> {
    head: &'a str,
    templates: &'a str,
    blocks: &'a str,
    /// What the MAC is of.
    signed: &'a str,
    /// What follows that.
    operations: &'a str,
}

/// Neither a quotation mark stands in the templates nor a bracket in the blocks.
fn outline(body: &str) -> Option<Outline<'_>> {
    let (head, rest) = body.split_once(TEMPLATES_START)?;
    let (templates, _) = rest.split_once('"')?;
    let (blocks, operations) = rest.get(templates.len()..)?.strip_prefix(BLOCKS_START)?.split_once(BLOCKS_END)?;
    let signed = body.get(..body.len().checked_sub(operations.len())?)?;
    Some(Outline { head, templates, blocks, signed, operations })
}

/// The blocks of a list that begins at `start`. The lines begin at `at`.
fn read_blocks(list: &str, mut start: usize, mut at: usize) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    for row in list.split(',').filter(|_| !list.is_empty()) {
        let (digest, length) = row.strip_prefix('"')?.strip_suffix('"')?.split_once(' ')?;
        let digest_at = start.checked_add(1)?;
        let end = at.checked_add(length.parse().ok()?)?;
        blocks.push(Block { text: at..end, digest: digest_at..digest_at.checked_add(digest.len())? });
        at = end.checked_add(BETWEEN.len())?;
        start = start.checked_add(row.len())?.checked_add(1)?;
    }
    Some(blocks)
}

/// The digest of a block's lines, as the list has it.
pub(super) fn digest(lines: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(lines.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenKeys;

    #[test]
    fn there_are_as_many_blocks_as_the_templates_need() {
        let keys = TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").unwrap();
        let templates: Templates = ["/a"; BLOCK + 1].into_iter().collect();
        for (lines, fits) in [(0, false), (BLOCK, false), (BLOCK + 1, true), (2 * BLOCK + 1, false)] {
            let signed = sign("{", &templates, &vec!["{}"; lines], keys.store());
            let outcome = parts(signed.as_str(), keys.store()).map(|parts| parts.blocks.len());
            let malformed = CorruptPolicy::Malformed { place: "operations".to_owned() };
            assert_eq!(outcome, if fits { Ok(2) } else { Err(malformed) }, "{lines} lines");
        }
    }
}
