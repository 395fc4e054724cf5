//! The rules, pure: no clock, no randomness, no I/O, no async. A file uses only files listed before it
//! (the blank lines keep rustfmt from sorting the list).

pub mod request;

pub mod token;

pub mod scope;

pub mod rotation;

pub mod record;

pub mod feed;

pub mod policy;

pub mod openapi;

pub mod decision;

pub mod reply;

pub mod forward;

pub mod admin;
