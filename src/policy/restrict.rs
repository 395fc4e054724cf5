//! The part of a policy that tokens of sub-accounts, or anyone, can reach.

use super::{Access, Operation, Policy};
use crate::json::Map;
use crate::order::sorted;
use crate::record::Level;

impl Policy {
    /// The same policy without what only the agency's tokens can reach, for people who know nothing of the agency. It is for lists and
    /// previews; verdicts are the whole policy's.
    #[must_use]
    pub fn for_sub_accounts(mut self) -> Self {
        let operations: Vec<_> = self.operations.iter().filter_map(for_sub_accounts).collect();
        let scopes = sorted(operations.iter().flat_map(|operation| {
            let alternatives = operation.access.alternatives().iter();
            alternatives.flat_map(|alternative| alternative.scopes.iter().map(|scope| scope.as_str().to_owned()))
        }));
        let mut descriptions = Map::default();
        for (scope, text) in self.descriptions.iter().filter(|(scope, _)| scopes.binary_search(scope).is_ok()) {
            descriptions.insert(scope.clone(), text.clone());
        }
        self.descriptions = descriptions;
        self.routes = super::Routes::of(operations.len());
        self.operations = operations;
        self
    }
}

fn for_sub_accounts(operation: &Operation) -> Option<Operation> {
    let Access::AnyOf(alternatives) = &operation.access else { return Some(operation.clone()) };
    let own: Vec<_> = alternatives.iter().filter(|one| one.level == Level::SubAccount).cloned().collect();
    (!own.is_empty()).then(|| Operation { access: Access::AnyOf(own), ..operation.clone() })
}
