//! The days that come back every year on the same date.

use super::{Demo, both, date, item, slug};
use crate::outreach::templates::event_policy;
use crate::outreach::{NewEvent, OutreachError};
use domain::outreach::{Audience, City, EventKind};
use jiff::ToSpan;
use jiff::civil::Date;

/// The next day with this month and day, today included.
fn next_yearly(today: Date, month: i8, day: i8) -> Date {
    let this = Date::constant(today.year(), month, day);
    if this >= today { this } else { Date::constant(today.year() + 1, month, day) }
}

pub(super) fn cord_blood_day(today: Date) -> Result<Demo, OutreachError> {
    // Just over, or still to come.
    let next = next_yearly(today, 11, 15);
    let last = Date::constant(next.year() - 1, 11, 15);
    let day = if last >= today.saturating_sub(90.days()) { last } else { next };
    Ok(Demo {
        event: NewEvent {
            slug: slug(&format!("cord-blood-day-{}", day.year()))?,
            title: both("世界脐带血日公众开放日", "World Cord Blood Day: open house"),
            kind: EventKind::CordBloodDay,
            city: City::Jinan,
            place: both("山东省脐血库", "Shandong Cord Blood Bank"),
            audience: Audience::Everyone,
            lead: both(
                "每年11月15日，走进实验室的玻璃窗前，看一份脐带血怎样被保存。",
                "Every 15 November: look through the laboratory’s windows and see how cord blood is kept.",
            ),
            story: both(
                "世界脐带血日由各国的脐带血库和学会共同发起。开放日有实验室参观、与技术人员对话，以及给孩子的手工角。",
                "World Cord Blood Day is held by cord blood banks and societies of many countries. There are tours, talks with those who work here, and a corner where children make things.",
            ),
            programme: vec![
                item("09:30", "实验室参观", "Tour of the laboratories"),
                item("11:00", "与技术人员对话", "Talking with the staff"),
            ],
            policy: event_policy(5, 3),
        },
        dates: vec![date(day, ((9, 30), (12, 0)), 120, "", "")],
        questions: Vec::new(),
    })
}

pub(super) fn maternity_day(today: Date) -> Result<Demo, OutreachError> {
    let day = next_yearly(today, 6, 16);
    Ok(Demo {
        event: NewEvent {
            slug: slug(&format!("maternity-day-{}", day.year()))?,
            title: both("616孕妇产关爱日", "Maternity Day, 16 June"),
            kind: EventKind::MaternityDay,
            city: City::Yantai,
            place: both("烟台山下会议中心（演示地点）", "Conference centre below Yantai hill (demo venue)"),
            audience: Audience::Expecting,
            lead: both(
                "给准妈妈的一天：讲座、舒缓运动和一对一答疑。",
                "A day for expecting mothers: talks, gentle exercise, and questions one to one.",
            ),
            story: both(
                "616谐音“留一留”，提醒每位准妈妈在忙碌里留一点时间给自己。全天有助产士在场，陪同的家人也欢迎参加。",
                "In Chinese the date sounds like “stay a while”: a reminder to keep some time for oneself. Midwives are there all day, and whoever comes along is welcome.",
            ),
            programme: vec![item("09:30", "讲座", "Talks"), item("14:00", "舒缓运动", "Gentle exercise")],
            policy: event_policy(2, 0),
        },
        dates: vec![
            date(day, ((9, 30), (11, 30)), 150, "上午：讲座", "Morning: talks"),
            date(day, ((14, 0), (16, 0)), 40, "下午：舒缓运动", "Afternoon: gentle exercise"),
        ],
        questions: Vec::new(),
    })
}

pub(super) fn family_day(today: Date) -> Result<Demo, OutreachError> {
    let day = next_yearly(today, 7, 28);
    Ok(Demo {
        event: NewEvent {
            slug: slug(&format!("family-day-{}", day.year()))?,
            title: both("728亲子节", "Family Day, 28 July"),
            kind: EventKind::FamilyDay,
            city: City::Weifang,
            place: both("风筝广场（演示地点）", "Kite square (demo venue)"),
            audience: Audience::Families,
            lead: both(
                "在游戏里认识血细胞，和爸爸妈妈一起做一只“火种”风筝。",
                "Meet blood cells in games, and build a flame kite with your parents.",
            ),
            story: both(
                "728亲子节在暑假里举行。孩子们通过闯关游戏认识红细胞、白细胞和造血干细胞；作品可以带回家。",
                "Family Day falls into the summer holidays. Children meet red cells, white cells and stem cells in games, and take home what they made.",
            ),
            programme: vec![item("09:00", "闯关游戏", "The games"), item("10:30", "做风筝", "Building kites")],
            policy: event_policy(5, 3),
        },
        dates: vec![
            date(day, ((9, 0), (11, 30)), 100, "上午场", "Morning"),
            date(day, ((14, 30), (17, 0)), 100, "下午场", "Afternoon"),
        ],
        questions: Vec::new(),
    })
}
