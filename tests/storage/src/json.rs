//! Rows as JavaScript's `JSON.stringify` writes what the platform gives for them.

use registry::{MAX_NUMBER, StorageError};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

/// A row, its columns by name.
pub fn object(names: &[String], row: &Row<'_>) -> Result<String, StorageError> {
    let mut object = Map::new();
    for (index, name) in names.iter().enumerate() {
        let value = row.get_ref(index).map_err(|error| StorageError(error.to_string()))?;
        object.insert(name.clone(), json(value)?);
    }
    Ok(Value::Object(object).to_string())
}

fn json(value: ValueRef<'_>) -> Result<Value, StorageError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) if number.unsigned_abs() <= MAX_NUMBER => Ok(number.into()),
        // A number of JavaScript's would be another one.
        ValueRef::Integer(_) => Err(StorageError("a number beyond 2^53-1".to_owned())),
        ValueRef::Real(number) => Ok(real(number)),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|error| StorageError(error.to_string()))?;
            Ok(text.into())
        }
        ValueRef::Blob(_) => Err(StorageError("JSON has no bytes".to_owned())),
    }
}

/// JavaScript writes a whole number without a fraction, whatever its type was in SQLite.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole, and within 2^53-1")]
fn real(number: f64) -> Value {
    let is_whole = number.fract() == 0.0 && number.abs() <= MAX_NUMBER as f64;
    if is_whole { (number as i64).into() } else { number.into() }
}
