//! What does which job: the rooms' handlers, put together.

use crate::jobs::Handlers;

/// Every handler of the house.
pub fn all() -> Handlers {
    let handlers = crate::messages::handlers(Handlers::new());
    let handlers = crate::booking::open_door_handlers(handlers);
    let handlers = crate::booking::closing_handlers(crate::account::contacts::handlers(handlers));
    let handlers = crate::spark::letters::handlers(handlers);
    crate::webhooks::handlers(handlers)
}
