//! The core's integration, changed as the registry changes it.

use tidegate::admin::{AdminError, Change, Edit, Integration, NewIntegration, Rotate, Taken, TokenRules, Undo};
use tidegate::decision::{Denial, authenticate};
use tidegate::json::{self, FromJson};
use tidegate::record::Record;
use tidegate::rotation::{TokenUse, Window};
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Minted, Prefix, Presented, TokenKeys, mint, verify};

use super::super::targets::KEYS;
use super::toy::{Command, START};

/// The core's integration, as the registry keeps it, and the text that KV has of it.
pub struct Registry {
    /// The integration, or what it was when it was deleted.
    integration: Integration,
    is_gone: bool,
    undo: Option<Undo>,
    /// When the last window began.
    began: Timestamp,
    tokens: Vec<Presented>,
    pub kv: String,
    keys: TokenKeys,
}

impl Registry {
    pub fn new() -> Self {
        let keys = TokenKeys::parse(KEYS).unwrap();
        let body = r#"{"name":"any","owner":{"level":"sub_account","id":"own"},"scopes":["a"]}"#;
        let new = NewIntegration::from_json(json::Value::parse(body).unwrap()).unwrap();
        let (minted, began) = (minted(&keys, 1), Timestamp::from_seconds(START));
        let integration = Integration::create(new, id(), minted.hash, began);
        let mut registry =
            Self { integration, is_gone: false, undo: None, began, tokens: Vec::new(), kv: String::new(), keys };
        registry.shown(minted);
        registry.kv = registry.record().to_json();
        registry
    }

    fn shown(&mut self, minted: Minted) {
        self.tokens.push(verify(&self.keys, &Prefix::default(), &minted.plaintext.reveal()).unwrap());
    }

    pub fn count(&self) -> usize {
        self.tokens.len()
    }

    pub fn record(&self) -> Record {
        match self.is_gone {
            true => Record::Gone { id: id(), rev: self.integration.rev },
            false => self.integration.record(),
        }
    }

    /// Whether the command was carried out.
    pub fn act(&mut self, command: Command, now: Timestamp) -> bool {
        let minted = minted(&self.keys, self.tokens.len() + 1);
        let edit = Edit {
            name: Some("another".to_owned().try_into().unwrap()),
            description: None,
            scopes: None,
            expires_at: None,
        };
        let change = match command {
            Command::Undo => return self.undo(now),
            _ if self.is_gone => return false,
            Command::Delete => return self.delete(now),
            Command::RotateLater(window) => Change::Rotate(window_of(window).into(), minted.hash),
            Command::RotateNow => Change::Rotate(Rotate::Now.into(), minted.hash),
            Command::Cancel => Change::CancelRotation,
            Command::Finish { leaked } => Change::FinishRotation { leaked },
            Command::Extend(until) => {
                Change::ExtendRotation { began: self.began, until: Timestamp::from_seconds(until) }
            }
            Command::Rename => Change::Edit(edit),
        };
        let undo = Undo::of(&self.integration, &change, now);
        let done = self.change(change, now);
        if done {
            self.undo = undo;
            if matches!(command, Command::RotateLater(_) | Command::RotateNow) {
                self.began = now;
                self.shown(minted);
            }
        }
        done
    }

    fn change(&mut self, change: Change, now: Timestamp) -> bool {
        match self.integration.clone().apply(change, now) {
            Ok((changed, _)) => {
                self.integration = changed;
                true
            }
            Err(AdminError::Conflict(_)) => false,
            Err(AdminError::Invalid { field, .. }) if field == "expires_at" => false,
            Err(error) => panic!("{error}"),
        }
    }

    fn delete(&mut self, now: Timestamp) -> bool {
        let rev = self.integration.rev + 1;
        self.undo = Some(Undo::of_deletion(&self.integration, rev, now));
        (self.integration.rev, self.is_gone) = (rev, true);
        true
    }

    fn undo(&mut self, now: Timestamp) -> bool {
        let Some(undo) = self.undo.take() else { return false };
        if undo.check(self.integration.rev, &TokenRules::default().undo, now).is_err() {
            self.undo = Some(undo);
            return false;
        }
        match undo.taken {
            Taken::Outgoing(token, until) => assert!(self.change(Change::GiveBackToken(token, until), now)),
            Taken::Everything(tokens) => {
                let (restored, _) = self.integration.clone().restored(tokens, now).unwrap();
                (self.integration, self.is_gone) = (restored, false);
            }
            Taken::Scopes(_) => panic!("no command removes any"),
        }
        true
    }

    /// Which tokens a record admits, and how.
    pub fn admitted(&self, record: &Record, now: Timestamp) -> Vec<Option<TokenUse>> {
        let one = |presented: &Presented| match authenticate(presented, Some(record), now) {
            Ok(identity) => Some(identity.token()),
            Err(Denial::DeadToken | Denial::DeletedIntegration) => None,
            Err(denial) => panic!("{denial}"),
        };
        self.tokens.iter().map(one).collect()
    }
}

pub fn id() -> IntegrationId {
    IntegrationId::from_entropy([1; 10])
}

fn minted(keys: &TokenKeys, n: usize) -> Minted {
    mint(keys, &Prefix::default(), id(), [u8::try_from(n).unwrap(); 24])
}

fn window_of(seconds: u64) -> Rotate {
    Rotate::Later(Window::from_seconds(seconds).unwrap())
}
