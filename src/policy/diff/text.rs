//! A difference of two policies as text, for the owner of an API.

use std::fmt;

use super::{Change, CorsChange, PolicyDiff, Reach};
use crate::policy::{Access, Alternative, HeadRequests, OwnerName, OwnerParameter, OwnerPlaces, WebOrigin};

impl fmt::Display for PolicyDiff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(formatter, "nothing changes");
        }
        for (who, reach) in [
            ("Without a token", &self.without_token),
            ("A sub-account's integrations", &self.sub_account),
            ("The agency's integrations", &self.agency),
        ] {
            reach.write(formatter, who)?;
        }
        if !self.handling.is_empty() {
            writeln!(formatter, "Judged otherwise, whoever asks: {}", self.handling.len())?;
            self.handling.iter().try_for_each(|one| writeln!(formatter, "  ~ {one}"))?;
            writeln!(formatter)?;
        }
        if let Some(change) = &self.owner_parameters {
            let (before, after) = (&change.before, &change.after);
            writeln!(formatter, "Parameters that name an owner: this bears on every operation that has one")?;
            owner_names(formatter, "sub-account", &before.sub_account, &after.sub_account)?;
            owner_names(formatter, "agency", &before.agency, &after.agency)?;
            writeln!(formatter)?;
        }
        match self.head.map(|change| change.after) {
            Some(HeadRequests::AsGet) => {
                writeln!(formatter, "HEAD uses the operation of GET, where it has none of its own\n")?
            }
            Some(HeadRequests::AsDescribed) => writeln!(formatter, "HEAD needs an operation of its own\n")?,
            None => {}
        }
        if let Some(change) = &self.cors {
            cors(formatter, change)?;
        }
        let (added, removed, changed) = (self.added.len(), self.removed.len(), self.changed.len());
        writeln!(formatter, "operations: {added} added, {removed} removed, {changed} with other requirements")
    }
}

impl Reach {
    fn write(&self, formatter: &mut fmt::Formatter<'_>, who: &str) -> fmt::Result {
        let (gained, lost, changed) = (self.reachable.len(), self.unreachable.len(), self.changed.len());
        if (gained, lost, changed) == (0, 0, 0) {
            return writeln!(formatter, "{who}: nothing changes\n");
        }
        writeln!(formatter, "{who}: {lost} unreachable, {changed} need something else, {gained} reachable")?;
        for (what, changes) in [("-", &self.unreachable), ("~", &self.changed), ("+", &self.reachable)] {
            for change in changes {
                writeln!(formatter, "  {what} {} {}: {}", change.method, change.path, words(change))?;
            }
        }
        writeln!(formatter)
    }
}

fn words(Change { before, after, owner, .. }: &Change) -> String {
    let owner = owner.as_ref();
    let old = owner.map(|owner| owner_at(before.as_ref(), &owner.before)).unwrap_or_default();
    let new = owner.map(|owner| owner_at(after.as_ref(), &owner.after)).unwrap_or_default();
    match (before, after) {
        (None, Some(after)) => format!("new, needs {}", needs(after)),
        (Some(before), None) => format!("no longer described, needed {}", needs(before)),
        (Some(before), Some(after)) => format!("needed {}{old}, needs {}{new}", needs(before), needs(after)),
        (None, None) => String::new(),
    }
}

/// Where a request with a token names its owner, for what has no alternatives that say so.
fn owner_at(access: Option<&Access>, places: &OwnerPlaces) -> String {
    let all = places.iter().map(own_id).collect::<Vec<_>>().join(" + ");
    match (places, access) {
        (OwnerPlaces::Unchecked, _) => " (no owner is compared)".to_owned(),
        _ if all.is_empty() => String::new(),
        (_, Some(Access::Public)) => format!(" (with one: {all})"),
        _ => format!(" + {all}"),
    }
}

fn own_id(OwnerParameter { name, place }: &OwnerParameter) -> String {
    format!("own id as {name} ({place})")
}

