//! The state machine of rotations: every event in every state. tests/model/rotation.rs tries random sequences.

use tidegate::rotation::{Conflict, Event, Extension, InvalidExtension, LiveToken, Rotation, TokenUse, Window};

use tidegate::time::Timestamp;
use tidegate::token::TokenHash;

use super::support::{NOW, at, hash_text, live_token};

fn token(n: u8) -> LiveToken {
    live_token(1, n)
}

fn window(seconds: u64) -> Window {
    Window::from_seconds(seconds).unwrap()
}

fn steady(n: u8) -> Rotation {
    Rotation::Steady(token(n))
}

fn rotating(outgoing: u8, until: u64, incoming: u8) -> Rotation {
    Rotation::Rotating { outgoing: token(outgoing), until: at(until), incoming: token(incoming) }
}

fn later(n: u8, seconds: u64) -> Event {
    Event::RotateLater(token(n), window(seconds))
}

#[test]
fn every_row_of_the_table() {
    let during = || rotating(1, NOW + 60, 2);
    let over = || rotating(1, NOW, 2);
    let extend = |until| Event::Extend(Extension::new(at(NOW - 60), at(NOW), at(until)).unwrap());
    let restore = |until| Event::Restore { outgoing: token(1), until: at(until) };
    let rows: [(&str, Rotation, Event, Result<Rotation, Conflict>); 21] = [
        ("steady, rotate later", steady(1), later(2, 60), Ok(rotating(1, NOW + 60, 2))),
        ("steady, rotate now", steady(1), Event::RotateNow(token(2)), Ok(steady(2))),
        ("steady, cancel", steady(1), Event::Cancel, Err(Conflict::Completed)),
        ("steady, finish", steady(1), Event::Finish, Err(Conflict::Completed)),
        ("rotating, cancel", during(), Event::Cancel, Ok(steady(1))),
        ("rotating, finish", during(), Event::Finish, Ok(steady(2))),
        ("rotating, rotate now", during(), Event::RotateNow(token(3)), Ok(steady(3))),
        ("rotating, rotate later", during(), later(3, 60), Err(Conflict::UnderWay)),
        ("over, cancel", over(), Event::Cancel, Err(Conflict::Completed)),
        ("over, finish", over(), Event::Finish, Err(Conflict::Completed)),
        ("over, rotate now", over(), Event::RotateNow(token(3)), Ok(steady(3))),
        ("over, rotate later", over(), later(3, 60), Ok(rotating(2, NOW + 60, 3))),
        ("the last second, cancel", rotating(1, NOW + 1, 2), Event::Cancel, Ok(steady(1))),
        ("steady, extend", steady(1), extend(NOW + 90), Err(Conflict::Completed)),
        ("rotating, extend", during(), extend(NOW + 90), Ok(rotating(1, NOW + 90, 2))),
        ("over, extend", over(), extend(NOW + 90), Err(Conflict::Completed)),
        ("steady, undo finish", steady(2), restore(NOW + 60), Ok(rotating(1, NOW + 60, 2))),
        ("steady, undo finish in its last second", steady(2), restore(NOW + 1), Ok(rotating(1, NOW + 1, 2))),
        ("steady, undo finish after the deadline", steady(2), restore(NOW), Err(Conflict::Completed)),
        ("rotating, undo finish", during(), restore(NOW + 60), Err(Conflict::UnderWay)),
        ("over, undo finish", over(), restore(NOW + 60), Ok(rotating(1, NOW + 60, 2))),
    ];
    for (row, state, event, expected) in rows {
        assert_eq!(state.apply(event, at(NOW)), expected, "{row}");
    }
}

