//! Documents made to take as much work as their length allows. The gate's tests hold what is said of them, and
//! `cargo xtask bench compile` measures how long the largest of them take.

use std::fmt::Display;

/// A document with these members, in JSON.
pub fn document(members: &str) -> String {
    format!(r#"{{"openapi":"3.1.0","info":{{"title":"Hostile"}},{members}}}"#)
}

/// The same document as YAML, whose flow style takes most of JSON.
pub fn as_yaml(json: &str) -> String {
    format!("# YAML\n{json}\n")
}

/// `item` of each number, with commas between them.
pub fn list<T: Display>(count: usize, item: &dyn Fn(usize) -> T) -> String {
    let mut text = String::new();
    for n in 0..count {
        if n > 0 {
            text.push(',');
        }
        text.push_str(&item(n).to_string());
    }
    text
}

/// The member `paths`: so many operations, each with these members.
pub fn operations(count: usize, members: &dyn Fn(usize) -> String) -> String {
    format!(r#""paths":{{{}}}"#, list(count, &|n| format!(r#""/a{n}":{{"post":{{{}}}}}"#, members(n))))
}

/// A reference to the schema `C{n}`.
pub fn reference(n: usize) -> String {
    format!(r##"{{"$ref":"#/components/schemas/C{n}"}}"##)
}

/// Operations whose bodies are `body(n)`, and schemas of which each is made of the next.
pub fn sharing(count: usize, schemas: usize, body: &dyn Fn(usize) -> String) -> String {
    let operation = |n: usize| {
        let content = format!(r#"{{"content":{{"application/json":{{"schema":{}}}}}}}"#, body(n));
        format!(r#""security":[{{"Tenant":["a"]}}],"requestBody":{content}"#)
    };
    let schema = |n: usize| {
        let next = if n + 1 < schemas { reference(n + 1) } else { "{}".to_owned() };
        format!(r#""C{n}":{{"properties":{{"p{}":{{}}}},"allOf":[{next}]}}"#, n % 500)
    };
    let (paths, schemas) = (operations(count, &operation), list(schemas, &schema));
    document(&format!(r#"{paths},"components":{{"schemas":{{{schemas}}}}}"#))
}

/// The `n`th spelling of a name that some reader could take for it: each letter is a bit of `n`, its case what it says.
pub fn look_alike(name: &str, n: usize) -> String {
    let mut bits = (0..).map(|bit| n >> bit & 1 == 1);
    let mut letter = |letter: char| match letter.is_ascii_alphabetic() && bits.next() == Some(true) {
        true => letter.to_ascii_uppercase(),
        false => letter.to_ascii_lowercase(),
    };
    name.chars().map(&mut letter).collect()
}

/// Up to 16,384 templates of so many segments (at least 14), every two of which match some path: the last segments are
/// literals or parameters as the bits of a number are.
pub fn crossing(count: usize, segments: usize) -> String {
    let segment = |n: usize, place: usize| match segments - 1 - place {
        bit @ 0..14 if n >> bit & 1 == 1 => format!("/{{x{bit}}}"),
        _ => "/a".to_owned(),
    };
    let path = |n: usize| (0..segments).map(|place| segment(n, place)).collect::<String>();
    document(&format!(r#""paths":{{{}}}"#, list(count, &|n| format!(r#""{}":{{"get":{{}}}}"#, path(n)))))
}

/// A path item whose parameters its eight methods share, each open to so many alternatives.
pub fn shared_parameters(parameters: &str, alternatives: usize) -> String {
    let security = list(alternatives, &|n| format!(r#"{{"Tenant":["s{n}"]}}"#));
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let methods = list(methods.len(), &|n| format!(r#""{}":{{"security":[{security}]}}"#, methods[n]));
    format!(r#""paths":{{"/a":{{"parameters":[{parameters}],{methods}}}}}"#)
}
