//! What a new event of each kind begins with: the words of last year's, for staff to change. Nothing is kept of them until
//! the event is made.

use super::EventChange;
use domain::booking::Policy;
use domain::outreach::{Audience, Bilingual, City, EventKind, ProgrammeItem};

/// The words and rules a kind begins with.
pub fn template(kind: EventKind) -> EventChange {
    let both = Bilingual::new;
    let (title, lead, audience, people, children) = match kind {
        EventKind::FamilyDay => (
            both("728亲子节", "Family Day, 28 July"),
            both("在游戏里认识血细胞，和孩子一起动手。", "Meet blood cells in games, and make things together."),
            Audience::Families,
            5,
            3,
        ),
        EventKind::MaternityDay => (
            both("616孕妇产关爱日", "Maternity Day, 16 June"),
            both(
                "给准妈妈的一天：讲座、舒缓运动和答疑。",
                "A day for expecting mothers: talks, gentle exercise, questions.",
            ),
            Audience::Expecting,
            2,
            0,
        ),
        EventKind::CordBloodDay => (
            both("世界脐带血日公众开放日", "World Cord Blood Day: open house"),
            both(
                "走进实验室的玻璃窗前，看一份脐带血怎样被保存。",
                "Look through the laboratory’s windows and see how cord blood is kept.",
            ),
            Audience::Everyone,
            5,
            3,
        ),
        EventKind::ComingOfAge => (
            both("十八岁成人礼", "Coming of age"),
            both(
                "十八岁，认识自己的身体，也认识自己能给予什么。",
                "At eighteen: to know one’s body, and what one can give.",
            ),
            Audience::Teenagers,
            4,
            0,
        ),
        EventKind::HealthTour => (
            both("健康齐鲁行", "Health tour of Shandong"),
            both(
                "走进城市和县区，聊聊血液从哪里来。",
                "Through cities and counties, to talk about where blood comes from.",
            ),
            Audience::Everyone,
            6,
            4,
        ),
        EventKind::Lectures => (
            both("乐孕课堂", "Leyun prenatal lectures"),
            both(
                "助产士和营养师陪准父母把孕期问题问个明白。",
                "Midwives and dietitians answer what parents-to-be want to know.",
            ),
            Audience::Expecting,
            2,
            0,
        ),
    };
    EventChange {
        title,
        city: City::Jinan,
        place: Bilingual::default(),
        audience,
        lead,
        story: Bilingual::default(),
        programme: vec![
            ProgrammeItem { time: "09:00".into(), what: both("签到", "Doors open") },
            ProgrammeItem { time: "09:30".into(), what: both("开始", "Beginning") },
        ],
        policy: event_policy(people, children),
    }
}

/// The rules most events have: open two months ahead, several dates a day for one contact.
pub(super) fn event_policy(people: u16, children: u16) -> Policy {
    Policy {
        days_ahead: 60,
        people_per_booking: people,
        children_per_booking: children,
        bookings_per_day: 3,
        bookings_per_window: 10,
        window_days: 31,
        change_minutes_before: 120,
        early_minutes: 45,
        late_minutes: 60,
        hold_minutes: 15,
        ..Policy::default()
    }
}
