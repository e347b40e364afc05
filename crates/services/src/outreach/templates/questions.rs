//! What an event of each kind usually asks: a working copy for staff to change, of which nobody is asked before it is published.

use crate::outreach::OutreachError;
use domain::outreach::{Bilingual, Choice, Condition, EventKind, Form, Key, Kind, Question};

/// The questions a kind begins with; none where a name is enough.
///
/// # Errors
/// `Damaged` for a key that is none.
pub fn template_questions(kind: EventKind) -> Result<Form, OutreachError> {
    let questions = match kind {
        EventKind::FamilyDay => vec![ages()?],
        EventKind::MaternityDay => {
            let consent = both(
                "同意主办方为安排本次活动使用以上孕期信息，活动后90天内删除",
                "I agree that the organisers use the above for this event; it is erased within 90 days after it",
            );
            [expecting(consent)?, vec![in_advance()?]].concat()
        }
        EventKind::CordBloodDay => {
            let choices = vec![
                choice("laboratory", "实验室怎样工作", "How a laboratory works"),
                choice("transplants", "配型和移植", "Matching and transplants"),
                choice("donating", "造血干细胞捐献", "Donating blood stem cells"),
            ];
            vec![topics("最想了解什么", "What would you like to know about", choices)?, in_advance()?]
        }
        EventKind::ComingOfAge => with_whom()?,
        EventKind::HealthTour => Vec::new(),
        EventKind::Lectures => {
            let consent = both(
                "同意主办方为安排本次课堂使用以上孕期信息，课后90天内删除",
                "I agree that the organisers use the above for these lectures; it is erased within 90 days after them",
            );
            let choices = vec![
                choice("food", "营养", "Food"),
                choice("sleep", "睡眠与情绪", "Sleep and mood"),
                choice("birth", "分娩方式", "Ways of giving birth"),
                choice("newborn", "新生儿照护", "Caring for a newborn"),
            ];
            let others = vec![topics("最想听什么", "What interests you most", choices)?, in_advance()?];
            [expecting(consent)?, others].concat()
        }
    };
    Ok(Form { questions })
}

fn both(zh: &str, en: &str) -> Bilingual {
    Bilingual::new(zh, en)
}

fn choice(value: &str, zh: &str, en: &str) -> Choice {
    Choice { value: value.to_owned(), label: both(zh, en) }
}

fn key(text: &str) -> Result<Key, OutreachError> {
    Key::new(text).ok_or(OutreachError::Damaged("a key of a question"))
}

fn question(name: &str, label: Bilingual, hint: Bilingual, kind: Kind) -> Result<Question, OutreachError> {
    Ok(Question { key: key(name)?, label, hint, kind, required: true, sensitive: false, when: None })
}

/// About the pregnancy: with a consent of its own, and only whom it concerns.
fn expecting(consent: Bilingual) -> Result<Vec<Question>, OutreachError> {
    let oneself = Condition { question: key("expecting")?, any_of: vec!["self".into()] };
    let health = |question: Question| Question { sensitive: true, ..question };
    let who = vec![
        choice("self", "我自己", "I am"),
        choice("partner", "我的爱人或家人", "My partner or a relative"),
        choice("no", "都不是，想先了解", "Nobody yet; I want to learn"),
    ];
    let why = both("用来准备当天的内容，不会出现在签到处。", "Helps us prepare; never shown at the entrance.");
    let roughly = both("不确定时填大概的日期", "Roughly is enough");
    let due = question("due", both("预产期", "Due date"), roughly, Kind::Date { from: -14, until: 300 })?;
    let consent = question("health-consent", consent, Bilingual::default(), Kind::Consent)?;
    Ok(vec![
        health(question("expecting", both("谁在孕期？", "Who is expecting?"), why, Kind::One { choices: who })?),
        health(Question { when: Some(oneself.clone()), ..due }),
        health(Question { when: Some(oneself), ..consent }),
    ])
}

fn ages() -> Result<Question, OutreachError> {
    let choices = vec![
        choice("to-5", "5岁及以下", "Five or younger"),
        choice("6-8", "6到8岁", "Six to eight"),
        choice("9-12", "9到12岁", "Nine to twelve"),
        choice("from-13", "13岁及以上", "Thirteen or older"),
    ];
    let why = both("用来分组和准备材料", "So that groups and materials fit");
    let asked = question("ages", both("孩子多大", "How old are the children"), why, Kind::Many { choices })?;
    Ok(Question { required: false, ..asked })
}

fn with_whom() -> Result<Vec<Question>, OutreachError> {
    let with = vec![
        choice("family", "家人", "My family"),
        choice("friends", "同学朋友", "Friends"),
        choice("school", "学校组织", "My school"),
    ];
    let label = both("和谁一起来", "With whom do you come");
    let school = both("学校名称", "Name of the school");
    let group = Condition { question: key("with")?, any_of: vec!["school".into()] };
    Ok(vec![
        question("with", label, Bilingual::default(), Kind::One { choices: with })?,
        Question { when: Some(group), ..question("school", school, Bilingual::default(), Kind::Text { max: 60 })? },
    ])
}

fn topics(zh: &str, en: &str, choices: Vec<Choice>) -> Result<Question, OutreachError> {
    let asked = question("topics", both(zh, en), Bilingual::default(), Kind::Many { choices })?;
    Ok(Question { required: false, ..asked })
}

fn in_advance() -> Result<Question, OutreachError> {
    let label = both("提前提一个问题", "A question in advance");
    let asked = question("ask", label, Bilingual::default(), Kind::Text { max: 200 })?;
    Ok(Question { required: false, ..asked })
}
