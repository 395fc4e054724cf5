//! The Durable Object's SQL as the registry's [`Storage`].

use js_sys::{Array, JSON};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::State;

use crate::registry::{Completion, Parameter, Storage, StorageError};

// `worker` has these too, but reads rows with a reader for each type, which is much more code.
#[wasm_bindgen]
extern "C" {
    type RawStorage;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &RawStorage,
        closure: &mut dyn FnMut() -> Result<(), JsValue>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn sql(this: &RawStorage) -> RawSql;

    type RawSql;
    #[wasm_bindgen(method, catch, variadic)]
    fn exec(this: &RawSql, statement: &str, values: Array) -> Result<Cursor, JsValue>;

    type Cursor;
    #[wasm_bindgen(method, catch, js_name = toArray)]
    fn to_array(this: &Cursor) -> Result<Array, JsValue>;
}

/// The SQL of a Durable Object.
pub(crate) struct Sql {
    sql: RawSql,
    storage: RawStorage,
}

impl Sql {
    /// That of the Durable Object with this state.
    pub fn of(state: &State) -> Self {
        let storage = state.storage();
        let raw: &JsValue = storage.as_raw().as_ref();
        let storage: RawStorage = raw.clone().unchecked_into();
        Self { sql: storage.sql(), storage }
    }

    fn exec(&self, sql: &str, parameters: &[Parameter]) -> Result<Cursor, StorageError> {
        self.sql.exec(sql, parameters.iter().map(value).collect()).map_err(fault)
    }
}

impl Storage for Sql {
    /// One text crosses over from JavaScript, however many rows there are.
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError> {
        let rows = self.exec(sql, parameters)?.to_array().and_then(|rows| JSON::stringify(&rows));
        rows.map(String::from).map_err(fault)
    }

    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError> {
        self.exec(sql, parameters).map(drop)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError> {
        let mut completion = None;
        let ended = self.storage.transaction_sync(&mut || {
            completion = Some(work());
            // An exception is what rolls a transaction back.
            if completion == Some(Completion::Commit) { Ok(()) } else { Err(JsValue::from_str("rolled back")) }
        });
        match (completion, ended) {
            (Some(Completion::RollBack), _) => Ok(()),
            (_, ended) => ended.map(drop).map_err(fault),
        }
    }
}

/// A parameter as the platform takes it.
#[allow(clippy::cast_precision_loss, reason = "the registry passes numbers up to 2^53-1")]
fn value(parameter: &Parameter) -> JsValue {
    match parameter {
        Parameter::Null => JsValue::NULL,
        Parameter::Number(number) => JsValue::from_f64(*number as f64),
        Parameter::Text(text) => JsValue::from_str(text),
    }
}

fn fault(error: JsValue) -> StorageError {
    StorageError(worker::Error::from(error).to_string())
}
