//! Typed rows, and transactions of work that can fail, over a [`Storage`].

use super::storage::{Completion, MAX_NUMBER, Parameter, Storage, StorageError};
use tidegate::admin::AdminError;
use tidegate::json::{self, FromJson};

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

        tidegate::json_object!($name { $($column),+ });
    };
}
pub(crate) use row;

row! {
    struct OneNumber {
        number: Option<u64>,
    }
}

/// The registry's database, its schema up to date.
pub struct Database {
    storage: Box<dyn Storage>,
}

impl Database {
    /// The database in a storage.
    pub fn new(storage: Box<dyn Storage>) -> Self {
        Self { storage }
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// [`AdminError::Registry`] if the query fails, or a row is not a `T`.
    pub fn rows<T: FromJson>(&self, sql: &str, parameters: Vec<Parameter>) -> Result<Vec<T>, AdminError> {
        let json = self.select(sql, &parameters)?;
        Vec::from_json(read(sql, &json)?).map_err(|found| corrupt(sql, &found))
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// As [`Database::rows`].
    pub fn row<T: FromJson>(&self, sql: &str, parameters: Vec<Parameter>) -> Result<Option<T>, AdminError> {
        Ok(self.rows(sql, parameters)?.into_iter().next())
    }

    /// How many rows there are; `what` is a table, and conditions.
    ///
    /// # Errors
    /// As [`Database::rows`].
    pub fn count(&self, what: &str, parameters: Vec<Parameter>) -> Result<u64, AdminError> {
        Ok(self.number(&format!("SELECT count(*) AS number FROM {what}"), parameters)?.unwrap_or(0))
    }

    /// The only number of a query, whose column is called `number`; `None` if there is no row, or the number is null.
    ///
    /// # Errors
    /// As [`Database::rows`].
    pub fn number(&self, sql: &str, parameters: Vec<Parameter>) -> Result<Option<u64>, AdminError> {
        Ok(self.row::<OneNumber>(sql, parameters)?.and_then(|row| row.number))
    }

    /// Runs a statement that returns no rows.
    ///
    /// # Errors
    /// [`AdminError::Registry`] if it fails.
    pub fn run(&self, sql: &str, parameters: Vec<Parameter>) -> Result<(), AdminError> {
        check(sql, &parameters)?;
        self.storage.run(sql, &parameters).map_err(|error| fault(sql, &error.to_string()))
    }

    /// Runs `work` in one transaction.
    ///
    /// # Errors
    /// Those of `work`; [`AdminError::Registry`] if the transaction cannot be committed.
    pub fn transaction<T>(&self, work: impl FnOnce() -> Result<T, AdminError>) -> Result<T, AdminError> {
        let mut work = Some(work);
        let mut outcome = None;
        let ended = self.storage.transaction(&mut || {
            outcome = work.take().map(|work| work());
            if matches!(outcome, Some(Ok(_))) { Completion::Commit } else { Completion::RollBack }
        });
        match (outcome, ended) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(StorageError(error))) => Err(AdminError::Registry(format!("commit: {error}"))),
            (None, Ok(())) => Err(AdminError::Registry("the transaction did not run".to_owned())),
        }
    }

    fn select(&self, sql: &str, parameters: &[Parameter]) -> Result<String, AdminError> {
        check(sql, parameters)?;
        self.storage.rows(sql, parameters).map_err(|error| fault(sql, &error.to_string()))
    }
}

/// Refuses a number that would not come back as it is.
fn check(sql: &str, parameters: &[Parameter]) -> Result<(), AdminError> {
    let is_exact = |parameter: &Parameter| !matches!(parameter, Parameter::Number(number) if *number > MAX_NUMBER);
    if parameters.iter().all(is_exact) { Ok(()) } else { Err(fault(sql, "a number over 2^53-1")) }
}

/// The rows of a query. Not a part of [`Database::rows`], which is compiled for each type of row.
fn read<'a>(sql: &str, json: &'a str) -> Result<json::Value<'a>, AdminError> {
    let rows = json::Value::parse(json).map_err(|error| fault(sql, &error.to_string()))?;
    if is_exact(&rows) { Ok(rows) } else { Err(fault(sql, "a number over 2^53-1")) }
}

/// Whether all numbers are as they are in the database.
fn is_exact(value: &json::Value) -> bool {
    match value {
        json::Value::Unsigned(number) => *number <= MAX_NUMBER,
        json::Value::List(items) => items.iter().all(is_exact),
        json::Value::Object(entries) => entries.iter().all(|(_, value)| is_exact(value)),
        _ => true,
    }
}

/// Without the value that was found: the log must not have it.
fn corrupt(sql: &str, found: &json::Error) -> AdminError {
    fault(sql, &format!("{} is corrupt", found.place))
}

/// The complaint with the statement, which holds no values.
fn fault(sql: &str, error: &str) -> AdminError {
    AdminError::Registry(format!("{error} in {sql}"))
}

/// What a column holds as JSON text.
pub(crate) fn parsed<T: FromJson>(column: &str, text: &str) -> Result<T, AdminError> {
    let value = json::Value::parse(text).ok().and_then(|value| T::from_json(value).ok());
    value.ok_or_else(|| AdminError::Registry(format!("{column} is corrupt")))
}

/// A number as a parameter.
pub(crate) fn number(value: u64) -> Parameter {
    Parameter::Number(value)
}

/// A number from a request as a parameter to compare with. No number in the database is larger than [`MAX_NUMBER`].
pub(crate) fn bound(value: u64) -> Parameter {
    Parameter::Number(value.min(MAX_NUMBER))
}
