//! The quick check (资格自测): a few questions before anybody applies, answered without a name, an account or a trace.
//!
//! A pure decision: the same answers lead to the same words, whoever gives them. It decides nothing about a case: "likely"
//! is no promise, a "no" names its reason and where else help is, and what only a person can judge is said to be so. The
//! rules have a version, which stands on the result; to change them, change [`step`] and raise it.

use crate::field::Fault;
use crate::named::named;
use jiff::civil::{Date, date};

use super::DiseaseGroup;

#[cfg(test)]
#[path = "eligibility_tests.rs"]
mod tests;

/// The version of the rules.
pub const VERSION: u16 = 1;
/// Since when this version holds.
pub const HOLDS_FROM: Date = date(2026, 11, 26);

named! {
    /// What is asked, one page each, in this order.
    Question, 8 {
        /// Whom it is for.
        Whom "whom",
        /// Which group the disease belongs to.
        Group "group",
        /// Whether Shandong is where the patient lives or is treated.
        Place "place",
        /// How old the patient is.
        Age "age",
        /// Who confirmed the diagnosis.
        Diagnosis "diagnosis",
        /// How far the treatment is.
        Treatment "treatment",
        /// What the family lives on, beside its city's low-income line.
        Income "income",
        /// What others pay.
        OtherAid "other_aid",
    }
}

named! {
    /// Who asks for whom.
    Whom, 4 {
        /// For oneself.
        Myself "myself",
        /// A parent or guardian for a child.
        Child "child",
        /// For another member of the family.
        Relative "relative",
        /// A hospital's social worker for a family.
        Family "family",
    }
}

named! {
    /// Which disease.
    Group, 5 {
        /// 难治性疾病.
        Refractory "refractory",
        /// 罕见病.
        Rare "rare",
        /// 不孕症.
        Infertility "infertility",
        /// The family does not know.
        Unsure "unsure",
        /// None of the three.
        Other "other",
    }
}

named! {
    /// What ties the patient to Shandong.
    Place, 3 {
        /// The household is registered there.
        Registered "registered",
        /// Registered elsewhere, and treated there.
        Treated "treated",
        /// Neither.
        Neither "neither",
    }
}

named! {
    /// The patient's age, as coarsely as the rules need it.
    Age, 3 {
        /// Up to 13: the guardian consents.
        Child "under_14",
        /// 14 to 17: the guardian consents, and so does the patient.
        Youth "14_to_17",
        /// 18 and more.
        Adult "adult",
    }
}

named! {
    /// Who confirmed what it is.
    Diagnosis, 4 {
        /// 三级医院.
        Tertiary "tertiary",
        /// 二级医院.
        Secondary "secondary",
        /// A hospital or a practice of another level.
        OtherLevel "other_level",
        /// Nobody yet.
        NotYet "not_yet",
    }
}

named! {
    /// How far it is.
    Treatment, 4 {
        /// A physician has planned it.
        Planned "planned",
        /// It has begun.
        UnderWay "under_way",
        /// It is over.
        Finished "finished",
        /// There is no plan yet.
        NoPlan "no_plan",
    }
}

named! {
    /// What the family lives on.
    Income, 5 {
        /// 低保、特困: it is certified as such.
        Certified "certified",
        /// At or below the line, or little above it, and not certified.
        NearLine "near_line",
        /// Above it, and what the illness costs is more than the family can carry.
        Burdened "burdened",
        /// Well above it, and can carry the costs.
        Above "above",
        /// Would rather not say.
        Unsaid "unsaid",
    }
}

named! {
    /// What others pay.
    OtherAid, 3 {
        /// Nothing.
        Nothing "nothing",
        /// A part.
        Part "part",
        /// Everything.
        Everything "everything",
    }
}

/// What was answered so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    whom: Option<Whom>,
    group: Option<Group>,
    place: Option<Place>,
    age: Option<Age>,
    diagnosis: Option<Diagnosis>,
    treatment: Option<Treatment>,
    income: Option<Income>,
    other_aid: Option<OtherAid>,
}

named! {
    /// Why the project cannot help.
    Reason, 7 {
        /// The disease is in none of the three groups.
        OutsideGroups "outside_groups",
        /// Neither registered nor treated in Shandong.
        OutsideShandong "outside_shandong",
        /// Infertility, and the patient is not of age.
        InfertilityUnderAge "infertility_under_age",
        /// No hospital has confirmed the diagnosis yet.
        NotDiagnosed "not_diagnosed",
        /// No treatment is planned that could be paid for.
        NothingPlanned "nothing_planned",
        /// The family can carry the costs.
        CanCarryCosts "can_carry_costs",
        /// Others pay everything.
        PaidByOthers "paid_by_others",
    }
}

