//! What the test runners report: how many tests passed, and which failed.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::tally::Tally;

/// Counts the output of `cargo test -- --show-output`. A test that prints `SKIPPED: <why>` passes there, but did not run.
pub fn rust_tally(lines: &[impl AsRef<str>]) -> Tally {
    let mut tally = Tally::default();
    let mut said_skipped = 0;
    for line in lines.iter().map(AsRef::as_ref) {
        if line.starts_with("SKIPPED:") {
            said_skipped += 1;
        } else if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
            tally.passed += count_before(counts, " passed");
            tally.failed += count_before(counts, " failed");
            tally.skipped += count_before(counts, " ignored");
        }
    }
    tally.passed = tally.passed.saturating_sub(said_skipped);
    tally.skipped += said_skipped;
    tally
}

fn count_before(counts: &str, word: &str) -> u64 {
    let parts = counts.split("; ").filter_map(|part| part.strip_suffix(word));
    parts.filter_map(|number| number.parse::<u64>().ok()).sum()
}

/// The tests that failed, each with its output. The output is between two lines `failures:`; the second one starts the list of names.
pub fn rust_failures(lines: &[impl AsRef<str>]) -> Vec<(String, String)> {
    let mut failures: Vec<(String, String)> = Vec::new();
    let mut is_told = false;
    for line in lines.iter().map(AsRef::as_ref) {
        if line == "failures:" {
            is_told = !is_told;
        } else if let Some(name) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----")) {
            if is_told {
                failures.push((name.to_owned(), String::new()));
            }
        } else if let (true, Some((_, output))) = (is_told, failures.last_mut()) {
            output.extend([line, "\n"]);
        }
    }
    failures
}

/// Counts vitest's report in JSON.
pub fn vitest_tally(report: &str) -> Result<Tally> {
    let report: Value = serde_json::from_str(report).context("vitest's report is not JSON")?;
    let count =
        |name: &str| report.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} in the report"));
    Ok(Tally {
        passed: count("numPassedTests")?,
        failed: count("numFailedTests")?,
        skipped: count("numPendingTests")? + count("numTodoTests")?,
    })
}

/// The tests that failed, each with its errors; and the files that could not be loaded.
pub fn vitest_failures(report: &str) -> Result<Vec<(String, String)>> {
    let report: Value = serde_json::from_str(report).context("vitest's report is not JSON")?;
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let has_failed = |value: &Value| text(value, "status") == "failed";
    let mut failures = Vec::new();
    for file in list(&report, "testResults").iter().filter(|file| has_failed(file)) {
        failures.push((text(file, "name"), text(file, "message")));
        for test in list(file, "assertionResults").iter().filter(|test| has_failed(test)) {
            let messages = list(test, "failureMessages");
            let messages: Vec<&str> = messages.iter().filter_map(Value::as_str).collect();
            failures.push((text(test, "fullName"), messages.join("\n")));
        }
    }
    Ok(failures)
}

/// Counts the closing comments of `node --test --test-reporter=tap`.
pub fn tap_tally(lines: &[impl AsRef<str>]) -> Tally {
    let count = |name: &str| {
        let counts = lines.iter().filter_map(|line| line.as_ref().strip_prefix(&format!("# {name} ")));
        counts.filter_map(|number| number.parse::<u64>().ok()).sum()
    };
    Tally { passed: count("pass"), failed: count("fail"), skipped: count("skipped") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_results_add_up_and_what_said_skipped_is_not_passed() {
        let lines = [
            "test a ... ok",
            "SKIPPED: no documents here",
            "test result: FAILED. 7 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "SKIPPED: nor here",
        ];
        assert_eq!(rust_tally(&lines), Tally { passed: 8, failed: 1, skipped: 4 });
    }

    #[test]
    fn what_a_rust_test_printed_before_it_failed_is_found() {
        let lines = [
            "successes:",
            "---- good stdout ----",
            "fine",
            "successes:",
            "    good",
            "failures:",
            "---- bad stdout ----",
            "panicked",
            "---- worse stdout ----",
            "failures:",
            "    bad",
            "    worse",
        ];
        let failures = [("bad", "panicked\n"), ("worse", "")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(rust_failures(&lines), failures);
        assert_eq!(rust_failures(&lines[..5]), []);
    }

    #[test]
    fn a_vitest_reports_failures_are_found() {
        let good = r#"{"status": "passed", "fullName": "good", "failureMessages": []}"#;
        let bad = r#"{"status": "failed", "fullName": "bad", "failureMessages": ["expected 1", "at line 2"]}"#;
        let file =
            format!(r#"{{"name": "a.ts", "status": "failed", "message": "", "assertionResults": [{good}, {bad}]}}"#);
        let failures = vitest_failures(&format!(r#"{{"testResults": [{file}]}}"#)).unwrap();
        let expected = [("a.ts", ""), ("bad", "expected 1\nat line 2")];
        assert_eq!(failures, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert_eq!(vitest_failures("{}").unwrap(), []);
    }

    #[test]
    fn a_tap_report_is_counted() {
        let lines = ["ok 1 - a", "# tests 4", "# pass 2", "# fail 1", "# skipped 1", "# todo 0"];
        assert_eq!(tap_tally(&lines), Tally { passed: 2, failed: 1, skipped: 1 });
    }

    #[test]
    fn a_vitest_report_is_counted() {
        let report = r#"{"numPassedTests":5,"numFailedTests":1,"numPendingTests":2,"numTodoTests":1}"#;
        assert_eq!(vitest_tally(report).unwrap(), Tally { passed: 5, failed: 1, skipped: 3 });
        assert!(vitest_tally("{}").is_err());
    }
}
