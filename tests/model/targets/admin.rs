//! A request to the admin API: `METHOD /path?query`, `If-Match` on the next line or an empty one, and the body.
//! The checks read the body with serde_json, which takes no byte order mark; the API accepts one.

use serde_json::Value;
use tidegate::admin::{
    AdminError, AgencyCommand, Command, IncomingRequest, IntegrationCommand, PolicyCommand, PolicyDraft, ROUTES,
    Rotate, SettingsCommand, SubAccountCommand,
};
use tidegate::rotation::Window;

use super::{known, text};

pub fn run(data: &[u8]) {
    let text = text(data).replace("$id", known::ours().as_str());
    let (line, rest) = text.split_once('\n').unwrap_or((text.as_str(), ""));
    let (if_match, body) = rest.split_once('\n').unwrap_or((rest, ""));
    let json = body.strip_prefix('\u{feff}').unwrap_or(body);
    let (method, target) = line.split_once(' ').unwrap_or((line, ""));
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let if_match = Some(if_match).filter(|value| !value.is_empty());
    match Command::parse(IncomingRequest { method, path, query, if_match, if_none_match: None, body }) {
        Ok(command) => accepted(&command, method, path, if_match, json),
        Err(error) => refused(&error, text.strip_suffix(body).unwrap_or(&text), json),
    }
}

fn accepted(command: &Command, method: &str, path: &str, if_match: Option<&str>, body: &str) {
    let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let fits = |template: &str| {
        let (template, path) = (segments(template), segments(path));
        template.len() == path.len()
            && template.iter().zip(&path).all(|(template, segment)| template == segment || template.starts_with('{'))
    };
    assert!(ROUTES.iter().any(|route| route.method == method && fits(route.path)), "{method} {path} is no route");
    if let Some(fields) = fields(command) {
        let raw: Value = serde_json::from_str(body).expect("an accepted body is JSON");
        let given = raw.as_object().expect("an accepted body is an object");
        assert!(given.keys().all(|name| fields.contains(&name.as_str())), "an unknown field is accepted: {body}");
    }
    use {IntegrationCommand as Integration, PolicyCommand as Policy};
    match command {
        Command::Integration(Integration::Create(new)) => names(new.name.as_str(), new.description.as_str()),
        Command::Integration(Integration::Edit { rev, edit, .. }) => {
            based_on(*rev, if_match);
            let name = edit.name.as_ref().map_or("a", |name| name.as_str());
            names(name, edit.description.as_ref().map_or("", |description| description.as_str()));
        }
        Command::Integration(Integration::Rotate { rev, token, .. }) => {
            based_on(*rev, if_match);
            rotation(token.rotate, &serde_json::from_str(body).expect("JSON"));
        }
        Command::Integration(
            Integration::Delete { rev, .. }
            | Integration::CancelRotation { rev, .. }
            | Integration::FinishRotation { rev, .. }
            | Integration::ExtendRotation { rev, .. }
            | Integration::Pause { rev, .. }
            | Integration::Resume { rev, .. }
            | Integration::Undo { rev, .. },
        ) => based_on(*rev, if_match),
        Command::Policy(Policy::Publish { rev: Some(rev), .. }) => based_on(*rev, if_match),
        Command::Settings(SettingsCommand::Change { rev, change }) => {
            based_on(*rev, if_match);
            let days = [change.max_lifetime_days, change.rotate_every_days].map(Option::flatten);
            assert!(days.into_iter().flatten().all(|days| (1..=3_650).contains(&days.number())));
        }
        Command::Agency(AgencyCommand::Set { rev, agency }) => {
            based_on(*rev, if_match);
            names(agency.name.as_ref().map_or("a", |name| name.as_str()), "");
        }
        Command::Integration(Integration::List(list)) => assert!((1..=200).contains(&list.limit)),
        _ => {}
    }
}

/// The fields that a body may have; `None` where there is none to look at.
fn fields(command: &Command) -> Option<&'static [&'static str]> {
    use {IntegrationCommand as Integration, PolicyCommand as Policy};
    Some(match command {
        Command::SubAccount(SubAccountCommand::Add(_)) => &["id", "name"],
        Command::Integration(Integration::Create(_)) => &["name", "description", "owner", "scopes", "expires_at"],
        Command::Integration(Integration::Edit { .. }) => &["name", "description", "scopes", "expires_at"],
        Command::Integration(Integration::Rotate { .. }) => &["expire", "window_seconds", "expires_at", "leaked"],
        Command::Integration(Integration::ExtendRotation { .. }) => &["expires_at"],
        Command::Settings(SettingsCommand::Change { .. }) => &["max_lifetime_days", "rotate_every_days", "undo"],
        Command::Policy(Policy::Publish { draft: PolicyDraft::Whole(_), .. }) => &["documents", "settings"],
        Command::Policy(Policy::Publish { draft: PolicyDraft::Earlier(_), .. }) => &["to"],
        Command::Policy(Policy::Preview(_)) => &["documents", "settings", "change", "to"],
        Command::Agency(AgencyCommand::Set { .. }) => &["id", "name"],
        Command::Policy(Policy::Explain(_)) => &["method", "path", "integration", "scopes", "owner"],
        _ => return None,
    })
}

fn based_on(rev: u64, if_match: Option<&str>) {
    let if_match = if_match.map(|tag| tag.strip_prefix("W/").unwrap_or(tag));
    assert_eq!(if_match, Some(format!("\"{rev}\"").as_str()), "a change based on another rev than it says");
}

fn rotation(rotate: Rotate, body: &Value) {
    let window = body.get("window_seconds").and_then(Value::as_u64);
    match rotate {
        Rotate::Now => assert_eq!((&body["expire"], window), (&"now".into(), None)),
        Rotate::Later(length) => {
            assert_eq!(body["expire"], "later");
            assert_eq!(length.seconds(), window.unwrap_or(Window::DEFAULT.seconds()));
            assert!((60..=2_592_000).contains(&length.seconds()));
        }
    }
}

fn names(name: &str, description: &str) {
    assert!((1..=100).contains(&name.chars().count()) && name.trim() == name, "{name:?}");
    assert!(!name.chars().any(char::is_control), "{name:?}");
    assert!(description.chars().count() <= 1000, "{description:?}");
    assert!(!description.chars().any(|letter| letter.is_control() && !"\n\r\t".contains(letter)), "{description:?}");
}

/// The key of a sign-in, as inputs have it.
const KEY: &str = "sesame-open";

/// A refusal is the client's fault, does not tell the key of a sign-in, and is itself a problem in JSON. What the lines before the
/// body have may be told.
fn refused(error: &AdminError, head: &str, body: &str) {
    let answer = error.answer();
    assert!((400..500).contains(&answer.status), "{error}");
    let told = serde_json::to_string(&answer).expect("a problem is JSON");
    if body.starts_with("{\"key\"") && body.contains(KEY) && !head.contains(KEY) {
        assert!(!told.contains(KEY) && !format!("{error:?}").contains(KEY), "{told}");
    }
}
