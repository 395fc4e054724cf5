//! An `Authorization` field's value.

use tidegate::request::{Authorization, Checked};

use super::{known, text};
use crate::verdict;

pub fn run(data: &[u8]) {
    let value = known::expand(&text(data));
    let authorization = Authorization::new(&value);
    let checked = known::checked(&authorization);
    match verdict::credential(&value, known::OWNER_KEY) {
        verdict::Credential::Refused => assert!(checked.is_err(), "{value:?} is refused"),
        verdict::Credential::Foreign => {
            assert!(matches!(checked, Ok(Checked::Foreign(_))), "{value:?} is somebody else's")
        }
        verdict::Credential::Text(text) => match known::number_of(text) {
            Some(_) => assert!(matches!(checked, Ok(Checked::Own(_))), "{value:?} is genuine"),
            None => assert!(checked.is_err(), "{value:?} is no token"),
        },
    }
    assert_eq!(format!("{authorization:?}"), "[redacted]");
}
