//! Small line icons, drawn for this project on a grid of 24. Decorative: what they mean always stands beside them in words.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Glyph {
    /// Forward.
    ArrowRight,
    /// Back.
    ArrowLeft,
    /// Done.
    Check,
    /// It did not work.
    Cross,
    /// Look here.
    Warning,
    /// By the way.
    Info,
    /// A day.
    Calendar,
    /// A time.
    Clock,
    /// People.
    People,
    /// A place.
    Place,
    /// Put on paper.
    Print,
    /// Take with you.
    Download,
    /// Search.
    Search,
    /// As the device is set.
    Device,
    /// Light colours.
    Sun,
    /// Dark colours.
    Moon,
    /// A person.
    Person,
    /// A ticket.
    Ticket,
    /// Kept closed.
    Lock,
    /// A telephone.
    Phone,
}

impl Glyph {
    /// Every icon.
    pub const ALL: [Self; 20] = [
        Self::ArrowRight,
        Self::ArrowLeft,
        Self::Check,
        Self::Cross,
        Self::Warning,
        Self::Info,
        Self::Calendar,
        Self::Clock,
        Self::People,
        Self::Place,
        Self::Print,
        Self::Download,
        Self::Search,
        Self::Device,
        Self::Sun,
        Self::Moon,
        Self::Person,
        Self::Ticket,
        Self::Lock,
        Self::Phone,
    ];

    const fn lines(self) -> &'static str {
        match self {
            Self::ArrowRight => "M5 12h14m-6-6 6 6-6 6",
            Self::ArrowLeft => "M19 12H5m6 6-6-6 6-6",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Cross => "m6.5 6.5 11 11m0-11-11 11",
            Self::Warning => "M12 4.5 2.8 20h18.4L12 4.5zM12 10.5v4.2m0 2.6v.1",
            Self::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5m0-9v.1",
            Self::Calendar => {
                "M5 6h14a1.5 1.5 0 0 1 1.5 1.5V19a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 19V7.5A1.5 1.5 0 0 1 5 6zm-1.5 4.5h17M8 3.5V8m8-4.5V8"
            }
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2.5",
            Self::People => {
                "M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 20c.3-3.6 3-5.5 6.5-5.5s6.2 1.9 6.5 5.5M16 5.2a3 3 0 0 1 0 5.8m1.8 3.6c2.2.7 3.5 2.6 3.7 5.4"
            }
            Self::Place => {
                "M12 21s-6.5-5.8-6.5-11a6.5 6.5 0 0 1 13 0c0 5.2-6.5 11-6.5 11zm0-13.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
            }
            Self::Print => {
                "M7 9V3.5h10V9M7 17H4.5A1 1 0 0 1 3.5 16v-6a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H17M7 14h10v6.5H7V14z"
            }
            Self::Download => "M12 4v11m-4.5-4.5L12 15l4.5-4.5M4.5 19.5h15",
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm5 11.5L20.5 20.5",
            Self::Device => {
                "M7.5 3h9A1.5 1.5 0 0 1 18 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 19.5v-15A1.5 1.5 0 0 1 7.5 3zM10.5 18h3"
            }
            Self::Sun => {
                "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM12 2v2.5m0 15V22M2 12h2.5m15 0H22M4.9 4.9l1.8 1.8m10.6 10.6 1.8 1.8m0-14.2-1.8 1.8M6.7 17.3l-1.8 1.8"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.4-4 3.4-6 7.5-6s7.1 2 7.5 6",
            Self::Ticket => "M3.5 6.5h17v3.7a2 2 0 0 0 0 3.6v3.7h-17v-3.7a2 2 0 0 0 0-3.6V6.5zM14.5 7v2m0 2v2m0 2v2",
            Self::Lock => {
                "M6.5 10.5h11A1.5 1.5 0 0 1 19 12v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19v-7a1.5 1.5 0 0 1 1.5-1.5zM8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2"
            }
            Self::Phone => {
                "M6.5 3.5h3l1.5 4.5-2.2 1.6a11 11 0 0 0 5.6 5.6L16 13l4.5 1.5v3a2.5 2.5 0 0 1-2.8 2.5A16.5 16.5 0 0 1 4 6.3 2.5 2.5 0 0 1 6.5 3.5z"
            }
        }
    }
}

/// One icon, as tall as the text it stands in.
#[component]
pub fn Icon(
    /// What it shows.
    of: Glyph,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=of.lines()/>
        </svg>
    }
}
