//! Of campus science ambassadors.

use super::{SELF_AND_MASKED, SYSTEM, requests};
use crate::privacy::{Field, Protection, Term, Text};

const OFFICE: Text = Text { zh: "您本人；活动管理人员", en: "You; the staff who make the events" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "ambassador_application",
        columns: &["name_sealed", "post_sealed"],
        what: Text {
            zh: "校园科普宣传员报名人的姓名、年级班级或职务",
            en: "Name, and class or post, of who applies as an ambassador",
        },
        purpose: Text { zh: "评选、组织培训、签发证书", en: "Selection, training and certificate" },
        readers: SELF_AND_MASKED,
        term: Term::Ambassador,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &["guardian_sealed"],
        what: Text { zh: "监护人姓名（仅限未满14周岁）", en: "The guardian’s name (under 14 only)" },
        purpose: Text {
            zh: "确认监护人同意（未满14周岁）", en: "Recording the guardian’s consent (under 14)"
        },
        readers: OFFICE,
        term: Term::Ambassador,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &["phone_sealed", "mail_sealed"],
        what: Text { zh: "报名人手机号或邮箱", en: "Mobile number or e-mail address of who applies" },
        purpose: Text {
            zh: "发送验证码、评选结果和证书通知", en: "Codes, the outcome, the certificate"
        },
        readers: SELF_AND_MASKED,
        term: Term::Ambassador,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &["note_sealed", "question_sealed", "answer_sealed", "reason_sealed"],
        what: Text {
            zh: "报名理由、往来问答和评选说明",
            en: "Motivation, questions and answers, reason of the outcome",
        },
        purpose: Text { zh: "评选", en: "Selection" },
        readers: OFFICE,
        term: Term::Ambassador,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &["phone_index", "mail_index"],
        what: Text { zh: "手机号或邮箱的检索值", en: "Lookup value of the number or address" },
        purpose: Text {
            zh: "核对每批只报名一次；有证书时，供您导出和删除证书上的姓名（没有证书的，与姓名同时删除）",
            en: "One application per round; with a certificate, copies and deletion of the name on it (without one it goes with your name)",
        },
        readers: SYSTEM,
        // As long as the name on the certificate: it is the way from the person to it.
        term: Term::Certificate,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &["age"],
        what: Text { zh: "年龄", en: "Age" },
        purpose: Text { zh: "判断是否需要监护人同意", en: "Whether a guardian has to consent" },
        readers: OFFICE,
        term: Term::Ambassador,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &["account_id"],
        what: Text { zh: "报名与您账号的关联", en: "Link from the application to your account" },
        purpose: Text {
            zh: "导出和注销（没有证书的，与姓名同时删除）",
            en: "Copies and deletion (without a certificate it goes with your name)",
        },
        readers: OFFICE,
        term: Term::Certificate,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "ambassador_application",
        columns: &[
            "capacity",
            "organisation",
            "city",
            "state",
            "reference",
            "locale",
            "decision",
            "rank",
            "created_at",
            "updated_at",
        ],
        what: Text {
            zh: "报名的身份类别、学校、城市、评选状态和时间", en: "Capacity, school, city, state and times"
        },
        purpose: Text { zh: "评选、统计", en: "Selection and statistics" },
        readers: OFFICE,
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "ambassador_certificate",
        columns: &["name_sealed", "revoked_reason_sealed"],
        what: Text {
            zh: "证书上的姓名；撤销证书的原因", en: "The name on a certificate; why one was revoked"
        },
        purpose: Text { zh: "证书的公开验证", en: "Verifying the certificate" },
        readers: Text {
            zh: "您本人；持有编号和验证码的人（仅打码姓名）；活动管理人员",
            en: "You; whoever has number and code (masked); the staff who make the events",
        },
        term: Term::Certificate,
        protection: Protection::Sealed,
        in_notice: true,
    },
    requests::typed(
        "ambassador_draft",
        Text {
            zh: "填写中的校园科普宣传员报名", en: "What you have typed into an unfinished application"
        },
    ),
    requests::visitor_hash("ambassador_draft"),
    requests::contact_index("ambassador_draft"),
];
