//! A group's request as people see it, in the state it is in by now: with its sessions, its proposal, its booking.

use super::kind::{GroupError, Groups, Particulars, RequestView};
use crate::Services;
use crate::requests::{opened, place};
use domain::groups::{Ages, Kind, SETTLED_AFTER, Seen, State, by_itself, next};
use domain::ids::{AccountId, BookingId, GroupRequestId, HoldId, SessionId};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::booking::claims;
use store::groups::requests::RequestRow;

/// When a session is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Session.
    pub session: SessionId,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
}

/// A session that is proposed, or was accepted.
#[derive(Clone, Debug)]
pub struct ProposalView {
    /// Which.
    pub span: Span,
    /// Until when it waits for the group.
    pub answer_by: Timestamp,
    /// The words that came with it.
    pub message: Option<String>,
}

/// The booking a request became.
#[derive(Clone, Copy, Debug)]
pub struct BookingSeen {
    /// Which.
    pub booking: BookingId,
    /// When.
    pub span: Span,
    /// It was cancelled.
    pub cancelled: bool,
    /// Who came.
    pub arrived: u32,
}

impl RequestView {
    /// Everybody.
    pub fn people(&self) -> u32 {
        self.members + self.adults
    }

    /// The session that stands, or is nearest to standing: booked, proposed, wished first.
    pub fn session(&self) -> Option<Span> {
        let booked = self.booking.filter(|booking| !booking.cancelled).map(|booking| booking.span);
        booked.or(self.proposal.as_ref().map(|it| it.span)).or(self.wishes.first().copied())
    }
}

fn span(session: Option<uuid::Uuid>, from: Option<Timestamp>, until: Option<Timestamp>) -> Option<Span> {
    Some(Span { session: SessionId(session?), starts_at: from?, ends_at: until? })
}

/// Opens rows, with the sessions their wishes name: all of them, or none.
pub(super) async fn open_all(
    services: &Services,
    db: &mut PgConnection,
    rows: Vec<RequestRow>,
    now: Timestamp,
) -> Result<Vec<RequestView>, GroupError> {
    each(services, db, rows, now).await?.into_iter().collect()
}

/// The rows that can be opened, for a list of work: one damaged request must not hide the others. The log names it.
pub(super) async fn open_readable(
    services: &Services,
    db: &mut PgConnection,
    rows: Vec<RequestRow>,
    now: Timestamp,
) -> Result<Vec<RequestView>, GroupError> {
    Ok(each(services, db, rows, now).await?.into_iter().flatten().collect())
}

async fn each(
    services: &Services,
    db: &mut PgConnection,
    rows: Vec<RequestRow>,
    now: Timestamp,
) -> Result<Vec<Result<RequestView, GroupError>>, GroupError> {
    let wished: Vec<_> = rows.iter().flat_map(|row| row.wishes.iter().copied()).collect();
    let sessions = claims::find_sessions(db, &wished).await?;
    let find = |id: &uuid::Uuid| {
        let found = sessions.iter().find(|session| session.id == *id)?;
        span(Some(*id), Some(found.starts_at.to_jiff()), Some(found.ends_at.to_jiff()))
    };
    let open = |row: RequestRow| {
        let wishes = row.wishes.iter().filter_map(find).collect();
        let id = row.id;
        open(services, row, wishes, now)
            .inspect_err(|error| tracing::error!(request = %id, %error, "a group's request could not be opened"))
    };
    Ok(rows.into_iter().map(open).collect())
}

fn open(services: &Services, row: RequestRow, wishes: Vec<Span>, now: Timestamp) -> Result<RequestView, GroupError> {
    let at = |instant: Option<store::SqlTimestamp>| instant.map(|instant| instant.to_jiff());
    let message = row.message_sealed.as_deref().map(|sealed| {
        let plain = services.vault.open_sealed(place::<Groups>("message_sealed", GroupRequestId(row.id)), sealed)?;
        String::from_utf8(plain).map_err(|_| GroupError::Damaged("a request's text"))
    });
    let message = message.transpose()?;
    let proposed = span(row.proposed_session, at(row.proposed_starts), at(row.proposed_ends));
    let booked = span(row.booking_session, at(row.booking_starts), at(row.booking_ends));
    let stored = State::from_name(&row.state).ok_or(GroupError::Damaged("a request's state"))?;
    let state = by_itself(stored, seen(&row, now)).and_then(|event| next(stored, event).ok()).unwrap_or(stored);
    let answer_by = at(row.answer_by);
    // A booking may have become smaller on its own page: how many come is what it says.
    let is_booked = matches!(state, State::Approved | State::Visited | State::Missed | State::Over);
    let booked_people = row.booking_people.filter(|_| is_booked);
    let members = booked_people.map_or(row.members, |people| people.saturating_sub(row.adults)).max(1);
    let proposal = proposed.zip(answer_by).map(|(span, answer_by)| ProposalView { span, answer_by, message });
    let proposal = proposal.filter(|_| state.has_proposal());
    let hold = row.hold_session.zip(row.hold_id).map(|(session, hold)| (SessionId(session), HoldId(hold)));
    let kept = hold.zip(at(row.hold_until)).map(|((session, _), until)| (session, until));
    let booking = booked.zip(row.booking_id).map(|(span, booking)| BookingSeen {
        booking: BookingId(booking),
        span,
        cancelled: row.booking_state.as_deref() == Some("cancelled"),
        arrived: row.booking_arrived.unwrap_or(0).unsigned_abs(),
    });
    let spoken_of = proposal.iter().map(|it| it.span).chain(booking.iter().map(|it| it.span));
    let last_day = wishes.iter().copied().chain(spoken_of).map(|span| span.ends_at).max();
    let own = Particulars {
        kind: Kind::from_name(&row.kind).ok_or(GroupError::Damaged("a kind of organisation"))?,
        ages: Ages::from_name(&row.ages).ok_or(GroupError::Damaged("ages"))?,
        members: members.unsigned_abs(),
        adults: row.adults.unsigned_abs(),
        wishes,
        account: row.account_id.map(AccountId),
        proposal,
        kept: kept.filter(|(_, until)| *until > now),
        hold,
        booking,
        listed: row.roster_people.map(i32::unsigned_abs),
    };
    opened::<Groups>(services, &row.common(), |_| state, own, last_day.unwrap_or(row.created_at.to_jiff()))
}

/// What is seen around a request at this moment.
fn seen(row: &RequestRow, now: Timestamp) -> Seen {
    let at = |instant: Option<store::SqlTimestamp>| instant.map(|instant| instant.to_jiff());
    Seen {
        proposal_over: at(row.answer_by).is_some_and(|by| by <= now)
            || row.proposed_state.as_deref().is_some_and(|state| state != "open"),
        cancelled: row.booking_state.as_deref() == Some("cancelled"),
        by_closing: row.booking_closure.is_some(),
        arrived: row.booking_arrived.unwrap_or(0) > 0,
        missed: row.booking_missed,
        past: at(row.booking_ends).is_some_and(|ends| ends + SETTLED_AFTER <= now),
    }
}
