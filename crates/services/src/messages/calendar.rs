//! iCalendar (RFC 5545, RFC 5546): a visit as an entry that later messages update in place.
//!
//! Written here rather than with a crate: an entry is a dozen lines, and the folding has to be right for Chinese, where
//! a line's 75 octets are 25 characters and a fold inside one of them would destroy it.

use jiff::Timestamp;
use std::fmt::Write as _;
use uuid::Uuid;

/// What the receiving calendar is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Take this entry: a file somebody downloads.
    Publish,
    /// Add or update it: a message to the one who booked.
    Request,
    /// Remove it.
    Cancel,
}

impl Method {
    /// As in the file and in the mail part's content type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// One visit.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The booking: the left half of the UID, the same for as long as the booking lives.
    pub subject: Uuid,
    /// The right half of the UID: the site's host.
    pub host: &'a str,
    /// Higher with every change, so that an older message cannot undo a newer one.
    pub sequence: u32,
    /// What to do with it.
    pub method: Method,
    /// When this version of it was made.
    pub stamp: Timestamp,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Title.
    pub summary: &'a str,
    /// What to know; lines are separated by `\n`.
    pub description: &'a str,
    /// Where.
    pub place: &'a str,
    /// A page about it.
    pub url: Option<&'a str>,
    /// Who invites: name and address. Needed for a request or a cancellation.
    pub organizer: Option<(&'a str, &'a str)>,
    /// Who is invited: address.
    pub attendee: Option<&'a str>,
    /// The text of the alarm two hours before.
    pub alarm: Option<&'a str>,
}

/// The file: UTF-8, lines ended by CRLF and folded at 75 octets.
pub fn ics(event: &Event<'_>) -> String {
    collection(event.host, event.method, &entry(event))
}

/// A file of entries that were written by [`entry`].
pub fn collection(host: &str, method: Method, entries: &str) -> String {
    let mut file = File::default();
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line(&format!("PRODID:-//{}//booking//ZH", plain(host)));
    file.line("CALSCALE:GREGORIAN");
    file.line(&format!("METHOD:{}", method.name()));
    file.0.push_str(entries);
    file.line("END:VCALENDAR");
    file.0
}

/// One entry, without the file around it.
pub fn entry(event: &Event<'_>) -> String {
    let mut file = File::default();
    let Event { subject, host, sequence, method, .. } = *event;
    let cancelled = method == Method::Cancel;
    file.line("BEGIN:VEVENT");
    file.line(&format!("UID:{subject}@{}", plain(host)));
    file.line(&format!("SEQUENCE:{sequence}"));
    file.line(&format!("DTSTAMP:{}", utc(event.stamp)));
    file.line(&format!("DTSTART:{}", utc(event.starts_at)));
    file.line(&format!("DTEND:{}", utc(event.ends_at)));
    file.line(&format!("SUMMARY:{}", text(event.summary)));
    file.line(&format!("DESCRIPTION:{}", text(event.description)));
    file.line(&format!("LOCATION:{}", text(event.place)));
    if let Some(url) = event.url {
        file.line(&format!("URL:{}", plain(url)));
    }
    if let Some((name, mail)) = event.organizer {
        file.line(&format!("ORGANIZER;CN=\"{}\":mailto:{}", parameter(name), plain(mail)));
    }
    if let Some(mail) = event.attendee {
        file.line(&format!("ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{}", plain(mail)));
    }
    file.line(if cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    file.line("TRANSP:OPAQUE");
    if let (Some(alarm), false) = (event.alarm, cancelled) {
        file.line("BEGIN:VALARM");
        file.line("ACTION:DISPLAY");
        file.line("TRIGGER:-PT2H");
        file.line(&format!("DESCRIPTION:{}", text(alarm)));
        file.line("END:VALARM");
    }
    file.line("END:VEVENT");
    file.0
}

/// An entry of a calendar that people subscribe to.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The left half of its UID: the same wherever it is moved to.
    pub id: Uuid,
    /// Higher with every change.
    pub sequence: u32,
    /// When this version of it was made.
    pub stamp: Timestamp,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Title.
    pub summary: String,
    /// What to know; may be empty.
    pub description: String,
    /// Where.
    pub place: String,
    /// A page about it.
    pub url: String,
    /// It does not take place.
    pub cancelled: bool,
}

