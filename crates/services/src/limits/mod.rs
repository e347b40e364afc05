//! Limits on how often somebody may try something, kept in the database so that several servers do not multiply them.
//!
//! A limit counts over a sliding window, approximated by two fixed ones: hits of the present window plus the share of
//! the last window that still lies within reach. Hits of one moment are counted together; a refused hit is not counted. What is limited is
//! kept as a keyed hash: an address or a telephone number never stands in the table. This is a brake on guessing and on
//! costs; it is no defence against a flood, which the router's layers turn away before they touch the database.

mod counter;
mod misses;

pub use counter::Counter;
pub use misses::{LOOKUPS, Misses, VERIFICATIONS};

use crate::Services;
use counter::Hit;
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;

/// So many hits within a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// What the buckets are made of; two limits never share one.
    pub name: &'static str,
    /// Hits allowed within `window`.
    pub hits: u32,
    /// How far back hits count.
    pub window: SignedDuration,
}

impl Limit {
    /// It counts what people have in common: an address, a network, the whole house. Otherwise it counts one account, contact or machine.
    pub fn is_shared(&self) -> bool {
        let of_one_login = self.name.starts_with("sign-in-login-");
        !of_one_login && ["-address", "-site", "-network", "-everywhere"].iter().any(|end| self.name.ends_with(end))
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A name, hits, a window: one line of the table below.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $hits:literal in $window:ident;)+) => {
        $($(#[$doc])* pub const $name: Limit = Limit { name: $text, hits: $hits, window: $window };)+
        /// Every limit of the house.
        pub const ALL: &[Limit] = &[$($name),+];
    };
}

limits! {
    /// Codes to one telephone or mailbox: a person who mistypes needs three; nobody is to be pestered with more.
    CODE_PER_CONTACT = "code-contact", 5 in HOUR;
    /// The same over a day, so that a patient stranger cannot pester either, nor guess 5 × 24 × 5 times a day.
    CODE_PER_CONTACT_DAY = "code-contact-day", 10 in DAY;
    /// Codes asked for from one network. A /24 of a mobile carrier hides thousands of people, a hall of the museum hundreds.
    CODE_PER_NETWORK = "code-network", 120 in HOUR;
    /// Codes of the whole house: a brake on the bill for text messages, well above the busiest opening of booking.
    CODE_EVERYWHERE = "code-everywhere", 6000 in HOUR;
    /// Codes tried from one network: with five attempts each a guess is 1 in 200,000; this keeps it there.
    CODE_TRIES_PER_NETWORK = "code-tries-network", 200 in TEN_MINUTES;
    /// Staff sign-ins tried with one login, whether it exists or not, from one network: whoever guesses from elsewhere keeps
    /// nobody out.
    SIGN_IN_PER_LOGIN = "sign-in-login-network", 10 in QUARTER;
    /// Those of them that failed, over a day; a sign-in with everything that is asked forgets them. Beyond it nobody is kept out for
    /// the day, or somebody behind an office's address could do that to a colleague: attempts only become slower.
    SIGN_IN_FAILED_DAY = "sign-in-failed-day", 60 in DAY;
    /// Attempts with such a login from such a network: a guesser has two hundred a day, its owner one after a short wait.
    SIGN_IN_SLOWED = "sign-in-slowed", 2 in QUARTER;
    /// Sign-ins tried with one login from all networks together; the back-off of the login itself begins within it.
    SIGN_IN_PER_LOGIN_ANYWHERE = "sign-in-login-anywhere", 200 in QUARTER;
    /// Staff sign-ins tried from one network: an office behind one address signs in within a quarter of an hour.
    SIGN_IN_PER_NETWORK = "sign-in-network", 60 in QUARTER;
    /// Second factors shown again by one person who is signed in: a stolen session has ten guesses in 10⁶.
    STEP_UP_PER_ACCOUNT = "step-up-account", 10 in QUARTER;
    /// Passkeys asked for by one person: each asking is a row, and nobody presses the button so often.
    PASSKEY_PER_ACCOUNT = "passkey-account", 30 in QUARTER;
    /// Access tokens for one client: it needs one every five minutes.
    TOKEN_PER_CLIENT = "token-client", 30 in MINUTE;
    /// Token requests from one network, good or bad.
    TOKEN_PER_NETWORK = "token-network", 240 in MINUTE;
    /// Calls of one API client.
    API_PER_CLIENT = "api-client", 1200 in MINUTE;
    /// Codes of devices tried from one network: a code has 60 random bits, and a hall enrols ten devices in a morning.
    DOOR_CODE_PER_NETWORK = "door-code-network", 60 in TEN_MINUTES;
    /// Codes of displays tried from one network: a code has 60 random bits, and a house has few walls.
    DISPLAY_CODE_PER_NETWORK = "display-code-network", 30 in TEN_MINUTES;
    /// Names searched at the door by one member of staff: a party every six seconds, all of them without their pass.
    DOOR_NAMES_PER_STAFF = "door-names-staff", 150 in QUARTER;
    /// People the public asks for places for from one network, on every date of a series: a class of pupils books from one
    /// school's address, and behind a carrier's the families of an opening, some of whom ask for full sessions first.
    BOOKING_PER_NETWORK = "booking-network", 600 in TEN_MINUTES;
    /// Tickets for a release given out to one address. A school has one for all its pupils, a carrier one for a thousand
    /// telephones: it is far above a class, and what keeps a thousand tickets of one machine from being a thousand places
    /// is that each place needs a telephone of its own. Of a draw it bounds the share one address can have.
    TICKET_PER_ADDRESS = "ticket-address", 300 in TEN_MINUTES;
    /// The same for a /64 of IPv6, inside which a single machine has as many addresses as it likes.
    TICKET_PER_SITE = "ticket-site", 300 in TEN_MINUTES;
    /// The same for a whole network.
    TICKET_PER_NETWORK = "ticket-network", 1200 in TEN_MINUTES;
    /// Tickets of one account: it has a telephone, a tablet and a computer.
    TICKET_PER_ACCOUNT = "ticket-account", 5 in TEN_MINUTES;
    /// Tickets of one machine, which stands in line for many people.
    TICKET_PER_CLIENT = "ticket-client", 6000 in TEN_MINUTES;
    /// Places asked for at a release from one address …
    RELEASE_PER_ADDRESS = "release-address", 150 in TEN_MINUTES;
    /// … from one /64 of IPv6; the whole network has [`BOOKING_PER_NETWORK`].
    RELEASE_PER_SITE = "release-site", 150 in TEN_MINUTES;
    /// Bookings tried at a release with one telephone or mail address: the policy gives it one of a day.
    RELEASE_PER_CONTACT = "release-contact", 6 in TEN_MINUTES;
    /// Places asked for at a release by one account: who finds a session full tries the next.
    RELEASE_PER_ACCOUNT = "release-account", 12 in TEN_MINUTES;
    /// Forms for the science bus begun in one network: an education office asks for its schools, one after the other.
    BUS_PER_NETWORK = "bus-network", 60 in HOUR;
    /// Forms for groups begun in one network: a school's classes ask one by one.
    GROUP_PER_NETWORK = "group-network", 60 in HOUR;
    /// Forms of ambassadors begun in one network: a school's pupils apply in one lesson.
    AMBASSADOR_PER_NETWORK = "ambassador-network", 240 in HOUR;
    /// Certificates that are none, tried from one address: a school verifies its pupils' in a morning and mistypes some, and a
    /// code has sixty bits.
    VERIFY_PER_ADDRESS = "verify-address", 60 in TEN_MINUTES;
    /// The same for a whole network: others of it verify what is good.
    VERIFY_PER_NETWORK = "verify-network", 1200 in TEN_MINUTES;
    /// Lists of groups sent from one network: each is a file that is read whole.
    ROSTER_PER_NETWORK = "roster-network", 120 in TEN_MINUTES;
    /// Letters of groups sent from one network: each is looked into, and a picture written anew.
    LETTER_PER_NETWORK = "letter-network", 60 in TEN_MINUTES;
    /// Objections to notices from one network: a neighbourhood that reads one notice objects once or twice.
    OBJECTION_PER_NETWORK = "objection-network", 20 in HOUR;
    /// Papers of applications one account sends: as many as two applications may have.
    PAPER_PER_ACCOUNT = "paper-account", 60 in TEN_MINUTES;
    /// Short links that lead nowhere, tried from one address: they have 50 bits, and are not to be collected. Those that lead
    /// somewhere count nothing: after a round of reminders a carrier's network follows hundreds.
    LOOKUP_PER_ADDRESS = "lookup-address", 60 in TEN_MINUTES;
    /// The same for a whole network, in which one person's bad links are not another's.
    LOOKUP_PER_NETWORK = "lookup-network", 1200 in TEN_MINUTES;
    /// Signed links that lead nowhere, tried from one network. They have a bucket of their own: nobody guesses one, most have
    /// only become old, and they refuse nobody a short link.
    LINK_PER_NETWORK = "link-network", 1200 in TEN_MINUTES;
    /// Other contacts wanted in one account: each is a message to those it has, and nobody is to be pestered through a
    /// browser that was left open.
    CONTACT_PER_ACCOUNT = "contact-account", 10 in DAY;
    /// Invitations to a family that are none, tried by one account: a family has one, and mistypes its number twice.
    INVITATION_PER_ACCOUNT = "invitation-account", 5 in HOUR;
    /// The same from one network: a maternity ward's families come in one morning.
    INVITATION_PER_NETWORK = "invitation-network", 60 in HOUR;
    /// Numbers at which the children of one guardian are to be invited: each is a text message to somebody, and one is mistyped twice.
    CHILD_PHONE = "child-phone", 5 in DAY;
    /// Numbers of units one member of staff or one machine asks for: somebody at a desk opens a unit in half a minute.
    UNIT_LOOKED_UP = "unit-looked-up", 60 in TEN_MINUTES;
    /// Those of them that no unit has: they are given one after another, and are not to be counted through.
    UNIT_MISSED = "unit-missed", 20 in TEN_MINUTES;
    /// Families' records one support agent opens: a call takes minutes.
    SUPPORT_OPENED = "support-opened", 30 in HOUR;
    /// Numbers of contracts one member of the office asks for: a contract is worked at for some minutes.
    CONTRACT_ASKED = "contract-asked", 120 in HOUR;
    /// Units that are not there and that one machine tells of: a feed that runs ahead of its registrations by a day has some
    /// thousands, and one that counts through numbers has no end.
    UNIT_TOLD_OF_NOTHING = "unit-told-of-nothing", 5000 in TEN_MINUTES;
    /// Alerts about one subject: one for each window, whoever goes on. Asked by [`first_alarm`].
    UNIT_ALARMED = "unit-alarmed", 1 in TEN_MINUTES;
    /// Papers drawn anew for one account: certificates of storage, passports, copies of what was sent or signed. Each is pages of glyphs, and
    /// a family prints each of its own once or twice.
    DRAWN_PER_ACCOUNT = "drawn-account", 20 in TEN_MINUTES;
    /// Copies of everything we hold on a person, for that person.
    EXPORT_PER_ACCOUNT = "export-account", 5 in DAY;
}

/// What is left after a hit: the numbers of the `RateLimit` headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remaining {
    /// The limit.
    pub limit: u32,
    /// Hits left now.
    pub left: u32,
    /// When the present window ends.
    pub reset_after: SignedDuration,
}

