//! Of the science bus.

use super::{SELF, SYSTEM, requests};
use crate::privacy::{Field, Protection, Term, Text};

const BUS_READERS: Text = Text {
    zh: "您本人；科普巴士调度人员默认只看到部分遮挡的内容，查看全文须再次验证身份并留下记录",
    en: "You; the bus's dispatchers see it masked, and in full only after proving their identity again, which is recorded",
};
const BUS_OFFICE: Text = Text { zh: "您本人；科普巴士调度人员", en: "You; the bus's dispatchers" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "bus_request",
        columns: &["name_sealed", "post_sealed"],
        what: Text {
            zh: "科普巴士申请的联系人姓名和职务", en: "Name and post of who coordinates a visit of the bus"
        },
        purpose: Text { zh: "商定日期、现场对接", en: "Agreeing on a date and meeting on the spot" },
        readers: BUS_READERS,
        term: Term::Bus,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "bus_request",
        columns: &["phone_sealed", "mail_sealed"],
        what: Text { zh: "联系人手机号或邮箱", en: "The coordinator's mobile number or e-mail address" },
        purpose: Text {
            zh: "发送验证码、日期方案和变更通知",
            en: "Sending codes, proposed dates and notices of change",
        },
        readers: BUS_READERS,
        term: Term::Bus,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "bus_request",
        columns: &["note_sealed", "question_sealed", "answer_sealed", "reason_sealed"],
        what: Text { zh: "申请中的说明和往来问答", en: "Notes, questions and answers about the request" },
        purpose: Text { zh: "安排这次到访", en: "Arranging the visit" },
        readers: BUS_OFFICE,
        term: Term::Bus,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "bus_request",
        columns: &["phone_index", "mail_index"],
        what: Text { zh: "手机号或邮箱的检索值", en: "Lookup value of the number or address" },
        purpose: Text { zh: "核对同一联系方式的申请数量", en: "Counting the requests of one contact" },
        readers: SYSTEM,
        term: Term::Bus,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "bus_request",
        columns: &[
            "organisation",
            "address",
            "city",
            "people",
            "state",
            "reference",
            "locale",
            "created_at",
            "updated_at",
        ],
        what: Text {
            zh: "申请内容：单位、地址、人数、状态、时间",
            en: "The request: institution, address, people, state, times",
        },
        purpose: Text { zh: "安排行程和统计", en: "Itineraries and statistics" },
        readers: BUS_OFFICE,
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "bus_request",
        columns: &["account_id"],
        what: Text { zh: "提出申请的账号编号", en: "The account a request was made in" },
        purpose: Text { zh: "在“我的预约”中显示您的申请", en: "Showing you your requests" },
        readers: SELF,
        term: Term::Bus,
        protection: Protection::Plain,
        in_notice: true,
    },
    requests::typed(
        "bus_draft",
        Text { zh: "填写中的科普巴士申请", en: "What you have typed into an unfinished request for the bus" },
    ),
    requests::visitor_hash("bus_draft"),
    requests::contact_index("bus_draft"),
    Field {
        table: "bus_short_link",
        columns: &["code_hash", "request_id"],
        what: Text {
            zh: "短信中短链接的散列值及其对应的科普巴士申请",
            en: "Hash of the short link in a text message, and its request for the bus",
        },
        purpose: Text { zh: "从短信打开您的申请", en: "Opening your request from a text message" },
        readers: SYSTEM,
        term: Term::Code,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "bus_stop",
        columns: &["answer_by"],
        what: Text { zh: "日期方案的答复期限", en: "Until when a proposed date waits" },
        purpose: Text { zh: "商定日期", en: "Agreeing on a date" },
        readers: BUS_OFFICE,
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "bus_stop",
        columns: &["message_sealed"],
        what: Text {
            zh: "调度人员随日期方案写给您的话", en: "What the dispatcher wrote to you with a proposed date"
        },
        purpose: Text { zh: "商定日期", en: "Agreeing on a date" },
        readers: BUS_OFFICE,
        term: Term::Bus,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "bus_stop",
        columns: &["created_by"],
        what: Text { zh: "安排行程的工作人员编号", en: "Account number of who planned a stop" },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: BUS_OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "bus_blackout",
        columns: &["created_by"],
        what: Text {
            zh: "登记停驶的工作人员编号", en: "Account number of who entered days without driving"
        },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: BUS_OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "bus_photo",
        columns: &["file_id"],
        what: Text {
            zh: "科普巴士到访照片（须经照片中的人同意）",
            en: "Photographs of visits of the bus (with the consent of those on them)",
        },
        purpose: Text { zh: "在活动页面展示", en: "Showing what a visit was like" },
        readers: Text { zh: "公开展示后所有人可见", en: "Everybody, once it is shown" },
        term: Term::Photo,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "bus_photo",
        columns: &["sent_hash"],
        what: Text { zh: "照片文件的比对值", en: "Value by which a photograph’s file is compared" },
        purpose: Text { zh: "避免同一张照片重复登记", en: "Keeping one photograph once" },
        readers: SYSTEM,
        term: Term::Photo,
        protection: Protection::Hash,
        in_notice: false,
    },
    Field {
        table: "bus_photo",
        columns: &["consent_by"],
        what: Text {
            zh: "登记照片同意情况的工作人员编号",
            en: "Account number of who noted the consent to a photograph",
        },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: BUS_OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
