//! Who may do what: the table of roles in docs/people.md, and the rules against giving more than one has, for every verb and place.

use tidegate::access::{
    Actor, Beyond, Holding, Identity, KeyId, Membership, Permission, Permissions, Place, Role, Verb,
};
use tidegate::record::OwnerId;
use tidegate::time::Timestamp;

fn account(id: &str) -> OwnerId {
    OwnerId::parse(id).unwrap()
}

fn places() -> Vec<Place> {
    vec![Place::Agency, Place::SubAccounts, Place::SubAccount(account("acme")), Place::SubAccount(account("globex"))]
}

#[test]
fn a_permission_implies_what_is_written_and_nothing_else() {
    let implied = [
        (Verb::IntegrationsManage, Verb::IntegrationsView),
        (Verb::PolicyPublish, Verb::PolicyView),
        (Verb::PeopleManage, Verb::PeopleView),
    ];
    for given in Verb::ALL {
        for place in places() {
            let permissions: Permissions = [Permission { verb: *given, place: place.clone() }].into_iter().collect();
            for asked in Verb::ALL {
                let has = given == asked || implied.contains(&(*given, *asked));
                assert_eq!(permissions.may_anywhere(*asked), has, "{given} {asked}");
                for at in places() {
                    let covers = place == at || (place == Place::SubAccounts && matches!(at, Place::SubAccount(_)));
                    assert_eq!(permissions.may(*asked, &at), has && covers, "{given} at {place}: {asked} at {at}");
                }
            }
        }
    }
    let all = Permissions::all();
    assert!(Verb::ALL.iter().all(|verb| places().iter().all(|place| all.may(*verb, place))));
}

