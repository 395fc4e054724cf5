//! The routes: one row each.

use super::named::Parameter;
use super::row::{anywhere, at_agency, at_sub_accounts, delete, get, in_body, named, patch, post, put};
use super::{Access, MAX_BODY_BYTES, MAX_POLICY_BYTES, MAX_SIGN_IN_BYTES, MAX_TEST_BYTES, Route};
use crate::access::{Need, Verb};
use crate::admin::commands::endpoint;
use crate::admin::commands::{
    AgencyCommand, AskedRange, EditEndpoint, EditKey, EditPerson, EndpointCommand, EventsCommand, FeatureCommand,
    IntegrationCommand, KeyCommand, ListEvents, MAX_PUBLICATION_BYTES, PersonCommand, PolicyCommand, Publication,
    ResyncCommand, SessionCommand, SettingsCommand, SubAccountCommand, UsageCommand,
};
use crate::admin::{AdminError, ListIntegrations, ListPeople, ListSubAccounts, Paging, PolicyDraft};

/// Every route.
pub const ROUTES: [Route; 74] = [
    post("/session", |_| Ok(SessionCommand::SignIn.into())).access(Access::OwnerKeyInBody).body(MAX_SIGN_IN_BYTES),
    get("/session", |_| Ok(SessionCommand::Show.into())).access(Access::SignedIn),
    delete("/session", |_| Ok(SessionCommand::SignOut.into())).access(Access::SignedIn),
    get("/sign-in", |_| Err(AdminError::NotFound)).access(Access::Anyone), // the Worker answers it from its configuration
    get("/sessions", |request| Ok(SessionCommand::List(Paging::by_text(request.query)?).into()))
        .access(Access::SignedIn)
        .query(),
    delete("/sessions/{session}", |request| Ok(SessionCommand::End(request.session()?).into()))
        .access(Access::SignedIn)
        .names(Parameter::Session),
    get("/sub-accounts", |request| Ok(SubAccountCommand::List(ListSubAccounts::parse(request.query)?).into()))
        .needs(ANYTHING)
        .query(),
    post("/sub-accounts", |request| Ok(SubAccountCommand::Add(request.body()?).into()))
        .needs(&[at_sub_accounts(Verb::IntegrationsManage)])
        .body(MAX_BODY_BYTES),
    patch("/sub-accounts/{id}", SubAccountCommand::rename)
        .needs(&[at_sub_accounts(Verb::IntegrationsManage)])
        .names(Parameter::SubAccount)
        .body(MAX_BODY_BYTES),
    get("/agency", |_| Ok(AgencyCommand::Show.into())).needs(&[at_agency(Verb::IntegrationsView)]),
    put("/agency", |request| {
        let rev = request.needed_rev()?;
        Ok(AgencyCommand::Set { rev, agency: request.body()? }.into())
    })
    .needs(&[at_agency(Verb::SettingsManage)])
    .body(MAX_BODY_BYTES),
    get("/settings", |_| Ok(SettingsCommand::Show.into())).needs(&[anywhere(Verb::IntegrationsView)]),
    patch("/settings", SettingsCommand::change).needs(&[at_agency(Verb::SettingsManage)]).body(MAX_BODY_BYTES),
    get("/lifecycle", |_| Ok(IntegrationCommand::Lifecycle.into())).needs(&[anywhere(Verb::IntegrationsView)]),
    get("/scopes", |_| Ok(PolicyCommand::Scopes.into())).needs(&[anywhere(Verb::IntegrationsView)]),
    get("/integrations", |request| Ok(IntegrationCommand::List(ListIntegrations::parse(request.query)?).into()))
        .needs(&[anywhere(Verb::IntegrationsView)])
        .query(),
    post("/integrations", |request| Ok(IntegrationCommand::Create(request.body()?).into()))
        .needs(&[in_body(Verb::IntegrationsManage)])
        .body(MAX_BODY_BYTES)
        .mints(),
    get("/integrations/{id}", |request| Ok(IntegrationCommand::Show(request.integration()?).into()))
        .needs(&[named(Verb::IntegrationsView)])
        .names(Parameter::Integration),
    patch("/integrations/{id}", IntegrationCommand::edit)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES),
    delete("/integrations/{id}", |request| {
        Ok(IntegrationCommand::Delete { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/rotate", IntegrationCommand::rotate)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES)
        .mints(),
    get("/integrations/{id}/rotation", |request| Ok(IntegrationCommand::ShowRotation(request.integration()?).into()))
        .needs(&[named(Verb::UsageView)])
        .names(Parameter::Integration),
    post("/integrations/{id}/rotation/cancel", |request| {
        Ok(IntegrationCommand::CancelRotation { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/rotation/finish", IntegrationCommand::finish)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .optional_body(MAX_BODY_BYTES),
    post("/integrations/{id}/rotation/extend", IntegrationCommand::extend)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES),
    post("/integrations/{id}/pause", |request| {
        Ok(IntegrationCommand::Pause { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/resume", |request| {
        Ok(IntegrationCommand::Resume { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/undo", |request| {
        Ok(IntegrationCommand::Undo { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/test", |request| {
        Ok(IntegrationCommand::Test { id: request.integration()?, test: request.body()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration)
    .body(MAX_TEST_BYTES),
    get("/integrations/{id}/events", |request| {
        Ok(IntegrationCommand::Events(request.integration()?, Paging::by_number(request.query)?).into())
    })
    .needs(&[named(Verb::IntegrationsView)])
    .names(Parameter::Integration)
    .query(),
    get("/integrations/{id}/usage", |request| {
        let range = AskedRange::of_integration(request.query)?;
        Ok(UsageCommand::OfIntegration(request.integration()?, range).into())
    })
    .needs(&[named(Verb::UsageView)])
    .names(Parameter::Integration)
    .query(),
    delete("/integrations/{id}/usage", |request| Ok(UsageCommand::Forget(request.integration()?).into()))
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration),
    get("/usage", |request| Ok(UsageCommand::Overall(AskedRange::overall(request.query)?).into()))
        .needs(&[anywhere(Verb::UsageView)])
        .query(),
    get("/policy", |_| Ok(PolicyCommand::Show.into())).needs(&[at_agency(Verb::PolicyView)]),
    put("/policy", |request| PolicyCommand::publish(request, PolicyDraft::parse_whole))
        .needs(PUBLISH)
        .body(MAX_POLICY_BYTES),
    patch("/policy", |request| PolicyCommand::publish(request, PolicyDraft::parse_change))
        .needs(PUBLISH)
        .body(MAX_POLICY_BYTES),
    put("/policy/documents/{name}", |request| {
        let name = request.document()?;
        PolicyCommand::publish(request, |body| PolicyDraft::parse_document(name, body))
    })
    .needs(PUBLISH)
    .names(Parameter::Document)
    .body(MAX_POLICY_BYTES),
    delete("/policy/documents/{name}", |request| {
        let name = request.document()?;
        PolicyCommand::publish(request, |_| Ok(PolicyDraft::remove(name)))
    })
    .needs(PUBLISH)
    .names(Parameter::Document),
    get("/policy/compiled", |request| Ok(PolicyCommand::Compiled(request.known_revs()).into()))
        .needs(&[anywhere(Verb::IntegrationsView)]),
    post("/policy/preview", |request| Ok(PolicyCommand::Preview(PolicyDraft::parse_preview(request.body)?).into()))
        .needs(&[at_agency(Verb::PolicyView)])
        .body(MAX_POLICY_BYTES),
    get("/policy/versions", |request| Ok(PolicyCommand::Versions(Paging::by_number(request.query)?).into()))
        .needs(&[at_agency(Verb::PolicyView)])
        .query(),
    post("/policy/rollback", |request| PolicyCommand::publish(request, PolicyDraft::parse_earlier))
        .needs(PUBLISH)
        .body(MAX_BODY_BYTES),
    post("/explain", |request| Ok(PolicyCommand::Explain(request.body()?).into()))
        .needs(&[in_body(Verb::IntegrationsView), at_agency(Verb::PolicyView)])
        .body(MAX_BODY_BYTES),
    post("/resync", |_| Ok(ResyncCommand::Start.into())).needs(&[at_agency(Verb::SettingsManage)]),
    get("/resync", |_| Ok(ResyncCommand::Progress.into())).needs(&[at_agency(Verb::PolicyView)]),
    get("/events", |request| Ok(EventsCommand::List(ListEvents::parse(request.query)?).into()))
        .needs(&[anywhere(Verb::AuditView)])
        .query(),
    get("/people", |request| Ok(PersonCommand::List(ListPeople::parse(request.query)?).into()))
        .needs(&[anywhere(Verb::PeopleView)])
        .query(),
    post("/people", |request| Ok(PersonCommand::Add(request.body()?).into()))
        .needs(&[in_body(Verb::PeopleManage)])
        .body(MAX_BODY_BYTES),
    get("/people/{id}", |request| Ok(PersonCommand::Show(request.person()?).into()))
        .needs(&[named(Verb::PeopleView)])
        .names(Parameter::Person),
    patch("/people/{id}", |request| {
        let (id, rev) = (request.person()?, request.needed_rev()?);
        Ok(PersonCommand::Edit { id, rev, edit: EditPerson::parse(request.body)? }.into())
    })
    .needs(&[named(Verb::PeopleManage)])
    .names(Parameter::Person)
    .body(MAX_BODY_BYTES),
    delete("/people/{id}", |request| {
        Ok(PersonCommand::Remove { id: request.person()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::PeopleManage)])
    .names(Parameter::Person),
    post("/people/{id}/rebind", |request| {
        Ok(PersonCommand::Rebind { id: request.person()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::PeopleManage)])
    .names(Parameter::Person),
    get("/keys", |request| Ok(KeyCommand::List(Paging::by_text(request.query)?).into()))
        .needs(&[anywhere(Verb::KeysManage)])
        .query(),
    post("/keys", |request| Ok(KeyCommand::Create(request.body()?).into()))
        .needs(&[in_body(Verb::KeysManage)])
        .body(MAX_BODY_BYTES),
    get("/keys/{id}", |request| Ok(KeyCommand::Show(request.key()?).into()))
        .needs(&[named(Verb::KeysManage)])
        .names(Parameter::Key),
    patch("/keys/{id}", |request| {
        let (id, rev) = (request.key()?, request.needed_rev()?);
        Ok(KeyCommand::Edit { id, rev, edit: EditKey::parse(request.body)? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key)
    .body(MAX_BODY_BYTES),
    delete("/keys/{id}", |request| Ok(KeyCommand::Delete { id: request.key()?, rev: request.needed_rev()? }.into()))
        .needs(&[named(Verb::KeysManage)])
        .names(Parameter::Key),
    post("/keys/{id}/rotate", |request| {
        let (id, rev) = (request.key()?, request.needed_rev()?);
        Ok(KeyCommand::Rotate { id, rev, rotate: request.body()? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key)
    .body(MAX_BODY_BYTES),
    post("/keys/{id}/rotation/cancel", |request| {
        Ok(KeyCommand::CancelRotation { id: request.key()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key),
    post("/keys/{id}/rotation/finish", |request| {
        Ok(KeyCommand::FinishRotation { id: request.key()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key),
    get("/features", |_| Ok(FeatureCommand::Show.into())).access(Access::SignedIn),
    patch("/features/{name}", |request| {
        Ok(FeatureCommand::Set { feature: request.feature()?, switch: request.body()? }.into())
    })
    .needs(&[at_agency(Verb::SettingsManage)])
    .names(Parameter::Feature)
    .body(MAX_BODY_BYTES),
    get("/endpoints", |request| Ok(endpoint::list(request.query)?.into()))
        .needs(&[anywhere(Verb::WebhooksManage)])
        .query(),
    post("/endpoints", |request| Ok(EndpointCommand::Create(request.body()?).into()))
        .needs(&[in_body(Verb::WebhooksManage)])
        .body(MAX_BODY_BYTES),
    get("/endpoints/{id}", |request| Ok(EndpointCommand::Show(request.endpoint()?).into()))
        .needs(&[named(Verb::WebhooksManage)])
        .names(Parameter::Endpoint),
    patch("/endpoints/{id}", |request| {
        let (id, rev) = (request.endpoint()?, request.needed_rev()?);
        Ok(EndpointCommand::Edit { id, rev, edit: EditEndpoint::parse(request.body)? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .body(MAX_BODY_BYTES),
    delete("/endpoints/{id}", |request| {
        Ok(EndpointCommand::Delete { id: request.endpoint()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint),
    post("/endpoints/{id}/rotate", |request| {
        let (id, rev) = (request.endpoint()?, request.needed_rev()?);
        Ok(EndpointCommand::Rotate { id, rev, rotate: request.body()? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .body(MAX_BODY_BYTES),
    post("/endpoints/{id}/test", |request| Ok(EndpointCommand::Test(request.endpoint()?).into()))
        .needs(&[named(Verb::WebhooksManage)])
        .names(Parameter::Endpoint),
    post("/endpoints/{id}/resend", |request| {
        Ok(EndpointCommand::Resend { id: request.endpoint()?, what: request.body()? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .body(MAX_BODY_BYTES),
    get("/endpoints/{id}/deliveries", |request| {
        let paging = Paging::by_number(request.query)?;
        Ok(EndpointCommand::Deliveries { id: request.endpoint()?, paging }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .query(),
    get("/event-types", |_| Ok(EndpointCommand::Kinds.into())).needs(&[
        anywhere(Verb::WebhooksManage),
        // Previews of an edit say which types come and go.
        anywhere(Verb::IntegrationsView),
    ]),
    post("/publications", |request| Ok(EndpointCommand::Publish(Publication::parse(request.body)?).into()))
        .needs(&[in_body(Verb::EventsPublish)])
        .body(MAX_PUBLICATION_BYTES),
    get("/openapi.json", |_| Err(AdminError::NotFound)).access(Access::Anyone), // the Worker answers it from a file
];

/// The policy can open every operation to everyone.
const PUBLISH: &[Need] = &[at_agency(Verb::PolicyPublish)];

/// What shows something at a place: whoever has one of these may know of the place.
pub const ANYTHING: &[Need] = &[
    anywhere(Verb::IntegrationsView),
    anywhere(Verb::WebhooksManage),
    anywhere(Verb::UsageView),
    anywhere(Verb::PeopleView),
    anywhere(Verb::KeysManage),
    anywhere(Verb::PolicyView),
    anywhere(Verb::AuditView),
];
