//! The demo: a museum with its week, and visitors who are plainly invented.

mod days;

pub use days::seed_days;

use super::claims::{OnBehalf, Person, book};
use super::office::{TemplateView, add_template, make_sessions};
use super::{BookingError, MUSEUM, OpenDoor, Plan, Scope, plan_release, usual_rules};
use crate::{Context, Services};
use domain::booking::{Party, PartySize, Policy, opens_at};
use domain::contact::{Contact, PersonName};
use domain::field::Fault;
use domain::ids::ActivityId;
use domain::time::{at, local_day};
use jiff::civil;
use jiff::{SignedDuration, ToSpan};
use store::booking::sessions as sql;

/// Sessions of a museum day: Tuesday to Sunday, closed on Mondays.
const DAY: [((i8, i8), (i8, i8)); 4] =
    [((9, 0), (10, 30)), ((10, 30), (12, 0)), ((13, 30), (15, 0)), ((15, 0), (16, 30))];

/// Plainly invented people. Every eleven-digit mobile number may be somebody's, so the demo uses mail addresses of the
/// reserved domain example.com.
const PEOPLE: [(&str, u32, u32); 12] = [
    ("演示·林小满", 3, 1),
    ("演示·周一帆", 2, 0),
    ("演示·吴桐", 4, 2),
    ("演示·许知夏", 1, 0),
    ("演示·沈青禾", 5, 3),
    ("演示·韩若溪", 2, 1),
    ("演示·陆星河", 3, 0),
    ("演示·苏木", 4, 1),
    ("演示·何以安", 2, 0),
    ("演示·梁初雪", 3, 2),
    ("演示·罗云舒", 1, 0),
    ("演示·宋嘉树", 5, 2),
];

/// Sets up the museum with its templates and sessions, and some bookings around today. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), BookingError> {
    set_up_museum(services, context).await?;
    loosen_rules(services, context).await?;
    make_sessions(services, context).await?;
    plan_a_release(services, context).await?;
    let museum = super::museum(services).await?;
    let near = museum.sessions.iter().filter(|s| s.facts.starts_at > context.now && !s.facts.open_door).take(16);
    // What an earlier run has filled stays as it is: by now it may be another of the row, with other visitors.
    for (i, session) in near.enumerate().filter(|(_, s)| s.facts.takes_bookings() && s.bookings == 0) {
        // The first and the second are nearly full, the rest have some.
        let wanted = match i {
            0 => 9,
            1 => 12,
            _ => (i * 5) % 7,
        };
        for (j, (name, people, children)) in PEOPLE.iter().cycle().skip(i * 3).take(wanted).enumerate() {
            let key = format!("demo:{}:{j}", session.id);
            let asked =
                OnBehalf { session: session.id, person: person(name, i, j)?, party: party(*people, *children)?, key };
            match book(services, context, asked).await {
                Ok(_) | Err(BookingError::Refused(_) | BookingError::KeyReused) => {}
                Err(other) => return Err(other),
            }
        }
    }
    open_evening(services, context).await
}

