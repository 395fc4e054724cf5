//! docs/people.md: every permission, and the roles that begin with it.

use tidegate::access::{Role, Verb};
use tidegate::record::OwnerId;

use super::{table, unquoted};

/// A role as people call it: `Agency admin` for `agency_admin`.
fn called(role: Role) -> String {
    let words = role.as_str().replace('_', " ");
    words[..1].to_uppercase() + &words[1..]
}

#[test]
fn permissions_and_their_roles_are_those_of_the_code() {
    let accounts = [OwnerId::parse("acme").unwrap()];
    let row = |verb: &Verb| {
        let roles = Role::ALL.into_iter().filter(|role| role.preset(&accounts).may_anywhere(*verb));
        (verb.as_str().to_owned(), roles.map(called).collect::<Vec<_>>().join(", "))
    };
    let in_code: Vec<_> = Verb::ALL.iter().map(row).collect();
    let rows = table("docs/people.md", "Permissions");
    let documented: Vec<_> = rows.iter().map(|row| (unquoted(&row[0]), row[2].clone())).collect();
    assert_eq!(documented, in_code);
}
