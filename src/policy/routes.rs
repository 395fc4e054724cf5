//! Finds the templates that match a path. The templates are sorted, so those with a common beginning form a range. A node of the
//! tree is such a range, and only the nodes that a lookup visits are built.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::segment::{self, Kind, PARAMETER, REST};
use super::sharing::{may_begin_alike, may_resemble, overlap};
use crate::request::{may_be_dropped, may_route_as, may_route_as_pattern};

/// A tree over templates that are kept elsewhere, in order.
#[derive(Clone)]
pub(super) struct Routes {
    root: Node,
}

/// Returns the template at a place.
pub(super) type Templates<'a> = &'a dyn Fn(usize) -> Option<&'a str>;

/// The templates are not sorted, so some would not be found.
#[derive(Debug)]
pub(super) struct OutOfOrder;

/// The templates with a common beginning.
#[derive(Clone)]
struct Node {
    /// Their places.
    places: Range<usize>,
    /// How many segments they share.
    shared: usize,
    /// The last of those.
    segment: Box<str>,
    /// The nodes below, once a lookup came here; `None` if the templates are out of order.
    beneath: OnceCell<Option<Beneath>>,
}

#[derive(Clone)]
struct Beneath {
    /// The templates that end here.
    ending: Range<usize>,
    /// The nodes of the others, sorted by the next segment.
    children: Vec<Node>,
    /// Which of them are parameters with literals beside them, in the order in which they win.
    patterns: Vec<usize>,
    /// Which of them is a parameter's.
    parameter: Option<usize>,
    /// Which of them is that of a parameter of several segments.
    rest: Option<usize>,
}

impl Routes {
    /// The routes over this many templates.
    pub fn of(count: usize) -> Self {
        Self { root: Node::new(0..count, 0, "") }
    }

    /// Offers `take` the places of templates that match `path`, one shape at a time, until it takes some. From the left, literals go
    /// before parameters beside literals, these before a parameter, and this before a parameter of several segments.
    ///
    /// # Errors
    /// [`OutOfOrder`] where templates among which it had to look are.
    pub fn find(
        &self,
        templates: Templates<'_>,
        path: &str,
        take: &mut dyn FnMut(Range<usize>) -> bool,
    ) -> Result<(), OutOfOrder> {
        self.root.find(templates, path.strip_prefix('/'), take).map(drop)
    }

    /// Offers `take` the places of other templates that a tolerant router could take `path` for, which matches `template`.
    ///
    /// # Errors
    /// [`OutOfOrder`] where templates among which it had to look are.
    pub fn alike(
        &self,
        templates: Templates<'_>,
        template: &str,
        path: &str,
        take: &mut dyn FnMut(Range<usize>),
    ) -> Result<(), OutOfOrder> {
        self.root.alike(templates, template.strip_prefix('/').zip(path.strip_prefix('/')), take)
    }

    /// The places of all templates that share a path with the one at `place`, or that a tolerant router could take such a path for.
    /// The place itself is among them.
    pub fn overlapping<'a>(&self, templates: Templates<'a>, place: usize) -> impl Iterator<Item = usize> + 'a {
        let template = templates(place);
        self.root.places.clone().filter(move |other| {
            template.zip(templates(*other)).is_some_and(|(template, other)| {
                may_begin_alike(template, other) && (overlap(template, other) || may_resemble(template, other))
            })
        })
    }
}

impl Node {
    fn new(places: Range<usize>, shared: usize, segment: &str) -> Self {
        Self { places, shared, segment: segment.into(), beneath: OnceCell::new() }
    }

