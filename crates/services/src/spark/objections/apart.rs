//! Who is kept apart from an objection. For whoever has a conflict with its case it is not there; whoever had a part in what is
//! objected to reads it and does not answer it.

use crate::spark::review;
use domain::ids::AccountId;
use domain::spark::Event;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use store::spark::cases::{self as rows, CaseRow};
use store::spark::review::{around, meetings, votes};
use uuid::Uuid;

/// Whether nothing that is known ties somebody to a case but what they did with it, which [`had_a_part`] asks: to have read it, so
/// as to answer, bars nobody.
pub(super) async fn is_there(db: &mut PgConnection, case: &CaseRow, by: AccountId) -> sqlx::Result<bool> {
    review::may_care(db, case, by).await
}

/// Those of many cases, by the same rule.
pub(super) async fn there(db: &mut PgConnection, cases: &[CaseRow], by: AccountId) -> sqlx::Result<BTreeSet<Uuid>> {
    review::cares_for(db, cases, by).await
}

/// Whether somebody looks after a case or did something with it, was asked to judge it, or sat when it was decided or wrote the
/// minutes of that; also of an appeal. To have taken it back is no part in what was decided.
pub(super) async fn had_a_part(db: &mut PgConnection, case: &CaseRow, by: AccountId) -> sqlx::Result<bool> {
    if case.officer_id == Some(by.0) {
        return Ok(true);
    }
    let happened = rows::events(&mut *db, case.id, 0).await?;
    if happened.iter().any(|each| each.actor_id == Some(by.0) && each.event != Event::Recall.name()) {
        return Ok(true);
    }
    if around::took_part(&mut *db, &[case.id]).await?.iter().any(|row| row.account_id == by.0) {
        return Ok(true);
    }
    // (That was about what an appeal is against.)
    let Some(last) = meetings::settled(&mut *db, case.id).await? else { return Ok(false) };
    let there = votes::present(&mut *db, last.meeting_id).await?;
    let meeting = meetings::one(&mut *db, last.meeting_id).await?;
    Ok(there.contains(&(case.id, by.0)) || meeting.is_some_and(|meeting| meeting.closed_by == Some(by.0)))
}