/// Too often.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too often; again in {} s", self.retry_seconds())]
pub struct Limited {
    /// The soonest a hit can succeed again.
    pub retry_after: SignedDuration,
    /// What was limited is shared ([`Limit::is_shared`]): others may have brought it about.
    pub shared: bool,
}

impl Limited {
    /// For `Retry-After` and for people: whole seconds, never 0.
    pub fn retry_seconds(self) -> u32 {
        u32::try_from((self.retry_after.as_millis().max(1) + 999) / 1000).unwrap_or(u32::MAX)
    }
}

/// Why a hit was not counted.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// The network a request came from: coarse enough to name nobody, fine enough to slow a guesser. /24 of IPv4, /48 of
/// IPv6 (what a customer is commonly given).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Network {
    text: String,
    address: String,
    site: Option<String>,
    elsewhere: bool,
}

impl Network {
    /// The network of an address. An IPv4 address written as IPv6 is an IPv4 address.
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let text = match address {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        };
        let site = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Some(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
            }
        };
        let elsewhere = !address.is_loopback() && !address.is_unspecified();
        Self { text, address: address.to_string(), site, elsewhere }
    }

    /// The very address, for the bucket of a limit that is about one; never for a log.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The /64 of an IPv6 address: one household, one school. Never for a log.
    pub fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// Where the request comes from is known, and is not this machine. Otherwise a proxy stands in between whom the
    /// configuration does not name, and everybody has one address: whoever would rather serve a few too many than turn
    /// all the public away asks this first.
    pub fn is_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// For a bucket; never for a log.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Network(…)")
    }
}