/// The next Monday but one day, when the museum is closed otherwise: an evening to which whoever likes comes. A family had
/// booked it before that was said.
async fn open_evening(services: &Services, context: &Context) -> Result<(), BookingError> {
    let first = local_day(context.now).checked_add(2.days()).unwrap_or(local_day(context.now));
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(7);
    let Some(day) = days.into_iter().find(|day| day.weekday() == civil::Weekday::Monday) else { return Ok(()) };
    let (from, until) = (at(day, civil::time(17, 30, 0, 0)), at(day, civil::time(19, 30, 0, 0)));
    let session = match super::add_session(services, context, from, until, 60, false).await {
        Ok(session) => session,
        // It is there.
        Err(BookingError::Fields(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let (name, people, children) = PEOPLE[7];
    let key = format!("demo:{session}:0");
    let asked = OnBehalf { session, person: person(name, 99, 0)?, party: party(people, children)?, key };
    match book(services, context, asked).await {
        Ok(_) | Err(BookingError::Refused(_)) => {}
        Err(error) => return Err(error),
    }
    let key = context.new_id();
    let (note_zh, note_en) =
        ("科普馆之夜：灯下看细胞，讲解员全程陪同".into(), "Museum night: cells by lamplight, with our guides".into());
    let act = OpenDoor { key, what: Scope::Session(session), note_zh, note_en };
    super::open_door(services, context, act).await.map(|_| ())
}

/// The rules the demo's museum opened with, before it had seen its first visitors.
fn first_rules() -> Policy {
    Policy { moves: 2, ..Policy::default() }
}

/// What the museum learnt in its first weeks: the usual rules, as its second version.
async fn loosen_rules(services: &Services, context: &Context) -> Result<(), BookingError> {
    let (version, policy) = super::rules(services, context).await?;
    if version != 1 || policy != first_rules() {
        return Ok(());
    }
    let why = "试开放期间，不少带孩子的家庭需要再改一次时间";
    super::change_rules(services, context, version, Policy::default(), why).await.map(|_| ())
}

/// A day that is going to be asked for: it opens two hours later than others, with a draw.
async fn plan_a_release(services: &Services, context: &Context) -> Result<(), BookingError> {
    let museum = super::museum(services).await?;
    let ahead = i64::from(museum.policy.days_ahead) + 2;
    let from = local_day(context.now).checked_add(ahead.days()).unwrap_or(local_day(context.now));
    let Some(session) = museum.sessions.iter().find(|session| local_day(session.facts.starts_at) >= from) else {
        return Ok(());
    };
    let day = local_day(session.facts.starts_at);
    if museum.planned.iter().any(|planned| planned.day == day) {
        return Ok(());
    }
    let opens_at = opens_at(&museum.policy, session.facts.starts_at) + SignedDuration::from_hours(2);
    let plan = Plan { day, opens_at, rules: usual_rules(museum.policy.release) };
    plan_release(services, context, plan).await.map(|_| ())
}

fn person(name: &str, i: usize, j: usize) -> Result<Person, BookingError> {
    let contact =
        Contact::parse(&format!("demo-{i}-{j}@example.com")).map_err(|fault| BookingError::field("contact", fault))?;
    let name = PersonName::parse(name).map_err(|fault| BookingError::field("name", fault))?;
    Ok(Person { name, contact: Some(contact) })
}

fn party(people: u32, children: u32) -> Result<Party, BookingError> {
    let faulty = |fault: Fault| BookingError::field("people", fault);
    Party::new(PartySize::new(people).map_err(faulty)?, children).map_err(faulty)
}

async fn set_up_museum(services: &Services, context: &Context) -> Result<(), BookingError> {
    let mut db = services.db.acquire().await?;
    let fresh = sql::ActivityRow {
        id: context.new_id::<ActivityId>().0,
        kind: "museum".into(),
        slug: MUSEUM.into(),
        title_zh: "造血干细胞科普馆".into(),
        title_en: "Hematopoietic Stem Cell Museum".into(),
        policy: serde_json::to_value(first_rules()).map_err(|_| BookingError::Damaged("the default policy"))?,
        policy_version: 1,
    };
    let activity = sql::add_activity(&mut db, context.now, &fresh).await?;
    if !sql::templates(&mut db, activity).await?.is_empty() {
        return Ok(());
    }
    drop(db);
    let today = local_day(context.now);
    for weekday in 2..=7 {
        for ((from_hour, from_minute), (to_hour, to_minute)) in DAY {
            let template = TemplateView {
                id: context.new_id(),
                weekday,
                starts: civil::time(from_hour, from_minute, 0, 0),
                ends: civil::time(to_hour, to_minute, 0, 0),
                places: if weekday >= 6 { 40 } else { 30 }.into(),
                valid_from: today.checked_sub(1.day()).unwrap_or(today),
                valid_until: None,
            };
            add_template(services, context, template).await?;
        }
    }
    Ok(())
}
