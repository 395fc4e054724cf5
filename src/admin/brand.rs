//! The brand of the page: a name, a logo and a colour.

use base64ct::{Base64, Encoding};
use serde::Serialize;

use crate::text::is_seen;

/// The longest name, in characters.
const MAX_NAME: usize = 40;
/// The longest picture, as its address is written.
const MAX_LOGO: usize = 16 * 1024;
/// How the address of a logo begins: the page loads nothing from another origin.
const LOGO_KINDS: [&str; 3] = ["data:image/svg+xml;base64,", "data:image/png;base64,", "data:image/webp;base64,"];

/// What a deployment has set of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Brand {
    /// What the page is called.
    pub name: Option<String>,
    /// Its picture, as an address of the scheme `data`.
    pub logo: Option<String>,
    /// Its colour, as `#rrggbb`. The page makes it darker or lighter where text in it could not be read.
    pub color: Option<String>,
}

/// `BRAND_NAME`
pub fn brand_name(text: &str) -> Result<String, &'static str> {
    let is_plain = !text.chars().any(char::is_control) && is_seen(text) && text.trim() == text;
    let is_named = is_plain && (1..=MAX_NAME).contains(&text.chars().count());
    is_named
        .then(|| text.to_owned())
        .ok_or("must be 1 to 40 characters, without control characters and characters that nobody sees")
}

/// `BRAND_LOGO`
pub fn brand_logo(text: &str) -> Result<String, &'static str> {
    let data = LOGO_KINDS.iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or_default();
    let is_picture = !data.is_empty() && text.len() <= MAX_LOGO && Base64::decode_vec(data).is_ok();
    is_picture
        .then(|| text.to_owned())
        .ok_or("must be data:image/svg+xml, image/png or image/webp in base64, up to 16 KiB")
}

/// `BRAND_COLOR`
pub fn brand_color(text: &str) -> Result<String, &'static str> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let is_color = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_color.then(|| text.to_ascii_lowercase()).ok_or("must be a colour as #rrggbb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_visible() {
        assert_eq!(brand_name("Acme Tokens").as_deref(), Ok("Acme Tokens"));
        for text in ["", " Acme", "Acme\n", "Ac\u{202e}me", "\u{200b}", "x".repeat(41).as_str()] {
            assert!(brand_name(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_logo_is_in_its_address() {
        assert!(brand_logo("data:image/svg+xml;base64,PHN2Zy8+").is_ok());
        for text in [
            "",
            "https://cdn.example/logo.svg",
            "data:text/html;base64,PHN2Zy8+",
            "data:image/svg+xml;base64,",
            "data:image/svg+xml;base64,<svg/>",
            "data:image/svg+xml,PHN2Zy8+",
        ] {
            assert!(brand_logo(text).is_err(), "{text:?}");
        }
        assert!(brand_logo(&format!("data:image/png;base64,{}", "AAAA".repeat(4096))).is_err());
    }

    #[test]
    fn a_colour_has_six_digits() {
        assert_eq!(brand_color("#0A6475").as_deref(), Ok("#0a6475"));
        for text in ["", "0a6475", "#0a6", "#0a647g", "#0a64755", "teal"] {
            assert!(brand_color(text).is_err(), "{text:?}");
        }
    }
}