/// The windows of one instant.
#[derive(Clone, Copy, Debug)]
struct Windows {
    began: Timestamp,
    before: Timestamp,
    length: i64,
    elapsed: i64,
}

impl Windows {
    /// Fixed windows are cut from the epoch, so that all servers cut alike.
    fn at(now: Timestamp, window: SignedDuration) -> Self {
        let length = window.as_millis().clamp(1, i64::MAX as i128) as i64;
        let millis = now.as_millisecond();
        let began = millis - millis.rem_euclid(length);
        let instant = |millis| Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN);
        Self { began: instant(began), before: instant(began - length), length, elapsed: millis - began }
    }

    /// The share of the last window still within reach.
    fn weight(&self) -> f64 {
        (self.length - self.elapsed) as f64 / self.length as f64
    }

    /// How long until a hit fits, if nobody else hits. The weight of what is in the way falls evenly; what is in the way
    /// is the last window's hits now, or the present window's hits once it has become the last.
    fn wait(&self, previous: u32, current: u32, limit: u32) -> SignedDuration {
        let length = self.length as f64;
        // floor(hits × weight) + rest < limit, solved for the instant within a window.
        let fits_at = |hits: u32, rest: u32| {
            let room = f64::from(limit.saturating_sub(rest));
            (length * (1.0 - room / f64::from(hits.max(1)))).max(0.0)
        };
        let millis = if current < limit {
            fits_at(previous, current) - self.elapsed as f64
        } else {
            self.length as f64 - self.elapsed as f64 + fits_at(current, 0)
        };
        SignedDuration::from_millis(millis.max(0.0).ceil() as i64 + 1)
    }
}