fn needs(access: &Access) -> String {
    match access {
        Access::Public => "nothing, not even a token".to_owned(),
        Access::Authenticated => "any valid token".to_owned(),
        Access::AnyOf(alternatives) if alternatives.is_empty() => "what no such caller has".to_owned(),
        Access::AnyOf(alternatives) => alternatives.iter().map(alternative).collect::<Vec<_>>().join(" or "),
    }
}

fn alternative(Alternative { scopes, owner, .. }: &Alternative) -> String {
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let owner = owner.iter().map(own_id);
    let all: Vec<_> = scopes.into_iter().chain(owner).collect();
    if all.is_empty() { "no scope".to_owned() } else { all.join(" + ") }
}

fn cors(formatter: &mut fmt::Formatter<'_>, CorsChange { before, after }: &CorsChange) -> fmt::Result {
    let [old, new] = [before, after].map(|cors| cors.as_ref().map_or(&[][..], |cors| cors.origins.as_slice()));
    writeln!(formatter, "Origins whose scripts may call the API from a browser:")?;
    let mut list = |mark: &str, origins: &[WebOrigin], others: &[WebOrigin]| {
        let mut origins = origins.iter().filter(|origin| !others.contains(origin));
        origins.try_for_each(|origin| writeln!(formatter, "  {mark} {}", origin.as_str()))
    };
    list("-", old, new)?;
    list("+", new, old)?;
    if old == new {
        writeln!(formatter, "  the same; what they may send or read, or for how long a browser remembers it, changes")?;
    }
    writeln!(formatter)
}

fn owner_names(
    formatter: &mut fmt::Formatter<'_>,
    level: &str,
    before: &[OwnerName],
    after: &[OwnerName],
) -> fmt::Result {
    for name in before.iter().filter(|name| !after.contains(name)) {
        writeln!(formatter, "  - {level}: {}", described(name))?;
    }
    for name in after.iter().filter(|name| !before.contains(name)) {
        writeln!(formatter, "  + {level}: {}", described(name))?;
    }
    Ok(())
}

