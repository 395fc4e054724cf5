//! The toy: what becomes of tokens, and the random steps that are taken with it.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

pub const START: u64 = 1_768_464_000;

/// What becomes of a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    Endless,
    Until(u64),
    Dead,
}

/// The toy: the fates of all tokens ever minted, in their order.
#[derive(Clone, Debug, Default)]
pub struct Toy {
    pub now: u64,
    pub fates: Vec<Fate>,
    pub gone: bool,
    pub changes: u64,
    /// When the last window began.
    pub began: u64,
    /// What the last change took, if it can be undone.
    pub taken: Option<Taken>,
    /// Whether the last command was carried out.
    pub done: bool,
    /// Fates and end as KV knows them.
    pub published: (Vec<Fate>, bool),
}

/// What a change took: the fates before it, when it was made, and whether a token was reported as leaked.
#[derive(Clone, Debug)]
pub struct Taken {
    fates: Vec<Fate>,
    at: u64,
    leaked: bool,
}

/// For how long a change can be undone, and the longest window.
const HALF_AN_HOUR: u64 = 1_800;
const THIRTY_DAYS: u64 = 2_592_000;

#[derive(Clone, Debug)]
pub enum Step {
    /// The clock moves, maybe back.
    Pass(i64),
    /// A command, and whether KV takes the record at once.
    Do(Command, bool),
    /// The outbox is drained.
    Publish,
}

#[derive(Clone, Copy, Debug)]
pub enum Command {
    RotateLater(u64),
    RotateNow,
    Cancel,
    Finish {
        leaked: bool,
    },
    /// To this moment.
    Extend(u64),
    Rename,
    Delete,
    Undo,
}

impl Toy {
    fn living(&self) -> Vec<usize> {
        (0..self.fates.len()).filter(|place| lives(self.fates[*place], self.now)).collect()
    }

    /// Whether the command is carried out; if so, what it does to every fate. Whoever's time is up is dead for good.
    fn act(&mut self, command: Command) -> bool {
        if let Command::Undo = command {
            return self.undo();
        }
        let living = self.living();
        if self.gone {
            return false;
        }
        let mut fates: Vec<Fate> = self.fates.iter().map(|_| Fate::Dead).collect();
        let mut taken = None;
        match (command, living.as_slice()) {
            (Command::RotateNow, _) => {
                fates.push(Fate::Endless);
                self.began = self.now;
            }
            (Command::RotateLater(window), [only]) => {
                fates[*only] = Fate::Until(self.now + window);
                fates.push(Fate::Endless);
                self.began = self.now;
            }
            (Command::Cancel, [outgoing, _]) => fates[*outgoing] = Fate::Endless,
            (Command::Finish { leaked }, [_, incoming]) => {
                fates[*incoming] = Fate::Endless;
                taken = Some(Taken { fates: self.fates_of_the_living(), at: self.now, leaked });
            }
            (Command::Extend(until), [outgoing, incoming]) => {
                let Fate::Until(end) = self.fates[*outgoing] else { panic!("a window has an end") };
                if until <= end || until > self.began + THIRTY_DAYS {
                    return false;
                }
                (fates[*outgoing], fates[*incoming]) = (Fate::Until(until), Fate::Endless);
            }
            (Command::Rename, _) => fates.clone_from(&self.fates),
            (Command::Delete, _) => {
                self.gone = true;
                taken = Some(Taken { fates: self.fates_of_the_living(), at: self.now, leaked: false });
            }
            _ => return false,
        }
        (self.fates, self.taken) = (fates, taken);
        self.changes += 1;
        true
    }

    /// Puts back what the last change took, less what has ended meanwhile; where that is all that it took, nothing.
    fn undo(&mut self) -> bool {
        let Some(Taken { fates, at, leaked }) = self.taken.clone() else { return false };
        let ends_later = fates.iter().all(|fate| *fate == Fate::Dead || lives(*fate, self.now));
        if leaked || self.now >= at + HALF_AN_HOUR || !(self.gone || ends_later) {
            return false;
        }
        (self.fates, self.gone, self.taken) = (fates, false, None);
        self.fates = self.fates_of_the_living();
        self.changes += 1;
        true
    }

    /// All fates, where whoever's time is up is dead for good.
    fn fates_of_the_living(&self) -> Vec<Fate> {
        self.fates.iter().map(|fate| if lives(*fate, self.now) { *fate } else { Fate::Dead }).collect()
    }

    fn publish(&mut self) {
        self.published = (self.fates.clone(), self.gone);
    }
}

fn lives(fate: Fate, now: u64) -> bool {
    match fate {
        Fate::Endless => true,
        Fate::Until(end) => now < end,
        Fate::Dead => false,
    }
}

impl ReferenceStateMachine for Toy {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let mut toy = Self { now: START, began: START, fates: vec![Fate::Endless], ..Self::default() };
        toy.publish();
        Just(toy).boxed()
    }

    fn transitions(toy: &Self) -> BoxedStrategy<Step> {
        // Around what is allowed: a moment before the window's end, and one after the thirtieth day.
        let (now, latest) = (toy.now, toy.began + THIRTY_DAYS);
        let until = prop_oneof![5 => now..now + 1_000, 1 => latest - 1..latest + 2];
        let command = prop_oneof![
            8 => prop_oneof![Just(60), 60_u64..400, Just(2_592_000)].prop_map(Command::RotateLater),
            3 => Just(Command::RotateNow),
            5 => Just(Command::Cancel),
            5 => prop::bool::weighted(0.2).prop_map(|leaked| Command::Finish { leaked }),
            5 => until.prop_map(Command::Extend),
            3 => Just(Command::Rename),
            2 => Just(Command::Delete),
            6 => Just(Command::Undo),
        ];
        let pause =
            prop_oneof![4 => 0_i64..90, 2 => 0_i64..500, 1 => -400_i64..0, 1 => 1_300_i64..1_900, 1 => Just(2_592_000)];
        prop_oneof![
            6 => (command, prop::bool::weighted(0.7)).prop_map(|(command, taken)| Step::Do(command, taken)),
            4 => pause.prop_map(Step::Pass),
            1 => Just(Step::Publish),
        ]
        .boxed()
    }

    fn apply(mut toy: Self, step: &Step) -> Self {
        match step {
            Step::Pass(seconds) => toy.now = toy.now.saturating_add_signed(*seconds),
            Step::Publish => toy.publish(),
            Step::Do(command, taken) => {
                toy.done = toy.act(*command);
                if toy.done && *taken {
                    toy.publish();
                }
            }
        }
        toy
    }
}
