//! Every relative link leads to a file that exists, and every anchor to a heading of its page.

use std::collections::BTreeSet;

use super::super::support::project_path;
use super::{pages, read};

/// The text without fenced blocks and without what stands between backticks.
fn prose(markdown: &str) -> String {
    let mut is_fenced = false;
    let mut kept = String::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            kept.extend(line.split('`').step_by(2));
            kept.push('\n');
        }
    }
    kept
}

/// What stands between backticks, outside fenced blocks.
fn quoted(markdown: &str) -> Vec<String> {
    let mut is_fenced = false;
    let mut all = Vec::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            all.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    all
}

/// Whether a quoted text is the path of a file of the project: not an address, not of another project, not made by a build.
fn is_own_path(text: &str) -> bool {
    let is_path = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/".contains(letter));
    let is_file =
        [".rs", ".ts", ".mjs", ".js", ".svelte", ".toml", ".json", ".md"].iter().any(|end| text.ends_with(end));
    is_path
        && is_file
        && text.contains('/')
        && !["/", "../", "target/", "build/"].iter().any(|start| text.starts_with(start))
}

/// Where links and pictures lead.
fn targets(markdown: &str) -> Vec<String> {
    let text = prose(markdown);
    let links = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    let pictures = ["src=\"", "srcset=\""].into_iter().flat_map(|start| text.split(start).skip(1));
    links.chain(pictures.map(|rest| rest.split('"').next().unwrap())).map(str::to_owned).collect()
}

/// The anchors of a page, as GitHub makes them of headings.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let mut is_fenced = false;
    let mut all = BTreeSet::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        }
        let level = line.chars().take_while(|letter| *letter == '#').count();
        if is_fenced || level == 0 || !line[level..].starts_with(' ') {
            continue;
        }
        let is_kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
        let slug: String = line[level..].trim().to_lowercase().chars().filter(is_kept).collect();
        all.insert(slug.replace(' ', "-"));
    }
    all
}

/// `target` as a path from the project's root, where `page` names it.
fn resolved(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{page}: {target} leads out of the project"),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut seen = 0;
    for page in pages() {
        for target in targets(&read(&page)) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            let (path, anchor) =
                target.split_once('#').map_or((target.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let path = if path.is_empty() { page.clone() } else { resolved(&page, path) };
            assert!(project_path(&path).exists(), "{page}: there is no {path}, which {target} names");
            if let Some(anchor) = anchor {
                assert!(anchors(&read(&path)).contains(anchor), "{page}: {path} has no heading for #{anchor}");
            }
        }
    }
    assert!(seen > 100, "only {seen} links were found");
}

#[test]
fn every_file_that_a_page_names_exists() {
    let mut seen = 0;
    for page in pages().iter().filter(|page| *page != "CHANGELOG.md") {
        for path in quoted(&read(page)).iter().filter(|text| is_own_path(text)) {
            seen += 1;
            assert!(project_path(path).is_file(), "{page}: there is no {path}");
        }
    }
    assert!(seen > 100, "only {seen} paths were found");
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let mut reached = BTreeSet::from(["README.md".to_owned()]);
    let mut open = vec!["README.md".to_owned()];
    while let Some(page) = open.pop() {
        for target in targets(&read(&page)).iter().filter(|target| !target.contains("://")) {
            let path = target.split('#').next().unwrap();
            if path.ends_with(".md") && reached.insert(resolved(&page, path)) {
                open.push(resolved(&page, path));
            }
        }
    }
    for page in pages() {
        assert!(reached.contains(&page), "no link leads to {page}");
    }
}

#[test]
fn anchors_are_made_as_github_makes_them() {
    let markdown = "# `Map`, and *more*: it's 1.5\n```sh\n# a comment\n```\n## Two  spaces\n#no heading\n";
    let expected = ["map-and-more-its-15", "two--spaces"].map(str::to_owned);
    assert_eq!(anchors(markdown), expected.into());
}

#[test]
fn links_in_code_are_none() {
    let markdown = "[a](b.md) `[c](d.md)` ![e](f.png)\n```\n[g](h)\n```\n<img src=\"i.png\" alt=\"\">";
    assert_eq!(targets(markdown), ["b.md", "f.png", "i.png"]);
}

#[test]
fn no_page_has_the_marks_of_a_merge() {
    let is_mark = |line: &str| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>");
    for page in pages() {
        assert!(!read(&page).lines().any(is_mark), "{page}");
    }
}