named! {
    /// Where else to turn. Each reason has one.
    Alternative, 7 {
        /// 医疗救助 and 临时救助 of the civil affairs and medical insurance offices.
        PublicAid "public_aid",
        /// The Red Cross and the civil affairs office where the household is registered.
        WhereRegistered "where_registered",
        /// A physician of the specialty; nothing is urgent for the project.
        Physician "physician",
        /// A tertiary hospital; for rare diseases one of the national network.
        TertiaryHospital "tertiary_hospital",
        /// The treating physician first, then again.
        PlanFirst "plan_first",
        /// The medical insurance office: 大病保险 and what it pays back.
        Insurance "insurance",
        /// The project again, should the payer stop.
        AgainLater "again_later",
    }
}

named! {
    /// What only a person can judge.
    Doubt, 5 {
        /// Which group it is.
        WhichGroup "which_group",
        /// Whether the diagnosis of this hospital is enough.
        DiagnosisLevel "diagnosis_level",
        /// Whether a treatment that is over can still be helped with.
        TreatmentOver "treatment_over",
        /// What the family lives on.
        IncomeUnsaid "income_unsaid",
        /// What is left to pay beside other aid.
        WhatIsLeft "what_is_left",
    }
}

named! {
    /// What whoever applies should know of beforehand.
    Note, 4 {
        /// The guardian consents for the patient.
        GuardianConsents "guardian_consents",
        /// The guardian consents, and so does the patient.
        PatientAssents "patient_assents",
        /// The family confirms by its own telephone.
        FamilyConfirms "family_confirms",
        /// The patient consents, or somebody the law lets act for them.
        PatientConsents "patient_consents",
    }
}

/// What the answers say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The conditions are likely met.
    Likely(Vec<Note>),
    /// They are not.
    Not(Reason),
    /// A person has to look.
    AskPerson(Vec<Doubt>, Vec<Note>),
}

/// What comes next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// This is asked.
    Ask(Question),
    /// This is the end.
    End(Outcome),
}

impl Question {
    /// What can be answered, as words of the form.
    pub fn choices(self) -> Vec<&'static str> {
        match self {
            Self::Whom => Whom::ALL.map(Whom::name).to_vec(),
            Self::Group => Group::ALL.map(Group::name).to_vec(),
            Self::Place => Place::ALL.map(Place::name).to_vec(),
            Self::Age => Age::ALL.map(Age::name).to_vec(),
            Self::Diagnosis => Diagnosis::ALL.map(Diagnosis::name).to_vec(),
            Self::Treatment => Treatment::ALL.map(Treatment::name).to_vec(),
            Self::Income => Income::ALL.map(Income::name).to_vec(),
            Self::OtherAid => OtherAid::ALL.map(OtherAid::name).to_vec(),
        }
    }
}

impl Group {
    /// The group of the project, if it is one.
    pub const fn of_project(self) -> Option<DiseaseGroup> {
        match self {
            Self::Refractory => Some(DiseaseGroup::Refractory),
            Self::Rare => Some(DiseaseGroup::Rare),
            Self::Infertility => Some(DiseaseGroup::Infertility),
            Self::Unsure | Self::Other => None,
        }
    }
}

impl Answers {
    /// The answer to `question` is `word`.
    ///
    /// # Errors
    /// `Required` for nothing, `NotAChoice` for what is no answer to it.
    pub fn put(&mut self, question: Question, word: &str) -> Result<(), Fault> {
        if word.is_empty() {
            return Err(Fault::Required);
        }
        match question {
            Question::Whom => self.whom = Some(word.parse()?),
            Question::Group => self.group = Some(word.parse()?),
            Question::Place => self.place = Some(word.parse()?),
            Question::Age => self.age = Some(word.parse()?),
            Question::Diagnosis => self.diagnosis = Some(word.parse()?),
            Question::Treatment => self.treatment = Some(word.parse()?),
            Question::Income => self.income = Some(word.parse()?),
            Question::OtherAid => self.other_aid = Some(word.parse()?),
        }
        Ok(())
    }

