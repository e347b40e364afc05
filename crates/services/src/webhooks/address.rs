//! Whom the house calls: https on its own port, a name that leads to the public network and nowhere else, looked up by the
//! house itself. The addresses that were looked at are the ones that are called: a name that leads elsewhere a moment later
//! leads nobody astray.

use crate::Services;
use domain::field::Fault;
use domain::webhooks::is_public;
use futures::future::BoxFuture;
use reqwest::Url;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The most characters of an address.
const URL_MAX: usize = 500;
/// How long a name may take to be looked up.
const LOOKUP: Duration = Duration::from_secs(5);

/// Who knows where names lead.
pub trait Names: Send + Sync {
    /// The addresses of a name; none where nobody knows it.
    fn look_up<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<IpAddr>>;
}

/// The system's own resolver.
struct System;

impl Names for System {
    fn look_up<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<IpAddr>> {
        Box::pin(async move {
            match tokio::time::timeout(LOOKUP, tokio::net::lookup_host((name, 443))).await {
                Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
                _ => Vec::new(),
            }
        })
    }
}

/// The way out: who knows names, and whether this machine itself may be called (in development, by plain http and on any
/// port, so that a partner's system can be tried on one's own desk).
#[derive(Clone)]
pub struct Line {
    names: Arc<dyn Names>,
    loopback: bool,
}

/// Why an address is not called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closed {
    /// It is no such address.
    Shape,
    /// Nobody knows the name.
    Unknown,
    /// It leads into some network that is nobody's business.
    Private,
}

impl Closed {
    /// As a form says it.
    pub(super) const fn fault(self) -> Fault {
        match self {
            Self::Shape => Fault::WebAddressShape,
            Self::Unknown => Fault::WebAddressUnknown,
            Self::Private => Fault::WebAddressPrivate,
        }
    }

    /// As a delivery's failure.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Shape => "address_shape",
            Self::Unknown => "name_unknown",
            Self::Private => "address_private",
        }
    }
}

/// Where to call.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub url: Url,
    /// The name to call it by, where it is no bare address.
    pub name: Option<String>,
    pub addresses: Vec<SocketAddr>,
}

impl Line {
    /// The house's own: this machine may be called in development only.
    pub fn of(services: &Services) -> Self {
        Self { names: Arc::new(System), loopback: services.settings.development }
    }

    /// Another one, for tests.
    pub fn new(names: Arc<dyn Names>, loopback: bool) -> Self {
        Self { names, loopback }
    }

    /// Where an address leads at this moment. Every address of its name must be one that may be called: a name with one foot
    /// in a private network is called nowhere.
    pub(super) async fn way(&self, text: &str) -> Result<Way, Closed> {
        let url = self.parse(text)?;
        let port = url.port_or_known_default().ok_or(Closed::Shape)?;
        let host = url.host_str().ok_or(Closed::Shape)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let (name, found) = match bare {
            Some(address) => (None, vec![address]),
            None => (Some(host.to_owned()), self.names.look_up(host).await),
        };
        if found.is_empty() {
            return Err(Closed::Unknown);
        }
        let plain = url.scheme() == "http" || port != 443;
        if !found.iter().all(|address| self.open_to(*address, plain)) {
            return Err(Closed::Private);
        }
        let addresses = found.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        Ok(Way { url, name, addresses })
    }

    fn open_to(&self, address: IpAddr, plain: bool) -> bool {
        (self.loopback && address.is_loopback()) || (!plain && is_public(address))
    }

    /// The text as an address that may be called, as far as it says so itself.
    pub(super) fn parse(&self, text: &str) -> Result<Url, Closed> {
        if text.len() > URL_MAX {
            return Err(Closed::Shape);
        }
        let url = Url::parse(text.trim()).map_err(|_| Closed::Shape)?;
        let here = self.loopback && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let secure = url.scheme() == "https" && url.port_or_known_default() == Some(443);
        let plain = matches!(url.scheme(), "http" | "https") && here;
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        // As it is kept: other letters than ASCII are longer there than they were typed.
        let short = url.as_str().len() <= URL_MAX;
        if (secure || plain) && bare && short && url.has_host() { Ok(url) } else { Err(Closed::Shape) }
    }
}

/// Where an address leads, for the trail: its host and path. What comes before the host or after the path may be a key.
pub(super) fn leads_to(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}{}", url.host_str()?, url.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Leads(Vec<IpAddr>);

    impl Names for Leads {
        fn look_up<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Vec<IpAddr>> {
            Box::pin(std::future::ready(self.0.clone()))
        }
    }

    fn line(to: &[&str], loopback: bool) -> Line {
        Line::new(Arc::new(Leads(to.iter().map(|text| text.parse().expect("an address")).collect())), loopback)
    }

    #[tokio::test]
    async fn only_https_on_its_own_port_is_called() {
        let line = line(&["8.8.8.8"], false);
        assert!(line.way("https://partner.example/hooks?x=1").await.is_ok());
        assert!(line.way("https://partner.example:443/").await.is_ok());
        for text in [
            "http://partner.example/",
            "https://partner.example:8443/",
            "https://user@partner.example/",
            "https://user:word@partner.example/",
            "https://partner.example/#part",
            "ftp://partner.example/",
            "partner.example",
            "https://",
            "",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://127.0.0.1/",
            "http://localhost:9000/",
        ] {
            assert_eq!(line.way(text).await.err(), Some(Closed::Shape), "{text}");
        }
        let long = format!("https://partner.example/{}", "x".repeat(URL_MAX));
        assert_eq!(line.way(&long).await.err(), Some(Closed::Shape));
    }

    #[tokio::test]
    async fn addresses_in_every_spelling_are_looked_at() {
        let line = line(&["8.8.8.8"], false);
        for text in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://100.100.100.200/",
            "https://[fd00:ec2::254]/",
            "https://0/",
        ] {
            assert_eq!(line.way(text).await.err(), Some(Closed::Private), "{text}");
        }
        assert!(line.way("https://8.8.8.8/").await.is_ok());
    }

    #[tokio::test]
    async fn a_name_with_one_foot_inside_is_not_called() {
        let at = |to: &'static [&str]| async move { line(to, false).way("https://partner.example/").await.err() };
        assert_eq!(at(&["8.8.8.8", "10.0.0.1"]).await, Some(Closed::Private));
        assert_eq!(at(&["::1"]).await, Some(Closed::Private));
        assert_eq!(at(&[]).await, Some(Closed::Unknown));
        assert_eq!(at(&["8.8.8.8", "2400:3200::1"]).await, None);
    }

    #[tokio::test]
    async fn this_machine_is_called_in_development_only_and_nothing_else_of_inside() {
        let line = line(&["127.0.0.1"], true);
        assert!(line.way("http://127.0.0.1:9000/").await.is_ok() && line.way("http://localhost:9000/").await.is_ok());
        assert_eq!(line.way("http://10.0.0.1:9000/").await.err(), Some(Closed::Shape));
        assert_eq!(line.way("https://10.0.0.1/").await.err(), Some(Closed::Private));
        assert_eq!(line.way("http://partner.example/").await.err(), Some(Closed::Shape));
    }

    #[test]
    fn the_trail_says_where_it_leads_and_no_key_of_it() {
        let to = |text| leads_to(text);
        let told = to("https://user:secret@news.example.com/cord/hook?token=secret#end");
        assert_eq!(told.as_deref(), Some("news.example.com/cord/hook"));
        assert_eq!(to("https://news.example.com:8443").as_deref(), Some("news.example.com:8443/"));
        assert_eq!(to("nothing"), None);
    }
}