fn described(OwnerName { name, when, body }: &OwnerName) -> String {
    let when = when.as_ref().map(|when| format!(" where {}={}", when.name, when.is)).unwrap_or_default();
    format!("{name}{when}{}", if *body { ", in a body too" } else { "" })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use crate::policy::{Operation, OwnerNames, Policy};

    fn policy(operations: &[(&str, serde_json::Value)]) -> Policy {
        let operation = |(path, access): &(&str, serde_json::Value)| {
            from_value::<Operation>(json!({ "method": "GET", "path": path, "access": access })).unwrap()
        };
        Policy::new(0, operations.iter().map(operation).collect(), OwnerNames::default()).unwrap()
    }

    #[test]
    fn a_diff_tells_each_level_what_it_notices() {
        let tenant = |scope: &str| json!({ "any_of": [{ "level": "sub_account", "scopes": [scope] }] });
        let agency = |scope: &str| json!({ "any_of": [{ "level": "agency", "scopes": [scope] }] });
        let any = |path| (path, json!("authenticated"));
        let old = policy(&[
            ("/a/{b}", tenant("x")),
            ("/gone", tenant("x")),
            ("/open", tenant("x")),
            ("/l", tenant("x")),
            any("/was"),
        ]);
        let new = policy(&[
            ("/a/{c}", tenant("y")),
            ("/new", tenant("z")),
            ("/open", json!("public")),
            ("/l", agency("x")),
            any("/me"),
        ]);
        let expected = "\
Without a token: 0 unreachable, 0 need something else, 1 reachable
  + GET /open: needed what no such caller has, needs nothing, not even a token

A sub-account's integrations: 3 unreachable, 2 need something else, 2 reachable
  - GET /gone: no longer described, needed x
  - GET /l: needed x, needs what no such caller has
  - GET /was: no longer described, needed any valid token
  ~ GET /a/{c}: needed x, needs y
  ~ GET /open: needed x, needs nothing, not even a token
  + GET /me: new, needs any valid token
  + GET /new: new, needs z

The agency's integrations: 1 unreachable, 0 need something else, 3 reachable
  - GET /was: no longer described, needed any valid token
  + GET /l: needed what no such caller has, needs x
  + GET /me: new, needs any valid token
  + GET /open: needed what no such caller has, needs nothing, not even a token

operations: 2 added, 2 removed, 3 with other requirements
";
        assert_eq!(old.diff(&new).to_string(), expected);
        assert_eq!(old.diff(&old).to_string(), "nothing changes\n");
    }

    #[test]
    fn another_owner_with_the_same_access_is_told() {
        let of = |access: &str, owner: serde_json::Value| {
            let operation = json!({ "method": "GET", "path": "/a", "access": access, "owner": owner });
            let operation = from_value::<Operation>(operation).unwrap();
            Policy::new(0, vec![operation], OwnerNames::default()).unwrap()
        };
        let [query, header] = ["query", "header"].map(|place| json!([{ "name": "locationId", "in": place }]));
        for access in ["public", "authenticated"] {
            for owner in [json!("none"), json!([]), header.clone()] {
                let diff = of(access, query.clone()).diff(&of(access, owner.clone()));
                assert_eq!(diff.changed, ["GET /a"], "{access} {owner}");
                let text = diff.to_string();
                assert!(
                    text.ends_with("operations: 0 added, 0 removed, 1 with other requirements\n"),
                    "{owner}: {text}"
                );
                assert!(text.contains("A sub-account's integrations: 0 unreachable, 1 need something else"), "{text}");
                assert!(text.contains("Without a token: nothing changes"), "{text}");
                let before = if access == "public" { " (with one: " } else { " + " };
                assert!(text.contains(&format!("{before}own id as locationId (query)")), "{text}");
                assert_eq!(text.contains("(no owner is compared)\n"), owner == json!("none"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_judged_otherwise_is_told_whoever_asks() {
        let of = |more: serde_json::Value| {
            let mut operation = json!({ "method": "GET", "path": "/u/{id}", "access": "authenticated" });
            operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Policy::new(0, vec![from_value::<Operation>(operation).unwrap()], OwnerNames::default()).unwrap()
        };
        let plain = of(json!({}));
        for (more, field, told, untold) in [
            (
                json!({ "router_exact": true }),
                "router_exact",
                "is not judged as it",
                "must be allowed by both operations",
            ),
            (json!({ "encoded": true }), "encoded", "may have percent-encoded delimiters", "delimiters is refused"),
            (
                json!({ "owner_in_body": "origin" }),
                "owner_in_multipart",
                "the origin compares",
                "if it could name the owner",
            ),
        ] {
            for (diff, told, value) in
                [(plain.diff(&of(more.clone())), told, true), (of(more.clone()).diff(&plain), untold, false)]
            {
                assert_eq!(diff.changed, ["GET /u/{id}"], "{more}");
                let text = diff.to_string();
                assert!(
                    text.contains("Judged otherwise, whoever asks: 1\n  ~ GET /u/{id}: ") && text.contains(told),
                    "{text}"
                );
                let expected = json!([{ "method": "GET", "path": "/u/{id}", (field): value }]);
                assert_eq!(json!(diff)["handling"], expected);
            }
        }
        assert_eq!(json!(plain.diff(&plain)).get("handling"), None);
    }

    #[test]
    fn other_names_of_owners_are_told() {
        let names = |body| from_value(json!({ "sub_account": [{ "name": "locationId", "body": body }] })).unwrap();
        let with = |body| Policy::new(0, Vec::new(), names(body)).unwrap();
        let text = with(false).diff(&with(true)).to_string();
        assert!(text.contains("  - sub-account: locationId\n  + sub-account: locationId, in a body too\n"), "{text}");
    }
}
