//! How erasing stands, for whoever answers for it: what is due now, kind by kind with its term, and the last proofs. Looking changes
//! nothing.

use super::{Erased, Term, Text, preview};
use crate::audit::AuditError;
use crate::crypto::hex;
use crate::{Context, Services};
use domain::account::Capability;
use jiff::Timestamp;
use store::privacy as sql;
use uuid::Uuid;

/// How many proofs are shown; the trail has all.
const PROOFS: i64 = 30;

/// One kind of what is erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// What.
    pub what: Text,
    /// How long it is kept.
    pub term: Term,
    /// How many were erased, or would be.
    pub count: u64,
}

/// The proof that something was erased: an entry of the audit trail, of counts only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    /// When.
    pub at: Timestamp,
    /// `room.verb`.
    pub action: String,
    /// What was erased, or what it was erased of.
    pub subject_kind: String,
    /// Which.
    pub subject: Option<Uuid>,
    /// How many of what; nothing where it is the subject itself.
    pub detail: serde_json::Value,
    /// Its position in the trail, from 0; `None` in its first second, before it has one.
    pub position: Option<u64>,
    /// Its hash there, in hexadecimal digits.
    pub hash: Option<String>,
}

/// How erasing stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What would be erased now.
    pub due: Erased,
    /// The last proofs, the newest first.
    pub proofs: Vec<Proof>,
}

/// How erasing stands now, for those who may read the trail. Counted as [`preview`] counts it.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn standing(services: &Services, context: &Context) -> Result<Standing, AuditError> {
    context.require(Capability::ReadAudit)?;
    let due = preview(services).await?;
    let rows = sql::proofs(&mut *services.begin_search().await?, PROOFS).await?;
    let proof = |row: sql::ProofRow| Proof {
        at: row.at.to_jiff(),
        action: row.action,
        subject_kind: row.subject_kind,
        subject: row.subject_id,
        detail: row.detail,
        position: row.position.map(i64::unsigned_abs),
        hash: row.hash.as_deref().map(hex),
    };
    Ok(Standing { due, proofs: rows.into_iter().map(proof).collect() })
}

impl Erased {
    /// Kind by kind, each with its term.
    pub fn by_kind(&self) -> [Kind; 22] {
        let kind = |zh, en, term, count| Kind { what: Text { zh, en }, term, count };
        let swept = self.swept;
        [
            kind("预约的姓名和联系方式", "Bookings (names and contacts)", Term::Booking, self.bookings),
            kind("候补的姓名和联系方式", "Waiting-list entries (names and contacts)", Term::Booking, self.waiting),
            kind("预约的证件号码", "Identity documents of bookings", Term::Document, self.documents),
            kind("巴士申请的联系人", "Requests for the bus (names and contacts)", Term::Bus, self.bus_requests),
            kind("到访照片和活动图片", "Photographs of visits, and pictures of events", Term::Photo, self.photos),
            kind("团体预约的领队", "Requests of groups (names and contacts)", Term::Group, self.group_requests),
            kind("团体名单", "Lists of groups", Term::Roster, self.rosters),
            kind(
                "宣传员报名的个人信息",
                "Applications of ambassadors (names and contacts)",
                Term::Ambassador,
                self.ambassadors,
            ),
            kind("证书上的姓名", "Certificates (names)", Term::Certificate, self.certificates),
            kind(
                "未提交的救助申请",
                "Applications to the Spark Project that were not sent",
                Term::Application,
                self.spark_applications,
            ),
            kind(
                "救助申请的密钥和提交的内容",
                "Cases of the Spark Project (their keys, and what was sent)",
                Term::Case,
                self.spark_cases,
            ),
            kind(
                "公示异议的异议人和内容",
                "Objections to notices (who objected, and why)",
                Term::Objection,
                self.objections,
            ),
            kind(
                "脐带血记录的密钥、未能入账的记录和提议的文字",
                "Stored units (their keys, dead letters and the text of proposals)",
                Term::Unit,
                self.units,
            ),
            kind("长期未使用的账号", "Accounts", Term::Account, self.accounts),
            kind("未完成的填写", "Drafts", Term::Draft, swept.drafts.unsigned_abs()),
            kind("验证码和短链接", "Codes and short links", Term::Code, swept.codes.unsigned_abs()),
            kind("登录记录", "Sign-ins", Term::Login, swept.logins.unsigned_abs()),
            kind("限流计数", "Counters of limits", Term::Limit, swept.limits.unsigned_abs()),
            kind("为重复请求留存的答复", "Remembered answers", Term::Answer, swept.answers.unsigned_abs()),
            kind("开发环境的消息", "Messages of development", Term::Mailbox, swept.mailbox.unsigned_abs()),
            kind("未能完成的任务", "Failed jobs", Term::Work, swept.jobs.unsigned_abs()),
            kind("爽约记录", "Missed visits", Term::Missed, swept.missed.unsigned_abs()),
        ]
    }
}
