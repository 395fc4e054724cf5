//! A policy that is too long for one value, in parts: a head, which lists them, and the parts, each of which is known by its
//! digest. In KV a part stands under `policy/{sha256}`, and the head's MAC is of the list; so a part needs no MAC.

mod held;

use std::ops::Range;

use sha2::{Digest, Sha256};

pub(super) use self::held::Parts;
use super::json::{CorruptPolicy, HEAD_END};
use super::sections::Sections;
use super::signed::BETWEEN;
use super::templates::Templates;
use crate::json;

/// The longest part, in bytes: a row of a Durable Object's SQLite has 2 MB at most, and half of that is room for what changes.
pub const MAX_PART_BYTES: usize = 1_000_000;
/// How long a part of operations is at most, in bytes, unless one of them is longer.
const LINES_BYTES: usize = 128 * 1024;
/// How long a part of templates is, in bytes, before what they share is left out.
const INDEX_BYTES: usize = 512 * 1024;
/// How many characters of a part's first template the head has.
const MAX_FIRST: usize = 200;

/// How the head of a policy in parts begins, and that of one in one piece.
const HEAD_START: &str = "{\"v\":2,";
const WHOLE_START: &str = "{\"v\":1,";
/// How one in one piece begins that version 1 cannot say, and what its head has after its own version.
const NEWEST_START: &str = "{\"v\":3,";
const OF_NEWEST: &str = "\"of\":3,";
/// What follows the fields that a policy has before its operations.
const LISTS: &str = "\"index\":";

/// The digest that a part is known by: the SHA-256 of its text, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartDigest(String);

/// A part of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is known by.
    pub digest: PartDigest,
    /// Its text.
    pub text: String,
}

/// A policy in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The head: version 2 of the policy's form.
    pub head: String,
    /// The parts that verdicts rest on, and then those that only people read.
    pub parts: Vec<Part>,
}

impl PartDigest {
    /// Of a part's text.
    pub fn of(text: &str) -> Self {
        Self(hex::encode(Sha256::digest(text.as_bytes())))
    }

    /// Reads one; `None` for any text but 64 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part's key in KV.
    pub fn key(&self) -> String {
        format!("{PART_KEYS}{}", self.0)
    }

    /// Whose key in KV this is; `None` where it is not a part's.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::parse(key.strip_prefix(PART_KEYS)?)
    }
}

/// How the keys of parts begin.
const PART_KEYS: &str = "policy/";

/// What the head says of a part.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// How many templates or operations it has.
    count: usize,
    digest: PartDigest,
}

/// What a head lists.
pub(super) struct Head {
    /// The fields before the operations, as the policy in one piece has them.
    pub fields: String,
    index: Vec<Row>,
    lines: Vec<Row>,
    tail: Vec<Row>,
}

impl Parted {
    /// Whether this text is the head of a policy in parts.
    pub fn is_head(text: &str) -> bool {
        text.starts_with(HEAD_START)
    }

    /// Divides the text of a policy, [`Policy::to_json`](super::Policy::to_json).
    ///
    /// # Errors
    /// [`CorruptPolicy`] for another text; [`CorruptPolicy::TooLong`] where one operation is longer than a part.
    pub fn split(text: &str) -> Result<Self, CorruptPolicy> {
        let malformed = || CorruptPolicy::Malformed { place: "operations".to_owned() };
        let sections = Sections::of(text).ok_or_else(malformed)?;
        let of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let fields = of(&sections.fields);
        let (version, fields) = match fields.strip_prefix(NEWEST_START) {
            Some(fields) => (OF_NEWEST, fields),
            None => ("", fields.strip_prefix(WHOLE_START).ok_or_else(malformed)?),
        };
        let lines: Vec<&str> = sections.lines.iter().map(|line| of(line).trim_end_matches(',')).collect();
        let mut parted = Self { head: String::new(), parts: Vec::new() };
        let index = chunks(&sections.templates, INDEX_BYTES);
        let index = index.into_iter().map(|templates| {
            let text = templates.iter().copied().collect::<Templates>().write();
            parted.row(templates.len(), templates.first().copied().unwrap_or_default(), text)
        });
        let index: Vec<String> = index.collect::<Result<_, _>>()?;
        let mut place = 0_usize;
        let mut rows = Vec::new();
        for chunk in chunks(&lines, LINES_BYTES) {
            let first = sections.templates.get(place).copied().unwrap_or_default();
            rows.push(parted.row(chunk.len(), first, chunk.join(BETWEEN))?);
            place = place.saturating_add(chunk.len());
        }
        let tail = cut(of(&sections.tail)).map(|chunk| parted.row(0, "", chunk.to_owned()));
        let tail = tail.collect::<Result<Vec<_>, _>>()?;
        let list = |rows: &[String]| format!("[{}]", rows.join(","));
        let [index, lines, tail] = [list(&index), list(&rows), list(&tail)];
        parted.head = format!("{HEAD_START}{version}{fields}{LISTS}{index},\"parts\":{lines},\"tail\":{tail}}}");
        parted.parts.sort_by(|one, other| one.digest.cmp(&other.digest));
        parted.parts.dedup();
        Ok(parted)
    }

