//! What is typed into an application to the Spark Project, by field. Whole and right, but for what a test says itself: whom it
//! is for, who that is and what they have, and where the money goes.

/// A field, and what is typed into it.
pub type Typed = (&'static str, &'static str);

/// What every application of the tests says alike.
const ALIKE: [Typed; 28] = [
    ("keep", "on"),
    ("no_promise", "on"),
    ("group", "rare"),
    ("place", "registered"),
    ("city", "jinan"),
    ("patient_sex", "female"),
    ("diagnosed_on", "2025-03-01"),
    ("hospital_level", "tertiary"),
    ("in_catalogue", "yes"),
    ("genetic_test", "yes"),
    ("treatment", "planned"),
    ("household", "4"),
    ("certified", "none"),
    ("spent", "0"),
    ("expected", "80000"),
    ("insurance", "none"),
    ("paper_identity", "at_hand"),
    ("paper_diagnosis", "at_hand"),
    ("paper_income", "follows"),
    ("consent_health", "agree"),
    ("consent_means", "agree"),
    ("consent_partners", "refuse"),
    ("consent_publication", "refuse"),
    ("consent_follow_up", "agree"),
    ("declaration", "on"),
    ("address", "演示市演示路1号"),
    ("diagnosis", "演示用罕见疾病甲"),
    ("plan", "演示治疗方案"),
];

/// A whole application that says `own` of its own: a field that is in it is not said twice.
pub fn typed(own: &[Typed]) -> Vec<Typed> {
    let alike = ALIKE.into_iter().filter(|(field, _)| own.iter().all(|(other, _)| other != field));
    alike.chain(own.iter().copied()).collect()
}
