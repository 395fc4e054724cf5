//! The SQL of a Durable Object as the registry's [`Storage`].

use js_sys::{Array, Error, JSON};
use registry::{Completion, Parameter, Storage, StorageError};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

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
pub struct DurableStorage {
    sql: RawSql,
    storage: RawStorage,
}

impl DurableStorage {
    /// That of a Durable Object, whose `ctx.storage` is given.
    pub fn new(storage: &JsValue) -> Self {
        let storage: RawStorage = storage.clone().unchecked_into();
        Self { sql: storage.sql(), storage }
    }

    fn exec(&self, sql: &str, parameters: &[Parameter]) -> Result<Cursor, StorageError> {
        self.sql.exec(sql, parameters.iter().map(value).collect()).map_err(fault)
    }
}

impl Storage for DurableStorage {
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

/// What was thrown, without the stack.
#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn fault(error: JsValue) -> StorageError {
    let thrown = error.dyn_ref::<Error>().map(|error| String::from(error.to_string()));
    StorageError(thrown.unwrap_or_else(|| "the database threw no error".to_owned()))
}
