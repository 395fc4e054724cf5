//! How the requests of one identity are forwarded: made once, and known to the driver by a number from then on.

use std::num::NonZeroUsize;
use std::rc::Rc;

use lru::LruCache;

use super::records::live_size;
use super::settings::Origin;
use super::step::Forward;
use crate::decision::{Grant, Identity};
use crate::forward::{AnswerCors, Arrival, Forwarding};
use crate::record::Live;
use crate::rotation::TokenUse;
use crate::time::Timestamp;

/// The most plans that are kept.
const MAX_PLANS: usize = 4_096;
/// The most bytes that they take together, with the integrations that they keep in memory.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The plans; those not used for longest go first.
pub(super) struct Plans {
    kept: LruCache<Key, Plan>,
    bytes: usize,
    last_number: u64,
}

/// The address of an identity's integration in memory, which [`Plan`] keeps there, or zero where there is none; and whether its
/// token is the outgoing one; and the origin whose scripts may read the answer.
type Key = (usize, bool, Option<String>);

struct Plan {
    identity: Option<(Rc<Live>, TokenUse, Option<Timestamp>)>,
    authority: Rc<str>,
    forward: Forward,
}

impl Plans {
    /// None.
    pub fn new() -> Self {
        Self {
            kept: LruCache::new(NonZeroUsize::new(MAX_PLANS).unwrap_or(NonZeroUsize::MIN)),
            bytes: 0,
            last_number: 0,
        }
    }

    /// How to forward what was granted, where header fields do not matter to it beside their classes.
    pub fn plan(&mut self, grant: &Grant, authority: &Rc<str>, origin: &Origin, cors: Option<AnswerCors>) -> Forward {
        let identity = grant.identity();
        let key = key(identity, cors.as_ref());
        if let Some(plan) = self.kept.get(&key).filter(|plan| plan.is_for(identity, authority, cors.as_ref())) {
            return plan.forward.clone();
        }
        self.last_number = self.last_number.saturating_add(1);
        let arrival = arrival(authority, origin);
        let how = Forwarding::by_class(grant, arrival, origin.address.as_ref(), origin.timeout_ms).with_cors(cors);
        let forward = Forward { number: Some(self.last_number), how: how.into(), counted_as: 0 };
        let identity =
            identity.map(|identity| (Rc::clone(identity.live()), identity.token(), identity.announced_end()));
        self.keep(key, Plan { identity, authority: Rc::clone(authority), forward: forward.clone() });
        forward
    }

    fn keep(&mut self, key: Key, plan: Plan) {
        self.bytes = self.bytes.saturating_add(plan.size());
        if let Some((_, replaced)) = self.kept.push(key, plan) {
            self.bytes = self.bytes.saturating_sub(replaced.size());
        }
        while self.bytes > MAX_BYTES
            && let Some((_, oldest)) = self.kept.pop_lru()
        {
            self.bytes = self.bytes.saturating_sub(oldest.size());
        }
    }
}

impl Plan {
    /// About how many bytes it takes: its integration, its scopes once more as a header field, and what other origins' scripts may do.
    fn size(&self) -> usize {
        let live = self.identity.as_ref().map_or(0, |(live, ..)| live_size(live));
        let cors = self.forward.how.cors.iter().flat_map(|cors| cors.set.iter().chain(&cors.append));
        let fields = self.forward.how.set.iter().chain(cors).map(|(_, value)| value.len());
        fields.fold(live, usize::saturating_add)
    }

    fn is_for(&self, identity: Option<&Identity>, authority: &str, cors: Option<&AnswerCors>) -> bool {
        let is_same = match (&self.identity, identity) {
            (Some((live, token, end)), Some(identity)) => {
                Rc::ptr_eq(live, identity.live()) && *token == identity.token() && *end == identity.announced_end()
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_same && *self.authority == *authority && self.forward.how.cors.as_ref() == cors
    }
}

/// How a request of this authority came in.
pub(super) fn arrival<'a>(authority: &'a str, origin: &'a Origin) -> Arrival<'a> {
    let (scheme, host) = authority.split_once("://").unwrap_or_default();
    Arrival { scheme, host, removed: &origin.removed }
}

fn key(identity: Option<&Identity>, cors: Option<&AnswerCors>) -> Key {
    let (live, is_outgoing) = identity
        .map_or((0, false), |identity| (Rc::as_ptr(identity.live()).addr(), identity.token() != TokenUse::Current));
    (live, is_outgoing, cors.and_then(AnswerCors::origin).map(str::to_owned))
}
