//! Secrets of endpoints at rest.

use super::endpoint::Endpoint;
use super::table;
use crate::context::Context;
use crate::database::Database;
use crate::hand_overs;
use crate::settings::{Random, random};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::TokenKeys;
use tidegate::webhooks::{EndpointId, Sealed, SealingKeys, Secret, Unsealable};

/// Seals a fresh secret.
pub(super) fn seal(context: &Context, id: &EndpointId, secret: &Secret) -> Result<Sealed, AdminError> {
    SealingKeys::of(context.keys()?).seal(id, secret, context.random()?).map_err(fault)
}

/// Seals with the first token key every secret that another one has sealed, so that the others can be removed. A secret that no key
/// opens stays as it is. Returns these, for the log.
pub(crate) fn reseal(
    database: &Database,
    keys: &TokenKeys,
    source: &dyn Random,
    now: Timestamp,
) -> Result<Vec<String>, AdminError> {
    let keys = SealingKeys::of(keys);
    let mut faults = Vec::new();
    for id in table::ids(database)? {
        let Some(before) = table::find(database, &id)? else { continue };
        let mut again = |sealed: &Sealed| match keys.open(&id, sealed) {
            Ok(_) if keys.first_opens(&id, sealed) => Ok(sealed.clone()),
            Ok(secret) => keys.seal(&id, &secret, random(source)?).map_err(fault),
            Err(error) => {
                faults.push(format!("endpoint {id}: {error}"));
                Ok(sealed.clone())
            }
        };
        let secret = again(&before.secret)?;
        let outgoing = before.outgoing.as_ref().filter(|(_, until)| now < *until);
        let outgoing = outgoing.map(|(sealed, until)| again(sealed).map(|sealed| (sealed, *until))).transpose()?;
        if (&secret, &outgoing) != (&before.secret, &before.outgoing) {
            table::save(database, &Endpoint { secret, outgoing, ..before })?;
            hand_overs::configure(database, &id)?;
        }
    }
    Ok(faults)
}

fn fault(error: Unsealable) -> AdminError {
    AdminError::Registry(error.to_string())
}
