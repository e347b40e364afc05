//! The report of a quarter or a year: which sections it has, in which order, with which numbers; what each number means; and
//! what it was made from. Whoever shows it, as a page, a PDF or a workbook, takes rows and words from here.

use super::correction::{Change, changes};
use super::place::Region;
use super::quarter::Term;
use super::rounding::{Shown, ShownTables, Wan, parts};
use super::snapshot::{Digest, Snapshot};
use super::tables::{Groups, Years};
use crate::Locale;
use crate::named::named;
use crate::time::{clock_text, day_text, local_day};
use jiff::Timestamp;
use std::collections::BTreeMap;

named! {
    /// The sections of a report, in order.
    Section, 8 {
        /// What is new since the report before.
        Newly "newly",
        /// The fund: received, paid, left.
        Fund "fund",
        /// Families and aid by year.
        Years "years",
        /// By disease group.
        Groups "groups",
        /// By region.
        Regions "regions",
        /// By disease group, of one year.
        GroupsOfYear "groups_of_year",
        /// By region, of one year.
        RegionsOfYear "regions_of_year",
        /// What an earlier snapshot said otherwise.
        Corrections "corrections",
    }
}

impl Section {
    /// Its heading.
    pub const fn text(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Newly, Locale::ZhCn) => "本期新增",
            (Self::Newly, Locale::En) => "New in this report",
            (Self::Fund, Locale::ZhCn) => "救助基金收支",
            (Self::Fund, Locale::En) => "The relief fund",
            (Self::Years, Locale::ZhCn) => "历年救助情况",
            (Self::Years, Locale::En) => "Aid by year",
            (Self::Groups, Locale::ZhCn) => "按病种类别",
            (Self::Groups, Locale::En) => "Aid by disease group",
            (Self::Regions, Locale::ZhCn) => "按地区",
            (Self::Regions, Locale::En) => "Aid by region",
            (Self::GroupsOfYear, Locale::ZhCn) => "本年度按病种类别",
            (Self::GroupsOfYear, Locale::En) => "This year by disease group",
            (Self::RegionsOfYear, Locale::ZhCn) => "本年度按地区",
            (Self::RegionsOfYear, Locale::En) => "This year by region",
            (Self::Corrections, Locale::ZhCn) => "更正",
            (Self::Corrections, Locale::En) => "Corrections",
        }
    }

    /// What has to be known to read it.
    pub const fn definitions(self) -> &'static [Definition] {
        match self {
            Self::Newly => &[Definition::Newly, Definition::Families],
            Self::Fund => &[Definition::Fund, Definition::Rounding],
            Self::Years => &[Definition::Families, Definition::Money, Definition::Joined, Definition::Rounding],
            Self::Groups | Self::GroupsOfYear => &[Definition::Families, Definition::Joined, Definition::Rounding],
            Self::Regions | Self::RegionsOfYear => &[Definition::Families, Definition::Regions, Definition::Rounding],
            Self::Corrections => &[Definition::Corrections],
        }
    }
}

named! {
    /// What the numbers mean.
    Definition, 8 {
        /// Since when something is new.
        Newly "newly",
        /// Who is counted, and where.
        Families "families",
        /// Which money is counted, and where.
        Money "money",
        /// Why rows are joined, and why the newest payments may be missing.
        Joined "joined",
        /// Why a city's row is not all of the city.
        Regions "regions",
        /// What the fund's numbers are.
        Fund "fund",
        /// How amounts are rounded.
        Rounding "rounding",
        /// What corrections are.
        Corrections "corrections",
    }
}

