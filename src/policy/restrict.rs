//! The part of a policy that tokens of sub-accounts, or anyone, can reach.

use super::{Access, Operation, Policy};
use crate::order::sorted;
use crate::record::Level;
use crate::scope::Scope;

impl Policy {
    /// The same policy without the operations that only tokens of the agency can reach, for people who may not know of the agency. It
    /// is for lists and previews; verdicts use the whole policy.
    #[must_use]
    pub fn for_sub_accounts(mut self) -> Self {
        let operations: Vec<_> = self.operations.iter().filter_map(Operation::for_sub_accounts).collect();
        let needed = || {
            let alternatives = operations.iter().flat_map(|operation| operation.access.alternatives());
            alternatives.flat_map(|alternative| alternative.scopes.iter())
        };
        let scopes = sorted(needed().map(Scope::as_str));
        let groups = sorted(needed().map(Scope::group));
        let documents = sorted(operations.iter().map(|operation| operation.document.as_str()));
        self.labels = self.labels.only(&scopes, &groups, &documents);
        self.routes = super::Routes::of(operations.len());
        self.operations = operations;
        self
    }
}

impl Operation {
    /// The same operation with what tokens of sub-accounts need, for people who may not know of the agency; `None` if only tokens of the
    /// agency can reach it.
    pub fn for_sub_accounts(&self) -> Option<Self> {
        let Access::AnyOf(alternatives) = &self.access else { return Some(self.clone()) };
        let own: Vec<_> = alternatives.iter().filter(|one| one.level == Level::SubAccount).cloned().collect();
        (!own.is_empty()).then(|| Self { access: Access::AnyOf(own), ..self.clone() })
    }
}
