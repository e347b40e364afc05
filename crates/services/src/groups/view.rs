//! A request as people see it: opened for those who may, masked for the others, in the state it is in by now.

use super::GroupError;
use crate::crypto::{LinkPurpose, Place};
use crate::{Context, Services};
use domain::Locale;
use domain::account::{Actor, Capability};
use domain::booking::Reference;
use domain::bus::City;
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::groups::{Ages, Kind, Seen, State, by_itself, next};
use domain::ids::{AccountId, BookingId, GroupRequestId, HoldId, SessionId};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use store::booking::claims;
use store::groups::held;
use store::groups::requests::{self as sql, RequestRow};

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

/// A request. The leader's particulars print masked; showing them whole is the page's decision for their owner and for
/// staff who said why.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Request.
    pub id: GroupRequestId,
    /// Eight characters, as shown: `K7M4-Q2XR`.
    pub reference: String,
    /// Where it stands now.
    pub state: State,
    /// Where it stood when somebody last acted.
    pub(super) stored: State,
    /// Edit counter.
    pub version: i32,
    /// Who asks.
    pub organisation: String,
    /// What kind of organisation.
    pub kind: Kind,
    /// City.
    pub city: City,
    /// Who comes, by age.
    pub ages: Ages,
    /// How many.
    pub members: u32,
    /// Adults with them.
    pub adults: u32,
    /// Sessions they would like, the best first; those that are not there any more are left out.
    pub wishes: Vec<Span>,
    /// Language of its messages.
    pub locale: Locale,
    /// Whose account.
    pub account: Option<AccountId>,
    /// The leader.
    pub name: PersonName,
    /// What they are there.
    pub post: String,
    /// How to reach them; none once it was erased.
    pub contact: Option<Contact>,
    /// Anything else.
    pub note: String,
    /// What we asked last.
    pub question: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The session that is proposed or accepted.
    pub proposal: Option<ProposalView>,
    /// Where places are kept, and until when.
    pub kept: Option<(SessionId, Timestamp)>,
    pub(super) hold: Option<(SessionId, HoldId)>,
    /// What it became.
    pub booking: Option<BookingSeen>,
    /// People in the list that was sent.
    pub listed: Option<u32>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl RequestView {
    /// Everybody.
    pub const fn people(&self) -> u32 {
        self.members + self.adults
    }

    /// The session that stands, or is nearest to standing: booked, proposed, wished first.
    pub fn session(&self) -> Option<Span> {
        let booked = self.booking.filter(|booking| !booking.cancelled).map(|booking| booking.span);
        booked.or(self.proposal.as_ref().map(|it| it.span)).or(self.wishes.first().copied())
    }

    /// The end of the last day that matters.
    pub fn last_day(&self) -> Timestamp {
        let wished = self.wishes.iter().map(|span| span.ends_at);
        let proposed = self.proposal.iter().map(|it| it.span.ends_at);
        let booked = self.booking.iter().map(|it| it.span.ends_at);
        wished.chain(proposed).chain(booked).max().unwrap_or(self.created_at)
    }
}

pub(super) const fn place(column: &'static str, id: GroupRequestId) -> Place {
    Place { table: "group_request", column, row: id.0 }
}

/// Seals a text of a request.
pub(super) fn sealed(services: &Services, column: &'static str, id: GroupRequestId, text: &str) -> Vec<u8> {
    services.vault.seal(place(column, id), text.as_bytes())
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
    opened(services, db, rows, now).await?.into_iter().collect()
}

/// The rows that can be opened, for a list of work: one damaged request must not hide the others. The log names it.
pub(super) async fn open_readable(
    services: &Services,
    db: &mut PgConnection,
    rows: Vec<RequestRow>,
    now: Timestamp,
) -> Result<Vec<RequestView>, GroupError> {
    Ok(opened(services, db, rows, now).await?.into_iter().flatten().collect())
}

