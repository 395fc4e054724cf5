//! The registry: one Durable Object with SQLite that owns the truth. A command runs in one synchronous transaction
//! that also writes its audit event and its outbox row; only then is KV told. See docs/storage.md.

mod agency;
mod answer;
mod commands;
mod database;
mod documents;
mod events;
mod feed;
mod impact;
mod integrations;
mod listing;
mod outbox;
mod policies;
mod policy_commands;
mod projection;
mod publication;
mod reads;
mod repeats;
mod schema;
mod sessions;
mod sub_accounts;
mod tokens;

use std::cell::OnceCell;

use worker::{DurableObject, Env, Request, Response, State, durable_object};

use self::answer::Answer;
use self::commands::Registrar;
pub(super) use self::database::Database;
use self::outbox::{Outbox, Share};
use self::repeats::Repeatable;
use self::sessions::Actor;
use super::admin::ACTOR;
use super::body::{self, BodyError};
use super::config::Config;
use super::{clock, log, respond, stub};
use tidegate::admin::{AdminError, Command, IdempotencyKey, IncomingRequest, Route};

/// The Durable Object. It keeps nothing in memory that SQLite cannot rebuild.
#[durable_object(alarm)]
pub struct Registry {
    state: State,
    env: Env,
    database: OnceCell<Database>,
    outbox: Outbox,
}

impl DurableObject for Registry {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, database: OnceCell::new(), outbox: Outbox::default() }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.inner().url();
        let answer = match url.strip_prefix(stub::READS) {
            Some(path) => self.read(path).await,
            None => self.answer(request).await,
        };
        let answer = match answer {
            Ok(Answer { status: 204, cookie, .. }) => respond::no_content(cookie.as_deref()),
            Ok(Answer { status: 304, etag, .. }) => respond::not_modified(etag),
            Ok(Answer { status, body, etag, .. }) => respond::json_text(status, &body, etag),
            Err(error) => {
                if let AdminError::Registry(what) | AdminError::Misconfigured(what) = &error {
                    log::error(&serde_json::json!({ "event": "registry", "reason": what }));
                }
                respond::problem(&error.answer())
            }
        };
        Ok(Response::from(answer?))
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(error) = self.ring().await {
            log::error(&serde_json::json!({ "event": "alarm", "reason": error.to_string() }));
            outbox::try_again_later(&self.state).await;
        }
        Response::empty()
    }
}

impl Registry {
    fn database(&self) -> Result<&Database, AdminError> {
        if let Some(database) = self.database.get() {
            return Ok(database);
        }
        let database = Database::open(&self.state)?;
        if let Ok(keys) = Config::read(&self.env).keys {
            projection::start(&database, &projection::format(keys.store()))?;
        }
        Ok(self.database.get_or_init(|| database))
    }

    /// What the alarm is for. It goes on with what it could not end.
    async fn ring(&self) -> Result<(), AdminError> {
        let database = self.database()?;
        database.transaction(|| projection::step(database, Share::OF_AN_ALARM.puts))?;
        self.outbox.drain(&self.state, database, &self.env, Share::OF_AN_ALARM).await;
        Ok(())
    }

    /// What the gate itself asks for.
    async fn read(&self, path: &str) -> Result<Answer, AdminError> {
        let body = reads::answer(self.database()?, &self.state, &self.outbox, path).await?;
        Ok(Answer::json_text(body))
    }

    async fn answer(&self, request: Request) -> Result<Answer, AdminError> {
        let database = self.database()?;
        let (actor, command, repeatable) = self.command(request, database).await?;
        let registrar = Registrar { database, env: &self.env, actor, now: clock::now() };
        let answer = database.transaction(|| {
            sessions::check_again(database, &registrar.actor, registrar.now)?;
            if let Some(repeatable) = &repeatable {
                repeatable.check(database, registrar.now)?;
            }
            let answer = registrar.run(command)?;
            if let (Some(repeatable), Some(integration)) = (&repeatable, answer.integration()) {
                repeatable.done(database, integration, registrar.now)?;
            }
            Ok(answer)
        })?;
        if answer.changed {
            self.outbox.set_alarm(&self.state, database).await;
            self.outbox.drain_for_a_while(&self.state, database, &self.env).await;
        }
        answer.finish(database, clock::now())
    }

    /// Who asks for what. The body is read only once it is known who asks.
    async fn command(
        &self,
        request: Request,
        database: &Database,
    ) -> Result<(Actor, Command, Option<Repeatable>), AdminError> {
        let (actor, if_match, if_none_match) = (
            header(&request, ACTOR).unwrap_or_default(),
            header(&request, "if-match"),
            header(&request, "if-none-match"),
        );
        #[cfg(feature = "faults")]
        super::inject::panic_in_transaction(header(&request, super::inject::HEADER).as_deref(), database);
        let (method, url) = (request.inner().method(), request.inner().url());
        let target = url.strip_prefix("https://registry").ok_or(AdminError::NotFound)?;
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let (route, _) = Route::find(&method, path)?;
        let actor = sessions::check(database, &actor, clock::now())?;
        let key = header(&request, "idempotency-key").filter(|_| route.mints());
        let key = key.map(|key| IdempotencyKey::parse(&key)).transpose()?;
        let body = match route.max_body() {
            Some(limit) => read_body(&request, limit).await?,
            None => String::new(),
        };
        let (if_match, if_none_match) = (if_match.as_deref(), if_none_match.as_deref());
        let incoming = IncomingRequest { method: &method, path, query, if_match, if_none_match, body: &body };
        let command = Command::parse(incoming)?;
        let repeatable = key.map(|key| Repeatable::new(key, &actor, &method, path, &body));
        Ok((actor, command, repeatable))
    }
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// The body as text.
async fn read_body(request: &Request, limit: usize) -> Result<String, AdminError> {
    let bytes = body::read(request.inner(), limit).await.map_err(|error| match error {
        BodyError::TooLong => AdminError::TooLarge(limit),
        BodyError::TooSlow => AdminError::TooSlow,
        BodyError::Broken(error) => {
            AdminError::Registry(format!("the body cannot be read: {}", worker::Error::from(error)))
        }
    })?;
    String::from_utf8(bytes).map_err(|_| AdminError::Malformed { line: 1, column: 1 })
}
