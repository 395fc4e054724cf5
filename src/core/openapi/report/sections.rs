//! The sections of the report as text: a title, what to do, and what was found.

use super::{Finding, Report};

impl Report {
    /// The sections about operations: what lets too much first, what lets too little next.
    pub(super) fn findings(&self) -> [(&str, &str, &[Finding]); 8] {
        [
            ("Open without a token", "make sure that it is meant", &self.without_token),
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
