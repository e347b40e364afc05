//! Coming into a line. Whoever comes at the same moment gets a ticket in one transaction under the lock of the release's
//! row: numbers have no gaps, so that the draw is of all numbers up to the last, and can be checked by anybody.

use super::picture::{Release, line_of, set_line};
use crate::Services;
use crate::booking::BookingError;
use crate::context::new_uuid;
use crate::lanes::{Lanes, Rounds, Work};
use domain::booking::Refusal;
use domain::ids::{ReleaseId, SessionId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::booking::releases as sql;

/// Tickets of one release at most: rows are bounded, whatever comes.
const TICKETS: u32 = 200_000;
/// How often a round that met another transaction is tried again.
const TRIES: u32 = 4;

/// Somebody without a ticket.
#[derive(Clone)]
pub(super) struct Newcomer {
    pub visitor: Vec<u8>,
    pub session: SessionId,
    pub people: u32,
}

/// A ticket, and the line as it is with it; `None` when the release is over or gone.
type Answer = Result<Option<(sql::TicketRow, Arc<Release>)>, BookingError>;

/// The lines of this process, one for each release.
#[derive(Clone)]
pub(super) struct Line(Lanes<ReleaseId, Newcomer, Answer>);

impl Default for Line {
    fn default() -> Self {
        let gather = Some(Duration::from_millis(5));
        Self(Lanes::new(Rounds { items: 512, queue: 20_000, patience: Duration::from_secs(8), gather }))
    }
}

impl Line {
    pub async fn arrive(&self, services: &Services, release: ReleaseId, newcomer: Newcomer) -> Answer {
        let desk = || Desk { services: services.clone(), release };
        self.0.submit(release, newcomer, desk).await.unwrap_or_else(|_unanswered| Err(Refusal::Busy.into()))
    }
}

struct Desk {
    services: Services,
    release: ReleaseId,
}

impl Work<Newcomer, Answer> for Desk {
    async fn round(&self, newcomers: Vec<Newcomer>) -> Vec<Answer> {
        let mut tries = 0;
        let failed = loop {
            match self.give_out(&newcomers).await {
                Ok(answers) => return answers,
                Err(error) if store::is_transient(&error) && tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(5 << tries)).await;
                }
                Err(error) => break error,
            }
        };
        tracing::warn!(error = %failed, newcomers = newcomers.len(), "tickets could not be given out");
        newcomers.iter().map(|_| Err(Refusal::Busy.into())).collect()
    }
}

impl Desk {
    async fn give_out(&self, newcomers: &[Newcomer]) -> sqlx::Result<Vec<Answer>> {
        let services = &self.services;
        let mut tx = services.begin().await?;
        let Some(mut row) = sql::lock(&mut tx, self.release.0).await? else { return Ok(over(newcomers)) };
        let now = services.clock.agreed(row.now.to_jiff());
        if now >= row.ends_at.to_jiff() {
            return Ok(over(newcomers));
        }
        // Who stood in the line when the draw was over is in it, and nobody else.
        let Some(mut line) = line_of(&row).map(|line| line.advanced(now)) else { return Ok(over(newcomers)) };
        let visitors: Vec<Vec<u8>> = newcomers.iter().map(|newcomer| newcomer.visitor.clone()).collect();
        let known = sql::tickets_of(&mut *tx, row.id, &visitors).await?;
        let mut tickets: HashMap<Vec<u8>, sql::TicketRow> =
            known.into_iter().map(|ticket| (ticket.visitor_hash.clone(), ticket)).collect();
        let mut fresh = Vec::new();
        for newcomer in newcomers {
            if tickets.contains_key(&newcomer.visitor) || line.arrived >= TICKETS {
                continue;
            }
            let ticket = sql::TicketRow {
                release_id: row.id,
                visitor_hash: newcomer.visitor.clone(),
                id: new_uuid(now),
                number: line.arrives() as i32,
                session_id: newcomer.session.0,
                people: newcomer.people as i32,
                entries: 0,
            };
            tickets.insert(newcomer.visitor.clone(), ticket.clone());
            fresh.push(ticket);
        }
        sql::add_tickets(&mut tx, now, &fresh).await?;
        set_line(&mut row, &line.advanced(now));
        sql::set_line(&mut tx, &row).await?;
        tx.commit().await?;
        let Some(release) = Release::of(services, row).map(Arc::new) else { return Ok(over(newcomers)) };
        let answer = |newcomer: &Newcomer| match tickets.get(&newcomer.visitor) {
            Some(ticket) => Ok(Some((ticket.clone(), release.clone()))),
            None => Err(Refusal::Busy.into()),
        };
        Ok(newcomers.iter().map(answer).collect())
    }
}

fn over(newcomers: &[Newcomer]) -> Vec<Answer> {
    newcomers.iter().map(|_| Ok(None)).collect()
}
