//! `GET /people`: the filter, and the place to start from.

use super::query::{NOT_A_CURSOR, Parameters, decode_cursor};
use super::{AdminError, Paging, list};

/// `GET /people`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPeople {
    /// This folded text is in their address or name.
    pub text: Option<String>,
    /// Which page, by folded address.
    pub paging: Paging<String>,
}

impl ListPeople {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, AdminError> {
        let given = Parameters::parse(query, &["q", "cursor", "limit"])?;
        let text = given.read("q", list::parse_text)?.filter(|text| !text.is_empty());
        let after = given.read("cursor", |text| decode_cursor(text).ok_or(NOT_A_CURSOR))?;
        Ok(Self { text, paging: Paging { after, limit: given.limit()? } })
    }
}
