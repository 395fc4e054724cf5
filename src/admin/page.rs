//! The files of the admin page: their addresses, and the header fields that they are served with.

/// The address of the page. All its addresses begin with this.
pub const PAGE: &str = "/_tidegate/";

/// What an address of the page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageAddress {
    /// The page without its slash: the browser is sent to [`PAGE`], or the page's relative addresses would be others.
    WithoutSlash,
    /// A file.
    File(PageFile),
}

/// A file of the page, in the asset store and to the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFile {
    /// Its path in the asset store.
    pub path: String,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its `Cache-Control`.
    pub cache_control: &'static str,
}

/// The header fields of every answer under the page's addresses (ASVS 5.0, V3.4).
///
/// `connect-src` is for the admin API, `wasm-unsafe-eval` compiles the core and evaluates no text. Trusted types: no
/// string becomes markup or script but through the policy by which Svelte makes its own templates.
pub const PAGE_HEADERS: [(&str, &str); 6] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// `Strict-Transport-Security`, where the page came over TLS. For this host name alone: others are not ours to bind.
pub const TRANSPORT_SECURITY: (&str, &str) = ("Strict-Transport-Security", "max-age=31536000");

/// A file whose name stays while its content changes: asked about every time, by its `ETag`.
const REVALIDATED: &str = "no-cache";
/// A file whose name has its content's hash: never asked about again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

const CONTENT_TYPES: [(&str, &str); 6] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("wasm", "application/wasm"),
    ("woff2", "font/woff2"),
];

impl PageAddress {
    /// What `path` names; `None` where the page has nothing.
    pub fn find(path: &str) -> Option<Self> {
        let (name, cache_control) = match path.strip_prefix(PAGE) {
            None => return (PAGE.strip_suffix('/') == Some(path)).then_some(Self::WithoutSlash),
            Some("") => ("index.html", REVALIDATED),
            Some(name) => (name.strip_prefix("assets/").filter(|name| is_plain(name)).map(|_| name)?, IMMUTABLE),
        };
        let (_, extension) = name.rsplit_once('.')?;
        let (_, content_type) = CONTENT_TYPES.into_iter().find(|(known, _)| *known == extension)?;
        Some(Self::File(PageFile { path: format!("{PAGE}{name}"), content_type, cache_control }))
    }
}

/// Whether it is a file's name that means the same to everybody: one segment, no dot in front, nothing to decode.
fn is_plain(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    !name.starts_with('.') && name.chars().all(plain)
}
