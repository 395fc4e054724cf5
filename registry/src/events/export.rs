//! `GET /events?format=jsonl|csv`: events as a file, the oldest first. The pages of an export are joined end to end.

use serde_json::{Value, json};

use super::actors::{self, Named};
use super::find::{Direction, Found, find};
use super::{chain, seen, table};
use crate::answer::{Answer, Response, TextBody};
use crate::context::Context;
use tidegate::admin::{AdminError, EventCursor, EventFormat, ListEvents};
use tidegate::events::{NotCanonical, canonical, csv_head};

/// A page of an export.
pub(super) fn export(context: &Context, list: &ListEvents) -> Result<Answer, AdminError> {
    let seen = seen(context, &list.filter)?;
    let unverifiable = match (&seen, list.filter.is_empty()) {
        (Some(_), _) => Some("places"),
        (None, false) => Some("filtered"),
        (None, true) => None,
    };
    let last = chain::last(context.database)?;
    let (after, until) = match list.after {
        Some(EventCursor { seq, until }) => (seq, until.unwrap_or(last.seq)),
        None => (0, last.seq),
    };
    let direction = Direction::Oldest { after, until };
    let Found { seqs, next } = find(context.database, &list.filter, seen, direction, list.limit)?;
    let events = actors::name(context, table::numbered(context.database, &seqs)?)?;
    let is_csv = list.format == EventFormat::Csv;
    let is_first = list.after.is_none();
    let body = if is_csv {
        csv(&events, is_first, unverifiable)
    } else {
        let head = is_first.then(|| head(context, unverifiable)).transpose()?;
        lines(&events, head, unverifiable)?
    };
    let next = next.map(|seq| EventCursor { seq, until: Some(until) }.to_text());
    Ok(Answer::Complete(Response::Text(TextBody {
        content_type: if is_csv { "text/csv; charset=utf-8" } else { "application/jsonl; charset=utf-8" },
        file_name: match (is_csv, unverifiable) {
            (true, None) => "events.csv",
            (true, Some(_)) => "events-not-verifiable.csv",
            (false, None) => "events.jsonl",
            (false, Some(_)) => "events-not-verifiable.jsonl",
        },
        body,
        next,
    })))
}

fn csv(events: &[Named], is_first: bool, unverifiable: Option<&str>) -> String {
    let mut body = if is_first { csv_head() } else { String::new() };
    for Named { event, chain, name, .. } in events {
        let chain = chain.as_ref().filter(|_| unverifiable.is_none());
        body.push_str(&event.csv(name.as_deref(), chain));
    }
    body
}

fn lines(events: &[Named], head: Option<Value>, unverifiable: Option<&str>) -> Result<String, AdminError> {
    let mut body = String::new();
    if let Some(head) = head {
        push_line(&mut body, canonical(&head))?;
    }
    for Named { event, chain, .. } in events {
        let chain = chain.as_ref().filter(|_| unverifiable.is_none());
        push_line(&mut body, event.line(chain))?;
    }
    Ok(body)
}

/// The first line: the values of the chain between which the events lie, or why they cannot be verified.
fn head(context: &Context, unverifiable: Option<&str>) -> Result<Value, AdminError> {
    if let Some(reason) = unverifiable {
        return Ok(json!({ "export": { "verifiable": false, "reason": reason } }));
    }
    let ((seq, anchor), last) = (chain::anchor(context.database)?, chain::last(context.database)?);
    Ok(json!({ "export": {
        "verifiable": true, "anchor": { "seq": seq, "chain": anchor.to_string() },
        "last": { "seq": last.seq, "chain": last.chain.to_string() },
    } }))
}

fn push_line(body: &mut String, line: Result<String, NotCanonical>) -> Result<(), AdminError> {
    body.push_str(&line.map_err(|error| AdminError::Registry(error.to_string()))?);
    body.push('\n');
    Ok(())
}
