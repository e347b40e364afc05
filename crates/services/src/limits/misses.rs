//! What is tried in vain: short links, numbers of certificates. Only misses count, and whoever missed too often is refused what
//! is right, too, or they would be told what is.
//!
//! They are counted of one address first: behind a carrier's network sit thousands of people with good links, who are not
//! to be refused for somebody else's bad ones. The network has a limit far above, against whoever has many addresses.

use super::{Limit, LimitError, Network, has_room, hit};
use crate::Services;

/// How often something may be missed.
#[derive(Clone, Copy, Debug)]
pub struct Misses {
    /// From one address; of IPv6 from one /64, in which a machine has as many as it likes.
    pub address: Limit,
    /// From a whole network.
    pub network: Limit,
}

/// Short links.
pub const LOOKUPS: Misses = Misses { address: super::LOOKUP_PER_ADDRESS, network: super::LOOKUP_PER_NETWORK };
/// Certificates.
pub const VERIFICATIONS: Misses = Misses { address: super::VERIFY_PER_ADDRESS, network: super::VERIFY_PER_NETWORK };

impl Misses {
    /// Whose misses they are. Behind a proxy that the configuration does not name everybody has one address: then it is
    /// nobody's.
    fn subjects(self, network: &Network) -> impl Iterator<Item = (Limit, &str)> {
        let address = network.site().unwrap_or(network.address());
        let own = network.is_elsewhere().then_some((self.address, address));
        own.into_iter().chain([(self.network, network.as_str())])
    }

    /// Whether something may still be tried.
    ///
    /// # Errors
    /// `Limited`: too much was missed.
    pub async fn may_try(self, services: &Services, network: &Network) -> Result<(), LimitError> {
        for (limit, subject) in self.subjects(network) {
            has_room(services, &limit, subject).await?;
        }
        Ok(())
    }

    /// Counts a miss.
    ///
    /// # Errors
    /// `Limited`: others missed at the same moment, and this was one too many.
    pub async fn missed(self, services: &Services, network: &Network) -> Result<(), LimitError> {
        for (limit, subject) in self.subjects(network) {
            hit(services, &limit, subject).await?;
        }
        Ok(())
    }
}