impl Definition {
    /// In plain words, for the public.
    pub const fn text(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Newly, Locale::ZhCn) => {
                "本期新增为本期报告与上期报告（年度报告为上年第四季度报告）所列数之差。当期拨付过少的，留待以后一并公布，列入公布当期的新增。"
            }
            (Self::Newly, Locale::En) => {
                "The difference between this report and the one before; for a year, that of the last quarter of the year before. Payments that were too few at their time are new in the report that first has them."
            }
            (Self::Families, Locale::ZhCn) => {
                "受助家庭按户计算，每户只计一次，计入首次获得拨付的年度、病种类别和地区。以后年度再次获得拨付的，只增加当年金额，不重复计户，因此各表的户数之和都等于总户数。"
            }
            (Self::Families, Locale::En) => {
                "A family is counted once, in the year, disease group and region of its first payment. When it is paid again in a later year, that year’s amount grows and its number of families does not; so the families of every table add up to the same total."
            }
            (Self::Money, Locale::ZhCn) => "金额按实际拨付日期计入当年，已扣除退回的款项；每笔款项在每张表中只计一次。",
            (Self::Money, Locale::En) => {
                "Amounts are counted in the year in which they were paid, less what came back. Every payment is counted once in each table."
            }
            (Self::Joined, Locale::ZhCn) => {
                "为保护受助家庭，户数过少或某一户金额占比过高的项目与相邻项目合并列示，不单独公布，也不删除；新增拨付过少时，留待下一期一并公布。年度合并列示的，本年度各表包含被合并的年度。合并不改变总数。"
            }
            (Self::Joined, Locale::En) => {
                "To protect the families, items with too few of them, or in which one family has most of the money, are shown together with their neighbours; nothing is left out. New payments that are too few are published with the next report. Where years are joined, the tables of this year have the years joined to it. Joining changes no total."
            }
            (Self::Regions, Locale::ZhCn) => {
                "各市一行为可以单独列示的家庭；同一期新增户数过少的市，计入所在经济圈或“其他”，以后也不再拆分。因此某市一行可能少于该市实际受助户数，各行之和等于总数。"
            }
            (Self::Regions, Locale::En) => {
                "A city’s row has the families that can be shown by city. Where too few were new at one time, they are in the row of the city’s economic circle or in “Other”, and stay there. So a city’s row can be less than all families of the city; all rows together are the total."
            }
            (Self::Fund, Locale::ZhCn) => {
                "收入为救助基金实际到账的款项，支出为已列入本报告的拨付，结余为两者之差；尚未列入的拨付仍在结余中。"
            }
            (Self::Fund, Locale::En) => {
                "Received is what has reached the fund, paid is the payments in this report, and the balance is the difference; payments that are not in the report yet are still in the balance."
            }
            (Self::Rounding, Locale::ZhCn) => {
                "金额以万元为单位，保留两位小数，按最大余额法取舍，分项之和等于合计；单项与实际金额之差小于0.01万元。"
            }
            (Self::Rounding, Locale::En) => {
                "Amounts are rounded to hundreds of yuan so that the parts add up to the total; each is less than 100 yuan away from what it is."
            }
            (Self::Corrections, Locale::ZhCn) => {
                "已公布的数字有误的，列出原数、更正后的数和原因；原快照继续保留，可供查阅。"
            }
            (Self::Corrections, Locale::En) => {
                "Where a published number was wrong, the old number, the new one and the reason are shown. The snapshot that was wrong stays available."
            }
        }
    }
}

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// All rows together.
    Total,
    /// Some years.
    Years(Years),
    /// Some disease groups.
    Groups(Groups),
    /// A region.
    Region(Region),
    /// What the fund received in a year.
    Received(i16),
    /// What the fund received in all.
    ReceivedInAll,
    /// What families were paid.
    Paid,
    /// What is left.
    Balance,
}

impl Label {
    /// What it is called.
    pub fn text(self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Total, Locale::ZhCn) => "合计".to_owned(),
            (Self::Total, Locale::En) => "Total".to_owned(),
            (Self::Years(years), _) => years.text(locale),
            (Self::Groups(groups), _) => capital(&groups.text(locale)),
            (Self::Region(region), _) => region.text(locale).to_owned(),
            (Self::Received(year), Locale::ZhCn) => format!("{year}年收入"),
            (Self::Received(year), Locale::En) => format!("Received in {year}"),
            (Self::ReceivedInAll, Locale::ZhCn) => "累计收入".to_owned(),
            (Self::ReceivedInAll, Locale::En) => "Received in all".to_owned(),
            (Self::Paid, Locale::ZhCn) => "累计救助支出".to_owned(),
            (Self::Paid, Locale::En) => "Paid to families".to_owned(),
            (Self::Balance, Locale::ZhCn) => "结余".to_owned(),
            (Self::Balance, Locale::En) => "Balance".to_owned(),
        }
    }
}

/// As it begins a row: with a capital, where the language has any.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A row: what, families where it has any, an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it is about.
    pub label: Label,
    /// Families; none for money that no families belong to.
    pub families: Option<u64>,
    /// The amount as shown.
    pub amount: Wan,
}

/// A section with its rows, of which the last is the sum of the others. (Of the fund it is what is left.)
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Which.
    pub section: Section,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What the numbers were made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The hash of the snapshot.
    pub digest: Digest,
    /// When it was frozen, and the position of the ledger.
    taken: (Timestamp, u64),
}

impl Source {
    /// In words, with the hash in full.
    pub fn text(&self, locale: Locale) -> String {
        let (taken_at, position) = self.taken;
        let (day, time) = (day_text(local_day(taken_at), locale), clock_text(taken_at));
        match locale {
            Locale::ZhCn => format!("数据截至账簿第{position}笔，{day}{time}固定，快照 {}", self.digest),
            Locale::En => format!("Ledger up to entry {position}, frozen {day}, {time}, snapshot {}", self.digest),
        }
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Of which time.
    pub term: Term,
    /// Its tables.
    pub tables: Vec<Table>,
    /// What is corrected, with the reason.
    pub corrections: Option<(String, Vec<Change>)>,
    /// What it was made from.
    pub source: Source,
}

/// Snapshots beside the one that a report is of.
#[derive(Clone, Copy, Default, Debug)]
pub struct Earlier<'a> {
    /// The last that stands of the term before; none for the first report.
    pub before: Option<&'a Snapshot>,
    /// The one that is corrected, where one is.
    pub corrected: Option<&'a Snapshot>,
}

/// The snapshot is of another time than the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a snapshot is not of the time that the report needs")]
pub struct OtherTerm;

