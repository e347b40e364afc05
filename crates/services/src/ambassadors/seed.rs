//! The demo: three rounds of plainly invented people, one open, one whose selection is public, one with certificates.

use super::certificate::certify;
use super::dates::{NewTraining, add_training};
use super::draft::row;
use super::kind::{AmbassadorError, Ambassadors, Handle};
use super::round::{NewRound, add_round, all_rounds, publish_round};
use super::selection::{Decided, decide, publish_selection};
use super::training::{attendance, confirm};
use super::{manage_link, request};
use crate::requests::Kind as _;
use crate::{Context, Services};
use domain::ambassador::{Capacity, Details};
use domain::bus::City;
use domain::contact::{Contact, PersonName};
use domain::ids::{AmbassadorDraftId, AmbassadorId, AmbassadorRoundId};
use domain::outreach::Bilingual;
use domain::time::{at, local_day};
use jiff::{SignedDuration, Timestamp, civil};
use store::ambassadors::applications as sql;

/// An invented person: name, age, class, school, city, why.
type Invented = (&'static str, u32, &'static str, &'static str, City, &'static str);

const PEOPLE: [Invented; 6] = [
    (
        "演示·林小满",
        13,
        "初一（2）班",
        "演示市星河中学",
        City::Jinan,
        "参观科普馆之后，我想把造血干细胞的故事讲给全班同学听。",
    ),
    (
        "演示·周亦安",
        16,
        "高二（5）班",
        "演示区白鹭中学",
        City::Zibo,
        "我们生物社每月办一次讲座，想学会把难懂的知识讲明白。",
    ),
    ("演示·孟知夏", 17, "高三（1）班", "演示市海燕学校", City::Weifang, "想为校园广播做一期脐带血公益知识节目。"),
    ("演示·江老师", 34, "生物教师", "演示市晨光中学", City::Rizhao, "希望把科普带进课堂，也带学生一起做宣传。"),
    ("演示·许清和", 20, "护理专业二年级", "演示医学高等专科学校", City::Heze, "学护理的我，想让更多人了解无偿捐献。"),
    ("演示·田一诺", 15, "初三（4）班", "演示县麦田乡中学", City::Taian, "乡里很少有科普活动，我想从我们学校开始。"),
];

const STORY: (&str, &str) = (
    "校园科普宣传员把造血干细胞和脐带血的科学知识带进校园：接受一天培训，学会一堂科普小课，领取证书，在班会、社团和校园广播里讲给同学听。\n培训、教材和证书全部免费。",
    "Campus science ambassadors bring the science of stem cells and cord blood to their schools: one day of training, a short lesson to give, a certificate, and then the class, the club and the school radio.\nTraining, material and certificate are free of charge.",
);

const fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

/// Sets up three rounds. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), AmbassadorError> {
    if !all_rounds(services, context).await?.is_empty() {
        return Ok(());
    }
    let open = ("校园科普宣传员招募 · 冬季", "Campus science ambassadors · winter");
    let open = round(services, context, open, (-6, 15), 20).await?;
    add_training(services, context, open, training(morning(context, 25), "造血干细胞科普馆 报告厅", 20)).await?;
    apply(services, context, open, ("winter", 0)).await?;
    selected(services, context).await?;
    certified(services, context).await
}

/// So many days from now, at an hour.
fn on(context: &Context, ahead: i64, hour: i8) -> Timestamp {
    at(local_day(context.now + days(ahead)), civil::time(hour, 0, 0, 0))
}

/// The morning of a day so many days from now: as long as a training is.
fn morning(context: &Context, ahead: i64) -> (Timestamp, Timestamp) {
    (on(context, ahead, 9), on(context, ahead, 12))
}

fn training((starts_at, ends_at): (Timestamp, Timestamp), place: &str, places: u32) -> NewTraining {
    NewTraining { starts_at, ends_at, place: place.to_owned(), places: Some(places) }
}

async fn round(
    services: &Services,
    context: &Context,
    (zh, en): (&str, &str),
    (opens, closes): (i64, i64),
    places: u32,
) -> Result<AmbassadorRoundId, AmbassadorError> {
    let fresh = NewRound {
        title: Bilingual::new(zh, en),
        story: Bilingual::new(STORY.0, STORY.1),
        city: None,
        places,
        opens_at: on(context, opens, 9),
        closes_at: on(context, closes, 18),
    };
    let id = add_round(services, context, fresh).await?;
    publish_round(services, context, id, 1, true).await?;
    Ok(id)
}

