//! The gates' clocks.

use super::{EPOCH_MS, World};
use crate::facts::DRIFT_MS;
use crate::random::Random;

impl World<'_> {
    /// By how much a gate's clock is off: what a deed has set, and a slow wave of its own.
    pub(super) fn off_ms(&self, gate: usize) -> i64 {
        if !self.plan.weather.clocks_drift {
            return self.gates[gate].clock_ms;
        }
        let mut random = Random::of(self.plan.seed, &[10, gate as u64]);
        let period_ms = random.between(300_000, 1_200_000);
        let phase_ms = random.below(period_ms) + self.now_ms;
        let place = i64::try_from(phase_ms % period_ms * 4_000 / period_ms).unwrap_or_default();
        let wave = if place < 2_000 { place - 1_000 } else { 3_000 - place };
        self.gates[gate].clock_ms + wave * DRIFT_MS / 1_000
    }

    /// Whether a clock that matters to a gate is further off than docs/reliability.md assumes.
    pub(super) fn is_set_off(&self, gate: usize) -> bool {
        self.gates[gate].clock_ms.abs() > DRIFT_MS || self.object.clock_ms.abs() > DRIFT_MS
    }

    /// What a gate's clock says, in milliseconds since the Unix epoch.
    pub(super) fn clock(&self, gate: usize) -> u64 {
        (EPOCH_MS + self.now_ms).saturating_add_signed(self.off_ms(gate))
    }

    /// A gate looks at its clock.
    pub(super) fn look_at_clock(&mut self, gate: usize) -> u64 {
        let (clock_ms, off_ms) = (self.clock(gate), self.off_ms(gate));
        self.gates[gate].facts.see_clock(clock_ms, off_ms);
        clock_ms
    }
}
