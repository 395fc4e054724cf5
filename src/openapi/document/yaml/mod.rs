//! YAML 1.2 as far as it says what JSON can say, in bounded memory.

mod scalar;

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use self::scalar::{UNREAD, is_core, is_merge, is_of_scalar, is_unspecific, scalar};
use super::objects::MERGED_SECURITY;
use crate::json::{self, Map};

/// How deep collections may lie in one another: as deep as serde_json reads, so that every document in YAML has a form in JSON.
const MAX_LEVELS: usize = 127;
/// How many nodes a document may have, those included that aliases stand for: a few lines can stand for billions.
const MOST_NODES: usize = 2_000_000;
/// So many bytes of text count as one node more.
const BYTES_OF_A_NODE: usize = 32;

/// Reads one YAML document. Duplicate keys and keys that are no scalars are errors; what has a tag that is not of the core schema is
/// read as nothing that could be needed. Merge keys, which YAML 1.1 has, are expanded: an explicit key wins, then the first of
/// several mappings.
pub(super) fn parse(text: &str) -> Result<json::Value<'static>, String> {
    let mut loader = Loader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| at(error.info(), error.marker()))?;
        loader.take(event).map_err(|what| at(&what, &span.start))?;
    }
    loader.root.ok_or_else(|| "it holds no document".to_owned())
}

fn at(what: &str, place: &Marker) -> String {
    format!("{what} at line {}, column {}", place.line(), place.col().saturating_add(1))
}

#[derive(Default)]
struct Loader {
    open: Vec<Frame>,
    anchors: Map<Known>,
    nodes: usize,
    root: Option<json::Value<'static>>,
}

/// A collection whose end has not come yet.
struct Frame {
    items: Items,
    /// Whether it has a tag that is not of the core schema.
    is_unread: bool,
    anchor: usize,
    nodes_before: usize,
    /// How many levels of collections lie in it so far.
    levels: usize,
}

enum Items {
    Sequence(Vec<json::Value<'static>>),
    Mapping(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: Vec<(Cow<'static, str>, json::Value<'static>)>,
    keys: Map<()>,
    /// The key whose value comes next.
    key: Option<String>,
    /// What merge keys bring.
    merged: Option<json::Value<'static>>,
    /// Whether the value that comes next is that of a merge key.
    is_merge: bool,
}

/// What an anchor names.
struct Known {
    value: json::Value<'static>,
    nodes: usize,
    levels: usize,
}

impl Loader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => Err("a second document starts".to_owned()),
            Event::DocumentStart(_) => Ok(()),
            Event::SequenceStart(anchor, tag) => self.open(Items::Sequence(Vec::new()), anchor, tag.as_deref()),
            Event::MappingStart(anchor, tag) => self.open(Items::Mapping(Mapping::default()), anchor, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Scalar(text, style, anchor, tag) => {
                let nodes = text.len().checked_div(BYTES_OF_A_NODE).unwrap_or_default().saturating_add(1);
                self.count(nodes)?;
                if let Some(map) = self.awaits_key() {
                    map.start_entry(text.clone(), is_merge_key(&text, style, tag.as_deref())?)?;
                    if anchor > 0 {
                        self.remember(anchor, &scalar(text, style, tag.as_deref()), nodes, 0)?;
                    }
                    return Ok(());
                }
                let value = scalar(text, style, tag.as_deref());
                self.remember(anchor, &value, nodes, 0)?;
                self.put(value, 0)
            }
            Event::Alias(anchor) => self.alias(anchor),
        }
    }

    fn alias(&mut self, anchor: usize) -> Result<(), String> {
        let unknown = "an alias stands for what it is part of, or for nothing";
        let (nodes, levels) =
            self.anchors.get(&anchor.to_string()).map(|known| (known.nodes, known.levels)).ok_or(unknown)?;
        self.count(nodes)?;
        self.deepen(levels)?;
        let value = self.anchors.get(&anchor.to_string()).map(|known| known.value.clone()).ok_or(unknown)?;
        match (self.awaits_key(), value) {
            (Some(map), json::Value::Text(text)) => map.start_entry(text, false),
            (Some(_), _) => Err("an alias that stands for no text is a key".to_owned()),
            (None, value) => self.put(value, levels),
        }
    }

