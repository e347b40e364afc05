//! Personal data: the registry of every column that holds some, which the privacy notice is rendered from
//! ([`FIELDS`]), and the clock that erases it when its time is over ([`erase_due`]).
//!
//! The times stand once, in [`Term`]: the notice says them, the clock keeps them. (PIPL, 个人信息保护法: purpose and
//! retention are told, Art. 17; kept no longer than needed, Art. 19; erased of one's own accord, Art. 47.)

mod fields;

pub use fields::FIELDS;

use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::{Services, db};
use domain::Locale;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use store::privacy as sql;
use store::privacy::{Due, Swept};
use uuid::Uuid;

/// A text in both languages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text {
    /// 简体中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
}

impl Text {
    /// In one language.
    pub const fn of(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::ZhCn => self.zh,
            Locale::En => self.en,
        }
    }
}

/// How a value is protected where it lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protection {
    /// Encrypted, bound to its row.
    Sealed,
    /// Encrypted under the key of its case, which can be destroyed; bound to its row.
    CaseKey,
    /// A keyed hash that finds equal values and cannot be read back.
    BlindIndex,
    /// A hash that can only be compared.
    Hash,
    /// As it is: it names nobody by itself, or must be read by the database.
    Plain,
}

impl Protection {
    /// In words.
    pub const fn text(self) -> Text {
        match self {
            Self::Sealed => {
                Text { zh: "加密存储，密文与所在记录绑定", en: "Encrypted, bound to its record" }
            }
            Self::CaseKey => Text {
                zh: "用该申请的专用密钥加密存储；密钥销毁后无人能够读取",
                en: "Encrypted under a key of the application's own; once that is destroyed nobody can read it",
            },
            Self::BlindIndex => {
                Text { zh: "仅存带密钥的散列值，无法还原", en: "Keyed hash only; cannot be read back" }
            }
            Self::Hash => Text { zh: "仅存散列值，只能比对", en: "Hash only; can be compared, not read" },
            Self::Plain => Text { zh: "明文存储，受访问权限控制", en: "Plain, under access control" },
        }
    }
}

/// How long something is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// Names and contacts of a booking.
    Booking,
    /// The booking itself, once it names nobody.
    Counted,
    /// A visit that was missed.
    Missed,
    /// Who coordinated a visit of the science bus.
    Bus,
    /// Photographs of a visit of the science bus.
    Photo,
    /// Who led a group.
    Group,
    /// Who applied as an ambassador.
    Ambassador,
    /// The name on a certificate.
    Certificate,
    /// The list of who came with a group.
    Roster,
    /// The identity documents of a booking.
    Document,
    /// What was typed and never finished.
    Draft,
    /// One-time codes and short links.
    Code,
    /// Sign-ins.
    Login,
    /// Counters against abuse.
    Limit,
    /// Answers for repeated requests.
    Answer,
    /// A visitor's account.
    Account,
    /// A member of staff's account.
    Staff,
    /// The trail of what was done.
    Audit,
    /// Messages in development.
    Mailbox,
    /// Work between two moments.
    Work,
    /// The books of the relief fund and what they are founded on.
    Books,
    /// An application to the Spark Project that was not sent.
    Application,
    /// One that was: a case.
    Case,
}

impl Term {
    /// Every term.
    pub const ALL: [Self; 23] = [
        Self::Booking,
        Self::Missed,
        Self::Bus,
        Self::Photo,
        Self::Group,
        Self::Ambassador,
        Self::Certificate,
        Self::Roster,
        Self::Document,
        Self::Counted,
        Self::Draft,
        Self::Code,
        Self::Login,
        Self::Limit,
        Self::Answer,
        Self::Account,
        Self::Staff,
        Self::Audit,
        Self::Mailbox,
        Self::Work,
        Self::Books,
        Self::Application,
        Self::Case,
    ];

