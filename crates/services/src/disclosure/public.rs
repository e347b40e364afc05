//! What everybody reads: the snapshots that were published, the reports made of them, what was corrected.

use super::DisclosureError;
use crate::Services;
use domain::disclosure::{
    Change, Correction, Digest, DiseaseGroup, Earlier, Fen, Quarter, Report, Snapshot, Term, changes,
};
use domain::ids::{AccountId, DisclosureId};
use jiff::{Timestamp, civil};
use sqlx::PgConnection;
use store::disclosure::{self as sql, SnapshotRow, facts as ledger_sql};

/// A snapshot that is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Which.
    pub id: DisclosureId,
    /// What it says.
    pub snapshot: Snapshot,
    /// The hash of its lines (SHA-256).
    pub digest: Digest,
    /// Its very text.
    pub lines: String,
    /// The last position of the ledger when it was taken.
    pub journal: u64,
    /// Who froze it.
    pub frozen_by: AccountId,
    /// When.
    pub frozen_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

impl Kept {
    pub(super) fn of(row: SnapshotRow) -> Result<Self, DisclosureError> {
        let snapshot = Snapshot::read(row.lines.as_bytes())?;
        let digest = row.digest.try_into().map(Digest).map_err(|_| DisclosureError::Unreadable)?;
        Ok(Self {
            id: DisclosureId(row.id),
            snapshot,
            digest,
            lines: row.lines,
            journal: u64::try_from(row.journal).map_err(|_| DisclosureError::Unreadable)?,
            frozen_by: AccountId(row.frozen_by),
            frozen_at: row.frozen_at.to_jiff(),
            published_at: row.published_at.map(|at| at.to_jiff()),
        })
    }
}

/// A snapshot with its report and what differs from the last that was published before it.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The snapshot.
    pub kept: Kept,
    /// Its report; none where what it corrects is not there.
    pub report: Option<Report>,
    /// What differs.
    pub changes: Vec<Change>,
}

/// What was put right.
#[derive(Clone, Debug)]
pub struct Corrected<'a> {
    /// The snapshot that was wrong.
    pub old: &'a Kept,
    /// The one that takes its place.
    pub new: &'a Kept,
    /// Old and new numbers.
    pub changes: Vec<Change>,
}

/// Everything that was published, in the order of the quarters, corrections after what they correct.
#[derive(Clone, Default, Debug)]
pub struct Published(Vec<Kept>);

impl Published {
    /// All of it.
    pub fn all(&self) -> &[Kept] {
        &self.0
    }

    /// Those that nothing corrects: one for each quarter that has a report.
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.0.iter().filter(|kept| !self.0.iter().any(|other| corrects(other) == Some(kept.digest)))
    }

    /// The last one that stands.
    pub fn latest(&self) -> Option<&Kept> {
        self.standing().next_back()
    }

    /// The snapshot of a hash.
    pub fn of_digest(&self, digest: Digest) -> Option<&Kept> {
        self.0.iter().find(|kept| kept.digest == digest)
    }

    /// The reports there are, the latest first; a year's comes with its fourth quarter.
    pub fn terms(&self) -> Vec<Term> {
        let terms = |quarter: Quarter| {
            let year = (quarter.number() == 4).then_some(Term::Year(quarter.year()));
            [year, Some(Term::Quarter(quarter))].into_iter().flatten()
        };
        self.standing().rev().flat_map(|kept| terms(kept.snapshot.quarter)).collect()
    }

    /// The report of a term, with its snapshot.
    pub fn report(&self, term: Term) -> Option<(Report, &Kept)> {
        let kept = self.standing().find(|kept| kept.snapshot.quarter == term.quarter())?;
        Some((self.report_of(term, kept)?, kept))
    }

    fn report_of(&self, term: Term, kept: &Kept) -> Option<Report> {
        let is_before = |other: &&Kept| other.snapshot.quarter.period().last() < term.period().first();
        let before = self.standing().rfind(is_before);
        let corrected = corrects(kept).and_then(|digest| self.of_digest(digest));
        let earlier =
            Earlier { before: before.map(|kept| &kept.snapshot), corrected: corrected.map(|kept| &kept.snapshot) };
        Report::of(term, (&kept.snapshot, kept.digest), earlier).ok()
    }

    /// One that may not be published yet, with its report and what differs.
    pub(super) fn whole(&self, kept: Kept) -> Whole {
        let report = self.report_of(Term::Quarter(kept.snapshot.quarter), &kept);
        let changes = self.latest().map(|last| changes(&last.snapshot, &kept.snapshot)).unwrap_or_default();
        Whole { kept, report, changes }
    }

    /// Every correction, the latest first.
    pub fn corrections(&self) -> Vec<Corrected<'_>> {
        let each = self.0.iter().rev().filter_map(|new| {
            let old = self.of_digest(corrects(new)?)?;
            Some(Corrected { old, new, changes: changes(&old.snapshot, &new.snapshot) })
        });
        each.collect()
    }
}

fn corrects(kept: &Kept) -> Option<Digest> {
    kept.snapshot.corrects.as_ref().map(Correction::of)
}

pub(super) async fn read(db: &mut PgConnection) -> Result<Published, DisclosureError> {
    let rows = sql::published(db).await?;
    rows.into_iter().map(Kept::of).collect::<Result<_, _>>().map(Published)
}

/// Everything that was published.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn published(services: &Services) -> Result<Published, DisclosureError> {
    let mut db = services.db.acquire().await?;
    read(&mut db).await
}

/// A sum from before the books, as staff see it: its group, day, families, amount, source, and whether it is public.
#[derive(Clone, Debug)]
pub struct OpeningSum {
    /// What it was for; none for any.
    pub group: Option<DiseaseGroup>,
    /// The day it is dated.
    pub day: civil::Date,
    /// How many families.
    pub families: u32,
    /// How much.
    pub amount: Fen,
    /// Where it comes from.
    pub source: String,
    /// A snapshot counts it.
    pub counted: bool,
}

/// The sums from before the books began that stand. For staff who prepare reports.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn openings(services: &Services, context: &crate::Context) -> Result<Vec<OpeningSum>, DisclosureError> {
    context.require(domain::account::Capability::PrepareDisclosure)?;
    let rows = ledger_sql::openings(&services.db).await?;
    let each = rows.into_iter().map(|row| OpeningSum {
        group: row.disease.as_deref().and_then(DiseaseGroup::from_name),
        day: row.day.to_jiff(),
        families: u32::try_from(row.families).unwrap_or_default(),
        amount: Fen::new(row.amount),
        source: row.source.unwrap_or_default(),
        counted: row.counted,
    });
    Ok(each.collect())
}
