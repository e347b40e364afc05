//! A version of the rubric as it is typed: a row for each criterion, of which any number may stay empty.

use crate::form::FormState;
use domain::field::{Fault, Faults, FieldError};
use domain::outreach::{Bilingual, Key};
use domain::spark::review::rubric::{Criterion, Draft, MOST_CRITERIA, Rubric, Scale, Unusable};
use domain::typed::{digits, line};
use std::collections::BTreeSet;

/// The longest title of a criterion, in characters: as the domain has it.
pub(super) const TITLE: u32 = 80;
/// Empty rows for what is added.
const SPARE: usize = 2;

/// A row of the form.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// Its name within the rubric; empty for one that is added.
    pub key: String,
    /// What stands in its fields at first.
    pub title: [String; 2],
    pub weight: String,
    pub least: String,
    pub most: String,
    pub optional: bool,
}

/// The rows of a new version: those of the one before, and some to add.
pub(super) fn rows(before: Option<&Rubric>) -> Vec<Line> {
    let known = before.map_or(&[][..], Rubric::criteria);
    let mut all: Vec<Line> = known
        .iter()
        .map(|criterion| Line {
            key: criterion.key.as_str().to_owned(),
            title: [criterion.title.zh.clone(), criterion.title.en.clone()],
            weight: criterion.weight.to_string(),
            least: criterion.scale.least.to_string(),
            most: criterion.scale.most.to_string(),
            optional: criterion.optional,
        })
        .collect();
    all.resize((all.len() + SPARE).min(most()), Line::default());
    all
}

pub(super) const fn most() -> usize {
    MOST_CRITERIA as usize
}

/// How many rows a form has that came back.
pub(super) fn sent_rows(form: &FormState) -> Option<usize> {
    form.value("rows")?.parse::<usize>().ok().map(|rows| rows.min(most()))
}

/// Nothing is typed into it: a criterion that is left out.
fn is_blank(form: &FormState, nth: usize) -> bool {
    ["zh", "en"].iter().all(|language| text(form, &format!("title-{nth}_{language}")).trim().is_empty())
        && text(form, &format!("weight-{nth}")).trim().is_empty()
}

fn text<'a>(form: &'a FormState, name: &str) -> &'a str {
    form.value(name).unwrap_or_default()
}

/// The rubric that is typed.
///
/// # Errors
/// What is wrong with it, beside the fields of its rows.
pub(super) fn read(form: &FormState) -> Result<Rubric, Vec<FieldError>> {
    let mut faults = Faults::default();
    let version = digits(text(form, "version")).unwrap_or_default();
    let diverges_above = faults.take("diverges_above", digits(text(form, "diverges_above")));
    let filled: Vec<usize> = (0..sent_rows(form).unwrap_or_default()).filter(|nth| !is_blank(form, *nth)).collect();
    let mut keys: BTreeSet<String> =
        filled.iter().map(|nth| text(form, &format!("key-{nth}")).to_owned()).filter(|key| !key.is_empty()).collect();
    let mut criteria = Vec::with_capacity(filled.len());
    for nth in &filled {
        criteria.extend(criterion(form, *nth, &mut keys, &mut faults));
    }
    let Some(diverges_above) = diverges_above.filter(|_| faults.is_empty()) else { return Err(faults.into_errors()) };
    let draft = Draft { version, criteria, diverges_above };
    Rubric::try_from(draft).map_err(|Unusable(errors)| errors.into_iter().map(|error| placed(error, &filled)).collect())
}

fn criterion(form: &FormState, nth: usize, keys: &mut BTreeSet<String>, faults: &mut Faults) -> Option<Criterion> {
    let mut number = |name: &str| {
        let field = format!("{name}-{nth}");
        faults.take(&field, digits(text(form, &field)))
    };
    let (weight, least, most) = (number("weight"), number("least"), number("most"));
    let [zh, en] = ["zh", "en"].map(|language| {
        let field = format!("title-{nth}_{language}");
        faults.take(&field, line(text(form, &field), TITLE))
    });
    let key = match text(form, &format!("key-{nth}")) {
        "" => fresh(keys),
        key => Key::new(key),
    };
    Some(Criterion {
        key: key?,
        title: Bilingual::new(zh?, en?),
        weight: weight?,
        scale: Scale { least: least?, most: most? },
        optional: form.ticked(&format!("optional-{nth}"), "on"),
    })
}

