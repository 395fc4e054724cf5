//! The system's allocator, which counts what each thread holds.
#![allow(
    unsafe_code,
    reason = "the trait of allocators is unsafe; all that is done here is to count, and to ask the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

struct Counted;

fn allocated(bytes: usize) {
    // A thread that ends has no counters any more. What another thread allocated wraps around, which no test asks for.
    let _ = HELD.try_with(|held| {
        held.set(held.get().wrapping_add(bytes));
        let _ = MOST.try_with(|most| most.set(most.get().max(held.get())));
    });
}

fn freed(bytes: usize) {
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_sub(bytes)));
}

unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        freed(layout.size());
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Where it moves, both are there for a moment.
        allocated(size);
        freed(layout.size());
        unsafe { System.realloc(block, layout, size) }
    }
}

/// The most bytes that this thread held at any time during `work`, beyond those before it; and those that it holds after it.
pub fn held_by<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let before = HELD.with(Cell::get);
    MOST.with(|most| most.set(before));
    let done = work();
    let (most, after) = (MOST.with(Cell::get), HELD.with(Cell::get));
    (done, most.saturating_sub(before), after.saturating_sub(before))
}
