//! Chooses where a record or the policy comes from: memory, KV or the registry. It is one function, so that it can be read, and
//! tested with every combination of what is known and what has failed.

use super::{Limits, Minimum, OnOutage};

/// How long memory serves a grant while the feed vouches for it, in milliseconds; then KV is read once more.
const VOUCHED_FOR_MS: u64 = 60_000;
/// How long memory serves a grant without a feed that is fresh.
const BLIND_MS: u64 = 5_000;
/// How long memory serves a denial before KV is read again. So a change that allows the request works at once, and KV is read at
/// most once a second.
const DENIAL_MS: u64 = 1_000;

/// Where something came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What the isolate remembers.
    Memory,
    /// Workers KV.
    Kv,
    /// The registry.
    Registry,
}

/// What a store gave for one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It was not asked yet.
    NotAsked,
    /// It gave nothing that can be used.
    Failed,
    /// It has this revision; `None` if it says that there is none.
    Has(Option<u64>),
}

/// What an isolate remembers of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InMemory {
    /// Its revision.
    pub rev: u64,
    /// How long ago it was read from KV or the registry.
    pub age_ms: u64,
    /// How long ago KV was asked for something newer: not longer than that.
    pub looked_ms: u64,
    /// The number of the change up to which it was known to be right when it was last checked.
    pub as_of_seq: u64,
}

/// All that the choice depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the last copy of the feed says of it, however old the copy is: revisions only grow.
    pub minimum: Minimum,
    /// Whether a verdict may rest on that copy.
    pub is_fresh: bool,
    /// Whether a denial is at stake that something newer could turn into a grant.
    pub for_denial: bool,
    /// What the isolate remembers of it.
    pub memory: Option<InMemory>,
    /// What KV gave.
    pub kv: Reading,
    /// What the registry gave.
    pub registry: Reading,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This is what the verdict rests on.
    Use(Source),
    /// Ask this store, then choose again.
    Ask(Source),
    /// Nothing that is there may be used.
    Nothing,
}

/// Chooses. Each store is asked at most once, so choosing again comes to an end.
pub fn choose(known: &Known, limits: &Limits) -> Choice {
    let Known { minimum, is_fresh, memory, kv, registry, .. } = *known;
    if !is_fresh && limits.on_outage == OnOutage::Deny {
        return Choice::Nothing;
    }
    let memory = memory.filter(|held| minimum.vouches_for(held.rev, held.as_of_seq));
    if memory.is_some_and(|held| known.is_served_by(held, limits)) && registry == Reading::NotAsked {
        return Choice::Use(Source::Memory);
    }
    match kv {
        Reading::NotAsked => return Choice::Ask(Source::Kv),
        Reading::Has(rev) if known.believes_kv(rev) && registry == Reading::NotAsked => return Choice::Use(Source::Kv),
        // KV has nothing newer that could turn the denial into a grant, so memory is good enough. Otherwise the registry would be read
        // every second while KV is behind.
        Reading::Has(rev)
            if registry == Reading::NotAsked && memory.is_some_and(|held| known.outlives(held, rev, limits)) =>
        {
            return Choice::Use(Source::Memory);
        }
        _ => {}
    }
    let is_good_enough = memory.is_some_and(|held| held.age_ms < limits.last_known_good_ms);
    match registry {
        Reading::NotAsked if is_good_enough && kv == Reading::Failed => Choice::Use(Source::Memory),
        Reading::NotAsked => Choice::Ask(Source::Registry),
        Reading::Has(rev) if minimum.is_met_by(rev) => Choice::Use(Source::Registry),
        _ if is_good_enough => Choice::Use(Source::Memory),
        _ => Choice::Nothing,
    }
}

impl Known {
    fn is_served_by(&self, held: InMemory, limits: &Limits) -> bool {
        held.age_ms < self.most_memory_ms(limits) && (!self.for_denial || held.looked_ms < DENIAL_MS)
    }

    /// Whether memory is as new as what KV has returned, and young enough.
    fn outlives(&self, held: InMemory, kv: Option<u64>, limits: &Limits) -> bool {
        held.age_ms < self.most_memory_ms(limits) && kv <= Some(held.rev)
    }

    fn most_memory_ms(&self, limits: &Limits) -> u64 {
        match (self.is_fresh, self.minimum.certain) {
            (false, _) => BLIND_MS,
            (true, true) => VOUCHED_FOR_MS,
            // KV alone would not be believed, so each new look costs a read of the registry.
            (true, false) => VOUCHED_FOR_MS.max(limits.last_known_good_ms),
        }
    }

