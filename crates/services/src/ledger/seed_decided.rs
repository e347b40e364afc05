//! Cases of the demo after their decision: one whose notice stands, one whose family is to sign, and one that was refused, which
//! its family can still appeal.

use super::seed_case::{Granted, People, as_of, plain, reviewed, told, walk};
use super::{LedgerError, Part};
use crate::crypto::Place;
use crate::spark::cases::{self, CaseError};
use crate::spark::review::{Sitting, hold_meeting};
use crate::{Context, Services};
use domain::account::Actor;
use domain::bus::City;
use domain::ids::{CaseId, EnvelopeId};
use domain::ledger::{Amount, DiseaseGroup, Evidence};
use domain::spark::review::vote::Vote;
use domain::spark::{Event, Part as Acting};
use uuid::Uuid;

/// Adds them, out of an envelope of a group.
pub(super) async fn decided(
    services: &Services,
    people: &People,
    day: &Context,
    of: (EnvelopeId, DiseaseGroup),
) -> Result<(), LedgerError> {
    all(services, people, day, of).await.map_err(told)
}

async fn all(
    services: &Services,
    people: &People,
    day: &Context,
    (envelope, group): (EnvelopeId, DiseaseGroup),
) -> Result<(), CaseError> {
    let (officer, chair) = (as_of(day, &people.officer), as_of(day, &people.chair));
    let yuan = |yuan: i64| Amount::new(yuan * 100).map_err(|_| CaseError::Unreadable);
    let needs = [vec![Evidence::Agreement, Evidence::Treatment], vec![Evidence::Invoice]];
    for (n, sums) in [[6_000, 2_000], [9_000, 3_000]].into_iter().enumerate() {
        let parts = sums.into_iter().zip(needs.clone()).map(|(sum, needs)| Ok(Part { amount: yuan(sum)?, needs }));
        let parts = parts.collect::<Result<Vec<_>, CaseError>>()?;
        let granted = Granted { award: day.new_id(), envelope, group, city: City::ALL[n], parts, signed: false };
        let (case, version) = walk(services, people, day, granted).await?;
        let version = plain(services, &officer, (case, version), (Acting::CaseOfficer, Event::Publish)).await?;
        if n == 1 {
            guardian(services, people, day, case).await?;
            let system = as_of(day, &Actor::System);
            plain(services, &system, (case, version), (Acting::System, Event::Stand)).await?;
        }
    }
    let (case, version) = reviewed(services, people, day, (group, City::ALL[2], yuan(8_000)?)).await?;
    let members: Vec<Context> = people.committee.members.iter().map(|actor| as_of(day, actor)).collect();
    hold_meeting(services, &Sitting { secretary: officer, members }, &[(case, Vote::Refuse)]).await?;
    plain(services, &chair, (case, version), (Acting::Chair, Event::Refuse)).await?;
    Ok(())
}

/// The guardian of a child, who signs.
async fn guardian(services: &Services, people: &People, day: &Context, case: CaseId) -> Result<(), CaseError> {
    let mut tx = services.begin().await?;
    let id: Uuid = day.new_id();
    let place = Place { table: "spark_case_party", column: "particulars_sealed", row: id };
    let particulars = r#"{"guardian_name":"演示·林大"}"#;
    let sealed = cases::key(services, &mut tx, case).await?.seal(place, particulars.as_bytes());
    let account = (Acting::Guardian.name(), Some(people.family.0));
    store::spark::cases::add_party(&mut *tx, id, case.0, account, &sealed, day.now).await?;
    Ok(tx.commit().await?)
}
