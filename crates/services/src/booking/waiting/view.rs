//! An entry of the waiting list as its party sees it, by signed link.

use super::super::BookingError;
use super::super::claims::Person;
use crate::crypto::{LinkPurpose, Place};
use crate::{Context, Services};
use domain::Locale;
use domain::booking::{Party, PartySize, WaitingState};
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::ids::{BookingId, SessionId, WaitingId};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use store::booking::{sessions, waiting as sql};

/// A session somebody waits for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Session.
    pub session: SessionId,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Parties before this one, in order of the list.
    pub before: u32,
    /// It waits for this one no more.
    pub over: bool,
}

/// Places kept for a party until it answers.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// Session.
    pub session: SessionId,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// An entry. The party's particulars print masked.
#[derive(Clone, Debug)]
pub struct WaitingView {
    /// Entry.
    pub id: WaitingId,
    /// What became of it. An offer that has run out is none, whether or not anybody has noted it.
    pub state: WaitingState,
    /// Who comes.
    pub party: Party,
    /// Who waits; nobody once it is erased.
    pub person: Option<Person>,
    /// Language of its messages.
    pub locale: Locale,
    /// What it waits for, in order of time.
    pub wishes: Vec<Wish>,
    /// The offer, while it is good.
    pub offer: Option<Offer>,
    /// The booking it became, with the end of its session.
    pub booking: Option<(BookingId, Timestamp)>,
    /// Since when.
    pub created_at: Timestamp,
}

/// The signed link to an entry: shows it, and its forms answer offers. Good until a day after the last session it waits for.
pub fn waiting_link(services: &Services, entry: WaitingId, last_ends_at: Timestamp) -> String {
    services.vault.link(LinkPurpose::Waiting, entry.0, last_ends_at + SignedDuration::from_hours(24))
}

pub(super) fn open_link(services: &Services, context: &Context, link: &str) -> Result<WaitingId, BookingError> {
    let opened = services.vault.open_link(LinkPurpose::Waiting, link, context.now);
    opened.map(WaitingId).map_err(|_| BookingError::NotFound)
}

pub(super) async fn entry_of(db: &mut PgConnection, id: WaitingId) -> Result<sql::EntryRow, BookingError> {
    sql::entry(db, id.0).await?.ok_or(BookingError::NotFound)
}

/// Opens who waits.
pub(super) fn opened(services: &Services, row: &sql::EntryRow) -> Result<Person, BookingError> {
    let unseal = |column, sealed: &[u8]| -> Result<String, BookingError> {
        let plain = services.vault.open_sealed(Place { table: "waiting_entry", column, row: row.id }, sealed)?;
        String::from_utf8(plain).map_err(|_| BookingError::Damaged("a waiting party's text"))
    };
    let damaged = |_| BookingError::Damaged("a waiting party's particulars");
    let sealed = row.name_sealed.as_deref().ok_or(BookingError::NotFound)?;
    let name = PersonName::parse(&unseal("name_sealed", sealed)?).map_err(damaged)?;
    let contact = match (&row.phone_sealed, &row.mail_sealed) {
        (Some(sealed), _) => Some(Contact::Phone(Phone::parse(&unseal("phone_sealed", sealed)?).map_err(damaged)?)),
        (None, Some(sealed)) => {
            Some(Contact::Mail(MailAddress::parse(&unseal("mail_sealed", sealed)?).map_err(damaged)?))
        }
        (None, None) => None,
    };
    Ok(Person { name, contact })
}

/// The entry behind a signed link.
///
/// # Errors
/// `NotFound` for a link that is none.
pub async fn waiting(services: &Services, context: &Context, link: &str) -> Result<WaitingView, BookingError> {
    let id = open_link(services, context, link)?;
    read(services, id, context.now).await
}

/// An entry by its id, for messages.
pub(crate) async fn read(services: &Services, id: WaitingId, now: Timestamp) -> Result<WaitingView, BookingError> {
    let mut db = services.db.acquire().await?;
    let row = entry_of(&mut db, id).await?;
    let wishes: Vec<Wish> = sql::wishes(&mut db, id.0).await?.into_iter().map(Wish::from).collect();
    let booking = match row.booking_id {
        Some(booking) => store::booking::bookings::booking(&mut db, booking)
            .await?
            .map(|found| (BookingId(booking), found.ends_at.to_jiff())),
        None => None,
    };
    let offered = row.offered_session.zip(row.offer_expires_at).filter(|(_, until)| until.to_jiff() > now);
    let offer = match offered {
        Some((session, until)) => sessions::session(&mut db, session, now).await?.map(|session| Offer {
            session: SessionId(session.id),
            starts_at: session.starts_at.to_jiff(),
            ends_at: session.ends_at.to_jiff(),
            until: until.to_jiff(),
        }),
        None => None,
    };
    let noted = WaitingState::from_name(&row.state).ok_or(BookingError::Damaged("the state of a waiting party"))?;
    let others = wishes.iter().any(|wish| !wish.over && Some(wish.session.0) != row.offered_session);
    let state = match (noted, &offer) {
        (WaitingState::Offered, None) if others => WaitingState::Waiting,
        (WaitingState::Offered, None) => WaitingState::Expired,
        (state, _) => state,
    };
    let people = PartySize::new(row.people.unsigned_abs()).map_err(|_| BookingError::Damaged("a party"))?;
    Ok(WaitingView {
        id,
        state,
        party: Party { people, children: u16::try_from(row.children).unwrap_or_default() },
        person: if row.name_sealed.is_some() { Some(opened(services, &row)?) } else { None },
        locale: Locale::from_tag(&row.locale),
        wishes,
        offer,
        booking,
        created_at: row.created_at.to_jiff(),
    })
}

impl From<sql::WishRow> for Wish {
    fn from(row: sql::WishRow) -> Self {
        Self {
            session: SessionId(row.session_id),
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            before: row.before.max(0) as u32,
            over: row.over,
        }
    }
}

impl WaitingView {
    /// When the last of its sessions ends: its link is good until a day later.
    pub fn last_ends_at(&self) -> Timestamp {
        self.wishes.iter().map(|wish| wish.ends_at).max().unwrap_or(self.created_at)
    }
}