/// Counts one hit of `subject` against a limit. Counted at once, whatever becomes of the caller's own transaction; so
/// call it before you begin one (it takes a connection of its own).
pub async fn hit(services: &Services, limit: &Limit, subject: &str) -> Result<Remaining, LimitError> {
    hit_times(services, limit, subject, 1).await
}

/// [`hit`] that counts as `times` hits, all of them or none; at least as one, and never as more than ever fit.
pub async fn hit_times(services: &Services, limit: &Limit, subject: &str, times: u32) -> Result<Remaining, LimitError> {
    let times = times.clamp(1, limit.hits.max(1));
    let windows = Windows::at(services.clock.now(), limit.window);
    let hit = Hit { bucket: bucket(services, limit, subject), windows, limit: limit.hits, times };
    let found = services.limits.count(services, hit).await?;
    if let Some(taken) = found.taken {
        let carried = (f64::from(found.previous) * windows.weight()).floor() as u32;
        return Ok(Remaining {
            limit: limit.hits,
            left: limit.hits.saturating_sub(taken.saturating_add(carried)),
            reset_after: SignedDuration::from_millis(windows.length - windows.elapsed),
        });
    }
    metrics::counter!("limits_refused", "limit" => limit.name).increment(1);
    // Which limit, never whom it met: the request's own line says which route.
    tracing::info!(limit = limit.name, "a limit refused");
    let retry_after = windows.wait(found.previous, found.current, limit.hits.saturating_sub(times - 1));
    Err(Limited { retry_after, shared: limit.is_shared() }.into())
}

/// Whether an alert about `subject` is the first of its window: the others would only hide it. A database that fails is no answer, or
/// the alert would be lost.
pub async fn first_alarm(services: &Services, subject: &str) -> sqlx::Result<bool> {
    match hit(services, &UNIT_ALARMED, subject).await {
        Ok(_) => Ok(true),
        Err(LimitError::Limited(_)) => Ok(false),
        Err(LimitError::Database(error)) => Err(error),
    }
}

/// Whether another hit of `subject` would be counted, without counting one: for what is counted only when it fails.
pub async fn has_room(services: &Services, limit: &Limit, subject: &str) -> Result<(), LimitError> {
    let windows = Windows::at(services.clock.now(), limit.window);
    let asked = store::account::limits::Asked {
        bucket: bucket(services, limit, subject).to_vec(),
        window: windows.began,
        before: windows.before,
        weight: windows.weight(),
        limit: i32::try_from(limit.hits).unwrap_or(i32::MAX),
        wanted: 0,
        unit: 1,
    };
    let found = store::account::limits::take(&services.db, &[asked]).await?;
    let count = |of: fn(&store::account::limits::TakenRow) -> i32| found.first().map_or(0, |row| of(row).max(0)) as u32;
    let (previous, current) = (count(|row| row.previous), count(|row| row.current));
    let carried = (f64::from(previous) * windows.weight()).floor() as u32;
    if carried.saturating_add(current) < limit.hits {
        return Ok(());
    }
    metrics::counter!("limits_refused", "limit" => limit.name).increment(1);
    tracing::info!(limit = limit.name, "a limit refused");
    Err(Limited { retry_after: windows.wait(previous, current, limit.hits), shared: limit.is_shared() }.into())
}

