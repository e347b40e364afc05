//! What a new event of each kind begins with: the words, the rules and the questions of last year's, for staff to change. Nothing
//! is kept of them until the event is made.

mod questions;

pub use questions::template_questions;

use super::EventChange;
use domain::booking::Policy;
use domain::outreach::{Audience, Bilingual, City, EventKind, ProgrammeItem};

/// The words and rules a kind begins with. Where it takes place is nobody's to guess.
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
    let item = |(time, zh, en): &Line| ProgrammeItem { time: (*time).to_owned(), what: both(zh, en) };
    EventChange {
        title,
        city: City::Jinan,
        place: Bilingual::default(),
        audience,
        lead,
        story: story(kind),
        programme: programme(kind).iter().map(item).collect(),
        policy: event_policy(people, children),
    }
}

/// What it is about. It informs: no promise of medicine, and nothing to be sold.
fn story(kind: EventKind) -> Bilingual {
    let (zh, en) = match kind {
        EventKind::FamilyDay => (
            "孩子们通过闯关游戏认识红细胞、白细胞和造血干细胞，再和爸爸妈妈一起动手做一件作品，可以带回家。\n\n活动免费，现场不销售任何产品。不满14岁的孩子请由家长陪同。",
            "In games children meet red cells, white cells and stem cells; then they make something with their parents, and take it home.\n\nEverything is free; nothing is sold. Children under 14 come with an adult.",
        ),
        EventKind::MaternityDay => (
            "616谐音“留一留”，提醒每位准妈妈在忙碌里留一点时间给自己。现场有助产士，陪同的家人也欢迎参加。\n\n活动只做科普，不看病、不开药，也不推介任何产品。身体不适请及时就医。",
            "In Chinese the date sounds like “stay a while”: a reminder to keep some time for oneself. Midwives are there, and whoever comes along is welcome.\n\nThe day informs; it replaces no doctor and promotes no product. If you feel unwell, please see your doctor.",
        ),
        EventKind::CordBloodDay => (
            "每年11月15日是世界脐带血日。开放日可以隔着玻璃窗参观实验室，与技术人员面对面交谈，也有给孩子的手工角。\n\n活动免费，只做科普，不办理任何储存业务。",
            "The 15th of November is World Cord Blood Day. Look into the laboratories through their windows, talk with those who work there, and let children make things in a corner of their own.\n\nEverything is free; the day informs, and nothing is signed.",
        ),
        EventKind::ComingOfAge => (
            "成人礼上，志愿捐献者讲述自己的故事，医生解答捐献是否安全。要不要加入捐献者资料库，由每个人回家后自己决定，现场不登记。",
            "Volunteers tell why they donated, and doctors answer whether it is safe. Whether to join the donor registry is decided by everybody at home; nobody is enrolled on the spot.",
        ),
        EventKind::HealthTour => (
            "健康齐鲁行每年走进不同的城市和县区。您可以在显微镜下看血细胞，听医生讲血液病怎样治疗，也可以了解造血干细胞捐献的流程。\n\n活动免费，现场不销售任何产品。",
            "Every year the tour visits other cities and counties. Look at blood cells through a microscope, hear how diseases of the blood are treated, and learn how blood stem cells are donated.\n\nEverything is free; nothing is sold.",
        ),
        EventKind::Lectures => (
            "每一讲都留出一半时间给大家提问，问题可以匿名写在纸条上。\n\n课堂只做科普，不看病、不开药，也不推介任何产品。身体不适请及时就医。",
            "Half of every lecture belongs to your questions, which may also be written down without a name.\n\nThe lectures inform; they replace no doctor and promote no product. If you feel unwell, please see your doctor.",
        ),
    };
    Bilingual::new(zh, en)
}

/// When, and what in both languages.
type Line = (&'static str, &'static str, &'static str);

/// What happens when.
const fn programme(kind: EventKind) -> &'static [Line] {
    match kind {
        EventKind::FamilyDay => &[
            ("09:00", "签到、分组", "Doors open, groups are made"),
            ("09:15", "闯关游戏：认识血细胞", "Games: meeting blood cells"),
            ("10:30", "亲子手工", "Making things together"),
            ("11:30", "结束", "End"),
        ],
        EventKind::MaternityDay => &[
            ("09:00", "签到", "Doors open"),
            ("09:30", "讲座", "The talk"),
            ("10:30", "舒缓运动", "Gentle exercise"),
            ("11:00", "一对一答疑", "Questions, one to one"),
            ("11:30", "结束", "End"),
        ],
        EventKind::CordBloodDay => &[
            ("09:00", "签到", "Doors open"),
            ("09:30", "实验室参观", "Tour of the laboratories"),
            ("11:00", "与技术人员对话", "Talking with the staff"),
            ("12:00", "结束", "End"),
        ],
        EventKind::ComingOfAge => &[
            ("14:00", "入场", "Doors open"),
            ("14:30", "捐献者的故事", "Stories of donors"),
            ("15:30", "与医生对话", "Talking with doctors"),
            ("16:30", "成人礼仪式", "The ceremony"),
        ],
        EventKind::HealthTour => &[
            ("09:00", "显微镜下的血细胞", "Blood cells under the microscope"),
            ("10:00", "小讲座：什么时候需要移植", "A talk: when a transplant is needed"),
            ("14:00", "小讲座：捐献的故事", "A talk: stories of donating"),
        ],
        EventKind::Lectures => &[
            ("09:00", "签到、入座", "Doors open"),
            ("09:30", "主题讲座", "The lecture"),
            ("10:15", "现场问答", "Your questions"),
            ("11:00", "结束", "End"),
        ],
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_begins_with_words_of_its_own_in_both_languages() {
        let mut seen = BTreeSet::new();
        for kind in EventKind::ALL {
            let to = template(kind);
            for text in [&to.title, &to.lead, &to.story] {
                assert!(text.is_written() && !text.en.is_empty(), "{kind:?} {text:?}");
                assert!(seen.insert(text.zh.clone()), "said of another kind: {text:?}");
            }
            let times: Vec<&str> = to.programme.iter().map(|item| item.time.as_str()).collect();
            assert!(times.len() >= 3 && times.is_sorted(), "{kind:?} {times:?}");
            for item in &to.programme {
                // As its form writes it, line by line between strokes.
                let texts = [&item.what.zh, &item.what.en];
                assert!(texts.iter().all(|text| !text.is_empty() && !text.contains('|')), "{kind:?} {item:?}");
            }
            assert!(seen.insert(format!("{:?}", to.programme)), "the programme of another kind: {kind:?}");
        }
    }

    #[test]
    fn what_a_kind_asks_holds_together_and_keeps_health_apart() {
        for kind in EventKind::ALL {
            let form = template_questions(kind).expect("questions");
            assert!(form.faults().is_empty(), "{kind:?} {:?}", form.faults());
            for question in &form.questions {
                assert!(!question.label.en.is_empty(), "{kind:?} {question:?}");
                let health = ["expecting", "due", "health-consent"].contains(&question.key.as_str());
                assert_eq!(question.sensitive, health, "{kind:?} {question:?}");
            }
            let expecting = [EventKind::MaternityDay, EventKind::Lectures].contains(&kind);
            assert_eq!(form.asks_sensitive(), expecting, "{kind:?}");
        }
    }
}
