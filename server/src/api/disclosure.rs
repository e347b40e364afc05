//! `/api/v1/disclosure`: what is disclosed of the aid programme, as the public pages say it.

use super::extract::Caller;
use super::problem::Problem;
use super::sessions::polled;
use crate::house::House;
use crate::trouble::Trouble;
use axum::extract::State;
use axum::response::Response;
use domain::Locale;
use domain::disclosure::{Sum, Term};
use http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use services::disclosure::{self, DisclosureError, Kept, Published};
use utoipa::ToSchema;

impl From<DisclosureError> for Problem {
    fn from(error: DisclosureError) -> Self {
        match error {
            DisclosureError::Denied(denied) => denied.into(),
            DisclosureError::Busy => Self::of(Trouble::Busy),
            DisclosureError::Database(error) => error.into(),
            error => {
                tracing::error!(%error, "what is disclosed could not be told");
                Self::of(Trouble::Broken)
            }
        }
    }
}

/// Families and money.
#[derive(Serialize, ToSchema)]
pub struct Figures {
    /// Families, each counted once: where its first payment is counted.
    families: u64,
    /// What they were paid, in fen.
    fen: i64,
}

impl From<Sum> for Figures {
    fn from(sum: Sum) -> Self {
        Self { families: sum.families, fen: sum.amount.get() }
    }
}

/// A row of a table.
#[derive(Serialize, ToSchema)]
pub struct DisclosedRow {
    /// The first year of the row.
    first_year: i16,
    /// The last, which is counted: small years are joined to their neighbours.
    last_year: i16,
    /// By group: `refractory`, `rare`, `infertility`, or several joined by `+`. By region: a city's code, `circle-capital`,
    /// `circle-jiaodong`, `circle-south`, `outside`, `rest`.
    code: String,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
    /// The numbers.
    #[serde(flatten)]
    figures: Figures,
}

/// What the fund received in a year.
#[derive(Serialize, ToSchema)]
pub struct ReceivedRow {
    /// The year.
    year: i16,
    /// In fen.
    fen: i64,
}

/// A report there is.
#[derive(Serialize, ToSchema)]
pub struct ReportName {
    /// `2026-Q3`, `2026`
    term: String,
    /// Its page.
    page: String,
    /// The hash (SHA-256, hex) of the frozen text it is made of.
    sha256: String,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
}

/// What the last report says.
#[derive(Serialize, ToSchema)]
pub struct LatestReport {
    /// The quarter it is of: `2026-Q3`.
    quarter: String,
    /// When its data was frozen.
    #[schema(value_type = String, format = DateTime)]
    taken_at: Timestamp,
    /// When it was published.
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
    /// The last entry of the ledger in it.
    position: u64,
    /// The hash (SHA-256, hex) of its frozen text.
    sha256: String,
    /// Where that text is.
    frozen_text: String,
    /// The fewest families of a row.
    least_families: u32,
    /// Everything so far. Either table adds up to it.
    total: Figures,
    /// By year and disease group.
    groups: Vec<DisclosedRow>,
    /// By year and region.
    regions: Vec<DisclosedRow>,
    /// What the fund received, by year.
    received: Vec<ReceivedRow>,
}

/// What is disclosed.
#[derive(Serialize, ToSchema)]
pub struct Disclosed {
    /// The last report; none before the first.
    latest: Option<LatestReport>,
    /// Every report that stands, the latest first.
    reports: Vec<ReportName>,
}

fn latest(kept: &Kept, site: &str) -> LatestReport {
    let tables = &kept.snapshot.tables;
    let row = |(first_year, last_year): (i16, i16), code: String, [zh, en]: [String; 2], sum: &Sum| DisclosedRow {
        first_year,
        last_year,
        code,
        zh,
        en,
        figures: (*sum).into(),
    };
    let groups = tables.by_year_and_group().iter().map(|((years, groups), sum)| {
        row((years.first, years.last), groups.code(), [Locale::ZhCn, Locale::En].map(|locale| groups.text(locale)), sum)
    });
    let regions = tables.by_year_and_region().iter().map(|((years, region), sum)| {
        let words = [Locale::ZhCn, Locale::En].map(|locale| region.text(locale).to_owned());
        row((years.first, years.last), region.code().to_owned(), words, sum)
    });
    let received = kept.snapshot.received.iter().map(|(year, fen)| ReceivedRow { year: *year, fen: fen.get() });
    LatestReport {
        quarter: kept.snapshot.quarter.to_string(),
        taken_at: kept.snapshot.taken_at,
        published_at: kept.published_at.unwrap_or(kept.frozen_at),
        position: kept.snapshot.position,
        sha256: kept.digest.to_string(),
        frozen_text: format!("{site}/spark/disclosure/frozen/{}", kept.digest),
        least_families: kept.snapshot.rules.least(),
        total: tables.total().into(),
        groups: groups.collect(),
        regions: regions.collect(),
        received: received.collect(),
    }
}

fn names(all: &Published, site: &str) -> Vec<ReportName> {
    let name = |term: Term| {
        let (_, kept) = all.report(term)?;
        Some(ReportName {
            term: term.to_string(),
            page: format!("{site}/spark/disclosure/{term}"),
            sha256: kept.digest.to_string(),
            published_at: kept.published_at.unwrap_or(kept.frozen_at),
        })
    };
    all.terms().into_iter().filter_map(name).collect()
}

/// Show what is disclosed of the aid programme.
///
/// The numbers of the last report that was published, exact to the fen, and which reports there are. Between reports they do
/// not change. Rows with few families are joined to their neighbours, never left out: every table adds up to the total.
#[utoipa::path(
    get, path = "/api/v1/disclosure", tag = "disclosure",
    responses(
        (status = 200, description = "The figures", body = Disclosed, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
    )
)]
pub async fn show(State(house): State<House>, Caller(_): Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let all = disclosure::published(&house.services).await?;
    let site = &house.services.settings.public_url;
    let latest = all.latest().map(|kept| latest(kept, site));
    polled(&house, &headers, &Disclosed { latest, reports: names(&all, site) })
}
