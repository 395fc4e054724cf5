//! Rewrites of KV.

/// Rewriting all of KV.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum ResyncCommand {
    Start,
    Progress,
}
