//! Presets: scopes that go together, under a name. The owner of the API offers them as a start.

use serde::Serialize;

use super::Name;
use crate::json::{FromJson, Value};
use crate::scope::ScopeSet;

/// The most presets.
const MAX_PRESETS: usize = 30;

/// A preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// What people call it.
    pub name: Name,
    /// Its scopes. One that the policy in force does not know is left out by the page, which says so.
    pub scopes: ScopeSet,
}

crate::json_object!(Preset { name, scopes });

/// `PRESETS`: a JSON list.
///
/// # Errors
/// What it must be.
pub fn presets(text: &str) -> Result<Vec<Preset>, String> {
    let must = || {
        "must be a JSON list as in [{\"name\":\"CRM sync\",\"scopes\":[\"contacts.readonly\"]}], of up to 30".to_owned()
    };
    let value = Value::parse(text).map_err(|_| must())?;
    let presets: Vec<Preset> = Vec::from_json(value).map_err(|_| must())?;
    if presets.len() > MAX_PRESETS { Err(must()) } else { Ok(presets) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_a_name_and_scopes() {
        let one = r#"{"name":"CRM sync","scopes":["contacts.readonly","contacts.write"]}"#;
        let read = presets(&format!("[{one}]")).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), format!("[{one}]"));
        assert_eq!(presets("[]"), Ok(vec![]));
        for text in ["", "{}", one, "[{}]", r#"[{"name":"","scopes":[]}]"#, r#"[{"name":"a","scopes":["a b"]}]"#] {
            assert!(presets(text).is_err(), "{text}");
        }
        assert!(presets(&format!("[{}]", [one; 31].join(","))).is_err());
    }
}
