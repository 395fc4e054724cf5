//! Makes a failing plan smaller while it still fails: a shorter time, better weather, fewer gates, fewer deeds.

use super::plan::{Deed, KvWeather, Lateness, Plan, Weather};
use super::report::Complaint;

/// How often a plan is tried at most.
const MAX_TRIES: u32 = 3_000;

/// Something that runs a plan, and says what is wrong.
pub type Run = fn(&Plan) -> Option<Complaint>;

/// A smaller plan that fails too.
pub fn shrink(plan: Plan, complaint: Complaint, run: Run) -> (Plan, Complaint) {
    let mut shrinker = Shrinker { best: plan, complaint, run, tries: 0 };
    shrinker.cut();
    loop {
        let before = shrinker.best.deeds.len();
        shrinker.leave_out();
        shrinker.clear_up();
        if shrinker.best.deeds.len() == before || shrinker.tries >= MAX_TRIES {
            return (shrinker.best, shrinker.complaint);
        }
    }
}

struct Shrinker {
    best: Plan,
    complaint: Complaint,
    run: Run,
    tries: u32,
}

impl Shrinker {
    /// Takes a plan that fails too.
    fn attempt(&mut self, plan: Plan) -> bool {
        if self.tries >= MAX_TRIES {
            return false;
        }
        self.tries += 1;
        match (self.run)(&plan) {
            Some(complaint) => {
                (self.best, self.complaint) = (plan, complaint);
                self.cut();
                true
            }
            None => false,
        }
    }

    /// Whatever comes after the failure did not cause it.
    fn cut(&mut self) {
        let end_ms = self.complaint.at_ms;
        self.best.deeds.retain(|(at_ms, _)| *at_ms <= end_ms);
    }

    /// Leaves out deeds: half of them, then a quarter, and so on down to each.
    fn leave_out(&mut self) {
        let mut length = self.best.deeds.len().div_ceil(2);
        while length > 0 {
            let mut start = 0;
            while start < self.best.deeds.len() {
                let mut plan = self.best.clone();
                let end = (start + length).min(plan.deeds.len());
                plan.deeds.drain(start..end);
                if !self.attempt(plan) {
                    start += length;
                }
            }
            length = if length == 1 { 0 } else { length.div_ceil(2) };
        }
    }

    /// Better weather, one thing after the other, and only the gates that are asked.
    fn clear_up(&mut self) {
        let changes: [fn(&mut Weather); 9] = [
            |weather| weather.kv = KvWeather { lateness: weather.kv.lateness, ..KvWeather::CLEAR },
            |weather| weather.kv.lateness = Lateness::No,
            |weather| weather.kv.lies = 0,
            |weather| (weather.kv.puts_fail, weather.kv.puts_hang) = (0, 0),
            |weather| (weather.kv.reads_fail, weather.kv.reads_hang) = (0, 0),
            |weather| (weather.registry_fails, weather.database_fails, weather.origin_fails) = (0, 0, 0),
            |weather| (weather.cache_misses, weather.cache_overdue_ms) = (0, 0),
            |weather| weather.clocks_drift = false,
            |weather| (weather.kv.reorders, weather.kv.cached_ms) = (false, 0),
        ];
        for change in changes {
            let mut plan = self.best.clone();
            change(&mut plan.weather);
            if plan.weather != self.best.weather {
                self.attempt(plan);
            }
        }
        let mut plan = self.best.clone();
        for (_, deed) in &mut plan.deeds {
            if let Deed::Ask(question) = deed {
                question.gate = 0;
            }
        }
        self.attempt(plan);
    }
}
