//! The registry's integration and the record that the gate reads, against a toy: random commands at random moments, a
//! clock that also steps back, and a KV that misses some of the writes. After every step each token that was ever minted
//! fares as in the toy. (The real registry, with stale revs, is tried so in workerd: tests/edge/model.test.ts.)

mod toy;

use proptest::prelude::*;
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use tidegate::admin::{AdminError, Change, Edit, Integration, NewIntegration, Rotate};
use tidegate::decision::{Denial, authenticate};
use tidegate::json::{self, FromJson};
use tidegate::record::Record;
use tidegate::rotation::{TokenUse, Window};
use tidegate::time::Timestamp;
use tidegate::token::{Authentic, IntegrationId, Minted, Prefix, Presented, TokenKeys, mint, verify};

use self::toy::{Command, Fate, START, Step, Toy};
use super::targets::KEYS;

/// The core's integration, as the registry keeps it, and the text that KV has of it.
struct Registry {
    integration: Option<Integration>,
    last_rev: u64,
    tokens: Vec<Presented>,
    kv: String,
    keys: TokenKeys,
}

impl Registry {
    fn mint(&self) -> Minted {
        let n = u8::try_from(self.tokens.len() + 1).unwrap();
        mint(&self.keys, &Prefix::default(), id(), [n; 24])
    }

    fn shown(&mut self, minted: Minted) {
        self.tokens.push(verify(&self.keys, &Prefix::default(), &minted.plaintext.reveal()).unwrap());
    }

    fn record(&self) -> Record {
        match &self.integration {
            Some(integration) => integration.record(),
            None => Record::Gone { id: id(), rev: self.last_rev },
        }
    }

    /// Whether the command was carried out.
    fn act(&mut self, command: Command, now: Timestamp) -> bool {
        let Some(integration) = self.integration.clone() else { return false };
        let minted = self.mint();
        let edit = Edit {
            name: Some("another".to_owned().try_into().unwrap()),
            description: None,
            scopes: None,
            expires_at: None,
        };
        let change = match command {
            Command::RotateLater(window) => Change::Rotate(window_of(window).into(), minted.hash),
            Command::RotateNow => Change::Rotate(Rotate::Now.into(), minted.hash),
            Command::Cancel => Change::CancelRotation,
            Command::Finish => Change::FinishRotation { leaked: false },
            Command::Rename => Change::Edit(edit),
            Command::Delete => {
                (self.integration, self.last_rev) = (None, self.last_rev + 1);
                return true;
            }
        };
        let rotates = matches!(change, Change::Rotate(..));
        match integration.apply(change, now) {
            Ok((changed, _)) => {
                self.last_rev = changed.rev;
                self.integration = Some(changed);
                if rotates {
                    self.shown(minted);
                }
                true
            }
            Err(AdminError::Conflict(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Which tokens a record admits, and how.
    fn admitted(&self, record: &Record, now: Timestamp) -> Vec<Option<TokenUse>> {
        let one = |presented: &Presented| match authenticate(presented, Some(record), now) {
            Ok(identity) => Some(identity.token()),
            Err(Denial::DeadToken | Denial::DeletedIntegration) => None,
            Err(denial) => panic!("{denial}"),
        };
        self.tokens.iter().map(one).collect()
    }
}

fn id() -> IntegrationId {
    IntegrationId::from_entropy([1; 10])
}

fn window_of(seconds: u64) -> Rotate {
    Rotate::Later(Window::from_seconds(seconds).unwrap())
}

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
        let keys = TokenKeys::parse(KEYS).unwrap();
        let mut registry = Self { integration: None, last_rev: 1, tokens: Vec::new(), kv: String::new(), keys };
        let body = r#"{"name":"any","owner":{"level":"sub_account","id":"own"},"scopes":["a"]}"#;
        let new = NewIntegration::from_json(json::Value::parse(body).unwrap()).unwrap();
        let minted = registry.mint();
        registry.integration = Some(Integration::create(new, id(), minted.hash, Timestamp::from_seconds(START)));
        registry.shown(minted);
        registry.kv = registry.record().to_json();
        registry
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
        by_kv.resize(registry.tokens.len(), None); // KV does not know the newest yet
        assert_eq!(registry.admitted(&read, now), by_kv, "by KV");
        // Every change has a rev of its own, by which a stale admin is told from one who is not.
        assert_eq!(truth.rev(), toy.changes + 1);
        assert!(read.rev() <= truth.rev());
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_token_fares_as_in_the_toy(sequential 1..60 => Registry);
}
