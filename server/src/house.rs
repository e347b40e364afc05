//! What every handler is given: the means of the house and how this process is configured.

use crate::config::Config;
use app::calls::ClientAddress;
use app::visit::{Assets, Query, VisitData};
use app::{Visit, preferences::Preferences};
use domain::Locale;
use domain::account::Actor;
use domain::ids::RequestId;
use http::HeaderMap;
use http::request::Parts;
use services::Services;
use services::limits::Network;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The state of the router.
pub type House = Arc<HouseData>;

/// What [`House`] holds.
pub struct HouseData {
    /// The means of the use cases.
    pub services: Services,
    /// How this process is configured.
    pub config: Config,
    /// The names of stylesheet and scripts of this build.
    pub assets: Assets,
    /// Renderings that several visitors share.
    pub shared: crate::shared::Shared,
}

impl HouseData {
    /// A house with these means; reads the names of the build's files.
    pub fn new(services: Services, config: Config) -> House {
        // Rendering spawns small tasks; a second initialisation (tests make many houses) is refused and harmless.
        let _ = any_spawner::Executor::init_tokio();
        let hashes = std::fs::read_to_string(config.site.root.join("hash.txt")).unwrap_or_default();
        let shared = crate::shared::Shared::new(config.http.snapshot_age);
        Arc::new(Self { assets: Assets::from_hashes(&hashes), services, config, shared })
    }

    /// The visit a request is, by what the layers left beside it.
    pub fn visit(&self, parts: &Parts) -> Visit {
        let actor = parts.extensions.get::<Actor>().cloned().unwrap_or(Actor::Anonymous);
        let query = parts.uri.query().unwrap_or_default();
        self.visit_of(parts.uri.path(), query, &parts.headers, Facts::of(&parts.extensions), actor)
    }

    /// A visit put together from its pieces.
    pub fn visit_of(&self, path: &str, query: &str, headers: &HeaderMap, facts: Facts, actor: Actor) -> Visit {
        Visit::new(VisitData {
            services: self.services.clone(),
            context: self.services.context(actor, facts.locale, facts.request),
            path: path.to_owned(),
            query: Query::parse(query),
            form: Default::default(),
            cookies: headers.get_all(http::header::COOKIE).iter().cloned().collect(),
            preferences: Preferences::from_headers(headers),
            assets: self.assets.clone(),
            visitor: app::calls::cookie(headers, app::museum::VISITOR_COOKIE).map(str::to_owned),
            network: Network::of(facts.address),
            problem: None,
            development: !self.config.production(),
        })
    }
}

/// What the outer layers know of every request.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its language.
    pub locale: Locale,
    /// Its name.
    pub request: RequestId,
    /// Where it comes from, as far as that can be known.
    pub address: IpAddr,
}

impl Facts {
    /// From beside the request.
    pub fn of(extensions: &http::Extensions) -> Self {
        Self {
            locale: extensions.get::<Locale>().copied().unwrap_or_default(),
            request: extensions.get::<RequestId>().copied().unwrap_or(RequestId(uuid::Uuid::nil())),
            address: extensions.get::<ClientAddress>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |found| found.0),
        }
    }
}