async fn opened(
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
    let id = GroupRequestId(row.id);
    let unseal = |column, sealed: &[u8]| -> Result<String, GroupError> {
        let plain = services.vault.open_sealed(place(column, id), sealed)?;
        String::from_utf8(plain).map_err(|_| GroupError::Damaged("a request's text"))
    };
    let maybe = |column, sealed: &Option<Vec<u8>>| sealed.as_deref().map(|sealed| unseal(column, sealed)).transpose();
    let damaged = |_| GroupError::Damaged("a request's particulars");
    let contact = match (maybe("phone_sealed", &row.phone_sealed)?, maybe("mail_sealed", &row.mail_sealed)?) {
        (Some(phone), _) => Some(Contact::Phone(Phone::parse(&phone).map_err(damaged)?)),
        (None, Some(mail)) => Some(Contact::Mail(MailAddress::parse(&mail).map_err(damaged)?)),
        (None, None) => None,
    };
    let at = |instant: Option<store::SqlTimestamp>| instant.map(|instant| instant.to_jiff());
    let message = maybe("message_sealed", &row.message_sealed)?;
    let proposed = span(row.proposed_session, at(row.proposed_starts), at(row.proposed_ends));
    let booked = span(row.booking_session, at(row.booking_starts), at(row.booking_ends));
    let cancelled = row.booking_state.as_deref() == Some("cancelled");
    let arrived = row.booking_arrived.unwrap_or(0).unsigned_abs();
    let stored = State::from_name(&row.state).ok_or(GroupError::Damaged("a request's state"))?;
    let late = at(row.answer_by).is_some_and(|by| by <= now);
    let seen = Seen {
        proposal_over: late || row.proposed_state.as_deref().is_some_and(|state| state != "open"),
        cancelled,
        by_closing: row.booking_closure.is_some(),
        arrived: arrived > 0,
    };
    let state = by_itself(stored, seen).and_then(|event| next(stored, event).ok()).unwrap_or(stored);
    let answer_by = at(row.answer_by);
    // A booking may have become smaller on its own page: how many come is what it says.
    let booked_people = row.booking_people.filter(|_| matches!(state, State::Approved | State::Visited));
    let members = booked_people.map_or(row.members, |people| people.saturating_sub(row.adults)).max(1);
    let proposal = proposed.zip(answer_by).map(|(span, answer_by)| ProposalView { span, answer_by, message });
    let hold = row.hold_session.zip(row.hold_id).map(|(session, hold)| (SessionId(session), HoldId(hold)));
    let kept = hold.zip(at(row.hold_until)).map(|((session, _), until)| (session, until));
    Ok(RequestView {
        id,
        reference: Reference::parse(&row.reference)
            .map(|read| read.to_string())
            .map_err(|_| GroupError::Damaged("a reference"))?,
        state,
        stored,
        version: row.version,
        kind: Kind::from_name(&row.kind).ok_or(GroupError::Damaged("a kind of organisation"))?,
        city: City::from_code(&row.city).ok_or(GroupError::Damaged("a city"))?,
        ages: Ages::from_name(&row.ages).ok_or(GroupError::Damaged("ages"))?,
        members: members.unsigned_abs(),
        adults: row.adults.unsigned_abs(),
        wishes,
        locale: Locale::from_tag(&row.locale),
        account: row.account_id.map(AccountId),
        name: PersonName::parse(&unseal("name_sealed", &row.name_sealed)?).map_err(damaged)?,
        post: unseal("post_sealed", &row.post_sealed)?,
        contact,
        note: unseal("note_sealed", &row.note_sealed)?,
        question: maybe("question_sealed", &row.question_sealed)?,
        answer: maybe("answer_sealed", &row.answer_sealed)?,
        reason: maybe("reason_sealed", &row.reason_sealed)?,
        proposal: proposal.filter(|_| state.has_proposal()),
        kept: kept.filter(|(_, until)| *until > now),
        hold,
        booking: booked.zip(row.booking_id).map(|(span, booking)| BookingSeen {
            booking: BookingId(booking),
            span,
            cancelled,
            arrived,
        }),
        listed: row.roster_people.map(i32::unsigned_abs),
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
        organisation: row.organisation,
    })
}

/// A request, for the house itself.
pub(crate) async fn load(
    services: &Services,
    db: &mut PgConnection,
    id: GroupRequestId,
    now: Timestamp,
) -> Result<Option<RequestView>, GroupError> {
    let row = sql::request(db, id.0).await?;
    Ok(open_all(services, db, row.into_iter().collect(), now).await?.pop())
}

/// How a caller names a request.
#[derive(Clone, Debug)]
pub enum Handle {
    /// By the signed link of the group's messages: whoever has it may see, answer, accept, decline, withdraw.
    Link(String),
    /// By id: staff, and the account it belongs to.
    Id(GroupRequestId),
}

/// The request behind a handle, if the caller may have it. The kinds of "no" are one.
pub(super) async fn resolve(
    services: &Services,
    context: &Context,
    handle: &Handle,
) -> Result<GroupRequestId, GroupError> {
    match handle {
        Handle::Link(text) => {
            let opened = services.vault.open_link(LinkPurpose::GroupRequest, text, context.now);
            Ok(GroupRequestId(opened.map_err(|_| GroupError::NotFound)?))
        }
        Handle::Id(id) => match &context.actor {
            Actor::Visitor { account, .. } => {
                let mut db = services.db.acquire().await?;
                let own = held::of_account(&mut db, account.0).await?;
                own.iter().any(|row| row.id == id.0).then_some(*id).ok_or(GroupError::NotFound)
            }
            _ => {
                context.require(Capability::HandleGroups)?;
                Ok(*id)
            }
        },
    }
}

/// The request behind a handle, for whoever may see it.
///
/// # Errors
/// `NotFound` for everybody else, whether it exists or not.
pub async fn view(services: &Services, context: &Context, handle: &Handle) -> Result<RequestView, GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)
}

/// The requests of the account that asks, the newest first.
///
/// # Errors
/// `Denied` when nobody is signed in.
pub async fn of_account(services: &Services, context: &Context) -> Result<Vec<RequestView>, GroupError> {
    context.require(Capability::UseOwnAccount)?;
    let account = context.actor.account().ok_or(GroupError::NotFound)?;
    let mut db = services.db.acquire().await?;
    let rows = held::of_account(&mut db, account.0).await?;
    open_all(services, &mut db, rows, context.now).await
}

/// How long links work after the last day that matters.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Until when the link of a request works.
pub(crate) fn link_until(request: &RequestView) -> Timestamp {
    request.last_day() + LINK_LIFE
}

/// The signed link with which a group follows its request, until a month after the visit.
pub fn manage_link(services: &Services, request: &RequestView) -> String {
    services.vault.link(LinkPurpose::GroupRequest, request.id.0, link_until(request))
}