    /// The mapping whose next key comes now.
    fn awaits_key(&mut self) -> Option<&mut Mapping> {
        match &mut self.open.last_mut()?.items {
            Items::Mapping(map) if map.key.is_none() => Some(map),
            _ => None,
        }
    }

    fn open(&mut self, items: Items, anchor: usize, tag: Option<&Tag>) -> Result<(), String> {
        self.count(1)?;
        let own = if matches!(items, Items::Mapping(_)) { "map" } else { "seq" };
        let is_unread = tag.is_some_and(|tag| !is_core(tag, own) && !is_unspecific(tag));
        self.deepen(1)?;
        if matches!(self.open.last(), Some(Frame { items: Items::Mapping(Mapping { key: None, .. }), .. })) {
            return Err("a key that is no scalar".to_owned());
        }
        self.open.push(Frame { items, is_unread, anchor, nodes_before: self.nodes, levels: 0 });
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Frame { items, is_unread, anchor, nodes_before, levels } =
            self.open.pop().ok_or("an end without a start")?;
        let value = match items {
            _ if is_unread => UNREAD,
            Items::Sequence(items) => json::Value::List(items),
            Items::Mapping(map) => {
                let (entries, nodes) = map.into_entries()?;
                self.count(nodes)?;
                json::Value::Object(entries)
            }
        };
        let levels = levels.saturating_add(1);
        self.remember(anchor, &value, self.nodes.saturating_sub(nodes_before).saturating_add(1), levels)?;
        self.put(value, levels)
    }

    fn put(&mut self, value: json::Value<'static>, levels: usize) -> Result<(), String> {
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        frame.levels = frame.levels.max(levels);
        match &mut frame.items {
            Items::Sequence(items) => items.push(value),
            Items::Mapping(map) => {
                let key = map.key.take().ok_or("a key that is no scalar")?;
                if std::mem::take(&mut map.is_merge) {
                    map.merged = Some(value);
                } else {
                    map.entries.push((key.into(), value));
                }
            }
        }
        Ok(())
    }

    /// Anchors are numbered from 1; 0 is none. What is remembered is kept twice, and so counts twice.
    fn remember(
        &mut self,
        anchor: usize,
        value: &json::Value<'static>,
        nodes: usize,
        levels: usize,
    ) -> Result<(), String> {
        if anchor > 0 {
            self.count(nodes)?;
            self.anchors.insert(anchor.to_string(), Known { value: value.clone(), nodes, levels });
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MOST_NODES { Err(format!("more than {MOST_NODES} nodes")) } else { Ok(()) }
    }

    /// Checks that so many levels more may lie in what is open.
    fn deepen(&self, levels: usize) -> Result<(), String> {
        let deep = self.open.len().saturating_add(levels) > MAX_LEVELS;
        if deep { Err(format!("more than {MAX_LEVELS} levels")) } else { Ok(()) }
    }
}

impl Mapping {
    fn start_entry(&mut self, text: Cow<'_, str>, is_merge: bool) -> Result<(), String> {
        if !self.keys.insert(text.clone().into_owned(), ()) {
            return Err(format!("the key {text:?} stands twice"));
        }
        self.is_merge = is_merge;
        self.key = Some(text.into_owned());
        Ok(())
    }