    /// Returns whether something was taken. `rest` is the path after the shared segments.
    fn find(
        &self,
        templates: Templates<'_>,
        rest: Option<&str>,
        take: &mut dyn FnMut(Range<usize>) -> bool,
    ) -> Result<bool, OutOfOrder> {
        let beneath = self.beneath(templates)?;
        let Some(rest) = rest else {
            return Ok(!beneath.ending.is_empty() && take(beneath.ending.clone()));
        };
        let (segment, after) = first(rest);
        let segment = segment::canonical(segment);
        let patterns = beneath.patterns.iter().copied().filter(|child| {
            beneath.child(Some(*child)).is_some_and(|child| segment::is_match(&child.segment, &segment))
        });
        let parameter = beneath.parameter.filter(|_| !segment.is_empty());
        for child in beneath.literal(&segment).into_iter().chain(patterns).chain(parameter) {
            if let Some(child) = beneath.children.get(child)
                && child.find(templates, after, take)?
            {
                return Ok(true);
            }
        }
        let all = beneath.child(beneath.rest).filter(|_| !segment.is_empty());
        all.map_or(Ok(false), |child| child.find(templates, None, take))
    }

    /// Follows the template that the path matches. A literal that resembles the value of a parameter leads elsewhere, and so does
    /// another segment with literals in it.
    fn alike(
        &self,
        templates: Templates<'_>,
        rest: Option<(&str, &str)>,
        take: &mut dyn FnMut(Range<usize>),
    ) -> Result<(), OutOfOrder> {
        let Some((template, path)) = rest.filter(|(template, _)| template.contains('{')) else { return Ok(()) };
        let beneath = self.beneath(templates)?;
        let ((segment, after), (value, path)) = (first(template), first(path));
        let kind = segment::kind(segment);
        if kind == Kind::Literal {
            let rest = after.zip(path);
            return beneath.child(beneath.literal(segment)).map_or(Ok(()), |child| child.alike(templates, rest, take));
        }
        // A parameter of several segments takes the rest of the path.
        let rest = if kind == Kind::Rest { path.map(|path| (template, path)) } else { after.zip(path) };
        let own = segment::shape(segment);
        // A pattern that matches everything the own pattern matches says less.
        let says_less = |child: &Node| kind == Kind::Pattern && segment::is_match(&child.segment, &own);
        for child in beneath.resembling(value).filter(|child| *child.segment != *own && !says_less(child)) {
            child.alike_after(templates, rest, take)?;
        }
        if path.is_none_or(str::is_empty) && may_be_dropped(value) {
            self.ends(templates, take)?;
        }
        let along = if kind == Kind::Pattern { beneath.pattern(&own) } else { beneath.parameter };
        beneath.child(along).map_or(Ok(()), |child| child.alike(templates, rest, take))
    }

    /// Beyond that literal: all templates that a tolerant router could take the rest for.
    fn alike_after(
        &self,
        templates: Templates<'_>,
        rest: Option<(&str, &str)>,
        take: &mut dyn FnMut(Range<usize>),
    ) -> Result<(), OutOfOrder> {
        let Some((template, path)) = rest.filter(|(_, path)| !path.is_empty()) else {
            return self.ends(templates, take);
        };
        let beneath = self.beneath(templates)?;
        let ((segment, after), (value, path)) = (first(template), first(path));
        let kind = segment::kind(segment);
        let rest = if kind == Kind::Rest { path.map(|path| (template, path)) } else { after.zip(path) };
        let is_literal = kind == Kind::Literal;
        if !is_literal && path.is_none_or(str::is_empty) && may_be_dropped(value) {
            self.ends(templates, take)?;
        }
        let exact = beneath.child(beneath.literal(segment)).filter(|_| is_literal);
        let exact_patterns =
            beneath.patterns().filter(|child| is_literal && segment::is_match(&child.segment, segment));
        let resembling = beneath.resembling(value).filter(|_| !is_literal);
        let children =
            exact.into_iter().chain(exact_patterns).chain(resembling).chain(beneath.child(beneath.parameter));
        for child in children {
            child.alike_after(templates, rest, take)?;
        }
        beneath.child(beneath.rest).map_or(Ok(()), |child| child.ends(templates, take))
    }

    /// Offers the templates that end here, with a slash or without.
    fn ends(&self, templates: Templates<'_>, take: &mut dyn FnMut(Range<usize>)) -> Result<(), OutOfOrder> {
        let beneath = self.beneath(templates)?;
        take(beneath.ending.clone());
        if let Some(child) = beneath.child(beneath.literal("")) {
            take(child.beneath(templates)?.ending.clone());
        }
        Ok(())
    }

