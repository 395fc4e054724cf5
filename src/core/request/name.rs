//! Names of parameters, as different parsers see them.

/// How a request gives a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Not at all, in any spelling.
    Absent,
    /// Exactly once, in exactly this name; the decoded value.
    Once(String),
    /// Twice, or under a name that some parser takes for this one.
    Ambiguous,
}

/// What is left of a name when everything is dropped that some parser drops: case, punctuation, what follows a
/// bracket or a NUL. Case as widely as Unicode has it: readers that ignore it take `ı`, `ſ` and the Kelvin sign for
/// `i`, `s` and `k`.
#[derive(Debug, PartialEq, Eq)]
pub struct Skeleton(String);

impl Skeleton {
    /// The skeleton of a name.
    pub fn of(name: &str) -> Self {
        let stem = name.split(['[', '\0']).next().unwrap_or_default();
        let folded = stem.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        Self(folded.filter(char::is_ascii_alphanumeric).collect())
    }

    /// Whether some parser takes `given` for a name with this skeleton: one cuts it at a NUL, another drops the NUL.
    pub fn may_be(&self, given: &str) -> bool {
        Self::of(given) == *self || (given.contains('\0') && Self::of(&given.replace('\0', "")) == *self)
    }
}
