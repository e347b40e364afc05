//! The door: one page for a telephone or a scanner at the counter, large and without a script. A ticket is looked up, the
//! number present is chosen, the answer is a wall of green or red; then the next one.
//!
//! Where there is no network there is the same door as a web app of its own ([`app`]), on devices that supervisors enrol
//! ([`staff`]).

pub mod app;
pub mod calls;
mod pages;
mod staff;

pub use pages::Door;
pub use staff::{ConflictPage, DeviceNew, StaffDoor};
