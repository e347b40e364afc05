//! What does which job: the rooms' handlers, put together.

use services::jobs::Handlers;

/// Every handler of this process.
pub fn all() -> Handlers {
    let handlers = services::messages::handlers(Handlers::new());
    let handlers = services::booking::closing_handlers(services::account::contacts::handlers(handlers));
    services::webhooks::handlers(handlers)
}
