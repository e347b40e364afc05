//! Sessions, holds and bookings.
