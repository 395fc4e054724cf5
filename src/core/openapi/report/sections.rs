//! The sections of the report as text: a title, what to do, and what was found.

use super::{Finding, Report};

impl Report {
    /// The sections about operations: what lets too much first, what lets too little next.
    pub(super) fn findings(&self) -> [(&str, &str, &[Finding]); 12] {
        [
            ("Open without a token", "make sure that it is meant", &self.without_token),
            (
                "Open to every integration, without a scope",
                "without_scopes = \"deny\" in the settings closes them; a rule gives one a scope",
                &self.needs_no_scope,
            ),
            ("Names no sub-account", "there the API itself must check whose data is asked for", &self.names_no_owner),
            (
                "Owner in a body that is not read",
                "requests with such a body are refused, unless owner_in_body in the settings is \"origin\"",
                &self.unread_bodies,
            ),
            (
                "May name an owner",
                "an integration can name any owner there until owner_parameters in the settings says that it is one",
                &self.looks_like_owner,
            ),
            (
                "Without security",
                "give each a `security` in its document or a rule in the settings",
                &self.without_security,
            ),
            (
                "Optional security",
                "a rule with \"access\": \"public\" opens it to anyone, where that is meant",
                &self.optional_security,
            ),
            ("Closed to private integrations", "nothing to do, unless they are to reach it", &self.unsatisfiable),
            (
                "Security schemes used and not declared",
                "declare them in components.securitySchemes; only the settings count here",
                &self.undeclared_schemes,
            ),
            (
                "Crossing templates",
                "of two that match a path, the leftmost literal wins; does your router agree?",
                &self.crossing,
            ),
            (
                "Overlapping templates",
                "a value that a router could read as the literal must be allowed by both",
                &self.overlapping,
            ),
            ("Replaced by rules", "what the document says of these does not count", &self.replaced),
        ]
    }

    /// The sections about the documents as a whole.
    pub(super) fn names(&self) -> [(&str, &str, &[String]); 2] {
        [
            (
                "Security schemes that the settings do not have",
                "what needs them is closed; add them to schemes",
                &self.unmapped_schemes,
            ),
            ("Scopes that open nothing", "no integration can be given them", &self.unused_scopes),
        ]
    }
}
