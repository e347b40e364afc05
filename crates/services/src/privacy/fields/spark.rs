//! Of the Spark Project's cases.

use super::SYSTEM;
use crate::privacy::{Field, Protection, Term, Text};

const CASE: Text = Text {
    zh: "您本人和监护人；负责该申请的经办人员和合规人员，每次查看留有记录；医学评审专家看不到",
    en: "You and the guardian; the officer of the application and compliance, each reading recorded; never medical reviewers",
};
const HOUSE: Text = Text { zh: "经办、评审和合规人员", en: "Case officers, reviewers and compliance" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "spark_case",
        columns: &["disease_group", "city", "age", "asked", "fund_id", "decision", "decided_fen"],
        what: Text {
            zh: "救助申请的病种大类、城市、年龄、申请金额和评审结果（只记申请编号）",
            en: "Disease group, city, age, amount asked for and outcome of an application (by its number only)",
        },
        purpose: Text { zh: "评审和拨付救助", en: "Deciding on aid and paying it" },
        readers: HOUSE,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "spark_case",
        columns: &["patient_index"],
        what: Text { zh: "患者证件号码的检索值", en: "Lookup value of the patient's identity document" },
        purpose: Text {
            zh: "同一患者同一基金只受理一份申请", en: "One application of a patient to a fund at a time"
        },
        readers: SYSTEM,
        term: Term::Case,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "spark_case_key",
        columns: &["key_sealed"],
        what: Text { zh: "申请的专用密钥", en: "The key of an application" },
        purpose: Text {
            zh: "加密申请中的个人信息；销毁后无人能够读取",
            en: "Encrypting what the application holds; once it is destroyed nobody can read that",
        },
        readers: SYSTEM,
        term: Term::Case,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "spark_case_party",
        columns: &["particulars_sealed"],
        what: Text {
            zh: "患者、监护人和协助人员的姓名、证件和联系方式",
            en: "Name, identity document and contact of patient, guardian and who helps them",
        },
        purpose: Text { zh: "核实身份和联系申请家庭", en: "Knowing and reaching the family" },
        readers: CASE,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "spark_case_party",
        columns: &["account_id", "part"],
        what: Text { zh: "办理申请的账号及其身份", en: "The accounts of an application, and in which part" },
        purpose: Text { zh: "让申请家庭登录办理", en: "Letting the family sign in to it" },
        readers: CASE,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "spark_case_event",
        columns: &["reason_sealed"],
        what: Text { zh: "办理过程中填写的理由", en: "Reasons given while it was dealt with" },
        purpose: Text { zh: "说明和复核每一步", en: "Explaining each step, and looking at it again" },
        readers: CASE,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "spark_case_event",
        columns: &["actor_id"],
        what: Text { zh: "办理人的账号编号", en: "Account number of who did it" },
        purpose: Text { zh: "责任追溯", en: "Accountability" },
        readers: HOUSE,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "spark_case_reviewer",
        columns: &["reviewer_id", "assigned_by"],
        what: Text {
            zh: "评审专家和分派人的账号编号", en: "Account numbers of a reviewer and of who asked them"
        },
        purpose: Text { zh: "分派评审", en: "Assigning reviews" },
        readers: HOUSE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "spark_case",
        columns: &["officer_id"],
        what: Text { zh: "经办人员的账号编号", en: "Account number of the officer" },
        purpose: Text { zh: "分派工作", en: "Assigning work" },
        readers: HOUSE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "spark_case_hold",
        columns: &["reason_sealed"],
        what: Text { zh: "依法继续保存的理由", en: "Why an application is kept for longer" },
        purpose: Text { zh: "争议或检查期间继续保存", en: "Keeping it during a dispute or an inspection" },
        readers: HOUSE,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "spark_case_hold",
        columns: &["held_by", "lifted_by"],
        what: Text { zh: "决定继续保存的人员的账号编号", en: "Account numbers of who had it kept" },
        purpose: Text { zh: "责任追溯", en: "Accountability" },
        readers: HOUSE,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
