//! Finds the noun that carries out a command.

use super::answer::Answer;
use super::context::Context;
use super::{
    agency, endpoints, events, features, integrations, keys, outbox, people, policies, sessions, sub_accounts,
    token_rules, usage_questions,
};
use tidegate::admin::{AdminError, Command};

/// Runs a command. An error rolls back its changes.
pub(crate) fn run(context: &Context, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::Session(command) => sessions::run(context, command),
        Command::SubAccount(command) => sub_accounts::run(context, command),
        Command::Agency(command) => agency::run(context, command),
        Command::Settings(command) => token_rules::run(context, command),
        Command::Integration(command) => integrations::run(context, command),
        Command::Policy(command) => policies::run(context, command),
        Command::Resync(command) => outbox::run(context, command),
        Command::Events(command) => events::run(context, command),
        Command::Person(command) => people::run(context, command),
        Command::Key(command) => keys::run(context, command),
        Command::Feature(command) => features::run(context, command),
        Command::Usage(command) => usage_questions::run(context, command),
        Command::Endpoint(command) => endpoints::run(context, command),
    }
}
