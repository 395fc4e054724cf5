//! An `Authorization` field's value.

use tidegate::core::request::{Credential, Request, RequestError};
use tidegate::core::token::{Prefix, verify};

use super::{known, text};
use crate::verdict;

pub fn run(data: &[u8]) {
    let value = known::expand(&text(data));
    let read = Credential::parse(&value);
    let verified = read.as_ref().map(|credential| match credential {
        Some(credential) => verify(known::keys(), &Prefix::default(), credential).map(|found| found.is_some()),
        None => Ok(false),
    });
    match verdict::credential(&value) {
        verdict::Credential::Malformed => assert!(read.is_err(), "{value:?} is malformed"),
        verdict::Credential::Nothing => assert_eq!(verified, Ok(Ok(false)), "{value:?} is nothing for us"),
        verdict::Credential::Text(text) => match known::number_of(text) {
            Some(_) => assert_eq!(verified, Ok(Ok(true)), "{value:?} is genuine"),
            None => assert!(matches!(verified, Ok(Err(_))), "{value:?} is no token"),
        },
    }
    if let Ok(Some(credential)) = &read {
        assert!(verdict::is_b64token(credential.text()), "{value:?} holds no b64token");
        assert_eq!(format!("{credential:?}"), "[redacted]");
    }
    match Request::parse("GET", "/", Some(&value)) {
        Ok(request) => assert_eq!(Ok(request.credential()), read.as_ref().map(Option::as_ref)),
        Err(error) => assert_eq!(error, RequestError::Authorization(read.unwrap_err())),
    }
}
