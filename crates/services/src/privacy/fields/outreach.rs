//! Of what events ask.

use super::{OFFICE, STAFF_ADMIN, SYSTEM};
use crate::privacy::{Field, Protection, Term, Text};

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "event_answers",
        columns: &["ordinary_sealed"],
        what: Text {
            zh: "报名活动时对一般问题的回答", en: "Your answers to an event’s ordinary questions"
        },
        purpose: Text { zh: "为您准备活动", en: "Preparing the event for you" },
        readers: Text { zh: "您本人；馆务人员", en: "You; museum staff" },
        term: Term::Booking,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "event_answers",
        columns: &["sensitive_sealed"],
        what: Text {
            zh: "报名活动时对敏感问题的回答（如孕期、预产期），与其他回答分开保存",
            en: "Your answers to sensitive questions (such as pregnancy or due date), kept apart from the others",
        },
        purpose: Text {
            zh: "安排适合您的内容和照护；不出现在入场核验、通知和日志中",
            en: "Content and care that suit you; never at the door, in messages or logs",
        },
        readers: Text {
            zh: "您本人；工作人员须说明理由并留下记录",
            en: "You; staff only with a reason, which is recorded",
        },
        term: Term::Booking,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "event_answers",
        columns: &["draft_id", "activity_id", "form_version", "booking_id", "waiting_id", "created_at", "expires_at"],
        what: Text {
            zh: "回答属于哪次报名、哪一版问题", en: "Which registration and which version of the questions"
        },
        purpose: Text { zh: "把回答与报名对应起来", en: "Keeping answers with their registration" },
        readers: SYSTEM,
        term: Term::Booking,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "event_form",
        columns: &["created_by"],
        what: Text { zh: "编辑活动问题的工作人员编号", en: "Who of staff wrote an event’s questions" },
        purpose: Text { zh: "安全追溯", en: "Accountability" },
        readers: STAFF_ADMIN,
        term: Term::Audit,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "event_picture_size",
        columns: &["file_id"],
        what: Text {
            zh: "活动图片（须经图片中的人同意）",
            en: "Pictures of events (with the consent of those on them)",
        },
        purpose: Text { zh: "在活动页面展示", en: "Showing what an event is like" },
        readers: Text { zh: "活动发布后所有人可见", en: "Everybody, while the event is published" },
        term: Term::Photo,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "event_picture",
        columns: &["sent_hash"],
        what: Text { zh: "活动图片文件的比对值", en: "Value by which a picture’s file is compared" },
        purpose: Text { zh: "避免同一张图片重复登记", en: "Keeping one picture once" },
        readers: SYSTEM,
        term: Term::Photo,
        protection: Protection::Hash,
        in_notice: false,
    },
    Field {
        table: "event_picture",
        columns: &["consent_by"],
        what: Text {
            zh: "登记活动图片同意情况的工作人员编号",
            en: "Account number of who noted the consent to a picture",
        },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
