//! Of accounts, what proves them, and messages.

use super::{SELF, SYSTEM};
use crate::privacy::{Field, Protection, Term, Text};

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "one_time_code",
        columns: &["contact_sealed"],
        what: Text { zh: "接收验证码的手机号或邮箱", en: "Number or address a code is sent to" },
        purpose: Text { zh: "发送验证码", en: "Sending the code" },
        readers: SYSTEM,
        term: Term::Code,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "one_time_code",
        columns: &["contact_index", "code_hash"],
        what: Text {
            zh: "联系方式的检索值和验证码的散列值", en: "Lookup value of the contact; hash of the code"
        },
        purpose: Text { zh: "核对验证码、防止滥发", en: "Checking the code and preventing abuse" },
        readers: SYSTEM,
        term: Term::Code,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "short_link",
        columns: &["code_hash", "booking_id", "waiting_id"],
        what: Text {
            zh: "短信中短链接的散列值及其对应的预约或候补",
            en: "Hash of the short link in a text message, and its booking or waiting-list entry",
        },
        purpose: Text { zh: "从短信打开您的预约", en: "Opening your booking from a text message" },
        readers: SYSTEM,
        term: Term::Code,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "account",
        columns: &["name_sealed", "phone_sealed", "mail_sealed"],
        what: Text {
            zh: "账号的姓名、手机号、邮箱", en: "Name, mobile number and e-mail address of an account"
        },
        purpose: Text {
            zh: "登录、代填预约信息、发送通知", en: "Signing in, filling in bookings, sending notices"
        },
        readers: SELF,
        term: Term::Account,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "account",
        columns: &["phone_index", "mail_index"],
        what: Text {
            zh: "账号手机号、邮箱的检索值", en: "Lookup values of the account's number and address"
        },
        purpose: Text { zh: "登录时找到您的账号", en: "Finding your account when you sign in" },
        readers: SYSTEM,
        term: Term::Account,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "account",
        columns: &["id", "kind", "locale", "created_at", "deleted_at"],
        what: Text {
            zh: "账号编号、语言和起止时间",
            en: "The account's number, language, and when it began and ended",
        },
        purpose: Text { zh: "管理账号", en: "Keeping the account" },
        readers: SELF,
        term: Term::Audit,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "contact_change",
        columns: &["contact_sealed"],
        what: Text {
            zh: "等待生效的新手机号或邮箱", en: "A new number or address that waits to take effect"
        },
        purpose: Text { zh: "更换登录方式", en: "Exchanging what you sign in with" },
        readers: SELF,
        term: Term::Account,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "contact_change",
        columns: &["id", "account_id", "kind", "contact_index", "requested_at", "due_at"],
        what: Text {
            zh: "新联系方式的检索值和生效时间", en: "Lookup value of the new contact, and its times"
        },
        purpose: Text { zh: "更换登录方式", en: "Exchanging what you sign in with" },
        readers: SYSTEM,
        term: Term::Account,
        protection: Protection::BlindIndex,
        in_notice: true,
    },
    Field {
        table: "contact_change_stop",
        columns: &["stop_hash", "account_id"],
        what: Text { zh: "停止更换的链接的散列值", en: "Hashes of the links that stop such a change" },
        purpose: Text { zh: "更换登录方式", en: "Exchanging what you sign in with" },
        readers: SYSTEM,
        term: Term::Account,
        protection: Protection::Hash,
        in_notice: true,
    },
    Field {
        table: "login_session",
        columns: &["label"],
        what: Text { zh: "登录所用的浏览器和系统名称", en: "Browser and system you signed in with" },
        purpose: Text {
            zh: "让您辨认并退出其他设备", en: "So that you recognise your devices and can sign them out"
        },
        readers: SELF,
        term: Term::Login,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "login_session",
        columns: &["token_hash", "previous_hash"],
        what: Text { zh: "登录凭证的散列值", en: "Hash of the sign-in cookie" },
        purpose: Text { zh: "保持登录状态", en: "Keeping you signed in" },
        readers: SYSTEM,
        term: Term::Login,
        protection: Protection::Hash,
        in_notice: true,
    },
    Field {
        table: "login_session",
        columns: &[
            "id",
            "account_id",
            "created_at",
            "last_seen_at",
            "expires_at",
            "stepped_up_at",
            "proven_by",
            "renewed_at",
            "revoked_at",
        ],
        what: Text {
            zh: "登录、最近使用和退出的时间", en: "When you signed in, were last active and signed out"
        },
        purpose: Text { zh: "账号安全，到期自动退出", en: "Security; signing out in time" },
        readers: SELF,
        term: Term::Login,
        protection: Protection::Plain,
        in_notice: true,
    },
    Field {
        table: "message",
        columns: &[
            "subject_kind",
            "subject_id",
            "booking_id",
            "bus_request_id",
            "group_request_id",
            "ambassador_id",
            "account_id",
            "template",
            "channel",
            "state",
            "provider_id",
            "created_at",
            "sent_at",
        ],
        what: Text {
            zh: "通知的种类和发送时间（不含内容和地址）",
            en: "Kind and time of messages to you (neither text nor address)",
        },
        purpose: Text { zh: "确认通知已送出", en: "Making sure messages leave" },
        readers: Text { zh: "系统管理员", en: "The system's operators" },
        term: Term::Counted,
        protection: Protection::Plain,
        in_notice: true,
    },
];
