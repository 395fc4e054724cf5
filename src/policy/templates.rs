//! The templates of all operations, in order. In KV each one is written as what differs from the template before it, since
//! neighbours begin alike.

use std::ops::Range;

/// Templates, one for each operation.
#[derive(Default)]
pub(super) struct Templates {
    text: String,
    ranges: Vec<Range<usize>>,
}

/// What separates the fields of the written form. No template has one.
const SEPARATOR: char = ' ';

impl Templates {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The template at a place.
    pub fn at(&self, place: usize) -> Option<&str> {
        self.text.get(self.ranges.get(place)?.clone())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ranges.iter().filter_map(|range| self.text.get(range.clone()))
    }

    /// The written form: for each template the number of bytes that it shares with the one before it, a space, and the rest of
    /// it; a space between them.
    pub fn write(&self) -> String {
        let mut written = String::new();
        let mut last = "";
        for template in self.iter() {
            let (shared, rest) = after_shared(last, template);
            written.extend([if written.is_empty() { "" } else { " " }, &shared.to_string(), " ", rest]);
            last = template;
        }
        written
    }

    /// Reads the written form. `None` where it is another text.
    pub fn read(written: &str) -> Option<Self> {
        let mut templates = Self { text: String::with_capacity(written.len().saturating_mul(2)), ranges: Vec::new() };
        templates.append(written)?;
        Some(templates)
    }

    /// Adds the templates of a written form, and tells how many they were. `None` where it is another text, of which some may have
    /// been added.
    pub fn append(&mut self, written: &str) -> Option<usize> {
        let mut fields = written.split(SEPARATOR).filter(|_| !written.is_empty());
        let (mut last, mut count) = (self.text.len()..self.text.len(), 0_usize);
        while let Some(shared) = fields.next() {
            let end_of_shared = last.start.checked_add(shared.parse().ok()?).filter(|end| *end <= last.end)?;
            let start = self.text.len();
            self.text.get(last.start..end_of_shared)?;
            self.text.extend_from_within(last.start..end_of_shared);
            self.text.push_str(fields.next()?);
            last = start..self.text.len();
            self.ranges.push(last.clone());
            count = count.saturating_add(1);
        }
        Some(count)
    }

    /// Gives back what was reserved for more.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ranges.shrink_to_fit();
    }
}

impl<'a> FromIterator<&'a str> for Templates {
    fn from_iter<I: IntoIterator<Item = &'a str>>(templates: I) -> Self {
        let (mut text, mut ranges) = (String::new(), Vec::new());
        for template in templates {
            let start = text.len();
            text.push_str(template);
            ranges.push(start..text.len());
        }
        Self { text, ranges }
    }
}

/// How many bytes of whole characters both begin with, and what follows them in `template`.
fn after_shared<'a>(last: &str, template: &'a str) -> (usize, &'a str) {
    let same = last.chars().zip(template.chars()).take_while(|(one, other)| one == other);
    let shared = same.map(|(letter, _)| letter.len_utf8()).sum();
    (shared, template.get(shared..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(templates: &Templates) -> Vec<&str> {
        (0..templates.len()).filter_map(|place| templates.at(place)).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let lists: [&[&str]; 5] =
            [&[], &["/"], &["/a", "/a", "/a/12", "/a/1/{é}", "/a/1/{è}"], &["/b", "/a", "/b"], &["/a/b", "/", "/a/b"]];
        for list in lists {
            let templates: Templates = list.iter().copied().collect();
            assert_eq!(all(&Templates::read(&templates.write()).unwrap()), list, "{}", templates.write());
        }
        let two: Templates = ["/a/1", "/a/12"].into_iter().collect();
        assert_eq!(two.write(), "0 /a/1 4 2");
    }

    #[test]
    fn another_text_is_none() {
        for text in [" ", "0", "x /a", "1 /a", "0 /a 3 b", "0 /a 1", "-1 /a", "0 /é 2 x"] {
            assert!(Templates::read(text).is_none(), "{text:?}");
        }
    }
}
