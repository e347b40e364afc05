//! The first version of the form. `golden/spark_form.txt` is the same, written out and reviewed.

use super::consent::Purpose;
use super::form::{BORN, Data, FAMILY_PHONE, Field, Form, KEEP, Kind, Page, Section, When};
use Data::{Contact, Formal, Health, Identity, Money};

pub(super) const FORM: Form = Form { version: 1, notice: 1, pages: &PAGES };

const DOCUMENTS: Kind = Kind::One(&["resident", "hong-kong-macao", "taiwan", "foreign-resident", "passport"]);
const YES_NO: Kind = Kind::One(&["yes", "no"]);
const AMOUNT: Kind = Kind::Money { zero: false, most: None };
const AMOUNT_OR_NOTHING: Kind = Kind::Money { zero: true, most: None };
/// How a paper arrives: it is there and is sent, it follows, or there is none.
const PAPER: Kind = Kind::One(&["at_hand", "follows", "none"]);

const MINOR: When = When::Under(18);
const YOUTH: When = When::All(&[When::Since(14), When::Under(18)]);
const BY_WORKER: When = When::Has("whom", &["family"]);
/// A patient of age for whom somebody else applies.
const REPRESENTED: When = When::All(&[When::Since(18), When::Has("whom", &["child", "relative", "family"])]);
const TO_FAMILY: When = When::Has("payee", &["family"]);
const BEGUN: When = When::Has("treatment", &["under_way", "finished"]);

const fn page(section: Section, key: &'static str, fields: &'static [Field]) -> Page {
    Page { key, section, when: When::Always, fields }
}

const fn only(when: When, page: Page) -> Page {
    Page { when, ..page }
}

const fn consent(key: &'static str, purpose: Purpose) -> Field {
    Field::new(key, Kind::Consent(purpose), Formal)
}

