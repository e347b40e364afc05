//! The demo's events: the days the house holds every year, in several cities, with what they ask. Everybody in it is
//! plainly invented.

mod course;
mod held;
mod pictures;
mod replied;
mod yearly;

pub use course::seed_course;
pub use pictures::seed_pictures;

use super::templates::{event_policy, template_questions};
use super::{NewDate, NewEvent, OutreachError, add_date, add_event, events, publish, publish_form, put_question};
use crate::booking::{self, BookingError, Brought, OnBehalf, Person, Replied};
use crate::{Context, Services};
use domain::booking::{IdentityRule, Party, PartySize, Policy, SeriesRule};
use domain::contact::{Contact, PersonName};
use domain::document::{Document, DocumentKind};
use domain::ids::{ActivityId, SessionId};
use domain::outreach::{Audience, Bilingual, City, EventKind, ProgrammeItem, Question, Slug};
use domain::time::{at, local_day};
use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan};

/// One demo event: its words, its dates, its questions.
struct Demo {
    event: NewEvent,
    dates: Vec<NewDate>,
    questions: Vec<Question>,
}

/// Sets up the events, with some registrations. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), OutreachError> {
    let today = local_day(context.now);
    for demo in [
        lectures(today),
        newborn_care(today),
        health_tour(today),
        coming_of_age(today),
        science_night(today),
        yearly::cord_blood_day(today),
        yearly::maternity_day(today),
        yearly::family_day(today),
    ] {
        set_up(services, context, demo?).await?;
    }
    Ok(())
}

