//! A booking as messages, the calendar file and the pass speak of it: read and decrypted when it is needed, never kept.

use crate::Services;
use crate::crypto::{CryptoError, Place};
use domain::Locale;
use domain::booking::{Policy, Reference};
use domain::contact::{MailAddress, PersonName, Phone};
use domain::ids::{ActivityId, BookingId, SessionId};
use domain::outreach::{Bilingual, City};
use jiff::{SignedDuration, Timestamp};
use store::messages::VisitRow;

/// A booking, opened.
#[derive(Clone)]
pub(super) struct Visit {
    pub booking: BookingId,
    pub session: SessionId,
    pub reference: Reference,
    pub cancelled: bool,
    pub cancelled_by_house: bool,
    pub people: u32,
    pub children: u32,
    pub arrived: u32,
    pub locale: Locale,
    pub name: PersonName,
    pub phone: Option<Phone>,
    pub mail: Option<MailAddress>,
    pub sequence: u32,
    pub version: i32,
    pub updated_at: Timestamp,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub closed: bool,
    /// Nobody needs a booking for the session: this one is as good as ever.
    pub open_door: bool,
    /// Why the house closed the session, in Chinese and English.
    pub reason: Option<(String, String)>,
    pub activity: ActivityId,
    title_zh: String,
    title_en: String,
    pub policy: Policy,
    /// The organisation, where a group comes.
    pub organisation: Option<String>,
    /// Where an event is; the museum is where the configuration says.
    event_place: Option<(City, Bilingual)>,
}

/// Why a booking could not be opened. Says no more than an operator needs.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// The database failed.
    #[error("database")]
    Database(#[from] sqlx::Error),
    /// A sealed value did not open.
    #[error("sealed: {0}")]
    Sealed(#[from] CryptoError),
    /// A stored value is not what its column promises.
    #[error("unreadable: {0}")]
    Unreadable(&'static str),
}

impl Visit {
    /// Reads and opens a booking; `None` where it does not exist (any more).
    pub(super) async fn load(services: &Services, booking: BookingId) -> Result<Option<Self>, VisitError> {
        let Some(row) = store::messages::visit(&services.db, booking.0).await? else { return Ok(None) };
        Self::open(services, row).map(Some)
    }

    fn open(services: &Services, row: VisitRow) -> Result<Self, VisitError> {
        let opened = |column: &'static str, sealed: &[u8]| -> Result<String, VisitError> {
            let plain = services.vault.open_sealed(Place { table: "booking", column, row: row.id }, sealed)?;
            String::from_utf8(plain).map_err(|_| VisitError::Unreadable(column))
        };
        let name = opened("name_sealed", &row.name_sealed)?;
        let phone = row.phone_sealed.as_deref().map(|sealed| opened("phone_sealed", sealed)).transpose()?;
        let mail = row.mail_sealed.as_deref().map(|sealed| opened("mail_sealed", sealed)).transpose()?;
        let city = row.city.as_deref().map(City::parse).transpose().map_err(|_| VisitError::Unreadable("city"))?;
        let place = row.place.map(serde_json::from_value).transpose().map_err(|_| VisitError::Unreadable("place"))?;
        Ok(Self {
            event_place: city.zip(place),
            booking: BookingId(row.id),
            session: SessionId(row.session_id),
            reference: Reference::parse(&row.reference).map_err(|_| VisitError::Unreadable("reference"))?,
            cancelled: row.state == "cancelled",
            cancelled_by_house: row.cancelled_by.as_deref() == Some("staff"),
            people: row.people.unsigned_abs(),
            children: row.children.unsigned_abs(),
            arrived: row.arrived.unsigned_abs(),
            locale: Locale::from_tag(&row.locale),
            name: PersonName::kept(&name).map_err(|_| VisitError::Unreadable("name_sealed"))?,
            phone: phone
                .map(|text| Phone::parse(&text))
                .transpose()
                .map_err(|_| VisitError::Unreadable("phone_sealed"))?,
            mail: mail
                .map(|text| MailAddress::parse(&text))
                .transpose()
                .map_err(|_| VisitError::Unreadable("mail_sealed"))?,
            sequence: row.sequence.unsigned_abs(),
            version: row.version,
            updated_at: row.updated_at.to_jiff(),
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            closed: row.session_state == "closed",
            open_door: row.open_door,
            reason: row.closure_zh.zip(row.closure_en),
            activity: ActivityId(row.activity_id),
            organisation: row.organisation,
            title_zh: row.title_zh,
            title_en: row.title_en,
            policy: serde_json::from_value(row.policy).map_err(|_| VisitError::Unreadable("policy"))?,
        })
    }

    /// The activity's title.
    pub(super) fn title(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.title_zh,
            Locale::En => &self.title_en,
        }
    }

    /// Why the house closed its session.
    pub(super) fn reason(&self, locale: Locale) -> Option<&str> {
        let (zh, en) = self.reason.as_ref()?;
        Some(match locale {
            Locale::ZhCn => zh,
            Locale::En => en,
        })
    }

    /// Where it is.
    pub(super) fn place(&self, services: &Services, locale: Locale) -> String {
        match &self.event_place {
            Some((city, place)) => format!("{} · {}", city.text(locale), place.of(locale)),
            None => services.post.place(locale).to_owned(),
        }
    }

    /// From when the door admits.
    pub(super) fn doors_open(&self) -> Timestamp {
        shifted(self.starts_at, -i64::from(self.policy.early_minutes))
    }

    /// Until when it does.
    pub(super) fn doors_close(&self) -> Timestamp {
        shifted(self.starts_at, i64::from(self.policy.late_minutes))
    }

    /// Until when the booking can be changed or cancelled.
    pub(super) fn change_until(&self) -> Timestamp {
        self.policy.deadline().of(self.starts_at)
    }

    /// It still can be.
    pub(super) fn changeable(&self, now: Timestamp) -> bool {
        now < self.change_until()
    }
}

fn shifted(instant: Timestamp, minutes: i64) -> Timestamp {
    instant.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(instant)
}
