//! Reading the books: what must be true of the rows whatever died, and what must be true once everything has come to
//! rest.

use super::eventually;
use super::load::{Ending, Load};
use domain::booking::plan_reminders;
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use store::SqlTimestamp;
use testkit::smtp::Received;
use uuid::Uuid;

/// Rows that may never be there, not even for a moment: what one transaction writes is there as a whole or not at all.
const HALVES: &[(&str, &str)] = &[
    (
        "bookings without exactly one audit entry",
        "select count(*) from booking b where 1 <>
           (select count(*) from audit_entry e where e.subject_id = b.id and e.action = 'booking.made')",
    ),
    (
        "audit entries of bookings that are not there",
        "select count(*) from audit_entry e where e.action = 'booking.made'
           and not exists (select from booking b where b.id = e.subject_id)",
    ),
    (
        "bookings without an answer under their key",
        "select count(*) from booking b
         where not exists (select from idempotency i where (i.answer->>'booking')::uuid = b.id)",
    ),
    (
        "answers that name no booking of their session and reference",
        "select count(*) from idempotency i where i.answer ? 'booking' and not exists (
           select from booking b where b.id = (i.answer->>'booking')::uuid
             and b.session_id = (i.answer->>'session')::uuid and b.reference = i.answer->>'reference')",
    ),
    (
        "bookings that stand under two keys",
        "select count(*) from (select from idempotency where answer ? 'booking' group by answer->>'booking' having count(*) > 1) as twice",
    ),
    (
        "bookings that will be confirmed to nobody",
        "select count(*) from booking b where coalesce(b.phone_sealed, b.mail_sealed) is not null
           and not exists (select from job j where j.dedupe = 'confirmation:' || b.id and j.state = 'ready')
           and not exists (select from message m where m.booking_id = b.id and m.template = 'confirmation' and m.state = 'sent')",
    ),
    (
        "messages about bookings that are not there",
        "select count(*) from job j where j.kind = 'messages.booking'
           and not exists (select from booking b where b.id = (j.payload->>'booking')::uuid)",
    ),
    (
        "sessions with more people than places",
        "select count(*) from session s
         where s.capacity < (select coalesce(sum(people), 0) from booking b where b.session_id = s.id and b.state = 'confirmed')",
    ),
    ("jobs that were given up", "select count(*) from job where state = 'dead'"),
];

/// Nothing is half-written.
pub async fn assert_whole(db: &PgPool, when: &str) {
    for (what, question) in HALVES {
        let found: i64 = sqlx::query_scalar(*question).fetch_one(db).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(found, 0, "{when}: {what}");
    }
    assert_reminders(db, when).await;
}

/// Every booking has the reminders that the rules of `domain` plan for it, and no others.
async fn assert_reminders(db: &PgPool, when: &str) {
    type Row = (Uuid, SqlTimestamp, SqlTimestamp, Vec<Option<String>>);
    let rows: Vec<Row> = sqlx::query_as(
        "select b.id, b.created_at, s.starts_at, coalesce(j.queued, '{}')
         from booking b join session s on s.id = b.session_id left join (
           select (payload->>'booking')::uuid as booking, array_agg(dedupe) as queued from job
           where kind = 'messages.booking' and dedupe like 'reminder:%' group by 1) j on j.booking = b.id",
    )
    .fetch_all(db)
    .await
    .expect("bookings");
    for (booking, made, starts, queued) in rows {
        let planned: BTreeSet<_> = plan_reminders(made.to_jiff(), starts.to_jiff())
            .into_iter()
            .map(|(reminder, _)| Some(format!("reminder:{booking}:{}", reminder.name())))
            .collect();
        assert_eq!(queued.into_iter().collect::<BTreeSet<_>>(), planned, "{when}: reminders of {booking}");
    }
}

