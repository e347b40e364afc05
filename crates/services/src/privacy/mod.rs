//! Personal data: the registry of every column that holds some, which the privacy notice is rendered from
//! ([`FIELDS`]), and the clock that erases it when its time is over ([`erase_due`]).
//!
//! The times stand once, in [`Term`]: the notice says them, the clock keeps them. (PIPL, 个人信息保护法: purpose and
//! retention are told, Art. 17; kept no longer than needed, Art. 19; erased of one's own accord, Art. 47.)

mod batches;
mod fields;
mod standing;
mod term;

pub(crate) use batches::in_batches;
pub use fields::FIELDS;
pub use standing::{Kind, Proof, Standing, standing};
pub use term::Term;
pub(crate) use term::{case_kept_until, cases_over};

use crate::Services;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::spark::cases;
use domain::Locale;
use jiff::Timestamp;
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
    /// Encrypted under the key of its unit, which can be destroyed; bound to it.
    UnitKey,
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
            Self::UnitKey => Text {
                zh: "用该份脐带血的专用密钥加密存储；密钥销毁后无人能够读取",
                en: "Encrypted under a key of the unit's own; once that is destroyed nobody can read it",
            },
            Self::BlindIndex => {
                Text { zh: "仅存带密钥的散列值，无法还原", en: "Keyed hash only; cannot be read back" }
            }
            Self::Hash => Text { zh: "仅存散列值，只能比对", en: "Hash only; can be compared, not read" },
            Self::Plain => Text { zh: "明文存储，受访问权限控制", en: "Plain, under access control" },
        }
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
    /// Photographs of visits, and pictures of events, that were deleted.
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
    /// Cases of the Spark Project that were forgotten.
    pub spark_cases: u64,
    /// Objections to notices that lost who objected and why.
    pub objections: u64,
    /// Stored units that were forgotten.
    pub units: u64,
    /// Accounts that were emptied.
    pub accounts: u64,
    /// Rows that were deleted.
    pub swept: Swept,
}

impl Erased {
    /// Somebody's personal data was erased: more than rows that had run out.
    pub const fn is_something(&self) -> bool {
        self.bookings
            + self.waiting
            + self.bus_requests
            + self.photos
            + self.group_requests
            + self.ambassadors
            + self.certificates
            + self.rosters
            + self.documents
            + self.spark_applications
            + self.spark_cases
            + self.objections
            + self.units
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
    let photos = crate::bus::count_old_photos(services, Term::Photo.before(now)).await?
        + crate::outreach::count_old_pictures(services, Term::Photo.before(now)).await?;
    let group_requests = crate::requests::count_due::<crate::groups::Groups>(services, Term::Group.before(now)).await?;
    let ambassadors =
        crate::requests::count_due::<crate::ambassadors::Ambassadors>(services, Term::Ambassador.before(now)).await?;
    let certificates = crate::ambassadors::count_due_certificates(services, Term::Certificate.before(now)).await?;
    let spark_applications = crate::spark::apply::count_stale(services, Term::Application.before(now)).await?;
    let spark_cases = cases::count_due(services, term::cases_over(now)).await?;
    let objections = crate::spark::objections::count_due(services, Term::Objection.before(now)).await?;
    let units = crate::custody::count_due(services, Term::Unit.before(now)).await?;
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
        spark_cases,
        objections,
        units,
        accounts: accounts as u64,
        swept,
    })
}

/// Erases what is due now, with a proof in the audit trail: one entry per session (for names and contacts, and for
/// documents), one per emptied request (for
/// the bus, of a group, of an ambassador), one per visit whose photographs left, one per event whose pictures left, one per certificate without a name, one per forgotten case, one per forgotten unit, one per deleted list and one per emptied account, counts only. May run on several servers at once and be stopped at any time: every batch is a transaction of its own.
pub async fn erase_due(services: &Services) -> sqlx::Result<Erased> {
    let mut erased = Erased {
        bookings: in_batches(services, BATCH, erase_bookings).await?,
        accounts: in_batches(services, BATCH, erase_accounts).await?,
        waiting: in_batches(services, BATCH, erase_waiting).await?,
        documents: in_batches(services, BATCH, erase_documents).await?,
        ..Erased::default()
    };
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
    erased.spark_cases = cases::forget_due(services, term::cases_over(now)).await?;
    erased.objections = crate::spark::objections::erase_due(services, Term::Objection.before(now)).await?;
    erased.units = crate::custody::forget_due(services, Term::Unit.before(now)).await?;
    erased.photos = crate::bus::let_go_of_old_photos(services, Term::Photo.before(now)).await?
        + crate::outreach::let_go_of_old_pictures(services, Term::Photo.before(now)).await?;
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

async fn erase_bookings(services: Services) -> sqlx::Result<u64> {
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

async fn erase_documents(services: Services) -> sqlx::Result<u64> {
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

async fn erase_waiting(services: Services) -> sqlx::Result<u64> {
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

async fn erase_accounts(services: Services) -> sqlx::Result<u64> {
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
