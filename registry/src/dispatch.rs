//! Which noun carries out a command.

use super::answer::Answer;
use super::context::Context;
use super::{agency, events, integrations, outbox, policies, sessions, sub_accounts};
use tidegate::admin::{AdminError, Command};

/// Runs a command. An error rolls back whatever it did.
pub(crate) fn run(context: &Context, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::SignIn => sessions::sign_in(context),
        Command::ShowSession => sessions::show(context),
        Command::SignOut => sessions::sign_out(context),
        Command::ListSubAccounts(paging) => sub_accounts::list(context, &paging),
        Command::AddSubAccount(new) => sub_accounts::add(context, new),
        Command::RenameSubAccount { id, rev, name } => sub_accounts::rename(context, &id, rev, name),
        Command::ShowAgency => agency::show(context),
        Command::SetAgency { rev, agency } => agency::set(context, rev, agency),
        Command::Scopes => policies::scopes(context),
        Command::ListIntegrations(list) => integrations::list(context, &list),
        Command::CreateIntegration(new) => integrations::create(context, new),
        Command::ShowIntegration(id) => integrations::show(context, &id),
        Command::EditIntegration { id, rev, edit } => integrations::edit(context, &id, rev, edit),
        Command::DeleteIntegration { id, rev } => integrations::delete(context, &id, rev),
        Command::Rotate { id, rev, rotate } => integrations::rotate(context, &id, rev, rotate),
        Command::CancelRotation { id, rev } => integrations::cancel_rotation(context, &id, rev),
        Command::FinishRotation { id, rev } => integrations::finish_rotation(context, &id, rev),
        Command::Events(id, paging) => events::list(context, &id, paging),
        Command::CompiledPolicy(known) => policies::show_compiled(context, &known),
        Command::ShowPolicy => policies::show(context),
        Command::PublishPolicy { rev, draft } => policies::publish(context, rev, draft),
        Command::PolicyVersions(paging) => policies::versions(context, paging),
        Command::PreviewPolicy(draft) => policies::preview(context, draft),
        Command::Explain(question) => policies::explain(context, &question),
        Command::Resync => outbox::resync(context),
        Command::ResyncProgress => outbox::resync_progress(context),
        Command::OpenApi => Err(AdminError::NotFound),
    }
}
