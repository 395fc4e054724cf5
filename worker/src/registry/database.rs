//! SQLite in the Durable Object: typed rows, and a synchronous transaction.

use js_sys::{Array, JSON};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::State;

use super::schema;
use tidegate::admin::AdminError;
use tidegate::json::{self, FromJson};

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
    fn sql(this: &RawStorage) -> Sql;

    type Sql;
    #[wasm_bindgen(method, catch, variadic)]
    fn exec(this: &Sql, statement: &str, values: Array) -> Result<Cursor, JsValue>;

    type Cursor;
    #[wasm_bindgen(method, catch, js_name = toArray)]
    fn to_array(this: &Cursor) -> Result<Array, JsValue>;
}

/// A row of a query: a structure with a field for each column, in any order.
macro_rules! row {
    (
        $(#[$attribute:meta])* $visibility:vis struct $name:ident {
            $($(#[$note:meta])* $access:vis $column:ident: $type:ty,)+
        }
    ) => {
        $(#[$attribute])*
        $visibility struct $name {
            $($(#[$note])* $access $column: $type,)+
        }

        impl tidegate::json::FromJson for $name {
            fn from_json(value: tidegate::json::Value) -> Result<Self, tidegate::json::Error> {
                let mut columns = tidegate::json::Object::of(value, &[$(stringify!($column)),+])?;
                Ok(Self { $($column: columns.required(stringify!($column))?,)+ })
            }
        }
    };
}
pub(super) use row;

row! {
    struct OneNumber {
        number: Option<u64>,
    }
}

/// The registry's database, its schema in place.
pub(crate) struct Database {
    sql: Sql,
    storage: RawStorage,
}

impl Database {
    /// Opens the database, and brings its schema up to date.
    pub fn open(state: &State) -> Result<Self, AdminError> {
        let storage = state.storage();
        let raw: &JsValue = storage.as_raw().as_ref();
        let storage: RawStorage = raw.clone().unchecked_into();
        let database = Self { sql: storage.sql(), storage };
        schema::migrate(&database)?;
        Ok(database)
    }

    /// All rows of a query.
    pub fn rows<T: FromJson>(&self, sql: &str, values: Vec<JsValue>) -> Result<Vec<T>, AdminError> {
        let json = self.select(sql, values)?;
        Vec::from_json(read(sql, &json)?).map_err(|found| corrupt(sql, &found))
    }

    /// The first row of a query, if there is one.
    pub fn row<T: FromJson>(&self, sql: &str, values: Vec<JsValue>) -> Result<Option<T>, AdminError> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// How many rows there are; `what` is a table, and conditions.
    pub fn count(&self, what: &str, values: Vec<JsValue>) -> Result<u64, AdminError> {
        Ok(self.number(&format!("SELECT count(*) AS number FROM {what}"), values)?.unwrap_or(0))
    }

    /// A query's only number, whose column is called `number`; `None` where there is no row, or it is null.
    pub fn number(&self, sql: &str, values: Vec<JsValue>) -> Result<Option<u64>, AdminError> {
        Ok(self.row::<OneNumber>(sql, values)?.and_then(|row| row.number))
    }

    /// Runs a statement that answers nothing.
    pub fn run(&self, sql: &str, values: Vec<JsValue>) -> Result<(), AdminError> {
        self.exec(sql, values).map(drop)
    }

    fn exec(&self, sql: &str, values: Vec<JsValue>) -> Result<Cursor, AdminError> {
        self.sql.exec(sql, values.into_iter().collect()).map_err(|error| js_fault(sql, error))
    }

    /// A list of objects, as JSON. One text crosses over from JavaScript, however many rows there are.
    fn select(&self, sql: &str, values: Vec<JsValue>) -> Result<String, AdminError> {
        let rows = self.exec(sql, values)?.to_array().and_then(|rows| JSON::stringify(&rows));
        rows.map(String::from).map_err(|error| js_fault(sql, error))
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

fn js_fault(sql: &str, error: JsValue) -> AdminError {
    fault(sql, &worker::Error::from(error).to_string())
}

/// Rows that crossed over as JSON. Not a part of [`Database::rows`], which is compiled for each kind of row.
fn read<'a>(sql: &str, json: &'a str) -> Result<json::Value<'a>, AdminError> {
    json::Value::parse(json).map_err(|error| fault(sql, &error.to_string()))
}

/// Without what stands there: it may be for nobody's eyes.
fn corrupt(sql: &str, found: &json::Error) -> AdminError {
    fault(sql, &format!("{} is corrupt", found.place))
}

/// The complaint with the statement, which holds no values.
fn fault(sql: &str, error: &str) -> AdminError {
    AdminError::Registry(format!("{error} in {sql}"))
}

/// A number as SQLite takes it. Revisions and seconds stay far below 2^53.
#[allow(clippy::cast_precision_loss, reason = "exact up to 2^53")]
pub(super) fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}