    /// Days after which [`erase_due`] acts; `None` where no clock runs.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Booking => Some(90),
            Self::Bus => Some(180),
            Self::Photo => Some(1095),
            Self::Missed => Some(420),
            Self::Group => Some(90),
            Self::Ambassador => Some(180),
            Self::Certificate => Some(1825),
            Self::Roster | Self::Document => Some(7),
            Self::Draft | Self::Code => Some(1),
            Self::Limit | Self::Answer => Some(3),
            Self::Login | Self::Work => Some(30),
            Self::Account => Some(730),
            Self::Mailbox => Some(7),
            Self::Application => Some(domain::spark::application::DRAFT_DAYS),
            Self::Counted | Self::Staff | Self::Audit | Self::Books | Self::Case => None,
        }
    }

    /// In words.
    pub const fn text(self) -> Text {
        match self {
            Self::Booking => Text {
                zh: "参观场次结束后保存90天，随后自动删除姓名和联系方式",
                en: "90 days after the session; then names and contacts are erased automatically",
            },
            Self::Bus => Text {
                zh: "申请办结后保存180天，随后自动删除联系人的姓名、职务、联系方式和往来说明",
                en: "180 days after the request is closed; then the coordinator's name, post, contact and texts are erased",
            },
            Self::Photo => Text {
                zh: "登记同意后保存1095天（3年），随后自动删除；照片中的人随时可以要求撤下",
                en: "1095 days (3 years) after the consent was noted, then deleted automatically; taken down before whenever somebody on it asks",
            },
            Self::Group => Text {
                zh: "参观结束或申请办结后保存90天，随后自动删除领队的姓名、职务、联系方式和往来说明",
                en: "90 days after the visit or the end of the request; then the leader's name, post, contact and texts are erased",
            },
            Self::Ambassador => Text {
                zh: "未入选或已撤回的，结果公布或撤回后保存180天；入选的，培训结束后保存180天；随后自动删除姓名、联系方式、报名理由和监护人信息",
                en: "180 days after the outcome for those not selected or withdrawn, 180 days after the training for the others; then names, contact, motivation and guardian are erased",
            },
            Self::Certificate => Text {
                zh: "证书签发后保存1825天（5年）供公开验证（仅显示打码姓名），随后自动删除姓名",
                en: "1825 days (5 years) after it was issued, so that it can be verified (masked); then the name is erased",
            },
            Self::Roster => Text {
                zh: "参观场次结束后保存7天，随后自动删除整份名单",
                en: "7 days after the session; then the whole list is deleted automatically",
            },
            Self::Document => Text {
                zh: "活动结束后保存7天，随后自动删除；取消的立即删除，由我们取消的保存7天，供您改约时沿用",
                en: "7 days after the visit, then deleted automatically; at once when you cancel, and 7 days after we cancelled, so that you need not give it again for another session",
            },
            Self::Counted => Text {
                zh: "姓名和联系方式删除后，仅作为不指向个人的人次统计保留",
                en: "Kept as a head count that points to nobody once names and contacts are erased",
            },
            Self::Missed => Text {
                zh: "场次结束后保存420天（爽约统计期的两倍加暂停期），随后自动删除",
                en: "420 days after the session (twice the time no-shows count, and a pause); then erased",
            },
            Self::Draft => Text {
                zh: "未完成的填写在失效后1天内删除",
                en: "Unfinished forms: erased 1 day after they expire",
            },
            Self::Code => Text { zh: "失效后1天内删除", en: "Erased 1 day after it expires" },
            Self::Login => Text { zh: "退出或失效后30天内删除", en: "Erased 30 days after the sign-in ends" },
            Self::Limit => Text { zh: "3天内删除", en: "Erased within 3 days" },
            Self::Answer => Text { zh: "3天内删除", en: "Erased within 3 days" },
            Self::Account => Text {
                zh: "至您注销账号为止；连续730天未使用且没有预约的账号自动清空",
                en: "Until you close the account; accounts without bookings are emptied after 730 days without use",
            },
            Self::Staff => Text {
                zh: "在岗期间及离岗后依人事制度保存",
                en: "While employed, then as personnel rules require",
            },
            Self::Audit => Text {
                zh: "长期保存，用于安全追溯；其中只有内部编号，不含姓名和联系方式",
                en: "Kept permanently for accountability; holds internal numbers only, no names or contacts",
            },
            Self::Work => Text {
                zh: "完成后立即删除；未能完成的30天内删除",
                en: "Deleted when done; what could not be done, within 30 days",
            },
            Self::Books => Text {
                zh: "属于会计档案，依《会计档案管理办法》保存30年；期间不能提前删除",
                en: "Part of the accounts: kept for 30 years as the rules on accounting archives demand, and not erased before",
            },
            Self::Application => Text {
                zh: "最后一次保存后保留60天，随后自动删除；您随时可以自行删除",
                en: "60 days after it was last saved, then deleted automatically; by yourself at any time",
            },
            Self::Case => Text {
                zh: "申请办理期间及办结后，在救助档案的法定保存期内保存；期满销毁密钥，加密内容即无法读取",
                en: "While the application is dealt with, and after it as long as records of aid must be kept; then its key is destroyed and what is encrypted cannot be read any more",
            },
            Self::Mailbox => {
                Text { zh: "仅用于开发环境，7天内删除", en: "Development only; erased within 7 days" }
            }
        }
    }

    fn before(self, now: Timestamp) -> Timestamp {
        let days = self.days().unwrap_or(i64::from(u16::MAX));
        now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
    }
}