/// A whole calendar to subscribe to: calendars ask for it again, and an entry with a known UID and a higher SEQUENCE takes the place
/// of the one they have. An entry that leaves it leaves the calendar; one that is cancelled says so.
pub fn subscription(host: &str, name: &str, entries: &[Entry]) -> String {
    let mut file = File::default();
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line(&format!("PRODID:-//{}//schedule//ZH", plain(host)));
    file.line("CALSCALE:GREGORIAN");
    file.line("METHOD:PUBLISH");
    file.line(&format!("NAME:{}", text(name)));
    file.line(&format!("X-WR-CALNAME:{}", text(name)));
    file.line("X-WR-TIMEZONE:Asia/Shanghai");
    // RFC 7986, 5.7: ask again every six hours.
    file.line("REFRESH-INTERVAL;VALUE=DURATION:PT6H");
    for entry in entries {
        file.line("BEGIN:VEVENT");
        file.line(&format!("UID:{}@{}", entry.id, plain(host)));
        file.line(&format!("SEQUENCE:{}", entry.sequence));
        file.line(&format!("DTSTAMP:{}", utc(entry.stamp)));
        file.line(&format!("DTSTART:{}", utc(entry.starts_at)));
        file.line(&format!("DTEND:{}", utc(entry.ends_at)));
        file.line(&format!("SUMMARY:{}", text(&entry.summary)));
        if !entry.description.is_empty() {
            file.line(&format!("DESCRIPTION:{}", text(&entry.description)));
        }
        file.line(&format!("LOCATION:{}", text(&entry.place)));
        file.line(&format!("URL:{}", plain(&entry.url)));
        file.line(if entry.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        // Somebody's calendar: it blocks no time until they register.
        file.line("TRANSP:TRANSPARENT");
        file.line("END:VEVENT");
    }
    file.line("END:VCALENDAR");
    file.0
}

/// The longest line, its end not counted (RFC 5545, 3.1).
const OCTETS: usize = 75;

#[derive(Default)]
struct File(String);

impl File {
    /// Adds a content line, folded between characters.
    fn line(&mut self, line: &str) {
        let mut used = 0;
        for character in line.chars() {
            if used + character.len_utf8() > OCTETS {
                self.0.push_str("\r\n ");
                used = 1; // the space that says "goes on" counts
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A TEXT value: its own signs escaped, line breaks as `\n`, other controls left out.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    for character in value.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// A quoted parameter value: no quotes and no controls can stand in one. (RFC 6868's circumflex would be read by few.)
fn parameter(value: &str) -> String {
    value.chars().map(|c| if c == '"' { '\'' } else { c }).filter(|c| !c.is_control()).collect()
}

/// A URI, a host or an address: printable ASCII, everything else percent-encoded.
fn plain(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_graphic() {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(method: Method) -> Event<'static> {
        Event {
            subject: Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001),
            host: "www.example.cn",
            sequence: 2,
            method,
            stamp: "2026-07-20T04:00:00Z".parse().expect("an instant"),
            starts_at: "2026-07-28T01:00:00Z".parse().expect("an instant"),
            ends_at: "2026-07-28T02:30:00Z".parse().expect("an instant"),
            summary: "造血干细胞科普馆参观；请提前30分钟到馆，凭入场凭证入场，儿童须有成人陪同",
            description: "预约编号：K7M4-Q2XR\n人数：3人, 其中儿童1人; 免费\\公益",
            place: "造血干细胞科普馆",
            url: Some("https://www.example.cn/b/abc"),
            organizer: Some(("山东省脐血库 \"预约\"", "noreply@example.cn")),
            attendee: Some("li@example.cn"),
            alarm: Some("两小时后参观"),
        }
    }

    /// What a reader does first (RFC 5545, 3.1): folds are taken out.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split("\r\n").filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn a_request_says_all_there_is_to_say() {
        let file = ics(&event(Method::Request));
        assert_eq!(
            unfolded(&file),
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//www.example.cn//booking//ZH",
                "CALSCALE:GREGORIAN",
                "METHOD:REQUEST",
                "BEGIN:VEVENT",
                "UID:01970000-0000-7000-8000-000000000001@www.example.cn",
                "SEQUENCE:2",
                "DTSTAMP:20260720T040000Z",
                "DTSTART:20260728T010000Z",
                "DTEND:20260728T023000Z",
                "SUMMARY:造血干细胞科普馆参观；请提前30分钟到馆，凭入场凭证入场，儿童须有成人陪同",
                "DESCRIPTION:预约编号：K7M4-Q2XR\\n人数：3人\\, 其中儿童1人\\; 免费\\\\公益",
                "LOCATION:造血干细胞科普馆",
                "URL:https://www.example.cn/b/abc",
                "ORGANIZER;CN=\"山东省脐血库 '预约'\":mailto:noreply@example.cn",
                "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:li@example.cn",
                "STATUS:CONFIRMED",
                "TRANSP:OPAQUE",
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                "TRIGGER:-PT2H",
                "DESCRIPTION:两小时后参观",
                "END:VALARM",
                "END:VEVENT",
                "END:VCALENDAR",
            ]
        );
    }

    #[test]
    fn a_feed_moves_a_date_under_the_uid_it_had() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let entry = |sequence, starts: &str, ends: &str| Entry {
            id: Uuid::from_u128(7),
            sequence,
            stamp: at("2026-07-01T00:00:00Z"),
            starts_at: at(starts),
            ends_at: at(ends),
            summary: "728亲子节; 上午场".into(),
            description: "一起看,一起做".into(),
            place: "济南 · 泉城广场".into(),
            url: "https://www.example.cn/events/family-day".into(),
            cancelled: false,
        };
        let lines = |entry| unfolded(&subscription("www.example.cn", "活动", &[entry]));
        let before = lines(entry(0, "2026-07-28T01:00:00Z", "2026-07-28T03:00:00Z"));
        let after = lines(entry(1, "2026-07-29T01:00:00Z", "2026-07-29T03:00:00Z"));
        let changed: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).map(|(_, b)| b.as_str()).collect();
        assert_eq!(changed, ["SEQUENCE:1", "DTSTART:20260729T010000Z", "DTEND:20260729T030000Z"]);
        assert!(after.contains(&"UID:00000000-0000-0000-0000-000000000007@www.example.cn".to_owned()));
        assert!(after.contains(&"SUMMARY:728亲子节\\; 上午场".to_owned()), "{after:?}");
    }

    #[test]
    fn a_cancellation_keeps_the_uid_and_rings_no_alarm() {
        let lines = unfolded(&ics(&event(Method::Cancel)));
        assert!(lines.contains(&"METHOD:CANCEL".to_owned()) && lines.contains(&"STATUS:CANCELLED".to_owned()));
        assert!(lines.contains(&"UID:01970000-0000-7000-8000-000000000001@www.example.cn".to_owned()));
        assert!(!lines.iter().any(|line| line.contains("VALARM")));
    }

    #[test]
    fn a_subscription_has_an_entry_for_each_stop() {
        let entry = |id: u128, summary: &str| Entry {
            id: Uuid::from_u128(id),
            sequence: 1,
            stamp: "2026-07-20T04:00:00Z".parse().expect("an instant"),
            starts_at: "2026-07-28T01:00:00Z".parse().expect("an instant"),
            ends_at: "2026-07-28T02:30:00Z".parse().expect("an instant"),
            summary: summary.into(),
            description: String::new(),
            place: "潍坊".into(),
            url: "https://www.example.cn/bus/schedule".into(),
            cancelled: false,
        };
        let entries = [entry(1, "科普巴士：演示市星河小学, 一校区"), entry(2, "科普巴士：演示社区")];
        let lines = unfolded(&subscription("www.example.cn", "科普巴士行程", &entries));
        assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 2);
        assert!(lines.contains(&"SUMMARY:科普巴士：演示市星河小学\\, 一校区".to_owned()), "{lines:?}");
        assert!(lines.contains(&"METHOD:PUBLISH".to_owned()) && !lines.iter().any(|line| line.starts_with("ATTENDEE")));
        assert_eq!(lines.last().map(String::as_str), Some("END:VCALENDAR"));
    }

    proptest! {
        #[test]
        fn lines_never_exceed_75_octets_and_nothing_is_lost(summary in "[\\PC\n\r\t]{0,120}", name in "\\PC{0,60}") {
            let mut given = event(Method::Request);
            given.summary = &summary;
            given.organizer = Some((&name, "a@b.cn"));
            let file = ics(&given);
            prop_assert!(file.ends_with("\r\n"));
            for line in file.split("\r\n") {
                prop_assert!(line.len() <= 75, "{} octets", line.len());
                prop_assert!(!line.contains(['\r', '\n']), "a bare line break");
            }
            // The summary, read back as RFC 5545 says.
            let lines = unfolded(&file);
            let value = lines.iter().find_map(|line| line.strip_prefix("SUMMARY:")).expect("a summary");
            let mut read = String::new();
            let mut signs = value.chars();
            while let Some(sign) = signs.next() {
                read.push(if sign == '\\' { match signs.next() { Some('n') => '\n', Some(other) => other, None => '\\' } } else { sign });
            }
            let expected: String = summary.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