    /// Whether KV is up to date. It is behind if the feed or memory has seen something newer, and it may be if the feed cannot tell.
    fn believes_kv(&self, rev: Option<u64>) -> bool {
        let remembered = self.memory.map(|held| held.rev);
        let certain = self.minimum.certain || !self.is_fresh;
        certain && self.minimum.is_met_by(rev) && rev >= remembered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reading::{Failed, Has, NotAsked};
    use Source::{Kv, Memory, Registry};

    const LIMITS: Limits = Limits { max_staleness_ms: 10_000, last_known_good_ms: 300_000, on_outage: OnOutage::Serve };
    const DENY: Limits = Limits { on_outage: OnOutage::Deny, ..LIMITS };
    /// A fresh feed that does not list it, and nothing else.
    const COLD: Known = Known {
        minimum: Minimum { rev: None, certain: true, floor: 20, seq: 30 },
        is_fresh: true,
        for_denial: false,
        memory: None,
        kv: NotAsked,
        registry: NotAsked,
    };

    fn listed(rev: u64) -> Minimum {
        Minimum { rev: Some(rev), certain: true, floor: 0, seq: 30 }
    }

    fn held(rev: u64, age_ms: u64) -> Option<InMemory> {
        Some(InMemory { rev, age_ms, looked_ms: age_ms, as_of_seq: 20 })
    }

    #[track_caller]
    fn expect(known: Known, choice: Choice) {
        assert_eq!(choose(&known, &LIMITS), choice, "{known:?}");
    }

    #[test]
    fn memory_serves_while_the_feed_vouches_for_it() {
        expect(Known { memory: held(3, 59_999), ..COLD }, Choice::Use(Memory));
        expect(Known { memory: held(3, 60_000), ..COLD }, Choice::Ask(Kv));
        expect(Known { memory: held(3, 0), minimum: listed(3), ..COLD }, Choice::Use(Memory));
        expect(Known { memory: held(3, 0), minimum: listed(4), ..COLD }, Choice::Ask(Kv));
        expect(Known { memory: held(3, 999), for_denial: true, ..COLD }, Choice::Use(Memory));
        expect(Known { memory: held(3, 1_000), for_denial: true, ..COLD }, Choice::Ask(Kv));
    }

    #[test]
    fn kv_is_believed_unless_it_is_behind() {
        let has = |rev| Known { kv: Has(rev), ..COLD };
        expect(has(Some(3)), Choice::Use(Kv));
        expect(has(None), Choice::Use(Kv));
        expect(Known { minimum: listed(3), ..has(Some(3)) }, Choice::Use(Kv));
        expect(Known { minimum: listed(3), ..has(Some(4)) }, Choice::Use(Kv));
        expect(Known { minimum: listed(3), ..has(Some(2)) }, Choice::Ask(Registry));
        expect(Known { minimum: listed(3), ..has(None) }, Choice::Ask(Registry));
        expect(Known { memory: held(3, 70_000), ..has(Some(2)) }, Choice::Ask(Registry));
        expect(Known { memory: held(3, 70_000), ..has(None) }, Choice::Ask(Registry));
    }

    #[test]
    fn a_denial_reads_kv_again_but_not_the_registry_while_kv_is_behind() {
        let denial = Known { memory: held(3, 1_000), minimum: listed(3), for_denial: true, ..COLD };
        expect(denial, Choice::Ask(Kv));
        let looked =
            |looked_ms| Known { memory: Some(InMemory { rev: 3, age_ms: 50_000, looked_ms, as_of_seq: 20 }), ..denial };
        expect(looked(999), Choice::Use(Memory));
        expect(looked(1_000), Choice::Ask(Kv));
        expect(Known { kv: Has(Some(2)), ..denial }, Choice::Use(Memory));
        expect(Known { kv: Has(None), ..denial }, Choice::Use(Memory));
        expect(Known { kv: Has(Some(4)), ..denial }, Choice::Use(Kv));
        expect(Known { kv: Has(Some(2)), memory: held(3, 60_000), ..denial }, Choice::Ask(Registry));
        expect(Known { kv: Has(Some(2)), minimum: listed(4), ..denial }, Choice::Ask(Registry));
        let partial = Known { minimum: Minimum { certain: false, ..COLD.minimum }, ..denial };
        expect(Known { kv: Has(Some(3)), ..partial }, Choice::Use(Memory));
        expect(Known { kv: Has(Some(4)), ..partial }, Choice::Ask(Registry));
    }

    #[test]
    fn a_feed_that_does_not_list_everything_sends_to_the_registry() {
        let partial = Known { minimum: Minimum { certain: false, ..COLD.minimum }, ..COLD };
        expect(Known { kv: Has(Some(3)), ..partial }, Choice::Ask(Registry));
        expect(Known { kv: Has(None), ..partial }, Choice::Ask(Registry));
        expect(Known { memory: held(3, 299_999), ..partial }, Choice::Use(Memory));
    }

    #[test]
    fn the_registry_is_the_last_word() {
        let asked = Known { minimum: listed(3), kv: Has(Some(2)), ..COLD };
        expect(Known { registry: Has(Some(3)), ..asked }, Choice::Use(Registry));
        expect(Known { registry: Has(None), kv: Has(Some(9)), ..COLD }, Choice::Use(Registry));
        expect(Known { registry: Has(Some(2)), ..asked }, Choice::Nothing);
        expect(Known { registry: Failed, ..asked }, Choice::Nothing);
    }

    #[test]
    fn memory_that_may_have_missed_a_change_serves_nobody() {
        for (floor, certain) in [(21, true), (21, false)] {
            let missed = Known { minimum: Minimum { certain, floor, ..COLD.minimum }, memory: held(3, 0), ..COLD };
            expect(missed, Choice::Ask(Kv));
            expect(Known { kv: Failed, ..missed }, Choice::Ask(Registry));
            expect(Known { kv: Failed, registry: Failed, ..missed }, Choice::Nothing);
            expect(Known { kv: Failed, is_fresh: false, registry: Failed, ..missed }, Choice::Nothing);
            // It still tells that KV is behind.
            expect(Known { kv: Has(Some(2)), ..missed }, Choice::Ask(Registry));
        }
    }

    #[test]
    fn while_kv_fails_the_last_known_good_serves_then_the_registry() {
        let failed = Known { kv: Failed, ..COLD };
        expect(Known { memory: held(3, 299_999), ..failed }, Choice::Use(Memory));
        expect(Known { memory: held(3, 299_999), for_denial: true, ..failed }, Choice::Use(Memory));
        expect(Known { memory: held(3, 300_000), ..failed }, Choice::Ask(Registry));
        expect(Known { memory: held(3, 70_000), minimum: listed(4), ..failed }, Choice::Ask(Registry));
        expect(Known { registry: Failed, memory: held(3, 300_000), ..failed }, Choice::Nothing);
        expect(Known { registry: Failed, memory: held(3, 70_000), minimum: listed(4), ..failed }, Choice::Nothing);
    }

    #[test]
    fn without_a_fresh_feed_kv_rules_and_what_was_seen_still_counts() {
        let blind = Known { is_fresh: false, minimum: Minimum { certain: false, ..COLD.minimum }, ..COLD };
        expect(Known { memory: held(3, 4_999), ..blind }, Choice::Use(Memory));
        expect(Known { memory: held(3, 5_000), ..blind }, Choice::Ask(Kv));
        expect(Known { kv: Has(Some(1)), ..blind }, Choice::Use(Kv));
        expect(Known { kv: Has(Some(1)), registry: Failed, minimum: listed(2), ..blind }, Choice::Nothing);
        expect(Known { kv: Failed, memory: held(3, 299_999), ..blind }, Choice::Use(Memory));
    }

    /// Every combination of a few values of everything.
    fn all() -> impl Iterator<Item = Known> {
        let revs = [None, Some(1), Some(2), Some(3)];
        let given = move || [NotAsked, Failed].into_iter().chain(revs.map(Has));
        let memories = [None, held(1, 0), held(2, 0), held(2, 70_000), held(3, 70_000), held(3, 400_000)];
        let minimums = revs.iter().flat_map(|rev| [(*rev, true), (*rev, rev.is_some())]);
        let minimums: Vec<_> = minimums
            .flat_map(|(rev, certain)| [20, 21].map(|floor| Minimum { rev, certain, floor, seq: 30 }))
            .collect();
        minimums.into_iter().flat_map(move |minimum| {
            memories.into_iter().flat_map(move |memory| {
                given().flat_map(move |kv| {
                    given().flat_map(move |registry| {
                        [(true, true), (true, false), (false, true), (false, false)]
                            .map(|(is_fresh, for_denial)| Known { minimum, is_fresh, for_denial, memory, kv, registry })
                    })
                })
            })
        })
    }

    #[test]
    fn nothing_older_than_the_feed_says_is_ever_used() {
        for known in all() {
            let rev = match choose(&known, &LIMITS) {
                Choice::Use(Memory) => {
                    assert_eq!(known.minimum.floor, 20, "may have missed a change: {known:?}");
                    known.memory.map(|held| held.rev)
                }
                Choice::Use(Kv) => expect_has(known.kv),
                Choice::Use(Registry) => expect_has(known.registry),
                Choice::Ask(_) | Choice::Nothing => continue,
            };
            assert!(known.minimum.is_met_by(rev), "{known:?}");
        }
    }

    fn expect_has(given: Reading) -> Option<u64> {
        match given {
            Has(rev) => rev,
            NotAsked | Failed => panic!("used without having been given"),
        }
    }

    #[test]
    fn nobody_is_asked_twice() {
        for known in all() {
            match choose(&known, &LIMITS) {
                Choice::Ask(Kv) => assert_eq!(known.kv, NotAsked, "{known:?}"),
                Choice::Ask(Registry) => assert_eq!(known.registry, NotAsked, "{known:?}"),
                Choice::Ask(Memory) => panic!("memory is not asked: {known:?}"),
                Choice::Use(_) | Choice::Nothing => {}
            }
        }
    }

    #[test]
    fn deny_means_that_nothing_passes_without_a_fresh_feed() {
        for known in all() {
            let choice = choose(&known, &DENY);
            let expected = if known.is_fresh { choose(&known, &LIMITS) } else { Choice::Nothing };
            assert_eq!(choice, expected, "{known:?}");
        }
    }
}
