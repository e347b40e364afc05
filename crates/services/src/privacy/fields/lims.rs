//! Of records of the laboratory's system that could not be kept.

use crate::privacy::{Field, Protection, Term, Text};

pub(super) const FIELDS: &[Field] = &[Field {
    table: "lims_dead_letter",
    columns: &["record_sealed"],
    what: Text {
        zh: "实验室系统发来而未能入账的一条脐带血记录",
        en: "A record of a unit that the laboratory's system sent and that could not be kept",
    },
    purpose: Text {
        zh: "查明原因并补记，使脐带血的记录完整", en: "Finding out why, and completing the unit's record"
    },
    readers: Text { zh: "脐血库的制备、检测和质量人员", en: "The bank's laboratory and quality staff" },
    term: Term::Unit,
    protection: Protection::Sealed,
    in_notice: true,
}];