async fn set_up(services: &Services, context: &Context, demo: Demo) -> Result<(), OutreachError> {
    let identity = demo.event.policy.identity;
    let replies = replied::to(demo.event.slug.as_str());
    let id = match add_event(services, context, demo.event).await {
        Ok(id) => id,
        // It is there from an earlier run.
        Err(OutreachError::Fields(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut sessions = Vec::new();
    for date in demo.dates {
        let starts_at = date.starts_at;
        sessions.push((add_date(services, context, id, date).await?, starts_at));
    }
    for question in demo.questions {
        let version = version(services, id).await?;
        put_question(services, context, id, version, question).await?;
    }
    publish_form(services, context, id, version(services, id).await?).await?;
    publish(services, context, id, version(services, id).await?, true).await?;
    for (n, (session, starts_at)) in sessions.into_iter().enumerate() {
        if starts_at <= context.now {
            held::seed(services, context, session, starts_at).await?;
        } else {
            register_some(services, context, (session, identity, replies), n).await?;
        }
    }
    Ok(())
}

async fn version(services: &Services, id: ActivityId) -> Result<i32, OutreachError> {
    services.programme.forget();
    Ok(events(services).await?.by_id(id).ok_or(OutreachError::NotFound)?.version)
}

const PEOPLE: [(&str, u32); 6] = [
    ("演示·孟晓岚", 2),
    ("演示·柳依依", 1),
    ("演示·高远", 2),
    ("演示·方小禾", 2),
    ("演示·白露", 1),
    ("演示·江一诺", 2),
];

async fn register_some(
    services: &Services,
    context: &Context,
    (session, identity, replies): (SessionId, IdentityRule, Option<replied::Replying>),
    n: usize,
) -> Result<(), OutreachError> {
    let today = local_day(context.now);
    for (i, (name, people)) in PEOPLE.iter().enumerate().take(6 - n.min(4)) {
        let (person, party) = party(name, &format!("demo-event-{i}@example.com"), *people)?;
        let brought = Brought {
            shown: (0..identity.of(*people)).map(|nth| invented(context, i, nth)).collect(),
            replied: replies.map_or(Replied::Silence, |replies| Replied::Sent(replies(i, today))),
        };
        let key = format!("demo:{session}:{i}");
        match booking::book_bringing(services, context, OnBehalf { session, person, party, key }, &brought).await {
            Ok(_) | Err(BookingError::Refused(_)) => {}
            Err(BookingError::Database(error)) => return Err(error.into()),
            Err(_) => return Err(OutreachError::Damaged("an invented registration")),
        }
    }
    Ok(())
}

/// Somebody who is plainly invented, with so many people.
fn party(name: &str, mail: &str, people: u32) -> Result<(Person, Party), OutreachError> {
    let damaged = |_| OutreachError::Damaged("an invented visitor");
    let name = PersonName::parse(name).map_err(damaged)?;
    let contact = Some(Contact::parse(mail).map_err(damaged)?);
    let party = Party::new(PartySize::new(people).map_err(damaged)?, 0).map_err(damaged)?;
    Ok((Person { name, contact }, party))
}

/// A passport nobody has.
fn invented(context: &Context, i: usize, nth: usize) -> Option<Document> {
    Document::parse(DocumentKind::Passport, &format!("EX900{i}{nth}00"), local_day(context.now)).ok()
}

fn both(zh: &str, en: &str) -> Bilingual {
    Bilingual::new(zh, en)
}

fn slug(text: &str) -> Result<Slug, OutreachError> {
    Slug::parse(text).map_err(|_| OutreachError::Damaged("a demo slug"))
}

fn item(time: &str, zh: &str, en: &str) -> ProgrammeItem {
    ProgrammeItem { time: time.to_owned(), what: both(zh, en) }
}

fn date(day: Date, (from, to): ((i8, i8), (i8, i8)), capacity: u32, zh: &str, en: &str) -> NewDate {
    let clock = |(hour, minute)| -> Timestamp { at(day, Time::constant(hour, minute, 0, 0)) };
    NewDate { title: both(zh, en), starts_at: clock(from), ends_at: clock(to), capacity }
}

/// The first such weekday at least so many days away.
fn first(today: Date, days: i64, weekday: Weekday) -> Date {
    let from = today.saturating_add(days.days());
    (0..7).map(|n: i64| from.saturating_add(n.days())).find(|day| day.weekday() == weekday).unwrap_or(from)
}

fn lectures(today: Date) -> Result<Demo, OutreachError> {
    let start = first(today, 4, Weekday::Saturday);
    let topics = [
        ("孕期营养与作息", "Eating and resting while pregnant"),
        ("看懂产检单", "Reading your check-up sheets"),
        ("分娩那一天", "The day of birth"),
        ("新生儿的头一个月", "The newborn’s first month"),
    ];
    let hours = ((9, 30), (11, 0));
    let dates = topics.iter().enumerate().map(|(n, (zh, en))| {
        date(start.saturating_add((7 * n as i64).days()), hours, if n == 1 { 8 } else { 60 }, zh, en)
    });
    Ok(Demo {
        event: NewEvent {
            slug: slug("leyun-lectures")?,
            title: both("乐孕课堂", "Leyun prenatal lectures"),
            kind: EventKind::Lectures,
            city: City::Jinan,
            place: both("泉城孕育学校（演示地点）", "Spring City maternity school (demo venue)"),
            audience: Audience::Expecting,
            lead: both(
                "四个周六上午，助产士和营养师陪准父母把孕期问题问个明白。",
                "Four Saturday mornings on which midwives and dietitians answer what parents-to-be want to know.",
            ),
            story: both(
                "乐孕课堂已经走过全省多个城市。每一讲都留出一半时间给大家提问，问题可以匿名写在纸条上。\n\n课堂只做科普，不看病、不开药，也不推介任何产品。身体不适请及时就医。",
                "The Leyun lectures have travelled through many cities of the province. Half of every morning belongs to your questions, which may also be written down without a name.\n\nThe lectures inform; they replace no doctor and promote no product. If you feel unwell, please see your doctor.",
            ),
            programme: vec![
                item("09:00", "签到、入座", "Doors open"),
                item("09:30", "主题讲座", "The lecture"),
                item("10:15", "现场问答", "Your questions"),
                item("11:00", "结束", "End"),
            ],
            policy: Policy { series: SeriesRule::Both, ..event_policy(2, 0) },
        },
        dates: dates.collect(),
        questions: template_questions(EventKind::Lectures)?.questions,
    })
}

/// A series with room on each of its dates: it can be taken as a whole, where one of the lectures is full.
fn newborn_care(today: Date) -> Result<Demo, OutreachError> {
    let start = first(today, 24, Weekday::Sunday);
    let hours = ((14, 0), (15, 30));
    Ok(Demo {
        event: NewEvent {
            slug: slug("newborn-care-weifang")?,
            title: both("新生儿护理小班", "Caring for a newborn"),
            kind: EventKind::Lectures,
            city: City::Weifang,
            place: both("鸢都社区活动室（演示地点）", "Kite town community room (demo venue)"),
            audience: Audience::Expecting,
            lead: both(
                "两个周日下午，跟着护士学抱、洗、喂、睡。",
                "Two Sunday afternoons with a nurse: holding, washing, feeding and sleep.",
            ),
            story: both(
                "第一次练习用的是娃娃，不用担心做错。两次内容前后衔接，最好都来。",
                "We practise with dolls, so nothing can go wrong. The two afternoons belong together: best come to both.",
            ),
            programme: vec![item("14:00", "示范", "Watching"), item("14:40", "自己动手", "Doing it yourself")],
            policy: Policy { series: SeriesRule::Both, ..event_policy(2, 0) },
        },
        dates: vec![
            date(start, hours, 40, "抱与洗", "Holding and washing"),
            date(start.saturating_add(7.days()), hours, 40, "喂与睡", "Feeding and sleep"),
        ],
        questions: Vec::new(),
    })
}

fn health_tour(today: Date) -> Result<Demo, OutreachError> {
    let day = first(today, 8, Weekday::Sunday);
    Ok(Demo {
        event: NewEvent {
            slug: slug("health-tour-linyi")?,
            title: both("健康齐鲁行·临沂站", "Health tour of Shandong: Linyi"),
            kind: EventKind::HealthTour,
            city: City::Linyi,
            place: both("沂河岸边文化广场（演示地点）", "Culture square by the Yi river (demo venue)"),
            audience: Audience::Everyone,
            lead: both(
                "一辆科普巴士、三场小讲座，聊聊血液从哪里来。",
                "One science bus and three short talks about where blood comes from.",
            ),
            story: both(
                "健康齐鲁行每年走进不同的城市和县区。这一站，您可以在显微镜下看血细胞，听医生讲血液病怎样治疗，也可以了解造血干细胞捐献的流程。\n\n活动免费，现场不销售任何产品。",
                "Every year the tour visits other cities and counties. Here you can look at blood cells through a microscope, hear how diseases of the blood are treated, and learn how blood stem cells are donated.\n\nEverything is free; nothing is sold.",
            ),
            programme: vec![
                item("09:00", "第一场：血液的旅程", "First talk: a journey through blood"),
                item("10:00", "第二场：什么时候需要移植", "Second talk: when a transplant is needed"),
                item("14:00", "第三场：捐献的故事", "Third talk: stories of donating"),
            ],
            policy: event_policy(6, 4),
        },
        dates: vec![
            date(day, ((9, 0), (10, 15)), 80, "血液的旅程", "A journey through blood"),
            // Overlaps the first by a quarter of an hour, as it is on such a day.
            date(day, ((10, 0), (11, 15)), 80, "什么时候需要移植", "When a transplant is needed"),
            date(day, ((14, 0), (15, 15)), 80, "捐献的故事", "Stories of donating"),
        ],
        questions: Vec::new(),
    })
}

fn coming_of_age(today: Date) -> Result<Demo, OutreachError> {
    let day = first(today, 18, Weekday::Saturday);
    Ok(Demo {
        event: NewEvent {
            slug: slug("coming-of-age-qingdao")?,
            title: both("十八岁成人礼·生命的责任", "Coming of age: a life’s responsibility"),
            kind: EventKind::ComingOfAge,
            city: City::Qingdao,
            place: both("海滨青少年宫（演示地点）", "Seaside youth palace (demo venue)"),
            audience: Audience::Teenagers,
            lead: both(
                "十八岁，认识自己的身体，也认识自己能给予什么。",
                "At eighteen: to know one’s body, and what one can give.",
            ),
            story: both(
                "成人礼上，志愿捐献者会讲述自己的故事，医生会回答捐献安全不安全。要不要加入捐献者资料库，由每个人回家后自己决定，现场不登记。",
                "Volunteers tell why they donated, and doctors answer whether it is safe. Whether to join the donor registry is decided by everybody at home; nobody is enrolled on the spot.",
            ),
            programme: vec![
                item("14:00", "入场", "Doors open"),
                item("14:30", "三个故事", "Three stories"),
                item("15:30", "与医生对话", "Talking with doctors"),
                item("16:30", "成人礼仪式", "The ceremony"),
            ],
            // The ceremony hands everybody a certificate with their name: the entrance checks who comes.
            policy: Policy { identity: IdentityRule::Leader, ..event_policy(4, 0) },
        },
        dates: vec![date(day, ((14, 30), (17, 0)), 200, "", "")],
        questions: template_questions(EventKind::ComingOfAge)?.questions,
    })
}

fn science_night(today: Date) -> Result<Demo, OutreachError> {
    let day = first(today, 12, Weekday::Friday);
    Ok(Demo {
        event: NewEvent {
            slug: slug("science-night-yantai")?,
            title: both("细胞实验室·亲子科学夜", "A night in the cell laboratory, for families"),
            kind: EventKind::FamilyDay,
            city: City::Yantai,
            place: both("海边生命科学实验楼（演示地点）", "Life science laboratory by the sea (demo venue)"),
            audience: Audience::Families,
            lead: both(
                "下班以后的实验室：和爸爸妈妈一起，看看显微镜下的一滴血。",
                "The laboratory after hours: a drop of blood under the microscope, with your parents.",
            ),
            story: both(
                "白天做检测的实验室，今晚向二十个家庭开放。孩子们自己调焦、自己数细胞，技术员讲一份脐带血从接收到入库要走多远。\n\n实验楼凭证件进入，请带上每个人的证件原件。",
                "For one night a working laboratory opens its doors to twenty families. Children focus and count cells themselves, and technicians tell how far a unit of cord blood travels before it is stored.\n\nThe building checks everybody’s document: please bring them along.",
            ),
            programme: vec![
                item("18:30", "更衣与安全须知", "Coats, and what to mind"),
                item("19:00", "显微镜下的一滴血", "A drop of blood under the microscope"),
                item("20:00", "一份脐带血的旅程", "The journey of a unit of cord blood"),
            ],
            // A laboratory lets nobody in without a document.
            policy: Policy { identity: IdentityRule::Everybody, ..event_policy(4, 3) },
        },
        dates: vec![date(day, ((18, 30), (20, 30)), 60, "", "")],
        questions: Vec::new(),
    })
}