    /// Adds a part. Returns its row in the head.
    fn row(&mut self, count: usize, first: &str, text: String) -> Result<String, CorruptPolicy> {
        if text.len() > MAX_PART_BYTES {
            return Err(CorruptPolicy::TooLong);
        }
        let digest = PartDigest::of(&text);
        let first: String = first.chars().take(MAX_FIRST).collect();
        let row = format!("\"{count} {} {} {first}\"", text.len(), digest.0);
        self.parts.push(Part { digest, text });
        Ok(row)
    }

    /// The text of the policy in one piece. `part` returns the text of a part.
    ///
    /// # Errors
    /// [`CorruptPolicy`] if `head` is not a head, or for a part that is missing.
    pub fn join(head: &str, part: &mut dyn FnMut(&PartDigest) -> Option<String>) -> Result<String, CorruptPolicy> {
        let Head { fields, lines, tail, .. } = Head::parse(head)?;
        let mut texts = |rows: &[Row]| -> Result<Vec<String>, CorruptPolicy> {
            rows.iter().map(|row| part(&row.digest).ok_or_else(|| CorruptPolicy::Part(row.digest.clone()))).collect()
        };
        let (lines, tail) = (texts(&lines)?.join(BETWEEN), texts(&tail)?.concat());
        let before = if lines.is_empty() { "" } else { "\n" };
        Ok([&fields, HEAD_END, before, &lines, "\n", &tail].concat())
    }

    /// The parts that a head lists: those that verdicts need; with `all`, also those that only people read.
    ///
    /// # Errors
    /// [`CorruptPolicy`] if `head` is not a head.
    pub fn listed(head: &str, all: bool) -> Result<Vec<PartDigest>, CorruptPolicy> {
        let Head { index, lines, tail, .. } = Head::parse(head)?;
        let tail = if all { tail } else { Vec::new() };
        Ok(index.into_iter().chain(lines).chain(tail).map(|row| row.digest).collect())
    }
}

impl Head {
    pub fn parse(text: &str) -> Result<Self, CorruptPolicy> {
        let malformed = |place: &str| CorruptPolicy::Malformed { place: place.to_owned() };
        let rest = text.strip_prefix(HEAD_START).ok_or_else(|| malformed("v"))?;
        // Within a string the quotation marks would be escaped.
        let (fields, lists) = rest.split_once(LISTS).ok_or_else(|| malformed("index"))?;
        let lists = format!("{{{LISTS}{lists}");
        let lists = json::Value::parse(&lists).map_err(|_| malformed("index"))?;
        let rows = |name: &str| {
            let rows = lists.entry(name).and_then(json::Value::items);
            let rows = rows.and_then(|rows| rows.iter().map(|row| Row::parse(row.text()?)).collect::<Option<Vec<_>>>());
            rows.ok_or_else(|| malformed(name))
        };
        Ok(Self {
            fields: match fields.strip_prefix(OF_NEWEST) {
                Some(fields) => [NEWEST_START, fields].concat(),
                None => [WHOLE_START, fields].concat(),
            },
            index: rows("index")?,
            lines: rows("parts")?,
            tail: rows("tail")?,
        })
    }
}

impl Row {
    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.splitn(4, ' ');
        let count = fields.next()?.parse().ok()?;
        let _: usize = fields.next()?.parse().ok()?;
        Some(Self { count, digest: PartDigest::parse(fields.next()?)? })
    }
}

/// Divides texts into chunks of at most about `most` bytes. The texts decide where a chunk ends, so that one text more or less
/// changes few chunks.
fn chunks<'a>(texts: &[&'a str], most: usize) -> Vec<Vec<&'a str>> {
    let least = most / 2;
    let mut chunks: Vec<Vec<&'a str>> = Vec::new();
    let mut bytes = 0_usize;
    for text in texts {
        let after = bytes.saturating_add(text.len());
        let ends = after > most || (bytes >= least && is_boundary(text));
        match chunks.last_mut() {
            Some(last) if !ends => {
                last.push(*text);
                bytes = after;
            }
            _ => {
                chunks.push(vec![*text]);
                bytes = text.len();
            }
        }
    }
    chunks
}

/// A text in pieces that fit into a part.
fn cut(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.floor_char_boundary(LINES_BYTES);
        let (chunk, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Whether a chunk may end before this text: one of about 16 says yes.
fn is_boundary(text: &str) -> bool {
    let hash = text.bytes().take(MAX_FIRST).fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    (hash ^ (hash >> 16)) & 15 == 0
}