/// The table of roles, row by row.
#[test]
fn roles_are_presets() {
    let told = |role: Role| {
        let preset = role.preset(&[account("acme")]);
        let mut told: Vec<_> = preset.iter().map(|given| format!("{}@{}", given.verb, given.place)).collect();
        told.sort();
        told
    };
    let sorted = |list: &[&str]| {
        let mut list: Vec<_> = list.iter().map(|text| (*text).to_owned()).collect();
        list.sort();
        list
    };
    assert_eq!(told(Role::Owner).len(), Verb::ALL.len() * 2);
    assert_eq!(
        told(Role::AgencyAdmin),
        sorted(&[
            "integrations.manage@agency",
            "integrations.manage@sub_accounts",
            "webhooks.manage@agency",
            "webhooks.manage@sub_accounts",
            "usage.view@agency",
            "usage.view@sub_accounts",
            "policy.view@agency",
            "audit.view@agency",
        ])
    );
    assert_eq!(
        told(Role::Developer),
        sorted(&[
            "policy.publish@agency",
            "integrations.view@agency",
            "integrations.view@sub_accounts",
            "usage.view@agency",
            "usage.view@sub_accounts",
        ])
    );
    let views = ["integrations.view", "policy.view", "people.view", "usage.view", "audit.view"];
    let views: Vec<_> =
        views.iter().flat_map(|verb| ["agency", "sub_accounts"].map(|at| format!("{verb}@{at}"))).collect();
    assert_eq!(told(Role::Auditor), sorted(&views.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(
        told(Role::AccountAdmin),
        sorted(&[
            "integrations.manage@sub_account:acme",
            "webhooks.manage@sub_account:acme",
            "usage.view@sub_account:acme"
        ])
    );
    assert_eq!(told(Role::AccountViewer), ["integrations.view@sub_account:acme"]);
}

fn actor(permissions: Permissions) -> Actor {
    Actor { identity: Identity::OwnerKey, permissions, grantable: None, ends_at: None }
}

/// Whoever manages people, and lacks one permission, can give everything but that one.
#[test]
fn nobody_gives_changes_or_takes_what_they_lack() {
    for lacked in Permissions::all().iter() {
        let own: Permissions = Permissions::all().iter().filter(|given| *given != lacked).cloned().collect();
        let giver = actor(own.clone());
        let home = [Place::Agency];
        for given in Permissions::all().iter() {
            let permissions: Permissions = [given.clone()].into_iter().collect();
            let holding = Holding { home: &home, permissions: &permissions, grantable: None };
            for (before, after) in [(None, Some(holding)), (Some(holding), None), (Some(holding), Some(holding))] {
                let told = giver.may_change(Verb::PeopleManage, before, after);
                let manages = own.may(Verb::PeopleManage, &Place::Agency);
                // What is lacked may still be implied by what is not.
                let expected = match (manages, own.may(given.verb, &given.place)) {
                    (false, _) => Err(Beyond::Place(Verb::PeopleManage, Place::Agency)),
                    (true, false) => Err(Beyond::Permission(given.clone())),
                    (true, true) => Ok(()),
                };
                assert_eq!(told, expected, "lacking {lacked:?}, {given:?}");
            }
        }
    }
}

#[test]
fn a_role_can_be_given_by_whoever_has_all_of_it() {
    let accounts = [account("acme")];
    let can_give = |giver: Role, role: Role| {
        let mut own: Vec<_> = giver.preset(&accounts).iter().cloned().collect();
        own.extend(Permissions::at(&[Verb::PeopleManage], &[Place::Agency, Place::SubAccounts]).iter().cloned());
        let given =
            Membership::new(role, if role.is_for_accounts() { accounts.to_vec() } else { vec![] }, None, None).unwrap();
        let home = given.home();
        let holding = Holding { home: &home, permissions: given.permissions(), grantable: None };
        actor(own.into_iter().collect()).may_change(Verb::PeopleManage, None, Some(holding)).is_ok()
    };
    use Role::{AccountAdmin, AccountViewer, AgencyAdmin, Auditor, Developer, Owner};
    let table = [
        (Owner, vec![Owner, AgencyAdmin, Developer, Auditor, AccountAdmin, AccountViewer]),
        (AgencyAdmin, vec![AgencyAdmin, AccountAdmin, AccountViewer]),
        (Developer, vec![Developer, AccountViewer]),
        (Auditor, vec![Auditor, AccountViewer]),
        (AccountAdmin, vec![AccountAdmin, AccountViewer]),
        (AccountViewer, vec![AccountViewer]),
    ];
    for (giver, roles) in table {
        for role in Role::ALL {
            assert_eq!(can_give(giver, role), roles.contains(&role), "{giver:?} gives {role:?}");
        }
    }
}

#[test]
fn a_key_makes_no_key_that_outlives_it() {
    let id = KeyId::from_entropy([1; 10]);
    let end = Timestamp::from_seconds(1000);
    let key = Actor { identity: Identity::Key(id), ends_at: Some(end), ..actor(Permissions::all()) };
    assert!(key.can_end_at(end) && key.can_end_at(Timestamp::from_seconds(1)));
    assert!(!key.can_end_at(Timestamp::from_seconds(1001)));
    assert!(actor(Permissions::all()).can_end_at(Timestamp::from_seconds(u64::MAX)));
}

#[test]
fn a_place_has_one_spelling() {
    for place in places() {
        assert_eq!(Place::parse(&place.to_string()), Ok(place));
    }
    for text in
        ["", "Agency", "agency ", "sub_account", "sub_account:", "sub_account:a b", "sub_accounts:a", "everywhere"]
    {
        assert!(Place::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn who_may_is_told_by_roles_and_to_accounts_by_theirs() {
    let acme = Place::SubAccount(account("acme"));
    assert_eq!(Role::that_may(Verb::IntegrationsManage, &acme), [Role::AccountAdmin]);
    assert_eq!(Role::that_may(Verb::IntegrationsView, &acme), [Role::AccountAdmin, Role::AccountViewer]);
    assert_eq!(Role::that_may(Verb::IntegrationsManage, &Place::Agency), [Role::Owner, Role::AgencyAdmin]);
    assert_eq!(Role::that_may(Verb::SettingsManage, &Place::Agency), [Role::Owner]);
}

#[test]
fn what_nothing_lets_through_is_refused() {
    let nobody = Actor::nobody();
    assert!(Verb::ALL.iter().all(|verb| places().iter().all(|place| !nobody.may(*verb, place))));
    assert!(nobody.permissions.is_empty() && !nobody.permissions.any_at(&Place::Agency));
}