/// Forgets the hits of `subject` on a limit.
pub async fn forget(services: &Services, limit: &Limit, subject: &str) -> sqlx::Result<()> {
    store::account::limits::forget(&services.db, &bucket(services, limit, subject)).await
}

/// What stands in the table for somebody and a limit.
fn bucket(services: &Services, limit: &Limit, subject: &str) -> [u8; 32] {
    services.vault.mac("rate limit", format!("{}\0{subject}", limit.name).as_bytes())
}

/// Counts one hit against each of several limits, in order; the first that refuses ends it.
pub async fn hit_all(services: &Services, hits: &[(&Limit, &str)]) -> Result<(), LimitError> {
    for (limit, subject) in hits {
        hit(services, limit, subject).await?;
    }
    Ok(())
}

/// Forgets windows that no limit looks at any more. How many.
pub async fn sweep(services: &Services) -> sqlx::Result<u64> {
    let longest = ALL.iter().map(|limit| limit.window).max().unwrap_or(DAY);
    let gone = services.clock.now().saturating_sub(longest + longest).unwrap_or(Timestamp::MIN);
    store::account::limits::remove_before(&services.db, gone).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The words of a refusal speak of the network only where it was the network: a new limit is put on one of the two sides here.
    #[test]
    fn whose_a_limit_is_follows_from_its_name() {
        let own: Vec<_> = ALL.iter().filter(|limit| !limit.is_shared()).map(|limit| limit.name).collect();
        assert_eq!(
            own,
            [
                "code-contact",
                "code-contact-day",
                "sign-in-login-network",
                "sign-in-failed-day",
                "sign-in-slowed",
                "sign-in-login-anywhere",
                "step-up-account",
                "passkey-account",
                "token-client",
                "api-client",
                "door-names-staff",
                "ticket-account",
                "ticket-client",
                "release-contact",
                "release-account",
                "paper-account",
                "contact-account",
                "invitation-account",
                "child-phone",
                "unit-looked-up",
                "unit-missed",
                "support-opened",
                "contract-asked",
                "unit-told-of-nothing",
                "unit-alarmed",
                "drawn-account",
                "export-account",
            ]
        );
    }

    #[test]
    fn no_two_limits_share_a_name() {
        let mut names: Vec<_> = ALL.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn networks_hide_the_last_of_an_address() {
        let network = |text: &str| Network::of(text.parse().expect("an address")).as_str().to_owned();
        assert_eq!(network("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(network("::ffff:203.0.113.78"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:7:8::9"), "2001:db8:7::/48");
        let exact = |text: &str| Network::of(text.parse().expect("an address"));
        assert_eq!(exact("2001:db8:7:8::9").site(), Some("2001:db8:7:8::/64"));
        assert_eq!((exact("::ffff:203.0.113.78").address(), exact("203.0.113.78").site()), ("203.0.113.78", None));
        assert_eq!(format!("{:?}", Network::of([203, 0, 113, 77].into())), "Network(…)");
        let elsewhere = |text: &str| Network::of(text.parse().expect("an address")).is_elsewhere();
        assert!(elsewhere("203.0.113.77") && elsewhere("10.0.0.1") && elsewhere("2001:db8::1"));
        assert!(
            !elsewhere("127.0.0.1") && !elsewhere("::1") && !elsewhere("::ffff:127.0.0.1") && !elsewhere("0.0.0.0")
        );
    }

    proptest! {
        /// After the wait a hit fits, and one millisecond of rounding before it does not.
        #[test]
        fn the_wait_is_long_enough_and_no_longer(
            limit in 1u32..200, previous in 0u32..200, current in 0u32..200, at in 0i64..600_000,
        ) {
            let (previous, current) = (previous.min(limit), current.min(limit));
            let window = SignedDuration::from_mins(10);
            let start = Timestamp::from_millisecond(1_800_000_000_000 + at).expect("an instant");
            let fits = |now: Timestamp| {
                let (then, windows) = (Windows::at(start, window), Windows::at(now, window));
                let (last, this) = match windows.began.duration_since(then.began).as_millis() / 600_000 {
                    0 => (previous, current),
                    1 => (current, 0),
                    _ => (0, 0),
                };
                (f64::from(last) * windows.weight()).floor() as u32 + this < limit
            };
            let wait = Windows::at(start, window).wait(previous, current, limit);
            if !fits(start) {
                prop_assert!(fits(start + wait), "waited {wait:?}");
                prop_assert!(!fits(start + wait - SignedDuration::from_millis(3)), "could have come sooner than {wait:?}");
            }
        }
    }
}
