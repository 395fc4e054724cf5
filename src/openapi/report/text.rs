//! The report as an API's owner reads it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::{Finding, Kinds, Report, Unscoped};

/// How many of those that are alike are named one by one.
const MOST_LINES: usize = 20;

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = "nothing can be published until they are corrected";
        self.section(formatter, ("errors", "ERRORS", meaning, &self.errors))?;
        if self.operations > 0 {
            self.counts(formatter)?;
        }
        for section in self.findings() {
            self.section(formatter, section)?;
        }
        for (title, meaning, names) in self.names() {
            if !names.is_empty() {
                writeln!(formatter, "{title} ({}): {meaning}", names.len())?;
                some(formatter, "  ", names.iter().map(|name| visible(name)))?;
                writeln!(formatter)?;
            }
        }
        writeln!(formatter, "{}", self.verdict())
    }
}

impl Report {
    fn counts(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let documents = counted(self.documents, "document");
        let operations = counted(self.operations, "operation");
        writeln!(formatter, "{operations} in {documents}, {}", counted(self.scopes, "scope"))?;
        for (who, count) in [
            ("a sub-account's integrations reach", self.sub_account),
            ("the agency's integrations reach", self.agency),
            ("anyone reaches, without a token", self.public),
            ("no private integration reaches", self.closed),
        ] {
            writeln!(formatter, "  {who:<36}{count:>6}")?;
        }
        let Unscoped { agency, sub_account } = self.unscoped;
        for (who, kinds) in
            [("of a sub-account, without a scope", sub_account), ("of the agency, without a scope", agency)]
        {
            if kinds.total() > 0 {
                let Kinds { reads, changes, deletes } = kinds;
                let by_kind = format!("{reads} read, {changes} change, {deletes} delete");
                writeln!(formatter, "  {who:<36}{:>6}  ({by_kind})", kinds.total())?;
            }
        }
        let nameless = self.total("names_no_owner", self.names_no_owner.len());
        if nameless > 0 {
            writeln!(formatter, "  {:<36}{nameless:>6}", "of a sub-account, which name none")?;
        }
        if self.event_types > 0 {
            writeln!(formatter, "  {:<36}{:>6}", "types of events of the API's own", self.event_types)?;
        }
        writeln!(formatter)
    }

    /// A section under its title; nothing where there is nothing to say. Findings that say the same stand together.
    fn section(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        (list, title, meaning, findings): (&str, &str, &str, &[Finding]),
    ) -> fmt::Result {
        if findings.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "{title} ({}): {meaning}", self.total(list, findings.len()))?;
        let mut groups: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            groups.entry(&finding.message).or_default().push(finding);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, findings)| Reverse(findings.len()));
        for (message, findings) in groups {
            group(formatter, message, &findings)?;
        }
        match self.left_out.get(list) {
            Some(more) => writeln!(formatter, "  and {more} more, which are not listed\n"),
            None => writeln!(formatter),
        }
    }

    fn verdict(&self) -> String {
        let findings = self.findings().iter().map(|(list, _, _, listed)| self.total(list, listed.len())).sum::<usize>();
        let names = self.names().iter().map(|(_, _, names)| names.len()).sum::<usize>();
        match (self.total("errors", self.errors.len()), findings.saturating_add(names)) {
            (0, 0) => "OK: this can be published, and there is nothing to look at".to_owned(),
            (0, some) => format!("OK: this can be published; {} to look at", counted(some, "finding")),
            (errors, _) => format!("NOT OK: this cannot be published, because of {}", counted(errors, "error")),
        }
    }
}

fn group(formatter: &mut fmt::Formatter<'_>, message: &str, findings: &[&Finding]) -> fmt::Result {
    if let [finding] = findings {
        return writeln!(formatter, "  {finding}");
    }
    writeln!(formatter, "  {} ({}):", visible(message), findings.len())?;
    some(formatter, "    ", findings.iter().map(|finding| finding.place()))
}

/// The first lines of many.
fn some(
    formatter: &mut fmt::Formatter<'_>,
    indent: &str,
    mut lines: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    for line in lines.by_ref().take(MOST_LINES) {
        writeln!(formatter, "{indent}{line}")?;
    }
    match lines.len() {
        0 => Ok(()),
        more => writeln!(formatter, "{indent}and {more} more, which the report as JSON lists"),
    }
}

/// A document's text without what a terminal or a CI's log would take for a command.
fn visible(text: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() { letter.escape_unicode().to_string() } else { letter.to_string() }
    };
    text.chars().map(shown).collect()
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl Finding {
    /// `document, METHOD path`, as far as these are known.
    fn place(&self) -> String {
        let path = if self.path.is_empty() && !self.method.is_empty() { "\"\"" } else { &self.path };
        let operation = format!("{} {path}", self.method.to_ascii_uppercase());
        let parts = [self.document.as_str(), operation.trim()].into_iter().filter(|part| !part.is_empty());
        visible(&parts.collect::<Vec<_>>().join(", "))
    }
}

/// `document, METHOD path: message`
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place(), visible(&self.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str, message: &str) -> Finding {
        Finding::new("contacts.json", "get", path, message)
    }

    #[test]
    fn a_report_reads_as_what_to_do() {
        let mut report =
            Report { documents: 1, operations: 4, sub_account: 2, closed: 2, scopes: 1, ..Report::default() };
        report.without_security = vec![finding("/a", "denied to everyone"), finding("/b", "denied to everyone")];
        report.unmapped_schemes = vec!["Old".to_owned()];
        let expected = "\
4 operations in 1 document, 1 scope
  a sub-account's integrations reach       2
  the agency's integrations reach          0
  anyone reaches, without a token          0
  no private integration reaches           2

Without security (2): give each a `security` in its document or a rule in the settings
  denied to everyone (2):
    contacts.json, GET /a
    contacts.json, GET /b

Security schemes that the settings do not have (1): what needs them is closed; add them to schemes
  Old

OK: this can be published; 3 findings to look at
";
        assert_eq!(report.to_string(), expected);
    }

    #[test]
    fn a_document_cannot_write_lines_of_its_own() {
        let shown = finding("/a\n::error::b\u{1b}[2J", "c\r").to_string();
        assert_eq!(shown, "contacts.json, GET /a\\u{a}::error::b\\u{1b}[2J: c\\u{d}");
    }

    #[test]
    fn an_empty_path_is_seen() {
        assert_eq!(finding("", "no slash").to_string(), "contacts.json, GET \"\": no slash");
    }

    #[test]
    fn errors_come_first_and_end_it() {
        let unreadable = Finding { method: String::new(), ..finding("", "it holds no document") };
        let report = Report { errors: vec![unreadable, finding("/a b", "a space")], ..Report::default() };
        let expected = "\
ERRORS (2): nothing can be published until they are corrected
  contacts.json, GET /a b: a space
  contacts.json: it holds no document

NOT OK: this cannot be published, because of 2 errors
";
        assert_eq!(report.to_string(), expected);
        assert_eq!(Report::default().to_string(), "OK: this can be published, and there is nothing to look at\n");
    }
}