/// Personal data in one table that serves one purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Table.
    pub table: &'static str,
    /// Columns.
    pub columns: &'static [&'static str],
    /// What it is.
    pub what: Text,
    /// What for.
    pub purpose: Text,
    /// Who can read it.
    pub readers: Text,
    /// How long.
    pub term: Term,
    /// How protected.
    pub protection: Protection,
    /// Whether the privacy notice tells of it: what concerns visitors, not what only staff or development has.
    pub in_notice: bool,
}

/// What was erased, or would be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Erased {
    /// Bookings that lost names and contacts.
    pub bookings: u64,
    /// Entries of the waiting list that lost names and contacts.
    pub waiting: u64,
    /// Requests for the bus that lost who coordinated them.
    pub bus_requests: u64,
    /// Photographs of visits that were deleted.
    pub photos: u64,
    /// Requests of groups that lost who led them.
    pub group_requests: u64,
    /// Applications as ambassadors that lost who applied.
    pub ambassadors: u64,
    /// Certificates that lost the name on them.
    pub certificates: u64,
    /// Bookings, and offers that were over, whose identity documents were deleted.
    pub documents: u64,
    /// Lists of groups that were deleted.
    pub rosters: u64,
    /// Applications to the Spark Project that were begun, not sent, and deleted.
    pub spark_applications: u64,
    /// Accounts that were emptied.
    pub accounts: u64,
    /// Rows that were deleted.
    pub swept: Swept,
}

impl Erased {
    /// Somebody's personal data was erased: more than rows that had run out.
    pub const fn is_something(&self) -> bool {
        self.bookings
            + self.bus_requests
            + self.photos
            + self.group_requests
            + self.ambassadors
            + self.certificates
            + self.rosters
            + self.documents
            + self.spark_applications
            + self.accounts
            > 0
    }
}

/// Bookings and accounts of one transaction: short enough to disturb nobody.
const BATCH: i64 = 200;
/// What stands in the place of an erased name.
const ERASED_NAME: &str = "已删除";

