//! Of group visits.

use super::{SELF, SELF_AND_MASKED, SYSTEM, requests};
use crate::privacy::{Field, Protection, Term, Text};

const GROUP_OFFICE: Text = Text { zh: "您本人；馆务人员", en: "You; museum staff" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "group_request",
        columns: &["name_sealed", "post_sealed"],
        what: Text { zh: "团体预约领队的姓名和职务", en: "Name and post of a group’s leader" },
        purpose: Text { zh: "安排参观、现场对接", en: "Arranging the visit and meeting on the spot" },
        readers: SELF_AND_MASKED,
        term: Term::Group,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "group_request",
        columns: &["phone_sealed", "mail_sealed"],
        what: Text { zh: "领队手机号或邮箱", en: "The leader’s mobile number or e-mail address" },
        purpose: Text {
            zh: "发送验证码、场次建议和变更通知",
            en: "Sending codes, proposed sessions and notices of change",
        },
        readers: SELF_AND_MASKED,
        term: Term::Group,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "group_request",
        columns: &["note_sealed", "question_sealed", "answer_sealed", "message_sealed", "reason_sealed"],
        what: Text {
            zh: "团体预约申请中的说明和往来问答", en: "Notes, questions and answers about a group’s request"
        },
        purpose: Text { zh: "安排这次参观", en: "Arranging the visit" },
        readers: GROUP_OFFICE,
        term: Term::Group,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "group_request",
        columns: &["phone_index", "mail_index"],
        what: Text { zh: "手机号或邮箱的检索值", en: "Lookup value of the number or address" },
        purpose: Text { zh: "核对同一联系方式的申请数量", en: "Counting the requests of one contact" },
        readers: SYSTEM,
        term: Term::Group,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "group_request",
        columns: &["account_id"],
        what: Text { zh: "申请与您账号的关联", en: "Link from the request to your account" },
        purpose: Text { zh: "在“我的预约”中显示", en: "Showing it under “My bookings”" },
        readers: SELF,
        term: Term::Group,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "group_request",
        columns: &[
            "organisation",
            "kind",
            "city",
            "ages",
            "members",
            "adults",
            "wishes",
            "state",
            "reference",
            "locale",
            "answer_by",
            "created_at",
            "updated_at",
        ],
        what: Text {
            zh: "团体预约申请内容：单位、人数、年龄段、希望的场次、状态、时间",
            en: "A group’s request: organisation, people, ages, sessions, state, times",
        },
        purpose: Text { zh: "安排名额和参观统计", en: "Places and visitor statistics" },
        readers: GROUP_OFFICE,
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "group_roster",
        columns: &["sealed"],
        what: Text {
            zh: "团体名单：同行人姓名，以及填写时的班级",
            en: "A group’s list: names, and classes where given",
        },
        purpose: Text { zh: "现场核对人数", en: "Checking who has come" },
        readers: SELF_AND_MASKED,
        term: Term::Roster,
        protection: Protection::Sealed,
        in_notice: true,
    },
    requests::typed(
        "group_draft",
        Text { zh: "填写中的团体预约申请", en: "What you have typed into an unfinished group request" },
    ),
    requests::visitor_hash("group_draft"),
    requests::contact_index("group_draft"),
    Field {
        table: "file_content",
        columns: &["sealed"],
        what: Text { zh: "您上传的盖章函件", en: "The stamped letter you sent" },
        purpose: Text { zh: "核对参观单位", en: "Checking who comes" },
        readers: GROUP_OFFICE,
        term: Term::Group,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "group_policy",
        columns: &["created_by"],
        what: Text {
            zh: "修改团体预约规则的工作人员编号", en: "Account number of who wrote the rules for groups"
        },
        purpose: Text { zh: "管理追溯", en: "Accountability" },
        readers: GROUP_OFFICE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
