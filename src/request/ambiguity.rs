//! Why readers of a request could differ about a parameter.

use std::fmt;

use super::body_fault::BodyFault;
use crate::json::MAX_EXACT_INTEGER;

/// Why readers of a request could differ about a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ambiguity {
    /// It is given more than once.
    Repeated,
    /// Under another name, which some parser takes for the right one. Holds what the client sent: for the client alone.
    Alike(String),
    /// Beside a semicolon, which separates parameters for some parsers.
    Semicolon,
    /// Its value is not UTF-8.
    NotUtf8,
    /// After so many others that some parsers no longer read it.
    TooLate,
    /// Its value has a comma: two values to some readers.
    Comma,
    /// It shares its segment with another parameter, and where one of them ends can be told in several ways.
    SeveralSplits,
    /// Its value is neither a text nor a whole number.
    NotAnId,
    /// Its value is an integer that JavaScript rounds.
    InexactInteger,
    /// The value of a condition is only almost the one that counts.
    NearlyTheValue,
    /// Nothing can be told of the body that it may stand in.
    Body(BodyFault),
}

/// The most parameters that every parser reads: PHP, Node.js and qs stop after as many.
pub const MAX_PARAMETERS_READ: usize = 1000;

/// For the log: nothing that the client sent is in it.
impl fmt::Display for Ambiguity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated => formatter.write_str("it is given more than once"),
            Self::Alike(_) => formatter.write_str("a parameter of another name is taken for it by some parsers"),
            Self::Semicolon => {
                formatter.write_str("a semicolon stands beside it, which separates parameters for some parsers")
            }
            Self::NotUtf8 => formatter.write_str("its value is not UTF-8"),
            Self::TooLate => write!(
                formatter,
                "it comes after the first {MAX_PARAMETERS_READ} parameters, where some parsers stop reading"
            ),
            Self::Comma => formatter.write_str("its value has a comma, which separates two values for some readers"),
            Self::SeveralSplits => {
                formatter.write_str("its segment of the path can be split into its parameters in several ways")
            }
            Self::NotAnId => formatter.write_str("its value is neither a string nor a whole number from 0 on"),
            Self::InexactInteger => write!(
                formatter,
                "its value is an integer beyond {MAX_EXACT_INTEGER}, which JavaScript rounds; send it as a string"
            ),
            Self::NearlyTheValue => {
                formatter.write_str("its value is read as another one by parsers that trim or ignore characters")
            }
            Self::Body(fault) => fault.fmt(formatter),
        }
    }
}
