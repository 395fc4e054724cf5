//! Which templates match a path. They stand in order, so that those which begin alike stand together: a tree is a list of
//! ranges.

use std::ops::Range;

/// What stands for any parameter in a shape. No segment of a path can be this.
const PARAMETER: &str = "{}";

/// The shapes of templates, in their order.
#[derive(Clone, Default)]
pub(super) struct Routes {
    shapes: Vec<String>,
    /// The root first; those with one parent stand together, in the order of their segments.
    nodes: Vec<Node>,
}

/// Shapes that begin alike.
#[derive(Clone)]
struct Node {
    /// All of them.
    places: Range<usize>,
    /// Where the last segment that they share stands in each of them.
    segment: Range<usize>,
    /// Those of them that end there.
    ending: Range<usize>,
    /// The nodes of the others, by the next segment.
    children: Range<usize>,
}

impl Routes {
    /// Of shapes in order; `None` where they are not: some would not be found.
    pub fn of(shapes: Vec<String>) -> Option<Self> {
        let mut nodes = vec![Node::new(0..shapes.len(), 0..0)];
        let mut at = 0_usize;
        while let Some(node) = nodes.get(at).cloned() {
            let (ending, children) = node.divided(&shapes)?;
            let first = nodes.len();
            nodes.extend(children);
            let children = first..nodes.len();
            *nodes.get_mut(at)? = Node { ending, children, ..node };
            at = at.saturating_add(1);
        }
        Some(Self { shapes, nodes })
    }

    /// Asks `take` for what it can make of the places at which templates match `path`, those of one shape at a time, until it
    /// gives something. Literal segments go before parameters, from the left.
    pub fn find<T>(&self, path: &str, take: &mut impl FnMut(Range<usize>) -> Option<T>) -> Option<T> {
        self.beneath(self.nodes.first()?, path.strip_prefix('/'), take)
    }

    /// The places of all templates that match some path which the one at `place` matches too, itself among them.
    pub fn overlapping(&self, place: usize) -> impl Iterator<Item = usize> {
        let shape = self.shapes.get(place);
        let all = self.shapes.iter().enumerate();
        all.filter_map(move |(other, found)| overlap(shape?, found).then_some(other))
    }

    fn beneath<T>(
        &self,
        node: &Node,
        rest: Option<&str>,
        take: &mut impl FnMut(Range<usize>) -> Option<T>,
    ) -> Option<T> {
        let Some(rest) = rest else {
            return if node.ending.is_empty() { None } else { take(node.ending.clone()) };
        };
        let (segment, rest) = rest.split_once('/').map_or((rest, None), |(segment, rest)| (segment, Some(rest)));
        let parameter = (!segment.is_empty()).then_some(PARAMETER);
        let children = [Some(segment), parameter].into_iter().flatten().filter_map(|wanted| self.child(node, wanted));
        children.into_iter().find_map(|child| self.beneath(child, rest, take))
    }

    fn child(&self, node: &Node, wanted: &str) -> Option<&Node> {
        let children = self.nodes.get(node.children.clone())?;
        let found = children.binary_search_by(|child| child.text(&self.shapes).cmp(&Some(wanted.as_bytes())));
        children.get(found.ok()?)
    }
}

impl Node {
    fn new(places: Range<usize>, segment: Range<usize>) -> Self {
        Self { places, segment, ending: 0..0, children: 0..0 }
    }

    /// The last segment that they share.
    fn text<'a>(&self, shapes: &'a [String]) -> Option<&'a [u8]> {
        shapes.get(self.places.start)?.as_bytes().get(self.segment.clone())
    }

    /// Those that end here, and the nodes of those that go on; `None` where they are out of order.
    fn divided(&self, shapes: &[String]) -> Option<(Range<usize>, Vec<Self>)> {
        let start = self.segment.end.saturating_add(1);
        let (mut ending, mut children) = (self.places.start..self.places.start, Vec::<Self>::new());
        for place in self.places.clone() {
            let after = place.saturating_add(1);
            let next = shapes.get(place)?.get(start..).and_then(|rest| split(rest).next());
            let last = children.last().and_then(|last| last.text(shapes));
            match next {
                None if last.is_none() => ending.end = after,
                Some(_) if last == next => children.last_mut()?.places.end = after,
                Some(text) if last < next => {
                    children.push(Self::new(place..after, start..start.saturating_add(text.len())));
                }
                _ => return None,
            }
        }
        Some((ending, children))
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
    template.split('/').skip(1).map(|segment| if segment.starts_with('{') { PARAMETER } else { segment })
}

/// Whether some path has both shapes. A parameter is never empty.
fn overlap(one: &str, other: &str) -> bool {
    let (mut segments, mut others) = (split(one), split(other));
    loop {
        match (segments.next(), others.next()) {
            (None, None) => return true,
            (Some(segment), Some(other)) if segment == other => {}
            (Some(b"{}"), Some(segment)) | (Some(segment), Some(b"{}")) if !segment.is_empty() => {}
            _ => return false,
        }
    }
}

/// By bytes: that takes a third of what a split by a character takes.
fn split(path: &str) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|byte| *byte == b'/')
}
