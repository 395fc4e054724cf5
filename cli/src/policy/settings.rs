//! Reading settings, in JSON or TOML.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use tidegate::core::openapi::Settings;

use crate::cli;

/// Takes `--settings` (or another name of it) out of the arguments, and reads the file.
pub fn take(args: &mut Vec<String>, option: &str) -> Result<Option<Settings>> {
    let Some(file) = cli::option(args, option)? else { return Ok(None) };
    let path = Path::new(&file);
    let text = fs::read_to_string(path).with_context(|| format!("{file} cannot be read"))?;
    let is_toml = path.extension().is_some_and(|ending| ending == "toml");
    parse(&text, is_toml).with_context(|| file.clone()).map(Some)
}

fn parse(text: &str, is_toml: bool) -> Result<Settings> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_toml {
        return toml::from_str(text).map_err(|error| anyhow!("{}", error.to_string().trim_end()));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let settings = serde_path_to_error::deserialize(&mut json)?;
    json.end()?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = r#"
        without_security = "deny"
        scope_extension = "x-required-scopes"

        [schemes.Location-Access]
        level = "sub_account"
        private_integrations = true

        [[owner_parameters.sub_account]]
        name = "altId"
        when = { name = "altType", is = "location" }

        [[rules]]
        method = "GET"
        path = "/status"
        access = "public"

        [[rules]]
        method = "POST"
        path = "/locations/{locationId}/tags"
        [[rules.access.any_of]]
        level = "sub_account"
        scopes = ["locations/tags.write"]
        owner = [{ name = "locationId", in = "path" }]
        [[rules.access.any_of]]
        level = "agency"
        scopes = ["locations/tags.write"]
    "#;

    const JSON: &str = r#"{
        "without_security": "deny",
        "scope_extension": "x-required-scopes",
        "schemes": { "Location-Access": { "level": "sub_account", "private_integrations": true } },
        "owner_parameters": {
            "sub_account": [{ "name": "altId", "when": { "name": "altType", "is": "location" } }]
        },
        "rules": [
            { "method": "GET", "path": "/status", "access": "public" },
            {
                "method": "POST", "path": "/locations/{locationId}/tags",
                "access": { "any_of": [
                    {
                        "level": "sub_account", "scopes": ["locations/tags.write"],
                        "owner": [{ "name": "locationId", "in": "path" }]
                    },
                    { "level": "agency", "scopes": ["locations/tags.write"] }
                ] }
            }
        ]
    }"#;

    #[test]
    fn a_byte_order_mark_says_nothing() {
        for (text, is_toml) in [(TOML, true), (JSON, false)] {
            let marked = format!("\u{feff}{text}");
            assert_eq!(parse(&marked, is_toml).unwrap(), parse(text, is_toml).unwrap());
        }
    }

    #[test]
    fn toml_says_what_json_says() {
        let settings = parse(TOML, true).unwrap();
        assert_eq!(settings.rules.len(), 2);
        assert_eq!(settings, parse(JSON, false).unwrap());
    }

    #[test]
    fn an_error_names_its_place() {
        let error = parse(&TOML.replace("\"public\"", "\"open\""), true).unwrap_err().to_string();
        assert!(error.contains("rules[0].access") && error.contains("public, authenticated"), "{error}");
        let error = parse(&JSON.replace("\"public\"", "\"open\""), false).unwrap_err().to_string();
        assert!(error.contains("rules[0].access"), "{error}");
        let error = parse(&JSON.replace("\"when\"", "\"if\""), false).unwrap_err().to_string();
        assert!(error.contains("owner_parameters.sub_account[0].if"), "{error}");
        assert!(parse("{} {}", false).is_err());
    }
}
