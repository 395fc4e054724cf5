//! What a body is declared as.

use super::body_fault::BodyFault;

/// Checks that a body is declared as `application/json`, in UTF-8 as RFC 8259 section 8.1 wants it.
///
/// # Errors
/// [`BodyFault::NoContentType`], [`BodyFault::MediaType`] or [`BodyFault::Charset`]
pub fn check_application_json(content_type: Option<&str>) -> Result<(), BodyFault> {
    match content_type.filter(|content_type| !content_type.is_empty()) {
        None => Err(BodyFault::NoContentType),
        Some(other) if essence(other) != "application/json" => Err(BodyFault::MediaType),
        Some(content_type) if !is_utf8(content_type) => Err(BodyFault::Charset),
        Some(_) => Ok(()),
    }
}

/// Whether a body of this media type is read: JSON, or a form.
pub(crate) fn is_readable(media_type: &str) -> bool {
    is_json(media_type) || is_form(media_type)
}

/// `application/json` and whatever ends in `+json` (RFC 6839), parameters aside.
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    is_token(kind) && is_token(subtype) && (essence == "application/json" || subtype.ends_with("+json"))
}

/// `application/x-www-form-urlencoded`, parameters aside.
fn is_form(media_type: &str) -> bool {
    essence(media_type) == "application/x-www-form-urlencoded"
}

/// Type and subtype, in lower case.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A token of RFC 9110 section 5.6.2. A comma or a space would be the end of the media type to some parsers.
pub(crate) fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Whether no parameter names a charset but UTF-8: the origin would decode the same bytes to another text. In UTF-7
/// `+ACI-` is a quotation mark.
pub(super) fn is_utf8(content_type: &str) -> bool {
    let parameters = content_type.split(';').skip(1).map(|parameter| parameter.trim().to_ascii_lowercase());
    let mut charsets = parameters.filter(|parameter| parameter.contains("charset"));
    charsets.all(|charset| matches!(charset.as_str(), "charset=utf-8" | "charset=\"utf-8\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_another_charset_is_no_json() {
        for right in [
            "application/json",
            "Application/JSON",
            "application/json; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/json; x=y",
        ] {
            assert_eq!(check_application_json(Some(right)), Ok(()), "{right}");
        }
        for (wrong, fault) in [
            ("", BodyFault::NoContentType),
            ("text/plain", BodyFault::MediaType),
            ("application/problem+json", BodyFault::MediaType),
            ("application/json, application/json", BodyFault::MediaType),
            ("application/json charset=utf-16", BodyFault::MediaType),
            ("application/json; charset=utf-16", BodyFault::Charset),
            ("application/json;charset=UTF-16LE", BodyFault::Charset),
            ("application/json; charset=utf-7", BodyFault::Charset),
            ("application/json; charset=iso-8859-1", BodyFault::Charset),
            ("application/json; charset='utf-8'", BodyFault::Charset),
            ("application/json; charset=utf-8; charset=utf-16", BodyFault::Charset),
            ("application/json; charset*=utf-16", BodyFault::Charset),
        ] {
            assert_eq!(check_application_json(Some(wrong)), Err(fault), "{wrong}");
        }
        assert_eq!(check_application_json(None), Err(BodyFault::NoContentType));
    }
}
