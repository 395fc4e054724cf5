//! docs/configuration.md and the comments of wrangler.toml: every setting and every binding, and no others.

use std::collections::{BTreeMap, BTreeSet};

use tidegate::config::{Kind, SETTINGS};

use super::{read, table, unquoted};

const PAGE: &str = "docs/configuration.md";

#[test]
fn settings_and_their_defaults_are_those_of_the_code() {
    let rows = table(PAGE, "Variables and secrets");
    let documented: Vec<_> = rows.iter().map(|row| [unquoted(&row[0]), row[1].clone(), unquoted(&row[2])]).collect();
    let in_code: Vec<_> = SETTINGS
        .iter()
        .map(|listed| {
            let kind = if listed.kind == Kind::Secret { "secret" } else { "variable" };
            [listed.name, kind, listed.default.unwrap_or_default()].map(str::to_owned)
        })
        .collect();
    assert_eq!(documented, in_code, "{PAGE}");
}

#[test]
fn bounds_in_the_table_are_those_of_the_code() {
    for (row, listed) in table(PAGE, "Variables and secrets").iter().zip(SETTINGS) {
        let error = (listed.check)("?").err().map_or_else(String::new, |error| error.message);
        let Some(bounds) =
            error.strip_prefix("must be ").filter(|bounds| bounds.starts_with(|c: char| c.is_ascii_digit()))
        else {
            continue;
        };
        let bounds = bounds.split(' ').take(3).collect::<Vec<_>>().join(" ");
        assert!(row[3].contains(&bounds), "{PAGE}, {}: {bounds} is not told", listed.name);
    }
}

/// `# NAME = "value"` below `[vars]`.
fn commented_variables() -> BTreeMap<String, String> {
    let text = read("wrangler.toml");
    let (_, vars) = text.split_once("\n[vars]\n").unwrap();
    let vars = vars.split_once("\n[").map_or(vars, |(vars, _)| vars);
    let variable = |line: &str| {
        let (name, value) = line.trim_start_matches(['#', ' ']).split_once(" = \"")?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        is_name.then(|| (name.to_owned(), value.split('"').next().unwrap().to_owned()))
    };
    vars.lines().filter_map(variable).collect()
}

#[test]
fn wrangler_toml_names_every_variable_with_a_value_that_is_accepted() {
    let variables = commented_variables();
    let in_code = SETTINGS.iter().filter(|listed| listed.kind == Kind::Variable);
    let expected: BTreeSet<_> = in_code.clone().map(|listed| listed.name.to_owned()).collect();
    assert_eq!(variables.keys().cloned().collect::<BTreeSet<_>>(), expected, "wrangler.toml");
    for listed in in_code {
        let value = &variables[listed.name];
        assert_eq!((listed.check)(value), Ok(()), "wrangler.toml, {}", listed.name);
        assert!(
            listed.default.is_none_or(|default| default == value),
            "wrangler.toml, {}: not the default",
            listed.name
        );
    }
}

/// A gate whose origin is a host of its own would ask itself.
#[test]
fn the_origin_in_wrangler_toml_is_not_a_host_of_the_gate() {
    let (variables, text) = (commented_variables(), read("wrangler.toml"));
    let host = |name: &str| variables[name].trim_start_matches("https://").to_owned();
    let routes: Vec<_> =
        text.lines().filter_map(|line| line.split_once("{ pattern = \"")?.1.split('"').next()).collect();
    assert_eq!(routes, [host("API_URL"), host("ADMIN_HOST")]);
    assert!(!routes.contains(&host("ORIGIN_URL").as_str()), "{routes:?}");
    assert!(read("docs/deployment.md").contains(&format!("such as `{}`", variables["ORIGIN_URL"])));
}

#[test]
fn wrangler_toml_names_every_secret() {
    let text = read("wrangler.toml");
    for listed in SETTINGS.iter().filter(|listed| listed.kind == Kind::Secret) {
        assert!(text.contains(&format!("npx wrangler secret put {}", listed.name)), "wrangler.toml: {}", listed.name);
    }
}

#[test]
fn bindings_are_those_of_wrangler_toml() {
    let text = read("wrangler.toml");
    let (_, after) = text.split_once("[[kv_namespaces]]").unwrap();
    let named = |line: &str| {
        let name = line.strip_prefix("binding = \"").or_else(|| line.strip_prefix("name = \""))?;
        Some(name.trim_end_matches('"').to_owned())
    };
    let bound: BTreeSet<String> = after.lines().filter_map(named).collect();
    let documented: BTreeSet<String> = table(PAGE, "Bindings").iter().map(|row| unquoted(&row[0])).collect();
    assert_eq!(documented, bound, "{PAGE}");
}
