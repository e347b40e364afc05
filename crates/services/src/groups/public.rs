//! Links of the public that lead nowhere.

use super::GroupError;
use crate::account::forms;
use crate::limits::Network;
use crate::{Context, Services};

/// Counts a link that led nowhere and answers what to say of it: `NotFound`, or `NetworkLimited` to a network that tries
/// many.
pub async fn led_nowhere(services: &Services, context: &Context, network: &Network) -> GroupError {
    match forms::led_nowhere(services, context, network).await {
        Ok(()) => GroupError::NotFound,
        Err(error) => error.into(),
    }
}
