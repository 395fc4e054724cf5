//! The database that the registry needs: SQLite, with the limits of a Durable Object's SQL. The Worker implements it with the
//! platform's SQL; tests implement it with SQLite in the process.

use std::rc::Rc;

/// The largest number that a parameter or a column may have. The platform's numbers are JavaScript's, which are exact up to here.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The value of a question mark in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `NULL`.
    Null,
    /// A number of at most [`MAX_NUMBER`].
    Number(u64),
    /// A text.
    Text(String),
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// The transaction commits.
    Commit,
    /// None of it happens.
    RollBack,
}

/// What the database complains about. It holds no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StorageError(pub String);

/// A SQLite database with foreign keys enforced, and the limits that the platform documents for a Durable Object's SQL.
///
/// Numbers reach SQLite as `REAL`, which is how the platform passes JavaScript's; a column of type `INTEGER` stores them as integers.
pub trait Storage {
    /// Runs a query. Returns its rows as a JSON list of objects, each with the columns as its members.
    ///
    /// # Errors
    /// [`StorageError`] if SQLite or a limit refuses the statement.
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError>;

    /// Runs statements that return no rows. Of several statements, only the last one may have parameters.
    ///
    /// # Errors
    /// [`StorageError`] if SQLite or a limit refuses a statement; those before it have run.
    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError>;

    /// Runs `work` once in a transaction, and ends that as `work` says.
    ///
    /// # Errors
    /// [`StorageError`] if the transaction cannot begin, or not end as `work` says.
    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError>;
}

/// A storage that others have a handle on too.
impl<S: Storage + ?Sized> Storage for Rc<S> {
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError> {
        (**self).rows(sql, parameters)
    }

    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError> {
        (**self).run(sql, parameters)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError> {
        (**self).transaction(work)
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Parameter {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
