//! A request that needs nothing but the id of its owner, to test a token with.

use super::{Operation, OwnerParameter, Place};
use crate::record::Owner;
use crate::request::Method;

impl Operation {
    /// The path and query of a request to this operation in which every parameter is the id of `owner`. `None` unless the operation is
    /// a `GET` whose path has no other parameter, and that takes no owner in a header field or a body.
    pub fn own_request(&self, owner: &Owner) -> Option<String> {
        if self.method != Method::Get || self.path.has_rest() || !self.access.is_open_to(owner.level) {
            return None;
        }
        let places = self.places_of(owner);
        let has = |place: Place, name: &str| places.iter().any(|one| one.place == place && one.name == name);
        if self.path.parameters().any(|name| !has(Place::Path, name)) {
            return None;
        }
        let id = owner.id.as_str();
        let path = self.path.fill(|_| id.to_owned());
        if self.path.has_parameters() || places.is_empty() {
            return Some(path);
        }
        // An owner's id has no character that a query would have to encode.
        let name = &places.iter().find(|one| one.place == Place::Query)?.name;
        Some(format!("{path}?{name}={id}"))
    }

    fn places_of(&self, owner: &Owner) -> Vec<&OwnerParameter> {
        let alternatives = self.access.alternatives().iter().filter(|alternative| alternative.level == owner.level);
        alternatives.flat_map(|alternative| alternative.owner.iter()).chain(self.owner.iter()).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;
    use crate::record::{Level, Owner, OwnerId};

    /// The request to the one operation of a policy, by a sub-account `acme`.
    fn of(method: &str, path: &str, owner: &str) -> Option<String> {
        let policy = format!(
            r#"{{"v":1,"rev":1,"owner_parameters":{{"agency":[],"sub_account":[{{"name":"locationId"}}]}},
            "operations":[{{"path":"{path}","method":"{method}","document":"d","access":{{"any_of":[
            {{"level":"sub_account","scopes":["a"]{owner}}}]}}}}]}}"#
        );
        let policy = Policy::from_json(&policy).unwrap();
        let acme = Owner { level: Level::SubAccount, id: OwnerId::parse("acme").unwrap() };
        policy.operations()[0].own_request(&acme)
    }

    #[test]
    fn it_names_the_owner_wherever_the_operation_wants_it() {
        let path = r#","owner":[{"name":"locationId","in":"path"}]"#;
        let query = r#","owner":[{"name":"locationId","in":"query"}]"#;
        assert_eq!(of("GET", "/locations/{locationId}", path).as_deref(), Some("/locations/acme"));
        assert_eq!(of("GET", "/contacts/", query).as_deref(), Some("/contacts/?locationId=acme"));
        assert_eq!(of("GET", "/status", "").as_deref(), Some("/status"));
    }

    #[test]
    fn what_needs_more_than_the_owner_is_not_asked() {
        let path = r#","owner":[{"name":"locationId","in":"path"}]"#;
        let header = r#","owner":[{"name":"locationId","in":"header"}]"#;
        assert_eq!(of("GET", "/locations/{locationId}/tags/{tagId}", path), None);
        assert_eq!(of("GET", "/contacts/{contactId}", ""), None);
        assert_eq!(of("GET", "/contacts/", header), None);
        assert_eq!(of("DELETE", "/locations/{locationId}", path), None);
        assert_eq!(of("HEAD", "/status", ""), None);
    }
}
