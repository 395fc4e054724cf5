//! What is to happen in one run: the weather (how well everything works) and a list of deeds, each at a moment. A plan is
//! plain data. It is made from a seed, it can be kept in a file, and leaving out deeds makes a smaller plan.

use serde::{Deserialize, Serialize};

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Names the streams of randomness for what the deeds do not say: latencies, faults, lies.
    pub seed: u64,
    /// How well everything works.
    pub weather: Weather,
    /// In the order of their moments.
    pub deeds: Vec<(u64, Deed)>,
}

/// How well everything works. Rates are in thousandths, times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weather {
    /// Locations of the network.
    pub locations: usize,
    /// Isolates in each location.
    pub gates_each: usize,
    /// `MAX_STALENESS_SECONDS`.
    pub max_staleness_ms: u64,
    /// Whether `ON_REGISTRY_OUTAGE` is `deny`.
    pub denies_on_outage: bool,
    /// `LAST_KNOWN_GOOD_SECONDS`.
    pub last_known_good_ms: u64,
    /// Workers KV.
    pub kv: KvWeather,
    /// How often the registry fails to answer a read.
    pub registry_fails: u64,
    /// How often the registry's database fails a statement of a command.
    pub database_fails: u64,
    /// The longest way to the registry and back.
    pub registry_latency_ms: u64,
    /// How often the location's cache has nothing.
    pub cache_misses: u64,
    /// How much longer than asked the location's cache keeps a copy, at most.
    pub cache_overdue_ms: u64,
    /// How often the origin cannot be reached, or is too slow.
    pub origin_fails: u64,
    /// Whether clocks differ: each by up to 0.4 s, drifting.
    pub clocks_drift: bool,
}

/// How well Workers KV works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KvWeather {
    /// How late a location learns of a value.
    pub lateness: Lateness,
    /// Whether a location can go back to an older value for a while.
    pub reorders: bool,
    /// How long a location keeps what it read, absence too, at most.
    pub cached_ms: u64,
    /// How often a read fails.
    pub reads_fail: u64,
    /// How often a read never ends.
    pub reads_hang: u64,
    /// How often a put fails.
    pub puts_fail: u64,
    /// How often a put that failed, or never ended, lands all the same, up to ten minutes later.
    pub lost_puts_land: u64,
    /// How often a put never ends.
    pub puts_hang: u64,
    /// How often a read gives something that the registry never wrote there.
    pub lies: u64,
}

impl KvWeather {
    /// Nothing is late, and nothing fails.
    pub const CLEAR: Self = Self {
        lateness: Lateness::No,
        reorders: false,
        cached_ms: 0,
        reads_fail: 0,
        reads_hang: 0,
        puts_fail: 0,
        lost_puts_land: 0,
        puts_hang: 0,
        lies: 0,
    };
}

/// How late a location learns of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lateness {
    /// At once.
    No,
    /// Up to so many milliseconds.
    UpTo(u64),
    /// Mostly some seconds, sometimes minutes.
    HeavyTailed,
    /// As late as the assumptions allow: 13 minutes.
    Extreme,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Somebody sends a request to a gate.
    Ask(Question),
    /// An admin asks for a change.
    Change(Command),
    /// So many changes of integrations that nobody asks about enter the feed.
    Crowd(u64),
    /// An isolate ends, with all that it remembers and all that it was doing.
    IsolateEnds(usize),
    /// A gate's clock is so many milliseconds off from now on.
    ClockOfGate(usize, i64),
    /// The registry's clock is so many milliseconds off from now on.
    ClockOfRegistry(i64),
    /// The registry cannot be reached for so long, from one location or by nobody at all.
    RegistryOut {
        /// From where; `None` for everywhere.
        location: Option<usize>,
        /// For how long.
        length_ms: u64,
        /// Whether calls hang, rather than fail.
        hangs: bool,
    },
    /// The registry's object ends, and starts again with the next call.
    RegistryEnds,
    /// The registry's alarm is given up by the platform.
    AlarmLost,
    /// KV cannot be read at a location for so long.
    KvOut {
        /// Where.
        location: usize,
        /// For how long.
        length_ms: u64,
        /// Whether reads hang, rather than fail.
        hangs: bool,
    },
    /// KV takes no value for so long.
    KvRefuses(u64),
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// To which gate.
    pub gate: usize,
    /// With which token.
    pub token: Token,
    /// For which operation: an index into [`OPERATIONS`](super::api::OPERATIONS).
    pub operation: usize,
    /// Whether it names another owner than the token's.
    pub foreign: bool,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Token {
    /// None.
    None,
    /// One of an integration's, counted back from its newest.
    Of {
        /// The integration.
        integration: usize,
        /// How many are newer.
        back: usize,
    },
    /// In the right form, made with another key.
    Forged,
}

impl Command {
    /// The integration that it is about.
    pub fn integration(self) -> Option<usize> {
        match self {
            Self::Create(integration, _)
            | Self::RotateLater(integration, _)
            | Self::RotateNow(integration)
            | Self::Cancel(integration)
            | Self::Finish(integration)
            | Self::Edit(integration, _)
            | Self::Pause(integration)
            | Self::Resume(integration)
            | Self::End(integration, _)
            | Self::Extend(integration, _)
            | Self::Undo(integration)
            | Self::EditStale(integration, _)
            | Self::Delete(integration) => Some(integration),
            Self::Publish(_) | Self::Resync => None,
        }
    }
}

/// A change that an admin asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// An integration is created with these scopes, a bit for each.
    Create(usize, u8),
    /// Its token is replaced; the old one works for so many seconds.
    RotateLater(usize, u64),
    /// Its token is replaced at once.
    RotateNow(usize),
    /// Its rotation is cancelled.
    Cancel(usize),
    /// Its rotation is finished.
    Finish(usize),
    /// It gets these scopes.
    Edit(usize, u8),
    /// It is deleted.
    Delete(usize),
    /// Its tokens are refused.
    Pause(usize),
    /// They are not refused any more.
    Resume(usize),
    /// It ends in so many seconds; or its end is lifted.
    End(usize, Option<u64>),
    /// Its outgoing token lives on for so many seconds more.
    Extend(usize, u64),
    /// What its last change took is put back.
    Undo(usize),
    /// It is changed, by an admin who has not seen its last change.
    EditStale(usize, u8),
    /// A policy is published: its variant.
    Publish(u8),
    /// KV is written anew.
    Resync,
}
