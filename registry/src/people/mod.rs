//! People: commands. Nobody can give, change or take away what they lack, or change their own permissions.

pub(crate) mod table;

use serde_json::json;

use self::table::Person;
use super::access::{changed, check_accounts, check_places, fitting, permit_change};
use super::answer::Answer;
use super::context::Context;
use super::events::actors::told;
use super::events::record::About;
use super::rev::Rev;
use super::sessions::table as sessions;
use tidegate::access::{Holding, Identity, Membership, PersonId, Place, Proof, Role, Verb};
use tidegate::admin::{AdminError, EditPerson, ListPeople, NewPerson, PersonCommand};
use tidegate::events::Kind;

/// Runs a command.
pub(crate) fn run(context: &Context, command: PersonCommand) -> Result<Answer, AdminError> {
    match command {
        PersonCommand::List(list) => self::list(context, &list),
        PersonCommand::Add(new) => add(context, new),
        PersonCommand::Show(id) => shown(context, 200, &load(context, &id, Verb::PeopleView)?),
        PersonCommand::Edit { id, rev, edit } => self::edit(context, &id, rev, edit),
        PersonCommand::Remove { id, rev } => remove(context, &id, rev),
        PersonCommand::Rebind { id, rev } => rebind(context, &id, rev),
    }
}

/// `GET /people`
fn list(context: &Context, list: &ListPeople) -> Result<Answer, AdminError> {
    let page = table::page(context.database, list, &context.actor.permissions.reach(Verb::PeopleView))?;
    let makers = told(context, page.people.iter().map(|person| person.created_by.as_str()))?;
    let people: Vec<_> = page.people.iter().map(|person| person.view(makers.get(&person.created_by))).collect();
    Answer::json(200, &json!({ "people": people, "cursor": page.cursor, "total": page.total }), None)
}

/// `POST /people`
fn add(context: &Context, new: NewPerson) -> Result<Answer, AdminError> {
    let NewPerson { email, name, role, accounts, permissions, grantable } = new;
    let membership = Membership::new(role, accounts, permissions, grantable).map_err(fitting)?;
    may_change(context, None, Some(&membership))?;
    check_accounts(context.database, membership.accounts())?;
    check_places(context.database, membership.permissions())?;
    let id = PersonId::from_entropy(context.random()?);
    let actor = context.actor.identity.to_text();
    let person = table::add(context.database, (id, &email, name), membership, &actor, context.now)?;
    context.event(Kind::PersonAdded, about(&person), described(&person))?;
    shown(context, 201, &person)
}

/// `PATCH /people/{id}`
fn edit(context: &Context, id: &PersonId, rev: u64, edit: EditPerson) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    let EditPerson { name, role, accounts, permissions, grantable } = edit;
    let only_name = role.is_none() && accounts.is_none() && permissions.is_none() && grantable.is_none();
    let present = &before.membership;
    let role = role.unwrap_or(present.role());
    let accounts =
        accounts.unwrap_or_else(|| if role.is_for_accounts() { present.accounts().to_vec() } else { vec![] });
    let permissions = permissions.or_else(|| match (role == present.role(), role.is_for_accounts()) {
        (true, true) => Some(present.permissions_at(&accounts)),
        (true, false) => Some(present.permissions().clone()),
        (false, _) => None,
    });
    let grantable = grantable.unwrap_or_else(|| present.grantable().cloned());
    let membership = Membership::new(role, accounts, permissions, grantable).map_err(fitting)?;
    if !only_name {
        not_oneself(context, id)?;
    }
    may_change(context, Some(present), Some(&membership))?;
    check_accounts(context.database, membership.accounts())?;
    check_places(context.database, membership.permissions())?;
    if membership.role() != Role::Owner {
        keep_an_owner(context, &before)?;
    }
    let name = name.map(String::from).or_else(|| before.name.clone());
    if membership == before.membership && name == before.name {
        return shown(context, 200, &before);
    }
    let person = Person { membership, name, rev: before.rev.next()?, updated_at: context.now, ..before.clone() };
    table::save(context.database, &person)?;
    let about = About::of_move(before.membership.home(), person.membership.home());
    context.event(Kind::PersonChanged, about, changed(&described(&before), &described(&person)))?;
    shown(context, 200, &person)
}

/// `DELETE /people/{id}`: also ends their sessions.
fn remove(context: &Context, id: &PersonId, rev: u64) -> Result<Answer, AdminError> {
    let person = based_on(context, id, rev)?;
    not_oneself(context, id)?;
    may_change(context, Some(&person.membership), None)?;
    keep_an_owner(context, &person)?;
    sessions::end_all_of(context.database, id)?;
    table::remove(context.database, id)?;
    context.event(Kind::PersonRemoved, about(&person), described(&person))?;
    Ok(Answer::no_content())
}

