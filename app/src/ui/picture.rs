//! Line illustrations, drawn for this project: two strokes, the cold one of glass and the one warm ember.
//!
//! Classes give the colours (`line`, `ember`, `wash`), so that they follow the theme and need no inline style.

use leptos::prelude::*;

/// What a picture shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Illustration {
    /// A small flame kept in a glass.
    Flame,
    /// A drop.
    Drop,
    /// The double helix.
    Helix,
    /// The science bus.
    Bus,
    /// A container of liquid nitrogen.
    Tank,
    /// A family.
    Family,
    /// The museum.
    Museum,
    /// A kite with the flame on it: family day.
    Kite,
    /// A mother to be.
    Mother,
    /// The world in a drop.
    World,
    /// Two hands and the flame: coming of age.
    Torch,
    /// Somebody speaks, others listen.
    Lecture,
}

impl Illustration {
    /// Every picture.
    pub const ALL: [Self; 12] = [
        Self::Flame,
        Self::Drop,
        Self::Helix,
        Self::Bus,
        Self::Tank,
        Self::Family,
        Self::Museum,
        Self::Kite,
        Self::Mother,
        Self::World,
        Self::Torch,
        Self::Lecture,
    ];

    const fn drawing(self) -> &'static str {
        match self {
            Self::Flame => include_str!("pictures/flame.svg"),
            Self::Drop => include_str!("pictures/drop.svg"),
            Self::Helix => include_str!("pictures/helix.svg"),
            Self::Bus => include_str!("pictures/bus.svg"),
            Self::Tank => include_str!("pictures/tank.svg"),
            Self::Family => include_str!("pictures/family.svg"),
            Self::Museum => include_str!("pictures/museum.svg"),
            Self::Kite => include_str!("pictures/kite.svg"),
            Self::Mother => include_str!("pictures/mother.svg"),
            Self::World => include_str!("pictures/world.svg"),
            Self::Torch => include_str!("pictures/torch.svg"),
            Self::Lecture => include_str!("pictures/lecture.svg"),
        }
    }
}

/// A decorative picture; what it says stands in the words beside it.
#[component]
pub fn Picture(
    /// What it shows.
    of: Illustration,
) -> impl IntoView {
    view! { <div class="picture" aria-hidden="true" inner_html=of.drawing()></div> }
}

/// A photograph, in the sizes there are of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Photo {
    /// What is to be seen, for those who do not see it.
    pub alt: String,
    /// Address, width and height of each size in pixels, the smallest first.
    pub sizes: Vec<(String, u32, u32)>,
    /// How wide it is shown: what HTML calls `sizes`.
    pub shown: &'static str,
    /// One sees it without scrolling: it is loaded at once, and not only when one comes to it.
    pub first: bool,
}

/// A photograph. The browser takes the size it needs, and keeps its room while it loads.
#[component]
pub fn Photograph(
    /// Which.
    of: Photo,
) -> impl IntoView {
    let Photo { alt, sizes, shown, first } = of;
    let set = sizes.iter().map(|(at, width, _)| format!("{at} {width}w")).collect::<Vec<_>>().join(", ");
    let largest = sizes.into_iter().next_back();
    largest.map(|(at, width, height)| {
        let (loading, priority) = if first { ("eager", "high") } else { ("lazy", "auto") };
        view! {
            <img class="photo" src=at srcset=set sizes=shown alt=alt width=width height=height loading=loading
                fetchpriority=priority decoding="async"/>
        }
    })
}

/// The mark of the house: the flame in its glass.
#[component]
pub fn Logo() -> impl IntoView {
    view! { <span class="logo" aria-hidden="true" inner_html=include_str!("pictures/logo.svg")></span> }
}