/// Waits until the database has noticed that the server is dead: until then its last transactions may still end.
pub async fn settled(db: &PgPool) {
    eventually(Duration::from_secs(20), "sessions of the dead server", async || {
        match count(db, "select count(*) from pg_stat_activity where application_name = 'cordblood' and datname = current_database()").await {
            0 => Ok(()),
            some => Err(format!("{some} open")),
        }
    })
    .await;
}

/// Lets the leases run out that dead workers held: two minutes nobody wants to wait for.
pub async fn let_leases_run_out(db: &PgPool) {
    sqlx::query("update job set leased_until = now() - interval '1 second' where leased_until is not null")
        .execute(db)
        .await
        .expect("the clock of leases");
}

pub async fn count(db: &PgPool, question: &'static str) -> i64 {
    sqlx::query_scalar(question).fetch_one(db).await.unwrap_or_else(|error| panic!("{question}: {error}"))
}

/// What was acknowledged is there, under its reference, in its session; everything there was acknowledged; the sums are
/// right; nobody was refused a place that stayed free.
pub async fn assert_kept(db: &PgPool, load: &Load) {
    type Row = (Uuid, String, Uuid, String, i32);
    let rows: Vec<Row> = sqlx::query_as(
        "select b.id, b.reference, b.session_id, i.key, b.people
         from booking b join idempotency i on (i.answer->>'booking')::uuid = b.id where b.state = 'confirmed'",
    )
    .fetch_all(db)
    .await
    .expect("bookings");
    let mut there: HashMap<String, (Uuid, String, Uuid, u32)> = HashMap::new();
    for (id, reference, session, key, people) in rows {
        let twice = there.insert(key, (id, reference, session, people.unsigned_abs()));
        assert!(twice.is_none(), "one key, two bookings: {twice:?}");
    }
    let (mut people, mut refused) = (BTreeMap::<Uuid, u32>::new(), Vec::new());
    let mut acknowledged = 0;
    for (order, ending) in load.endings() {
        let found = there.get(&order.key);
        match ending {
            Ending::Booked { id, reference } => {
                acknowledged += 1;
                // People are shown it with a dash in the middle.
                let reference = reference.replace('-', "");
                assert_eq!(found, Some(&(id, reference, order.session, order.people)), "{order:?} was acknowledged");
                *people.entry(order.session).or_default() += order.people;
            }
            Ending::Full => {
                assert_eq!(found, None, "{order:?} was refused");
                refused.push(order);
            }
        }
    }
    assert_eq!(there.len(), acknowledged, "bookings nobody was told of");
    assert_eq!(count(db, "select count(*) from booking").await, acknowledged as i64);
    assert_eq!(count(db, "select count(*) from api_booking").await, acknowledged as i64, "whose they are");
    let places: Vec<(Uuid, i32)> =
        sqlx::query_as("select id, capacity from session").fetch_all(db).await.expect("sessions");
    let places: HashMap<Uuid, u32> = places.into_iter().map(|(id, places)| (id, places.unsigned_abs())).collect();
    for session in &load.plan.exact {
        assert_eq!(people.get(session), places.get(session), "a session with exactly the places that were wanted");
    }
    assert!(!refused.is_empty(), "the small sessions were never full");
    for order in refused {
        let free = places[&order.session] - people.get(&order.session).copied().unwrap_or_default();
        assert!(load.plan.small.contains(&order.session) && order.people > free, "{order:?}: refused with {free} free");
    }
}

/// What dying cost in letters.
#[derive(Debug)]
pub struct Letters {
    /// Confirmations that arrived.
    pub arrived: usize,
    /// How many of them were second copies.
    pub copies: usize,
}

