//! The registry's [`Storage`] on SQLite in the process, for tests and for the simulator. It refuses what a Durable Object's SQL
//! refuses and SQLite allows. The package `registry-tests` tries each refusal here and in workerd.

mod json;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use registry::{Completion, MAX_NUMBER, Parameter, Storage, StorageError};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::Value;
use rusqlite::{Batch, Connection, Error, Statement, params_from_iter};

/// The limits that the platform documents for SQLite in Durable Objects, and the undocumented ones that workerd has.
const LIMITS: [(Limit, i32); 9] = [
    (Limit::SQLITE_LIMIT_LENGTH, 2_000_000),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_COLUMN, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
];

/// The longest statement that is kept compiled, in bytes.
const MAX_CACHED_BYTES: usize = 10_000;
/// How many compiled statements are kept. The registry has about 100.
const CACHED_STATEMENTS: usize = 128;

/// A database in memory.
pub struct Sqlite {
    connection: Connection,
    /// Whether the statement is one of this file's own, which may begin and end transactions.
    is_own: Arc<AtomicBool>,
    /// How many transactions are open, one inside the other.
    depth: Cell<u32>,
}

impl Sqlite {
    /// An empty database.
    ///
    /// # Errors
    /// [`StorageError`] if SQLite cannot open it.
    pub fn in_memory() -> Result<Self, StorageError> {
        let mut connection = Connection::open_in_memory().map_err(fault)?;
        connection.execute_batch("PRAGMA foreign_keys = ON").map_err(fault)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        for (limit, value) in LIMITS {
            connection.set_limit(limit, value).map_err(fault)?;
        }
        let is_own = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&is_own);
        let authorize = move |context: AuthContext<'_>| authorize(&context.action, own.load(Ordering::Relaxed));
        connection.authorizer(Some(authorize)).map_err(fault)?;
        Ok(Self { connection, is_own, depth: Cell::new(0) })
    }

    /// Runs all statements; gives the rows of the last one. A single short statement is compiled once; what is looked up is trimmed,
    /// so a long one is not, or its length would not be judged.
    fn execute(&self, sql: &str, parameters: &[Parameter]) -> Result<Vec<String>, StorageError> {
        if sql.contains(';') || sql.len() > MAX_CACHED_BYTES {
            return self.execute_all(sql, parameters);
        }
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        if statement.parameter_count() == 0 && !parameters.is_empty() {
            return Err(StorageError("no statement takes the parameters".to_owned()));
        }
        step(&mut statement, parameters)
    }

    fn execute_all(&self, sql: &str, parameters: &[Parameter]) -> Result<Vec<String>, StorageError> {
        let mut rows = Vec::new();
        let mut unbound = Some(parameters).filter(|parameters| !parameters.is_empty());
        let mut batch = Batch::new(&self.connection, sql);
        while let Some(mut statement) = batch.next().map_err(fault)? {
            if unbound.is_none() && !parameters.is_empty() {
                return Err(StorageError("only the last statement can have parameters".to_owned()));
            }
            let bound = if statement.parameter_count() == 0 { &[] } else { unbound.take().unwrap_or_default() };
            rows = step(&mut statement, bound)?;
        }
        if unbound.is_some() { Err(StorageError("no statement takes the parameters".to_owned())) } else { Ok(rows) }
    }

    /// How many bytes the pages of the database take.
    ///
    /// # Errors
    /// [`StorageError`] if SQLite does not say.
    pub fn bytes(&self) -> Result<u64, StorageError> {
        self.is_own.store(true, Ordering::Relaxed);
        let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0)).map_err(fault);
        let bytes =
            pragma("page_count").and_then(|pages| Ok(u64::from(pages).saturating_mul(pragma("page_size")?.into())));
        self.is_own.store(false, Ordering::Relaxed);
        bytes
    }

    /// Runs statements that others may not run.
    fn own(&self, sql: &str) -> Result<(), StorageError> {
        self.is_own.store(true, Ordering::Relaxed);
        let outcome = self.connection.execute_batch(sql).map_err(fault);
        self.is_own.store(false, Ordering::Relaxed);
        outcome
    }
}

impl Storage for Sqlite {
    fn rows(&self, sql: &str, parameters: &[Parameter]) -> Result<String, StorageError> {
        Ok(format!("[{}]", self.execute(sql, parameters)?.join(",")))
    }

