//! Audit events of the whole gate.

use crate::admin::Paging;

/// Audit events of the whole gate.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum EventsCommand {
    List(Paging<u64>),
}
