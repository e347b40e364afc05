//! For tests: the memory that the work of one thread holds at its highest, counted by the allocator. Other tests that run
//! beside it do not count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread holds, and the most it held. Below zero where it gave back what another took.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn moved(by: isize) {
    // A thread that ends has nothing to count with any more.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + by, most.max(now + by)));
    });
}

/// The system's allocator, counted.
struct Counting;

#[expect(unsafe_code, reason = "every allocator is; this one only counts and hands on to the system's")]
// SAFETY: each call is handed on as it came, under the conditions it came under.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        moved(layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        moved(layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both lie there while one is copied into the other.
        moved(size as isize);
        // SAFETY: as above.
        let moved_to = unsafe { System.realloc(at, layout, size) };
        moved(-(layout.size() as isize));
        moved_to
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        moved(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static MEMORY: Counting = Counting;

/// Does some work on this thread. What it answers, and how many bytes it held at the most beyond those held before.
pub(super) fn most<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let (before, _) = HELD.get();
    HELD.set((before, before));
    let done = work();
    let (_, most) = HELD.get();
    (done, usize::try_from(most - before).unwrap_or_default())
}

#[test]
fn what_was_held_at_the_most_is_counted_and_not_what_is_held_at_the_end() {
    let (length, held) = most(|| {
        let first = vec![1_u8; 1_000_000];
        drop(vec![2_u8; 3_000_000]);
        first.len()
    });
    assert_eq!(length, 1_000_000);
    assert!((4_000_000..4_100_000).contains(&held), "{held}");
    let ((), elsewhere) = most(|| std::thread::spawn(|| drop(vec![3_u8; 5_000_000])).join().expect("a thread"));
    assert!(elsewhere < 1_000_000, "{elsewhere}");
}
