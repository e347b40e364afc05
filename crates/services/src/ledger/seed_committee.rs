//! The demo's reviewers and its committee: invented people, tied to nobody.

use super::LedgerError;
use super::seed::hire;
use crate::spark::review::{Profile, ReviewError, Ties, keep, publish_rubric};
use crate::{Context, Services};
use domain::account::{Actor, Role};
use domain::document::Document;
use domain::outreach::{Bilingual, Key};
use domain::spark::review::assignment::Speciality;
use domain::spark::review::rubric::{Criterion, Draft, Rubric, Scale};
use domain::typed::Typed;

/// Who judges the demo's cases.
pub(super) struct Committee {
    pub reviewers: Vec<Actor>,
    /// The chair, the deputy, the others.
    pub members: Vec<Actor>,
}

/// What the demo's rubric asks, in both languages, and how much it counts.
const CRITERIA: [(&str, &str, &str, u32); 3] = [
    ("need", "病情的严重和紧迫程度", "How serious and urgent the illness is", 4),
    ("plan", "治疗方案的合理性", "Whether the treatment is sound", 3),
    ("benefit", "预期的治疗效果", "What the treatment can be expected to do", 3),
];

/// The marks the demo's reviewers give.
pub(super) fn marks() -> Typed {
    Typed(CRITERIA.iter().map(|(key, ..)| (format!("mark-{key}"), "4".to_owned())).collect())
}

/// The people and the rubric. None where a login is taken from an earlier run.
pub(super) async fn committee(
    services: &Services,
    context: &Context,
    chair: &Actor,
) -> Result<Option<Committee>, LedgerError> {
    let mut reviewers = Vec::new();
    for (login, name) in [("demo-reviewer-1", "演示·评审专家甲"), ("demo-reviewer-2", "演示·评审专家乙")]
    {
        let Some(hired) = hire(services, context, login, name, Role::MedicalReviewer).await? else { return Ok(None) };
        reviewers.push(hired);
    }
    let mut members = vec![chair.clone()];
    for (login, name) in [
        ("demo-deputy", "演示·副主任委员"),
        ("demo-member-1", "演示·评审会委员甲"),
        ("demo-member-2", "演示·评审会委员乙"),
        ("demo-member-3", "演示·评审会委员丙"),
    ] {
        let Some(hired) = hire(services, context, login, name, Role::CommitteeMember).await? else { return Ok(None) };
        members.push(hired);
    }
    let everybody = reviewers.iter().map(|one| (one, true)).chain(members.iter().map(|one| (one, false)));
    for (nth, (one, judges)) in everybody.enumerate() {
        profile(services, context, (nth, one), judges).await.map_err(failed)?;
    }
    let criterion = |(key, zh, en, weight): (&str, &str, &str, u32)| {
        let key = Key::new(key)?;
        let scale = Scale { least: 1, most: 5 };
        Some(Criterion { key, title: Bilingual::new(zh, en), weight, scale, optional: false })
    };
    let criteria = CRITERIA.into_iter().filter_map(criterion).collect();
    let rubric = Rubric::try_from(Draft { version: 1, criteria, diverges_above: 25 });
    let rubric = rubric.map_err(|_| LedgerError::Unreadable)?;
    match publish_rubric(services, context, &rubric).await {
        Ok(()) | Err(ReviewError::VersionTaken(_)) => Ok(Some(Committee { reviewers, members })),
        Err(error) => Err(failed(error)),
    }
}

async fn profile(
    services: &Services,
    context: &Context,
    (nth, one): (usize, &Actor),
    judges: bool,
) -> Result<(), ReviewError> {
    let account = one.account().ok_or(ReviewError::NotFound)?;
    let person = Document::from_comparable(&format!("passport:DEMO{nth:04}")).ok_or(ReviewError::Unreadable)?;
    // Internal medicine as a whole.
    let specialities = judges.then(|| Speciality::new("03")).flatten().into_iter().collect();
    let profile = Profile { account, specialities, away: false, version: 0 };
    let employers = vec![format!("演示第{nth}医院")];
    let ties = Ties { person, kin: vec![], phones: vec![], addresses: vec![], employers };
    keep(services, context, &profile, Some(&ties)).await?;
    Ok(())
}

fn failed(error: ReviewError) -> LedgerError {
    match error {
        ReviewError::Database(error) => error.into(),
        error => {
            tracing::error!(%error, "the demo has no committee");
            LedgerError::Unreadable
        }
    }
}
