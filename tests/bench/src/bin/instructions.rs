//! Does every case once under callgrind, which dumps its counts after each call of [`measured`]; prints the names in order.

use tidegate_bench::cases::{self, Case};

fn main() {
    for mut case in cases::all(None) {
        (case.run)(); // what is done only the first time
        measured(&mut case);
        println!("{}", case.name);
    }
}

#[inline(never)]
fn measured(case: &mut Case) {
    (case.run)();
}