/// What [`erase_due`] would do now. Changes nothing.
pub async fn preview(services: &Services) -> sqlx::Result<Erased> {
    let now = services.clock.now();
    let bookings = sql::count_due_bookings(&services.db, Term::Booking.before(now)).await?;
    let waiting = store::booking::waiting::count_due(&services.db, Term::Booking.before(now)).await?.unsigned_abs();
    let accounts = sql::due_accounts(&services.db, Term::Account.before(now), i64::MAX).await?.len();
    let swept = sql::count_due(&services.db, &due(now)).await?;
    let bus_requests = crate::requests::count_due::<crate::bus::Bus>(services, Term::Bus.before(now)).await?;
    let photos = crate::bus::count_old_photos(services, Term::Photo.before(now)).await?;
    let group_requests = crate::requests::count_due::<crate::groups::Groups>(services, Term::Group.before(now)).await?;
    let ambassadors =
        crate::requests::count_due::<crate::ambassadors::Ambassadors>(services, Term::Ambassador.before(now)).await?;
    let certificates = crate::ambassadors::count_due_certificates(services, Term::Certificate.before(now)).await?;
    let spark_applications = crate::spark::apply::count_stale(services, Term::Application.before(now)).await?;
    let rosters = crate::groups::count_due_rosters(services, Term::Roster.before(now)).await?;
    let documents = sql::count_due_documents(&services.db, Term::Document.before(now)).await?
        + store::booking::waiting::count_leftovers(&services.db).await?;
    Ok(Erased {
        bookings: bookings.unsigned_abs(),
        documents: documents.unsigned_abs(),
        waiting,
        bus_requests,
        photos,
        group_requests,
        ambassadors,
        certificates,
        rosters,
        spark_applications,
        accounts: accounts as u64,
        swept,
    })
}

/// Erases what is due now, with a proof in the audit trail: one entry per session (for names and contacts, and for
/// documents), one per emptied request (for
/// the bus, of a group, of an ambassador), one per visit whose photographs left, one per certificate without a name, one per deleted list and one per emptied account, counts only. May run on several servers at once and be stopped at any time: every batch is a transaction of its own.
pub async fn erase_due(services: &Services) -> sqlx::Result<Erased> {
    let mut erased = Erased::default();
    loop {
        let services = services.clone();
        let done = db::to_the_end(async move { erase_bookings(&services).await }).await?;
        erased.bookings += done;
        if done < BATCH.unsigned_abs() {
            break;
        }
    }
    loop {
        let services = services.clone();
        let done = db::to_the_end(async move { erase_accounts(&services).await }).await?;
        erased.accounts += done;
        if done < BATCH.unsigned_abs() {
            break;
        }
    }
    loop {
        let services = services.clone();
        let done = db::to_the_end(async move { erase_waiting(&services).await }).await?;
        erased.waiting += done;
        if done < BATCH.unsigned_abs() {
            break;
        }
    }
    loop {
        let services = services.clone();
        let done = db::to_the_end(async move { erase_documents(&services).await }).await?;
        erased.documents += done;
        if done < BATCH.unsigned_abs() {
            break;
        }
    }
    erased.bus_requests =
        crate::requests::erase_due::<crate::bus::Bus>(services, Term::Bus.before(services.clock.now())).await?;
    let now = services.clock.now();
    erased.rosters = crate::groups::erase_due_rosters(services, Term::Roster.before(now)).await?;
    erased.group_requests =
        crate::requests::erase_due::<crate::groups::Groups>(services, Term::Group.before(now)).await?;
    erased.ambassadors =
        crate::requests::erase_due::<crate::ambassadors::Ambassadors>(services, Term::Ambassador.before(now)).await?;
    erased.certificates = crate::ambassadors::erase_due_certificates(services, Term::Certificate.before(now)).await?;
    erased.spark_applications = crate::spark::apply::erase_stale(services, Term::Application.before(now)).await?;
    erased.photos = crate::bus::let_go_of_old_photos(services, Term::Photo.before(now)).await?;
    let mut db = services.db.acquire().await?;
    store::bus::photos::let_go_of_erased(&mut db, services.clock.now()).await?;
    drop(db);
    if let Err(error) = crate::files::sweep(services).await {
        // They are swept the next time; what is erased besides must not wait for a folder.
        tracing::error!(%error, "files that belong to nothing could not be removed");
    }
    erased.swept = sql::sweep(&services.db, &due(services.clock.now())).await?;
    Ok(erased)
}

