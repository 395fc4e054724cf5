//! The sections of the report as text: a title, what to do, and what was found.

use super::{Finding, Report};

impl Report {
    /// The sections about operations, each with its list's name: what lets too much first, what lets too little next.
    pub(super) fn findings(&self) -> [(&str, &str, &str, &[Finding]); 18] {
        [
            ("without_token", "Open without a token", "make sure that it is meant", &self.without_token),
            (
                "needs_no_scope",
                "Open to every integration, without a scope",
                "without_scopes = \"deny\" in the settings closes them; a rule gives one a scope",
                &self.needs_no_scope,
            ),
            (
                "names_no_owner",
                "Names no sub-account",
                "there the API itself must check whose data is asked for",
                &self.names_no_owner,
            ),
            (
                "unread_bodies",
                "Owner in a body that is not read",
                "requests with such a body are refused, unless owner_in_body in the settings is \"origin\"",
                &self.unread_bodies,
            ),
            (
                "looks_like_owner",
                "May name an owner",
                "owner_parameters in the settings says which of these name the owner",
                &self.looks_like_owner,
            ),
            (
                "reading_by_name",
                "Reading, by name",
                "scopes.derive.writes in the settings says which of these change something",
                &self.reading_by_name,
            ),
            (
                "shared_areas",
                "Names that share derived scopes",
                "whoever holds such a scope may use the operations of all of these names",
                &self.shared_areas,
            ),
            (
                "without_security",
                "Without security",
                "give each a `security` in its document or a rule in the settings",
                &self.without_security,
            ),
            (
                "optional_security",
                "Optional security",
                "a rule with \"access\": \"public\" opens it to anyone, where that is meant",
                &self.optional_security,
            ),
            (
                "unsatisfiable",
                "Closed to private integrations",
                "nothing to do, unless they should reach it",
                &self.unsatisfiable,
            ),
            (
                "undeclared_schemes",
                "Security schemes used and not declared",
                "declare them in components.securitySchemes; only the settings count here",
                &self.undeclared_schemes,
            ),
            (
                "crossing",
                "Crossing templates",
                "of two that match a path, the leftmost literal wins; does your router agree?",
                &self.crossing,
            ),
            (
                "overlapping",
                "Overlapping templates",
                "a value that a router could read as the literal must be allowed by both",
                &self.overlapping,
            ),
            (
                "limits",
                "Possibly not read as intended",
                "what is not understood is denied; make sure that nothing of it is needed",
                &self.limits,
            ),
            (
                "joined",
                "Described more than once",
                "all descriptions need the same, so one of them stays",
                &self.joined,
            ),
            ("events", "Events of the API's own", "event_types in the settings says who hears of each", &self.events),
            ("excluded", "Excluded", "denied to everyone; exclude in the settings says so", &self.excluded),
            ("replaced", "Replaced by rules", "what the document says of these does not count", &self.replaced),
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