impl Report {
    /// The report of a term, from the snapshot of its last quarter.
    ///
    /// # Errors
    /// `OtherTerm`: the snapshot is of another quarter, the one before not of an earlier term, or the one that is corrected is
    /// not given.
    pub fn of(term: Term, (snapshot, digest): (&Snapshot, Digest), earlier: Earlier<'_>) -> Result<Self, OtherTerm> {
        let is_before = |before: &Snapshot| before.quarter.period().last() < term.period().first();
        if snapshot.quarter != term.quarter()
            || snapshot.corrects.is_some() != earlier.corrected.is_some()
            || !earlier.before.is_none_or(is_before)
        {
            return Err(OtherTerm);
        }
        let shown = ShownTables::of(&snapshot.tables);
        let corrections = snapshot.corrects.as_ref().zip(earlier.corrected);
        let corrections = corrections.map(|(why, old)| (why.reason().to_owned(), changes(old, snapshot)));
        let before = earlier.before.map(|before| ShownTables::of(&before.tables));
        let newly = newly(&shown, before.as_ref());
        let others = [
            fund(snapshot, &shown),
            table(Section::Years, shown.by_year().iter().map(|(years, sum)| (Label::Years(*years), *sum))),
            table(Section::Groups, shown.by_group().into_iter().map(|(groups, sum)| (Label::Groups(groups), sum))),
            table(Section::Regions, shown.by_region().into_iter().map(|(region, sum)| (Label::Region(region), sum))),
            table(Section::GroupsOfYear, of_year(shown.by_year_and_group(), term.year(), Label::Groups)),
            table(Section::RegionsOfYear, of_year(shown.by_year_and_region(), term.year(), Label::Region)),
        ];
        let tables = newly.into_iter().chain(others).collect();
        let source = Source { digest, taken: (snapshot.taken_at, snapshot.position) };
        Ok(Self { term, tables, corrections, source })
    }

    /// The section's table.
    pub fn table(&self, section: Section) -> Option<&Table> {
        self.tables.iter().find(|table| table.section == section)
    }

    /// What has to be known to read it, each once, in order.
    pub fn definitions(&self) -> Vec<Definition> {
        let corrections = self.corrections.iter().map(|_| Section::Corrections);
        let sections = self.tables.iter().map(|table| table.section).chain(corrections);
        let mut all: Vec<Definition> = sections.flat_map(|section| section.definitions()).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The rows, and their sum.
fn table(section: Section, rows: impl Iterator<Item = (Label, Shown)>) -> Table {
    let row = |(label, shown): (Label, Shown)| Row { label, families: Some(shown.families), amount: shown.amount };
    let mut rows: Vec<Row> = rows.map(row).collect();
    let families = rows.iter().filter_map(|row| row.families).sum();
    let amount = rows.iter().fold(Wan::default(), |all, row| all.plus(row.amount));
    rows.push(Row { label: Label::Total, families: Some(families), amount });
    Table { section, rows }
}

/// By group, what is shown now and was not before; the first report is new as a whole. `None` where a correction joined rows
/// in between, so that some have less than before: then the corrections say what changed.
fn newly(now: &ShownTables, before: Option<&ShownTables>) -> Option<Table> {
    let (now, before) = (now.by_group(), before.map(ShownTables::by_group).unwrap_or_default());
    let of = |sums: &BTreeMap<Groups, Shown>, groups: Groups| sums.get(&groups).copied().unwrap_or_default();
    let rows: Option<Vec<(Label, Shown)>> = Groups::all()
        .map(|groups| Some((Label::Groups(groups), of(&now, groups).since(of(&before, groups))?)))
        .collect();
    let is_something = |row: &(Label, Shown)| row.1 != Shown::default();
    Some(table(Section::Newly, rows?.into_iter().filter(is_something)))
}

/// The cells of a year, and of years that are counted together with it.
fn of_year<K: Ord + Copy>(
    cells: &BTreeMap<(Years, K), Shown>,
    year: i16,
    label: impl Fn(K) -> Label,
) -> impl Iterator<Item = (Label, Shown)> {
    let mut sums: BTreeMap<K, Shown> = BTreeMap::new();
    for ((_, key), shown) in cells.iter().filter(|((years, _), _)| years.hold(year)) {
        let sum = sums.entry(*key).or_default();
        *sum = sum.plus(*shown);
    }
    sums.into_iter().map(move |(key, shown)| (label(key), shown))
}

/// What the fund received by year, in all, what was paid, what is left: received = paid + left, also as shown.
fn fund(snapshot: &Snapshot, shown: &ShownTables) -> Table {
    let in_all = Wan::nearest(snapshot.received_in_all());
    let amounts: Vec<_> = snapshot.received.values().copied().collect();
    let by_year = snapshot.received.keys().zip(parts(&amounts, in_all));
    let row = |label, amount| Row { label, families: None, amount };
    let mut rows: Vec<Row> = by_year.map(|(year, amount)| row(Label::Received(*year), amount)).collect();
    rows.push(row(Label::ReceivedInAll, in_all));
    rows.push(row(Label::Paid, shown.total().amount));
    rows.push(row(Label::Balance, in_all.less(shown.total().amount)));
    Table { section: Section::Fund, rows }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
