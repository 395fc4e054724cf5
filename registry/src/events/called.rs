//! The names of actors, as far as the caller may know them.

/// An actor, as the caller sees it.
#[derive(Clone)]
pub(crate) struct Told {
    pub actor: String,
    /// Where it has one and is still there.
    pub name: Option<String>,
}
