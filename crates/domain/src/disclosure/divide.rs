//! How payments that become public at one time are divided into rows: first by year, then twice, by group and by region.
//!
//! What is too small by itself is joined to its neighbour: a year to the years beside it, a group to another group, a city to
//! its circle, a circle to the rest. The same payments are always divided in the same way.

use super::crowd::{Crowd, Rules};
use super::differences::{Grid, reached};
use super::facts::{DiseaseGroup, Family, Payment};
use super::place::{Circle, Place, Region};
use super::tables::{Groups, Years};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

/// As finely as anybody could want to know it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Class {
    pub year: i16,
    pub group: DiseaseGroup,
    pub place: Place,
}

/// Payments that become public together, by class.
#[derive(Debug)]
pub(super) struct Classes(BTreeMap<Class, Crowd>);

impl Classes {
    /// A family that nobody `counted` is new in the class of its first payment.
    pub fn of(counted: &BTreeSet<Family>, payments: &[Payment]) -> Self {
        let mut firsts: BTreeMap<Family, (u64, Class)> = BTreeMap::new();
        let mut sums: BTreeMap<(Class, Family), i64> = BTreeMap::new();
        for paid in payments {
            let class = Class { year: paid.year(), group: paid.group(), place: paid.place() };
            *sums.entry((class, paid.family())).or_default() += paid.amount().get();
            let first = firsts.entry(paid.family()).or_insert((paid.position(), class));
            *first = (*first).min((paid.position(), class));
        }
        let mut classes: BTreeMap<Class, Crowd> = BTreeMap::new();
        for ((class, family), amount) in sums {
            let is_first = !counted.contains(&family) && firsts.get(&family).is_some_and(|first| first.1 == class);
            classes.entry(class).or_default().add(family, amount, is_first);
        }
        Self(classes)
    }

    /// Of each of these payments, whether it makes its family new: the first of a family that nobody `counted`.
    pub fn firsts(counted: &BTreeSet<Family>, payments: &[Payment]) -> BTreeSet<u64> {
        let mut firsts: BTreeMap<Family, u64> = BTreeMap::new();
        for paid in payments.iter().filter(|paid| !counted.contains(&paid.family())) {
            let first = firsts.entry(paid.family()).or_insert(paid.position());
            *first = (*first).min(paid.position());
        }
        firsts.into_values().collect()
    }

    /// Everybody of the classes that are meant.
    pub fn crowd(&self, meant: impl Fn(&Class) -> bool) -> Crowd {
        Crowd::of(self.0.iter().filter(|(class, _)| meant(class)).map(|(_, crowd)| crowd))
    }
}

impl Deref for Classes {
    type Target = BTreeMap<Class, Crowd>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// The payments of some years, divided into rows by group and, independently, by region. Every row holds, and so does
/// everything that can be had by adding and taking off rows.
#[derive(Clone, Debug)]
pub(super) struct Part {
    years: Years,
    groups: Vec<Groups>,
    regions: BTreeMap<Region, BTreeSet<Place>>,
}

impl Part {
    /// Its years.
    pub const fn years(&self) -> Years {
        self.years
    }

