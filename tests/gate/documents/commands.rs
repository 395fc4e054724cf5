//! Commands that the documents tell people to run.

use super::{pages, read};

/// Without `--locked`, cargo takes newer versions than those that were tested.
#[test]
fn the_command_is_installed_with_the_versions_that_were_tested() {
    let pages: Vec<_> = pages().into_iter().map(|page| (read(&page), page)).collect();
    let lines = pages.iter().flat_map(|(text, page)| text.lines().map(move |line| (page, line)));
    let installing: Vec<_> =
        lines.filter(|(_, line)| line.contains("cargo install") && line.contains("--path")).collect();
    assert!(installing.len() >= 3, "{installing:?}");
    for (page, line) in installing {
        assert!(line.contains("cargo install --locked --path cli"), "{page}: {line}");
    }
}