#[test]
fn a_window_ends_on_the_second_without_a_write() {
    let state = rotating(1, NOW, 2);
    let outgoing = Some(TokenUse::Outgoing { until: at(NOW) });
    for (now, expected) in [(0, outgoing), (NOW - 1, outgoing), (NOW, None), (NOW + 1, None), (u64::MAX, None)] {
        assert_eq!(state.find(&token(1).hash, at(now)), expected, "{now}");
        assert_eq!(state.find(&token(2).hash, at(now)), Some(TokenUse::Current), "{now}");
        assert_eq!(state.find(&token(3).hash, at(now)), None, "{now}");
    }
    assert_eq!(state.clone().at(at(NOW - 1)), state);
    assert_eq!(state.at(at(NOW)), steady(2));
}

#[test]
fn a_steady_token_has_no_deadline() {
    for now in [0, NOW, u64::MAX] {
        assert_eq!(steady(1).find(&token(1).hash, at(now)), Some(TokenUse::Current));
    }
}

#[test]
fn windows_are_a_minute_to_thirty_days() {
    for seconds in [60, 61, 604_800, 2_592_000] {
        assert_eq!(window(seconds).seconds(), seconds);
    }
    for seconds in [0, 1, 59, 2_592_001, u64::MAX] {
        assert!(Window::from_seconds(seconds).is_err(), "{seconds}");
    }
    assert_eq!(Window::DEFAULT.seconds(), 7 * 24 * 60 * 60);
}

#[test]
fn a_window_is_extended_to_30_days_at_most() {
    const MONTH: u64 = 2_592_000;
    let extend = |until| Extension::new(at(NOW), at(NOW + 60), at(until)).map(|_| ());
    for (until, expected) in [
        (0, Err(InvalidExtension::NotLater)),
        (NOW + 60, Err(InvalidExtension::NotLater)),
        (NOW + 61, Ok(())),
        (NOW + MONTH, Ok(())),
        (NOW + MONTH + 1, Err(InvalidExtension::TooLong)),
        (u64::MAX, Err(InvalidExtension::TooLong)),
    ] {
        assert_eq!(extend(until), expected, "{until}");
    }
}

#[test]
fn moments_are_read_as_rfc_3339() {
    for (text, seconds) in [
        ("2026-01-15T08:00:00Z", NOW),
        ("2026-01-15t08:00:00z", NOW),
        ("2026-01-15T09:30:00+01:30", NOW),
        ("2026-01-15T08:00:00.999Z", NOW),
        ("1970-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] {
        assert_eq!(Timestamp::from_rfc3339(text), Ok(at(seconds)), "{text}");
    }
    for text in ["", "2026-01-15", "2026-01-15T08:00:00", "2026-13-15T08:00:00Z", "1969-12-31T23:59:59Z", "1768464000"]
    {
        assert!(Timestamp::from_rfc3339(text).is_err(), "{text}");
    }
}

#[test]
fn moments_print_as_rfc_3339() {
    assert_eq!(at(0).to_string(), "1970-01-01T00:00:00Z");
    assert_eq!(at(NOW).to_string(), "2026-01-15T08:00:00Z");
    assert_eq!(at(253_402_300_799).to_string(), "9999-12-31T23:59:59Z");
    assert_eq!(at(u64::MAX).to_string(), u64::MAX.to_string());
}

#[test]
fn a_deadline_at_the_end_of_time_does_not_wrap() {
    assert_eq!(at(u64::MAX).after(Window::LONGEST.seconds()), at(u64::MAX));
}

#[test]
fn a_hash_with_one_other_bit_is_of_no_token() {
    let hash = token(1).hash;
    for bit in 0..192 {
        let mut bytes = hex::decode(hash_text(hash)).unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let other = TokenHash::try_from(hex::encode(bytes)).unwrap();
        assert!(other != hash, "bit {bit}");
        for state in [steady(1), rotating(1, NOW + 60, 2), rotating(2, NOW + 60, 1)] {
            assert!(state.find(&hash, at(NOW)).is_some());
            assert_eq!(state.find(&other, at(NOW)), None, "bit {bit}");
        }
    }
}