/// `POST /people/{id}/rebind`: the next sign-in with their address binds them, whichever account it is of. Ends their sessions.
fn rebind(context: &Context, id: &PersonId, rev: u64) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    not_oneself(context, id)?;
    may_change(context, Some(&before.membership), None)?;
    if before.bound.is_none() {
        return shown(context, 200, &before); // nobody signed in since, so there is no session either
    }
    let person = Person { bound: None, rev: before.rev.next()?, updated_at: context.now, ..before };
    sessions::end_all_of(context.database, id)?;
    table::save(context.database, &person)?;
    context.event(Kind::PersonUnbound, about(&person), json!({ "id": person.id }))?;
    shown(context, 200, &person)
}

/// The person whom an identity provider has identified, and whether this sign-in was their first. The first sign-in binds a person to
/// their account there.
pub(crate) fn recognise(context: &Context, proof: &Proof) -> Result<(PersonId, bool), AdminError> {
    if let Some(person) = table::find_by_account(context.database, proof)? {
        return Ok((person.id, false));
    }
    let email = proof.email.as_ref().ok_or(AdminError::NotAMember)?;
    let person = table::find_by_email(context.database, email)?.filter(|person| email.is_of(&person.email));
    let person = person.ok_or(AdminError::NotAMember)?;
    if person.bound.is_some() {
        return Err(AdminError::AnotherAccount);
    }
    // No new revision: a sign-in is not a change that an administrator's own would have to know of.
    let person = Person { bound: Some((proof.issuer.clone(), proof.subject.clone())), ..person };
    table::save(context.database, &person)?;
    Ok((person.id, true))
}

/// Checks that the caller may end this person's sessions.
pub(crate) fn may_end_sessions_of(context: &Context, id: &PersonId) -> Result<(), AdminError> {
    let hidden = |error| if error == AdminError::NoPerson { AdminError::NoSession } else { error };
    let person = load(context, id, Verb::PeopleManage).map_err(hidden)?;
    may_change(context, Some(&person.membership), None)
}

/// The person, if the actor may do this with them. A person that the actor may not see does not exist for them.
fn load(context: &Context, id: &PersonId, verb: Verb) -> Result<Person, AdminError> {
    let person = table::find(context.database, id)?.ok_or(AdminError::NoPerson)?;
    context.permit(verb, Verb::PeopleView, &person.membership.home(), AdminError::NoPerson)?;
    Ok(person)
}

/// The person, if the caller may manage them and `rev` is still their revision.
fn based_on(context: &Context, id: &PersonId, rev: u64) -> Result<Person, AdminError> {
    let person = load(context, id, Verb::PeopleManage)?;
    if person.rev == Rev(rev) { Ok(person) } else { Err(AdminError::Stale(view(context, &person)?)) }
}

fn not_oneself(context: &Context, id: &PersonId) -> Result<(), AdminError> {
    let is_oneself = matches!(&context.actor.identity, Identity::Person(own) if own == id);
    if is_oneself { Err(AdminError::OwnPermissions) } else { Ok(()) }
}

fn may_change(context: &Context, before: Option<&Membership>, after: Option<&Membership>) -> Result<(), AdminError> {
    let homes: [Vec<Place>; 2] = [before, after].map(|membership| membership.map(Membership::home).unwrap_or_default());
    let [before_home, after_home] = &homes;
    let before = before.map(|membership| holding(membership, before_home));
    let after = after.map(|membership| holding(membership, after_home));
    permit_change(context, Verb::PeopleManage, before, after, "accounts")
}

fn holding<'a>(membership: &'a Membership, home: &'a [Place]) -> Holding<'a> {
    Holding { home, permissions: membership.permissions(), grantable: membership.grantable() }
}

/// Without an owner key, one person must stay an owner.
fn keep_an_owner(context: &Context, person: &Person) -> Result<(), AdminError> {
    let is_last = person.membership.role() == Role::Owner && table::count_owners(context.database)? <= 1;
    if is_last && context.settings.owner_key.is_err() { Err(AdminError::LastOwner) } else { Ok(()) }
}

/// As events have it: without the address and the name, which can be erased.
fn described(person: &Person) -> serde_json::Value {
    let Person { id, membership, .. } = person;
    json!({
        "id": id, "role": membership.role(), "accounts": membership.accounts(),
        "permissions": membership.permissions(), "grantable": membership.grantable(),
    })
}

/// Where an event of a person happens.
pub(crate) fn about(person: &Person) -> About<'static> {
    About::of(&person.membership.home())
}

fn shown(context: &Context, status: u16, person: &Person) -> Result<Answer, AdminError> {
    Answer::json(status, &view(context, person)?, Some(person.rev.0))
}

/// A person, as whoever asks may know of them.
fn view(context: &Context, person: &Person) -> Result<serde_json::Value, AdminError> {
    let makers = told(context, std::iter::once(person.created_by.as_str()))?;
    Ok(person.view(makers.get(&person.created_by)))
}
