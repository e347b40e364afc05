//! The door: one page for a telephone or a scanner at the counter, large and without a script. A ticket is looked up, the
//! number present is chosen, the answer is a wall of green or red; then the next one.

pub mod calls;
mod pages;

pub use pages::Door;
