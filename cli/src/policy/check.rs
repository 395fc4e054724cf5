//! `tidegate policy check`: the report on documents, for their owner and for CI.

use clap::Args;
use serde::Serialize;
use tidegate::openapi::Report;

use super::documents::DocumentFiles;
use super::limits::Limits;
use super::settings::SettingsFile;
use crate::exit::{End, Failure};
use crate::output::Output;

/// The arguments.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    documents: DocumentFiles,
    #[command(flatten)]
    settings: SettingsFile,
}

impl Check {
    /// Prints the report. Documents with errors are reported, and end with [`End::Documents`].
    pub fn run(self, output: Output) -> Result<End, Failure> {
        let settings = self.settings.read_or_default()?;
        let documents = self.documents.read(self.settings.path().as_slice())?;
        let mut compiled = documents.compile(&settings);
        let limits = Limits::of(&documents, &settings, &compiled);
        compiled.report.errors.extend(limits.errors());
        let checked = Checked { report: &compiled.report, gate_limits: &limits };
        output.print(&checked, &format!("{limits}{}", compiled.report))?;
        Ok(if compiled.report.errors.is_empty() { End::Done } else { End::Documents })
    }
}

/// The report, and how near the limits are.
#[derive(Serialize)]
struct Checked<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// The report has `limits` of its own: what is read otherwise than it may be meant.
    gate_limits: &'a Limits,
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;

    use serde_json::{Value, json};
    use tidegate::openapi::{Compiled, Finding, Settings};

    use super::*;
    use crate::policy::documents::Documents;

    const SETTINGS: &str = "tests/corpus/highlevel-settings.json";

    /// A path inside the project.
    fn project(path: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
    }

    /// The documents of a real API; says so where they are absent.
    fn documents() -> Option<PathBuf> {
        let directory = project("../shared/highlevel/openapi");
        if !directory.is_dir() {
            #[allow(clippy::print_stdout, reason = "the suite counts what says so")]
            {
                println!("SKIPPED: ../shared/highlevel is absent");
            }
            return None;
        }
        Some(directory)
    }

    fn report(directory: &PathBuf) -> Report {
        let settings = serde_json::from_str(&fs::read_to_string(project(SETTINGS)).unwrap()).unwrap();
        let Compiled { policy, report, .. } =
            Documents::read(std::slice::from_ref(directory), &[]).unwrap().compile(&settings);
        assert!(policy.is_some());
        report
    }

    /// The counts of `tests/policy/count.mjs`, which knows nothing of the compiler.
    fn counted(directory: &PathBuf) -> Value {
        let mut node = Command::new("node");
        node.arg(project("tests/policy/count.mjs")).arg(project(SETTINGS)).arg(directory);
        let output = node.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    #[test]
    fn a_limit_that_is_passed_is_an_error_and_the_others_tell_how_near_they_are() {
        let directory = std::env::temp_dir().join(format!("tidegate-limits-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let settings: Settings = serde_json::from_value(
            json!({ "schemes": { "Tenant": { "level": "agency", "private_integrations": true } } }),
        )
        .unwrap();
        let file = |name: &str, scopes: usize| {
            let path = directory.join(name);
            let scopes: Vec<_> = (0..scopes).map(|n| format!("a-scope-whose-name-has-40-characters.{n:06}")).collect();
            let operation = json!({ "security": [{ "Tenant": scopes }] });
            let document = json!({ "openapi": "3.1.0", "paths": { "/a": { "get": operation } } });
            fs::write(&path, document.to_string()).unwrap();
            path
        };
        let limits = |path: &PathBuf| {
            let documents = Documents::read(std::slice::from_ref(path), &[]).unwrap();
            let compiled = documents.compile(&settings);
            Limits::of(&documents, &settings, &compiled)
        };
        let small = limits(&file("small.json", 1));
        assert_eq!(small.errors().count(), 0);
        assert!(small.to_string().contains("  operations and rules            1 of    20000 (0.0 %)\n"), "{small}");
        let errors: Vec<_> = limits(&file("policy.json", 45_000)).errors().collect();
        assert!(errors.len() == 1 && errors[0].message.ends_with("bytes of one operation, and a gate takes 1000000"));
        let errors: Vec<_> = limits(&file("body.json", 200_000)).errors().collect();
        assert!(errors.len() >= 2 && errors[0].message.ends_with("bytes to publish, and a gate takes 8388608"));
        fs::remove_dir_all(&directory).unwrap();
    }

    /// A reader of JSON takes the last of two members with one name.
    #[test]
    fn no_member_of_the_answer_stands_twice() {
        let directory = std::env::temp_dir().join(format!("tidegate-members-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("a.json");
        fs::write(&path, r#"{"openapi":"3.1.0","paths":{"/a/:id":{"get":{"security":[]}}}}"#).unwrap();
        let documents = Documents::read(std::slice::from_ref(&path), &[]).unwrap();
        let compiled = documents.compile(&Settings::default());
        let limits = Limits::of(&documents, &Settings::default(), &compiled);
        let checked = Checked { report: &compiled.report, gate_limits: &limits };
        let text = serde_json::to_string(&checked).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value.to_string().len(), text.len(), "{text}");
        assert!(value["limits"][0]["message"].as_str().unwrap().starts_with(":id looks like a parameter"), "{value}");
        assert!(value["gate_limits"][0]["most"].is_u64(), "{value}");
        fs::remove_dir_all(&directory).unwrap();
    }

    fn places(findings: &[Finding]) -> Vec<String> {
        let mut places: Vec<_> =
            findings.iter().map(|found| format!("{} {} {}", found.document, found.method, found.path)).collect();
        places.sort();
        places
    }

    #[test]
    fn the_report_on_a_real_api_counts_what_a_script_counts() {
        let Some(directory) = documents() else { return };
        let report = report(&directory);
        let reported = json!({
            "documents": report.documents,
            "operations": report.operations,
            "agency": report.agency,
            "sub_account": report.sub_account,
            "public": report.public,
            "closed": report.closed,
            "scopes": report.scopes,
            "unscoped": report.unscoped,
            "names_no_owner": places(&report.names_no_owner),
            "without_security": places(&report.without_security),
            "unsatisfiable": places(&report.unsatisfiable),
        });
        assert_eq!(reported, counted(&directory));
        assert_eq!((report.documents, report.operations), (41, 576));
        let text = report.to_string();
        for line in [
            "  of a sub-account, without a scope       97  (39 read, 41 change, 17 delete)\n",
            "  of a sub-account, which name none      109\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    /// Servers, references, versions, templates, and what is described twice: a second reader in another language comes to the
    /// same operations with the same needs.
    #[test]
    fn documents_of_every_form_come_to_what_a_script_makes_of_them() {
        let directory = project("tests/policy/documents");
        let settings = project("tests/policy/documents.settings.json");
        let mut node = Command::new("node");
        let output = node.arg(project("tests/policy/operations.mjs")).arg(&settings).arg(&directory).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected: Value = serde_json::from_slice(&output.stdout).unwrap();
        let settings: Settings = serde_json::from_str(&fs::read_to_string(settings).unwrap()).unwrap();
        let Compiled { policy, report, .. } = Documents::read(&[directory], &[]).unwrap().compile(&settings);
        assert_eq!(report.errors, []);
        let needs = |operation: &tidegate::policy::Operation| match &operation.access {
            tidegate::policy::Access::AnyOf(ways) => {
                let mut ways: Vec<_> = ways.iter().map(|way| way.scopes.to_string()).collect();
                ways.sort();
                json!(ways)
            }
            access => serde_json::to_value(access).unwrap(),
        };
        let row = |operation: &tidegate::policy::Operation| {
            json!([operation.method.as_str(), operation.path, needs(operation)])
        };
        let mut found: Vec<Value> = policy.unwrap().operations().iter().map(row).collect();
        let mut expected = expected.as_array().unwrap().clone();
        found.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(found, expected);
        assert_eq!((found.len(), report.joined.len()), (16, 1));
    }

    /// What an operation needs, by level.
    fn needs_by_level(operation: &tidegate::policy::Operation) -> Value {
        match &operation.access {
            tidegate::policy::Access::AnyOf(ways) => {
                let way =
                    |way: &tidegate::policy::Alternative| format!("{} {}", way.level, way.scopes).trim_end().to_owned();
                let mut ways: Vec<_> = ways.iter().map(way).collect();
                ways.sort();
                json!(ways)
            }
            access => serde_json::to_value(access).unwrap(),
        }
    }

    /// Derived scopes, exclusions and rules that match: a second reader in another language comes to the same needs.
    #[test]
    fn settings_come_to_what_a_script_makes_of_them() {
        let directory = project("tests/policy/settings");
        let cases = fs::read_to_string(project("tests/policy/settings.cases.json")).unwrap();
        let cases: serde_json::Map<String, Value> = serde_json::from_str(&cases).unwrap();
        for (name, case) in &cases {
            let file = std::env::temp_dir().join(format!("tidegate-settings-cases-{}.json", std::process::id()));
            fs::write(&file, case.to_string()).unwrap();
            let mut node = Command::new("node");
            let output = node.arg(project("tests/policy/settings.mjs")).arg(&file).arg(&directory).output().unwrap();
            fs::remove_file(&file).unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            let mut expected: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
            let settings: Settings = serde_json::from_value(case.clone()).unwrap();
            let Compiled { policy, report, .. } =
                Documents::read(std::slice::from_ref(&directory), &[]).unwrap().compile(&settings);
            assert_eq!(report.errors, [], "{name}");
            let row = |operation: &tidegate::policy::Operation| {
                json!([operation.method.as_str(), operation.path, needs_by_level(operation)])
            };
            let mut found: Vec<Value> = policy.unwrap().operations().iter().map(row).collect();
            found.sort_by_key(Value::to_string);
            expected.sort_by_key(Value::to_string);
            assert_eq!(found, expected, "{name}");
            assert_eq!(found.len(), 28, "{name}");
        }
        assert_eq!(cases.len(), 4);
    }
}
