//! JSON: read as a stream into a [`Sink`], or whole into a [`Value`], of which types are made by [`FromJson`]. Duplicate keys
//! are kept or refused, never dropped.

mod error;
mod macros;
mod map;
mod misread;
mod number;
mod object;
mod place;
mod read;
mod sink;
mod sinks;
mod value;
mod write;

pub use error::Error;
pub(crate) use macros::json_words;
pub use map::Map;
pub(crate) use misread::Misread;
pub use number::Float;
pub(crate) use number::{MAX_EXACT_INTEGER, decimal};
pub use object::{FromJson, Object};
pub(crate) use object::{deserialize, text, word};
pub(crate) use read::read;
pub(crate) use sink::{Collection, OrNull, Scalar, Sink, Skipped, Source, Stop};
pub use value::Value;
