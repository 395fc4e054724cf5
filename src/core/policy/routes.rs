//! Which templates match a path. They stand in order, so that those which begin alike stand together: a tree is a list of
//! ranges, and only those nodes of it are made that a lookup comes by.

use std::cell::OnceCell;
use std::ops::Range;

/// What stands for any parameter in a shape. No segment of a path can be this.
const PARAMETER: &str = "{}";

/// A tree over templates that are kept elsewhere, in order.
#[derive(Clone)]
pub(super) struct Routes {
    root: Node,
}

/// Gives the template at a place.
pub(super) type Templates<'a> = &'a dyn Fn(usize) -> Option<&'a str>;

/// The templates do not stand in order: some would not be found.
#[derive(Debug)]
pub(super) struct OutOfOrder;

/// Templates that begin alike.
#[derive(Clone)]
struct Node {
    /// All of them.
    places: Range<usize>,
    /// How many segments they share.
    shared: usize,
    /// The last of those.
    segment: Box<str>,
    /// What is beneath, once it was asked for; nothing where it is out of order.
    beneath: OnceCell<Option<Beneath>>,
}

#[derive(Clone)]
struct Beneath {
    /// The templates that end here.
    ending: Range<usize>,
    /// The nodes of the others, in the order of the next segment.
    children: Vec<Node>,
    /// Which of them is a parameter's.
    parameter: Option<usize>,
}

impl Routes {
    /// Of so many templates.
    pub fn of(count: usize) -> Self {
        Self { root: Node::new(0..count, 0, "") }
    }

    /// Offers `take` the places at which templates match `path`, those of one shape at a time, until it takes some. Literal
    /// segments go before parameters, from the left.
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

    /// The places of all templates that match some path which the one at `place` matches too, itself among them.
    pub fn overlapping<'a>(&self, templates: Templates<'a>, place: usize) -> impl Iterator<Item = usize> + 'a {
        let template = templates(place);
        self.root.places.clone().filter(move |other| {
            template.zip(templates(*other)).is_some_and(|(template, other)| overlap(template, other))
        })
    }
}

impl Node {
    fn new(places: Range<usize>, shared: usize, segment: &str) -> Self {
        Self { places, shared, segment: segment.into(), beneath: OnceCell::new() }
    }

    /// Whether something was taken. `rest` is what follows the segments that are shared.
    fn find(
        &self,
        templates: Templates<'_>,
        rest: Option<&str>,
        take: &mut dyn FnMut(Range<usize>) -> bool,
    ) -> Result<bool, OutOfOrder> {
        let beneath = self.beneath.get_or_init(|| self.divided(templates)).as_ref().ok_or(OutOfOrder)?;
        let Some(rest) = rest else {
            return Ok(!beneath.ending.is_empty() && take(beneath.ending.clone()));
        };
        let (segment, rest) = rest.split_once('/').map_or((rest, None), |(segment, rest)| (segment, Some(rest)));
        let parameter = beneath.parameter.filter(|_| !segment.is_empty());
        for child in [beneath.literal(segment), parameter].into_iter().flatten() {
            if let Some(child) = beneath.children.get(child)
                && child.find(templates, rest, take)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Those that end here, and the nodes of those that go on; `None` where they are out of order.
    fn divided(&self, templates: Templates<'_>) -> Option<Beneath> {
        let (mut ending, mut children) = (self.places.start..self.places.start, Vec::<Self>::new());
        for place in self.places.clone() {
            let after = place.saturating_add(1);
            let last = children.last().map(|last| &*last.segment);
            match nth_segment(templates(place)?, self.shared) {
                None if last.is_none() => ending.end = after,
                Some(next) if last == Some(next) => children.last_mut()?.places.end = after,
                Some(next) if last < Some(next) => {
                    children.push(Self::new(place..after, self.shared.saturating_add(1), next));
                }
                _ => return None,
            }
        }
        let parameter = children.iter().position(|child| &*child.segment == PARAMETER);
        Some(Beneath { ending, children, parameter })
    }
}

impl Beneath {
    fn literal(&self, segment: &str) -> Option<usize> {
        self.children.binary_search_by(|child| (*child.segment).cmp(segment)).ok()
    }
}

/// A template without its parameters' names: they do not tell two templates apart.
pub(super) fn shape(template: &str) -> String {
    let mut shape = String::with_capacity(template.len());
    for segment in segments(template) {
        shape.push('/');
        shape.push_str(segment);
    }
    shape
}

/// The segments of a template's shape. Shapes are ordered segment by segment.
pub(super) fn segments(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').skip(1).map(without_name)
}

fn without_name(segment: &str) -> &str {
    if segment.starts_with('{') { PARAMETER } else { segment }
}

/// The segment `index` of a template's shape.
fn nth_segment(template: &str, index: usize) -> Option<&str> {
    let mut slashes = template.bytes().enumerate().filter_map(|(at, byte)| (byte == b'/').then_some(at));
    let start = slashes.nth(index)?.saturating_add(1);
    template.get(start..slashes.next().unwrap_or(template.len())).map(without_name)
}

/// Whether some path matches both templates. A parameter is never empty.
fn overlap(one: &str, other: &str) -> bool {
    let (mut segments, mut others) = (segments_in_bytes(one), segments_in_bytes(other));
    let is_parameter = |segment: &[u8]| segment.starts_with(b"{");
    loop {
        match (segments.next(), others.next()) {
            (None, None) => return true,
            (Some(segment), Some(other)) if segment == other || (is_parameter(segment) && is_parameter(other)) => {}
            (Some(segment), Some(other)) if is_parameter(segment) && !other.is_empty() => {}
            (Some(segment), Some(other)) if is_parameter(other) && !segment.is_empty() => {}
            _ => return false,
        }
    }
}

/// That takes a third of what a split by a character takes.
fn segments_in_bytes(template: &str) -> impl Iterator<Item = &[u8]> {
    template.as_bytes().split(|byte| *byte == b'/')
}