/// Every booking with a mail address was sent its one confirmation, every one with a number its one text message.
///
/// The promise (services::messages): a message is one row with one id, which is its Message-ID; it is sent until the row
/// says "sent", and never again after that. So a letter arrives a second time only when a worker was cut off between the
/// mail server's "250" and that row: the copy has the same Message-ID, address and subject, and the row tells of the later
/// attempt (`sent_at`, the attempt that could be written down, is later than `created_at`, the first). One cut costs each
/// worker at most the one letter it had in hand.
pub async fn assert_confirmed_once(
    db: &PgPool,
    load: &Load,
    received: &[Received],
    cuts: usize,
    workers: usize,
) -> Letters {
    type Row = (Uuid, Uuid, String, String, bool);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, booking_id, channel, state, sent_at > created_at from message where template = 'confirmation'",
    )
    .fetch_all(db)
    .await
    .expect("messages");
    let mut arrived: BTreeMap<String, Vec<&Received>> = BTreeMap::new();
    for letter in received {
        let id = letter.header("message-id").expect("a Message-ID");
        let id = id.trim_start_matches('<').split('@').next().unwrap_or_default().to_owned();
        arrived.entry(id).or_default().push(letter);
    }
    let texts: Vec<Uuid> = sqlx::query_scalar("select id from dev_mailbox").fetch_all(db).await.expect("text messages");
    let texts: BTreeSet<Uuid> = texts.into_iter().collect();
    let mut of_booking: HashMap<Uuid, (Uuid, String, bool)> = HashMap::new();
    for (id, booking, channel, state, repeated) in rows {
        assert_eq!(state, "sent", "{booking}");
        assert!(of_booking.insert(booking, (id, channel, repeated)).is_none(), "{booking}: two confirmations");
    }
    let mut letters = Letters { arrived: 0, copies: 0 };
    let (mut confirmed, mut texted) = (0, 0);
    for (order, ending) in load.endings() {
        let Ending::Booked { id: booking, .. } = ending else { continue };
        let Some(contact) = &order.contact else {
            assert!(!of_booking.contains_key(&booking), "{booking}: to whom?");
            continue;
        };
        confirmed += 1;
        let (id, channel, repeated) = of_booking.get(&booking).unwrap_or_else(|| panic!("{booking}: no confirmation"));
        if channel == "sms" {
            texted += 1;
            assert!(texts.contains(id) && !contact.contains('@'), "{booking}: no text message");
            continue;
        }
        let copies = arrived.get(&id.to_string()).map_or(&[][..], Vec::as_slice);
        let first = copies.first().unwrap_or_else(|| panic!("{booking}: the row says sent and nothing arrived"));
        assert_eq!(first.to, [contact.as_str()], "{booking}");
        for copy in copies {
            assert_eq!((&copy.to, copy.header("subject")), (&first.to, first.header("subject")), "{booking}");
        }
        assert!(copies.len() == 1 || *repeated, "{booking}: {} copies, and its row knows of one attempt", copies.len());
        assert!(copies.len() <= 1 + cuts, "{booking}: {} copies", copies.len());
        letters.arrived += 1;
        letters.copies += copies.len() - 1;
    }
    assert_eq!(of_booking.len(), confirmed, "confirmations of bookings nobody has");
    assert_eq!(texts.len(), texted, "text messages nobody is to have");
    assert_eq!(arrived.len(), letters.arrived, "letters nobody is to have");
    assert!(letters.copies <= cuts * workers, "{letters:?}: more than {workers} workers had in hand at {cuts} cuts");
    letters
}

/// Waits until no confirmation is left to be sent, and every audit entry has its position.
pub async fn come_to_rest(db: &PgPool) {
    eventually(Duration::from_secs(180), "confirmations", async || {
        match count(db, "select count(*) from job where dedupe like 'confirmation:%'").await {
            0 => Ok(()),
            some => Err(format!("{some} to be sent")),
        }
    })
    .await;
    eventually(Duration::from_secs(30), "the audit sequencer", async || {
        match count(db, "select count(*) from audit_pending").await {
            0 => Ok(()),
            some => Err(format!("{some} entries behind")),
        }
    })
    .await;
}
