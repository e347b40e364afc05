//! Of alarms of tanks and rooms.

use crate::privacy::{Field, Protection, Term, Text};

pub(super) const FIELDS: &[Field] = &[Field {
    table: "telemetry_notice",
    columns: &["account_id"],
    what: Text { zh: "收到报警通知的工作账号", en: "The account of the staff told of an alarm" },
    purpose: Text { zh: "确认报警送达到人", en: "Knowing that somebody was told of an alarm" },
    readers: Text { zh: "值守和质量人员", en: "Whoever watches the tanks, and the bank's quality staff" },
    term: Term::Staff,
    protection: Protection::Plain,
    in_notice: false,
}];
