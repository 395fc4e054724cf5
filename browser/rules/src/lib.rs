//! The browser's exports: JSON in, JSON out; `www/src/core/types.ts` has the types. They call the rules and decide nothing
//! themselves.

use serde::Serialize;
use serde_json::json;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use tidegate::admin::{Asker, Explain, Scopes};
use tidegate::decision::{self, Holder, Subject};
use tidegate::json::{self, FromJson};
use tidegate::policy::{Operation, Policy};
use tidegate::scope::ScopeSet;
use tidegate::time::Timestamp;
use tidegate::token::{Prefix, find, inspect};
use tidegate::usage;

/// What changes from one list of scopes to another: `{"added":[…],"removed":[…]}`.
///
/// # Errors
/// An `Error` where one of them is not a JSON list of scopes.
#[wasm_bindgen(js_name = scopeDiff)]
pub fn scope_diff(before: &str, after: &str) -> Result<String, JsError> {
    let (before, after): (ScopeSet, ScopeSet) = (read(before)?, read(after)?);
    write(&before.diff(&after))
}

/// Whether a pasted text is a token in form: `{"form":"ours","prefix","id"}`, or another form and a `detail`. Without a
/// `prefix`, any will do. Nothing of the token's secret part comes back.
///
/// # Errors
/// An `Error` where `prefix` cannot be one.
#[wasm_bindgen(js_name = inspectToken)]
#[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional text by value")]
pub fn inspect_token(text: &str, prefix: Option<String>) -> Result<String, JsError> {
    let prefix = prefix.map(|prefix| Prefix::parse(&prefix)).transpose().map_err(failure)?;
    write(&inspect(text, prefix.as_ref()))
}

/// The credential in a pasted text, if there is one: `{"kind":"token","id"?,"whole"}`, `{"kind":"automation_key"}`,
/// `{"kind":"owner_key"}` or `null`. Nothing of its secret part comes back.
///
/// # Errors
/// None that is known.
#[wasm_bindgen(js_name = findCredential)]
pub fn find_credential(text: &str) -> Result<String, JsError> {
    write(&find(text))
}

/// What of the recorded requests a policy would have refused. The question is `{"lost":[…],"recorded":[{"operation","requests"}]}`.
///
/// # Errors
/// An `Error` where the question cannot be read.
#[wasm_bindgen(js_name = replayPolicy)]
pub fn replay_policy(question: &str) -> Result<String, JsError> {
    write(&usage::replay_policy(read(question)?))
}

/// A policy in force, ready to be asked.
#[wasm_bindgen]
pub struct CompiledPolicy(Policy);

#[wasm_bindgen]
impl CompiledPolicy {
    /// Reads a stored policy, the answer of `GET /policy/compiled`.
    ///
    /// # Errors
    /// An `Error` if it is not a policy.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &str) -> Result<Self, JsError> {
        Policy::from_json(policy).map(Self).map_err(failure)
    }

    /// Its revision.
    #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53, as in any JSON that JavaScript reads")]
    pub fn rev(&self) -> f64 {
        self.0.rev() as f64
    }

    /// The catalogue of its scopes, as `GET /scopes` answers it.
    ///
    /// # Errors
    /// None that is known.
    pub fn catalogue(&self) -> Result<String, JsError> {
        write(&Scopes { scopes: self.0.catalogue() })
    }

    /// What other scopes would let an integration do, and no longer do. The question is
    /// `{"level","before":[…],"after":[…]}`.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    pub fn preview(&self, question: &str) -> Result<String, JsError> {
        write(&decision::preview(&self.0, &read(question)?))
    }

    /// What of the recorded requests an edit of scopes would have refused. The question is
    /// `{"level","before":[…],"after":[…],"recorded":[{"operation","requests"}]}`.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    #[wasm_bindgen(js_name = replayEdit)]
    pub fn replay_edit(&self, question: &str) -> Result<String, JsError> {
        write(&usage::replay_edit(&self.0, read(question)?))
    }

    /// Which scopes recorded requests needed. The question is
    /// `{"level","scopes":[…],"new_scopes":[…],"recorded":[{"operation","requests"}]}`.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    #[wasm_bindgen(js_name = scopeUse)]
    pub fn scope_use(&self, question: &str) -> Result<String, JsError> {
        write(&usage::scope_use(&self.0, &read(question)?))
    }

    /// What an integration can do and cannot do. The question is `{"level","scopes":[…]}`.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    pub fn abilities(&self, question: &str) -> Result<String, JsError> {
        write(&decision::abilities(&self.0, &read(question)?))
    }

    /// What a token can be tried with: `[{"operation":"GET /template","path"}]`, the requests within reach all of whose parameters are
    /// the owner's id. The question is as for [`explain`](Self::explain), with owner and scopes; method and path are not read.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    pub fn trials(&self, question: &str) -> Result<String, JsError> {
        let Explain { asker: Asker::Assumed { owner, scopes }, .. } = read(question)? else {
            return Err(JsError::new("give owner and scopes"));
        };
        let open = |operation: &&Operation| operation.access.is_open_with(owner.level, &scopes);
        let trial = |operation: &Operation| {
            let path = operation.own_request(&owner)?;
            Some(json!({ "operation": operation.name(), "path": path }))
        };
        write(&self.0.operations().iter().filter(open).filter_map(trial).collect::<Vec<_>>())
    }

    /// Where the operations are documented that an integration's scopes open: `[{"title","url"}]`. The question is
    /// `{"level","scopes":[…]}`.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    pub fn documentation(&self, question: &str) -> Result<String, JsError> {
        let Holder { level, scopes } = read(question)?;
        let found = self.0.documentation(level, &scopes);
        let shown = found.into_iter().map(|(title, url)| json!({ "title": title, "url": url }));
        write(&shown.collect::<Vec<_>>())
    }

    /// The verdict on a request and the steps that lead to it. The question is the body of `POST /explain`, without
    /// `integration`: what that one may do is the registry's to say, and so is whether it is paused or has ended. `now` is in Unix
    /// seconds.
    ///
    /// # Errors
    /// An `Error` where the question cannot be read.
    pub fn explain(&self, question: &str, now: u32, is_paused: bool, has_ended: bool) -> Result<String, JsError> {
        let Explain { method, path, asker } = read(question)?;
        let now = Timestamp::from_seconds(now.into());
        let subject = match asker {
            Asker::Nobody => Subject::Nobody,
            Asker::Assumed { owner, scopes } => {
                Subject::assumed(owner, scopes).with_life(is_paused, has_ended.then_some(now))
            }
            Asker::Integration { .. } => {
                return Err(JsError::new("give owner and scopes, or neither, and no integration"));
            }
        };
        write(&decision::explain(&method, &path, &subject, &self.0, now))
    }
}

fn read<T: FromJson>(text: &str) -> Result<T, JsError> {
    T::from_json(json::Value::parse(text).map_err(failure)?).map_err(failure)
}

fn write(value: &impl Serialize) -> Result<String, JsError> {
    serde_json::to_string(value).map_err(failure)
}

fn failure(error: impl ToString) -> JsError {
    JsError::new(&error.to_string())
}
