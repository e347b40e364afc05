//! The demo: sessions large enough for a school class's bus, and requests of plainly invented organisations in every state.

use super::draft::row;
use super::file::Sent;
use super::kind::{GroupError, Handle};
use super::letter::save_letter;
use super::office::{Proposal, approve, policy, propose};
use super::roster::save_roster;
use super::{accept, ask, manage_link, refuse, request, settle_due, withdraw};
use crate::booking::{self, TemplateView, Ticket};
use crate::demo::then;
use crate::files::specimen;
use crate::limits::Network;
use crate::{Context, Services};
use domain::booking::{Places, Pool, Share, Split};
use domain::bus::City;
use domain::contact::{Contact, PersonName};
use domain::groups::{Ages, Details, Kind, State};
use domain::ids::{GroupDraftId, GroupRequestId, SessionId};
use domain::time::{at, local_day};
use jiff::{SignedDuration, Timestamp, ToSpan, civil};
use store::groups::requests as sql;
use uuid::Uuid;

/// Weekdays (ISO) with a session for groups in the late afternoon.
const WEEKDAYS: [i8; 2] = [3, 5];
/// Its places.
const PLACES: u32 = 120;
/// Of which kept for groups.
const GROUPS_OWN: u32 = 80;

/// An invented group: name, kind, city, ages, members, adults, and how far it is.
type Group = (&'static str, Kind, City, Ages, u32, u32, State);

const GROUPS: [Group; 9] = [
    ("演示市银河小学三年级", Kind::School, City::Jinan, Ages::Primary, 48, 5, State::Approved),
    ("演示区白鹭中学生物社", Kind::School, City::Zibo, Ages::Senior, 36, 4, State::Submitted),
    ("演示县麦田乡中心小学", Kind::School, City::Taian, Ages::Primary, 60, 6, State::Proposed),
    ("演示市第二医院规培学员", Kind::Hospital, City::Jinan, Ages::Adults, 32, 0, State::Submitted),
    ("演示市晴川幼儿园", Kind::School, City::Jinan, Ages::Preschool, 24, 6, State::Asked),
    ("演示科技公司志愿者", Kind::Company, City::Qingdao, Ages::Adults, 25, 0, State::Accepted),
    ("演示区槐荫街道读书会", Kind::Community, City::Jinan, Ages::Adults, 18, 0, State::Approved),
    ("演示市海燕学校", Kind::School, City::Weifang, Ages::Junior, 80, 8, State::Refused),
    ("演示市木棉志愿服务队", Kind::Community, City::Heze, Ages::Adults, 20, 0, State::Withdrawn),
];

/// A class that was here.
const WAS_HERE: Group = ("演示市晨星小学四年级", Kind::School, City::Jinan, Ages::Primary, 44, 5, State::Visited);
/// How many of it came.
const CAME: u32 = 47;

/// Sets up the groups' sessions and requests. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), GroupError> {
    let mut db = services.db.acquire().await?;
    if !sql::board(&mut db, None, None, context.now - SignedDuration::from_hours(24 * 365)).await?.is_empty() {
        return Ok(());
    }
    drop(db);
    let today = local_day(context.now);
    // Whatever classes have not taken three days before, families may.
    let split = Split { group: Share { places: GROUPS_OWN, release_hours: 72 }, ..Split::default() };
    for weekday in WEEKDAYS {
        let template = TemplateView {
            id: context.new_id(),
            weekday,
            starts: civil::time(16, 30, 0, 0),
            ends: civil::time(18, 0, 0, 0),
            places: Places { total: PLACES, split },
            // From next week on: the museum's own demo fills the sessions of the days before, whichever they are.
            valid_from: today.checked_add(7.days()).unwrap_or(today),
            valid_until: None,
        };
        match booking::add_template(services, context, template).await {
            // A house may have had a session at that hour already.
            Ok(()) | Err(booking::BookingError::Fields(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let large = large_sessions(services, context).await?;
    for (i, group) in GROUPS.iter().enumerate() {
        one(services, context, i, group, &large).await?;
    }
    Ok(())
}

/// A class that asked weeks ago, was approved and came on a day that is just over. After the demo of the past weeks, which stays
/// away from weeks that have sessions already. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_visit(services: &Services, context: &Context) -> Result<(), GroupError> {
    let mut db = services.db.acquire().await?;
    let since = context.now - SignedDuration::from_hours(24 * 365);
    let known = sql::board(&mut db, Some(WAS_HERE.0), None, since).await?;
    drop(db);
    let today = local_day(context.now);
    // Classes come on weekdays, when the museum is open; and a visit is settled a day after it.
    let mut days = (2..9).map(|ago: i64| today.saturating_sub(ago.days()));
    let day = days.find(|day| (2..=5).contains(&day.weekday().to_monday_one_offset()));
    let Some(day) = day.filter(|_| known.is_empty()) else { return Ok(()) };
    let starts_at = at(day, civil::time(13, 0, 0, 0));
    let before = |days: i64| then(services, context, starts_at - SignedDuration::from_hours(24 * days));
    let (house, by) = before(30);
    let ends_at = starts_at + SignedDuration::from_mins(90);
    let session = match booking::add_session(&house, &by, starts_at, ends_at, 60, true).await {
        Ok(session) => session,
        // A house may have had a session at that hour.
        Err(booking::BookingError::Fields(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let id = asked_for(&before(19), session).await?;
    let (house, by) = before(15);
    let version = request(&house, &by, id).await?.version;
    approve(&house, &by, id, version, session).await?;
    came(services, context, id, starts_at).await?;
    settle_due(services).await.map(|_| ())
}

/// The class asks for a session.
async fn asked_for((house, by): &(Services, Context), session: SessionId) -> Result<GroupRequestId, GroupError> {
    let details = details(GROUPS.len() + 1, &WAS_HERE)?;
    let draft: GroupDraftId = by.new_id();
    let (version, _) = policy(house).await?;
    let row = row(house, by, draft, (&details, &[session]), version);
    let mut db = house.db.acquire().await?;
    sql::add(&mut db, &row, by.now).await?;
    Ok(GroupRequestId(row.common.id))
}

/// The class is let in.
async fn came(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    starts_at: Timestamp,
) -> Result<(), GroupError> {
    let (house, by) = then(services, context, starts_at);
    let Some(seen) = request(&house, &by, id).await?.booking else { return Ok(()) };
    let nonce = Uuid::from_u128(u128::from_be_bytes(crate::crypto::random()));
    let _answer = booking::admit(&house, &by, nonce, Ticket::Booking(seen.booking), CAME, None).await?;
    Ok(())
}

/// The sessions that groups of the demo ask for, the nearest first.
async fn large_sessions(services: &Services, context: &Context) -> Result<Vec<SessionId>, GroupError> {
    let (_, policy) = policy(services).await?;
    let museum = booking::museum(services).await?;
    let fit = museum.upcoming(context.now).filter(|session| {
        session.fits_in(Pool::Group, PLACES) && policy.is_in_reach(context.now, session.facts.starts_at)
    });
    Ok(fit.map(|session| session.id).collect())
}

async fn one(
    services: &Services,
    context: &Context,
    i: usize,
    group: &Group,
    large: &[SessionId],
) -> Result<(), GroupError> {
    let details = details(i, group)?;
    let wishes: Vec<SessionId> = large.iter().copied().skip(i % 4).take(2).collect();
    let (Some(first), Some(other)) = (wishes.first().copied(), large.get(i % 4 + 2).copied()) else { return Ok(()) };
    let draft: GroupDraftId = context.new_id();
    let (version, _) = policy(services).await?;
    let row = row(services, context, draft, (&details, &wishes), version);
    let id = GroupRequestId(row.common.id);
    // Asked for on different days, so that the board shows how long each has waited.
    let asked_at = context.now - SignedDuration::from_hours(24 * (1 + 2 * (i as i64 % 4)) + i as i64);
    let mut db = services.db.acquire().await?;
    sql::add(&mut db, &row, asked_at).await?;
    drop(db);
    // The first of them, and one whose request waits, have sent their letter.
    if i < 2 {
        let letter = specimen::letter().ok_or(GroupError::Damaged("the demo's letter"))?;
        let network = Network::of([127, 0, 0, 1].into());
        save_letter(services, context, &Handle::Id(id), letter, &network).await?;
    }
    let version = request(services, context, id).await?.version;
    match group.6 {
        State::Asked => ask(services, context, id, version, "有没有需要轮椅或婴儿车通道的小朋友？大约几位？").await,
        State::Refused => {
            let reason = "一次八十多人超过了展厅的承载量。欢迎分两批申请，或者邀请科普巴士到学校。";
            refuse(services, context, id, version, reason).await
        }
        State::Approved => {
            list(services, context, id, details.members).await?;
            approve(services, context, id, version, first).await
        }
        State::Proposed | State::Accepted | State::Withdrawn => answered(services, context, id, other, group.6).await,
        _ => Ok(()),
    }
}

/// Proposes another session, and goes on as far as the group got.
async fn answered(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    session: SessionId,
    state: State,
) -> Result<(), GroupError> {
    let message = "您选的场次当天有学校活动，这一场更宽敞。".to_owned();
    let version = request(services, context, id).await?.version;
    propose(services, context, Proposal { request: id, version, session, message }).await?;
    let handle = Handle::Link(manage_link(services, &request(services, context, id).await?));
    match state {
        State::Accepted => accept(services, context, &handle, None).await,
        State::Withdrawn => withdraw(services, context, &handle, None).await,
        _ => Ok(()),
    }
}

/// Who comes, plainly invented.
async fn list(services: &Services, context: &Context, id: GroupRequestId, people: u32) -> Result<(), GroupError> {
    let line = |n: u32| format!("演示·同学{n:02}，{}班", n % 2 + 1);
    let text: Vec<String> = (1..=people).map(line).collect();
    let handle = Handle::Id(id);
    let network = Network::of([127, 0, 0, 1].into());
    save_roster(services, context, &handle, Sent::Text(text.join("\n")), &network).await.map(|_| ())
}

fn details(i: usize, group: &Group) -> Result<Details, GroupError> {
    let (organisation, kind, city, ages, members, adults, _) = *group;
    let faulty = |field: &'static str| move |fault| GroupError::field(field, fault);
    Ok(Details {
        organisation: organisation.to_owned(),
        kind,
        city,
        ages,
        members,
        adults,
        name: PersonName::parse(["演示·安然", "演示·江知秋", "演示·顾远", "演示·叶之舟"][i % 4])
            .map_err(faulty("name"))?,
        post: match kind {
            Kind::School => "班主任",
            Kind::Hospital => "科教科干事",
            Kind::Company => "行政主管",
            Kind::Community => "领队",
        }
        .to_owned(),
        contact: Contact::parse(&format!("group-demo-{i}@example.com")).map_err(faulty("contact"))?,
        note: if i.is_multiple_of(3) { "有两位坐轮椅的同学。".to_owned() } else { String::new() },
    })
}