/// Everybody applies, so many days ago.
async fn apply(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    (when, ago): (&str, i64),
) -> Result<Vec<AmbassadorId>, AmbassadorError> {
    let mut db = services.db.acquire().await?;
    let mut all = Vec::new();
    for (i, person) in PEOPLE.iter().enumerate() {
        let details = details(person, &format!("ambassador-{when}-{i}@example.com"))?;
        let draft: AmbassadorDraftId = context.new_id();
        let row = row(services, context, draft, round, &details);
        sql::add(&mut db, &row, context.now - days(ago) - SignedDuration::from_hours(5 + 20 * i as i64)).await?;
        all.push(AmbassadorId(row.common.id));
    }
    Ok(all)
}

fn details(person: &Invented, contact: &str) -> Result<Details, AmbassadorError> {
    let (name, age, post, organisation, city, why) = *person;
    let faulty = |field: &'static str| move |fault| AmbassadorError::field(field, fault);
    let guardian = (age < domain::ambassador::GUARDIAN_UNDER).then(|| PersonName::parse("演示·林先生"));
    Ok(Details {
        name: PersonName::parse(name).map_err(faulty("name"))?,
        age,
        guardian: guardian.transpose().map_err(faulty("guardian"))?,
        capacity: if age > 30 { Capacity::Teacher } else { Capacity::Student },
        organisation: organisation.to_owned(),
        post: post.to_owned(),
        city,
        contact: Contact::parse(contact).map_err(faulty("contact"))?,
        motivation: why.to_owned(),
    })
}

/// Decides on all: the first so many get a place, one is on the reserve, the last is not selected.
async fn decide_all(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    all: &[AmbassadorId],
) -> Result<(), AmbassadorError> {
    for (i, id) in all.iter().enumerate() {
        let decided = match all.len() - i {
            1 => Decided::Refused("这一批名额有限，未能安排。欢迎参加下一批招募，也欢迎到科普馆参观。".into()),
            2 => Decided::Reserve(1),
            _ => Decided::Selected,
        };
        let version = request(services, context, *id).await?.version;
        decide(services, context, *id, version, decided).await?;
    }
    publish_selection(services, context, round).await?;
    Ok(())
}

/// A round whose selection is public and whose training is ahead.
async fn selected(services: &Services, context: &Context) -> Result<(), AmbassadorError> {
    let names = ("校园科普宣传员招募 · 秋季", "Campus science ambassadors · autumn");
    let autumn = round(services, context, names, (-40, -3), 4).await?;
    for (day, place, places) in [(9, "造血干细胞科普馆 报告厅", 2), (16, "潍坊市科技馆 多功能厅", 4)]
    {
        add_training(services, context, autumn, training(morning(context, day), place, places)).await?;
    }
    let all = apply(services, context, autumn, ("autumn", 10)).await?;
    decide_all(services, context, autumn, &all).await?;
    let mut db = services.db.acquire().await?;
    let date = super::dates::of_round(&mut db, autumn, context.now).await?.into_iter().next();
    drop(db);
    let Some(date) = date.map(|date| date.training) else { return Ok(()) };
    for id in all.iter().take(2) {
        let handle = Handle::Link(manage_link(services, &request(services, context, *id).await?));
        confirm(services, context, &handle, None, date.id).await?;
    }
    Ok(())
}

/// A round that is over: its training was a week ago, and who was there has a certificate.
async fn certified(services: &Services, context: &Context) -> Result<(), AmbassadorError> {
    let names = ("校园科普宣传员招募 · 夏季", "Campus science ambassadors · summer");
    let summer = round(services, context, names, (-90, -50), 4).await?;
    // Training dates are made ahead of their time: this one was, two months ago.
    let then = Context { now: context.now - days(60), ..context.clone() };
    add_training(services, &then, summer, training(morning(context, -7), "造血干细胞科普馆 报告厅", 4)).await?;
    let all = apply(services, context, summer, ("summer", 60)).await?;
    let chosen = Context { now: context.now - days(45), ..context.clone() };
    decide_all(services, &chosen, summer, &all).await?;
    for (i, id) in all.iter().enumerate() {
        let mut db = services.db.acquire().await?;
        let application = Ambassadors::load(services, &mut db, *id, context.now).await?;
        drop(db);
        let application = application.ok_or(AmbassadorError::NotFound)?;
        if application.state.gives_a_place() {
            attendance(services, context, *id, application.version, i != 1).await?;
        }
    }
    certify(services, context, summer).await?;
    Ok(())
}
