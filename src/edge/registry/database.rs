//! SQLite in the Durable Object: typed rows, and a synchronous transaction.

use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, SqlStorageValue, State};

use super::schema;
use crate::core::admin::AdminError;

#[wasm_bindgen]
extern "C" {
    type RawStorage;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &RawStorage,
        closure: &mut dyn FnMut() -> Result<(), JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// The registry's database, its schema in place.
pub(in crate::edge) struct Database {
    sql: SqlStorage,
    storage: RawStorage,
}

impl Database {
    /// Opens the database, and brings its schema up to date.
    pub fn open(state: &State) -> Result<Self, AdminError> {
        let storage = state.storage();
        let raw: &JsValue = storage.as_raw().as_ref();
        let database = Self { sql: storage.sql(), storage: raw.clone().unchecked_into() };
        schema::migrate(&database)?;
        Ok(database)
    }

    /// All rows of a query.
    pub fn rows<T: DeserializeOwned>(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Vec<T>, AdminError> {
        self.sql.exec(sql, values).and_then(|cursor| cursor.to_array()).map_err(|error| fault(sql, &error))
    }

    /// The first row of a query, if there is one.
    pub fn row<T: DeserializeOwned>(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Option<T>, AdminError> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// Runs a statement that answers nothing.
    pub fn run(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<(), AdminError> {
        self.sql.exec(sql, values).map(|_| ()).map_err(|error| fault(sql, &error))
    }

    /// Runs `work` in one transaction: all of it happens, or nothing.
    pub fn transaction<T>(&self, work: impl FnOnce() -> Result<T, AdminError>) -> Result<T, AdminError> {
        let mut work = Some(work);
        let mut outcome = None;
        let committed = self.storage.transaction_sync(&mut || {
            let result = work.take().map(|work| work());
            // An exception is what rolls a transaction back.
            let rolled_back = matches!(result, Some(Err(_)) | None);
            outcome = result;
            if rolled_back { Err(JsValue::from_str("rolled back")) } else { Ok(()) }
        });
        match (outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(_)) => Ok(value),
            (_, Err(error)) => Err(AdminError::Registry(format!("commit: {}", worker::Error::from(error)))),
            (None, Ok(_)) => Err(AdminError::Registry("the transaction did not run".to_owned())),
        }
    }
}

/// SQLite's complaint with the statement, which holds no values.
fn fault(sql: &str, error: &worker::Error) -> AdminError {
    AdminError::Registry(format!("{error} in {sql}"))
}

/// A number as SQLite takes it. Revisions and seconds stay far below 2^53.
pub(super) fn number(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}
