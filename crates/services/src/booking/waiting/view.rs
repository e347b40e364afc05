//! An entry of the waiting list as its party sees it, by signed link.

use super::super::BookingError;
use super::super::BookingView;
use super::super::claims::{Person, contact_index};
use super::super::persons::{Persons, sign_of, since};
use crate::crypto::{LinkPurpose, Place};
use crate::{Context, Services};
use domain::Locale;
use domain::account::Capability;
use domain::booking::{BookingFacts, Heads, Party, PartySize, Policy, WaitingState, within_limits};
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::ids::{ActivityId, BookingId, SessionId, WaitingId};
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
    /// Its waiting for this one rests: the person has other bookings, beside which the rules allow no more. It keeps its
    /// place, and is in line again once one of them is cancelled.
    pub rests: bool,
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
    /// What its sessions are of.
    pub activity: ActivityId,
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

/// The signed link to an entry: shows it, and its forms answer offers. Good until a day after the last session it waits
/// for, whichever of them it is written about.
///
/// # Errors
/// `NotFound` for an entry that is none.
pub async fn waiting_link(services: &Services, entry: WaitingId) -> Result<String, BookingError> {
    let mut db = services.db.acquire().await?;
    let last = sql::wishes(&mut db, entry.0).await?.into_iter().map(|wish| wish.ends_at.to_jiff()).max();
    Ok(link_until(services, entry, last.ok_or(BookingError::NotFound)?))
}

/// The same for those who know when the last session ends.
pub(crate) fn link_until(services: &Services, entry: WaitingId, last_ends_at: Timestamp) -> String {
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
    let name = PersonName::kept(&unseal("name_sealed", sealed)?).map_err(damaged)?;
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
    read_in(services, &mut db, id, now).await
}

/// The live entries of the account that asks, the newest first: its own, and those under a phone or address it has proven.
///
/// # Errors
/// `Denied` when nobody is signed in.
pub async fn waiting_of_account(services: &Services, context: &Context) -> Result<Vec<WaitingView>, BookingError> {
    context.require(Capability::UseOwnAccount)?;
    let account = context.actor.account().ok_or(BookingError::NotFound)?;
    let mut db = services.db.acquire().await?;
    let row = store::account::people::live(&mut *db, account.0).await?.ok_or(BookingError::NotFound)?;
    let (phone, mail) = (row.phone_index.as_deref(), row.mail_index.as_deref());
    let mut found = Vec::new();
    for entry in sql::live_of_account(&mut db, account.0, phone, mail).await? {
        found.push(read_in(services, &mut db, WaitingId(entry), context.now).await?);
    }
    // An offer that ran out may have been the last: noted or not, such an entry waits no more.
    found.retain(|entry| entry.state.is_live());
    found.sort_by_key(|entry| std::cmp::Reverse((entry.offer.is_some(), entry.created_at)));
    Ok(found)
}

/// The signed link to an entry of the account that asks: its own, or one under a phone or address it has proven.
///
/// # Errors
/// `Denied` when nobody is signed in; `NotFound` for others', whether or not they are there.
pub async fn own_waiting_link(services: &Services, context: &Context, id: WaitingId) -> Result<String, BookingError> {
    context.require(Capability::UseOwnAccount)?;
    let account = context.actor.account().ok_or(BookingError::NotFound)?;
    let mut db = services.db.acquire().await?;
    let owner = store::account::people::live(&mut *db, account.0).await?.ok_or(BookingError::NotFound)?;
    let entry = entry_of(&mut db, id).await?;
    let proven = entry.person.is_some() && (entry.person == owner.phone_index || entry.person == owner.mail_index);
    if entry.account_id != Some(account.0) && !proven {
        return Err(BookingError::NotFound);
    }
    drop(db);
    waiting_link(services, id).await
}

/// Whether the person of a booking waits for sessions beside which the rules allow no more: who has just booked is told that
/// their waiting rests.
///
/// # Errors
/// `Database`.
pub async fn rests_beside(services: &Services, booking: &BookingView, now: Timestamp) -> Result<bool, BookingError> {
    let Some(contact) = &booking.person.contact else { return Ok(false) };
    let person = contact_index(services, contact);
    let mut db = services.db.acquire().await?;
    let live = sql::live_of_person(&mut db, booking.activity.0, &person).await?;
    let mut ids: Vec<_> = live.into_iter().map(|(entry, _)| entry).collect();
    ids.sort_unstable();
    ids.dedup();
    for entry in sql::entries(&mut db, &ids).await? {
        if wishes_of(&mut db, &entry, now).await?.iter().any(|wish| wish.rests) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sessions an entry waits for, and where its waiting rests.
async fn wishes_of(db: &mut PgConnection, row: &sql::EntryRow, now: Timestamp) -> Result<Vec<Wish>, BookingError> {
    let mut wishes: Vec<Wish> = sql::wishes(db, row.id).await?.into_iter().map(Wish::from).collect();
    let waits = row.state == WaitingState::Waiting.name() || row.state == WaitingState::Offered.name();
    let (Some(person), true) = (&row.person, waits) else { return Ok(wishes) };
    let policy = sql::policy(db, row.activity_id).await?.unwrap_or_default();
    let policy: Policy = serde_json::from_value(policy).map_err(|_| BookingError::Damaged("a policy"))?;
    let Some(since) = wishes.iter().map(|wish| since(&policy, wish.starts_at)).min() else { return Ok(wishes) };
    let signs: Vec<Vec<u8>> = std::iter::once(person.clone()).chain(row.account_id.map(sign_of)).collect();
    let had = Persons::read(db, signs.clone(), since).await?;
    let heads = Heads { people: row.people.unsigned_abs(), children: row.children.unsigned_abs() };
    for wish in wishes.iter_mut().filter(|wish| !wish.over) {
        let span = (wish.starts_at, wish.ends_at);
        let around = signs.iter().map(|sign| had.around(&policy, now, row.activity_id, span, sign));
        let around = around.fold(BookingFacts::default(), BookingFacts::most);
        wish.rests = within_limits(&policy, now, around, heads).is_err();
    }
    Ok(wishes)
}

/// An entry, in a transaction.
pub(super) async fn read_in(
    services: &Services,
    db: &mut PgConnection,
    id: WaitingId,
    now: Timestamp,
) -> Result<WaitingView, BookingError> {
    let row = entry_of(db, id).await?;
    let wishes = wishes_of(db, &row, now).await?;
    let booking = match row.booking_id {
        Some(booking) => store::booking::bookings::booking(db, booking)
            .await?
            .map(|found| (BookingId(booking), found.ends_at.to_jiff())),
        None => None,
    };
    let offered = row.offered_session.zip(row.offer_expires_at).filter(|(_, until)| until.to_jiff() > now);
    let offer = match offered {
        Some((session, until)) => sessions::session(db, session, now).await?.map(|session| Offer {
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
        activity: ActivityId(row.activity_id),
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
            rests: false,
        }
    }
}

impl WaitingView {
    /// When the last of its sessions ends: its link is good until a day later.
    pub fn last_ends_at(&self) -> Timestamp {
        self.wishes.iter().map(|wish| wish.ends_at).max().unwrap_or(self.created_at)
    }

    /// The signed link to it: for its party, and for the machine that put it on the list.
    pub fn link(&self, services: &Services) -> String {
        link_until(services, self.id, self.last_ends_at())
    }
}