    fn beneath(&self, templates: Templates<'_>) -> Result<&Beneath, OutOfOrder> {
        self.beneath.get_or_init(|| self.divided(templates)).as_ref().ok_or(OutOfOrder)
    }

    /// The templates that end here, and the nodes of those that go on; `None` if they are out of order.
    fn divided(&self, templates: Templates<'_>) -> Option<Beneath> {
        let (mut ending, mut children) = (self.places.start..self.places.start, Vec::<Self>::new());
        for place in self.places.clone() {
            let after = place.saturating_add(1);
            let last = children.last().map(|last| &*last.segment);
            let next = nth_segment(templates(place)?, self.shared);
            match next.as_deref() {
                None if last.is_none() => ending.end = after,
                Some(next) if last == Some(next) => children.last_mut()?.places.end = after,
                Some(next) if last < Some(next) => {
                    children.push(Self::new(place..after, self.shared.saturating_add(1), next));
                }
                _ => return None,
            }
        }
        Some(Beneath::new(ending, children))
    }
}

impl Beneath {
    fn new(ending: Range<usize>, children: Vec<Node>) -> Self {
        let mut patterns: Vec<usize> = Vec::new();
        for (index, child) in children.iter().enumerate() {
            if segment::kind(&child.segment) == Kind::Pattern {
                let rank = segment::rank(&child.segment);
                let is_before =
                    |other: &usize| children.get(*other).is_some_and(|other| segment::rank(&other.segment) < rank);
                patterns.insert(patterns.partition_point(is_before), index);
            }
        }
        let of = |shape: &str| children.iter().position(|child| *child.segment == *shape);
        let (parameter, rest) = (of(PARAMETER), of(REST));
        Self { ending, children, patterns, parameter, rest }
    }

    fn literal(&self, segment: &str) -> Option<usize> {
        self.children.binary_search_by(|child| (*child.segment).cmp(segment)).ok()
    }

    /// The place of the pattern of this shape.
    fn pattern(&self, shape: &str) -> Option<usize> {
        self.literal(shape)
    }

    fn child(&self, index: Option<usize>) -> Option<&Node> {
        self.children.get(index?)
    }

    fn patterns(&self) -> impl Iterator<Item = &Node> {
        self.patterns.iter().filter_map(|index| self.children.get(*index))
    }

    /// The segments with literals in them that a tolerant router could take `value` for.
    fn resembling(&self, value: &str) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(move |child| match segment::kind(&child.segment) {
            Kind::Literal => !child.segment.is_empty() && may_route_as(value, &child.segment),
            Kind::Pattern => may_route_as_pattern(value, &segment::literals(&child.segment)),
            Kind::Parameter | Kind::Rest => false,
        })
    }
}

/// The first segment, and what follows it.
fn first(rest: &str) -> (&str, Option<&str>) {
    rest.split_once('/').map_or((rest, None), |(segment, rest)| (segment, Some(rest)))
}

/// A template without its parameters' names: they do not tell two templates apart.
pub(super) fn shape(template: &str) -> String {
    let mut shape = String::with_capacity(template.len());
    for segment in segments(template) {
        shape.push('/');
        shape.push_str(&segment);
    }
    shape
}

/// The segments of a template's shape. Shapes are ordered segment by segment.
pub(super) fn segments(template: &str) -> impl Iterator<Item = Cow<'_, str>> {
    template.split('/').skip(1).map(segment::shape)
}

/// The segment `index` of a template's shape.
fn nth_segment(template: &str, index: usize) -> Option<Cow<'_, str>> {
    let mut slashes = template.bytes().enumerate().filter_map(|(at, byte)| (byte == b'/').then_some(at));
    let start = slashes.nth(index)?.saturating_add(1);
    template.get(start..slashes.next().unwrap_or(template.len())).map(segment::shape)
}
