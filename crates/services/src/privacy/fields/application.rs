//! Of applications to the Spark Project.

use super::{SELF, SYSTEM};
use crate::privacy::{Field, Protection, Term, Text};

const SELF_AND_FAMILY: Text = Text {
    zh: "仅您本人；由社工代填的，还有以自己手机号登录的家庭",
    en: "You only; where a social worker fills it in, also the family, by its own telephone",
};
const CASE: Text = Text {
    zh: "您本人；承办该申请的人员，仅限其职责所需并以您的授权为限",
    en: "You; those who handle the application, as far as their part and your consents go",
};
const PAPERS: Text = Text {
    zh: "您本人；提交后，承办该申请的人员，每次打开留有记录；医学评审专家只能看到诊断材料",
    en: "You; once it is sent, those who handle the application, each opening recorded; medical reviewers only what shows the diagnosis",
};

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "spark_application_page",
        columns: &["sealed"],
        what: Text {
            zh: "填写中的火种工程救助申请（身份、病情、家庭经济情况）",
            en: "What you have typed into an application to the Spark Project: who, health, means",
        },
        purpose: Text { zh: "保存填写进度，直到您提交", en: "Keeping it until you send it" },
        readers: SELF_AND_FAMILY,
        term: Term::Application,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "spark_snapshot",
        columns: &["sealed"],
        what: Text { zh: "已提交的救助申请全文", en: "The application as you sent it" },
        purpose: Text { zh: "审核、评审和给予救助", en: "Judging it, and giving aid" },
        readers: CASE,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "spark_snapshot",
        columns: &["digest"],
        what: Text { zh: "已提交申请的校验值", en: "A check value of what you sent" },
        purpose: Text { zh: "证明提交后未被改动", en: "Showing that it was not changed afterwards" },
        readers: SYSTEM,
        term: Term::Case,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "spark_application",
        columns: &["key_sealed"],
        what: Text { zh: "申请的专用密钥（提交前）", en: "The key of an application (before it is sent)" },
        purpose: Text {
            zh: "加密随申请上传的材料；申请删除后，材料即无法读取",
            en: "Encrypting what is sent with it; once the application is deleted nobody can read that",
        },
        readers: SYSTEM,
        term: Term::Application,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "spark_application",
        columns: &["family_index"],
        what: Text { zh: "家庭手机号的检索值", en: "Lookup value of the family’s telephone" },
        purpose: Text {
            zh: "由社工代填时，供家庭以自己的手机号查看并提交",
            en: "So that the family can read and send what a social worker filled in",
        },
        readers: SYSTEM,
        term: Term::Case,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "spark_application",
        columns: &["owner_id", "submitted_by", "reference", "created_at", "updated_at", "submitted_at"],
        what: Text {
            zh: "申请与您账号的关联、申请编号和时间",
            en: "Link from the application to your account, its number and times",
        },
        purpose: Text { zh: "供您继续填写、查看和导出", en: "Filling it in, seeing it again, copies" },
        readers: SELF,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "spark_consent",
        columns: &["purpose", "agreed", "notice", "given_by", "given_at"],
        what: Text {
            zh: "各项授权的同意与撤回记录及当时告知书的版本",
            en: "Each consent and its withdrawal, with the version of the notice shown",
        },
        purpose: Text { zh: "证明并遵守您的选择", en: "Keeping to what you chose, and showing it" },
        readers: CASE,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "spark_paper",
        columns: &["name_sealed"],
        what: Text {
            zh: "您为救助申请上传的材料（证件、诊断、票据、收入等）及文件名",
            en: "The papers you sent with an application (identity, diagnosis, bills, income and others), and their names",
        },
        purpose: Text { zh: "核实申请内容", en: "Checking what the application says" },
        readers: PAPERS,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "spark_paper",
        columns: &["kind", "bytes", "added_by", "added_at"],
        what: Text {
            zh: "材料的种类、大小、上传账号和时间",
            en: "Kind and size of each paper, by which account and when",
        },
        purpose: Text { zh: "供您和承办人员查找材料", en: "Finding the papers again" },
        readers: PAPERS,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: true,
    },
];
