//! How the command ends. docs/cli.md lists the exit codes, and a test compares its table with this file.

use std::path::Path;
use std::process::ExitCode;

use serde::{Serialize, Serializer};
use serde_json::Value;
use tidegate::openapi::Report;

use crate::redaction::redacted;

/// The exit codes. Clap ends with [`Usage`](Self::Usage) by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The command did what it was asked to do.
    Done = 0,
    /// The documents have errors.
    Documents = 1,
    /// The arguments are wrong.
    Usage = 2,
    /// A file, the settings or the owner key cannot be read.
    Input = 3,
    /// The gate refused the request.
    Refused = 4,
    /// The gate cannot be reached, or its answer is not one of a gate.
    Unreachable = 5,
    /// With `--exit-code`: the policies differ, or the request is denied.
    Negative = 6,
    /// An export of events is not as the gate wrote it.
    Changed = 7,
}

impl End {
    /// The code for the operating system.
    pub fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// Why a command could not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The documents have errors, so they make no policy.
    #[error("the documents have errors:{}", lines(.0))]
    Documents(Box<Report>),
    /// Arguments that exclude each other, or that need another one.
    #[error("{0}")]
    Usage(&'static str),
    /// What cannot be read, and why.
    #[error("{0}")]
    Input(String),
    /// The gate's refusal: its status, and its problem details (RFC 9457) where it sent any.
    #[error("the gate answered {status}: {}", problem_text(.problem))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The body: problem details, or a string where it is not JSON.
        problem: Value,
    },
    /// No answer, or one that a gate does not give.
    #[error("{0}")]
    Unreachable(String),
    /// An export of events was changed, and where.
    #[error("the events were changed: {0}")]
    Changed(String),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    /// A file that cannot be read, or whose content is invalid.
    pub fn file(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Input(format!("{}: {reason}", path.display()))
    }

    /// What is told of it, without keys and tokens.
    pub fn message(&self) -> String {
        redacted(&self.to_string())
    }

    /// The exit code.
    pub fn end(&self) -> End {
        match self {
            Self::Documents(_) => End::Documents,
            Self::Usage(_) => End::Usage,
            Self::Input(_) | Self::Output(_) => End::Input,
            Self::Refused { .. } => End::Refused,
            Self::Unreachable(_) => End::Unreachable,
            Self::Changed(_) => End::Changed,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Documents(_) => "documents",
            Self::Usage(_) => "usage",
            Self::Input(_) => "input",
            Self::Refused { .. } => "refused",
            Self::Unreachable(_) => "unreachable",
            Self::Changed(_) => "changed",
            Self::Output(_) => "output",
        }
    }
}

/// `{"error": {"kind", "message"}}`, with `report` or with `status` and `problem` where there are any.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serde_json::json!({ "kind": self.kind(), "message": self.message() });
        let mut add =
            |name: &str, value: Value| error.as_object_mut().map(|error| error.insert(name.to_owned(), value));
        match self {
            Self::Documents(report) => {
                add("report", serde_json::to_value(report).map_err(serde::ser::Error::custom)?);
            }
            Self::Refused { status, problem } => {
                add("status", (*status).into());
                add("problem", problem.clone());
            }
            Self::Usage(_) | Self::Input(_) | Self::Unreachable(_) | Self::Changed(_) | Self::Output(_) => {}
        }
        serde_json::json!({ "error": error }).serialize(serializer)
    }
}

fn lines(report: &Report) -> String {
    report.errors.iter().map(|error| format!("\n  {error}")).collect()
}

/// The parts of a problem that say something to people; any other answer as it is.
fn problem_text(problem: &Value) -> String {
    let Some(object) = problem.as_object() else {
        return problem.as_str().unwrap_or_default().chars().take(500).collect();
    };
    let part = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let report = object.get("report").and_then(|report| serde_json::from_value::<Report>(report.clone()).ok());
    let report = report.map(|report| format!("\n{report}")).unwrap_or_default();
    let words = [format!("{}.", part("title")), part("detail").to_owned(), part("field").to_owned()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ") + report.trim_end()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_is_told_with_its_report() {
        let problem =
            json!({"title": "T", "detail": "D.", "field": "documents", "report": {"errors": [{"message": "m"}]}});
        let text = Failure::Refused { status: 422, problem }.to_string();
        assert!(text.starts_with("the gate answered 422: T. D. documents\nERRORS (1)"), "{text}");
        let text = Failure::Refused { status: 502, problem: "<html>".into() }.to_string();
        assert_eq!(text, "the gate answered 502: <html>");
    }
}
