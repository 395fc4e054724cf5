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

/// What a body is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `application/json` and whatever ends in `+json` (RFC 6839).
    Json,
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// `multipart/form-data`, which is not parsed.
    Multipart,
}

/// Whether a body of this media type is read: JSON, or a form.
pub(crate) fn is_readable(media_type: &str) -> bool {
    matches!(form(media_type), Some(Form::Json | Form::UrlEncoded))
}

/// What a body of this media type is, parameters aside; `None` where it is something else, and where some reader takes it for two of
/// these: a text can be an object of JSON and a form, each with another owner. formidable looks for `json` anywhere in the field, h3 at
/// the field's first letters alone.
pub(super) fn form(media_type: &str) -> Option<Form> {
    let essence = essence(media_type);
    let (kind, subtype) = essence.split_once('/')?;
    if !is_token(kind) || !is_token(subtype) {
        return None;
    }
    let (form, others) = match essence.as_str() {
        "application/json" => (Form::Json, FORMS),
        "application/x-www-form-urlencoded" => (Form::UrlEncoded, &["json", "multipart", "form-data"][..]),
        // Its boundary can be any text.
        "multipart/form-data" => (Form::Multipart, &["urlencoded"][..]),
        _ if subtype.ends_with("+json") => (Form::Json, FORMS),
        _ => return None,
    };
    let media_type = media_type.to_ascii_lowercase();
    (!others.iter().any(|other| media_type.contains(other))).then_some(form)
}

/// What stands in the media types of forms, and in no other.
const FORMS: &[&str] = &["urlencoded", "multipart", "form-data"];

/// Type and subtype, in lower case; nothing where there is a comma, wherever it stands. Fields that were sent twice arrive joined by
/// one, and of several media types some readers take the first, and others the last (Fetch standard, "extract a MIME type").
fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().filter(|_| !media_type.contains(','));
    essence.unwrap_or_default().trim_matches([' ', '\t']).to_ascii_lowercase()
}

/// A token of RFC 9110 section 5.6.2. A space would be the end of the media type to some parsers.
pub(crate) fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Whether no parameter names a charset but UTF-8, whose other label is `utf8` (Encoding standard, section 4.2): the origin would
/// decode the same bytes to another text. In UTF-7 `+ACI-` is a quotation mark.
pub(super) fn is_utf8(content_type: &str) -> bool {
    let parameters = content_type.split(';').skip(1).map(|parameter| parameter.trim().to_ascii_lowercase());
    let mut charsets = parameters.filter(|parameter| parameter.contains("charset"));
    let name = |charset: &str| Some(charset.strip_prefix("charset=")?.trim_matches('"').to_owned());
    charsets.all(|charset| matches!(name(&charset).as_deref(), Some("utf-8" | "utf8")))
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
            "application/json; charset=utf8",
            "application/json; charset=\"UTF8\"",
            "application/json; x=y",
        ] {
            assert_eq!(check_application_json(Some(right)), Ok(()), "{right}");
        }
        for (wrong, fault) in [
            ("", BodyFault::NoContentType),
            ("text/plain", BodyFault::MediaType),
            ("application/problem+json", BodyFault::MediaType),
            ("application/json, application/json", BodyFault::MediaType),
            ("application/json; x=y, text/plain", BodyFault::MediaType),
            ("application/json\u{a0}", BodyFault::MediaType),
            ("application/json charset=utf-16", BodyFault::MediaType),
            ("application/json; charset=utf-16", BodyFault::Charset),
            ("application/json;charset=UTF-16LE", BodyFault::Charset),
            ("application/json; charset=utf-7", BodyFault::Charset),
            ("application/json; charset=iso-8859-1", BodyFault::Charset),
            ("application/json; charset='utf-8'", BodyFault::Charset),
            ("application/json; charset=utf_8", BodyFault::Charset),
            ("application/json; charset=", BodyFault::Charset),
            ("application/json; charset", BodyFault::Charset),
            ("application/json; charset=utf-8; charset=utf-16", BodyFault::Charset),
            ("application/json; charset*=utf-16", BodyFault::Charset),
        ] {
            assert_eq!(check_application_json(Some(wrong)), Err(fault), "{wrong}");
        }
        assert_eq!(check_application_json(None), Err(BodyFault::NoContentType));
    }
}
