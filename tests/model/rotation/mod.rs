//! The registry's integration and the record that the gate reads, against a toy: random commands at random moments, undo and
//! extend among them, a clock that also steps back, and a KV that misses some of the writes. After every step each token that was
//! ever minted fares as in the toy. (The real registry, with stale revs, is tried so in workerd: tests/edge/model.test.ts.)

mod registry;
mod toy;

use proptest_state_machine::{StateMachineTest, prop_state_machine};
use tidegate::record::Record;
use tidegate::rotation::TokenUse;
use tidegate::time::Timestamp;
use tidegate::token::Authentic;

use self::registry::{Registry, id};
use self::toy::{Fate, Step, Toy};

/// The fate of each token as the verdict has to tell it.
fn expected(fates: &[Fate], gone: bool, now: u64) -> Vec<Option<TokenUse>> {
    let one = |fate: &Fate| match fate {
        Fate::Until(end) if now < *end => Some(TokenUse::Outgoing { until: Timestamp::from_seconds(*end) }),
        Fate::Endless => Some(TokenUse::Current),
        Fate::Until(_) | Fate::Dead => None,
    };
    fates.iter().map(|fate| one(fate).filter(|_| !gone)).collect()
}

impl StateMachineTest for Registry {
    type SystemUnderTest = Self;
    type Reference = Toy;

    fn init_test(_: &Toy) -> Self {
        Self::new()
    }

    fn apply(mut registry: Self, toy: &Toy, step: Step) -> Self {
        match step {
            Step::Pass(_) => {}
            Step::Publish => registry.kv = registry.record().to_json(),
            Step::Do(command, taken) => {
                let done = registry.act(command, Timestamp::from_seconds(toy.now));
                assert_eq!(done, toy.done, "{command:?} at {}", toy.now);
                if done && taken {
                    registry.kv = registry.record().to_json();
                }
            }
        }
        registry
    }

    fn check_invariants(registry: &Self, toy: &Toy) {
        let now = Timestamp::from_seconds(toy.now);
        let truth = registry.record();
        assert_eq!(registry.admitted(&truth, now), expected(&toy.fates, toy.gone, toy.now), "by the registry");
        let read = Record::from_json(&id(), &Authentic::from_registry(registry.kv.clone())).unwrap();
        let (fates, gone) = &toy.published;
        let mut by_kv = expected(fates, *gone, toy.now);
        by_kv.resize(registry.count(), None); // KV does not know the newest yet
        assert_eq!(registry.admitted(&read, now), by_kv, "by KV");
        // Every change has a rev of its own, by which a stale admin is told from one who is not.
        assert_eq!(truth.rev(), toy.changes + 1);
        assert!(read.rev() <= truth.rev());
    }
}

prop_state_machine! {
    #![proptest_config(proptest::test_runner::Config { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_token_fares_as_in_the_toy(sequential 1..60 => Registry);
}
