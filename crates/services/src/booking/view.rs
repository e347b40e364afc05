//! A booking as people see it: opened for those who may, masked for the others.

use super::BookingError;
use super::change::{Handle, resolve};
use super::claims::{Person, contact_index};
use super::document::{BOOKING, document_index, open_documents};
use super::persons::sign_of;
use crate::crypto::{LinkPurpose, Pass, Place};
use crate::{Context, Services};
use domain::Locale;
use domain::account::Capability;
use domain::booking::{Party, PartySize};
use domain::contact::{Contact, MailAddress, PersonName, Phone};
use domain::document::Shown;
use domain::ids::{AccountId, ActivityId, BookingId, ClosureId, SessionId};
use jiff::{SignedDuration, Timestamp};
use store::booking::bookings as sql;

/// Whether a booking counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BookingState {
    /// It does.
    Confirmed,
    /// It was cancelled.
    Cancelled,
}

/// A booking. The person's particulars print masked; showing them whole is the page's decision for their owner only.
#[derive(Clone, Debug)]
pub struct BookingView {
    /// Booking.
    pub id: BookingId,
    /// Session.
    pub session: SessionId,
    /// Activity.
    pub activity: ActivityId,
    /// Eight characters, as shown: `K7M4-Q2XR`.
    pub reference: String,
    /// Whether it counts.
    pub state: BookingState,
    /// Who comes.
    pub party: Party,
    /// How many came.
    pub arrived: u32,
    /// `web`, `staff`, `api`.
    pub channel: String,
    /// Language of its messages.
    pub locale: Locale,
    /// Who booked.
    pub person: Person,
    /// The identity documents that were shown, until their date. Pages show their ends.
    pub documents: Shown,
    /// Made signed in, or by staff.
    pub account: Option<AccountId>,
    /// How often it was moved.
    pub moves: u32,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// Edit counter.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Beginning of the session.
    pub starts_at: Timestamp,
    /// End of the session.
    pub ends_at: Timestamp,
    /// The house closed the session.
    pub session_closed: bool,
    /// Nobody needs a booking for the session: this one is as good as ever.
    pub open_door: bool,
    /// The act of closing that cancelled it: another session may be booked without a second code.
    pub closure: Option<ClosureId>,
}

impl BookingView {
    /// What the limits know whoever booked by: their contact and their account.
    pub(super) fn signs(&self, services: &Services) -> Vec<Vec<u8>> {
        let contact = self.person.contact.as_ref().map(|contact| contact_index(services, contact));
        contact.into_iter().chain(self.account.map(|account| sign_of(account.0))).collect()
    }

    /// What they know those by whose documents are there.
    pub(super) fn document_signs(&self, services: &Services) -> Vec<Vec<u8>> {
        self.documents.all().map(|document| document_index(services, document)).collect()
    }
}

/// Opens a row's sealed columns.
pub(super) fn open(services: &Services, row: sql::BookingRow) -> Result<BookingView, BookingError> {
    let unseal = |column, sealed: &[u8]| -> Result<String, BookingError> {
        let plain = services.vault.open_sealed(Place { table: "booking", column, row: row.id }, sealed)?;
        String::from_utf8(plain).map_err(|_| BookingError::Damaged("a booking's text"))
    };
    let damaged = |_| BookingError::Damaged("a booking's particulars");
    let name = PersonName::kept(&unseal("name_sealed", &row.name_sealed)?).map_err(damaged)?;
    let contact = match (&row.phone_sealed, &row.mail_sealed) {
        (Some(sealed), _) => Some(Contact::Phone(Phone::parse(&unseal("phone_sealed", sealed)?).map_err(damaged)?)),
        (None, Some(sealed)) => {
            Some(Contact::Mail(MailAddress::parse(&unseal("mail_sealed", sealed)?).map_err(damaged)?))
        }
        (None, None) => None,
    };
    let documents = open_documents(services, BOOKING.of(row.id), row.document_sealed.as_deref())?;
    let people = PartySize::new(row.people.max(0) as u32).map_err(damaged)?;
    let reference = domain::booking::Reference::parse(&row.reference).map_err(damaged)?.to_string();
    Ok(BookingView {
        id: BookingId(row.id),
        session: SessionId(row.session_id),
        activity: ActivityId(row.activity_id),
        reference,
        state: if row.state == "confirmed" { BookingState::Confirmed } else { BookingState::Cancelled },
        party: Party { people, children: row.children.max(0) as u16 },
        arrived: row.arrived.max(0) as u32,
        channel: row.channel,
        locale: Locale::from_tag(&row.locale),
        person: Person { name, contact },
        documents,
        account: row.account_id.map(AccountId),
        moves: row.moves.max(0) as u32,
        sequence: row.sequence,
        version: row.version,
        created_at: row.created_at.to_jiff(),
        cancelled_at: row.cancelled_at.map(|at| at.to_jiff()),
        starts_at: row.starts_at.to_jiff(),
        ends_at: row.ends_at.to_jiff(),
        session_closed: row.session_state != "open",
        open_door: row.open_door,
        closure: row.closure_id.map(ClosureId),
    })
}

/// These bookings, as far as they are there. Whoever may see them has asked.
pub(crate) async fn views(
    services: &Services,
    db: &mut sqlx::PgConnection,
    ids: &[uuid::Uuid],
) -> Result<std::collections::HashMap<BookingId, BookingView>, BookingError> {
    let rows = sql::bookings(db, ids).await?;
    rows.into_iter().map(|row| open(services, row).map(|view| (view.id, view))).collect()
}

/// The booking behind a handle, for whoever may see it.
///
/// # Errors
/// `NotFound` for everybody else, whether it exists or not.
pub async fn view(services: &Services, context: &Context, handle: &Handle) -> Result<BookingView, BookingError> {
    let mut db = services.db.acquire().await?;
    let row = resolve(services, context, &mut db, handle).await?;
    open(services, row)
}

/// The bookings of the account that asks, the latest sessions first.
///
/// # Errors
/// `Denied` when nobody is signed in.
pub async fn of_account(services: &Services, context: &Context) -> Result<Vec<BookingView>, BookingError> {
    context.require(Capability::UseOwnAccount)?;
    let account = context.actor.account().ok_or(BookingError::NotFound)?;
    let mut db = services.db.acquire().await?;
    sql::of_account(&mut db, account.0).await?.into_iter().map(|row| open(services, row)).collect()
}

/// The signed link that shows and changes a booking: for messages and for the page after booking. Good until a week after
/// the session, so that an old mail still answers "this visit is over" and then nothing.
pub fn manage_link(services: &Services, booking: BookingId, ends_at: Timestamp) -> String {
    services.vault.link(LinkPurpose::ManageBooking, booking.0, ends_at + SignedDuration::from_hours(24 * 7))
}

/// The text of the pass's QR code.
pub fn pass_text(services: &Services, booking: &BookingView) -> String {
    services.vault.sign_pass(Pass {
        booking: booking.id,
        session: booking.session,
        people: booking.party.people.get() as u16,
        version: booking.version,
    })
}
