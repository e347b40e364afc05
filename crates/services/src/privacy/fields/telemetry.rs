//! Of alarms of tanks and rooms.

use crate::privacy::{Field, Protection, Term, Text};

const DISPLAY: Field = Field {
    table: "wall_display",
    columns: &["name", "code_hash", "token_hash", "created_by"],
    what: Text {
        zh: "监控墙显示屏的名称、配对码和密钥的散列值、添加人编号",
        en: "Name of a display of the wall board; hashes of its code and key; account number of who added it",
    },
    purpose: Text { zh: "显示屏的配对和停用", en: "Bringing in and revoking displays" },
    readers: Text { zh: "值守和质量人员", en: "Whoever watches the tanks, and the bank's quality staff" },
    term: Term::Staff,
    protection: Protection::Plain,
    in_notice: false,
};

pub(super) const FIELDS: &[Field] = &[
    DISPLAY,
    Field {
        table: "telemetry_notice",
        columns: &["account_id"],
        what: Text { zh: "收到报警通知的工作账号", en: "The account of the staff told of an alarm" },
        purpose: Text { zh: "确认报警送达到人", en: "Knowing that somebody was told of an alarm" },
        readers: Text { zh: "值守和质量人员", en: "Whoever watches the tanks, and the bank's quality staff" },
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
