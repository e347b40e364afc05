//! What the demo's visitors replied to what the events ask.

use crate::outreach::{Sent, SentAnswer};
use jiff::ToSpan;
use jiff::civil::Date;

/// What the n-th visitor replies on a day.
pub(super) type Replying = fn(usize, Date) -> Sent;

/// What is replied to the event of this word; none where nobody writes anything down.
pub(super) fn to(slug: &str) -> Option<Replying> {
    match slug {
        "leyun-lectures" => Some(lectures),
        "coming-of-age-qingdao" => Some(coming_of_age),
        _ => None,
    }
}

/// Who is expecting, in how many days the child is due, what they would like to hear of, what they ask.
type Expecting = (&'static str, Option<i64>, &'static [&'static str], &'static str);

const EXPECTING: [Expecting; 6] = [
    ("self", Some(124), &["food", "sleep"], "孕吐厉害的时候吃不下东西，怎样保证营养？"),
    ("self", Some(61), &["birth", "newborn"], "剖宫产以后还能不能选择顺产？"),
    ("partner", None, &["birth"], "陪产的家人可以做些什么？"),
    ("no", None, &["food", "newborn"], ""),
    ("self", Some(187), &["food", "sleep", "birth"], "孕早期可以坐高铁出差吗？"),
    ("partner", None, &["newborn"], "新生儿黄疸多久会退？"),
];

fn lectures(n: usize, today: Date) -> Sent {
    let (who, due, topics, asks) = EXPECTING[n % EXPECTING.len()];
    let mut sent = vec![
        text("expecting", who),
        ("topics".to_owned(), SentAnswer::Many(topics.iter().map(|topic| (*topic).to_owned()).collect())),
    ];
    // Asked only of those whom it concerns.
    if let Some(days) = due {
        sent.push(text("due", &today.saturating_add(days.days()).to_string()));
        sent.push(("health-consent".to_owned(), SentAnswer::Consent(true)));
    }
    if !asks.is_empty() {
        sent.push(text("ask", asks));
    }
    sent.into_iter().collect()
}

/// With whom they come, and from which school.
const COMING: [(&str, &str); 4] =
    [("school", "演示市海风中学"), ("family", ""), ("friends", ""), ("school", "演示区云帆中学")];

fn coming_of_age(n: usize, _today: Date) -> Sent {
    let (with, school) = COMING[n % COMING.len()];
    let mut sent = vec![text("with", with)];
    if !school.is_empty() {
        sent.push(text("school", school));
    }
    sent.into_iter().collect()
}

fn text(key: &str, words: &str) -> (String, SentAnswer) {
    (key.to_owned(), SentAnswer::Text(words.to_owned()))
}
