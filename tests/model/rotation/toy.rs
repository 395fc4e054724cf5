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
    /// Whether the last command was carried out.
    pub done: bool,
    /// Fates and end as KV knows them.
    pub published: (Vec<Fate>, bool),
}

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
    Finish,
    Rename,
    Delete,
}

impl Toy {
    fn living(&self) -> Vec<usize> {
        (0..self.fates.len()).filter(|place| lives(self.fates[*place], self.now)).collect()
    }

    /// Whether the command is carried out; if so, what it does to every fate. Whoever's time is up is dead for good.
    fn act(&mut self, command: Command) -> bool {
        let living = self.living();
        if self.gone {
            return false;
        }
        let mut fates: Vec<Fate> = self.fates.iter().map(|_| Fate::Dead).collect();
        match (command, living.as_slice()) {
            (Command::RotateNow, _) => fates.push(Fate::Endless),
            (Command::RotateLater(window), [only]) => {
                fates[*only] = Fate::Until(self.now + window);
                fates.push(Fate::Endless);
            }
            (Command::Cancel, [outgoing, _]) => fates[*outgoing] = Fate::Endless,
            (Command::Finish, [_, incoming]) => fates[*incoming] = Fate::Endless,
            (Command::Rename, _) => fates.clone_from(&self.fates),
            (Command::Delete, _) => self.gone = true,
            _ => return false,
        }
        self.fates = fates;
        self.changes += 1;
        true
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
        let mut toy = Self { now: START, fates: vec![Fate::Endless], ..Self::default() };
        toy.publish();
        Just(toy).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let command = prop_oneof![
            8 => prop_oneof![Just(60), 60_u64..400, Just(2_592_000)].prop_map(Command::RotateLater),
            3 => Just(Command::RotateNow),
            5 => Just(Command::Cancel),
            5 => Just(Command::Finish),
            3 => Just(Command::Rename),
            1 => Just(Command::Delete),
        ];
        let pause = prop_oneof![4 => 0_i64..90, 2 => 0_i64..500, 1 => -400_i64..0, 1 => Just(2_592_000)];
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
