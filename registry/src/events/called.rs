//! What an actor is called, as far as whoever asks may know.

/// An actor, as whoever asks is told of it.
#[derive(Clone)]
pub(crate) struct Told {
    pub actor: String,
    /// Where it has one and is still there.
    pub name: Option<String>,
}
