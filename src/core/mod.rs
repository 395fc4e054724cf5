//! The rules, pure: no clock, no randomness, no I/O, no async. A file uses only files listed before it.

pub mod admin;
pub mod decision;
pub mod forward;
pub mod openapi;
pub mod policy;
pub mod record;
pub mod reply;
pub mod request;
pub mod rotation;
pub mod scope;
pub mod token;
