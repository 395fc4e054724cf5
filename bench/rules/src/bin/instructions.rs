//! Without an argument, prints the names of the cases. With one, runs that case once, in [`measured`], where callgrind counts.

use tidegate_bench_rules::cases::{self, Work};

fn main() {
    let wanted = std::env::args().nth(1);
    for case in cases::all(None) {
        match &wanted {
            None => println!("{}", case.name),
            Some(name) if *name == case.name => {
                let mut work = (case.prepare)();
                work(); // what is done only the first time
                measured(&mut work);
            }
            Some(_) => {}
        }
    }
}

#[inline(never)]
fn measured(work: &mut Work) {
    work();
}