static PAGES: [Page; 35] = [
    // Before one starts. Nothing that tells of anybody is kept before the box of `keep` is ticked.
    page(
        Section::Before,
        "keep",
        &[Field::new(KEEP, Kind::Tick, Formal), Field::new("no_promise", Kind::Tick, Formal)],
    ),
    page(Section::Before, "whom", &[Field::new("whom", Kind::One(&["myself", "child", "relative", "family"]), Formal)]),
    page(Section::Before, "group", &[Field::new("group", Kind::One(&["refractory", "rare", "infertility"]), Health)]),
    page(
        Section::Before,
        "place",
        &[Field::new("place", Kind::One(&["registered", "treated"]), Formal), Field::new("city", Kind::City, Formal)],
    ),
    only(
        BY_WORKER,
        page(
            Section::Before,
            "worker",
            &[
                Field::new("worker_name", Kind::Name, Identity),
                Field::new("worker_hospital", Kind::Line { max: 60 }, Formal),
                Field::new("worker_phone", Kind::Phone, Contact),
            ],
        ),
    ),
    only(BY_WORKER, page(Section::Before, "family", &[Field::new(FAMILY_PHONE, Kind::Phone, Contact)])),
    // Who it is for, and who acts.
    page(
        Section::People,
        "patient",
        &[
            Field::new("patient_name", Kind::Name, Identity),
            Field::new(BORN, Kind::Born { adult_for: ("group", "infertility") }, Identity),
            Field::new("patient_sex", Kind::One(&["female", "male"]), Identity),
        ],
    ),
    page(
        Section::People,
        "patient_document",
        &[
            Field::new("patient_document_kind", DOCUMENTS, Identity),
            Field::new(
                "patient_document",
                Kind::Document { kind: "patient_document_kind", born: Some(BORN), unlike: None },
                Identity,
            ),
        ],
    ),
    page(Section::People, "address", &[Field::new("address", Kind::Line { max: 100 }, Contact)]),
    only(
        When::Since(18),
        page(Section::People, "patient_contact", &[Field::new("patient_phone", Kind::Phone, Contact)]),
    ),
    only(
        MINOR,
        page(
            Section::People,
            "guardian",
            &[
                Field::new("guardian_name", Kind::Name, Identity),
                Field::new("guardian_relation", Kind::One(&["father", "mother", "other"]), Identity),
                Field::new("guardian_basis", Kind::Line { max: 100 }, Identity)
                    .when(When::Has("guardian_relation", &["other"])),
            ],
        ),
    ),
    only(
        MINOR,
        page(
            Section::People,
            "guardian_document",
            &[
                Field::new("guardian_document_kind", DOCUMENTS, Identity),
                Field::new(
                    "guardian_document",
                    Kind::Document { kind: "guardian_document_kind", born: None, unlike: Some("patient_document") },
                    Identity,
                ),
            ],
        ),
    ),
    only(MINOR, page(Section::People, "guardian_contact", &[Field::new("guardian_phone", Kind::Phone, Contact)])),
    only(
        REPRESENTED,
        page(
            Section::People,
            "representative",
            &[
                Field::new("representative_name", Kind::Name, Identity),
                Field::new("representative_relation", Kind::Line { max: 30 }, Identity),
                Field::new("representative_basis", Kind::One(&["patient_agrees", "legal_guardian"]), Formal),
            ],
        ),
    ),
    // What it is, and who treats it.
    page(
        Section::Illness,
        "diagnosis",
        &[
            Field::new("diagnosis", Kind::Line { max: 100 }, Health),
            Field::new("diagnosed_on", Kind::Day { since: Some(BORN) }, Health),
        ],
    ),
    page(
        Section::Illness,
        "hospital",
        &[
            Field::new("hospital", Kind::Line { max: 60 }, Health),
            Field::new("hospital_level", Kind::One(&["tertiary", "secondary", "other"]), Health),
            Field::new("physician", Kind::Name, Health).optional(),
        ],
    ),
    only(
        When::Has("group", &["refractory"]),
        page(
            Section::Illness,
            "refractory",
            &[Field::new("course", Kind::One(&["no_remission", "relapsed", "transplant", "other"]), Health)],
        ),
    ),
    only(
        When::Has("group", &["rare"]),
        page(
            Section::Illness,
            "rare",
            &[
                Field::new("in_catalogue", Kind::One(&["yes", "no", "unsure"]), Health),
                Field::new("genetic_test", YES_NO, Health),
            ],
        ),
    ),
    only(
        When::Has("group", &["infertility"]),
        page(
            Section::Illness,
            "infertility",
            &[
                Field::new("trying_years", Kind::Count { min: 0, max: 40 }, Health),
                Field::new("tried", Kind::One(&["nothing", "medicine", "assisted"]), Health),
            ],
        ),
    ),
    page(
        Section::Illness,
        "treatment",
        &[
            Field::new("treatment", Kind::One(&["planned", "under_way", "finished"]), Health),
            Field::new("treated_since", Kind::Day { since: Some(BORN) }, Health).when(BEGUN),
            Field::new("plan", Kind::Words { max: 800 }, Health),
        ],
    ),
    // What the family lives on, and what it costs.
    page(Section::Means, "household", &[Field::new("household", Kind::Count { min: 1, max: 20 }, Money)]),
    page(
        Section::Means,
        "income",
        &[
            Field::new("income", AMOUNT_OR_NOTHING, Money),
            Field::new("certified", Kind::One(&["low_income", "destitute", "none"]), Money),
        ],
    ),
    page(
        Section::Means,
        "costs",
        &[Field::new("spent", AMOUNT_OR_NOTHING, Money), Field::new("expected", AMOUNT, Money)],
    ),
    page(
        Section::Means,
        "insurance",
        &[
            Field::new("insurance", Kind::One(&["resident", "employee", "none"]), Money),
            Field::new("insurance_pays", AMOUNT_OR_NOTHING, Money)
                .when(When::Has("insurance", &["resident", "employee"])),
        ],
    ),
    page(
        Section::Means,
        "other_aid",
        &[
            Field::new("other_aid", YES_NO, Money),
            Field::new("other_aid_from", Kind::Line { max: 60 }, Money).when(When::Has("other_aid", &["yes"])),
            Field::new("other_aid_amount", AMOUNT, Money).when(When::Has("other_aid", &["yes"])),
        ],
    ),
    page(Section::Means, "asked", &[Field::new("asked", Kind::Money { zero: false, most: Some("expected") }, Money)]),
    page(
        Section::Means,
        "payee",
        &[
            Field::new("payee", Kind::One(&["hospital", "family"]), Money),
            Field::new("account_holder", Kind::Name, Money).when(TO_FAMILY),
            Field::new("bank", Kind::Line { max: 60 }, Money).when(TO_FAMILY),
            Field::new("account", Kind::Account, Money).when(TO_FAMILY),
        ],
    ),
    // What proves it.
    page(
        Section::Papers,
        "papers",
        &[
            Field::new("paper_identity", PAPER, Formal),
            Field::new("paper_diagnosis", PAPER, Formal),
            Field::new("paper_costs", PAPER, Formal),
            Field::new("paper_income", PAPER, Formal),
        ],
    ),
    // One purpose a page, so that none is agreed to in passing.
    page(Section::Consents, "consent_health", &[consent("consent_health", Purpose::Health)]),
    page(Section::Consents, "consent_means", &[consent("consent_means", Purpose::Means)]),
    page(Section::Consents, "consent_partners", &[consent("consent_partners", Purpose::Partners)]),
    page(Section::Consents, "consent_publication", &[consent("consent_publication", Purpose::Publication)]),
    page(Section::Consents, "consent_follow_up", &[consent("consent_follow_up", Purpose::FollowUp)]),
    only(YOUTH, page(Section::Consents, "assent", &[Field::new("assent", Kind::Tick, Formal)])),
    page(Section::Consents, "declaration", &[Field::new("declaration", Kind::Tick, Formal)]),
];