    /// The entries, with those that merge keys bring, and how many nodes these are.
    fn into_entries(self) -> Result<(Vec<Entry>, usize), String> {
        let Self { mut entries, keys, merged, .. } = self;
        let Some(merged) = merged else { return Ok((entries, 0)) };
        let sources = match merged {
            json::Value::List(items) => items,
            one => vec![one],
        };
        let (mut taken, mut nodes) = (keys, 0_usize);
        for source in sources {
            let json::Value::Object(brought) = source else {
                return Err("a merge key (<<) whose value is neither a mapping nor a list of mappings".to_owned());
            };
            for (key, mut value) in brought {
                if key == MERGED_SECURITY || !taken.insert(key.clone().into_owned(), ()) {
                    continue;
                }
                nodes = nodes.saturating_add(count(&value));
                if key == SECURITY {
                    entries.push(mark());
                }
                mark_within(&mut value, MARKED_LEVELS);
                entries.push((key, value));
            }
        }
        Ok((entries, nodes))
    }
}

type Entry = (Cow<'static, str>, json::Value<'static>);

const MERGE: &str = "<<";
const SECURITY: &str = "security";
/// How deep in what a merge key brings operations can stand: in `pathItems` of `components`.
const MARKED_LEVELS: usize = 3;

/// Whether a key is a merge key.
///
/// # Errors
/// A tag that no key has.
fn is_merge_key(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<bool, String> {
    match tag {
        None => Ok(style == ScalarStyle::Plain && text == MERGE),
        Some(tag) if is_merge(tag) && text == MERGE => Ok(true),
        Some(tag) if is_of_scalar(tag) => Ok(false),
        Some(_) => Err("a key with a tag that is not read".to_owned()),
    }
}

/// What notes that the `security` beside it was brought by a merge key, also in what is converted to JSON.
fn mark() -> Entry {
    (MERGED_SECURITY.into(), json::Value::Boolean(true))
}

/// The same for lists of requirements in what it brought, so deep within it.
fn mark_within(value: &mut json::Value<'static>, levels: usize) {
    let json::Value::Object(members) = value else { return };
    // A schema can have a property with this name.
    let are_requirements = |value: &json::Value<'_>| matches!(value, json::Value::List(_)) || value.has_entry("$ref");
    if members.iter().any(|(member, value)| member == SECURITY && are_requirements(value))
        && !members.iter().any(|(member, _)| member == MERGED_SECURITY)
    {
        members.push(mark());
    }
    if let Some(levels) = levels.checked_sub(1) {
        members.iter_mut().for_each(|(_, member)| mark_within(member, levels));
    }
}

/// How many nodes a value has.
fn count(value: &json::Value<'_>) -> usize {
    match value {
        json::Value::List(items) => items.iter().map(count).fold(1, usize::saturating_add),
        json::Value::Object(entries) => entries.iter().map(|(_, value)| count(value)).fold(1, usize::saturating_add),
        json::Value::Text(text) => text.len().checked_div(BYTES_OF_A_NODE).unwrap_or_default().saturating_add(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_says_what_json_says() {
        let text = "openapi: 3.0.3\na: &x [1, -2.5, true, ~, 'yes', \"no\", on]\nb: *x\nc: {200: !!str 1}\n";
        let json = r#"{"openapi":"3.0.3","a":LIST,"b":LIST,"c":{"200":"1"}}"#;
        let json = json.replace("LIST", r#"[1,-2.5,true,null,"yes","no","on"]"#);
        assert_eq!(parse(text), Ok(json::Value::parse(&json).unwrap()));
    }

    #[test]
    fn ambiguity_is_refused_with_its_place() {
        for (text, expected) in [
            ("a: 1\na: 2\n", "the key \"a\" stands twice at line 2, column 1"),
            (
                "a:\n  <<: 5\n",
                "a merge key (<<) whose value is neither a mapping nor a list of mappings at line 3, column 1",
            ),
            ("a: &x {}\nb: {<<: *x, <<: *x}\n", "the key \"<<\" stands twice at line 2, column 13"),
            ("!thing a: 1\n", "a key with a tag that is not read at line 1, column 1"),
            ("!!binary a: 1\n", "a key with a tag that is not read at line 1, column 1"),
            ("!!merge a: 1\n", "a key with a tag that is not read at line 1, column 1"),
            ("? [a]\n: 1\n", "a key that is no scalar at line 1, column 3"),
            ("a: &x 1\n*x : 2\n", "an alias that stands for no text is a key at line 2, column 1"),
            ("a: &x b\nb: 1\n*x : 2\n", "the key \"b\" stands twice at line 3, column 1"),
            ("a: &x [*x]\n", "an alias stands for what it is part of, or for nothing at line 1, column 8"),
            ("a: 1\n---\nb: 2\n", "a second document starts at line 2, column 1"),
            ("", "it holds no document"),
        ] {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
        assert!(parse("a: [1").is_err());
    }

    #[test]
    fn tags_of_the_core_schema_say_the_type() {
        let text = "a: !!str 1\nb: !!int 2\nc: !!float 2.5\nd: !!bool true\ne: !!null null\nf: !!map {}\ng: !!seq []\nh: ! 3\n";
        let json = r#"{"a":"1","b":2,"c":2.5,"d":true,"e":null,"f":{},"g":[],"h":"3"}"#;
        assert_eq!(parse(text), Ok(json::Value::parse(json).unwrap()));
    }

    #[test]
    fn what_has_another_tag_is_of_no_type_and_stops_nothing() {
        let text = "a: !!binary aGk=\nb: !thing [1, {c: 2}]\nd: &x !!set {e}\nf: *x\ng: !include h.yaml\ni: !Sub\nj: 1\n\
             k: !!int 0x1F\nl: !!int 0o17\nm: !!float .inf\nn: !!bool yes\no: !!int 1_000\np: !!int x\nq: !!null 1\n";
        let read = parse(text).unwrap();
        for key in ["a", "b", "d", "f", "g", "i", "k", "l", "m", "n", "o", "p", "q"] {
            assert_eq!(read.entry(key), Some(&UNREAD), "{key}");
        }
        assert_eq!(read.entry("j"), Some(&json::Value::Unsigned(1)));
        assert_eq!(parse("a: !thing {b: 1, b: 2}\n").unwrap_err(), "the key \"b\" stands twice at line 1, column 18");
        assert!(parse("a: &x !thing {}\nb: {<<: *x}\n").unwrap_err().starts_with("a merge key (<<)"));
    }

    #[test]
    fn a_merge_key_may_have_its_tag() {
        let json = r#"{"x":{"a":1},"y":{"b":2,"a":1}}"#;
        for key in ["<<", "!!merge <<", "!!merge '<<'", "!<tag:yaml.org,2002:merge> <<", "&m <<", "? <<\n  "] {
            let text = format!("x: &x {{a: 1}}\ny:\n  {key}: *x\n  b: 2\n");
            assert_eq!(parse(&text), Ok(json::Value::parse(json).unwrap()), "{key}");
        }
    }

    #[test]
    fn an_alias_of_a_text_can_be_a_key() {
        let text = "a: &x /things\n&y b: {*x : 1}\nc: {*y : 2, d: *y}\n";
        let json = r#"{"a":"/things","b":{"/things":1},"c":{"b":2,"d":"b"}}"#;
        assert_eq!(parse(text), Ok(json::Value::parse(json).unwrap()));
    }

    #[test]
    fn an_explicit_key_wins_over_a_merge_and_the_first_merge_over_the_next() {
        let text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], a: 0}\nq: {'<<': 1}\n";
        let json = r#"{"x":{"a":1,"b":2},"y":{"b":3,"c":4},"z":{"a":0,"b":2,"c":4},"q":{"<<":1}}"#;
        assert_eq!(parse(text), Ok(json::Value::parse(json).unwrap()));
        let text = "x: &x {security: [], a: 1}\ny: &y {get: {security: []}}\nz: {<<: *x}\nw: {<<: *x, security: [1]}\nv: {<<: *y}\n";
        let read = parse(text).unwrap();
        let mark = |place: &[&str]| {
            place.iter().fold(&read, |value, key| value.at(key).unwrap()).at(MERGED_SECURITY).is_some()
        };
        assert_eq!((mark(&["x"]), mark(&["z"]), mark(&["w"]), mark(&["v", "get"])), (false, true, false, true));
        let text = "p: &p {paths: {/a: {get: {security: []}}}, s: {security: {type: string}}}\n<<: *p\n";
        let read = parse(text).unwrap();
        let within = |place: &[&str]| place.iter().fold(&read, |value, key| value.at(key).unwrap());
        assert!(within(&["paths", "/a", "get"]).at(MERGED_SECURITY).is_some());
        assert!(within(&["s"]).at(MERGED_SECURITY).is_none(), "the property of a schema");
        assert!(within(&["p", "paths", "/a", "get"]).at(MERGED_SECURITY).is_none());
    }

    #[test]
    fn what_merge_keys_multiply_is_bounded() {
        let mut bomb = "a0: &a0 {k: [x, x, x, x, x, x, x, x, x, x]}\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let keys: String = (0..10).map(|n| format!("k{n}: {{<<: *a{before}}}, ")).collect();
            bomb.push_str(&format!("a{level}: &a{level} {{{keys}}}\n"));
        }
        assert!(parse(&bomb).unwrap_err().starts_with("more than 2000000 nodes"));
    }

    #[test]
    fn what_aliases_multiply_is_bounded() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert!(parse(&bomb).unwrap_err().starts_with("more than 2000000 nodes"));
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
