//! Secrets of endpoints at rest.

use super::endpoint::Endpoint;
use super::table;
use crate::context::Context;
use crate::hand_overs;
use tidegate::admin::AdminError;
use tidegate::webhooks::{EndpointId, Sealed, SealingKeys, Secret, Unsealable};

/// Seals a fresh secret.
pub(super) fn seal(context: &Context, id: &EndpointId, secret: &Secret) -> Result<Sealed, AdminError> {
    SealingKeys::of(context.keys()?).seal(id, secret, context.random()?).map_err(fault)
}

/// Seals every secret with the first token key, so that the others can be removed. A secret that no key opens stays as it is, and is
/// reported in the log.
pub(crate) fn reseal(context: &Context) -> Result<(), AdminError> {
    let keys = SealingKeys::of(context.keys()?);
    for id in table::ids(context.database)? {
        let Some(endpoint) = table::find(context.database, &id)? else { continue };
        let again = |sealed: &Sealed| match keys.open(&id, sealed) {
            Ok(secret) => keys.seal(&id, &secret, context.random()?).map_err(fault),
            Err(error) => {
                context.faults.borrow_mut().push(format!("endpoint {id}: {error}"));
                Ok(sealed.clone())
            }
        };
        let secret = again(&endpoint.secret)?;
        let outgoing = endpoint.outgoing.as_ref().filter(|(_, until)| context.now < *until);
        let outgoing = outgoing.map(|(sealed, until)| again(sealed).map(|sealed| (sealed, *until))).transpose()?;
        table::save(context.database, &Endpoint { secret, outgoing, ..endpoint })?;
        hand_overs::configure(context.database, &id)?;
    }
    Ok(())
}

fn fault(error: Unsealable) -> AdminError {
    AdminError::Registry(error.to_string())
}