    /// What was answered to `question`, as a word of the form.
    pub fn word(&self, question: Question) -> Option<&'static str> {
        match question {
            Question::Whom => self.whom.map(Whom::name),
            Question::Group => self.group.map(Group::name),
            Question::Place => self.place.map(Place::name),
            Question::Age => self.age.map(Age::name),
            Question::Diagnosis => self.diagnosis.map(Diagnosis::name),
            Question::Treatment => self.treatment.map(Treatment::name),
            Question::Income => self.income.map(Income::name),
            Question::OtherAid => self.other_aid.map(OtherAid::name),
        }
    }

    /// The questions that were answered, in their order, up to the first gap: the way that was gone.
    pub fn way(&self) -> impl Iterator<Item = (Question, &'static str)> + '_ {
        Question::ALL.into_iter().map_while(|question| Some((question, self.word(question)?)))
    }

    /// The same answers as far as they were asked: what stands behind an end or a gap was never asked on this way.
    #[must_use]
    pub fn as_asked(&self) -> Self {
        let mut asked = Self::default();
        while let Step::Ask(question) = step(&asked) {
            let Some(word) = self.word(question) else { break };
            if asked.put(question, word).is_err() {
                break;
            }
        }
        asked
    }
}

/// What comes next after these answers. A "no" ends the way at the answer that decides it; a doubt does not.
pub fn step(answers: &Answers) -> Step {
    let Some(whom) = answers.whom else { return Step::Ask(Question::Whom) };
    let Some(group) = answers.group else { return Step::Ask(Question::Group) };
    if group == Group::Other {
        return no(Reason::OutsideGroups);
    }
    match answers.place {
        None => return Step::Ask(Question::Place),
        Some(Place::Neither) => return no(Reason::OutsideShandong),
        Some(Place::Registered | Place::Treated) => {}
    }
    let Some(age) = answers.age else { return Step::Ask(Question::Age) };
    if group == Group::Infertility && age != Age::Adult {
        return no(Reason::InfertilityUnderAge);
    }
    let diagnosis = match answers.diagnosis {
        None => return Step::Ask(Question::Diagnosis),
        Some(Diagnosis::NotYet) => return no(Reason::NotDiagnosed),
        Some(diagnosis) => diagnosis,
    };
    let treatment = match answers.treatment {
        None => return Step::Ask(Question::Treatment),
        Some(Treatment::NoPlan) => return no(Reason::NothingPlanned),
        Some(treatment) => treatment,
    };
    let income = match answers.income {
        None => return Step::Ask(Question::Income),
        Some(Income::Above) => return no(Reason::CanCarryCosts),
        Some(income) => income,
    };
    let other_aid = match answers.other_aid {
        None => return Step::Ask(Question::OtherAid),
        Some(OtherAid::Everything) => return no(Reason::PaidByOthers),
        Some(other_aid) => other_aid,
    };
    let doubts: Vec<Doubt> = [
        (group == Group::Unsure, Doubt::WhichGroup),
        (diagnosis != Diagnosis::Tertiary, Doubt::DiagnosisLevel),
        (treatment == Treatment::Finished, Doubt::TreatmentOver),
        (income == Income::Unsaid, Doubt::IncomeUnsaid),
        (other_aid == OtherAid::Part, Doubt::WhatIsLeft),
    ]
    .into_iter()
    .filter_map(|(is_so, doubt)| is_so.then_some(doubt))
    .collect();
    let notes = notes(whom, age);
    Step::End(if doubts.is_empty() { Outcome::Likely(notes) } else { Outcome::AskPerson(doubts, notes) })
}

const fn no(reason: Reason) -> Step {
    Step::End(Outcome::Not(reason))
}

/// Who has to consent, and how the family confirms.
fn notes(whom: Whom, age: Age) -> Vec<Note> {
    let consent = match (age, whom) {
        (Age::Child, _) => Some(Note::GuardianConsents),
        (Age::Youth, _) => Some(Note::PatientAssents),
        (Age::Adult, Whom::Myself) => None,
        (Age::Adult, _) => Some(Note::PatientConsents),
    };
    let confirms = (whom == Whom::Family).then_some(Note::FamilyConfirms);
    consent.into_iter().chain(confirms).collect()
}

impl Reason {
    /// Where else to turn.
    pub const fn alternative(self) -> Alternative {
        match self {
            Self::OutsideGroups => Alternative::PublicAid,
            Self::OutsideShandong => Alternative::WhereRegistered,
            Self::InfertilityUnderAge => Alternative::Physician,
            Self::NotDiagnosed => Alternative::TertiaryHospital,
            Self::NothingPlanned => Alternative::PlanFirst,
            Self::CanCarryCosts => Alternative::Insurance,
            Self::PaidByOthers => Alternative::AgainLater,
        }
    }
}
