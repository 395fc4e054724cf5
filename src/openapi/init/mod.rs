//! Settings to start from: what documents suggest, and why. Whoever publishes the API decides; this only makes a first draft.

mod base_path;
mod exclusions;
mod owners;
mod schemes;
mod yaml;

use serde::Serialize;

use super::derive::{By, Derive, ScopeTemplate, When};
use super::document::{Described, Document};
use super::settings::{Settings, WithoutSecurity};
use super::{Compiled, Unscoped, compile};
use crate::json::Map;
use crate::order::sorted;
use crate::request::Method;

/// Settings to start from.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The settings.
    pub settings: Settings,
    /// What was decided, each with the reason.
    pub choices: Vec<Choice>,
}

/// Something that documents leave open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Choice {
    /// The field of the settings, as in `schemes.apiKey`.
    pub field: String,
    /// What is to be decided.
    pub question: String,
    /// What the documents say of it.
    pub why: String,
    /// What it can be; with none, it is only told.
    pub options: Vec<String>,
    /// The place of what was chosen among the options.
    pub chosen: usize,
}

/// Suggests settings for documents. `picked` has the places of other options than the suggested ones, by their fields.
pub fn init(documents: &[Document], picked: &Map<usize>) -> Suggestion {
    let mut choosing = Choosing { picked, choices: Vec::new() };
    let mut settings = Settings { schemes: schemes::choose(documents, &mut choosing), ..Settings::default() };
    settings.without_security = without_security(documents, &mut choosing);
    settings.empty_security = empty_security(documents, &mut choosing);
    settings.scope_extension = scope_extension(documents, &mut choosing);
    settings.owner_parameters = owners::choose(documents, &settings, &mut choosing);
    settings.base_path = base_path::choose(documents, &mut choosing);
    exclusions::add(documents, &mut settings, &mut choosing);
    settings.scopes.derive = derive(documents, &settings, &mut choosing);
    // What is described twice may need different scopes only now.
    exclusions::add(documents, &mut settings, &mut choosing);
    Suggestion { settings, choices: choosing.choices }
}

/// What is chosen as one choice follows the other.
struct Choosing<'a> {
    picked: &'a Map<usize>,
    choices: Vec<Choice>,
}

impl Choosing<'_> {
    /// Notes a choice, and gives the place of the option that was chosen.
    fn choose(&mut self, field: &str, question: String, why: String, options: &[&str], suggested: usize) -> usize {
        let picked = self.picked.get(field).copied().filter(|place| *place < options.len());
        let chosen = picked.unwrap_or(suggested);
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        self.choices.push(Choice { field: field.to_owned(), question, why, options, chosen });
        chosen
    }

    /// Notes what is not asked.
    fn tell(&mut self, field: &str, why: String) {
        self.choose(field, String::new(), why, &[], 0);
    }
}

/// All operations of all documents.
fn operations(documents: &[Document]) -> impl Iterator<Item = Described<'_>> {
    documents.iter().flat_map(Document::operations)
}

fn without_security(documents: &[Document], choosing: &mut Choosing<'_>) -> WithoutSecurity {
    let says_nothing =
        |described: &Described<'_>| described.own_security().is_none() && described.document.security().is_none();
    let (all, silent) = (operations(documents).count(), operations(documents).filter(says_nothing).count());
    let options = ["denied to everyone", "open to every valid token", "open to anyone"];
    let meanings = [WithoutSecurity::Deny, WithoutSecurity::Authenticated, WithoutSecurity::Public];
    let field = "without_security";
    if silent == 0 {
        choosing.tell(field, format!("all {all} operations say what security they need"));
        return WithoutSecurity::Deny;
    }
    let question = "What is an operation that says nothing of security?".to_owned();
    let chosen = if silent == all {
        let why = format!(
            "none of {all} operations says anything of security; open to every valid token, each needs a derived scope"
        );
        choosing.choose(field, question, why, &options, 1)
    } else {
        let why = format!("{silent} of {all} operations say nothing of security; a document may have forgotten them");
        choosing.choose(field, question, why, &options, 0)
    };
    meanings.into_iter().nth(chosen).unwrap_or_default()
}

fn scope_extension(documents: &[Document], choosing: &mut Choosing<'_>) -> Option<String> {
    let names = sorted(documents.iter().flat_map(Document::listing_extensions));
    let is_of_scopes = |name: &&&str| name.to_ascii_lowercase().contains("scope");
    let name = names.iter().find(is_of_scopes)?;
    let count = operations(documents).filter(|described| described.extension(name).flatten().is_some()).count();
    let why = format!("{count} operations list scopes in {name}, all of which are taken to be needed");
    let question = format!("Does an operation need the scopes that it lists in {name}?");
    (choosing.choose("scope_extension", question, why, &["yes", "no"], 0) == 0).then(|| (*name).to_owned())
}

/// What `security: []` is, where documents have it.
fn empty_security(documents: &[Document], choosing: &mut Choosing<'_>) -> Option<WithoutSecurity> {
    let is_empty = |described: &Described<'_>| {
        described.own_security().or_else(|| described.document.security()).is_some_and(Vec::is_empty)
    };
    let (all, empty) = (operations(documents).count(), operations(documents).filter(is_empty).count());
    if empty == 0 {
        return None;
    }
    let is_change =
        |described: &Described<'_>| !Method::parse(&described.operation.method.to_ascii_uppercase()).is_safe();
    let changing = operations(documents).filter(is_empty).filter(is_change).count();
    let why = format!("{empty} of {all} operations have \"security: []\"; {changing} of these change something");
    let question = "What is an operation that needs no security by its document?".to_owned();
    let options = ["open to anyone", "open to every valid token", "denied to everyone"];
    // An API most of which is open to anyone says elsewhere what it needs.
    let is_most = empty.saturating_mul(2) > all;
    match choosing.choose("empty_security", question, why, &options, usize::from(is_most)) {
        0 => None,
        1 => Some(WithoutSecurity::Authenticated),
        _ => Some(WithoutSecurity::Deny),
    }
}

fn derive(documents: &[Document], settings: &Settings, choosing: &mut Choosing<'_>) -> Option<Derive> {
    let Compiled { report, .. } = compile(documents, settings);
    let Unscoped { agency, sub_account } = report.unscoped;
    let unscoped = report.total("needs_no_scope", report.needs_no_scope.len());
    let field = "scopes.derive";
    if unscoped == 0 && agency.total().saturating_add(sub_account.total()) == 0 {
        choosing.tell(field, "not needed: no operation is open to a token without a scope".to_owned());
        return None;
    }
    let (all, tagged) =
        (operations(documents).count(), operations(documents).filter(|one| !one.operation.tags.is_empty()).count());
    let tags = sorted(operations(documents).filter_map(|described| described.operation.tags.first())).len();
    // Four of five.
    let has_tags = tagged.saturating_mul(5) >= all.saturating_mul(4) && tags > 1;
    let why = format!(
        "{unscoped} operations are open to a token without a scope; {tagged} of {all} operations have tags, {tags} different ones"
    );
    let options = ["named after tags", "named after paths", "not derived: such operations stay open to every token"];
    let question = "Which scopes are such operations to need?".to_owned();
    let by = match choosing.choose(field, question, why, &options, usize::from(!has_tags)) {
        0 => By::Tag,
        1 => By::Path,
        _ => return None,
    };
    Some(Derive {
        by,
        read: ScopeTemplate::read(),
        write: ScopeTemplate::write(),
        when: When::None,
        reads: Vec::new(),
        writes: Vec::new(),
    })
}