    /// The rows that a class of its years is counted in.
    pub fn rows(&self, class: &Class) -> (Groups, Region) {
        let group = self.groups.iter().find(|groups| groups.hold(class.group));
        let region = self.regions.iter().find(|(_, places)| places.contains(&class.place));
        // Every group and every place has a row: `WAYS` and `rows_by_region` divide all of them.
        (group.copied().unwrap_or(ALL), region.map_or(Region::Rest, |(region, _)| *region))
    }
}

use DiseaseGroup::{Infertility, Rare, Refractory};

pub(super) const ALL: Groups = Groups::of(&[Refractory, Rare, Infertility]);

/// How groups can be joined, the best way first: none; the two that are diseases of any age; others; all.
const WAYS: [&[Groups]; 5] = [
    &[Groups::of(&[Refractory]), Groups::of(&[Rare]), Groups::of(&[Infertility])],
    &[Groups::of(&[Refractory, Rare]), Groups::of(&[Infertility])],
    &[Groups::of(&[Refractory]), Groups::of(&[Rare, Infertility])],
    &[Groups::of(&[Refractory, Infertility]), Groups::of(&[Rare])],
    &[ALL],
];

/// Divides payments that become public together; `None` where even all of them together are too few.
pub(super) fn divide(classes: &Classes, rules: Rules) -> Option<Vec<Part>> {
    if !classes.crowd(|_| true).holds(rules) {
        return None;
    }
    let parts = runs(classes, rules).into_iter().map(|years| {
        let groups = rows_by_group(classes, years, rules);
        let regions = rows_by_region(classes, years, &groups, rules);
        Part { years, groups, regions }
    });
    Some(parts.collect())
}

/// Years, joined to those that follow until they hold, the last ones to those before.
fn runs(classes: &Classes, rules: Rules) -> Vec<Years> {
    let holds = |years: &Years| classes.crowd(|class| years.hold(class.year)).holds(rules);
    let mut runs: Vec<Years> = Vec::new();
    for year in classes.keys().map(|class| class.year).collect::<BTreeSet<i16>>() {
        match runs.last_mut() {
            Some(last) if !holds(last) => last.last = year,
            _ => runs.push(Years::one(year)),
        }
    }
    while let [.., before, last] = &mut runs[..]
        && !holds(last)
    {
        before.last = last.last;
        runs.pop();
    }
    runs
}

/// The best way to join groups in which every row holds.
fn rows_by_group(classes: &Classes, years: Years, rules: Rules) -> Vec<Groups> {
    let holds = |groups: &Groups| {
        let crowd = classes.crowd(|class| years.hold(class.year) && groups.hold(class.group));
        crowd.is_empty() || crowd.holds(rules)
    };
    WAYS.into_iter().find(|way| way.iter().all(holds)).unwrap_or(&[ALL]).to_vec()
}

/// Cities that hold, circles of those that do not, the rest of those that do not either: as long as subtraction from the
/// rows by group reaches too few, the smallest row that it takes is joined to its neighbours.
fn rows_by_region(
    classes: &Classes,
    years: Years,
    groups: &[Groups],
    rules: Rules,
) -> BTreeMap<Region, BTreeSet<Place>> {
    let crowd =
        |places: &BTreeSet<Place>| classes.crowd(|class| years.hold(class.year) && places.contains(&class.place));
    let column = |places: &BTreeSet<Place>| {
        let of = |groups: &Groups| {
            classes.crowd(|c| years.hold(c.year) && groups.hold(c.group) && places.contains(&c.place))
        };
        groups.iter().map(of).collect()
    };
    let mut rows = first_rows(|places| crowd(places).holds(rules));
    loop {
        let rest = crowd(rows.entry(Region::Rest).or_default());
        let named = rows.iter().filter(|(region, _)| **region != Region::Rest);
        let named: Vec<(usize, Region)> = named.map(|(region, places)| (crowd(places).families(), *region)).collect();
        let next = if !rest.is_empty() && !rest.holds(rules) {
            named.iter().min().map(|(_, region)| (*region, Region::Rest))
        } else {
            let grid: Grid = rows.iter().map(|(region, places)| (*region, column(places))).collect();
            let Some(taken) = reached(&grid, rules) else { break };
            let smallest = named.iter().filter(|(_, region)| taken.contains(region)).min();
            smallest.or_else(|| named.iter().min()).map(|(_, region)| (*region, neighbour(*region, &rows)))
        };
        // With nothing but the rest left, the rest is everybody, and nothing can be taken from it but whole rows by group.
        let Some((from, into)) = next else { break };
        let places = rows.remove(&from).unwrap_or_default();
        rows.entry(into).or_default().extend(places);
    }
    rows
}

/// A row for every city, circle, and everywhere else, as far as they hold; the rest is what is left.
fn first_rows(holds: impl Fn(&BTreeSet<Place>) -> bool) -> BTreeMap<Region, BTreeSet<Place>> {
    let mut rows: BTreeMap<Region, BTreeSet<Place>> = BTreeMap::new();
    for place in Place::all() {
        let (alone, together) = match place {
            Place::City(city) => (Region::City(city), Region::Circle(Circle::of(city))),
            Place::Outside => (Region::Outside, Region::Rest),
        };
        let region = if holds(&BTreeSet::from([place])) { alone } else { together };
        rows.entry(region).or_default().insert(place);
    }
    for circle in Circle::ALL.map(Region::Circle) {
        if rows.get(&circle).is_some_and(|places| !holds(places)) {
            let places = rows.remove(&circle).unwrap_or_default();
            rows.entry(Region::Rest).or_default().extend(places);
        }
    }
    rows
}

/// Where a row is joined to: a city to the other cities of its circle where they have a row.
fn neighbour(region: Region, rows: &BTreeMap<Region, BTreeSet<Place>>) -> Region {
    match region {
        Region::City(city) => {
            Some(Region::Circle(Circle::of(city))).filter(|circle| rows.contains_key(circle)).unwrap_or(Region::Rest)
        }
        _ => Region::Rest,
    }
}

#[cfg(test)]
#[path = "divide_tests.rs"]
mod tests;
