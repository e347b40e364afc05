//! Of the relief fund's books.

use super::SYSTEM;
use crate::privacy::{Field, Protection, Term, Text};

const FINANCE: Text = Text {
    zh: "财务人员只看到账号后四位；放行人员复核账户时可查看完整账号，每次查看都有记录；完整账号另只写入发给银行的付款文件",
    en: "Finance sees the last four digits; whoever releases payments can see the whole number to check it, and each look is \
         recorded; beside that it stands only in the file for the bank",
};
const BOOKS: Text = Text { zh: "财务、合规和审计人员", en: "Finance, compliance and auditors" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "ledger_payee",
        columns: &["name_sealed", "bank_sealed", "account_sealed"],
        what: Text {
            zh: "救助款收款户名、开户行和账号", en: "Holder, bank and number of the account aid is paid to"
        },
        purpose: Text { zh: "拨付救助款", en: "Paying aid" },
        readers: FINANCE,
        term: Term::Books,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "ledger_payee",
        columns: &["account_last4", "kind"],
        what: Text { zh: "收款账号后四位", en: "Last four digits of that account" },
        purpose: Text { zh: "核对账户", en: "Checking the account" },
        readers: BOOKS,
        term: Term::Books,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "ledger_payee",
        columns: &["account_index"],
        what: Text { zh: "收款账号的检索值", en: "Lookup value of the account" },
        purpose: Text {
            zh: "发现账户被改动或重复使用", en: "Noticing an account that was exchanged or used twice"
        },
        readers: SYSTEM,
        term: Term::Books,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "ledger_award",
        columns: &["case_id", "amount", "state", "approved_at", "lapses_at"],
        what: Text {
            zh: "救助款金额和拨付进度（只记个案编号）",
            en: "Aid granted and how far it is paid (case number only)",
        },
        purpose: Text { zh: "管理救助资金", en: "Managing the relief fund" },
        readers: BOOKS,
        term: Term::Books,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "ledger_entry",
        columns: &["actor_id"],
        what: Text { zh: "记账人员的账号编号", en: "Account number of who wrote the entry" },
        purpose: Text { zh: "会计责任追溯", en: "Accountability of the books" },
        readers: BOOKS,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "ledger_payment",
        columns: &["prepared_by", "released_by"],
        what: Text {
            zh: "制单人和放行人的账号编号", en: "Account numbers of who prepared and released a payment"
        },
        purpose: Text { zh: "会计责任追溯", en: "Accountability of the books" },
        readers: BOOKS,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "spark_clawback",
        columns: &["case_id", "amount", "due_on"],
        what: Text {
            zh: "要求退回的救助款金额和日期（只记个案编号）",
            en: "Aid that is to be returned, and by when (case number only)",
        },
        purpose: Text { zh: "管理救助资金", en: "Managing the relief fund" },
        readers: BOOKS,
        term: Term::Books,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "spark_clawback_part",
        columns: &["said_sealed", "refused_sealed"],
        what: Text {
            zh: "登记退回、减免时填写的说明", en: "What was noted when returned aid was entered or waived"
        },
        purpose: Text { zh: "管理救助资金", en: "Managing the relief fund" },
        readers: BOOKS,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "ledger_said",
        columns: &["said_sealed"],
        what: Text {
            zh: "办理救助款项时填写的理由", en: "Why aid was given back, sent back, decided or corrected"
        },
        purpose: Text { zh: "管理救助资金", en: "Managing the relief fund" },
        readers: BOOKS,
        term: Term::Case,
        protection: Protection::CaseKey,
        in_notice: true,
    },
    Field {
        table: "ledger_said",
        columns: &["said_by"],
        what: Text { zh: "填写理由的账号编号", en: "Account numbers of who gave a reason" },
        purpose: Text { zh: "会计责任追溯", en: "Accountability of the books" },
        readers: BOOKS,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "ledger_said",
        columns: &["subject_id"],
        what: Text { zh: "理由所针对的款项编号", en: "Which award, payment or entry a reason is about" },
        purpose: Text { zh: "会计责任追溯", en: "Accountability of the books" },
        readers: BOOKS,
        term: Term::Case,
        protection: Protection::Plain,
        in_notice: false,
    },
    Field {
        table: "spark_clawback_part",
        columns: &["entered_by", "confirmed_by", "refused_by"],
        what: Text {
            zh: "登记人和复核人的账号编号",
            en: "Account numbers of who entered and confirmed what came back",
        },
        purpose: Text { zh: "会计责任追溯", en: "Accountability of the books" },
        readers: BOOKS,
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: false,
    },
];
