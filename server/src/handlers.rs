//! What does which job: the rooms' handlers, put together with the transports of the configuration.

use crate::config::Config;
use services::Services;
use services::jobs::Handlers;

/// Every handler of this process.
///
/// # Errors
/// When a transport cannot be made from its settings.
pub fn all(_services: &Services, _config: &Config) -> anyhow::Result<Handlers> {
    Ok(Handlers::new())
}
