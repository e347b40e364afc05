//! What partners are told by webhooks, and which addresses of the network the house calls: no I/O, only the words and rules.

use crate::named::named;
use jiff::SignedDuration;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The version of what is told. Raised when a member changes its meaning or goes; new members do not raise it.
pub const SCHEMA: u32 = 1;

/// What a test is called: nobody subscribes to it.
pub const TEST: &str = "webhook.test";

/// How long a secret still signs after another took its place.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// How long a delivery is tried, from its first attempt; and how long an endpoint may fail before it is paused.
pub const TRIED_FOR: SignedDuration = SignedDuration::from_hours(72);

named! {
    /// What there is to tell.
    Topic, 11 {
        /// The house changed a session: its times, its places; or opened it again.
        SessionChanged "session.changed",
        /// The house closed a session.
        SessionClosed "session.closed",
        /// The partner's machine booked.
        BookingCreated "booking.created",
        /// A booking of the partner's machine has another session or another number of people.
        BookingChanged "booking.changed",
        /// A booking of the partner's machine was cancelled, by whomever.
        BookingCancelled "booking.cancelled",
        /// An event is shown to the public.
        EventPublished "event.published",
        /// An event is not shown any more.
        EventWithdrawn "event.withdrawn",
        /// A stop of the science bus stands in the public schedule.
        BusStopPublished "bus.stop.published",
        /// A stop that stood in it took place, or does not stand in it any more.
        BusStopChanged "bus.stop.changed",
        /// A party that the partner's machine put on a waiting list is offered places.
        WaitingOffered "waiting.offered",
        /// Such an offer is good no more, and nobody answered it.
        WaitingExpired "waiting.expired",
    }
}

impl Topic {
    /// It is told to the machine that booked, or put a party on a waiting list, and to nobody else.
    pub const fn is_own(self) -> bool {
        matches!(
            self,
            Self::BookingCreated
                | Self::BookingChanged
                | Self::BookingCancelled
                | Self::WaitingOffered
                | Self::WaitingExpired
        )
    }
}

named! {
    /// Why an endpoint is paused.
    Pause, 3 {
        /// Staff did.
        Staff "staff",
        /// Nothing was taken for [`TRIED_FOR`].
        Failing "failing",
        /// It answered 410: never again.
        Gone "gone",
    }
}

/// The wait after attempt number `attempts` that failed: half a minute, three times as long each time, eight hours at most,
/// of which `chance` (of 65,535) takes up to a quarter away, so that what failed together does not come back together.
pub fn backoff(attempts: u32, chance: u16) -> SignedDuration {
    let whole = 30_000_i64.saturating_mul(3_i64.saturating_pow(attempts.clamp(1, 12) - 1)).min(8 * 3_600_000);
    SignedDuration::from_millis(whole - whole / 4 * i64::from(chance) / i64::from(u16::MAX))
}

/// Failures in a row after which an endpoint is left alone for a while, so that one that is down costs little.
pub const RESTS_AFTER: u32 = 3;

/// How long it is left alone after so many failures in a row: half a minute, doubled each time, a quarter of an hour at most.
pub fn rest(failures: u32) -> Option<SignedDuration> {
    let over = failures.checked_sub(RESTS_AFTER)?;
    Some(SignedDuration::from_secs((30_i64 << over.min(10)).min(900)))
}

/// The address belongs to the public network. Everything special is refused (IANA's registries of special-purpose
/// addresses): this machine, private and shared networks, link-local ones with the clouds' metadata, multicast, and IPv6 that
/// carries IPv4 inside.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 31, 196)
            | (192, 52, 193)
            | (192, 88, 99)
            | (192, 168, _)
            | (192, 175, 48)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast (2000::/3) without its special parts: protocol assignments and Teredo (2001::/23), documentation
/// (2001:db8::/32, 3fff::/20), 6to4 (2002::/16). Mapped, translated, local and multicast addresses lie outside it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8))
        || a == 0x2002
        || (a == 0x3fff && b < 0x1000)
        || a == 0x2620 && b == 0x004f;
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_is_called() {
        let special = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "3fff::1",
        ];
        for text in special {
            assert!(!is_public(text.parse().expect("an address")), "{text} is special");
        }
        let public = [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "223.5.5.5",
            "2400:3200::1",
            "2606:4700::1111",
        ];
        for text in public {
            assert!(is_public(text.parse().expect("an address")), "{text} is public");
        }
    }

    #[test]
    fn attempts_span_three_days_and_never_come_all_at_once() {
        for chance in [0, u16::MAX / 2, u16::MAX] {
            let (mut total, mut attempts) = (SignedDuration::ZERO, 0);
            while total < TRIED_FOR {
                attempts += 1;
                total += backoff(attempts, chance);
            }
            assert!((14..=22).contains(&attempts), "{attempts} attempts");
        }
        assert_eq!(backoff(1, 0), SignedDuration::from_secs(30));
        assert_eq!(backoff(1, u16::MAX), SignedDuration::from_millis(22_500));
        assert_eq!(backoff(99, 0), SignedDuration::from_hours(8));
    }

    #[test]
    fn who_is_down_is_left_alone_a_little_longer_each_time() {
        assert_eq!((rest(0), rest(2)), (None, None));
        assert_eq!(rest(3), Some(SignedDuration::from_secs(30)));
        assert_eq!(rest(5), Some(SignedDuration::from_secs(120)));
        assert_eq!(rest(1000), Some(SignedDuration::from_secs(900)));
    }
}
