//! Reading settings, in JSON, YAML or TOML.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use tidegate::json::Value;
use tidegate::openapi::{Settings, yaml_to_json};
use tidegate::request::file_text;

use crate::exit::Failure;

/// The option that names a policy's settings.
#[derive(Args)]
pub struct SettingsFile {
    /// Settings of the policy: JSON or YAML, or TOML where the name ends in .toml
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl SettingsFile {
    /// The file, where one is named.
    pub fn path(&self) -> Option<&Path> {
        self.settings.as_deref()
    }

    /// The settings, or the defaults where no file is named.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read_or_default(&self) -> Result<Settings, Failure> {
        Ok(self.read()?.unwrap_or_default())
    }

    /// The settings, where a file is named.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self) -> Result<Option<Settings>, Failure> {
        self.path().map(read).transpose()
    }
}

/// Reads a file of settings.
///
/// # Errors
/// [`Failure::Input`] with the file's name, and the place of the error in it.
pub fn read(file: &Path) -> Result<Settings, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::file(file, error))?;
    let text = file_text(bytes).map_err(|error| Failure::file(file, error))?;
    let is_toml = file.extension().is_some_and(|ending| ending == "toml");
    parse(&text, is_toml).map_err(|error| Failure::file(file, error))
}

fn parse(text: &str, is_toml: bool) -> Result<Settings, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_toml {
        return toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned());
    }
    if text.trim_start().starts_with('{') {
        return read_json(text);
    }
    read_json(&yaml_to_json(text).map_err(|error| error.to_string())?)
}

/// Reads settings, and tells all that is wrong with them.
fn read_json(text: &str) -> Result<Settings, String> {
    let value = Value::parse(text).map_err(|error| error.to_string())?;
    Settings::read(value).map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
        lines.join("\n  ")
    })
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
    fn another_encoding_is_named() {
        let file = std::env::temp_dir().join(format!("tidegate-settings-{}.json", std::process::id()));
        for (bytes, told) in [
            (JSON.encode_utf16().flat_map(u16::to_le_bytes).collect(), "the file is in UTF-16; save it as UTF-8"),
            (b"{\n\"\xff".to_vec(), "the file is not UTF-8 from byte 3 on, in line 2"),
        ] {
            fs::write(&file, bytes).unwrap();
            assert_eq!(read(&file).unwrap_err().to_string(), format!("{}: {told}", file.display()));
        }
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn toml_says_what_json_says() {
        let settings = parse(TOML, true).unwrap();
        assert_eq!(settings.rules.len(), 2);
        assert_eq!(settings, parse(JSON, false).unwrap());
    }

    #[test]
    fn an_error_names_its_place() {
        let error = parse(&TOML.replace("\"public\"", "\"open\""), true).unwrap_err();
        assert!(error.contains("rules[0].access") && error.contains("public, authenticated"), "{error}");
        let error = parse(&JSON.replace("\"public\"", "\"open\""), false).unwrap_err();
        assert!(error.contains("rules[0].access"), "{error}");
        let error = parse(&JSON.replace("\"when\"", "\"if\""), false).unwrap_err();
        assert!(error.contains("owner_parameters.sub_account[0].if"), "{error}");
        assert!(parse("{} {}", false).is_err());
    }
}
