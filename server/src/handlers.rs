//! What does which job: the rooms' handlers, put together.

use services::jobs::Handlers;

/// Every handler of this process.
pub fn all() -> Handlers {
    services::booking::closing_handlers(services::messages::handlers(Handlers::new()))
}