fn due(now: Timestamp) -> Due {
    Due {
        drafts: Term::Draft.before(now),
        codes: Term::Code.before(now),
        logins: Term::Login.before(now),
        limits: Term::Limit.before(now),
        answers: Term::Answer.before(now),
        mailbox: Term::Mailbox.before(now),
        jobs: Term::Work.before(now),
        missed: Term::Missed.before(now),
    }
}

async fn erase_bookings(services: &Services) -> sqlx::Result<u64> {
    let context = services.system();
    let mut transaction = services.begin().await?;
    let due = sql::due_bookings(&mut *transaction, Term::Booking.before(context.now), BATCH).await?;
    let place = |row| Place { table: "booking", column: "name_sealed", row };
    let names: Vec<_> = due.iter().map(|it| services.vault.seal(place(it.id), ERASED_NAME.as_bytes())).collect();
    let (sessions, ids): (Vec<Uuid>, Vec<Uuid>) = due.iter().map(|it| (it.session_id, it.id)).unzip();
    let done = sql::erase_bookings(&mut *transaction, &sessions, &ids, &names, context.now).await?;
    store::outreach::answers::erase(&mut *transaction, &ids).await?;
    audit::record(&mut transaction, &context, &per_session("privacy.session_erased", &sessions)).await?;
    transaction.commit().await?;
    Ok(done)
}

async fn erase_documents(services: &Services) -> sqlx::Result<u64> {
    let context = services.system();
    let mut transaction = services.begin().await?;
    let due = sql::due_documents(&mut *transaction, Term::Document.before(context.now), BATCH).await?;
    let (sessions, ids): (Vec<Uuid>, Vec<Uuid>) = due.iter().map(|it| (it.session_id, it.id)).unzip();
    let done = sql::erase_documents(&mut *transaction, &sessions, &ids).await?;
    let mut entries = per_session("privacy.documents_erased", &sessions);
    let left_over = store::booking::waiting::forget_leftovers(&mut transaction, BATCH).await?;
    if left_over > 0 {
        let detail = json!({ "entries": left_over });
        entries.push(Entry { action: "privacy.waiting_erased", subject_kind: "waiting", subject: None, detail });
    }
    audit::record(&mut transaction, &context, &entries).await?;
    transaction.commit().await?;
    Ok(done + left_over)
}

/// The proof: how many bookings of each session.
fn per_session(action: &'static str, sessions: &[Uuid]) -> Vec<Entry> {
    let mut by_session = BTreeMap::<Uuid, u64>::new();
    sessions.iter().for_each(|session| *by_session.entry(*session).or_default() += 1);
    let entry = |(session, bookings): (Uuid, u64)| Entry {
        action,
        subject_kind: "session",
        subject: Some(session),
        detail: json!({ "bookings": bookings }),
    };
    by_session.into_iter().map(entry).collect()
}

async fn erase_waiting(services: &Services) -> sqlx::Result<u64> {
    let context = services.system();
    let mut transaction = services.begin().await?;
    let due = store::booking::waiting::due(&mut transaction, Term::Booking.before(context.now), BATCH).await?;
    let done = store::booking::waiting::empty(&mut transaction, &due, context.now).await?;
    if done > 0 {
        let detail = json!({ "entries": done });
        let entry = Entry { action: "privacy.waiting_erased", subject_kind: "waiting", subject: None, detail };
        audit::record(&mut transaction, &context, &[entry]).await?;
    }
    transaction.commit().await?;
    Ok(done)
}

async fn erase_accounts(services: &Services) -> sqlx::Result<u64> {
    let context = services.system();
    let mut transaction = services.begin().await?;
    let due = sql::due_accounts(&mut *transaction, Term::Account.before(context.now), BATCH).await?;
    let done = sql::erase_accounts(&mut *transaction, &due, context.now).await?;
    let entry = |account: &Uuid| Entry {
        action: "privacy.account_erased",
        subject_kind: "account",
        subject: Some(*account),
        detail: json!({ "reason": "unused" }),
    };
    audit::record(&mut transaction, &context, &due.iter().map(entry).collect::<Vec<_>>()).await?;
    transaction.commit().await?;
    Ok(done)
}
