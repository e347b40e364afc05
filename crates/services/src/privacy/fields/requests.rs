//! What every kind of request holds alike: the form somebody types before the contact is proven.

use super::{SELF, SYSTEM};
use crate::privacy::{Field, Protection, Term, Text};

/// What was typed so far.
pub(super) const fn typed(table: &'static str, what: Text) -> Field {
    Field {
        table,
        columns: &["sealed"],
        what,
        purpose: Text { zh: "避免您填写的内容丢失", en: "So that nothing you typed is lost" },
        readers: SELF,
        term: Term::Draft,
        protection: Protection::Sealed,
        in_notice: true,
    }
}

/// Whose browser it is.
pub(super) const fn visitor_hash(table: &'static str) -> Field {
    Field {
        table,
        columns: &["visitor_hash"],
        what: Text { zh: "浏览器标识的散列值", en: "Hash of your browser's cookie" },
        purpose: Text {
            zh: "确保只有您的浏览器能看到未完成的填写",
            en: "So that only your browser sees the unfinished form",
        },
        readers: SYSTEM,
        term: Term::Draft,
        protection: Protection::Hash,
        in_notice: true,
    }
}

/// Which contact a code proves.
pub(super) const fn contact_index(table: &'static str) -> Field {
    Field {
        table,
        columns: &["contact_index"],
        what: Text { zh: "手机号或邮箱的检索值", en: "Lookup value of the number or address" },
        purpose: Text {
            zh: "确认验证码与联系方式一致", en: "Matching the code with the contact it was sent to"
        },
        readers: SYSTEM,
        term: Term::Draft,
        protection: Protection::BlindIndex,
        in_notice: true,
    }
}
