//! Of bookings, the waiting list, the door and what was typed before.

use super::{OFFICE, SELF, SELF_AND_MASKED, SELF_AND_STAFF, SYSTEM};
use crate::privacy::{Field, Protection, Term, Text};

const FIND_BOOKINGS: Text = Text {
    zh: "核对同一联系方式的预约数量，凭手机号或邮箱找回预约",
    en: "Counting bookings per contact and finding a booking by phone or e-mail",
};

const DOCUMENT_READERS: Text = Text {
    zh: "工作人员只能看到末四位；有权限的工作人员说明理由后可查看全部，每次查看均有记录",
    en: "Staff see the last four characters; authorised staff see it whole with a reason, and every look is recorded",
};

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "booking",
        columns: &["name_sealed"],
        what: Text { zh: "预约人姓名", en: "Name on the booking" },
        purpose: Text { zh: "办理预约、现场核对", en: "Making the booking and checking it at the door" },
        readers: SELF_AND_MASKED,
        term: Term::Booking,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "booking",
        columns: &["phone_sealed", "mail_sealed"],
        what: Text { zh: "预约人手机号或邮箱", en: "Mobile number or e-mail address of the booking" },
        purpose: Text {
            zh: "发送验证码、预约确认、提醒和变更通知",
            en: "Sending codes, confirmations, reminders and notices of change",
        },
        readers: SELF_AND_MASKED,
        term: Term::Booking,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "booking",
        columns: &["phone_index", "mail_index"],
        what: Text { zh: "手机号或邮箱的检索值", en: "Lookup value of the number or address" },
        purpose: FIND_BOOKINGS,
        readers: SYSTEM,
        term: Term::Booking,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "booking",
        columns: &["document_sealed"],
        what: Text {
            zh: "身份证件的类型和号码（预约人的或同行每个人的，仅限要求登记证件的活动）",
            en: "Kind and number of identity documents, of who books or of everybody (only for activities that ask for them)",
        },
        purpose: Text {
            zh: "入场时核对身份",
            en: "Checking at the entrance that those who were booked for are those who come",
        },
        readers: DOCUMENT_READERS,
        term: Term::Document,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "booking",
        columns: &["document_index", "companion_index"],
        what: Text { zh: "身份证件的检索值", en: "Lookup values of the documents" },
        purpose: Text { zh: "核对同一证件的预约数量", en: "Counting bookings per document" },
        readers: SYSTEM,
        term: Term::Document,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "booking",
        columns: &[
            "session_id",
            "id",
            "activity_id",
            "reference",
            "state",
            "people",
            "children",
            "arrived",
            "channel",
            "pool",
            "locale",
            "policy_version",
            "moves",
            "sequence",
            "version",
            "created_at",
            "updated_at",
            "cancelled_at",
            "cancelled_by",
            "closure_id",
            "erased_at",
        ],
        what: Text {
            zh: "预约内容：场次、人数（含14岁以下人数）、到场人数、状态、时间、语言",
            en: "The booking: session, people (and how many are under 14), arrivals, state, times, language",
        },
        purpose: Text {
            zh: "安排名额、现场接待和参观统计", en: "Places, admission and visitor statistics"
        },
        readers: SELF_AND_STAFF,
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "booking",
        columns: &["account_id"],
        what: Text { zh: "预约与您账号的关联", en: "Link from the booking to your account" },
        purpose: Text {
            zh: "在“我的预约”中显示；按账号核对预约次数和人数",
            en: "Showing it under “My bookings”; counting the account’s bookings and their people",
        },
        readers: SELF,
        term: Term::Booking,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "no_show",
        columns: &["person_index"],
        what: Text {
            zh: "爽约时所用手机号或邮箱的检索值",
            en: "Lookup value of the number or address a missed visit was booked with",
        },
        purpose: Text {
            zh: "统计爽约次数，决定是否暂停预约", en: "Counting missed visits, which may pause booking"
        },
        readers: SYSTEM,
        term: Term::Missed,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "no_show",
        columns: &["account_id"],
        what: Text { zh: "爽约的预约与您账号的关联", en: "Link from a missed visit to your account" },
        purpose: Text {
            zh: "按账号统计爽约次数，决定是否暂停预约",
            en: "Counting the account’s missed visits, which may pause booking",
        },
        readers: SYSTEM,
        term: Term::Missed,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "no_show",
        columns: &[
            "session_id",
            "booking_id",
            "activity_id",
            "missing",
            "whole",
            "ended_at",
            "marked_at",
            "over_at",
            "over_why",
            "over_reason",
        ],
        what: Text {
            zh: "爽约的场次、人数和处理", en: "Which session was missed, by how many, what became of it"
        },
        purpose: Text {
            zh: "告知本人、核实和撤销，人数统计", en: "Telling the person, taking it back, head counts"
        },
        readers: SELF_AND_MASKED,
        term: Term::Missed,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "door_outage",
        columns: &["id", "activity_id", "starts_at", "ends_at", "reason", "declared_at", "declared_by"],
        what: Text {
            zh: "门岗故障的时段、原因和申报人", en: "When and why the door had an outage, and who said so"
        },
        purpose: Text { zh: "不登记故障时段的爽约", en: "Noting no no-shows of that time" },
        readers: OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "waiting_entry",
        columns: &["name_sealed", "phone_sealed", "mail_sealed"],
        what: Text {
            zh: "候补登记人姓名、手机号或邮箱",
            en: "Name and mobile number or e-mail address on the waiting list",
        },
        purpose: Text {
            zh: "有空余名额时通知您，并为您办理预约",
            en: "Telling you when places come free, and booking them for you",
        },
        readers: SELF_AND_MASKED,
        term: Term::Booking,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "waiting_entry",
        columns: &["document_sealed"],
        what: Text {
            zh: "接受候补通知时填写的身份证件", en: "Identity documents typed with an offer of places"
        },
        purpose: Text {
            zh: "避免您填写的内容丢失；接受、放弃或通知过期后立即删除",
            en: "So that nothing you typed is lost; deleted when the offer is taken, declined or over",
        },
        readers: SELF,
        term: Term::Document,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "waiting_entry",
        columns: &["phone_index", "mail_index"],
        what: Text {
            zh: "候补手机号或邮箱的检索值", en: "Lookup value of the number or address that waits"
        },
        purpose: Text {
            zh: "核对同一联系方式的候补数量", en: "Counting waiting-list entries per contact"
        },
        readers: SYSTEM,
        term: Term::Booking,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "waiting_entry",
        columns: &["account_id"],
        what: Text { zh: "候补与您账号的关联", en: "Link from the waiting-list entry to your account" },
        purpose: Text {
            zh: "预约成功后在“我的预约”中显示；按账号核对预约次数和人数",
            en: "Showing the booking it becomes under “My bookings”; counting the account’s bookings and their people",
        },
        readers: SELF,
        term: Term::Booking,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "waiting_entry",
        columns: &[
            "id",
            "activity_id",
            "state",
            "people",
            "children",
            "locale",
            "offered_session",
            "offer_expires_at",
            "offers",
            "booking_id",
            "created_at",
            "updated_at",
            "ended_at",
            "erased_at",
        ],
        what: Text {
            zh: "候补内容：场次、人数、顺序、通知和结果、语言",
            en: "The waiting-list entry: sessions, people, order, offers and outcome, language",
        },
        purpose: Text { zh: "按顺序分配空余名额", en: "Offering places in order" },
        readers: SELF_AND_STAFF,
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "closure",
        columns: &["created_by"],
        what: Text { zh: "关闭场次的工作人员编号", en: "Account number of who closed a session" },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "open_door",
        columns: &["created_by"],
        what: Text {
            zh: "设置免预约的工作人员编号", en: "Account number of who said that no booking is needed"
        },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "booking_draft",
        columns: &["sealed", "typed_sealed", "document_sealed"],
        what: Text { zh: "填写中的预约信息", en: "What you have typed into an unfinished booking" },
        purpose: Text { zh: "避免您填写的内容丢失", en: "So that nothing you typed is lost" },
        readers: SELF,
        term: Term::Draft,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "booking_draft",
        columns: &["visitor_hash"],
        what: Text { zh: "浏览器标识的散列值", en: "Hash of your browser's cookie" },
        purpose: Text {
            zh: "确保只有您的浏览器能看到未完成的填写",
            en: "So that only your browser sees the unfinished booking",
        },
        readers: SYSTEM,
        term: Term::Draft,
        protection: Protection::Hash,
        in_notice: true,
    },
    Field {
        table: "booking_draft",
        columns: &["contact_index"],
        what: Text { zh: "手机号或邮箱的检索值", en: "Lookup value of the number or address" },
        purpose: Text {
            zh: "确认验证码与联系方式一致", en: "Matching the code with the contact it was sent to"
        },
        readers: SYSTEM,
        term: Term::Draft,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "booking_draft",
        columns: &[
            "id",
            "session_id",
            "hold_id",
            "people",
            "locale",
            "booking_id",
            "created_at",
            "expires_at",
            "verified_at",
            "waits",
            "also",
            "waiting_id",
            "series",
        ],
        what: Text {
            zh: "填写中的场次、人数和时间", en: "Session, people and times of an unfinished booking"
        },
        purpose: Text { zh: "为您暂留名额", en: "Holding your places" },
        readers: SELF,
        term: Term::Draft,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "release_ticket",
        columns: &["visitor_hash"],
        what: Text {
            zh: "候场号码对应的浏览器标识散列值",
            en: "Hash of your browser's cookie, with your place in a line",
        },
        purpose: Text {
            zh: "放号时保证一个浏览器一个号码，别人不能冒用",
            en: "One place in the line of a release per browser, which nobody else can use",
        },
        readers: SYSTEM,
        term: Term::Draft,
        protection: Protection::Hash,
        in_notice: true,
    },
    Field {
        table: "release_ticket",
        columns: &["release_id", "id", "number", "session_id", "people", "entries", "arrived_at"],
        what: Text {
            zh: "候场号码、所选场次和人数",
            en: "Your number in the line, the session chosen and for how many",
        },
        purpose: Text {
            zh: "按抽签和到达先后放行", en: "Letting people in by the draw and in the order they came"
        },
        readers: SELF,
        term: Term::Draft,
        protection: Protection::Plain,
        in_notice: true,
    },
];
