//! Extensions of an operation, which can list scopes.

use crate::json::{Map, Value};
use crate::scope;

/// How many texts of an extension are kept; a longer list does not count as scopes.
const MAX_LISTED: usize = 1_000;

/// The extensions that could list scopes as lists, all others as none.
pub fn listed<'a>(all: impl Iterator<Item = (&'a String, &'a Value<'static>)>) -> Map<Option<Vec<String>>> {
    let mut extensions = Map::default();
    for (name, value) in all {
        let is_short = |text: &&str| text.len() <= scope::MAX_LENGTH;
        let items = value.items().filter(|items| items.len() <= MAX_LISTED);
        let texts =
            items.and_then(|items| items.iter().map(|item| item.text().filter(is_short)).collect::<Option<Vec<_>>>());
        extensions.insert(name.clone(), texts.map(|texts| texts.into_iter().map(str::to_owned).collect()));
    }
    extensions
}