    fn run(&self, sql: &str, parameters: &[Parameter]) -> Result<(), StorageError> {
        self.execute(sql, parameters).map(drop)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Completion) -> Result<(), StorageError> {
        let depth = self.depth.get();
        self.own(&format!("SAVEPOINT t{depth}"))?;
        self.depth.set(depth.saturating_add(1));
        let completion = work();
        self.depth.set(depth);
        match completion {
            Completion::Commit => self.own(&format!("RELEASE t{depth}")),
            Completion::RollBack => self.own(&format!("ROLLBACK TO t{depth}; RELEASE t{depth}")),
        }
    }
}

/// The platform begins and ends transactions itself, and allows few pragmas, of which the registry uses none.
fn authorize(action: &AuthAction<'_>, is_own: bool) -> Authorization {
    match action {
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } | AuthAction::Pragma { .. } if is_own => {
            Authorization::Allow
        }
        AuthAction::Transaction { .. }
        | AuthAction::Savepoint { .. }
        | AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::Pragma { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

fn step(statement: &mut Statement<'_>, parameters: &[Parameter]) -> Result<Vec<String>, StorageError> {
    if statement.parameter_count() != parameters.len() {
        return Err(StorageError("wrong number of parameters".to_owned()));
    }
    let values = parameters.iter().map(value).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query(params_from_iter(values)).map_err(fault)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(fault)? {
        rows.push(json::object(&names, row)?);
    }
    Ok(rows)
}

/// A parameter as the platform passes it: a number of JavaScript's is a `REAL`.
#[allow(clippy::cast_precision_loss, reason = "exact up to 2^53-1")]
fn value(parameter: &Parameter) -> Result<Value, StorageError> {
    match parameter {
        Parameter::Null => Ok(Value::Null),
        Parameter::Number(number) if *number <= MAX_NUMBER => Ok(Value::Real(*number as f64)),
        Parameter::Number(_) => Err(StorageError("a number over 2^53-1".to_owned())),
        Parameter::Text(text) => Ok(Value::Text(text.clone())),
    }
}

fn fault(error: Error) -> StorageError {
    StorageError(error.to_string())
}

/// Where the platform documents a lower limit than workerd has. `registry-tests` tries all others.
#[cfg(test)]
mod tests {
    use super::*;

    fn list(item: &str, count: usize) -> String {
        vec![item; count].join(", ")
    }

    #[test]
    fn a_function_has_at_most_32_arguments() {
        let storage = Sqlite::in_memory().unwrap();
        let with = |count: usize| storage.rows(&format!("SELECT max({}) AS it", list("1", count)), &[]);
        assert!(with(32).is_ok());
        assert!(with(33).is_err());
    }

    #[test]
    fn a_value_and_a_row_are_at_most_2_mb() {
        let storage = Sqlite::in_memory().unwrap();
        storage.run("CREATE TABLE t (one TEXT, other TEXT)", &[]).unwrap();
        let put = |one: usize, other: usize| {
            let values = [one, other].map(|bytes| Parameter::from("x".repeat(bytes)));
            storage.run("INSERT INTO t (one, other) VALUES (?, ?)", &values)
        };
        put(1_999_900, 0).unwrap();
        assert!(put(2_000_001, 0).is_err());
        put(1_000_000, 999_900).unwrap();
        assert!(put(1_000_000, 1_000_001).is_err());
    }

    #[test]
    fn every_pragma_is_refused() {
        let storage = Sqlite::in_memory().unwrap();
        for sql in ["PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys", "PRAGMA table_info(t)", "PRAGMA optimize"] {
            assert!(storage.run(sql, &[]).is_err(), "{sql}");
        }
    }

    #[test]
    fn a_number_beyond_the_limit_is_neither_written_nor_read() {
        let storage = Sqlite::in_memory().unwrap();
        assert!(storage.rows("SELECT ? AS it", &[Parameter::Number(MAX_NUMBER)]).is_ok());
        assert!(storage.rows("SELECT ? AS it", &[Parameter::Number(MAX_NUMBER + 1)]).is_err());
        for sql in ["SELECT 9007199254740992 AS it", "SELECT -9007199254740992 AS it"] {
            assert!(storage.rows(sql, &[]).is_err(), "{sql}");
        }
    }

    #[test]
    fn bytes_are_refused() {
        assert!(Sqlite::in_memory().unwrap().rows("SELECT x'00' AS it", &[]).is_err());
    }
}
