//! Tidegate: a gate in front of any HTTP API. The way of a request, one step a line:
//!
//! 1. [`core::request`]: refuse what is ambiguous, find exactly one credential.
//! 2. [`core::token`]: check the credential's checksum and keyed tag; a forged one ends here, without I/O.
//! 3. [`core::record`]: what the store keeps of the integration: owner, [scopes](core::scope), [live tokens](core::rotation).
//!    How old it may be is the [`core::feed`]'s to say.
//! 4. [`core::policy`]: the operation that method and path name; compiled from [OpenAPI](core::openapi).
//! 5. [`core::decision`]: `decide(request, record, policy, now)`, a pure function: a grant or a denial.
//! 6. [`core::forward`] takes the grant, [`core::reply`] answers the denial.
//!
//! `edge` (feature `edge`) runs these steps as a Cloudflare Worker; `page` (feature `page`) gives the browser some of
//! them, `page_yaml` (feature `page-yaml`) the reader of YAML; [`core::admin`] holds the words of the admin API. Arrows point one way: `edge -> core`, `page -> core`.

pub mod core;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "page-yaml")]
#[path = "page/yaml.rs"] // beside the other exports of the browser
pub mod page_yaml;
