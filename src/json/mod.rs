//! JSON, read by one visitor into nodes or into a value, and values made of that.

mod fields;
mod kept;
mod map;
mod read;
mod write;

pub use fields::{Fault, Fields, FromKept};
pub(crate) use fields::{deserialize, text, word};
pub use kept::Kept;
pub use map::Map;
pub(crate) use read::{Collection, Node, Scalar, Source, Stop, read};
