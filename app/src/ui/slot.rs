//! What stands between a component's tags.
//!
//! Leptos' own `Children` may borrow nothing, so every page would clone its visit into every component. On the server a
//! component calls its children at once: a [`Slot`] may borrow, and a page says `let visit = &visit();` once.

use leptos::children::{ChildrenOptContainer, ToChildren};
use leptos::prelude::*;

/// The children of a component, which may borrow from the page for as long as the component is being made.
pub struct Slot<'a>(Box<dyn FnOnce() -> AnyView + Send + 'a>);

impl Slot<'_> {
    /// Makes the children.
    pub fn view(self) -> AnyView {
        (self.0)()
    }
}

impl<'a, F, C> ToChildren<F> for Slot<'a>
where
    F: FnOnce() -> C + Send + 'a,
    C: IntoView + 'static,
{
    fn to_children(f: F) -> Self {
        Self(Box::new(move || f().into_any()))
    }
}

impl<T> ToChildren<ChildrenOptContainer<T>> for Slot<'_>
where
    T: IntoAny + Send + 'static,
{
    fn to_children(container: ChildrenOptContainer<T>) -> Self {
        Self(Box::new(move || container.0.into_any()))
    }
}