/// A name no other criterion has.
fn fresh(keys: &mut BTreeSet<String>) -> Option<Key> {
    let free = (1..).map(|n: usize| format!("c{n}")).find(|key| !keys.contains(key))?;
    keys.insert(free.clone());
    Key::new(&free)
}

/// A fault of the domain's draft beside the field of its row.
fn placed(error: FieldError, filled: &[usize]) -> FieldError {
    let (name, nth) = match error.field.split_once('-') {
        Some((name, nth)) => (name, nth.parse::<usize>().ok()),
        None => (error.field.as_str(), Some(0)),
    };
    let row = nth.and_then(|nth| filled.get(nth)).copied().unwrap_or_default();
    let field = match name {
        "diverges_above" | "version" => return error,
        "scale" => format!("most-{row}"),
        "weight" => format!("weight-{row}"),
        "optional" => format!("optional-{row}"),
        _ => format!("title-{row}_zh"),
    };
    // Of no criterion at all the first row is told that it is needed.
    let fault = if name == "criteria" && filled.is_empty() { Fault::Required } else { error.fault };
    FieldError::new(&field, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> FormState {
        let usual = [("version", "2"), ("rows", "4"), ("diverges_above", "25")];
        FormState::typed(usual.iter().chain(pairs).copied(), &[])
    }

    const NEED: [(&str, &str); 6] = [
        ("key-0", "need"),
        ("title-0_zh", "医疗需要"),
        ("title-0_en", "Medical need"),
        ("weight-0", "3"),
        ("least-0", "1"),
        ("most-0", "5"),
    ];

    fn fields(form: &FormState) -> Vec<(String, Fault)> {
        read(form).expect_err("faults").into_iter().map(|error| (error.field, error.fault)).collect()
    }

    #[test]
    fn rows_that_are_left_empty_are_no_criteria_and_an_added_one_gets_a_name() {
        let added = [
            ("title-3_zh", "预期获益"),
            ("title-3_en", "Benefit"),
            ("weight-3", "２"),
            ("least-3", "0"),
            ("most-3", "10"),
            ("optional-3", "on"),
        ];
        let rubric = read(&typed(&[&NEED[..], &added[..]].concat())).expect("a rubric");
        assert_eq!((rubric.version(), rubric.diverges_above()), (2, 25));
        let all: Vec<_> = rubric.criteria().iter().map(|one| (one.key.as_str(), one.weight, one.optional)).collect();
        assert_eq!(all, [("need", 3, false), ("c1", 2, true)]);
        // The next version begins with these, and with empty rows.
        let next = rows(Some(&rubric));
        assert_eq!((next.len(), next[1].key.as_str(), next[2].clone()), (4, "c1", Line::default()));
    }

    #[test]
    fn every_fault_stands_beside_the_field_of_its_row() {
        let half = [("title-2_zh", "预期获益"), ("weight-2", "many"), ("least-2", "5"), ("most-2", "5")];
        let told = fields(&typed(&[&NEED[..], &half[..]].concat()));
        assert_eq!(told, [("weight-2".to_owned(), Fault::NotANumber), ("title-2_en".to_owned(), Fault::Required)]);
        let wrong =
            [("title-2_zh", "预期"), ("title-2_en", "Benefit"), ("weight-2", "101"), ("least-2", "5"), ("most-2", "5")];
        let told = fields(&typed(&[&NEED[..], &wrong[..]].concat()));
        let most = Fault::OutOfRange { min: 6, max: 10 };
        assert_eq!(
            told,
            [("weight-2".to_owned(), Fault::OutOfRange { min: 1, max: 100 }), ("most-2".to_owned(), most)]
        );
        assert_eq!(fields(&typed(&[])), [("title-0_zh".to_owned(), Fault::Required)]);
        let optional = typed(&[&NEED[..], &[("optional-0", "on")][..]].concat());
        assert_eq!(fields(&optional), [("optional-0".to_owned(), Fault::Required)]);
        let twice = [
            ("key-1", "need"),
            ("title-1_zh", "又一"),
            ("title-1_en", "Again"),
            ("weight-1", "1"),
            ("least-1", "1"),
            ("most-1", "5"),
        ];
        let told = fields(&typed(&[&NEED[..], &twice[..]].concat()));
        assert_eq!(told, [("title-1_zh".to_owned(), Fault::AlreadyExists)]);
    }
}
