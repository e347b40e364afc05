//! Of stored units.

use super::SYSTEM;
use crate::privacy::{Field, Protection, Term, Text};

const FAMILY: Text = Text {
    zh: "您的家庭（母亲的感染性检测结果仅母亲本人及其同意的人）；脐血库的制备、检测和质量人员",
    en: "Your family (the mother's infectious results: she and whom she lets); the bank's laboratory and quality staff",
};
const HOUSE: Text =
    Text { zh: "脐血库的制备、检测和质量人员", en: "The bank's laboratory and quality staff" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "custody_event",
        columns: &["sealed"],
        what: Text {
            zh: "一份脐带血从采集到使用的每一步记录和检测结果",
            en: "Each step and each test result of a unit, from its collection to its use",
        },
        purpose: Text {
            zh: "保证脐带血的质量和可追溯，供家庭查阅",
            en: "Quality and tracing of the unit, and for the family to read",
        },
        readers: FAMILY,
        term: Term::Unit,
        protection: Protection::UnitKey,
        in_notice: true,
    },
    Field {
        table: "custody_unit",
        columns: &["key_sealed"],
        what: Text { zh: "一份脐带血的专用密钥", en: "The key of a unit" },
        purpose: Text {
            zh: "加密这份脐带血的记录；销毁后无人能够读取",
            en: "Encrypting the unit's record; once it is destroyed nobody can read that",
        },
        readers: SYSTEM,
        term: Term::Unit,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "custody_event",
        columns: &["prev_hash"],
        what: Text {
            zh: "每条记录的校验值（看不出记录内容）",
            en: "The check value of each record, which tells nothing of it",
        },
        purpose: Text { zh: "证明记录没有被改动", en: "Showing that no record was changed" },
        readers: FAMILY,
        term: Term::Audit,
        protection: Protection::Hash,
        in_notice: true,
    },
    Field {
        table: "custody_event",
        columns: &["actor_kind", "actor_id"],
        what: Text {
            zh: "登记人的账号或系统编号", en: "The number of the account or system that recorded it"
        },
        purpose: Text { zh: "责任追溯", en: "Accountability" },
        readers: HOUSE,
        term: Term::Audit,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "custody_operator",
        columns: &["account_id"],
        what: Text { zh: "操作人员的工作账号", en: "The account of somebody who works with units" },
        purpose: Text { zh: "责任追溯和双人复核", en: "Accountability, and the rule of two people" },
        readers: HOUSE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
