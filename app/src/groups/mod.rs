//! Group visits to the museum: what they are, asking for one, following a request, the list of who comes. Staff screens are
//! in [`staff`].
//!
//! Pages read `services::groups`; what people do stands in [`calls`].

mod about;
mod apply;
pub mod calls;
mod letter;
mod mine;
mod roster;
pub mod staff;

pub use about::About;
pub use apply::{Apply, ApplyCode, ApplyWhen};
pub use mine::Mine;

use crate::form::Tone;
use crate::i18n::Text;
use crate::requests::{Room, Words};
use crate::ui::Crumb;
use crate::visit::Visit;
use crate::words::refusal_text;
use domain::groups::{Ages, GroupPolicy, Holding, Kind, State};
use domain::time::span_text;
use services::groups::{GroupError, GroupFault, Groups, Handle, RequestView};
use services::{Context, Services};

pub(crate) use crate::requests::problem_of;

/// The groups' front page.
pub const GROUPS: &str = "/museum/groups";

/// The groups' words.
const WORDS: Words = Words {
    name: "groups-name",
    steps: ["groups-step-who", "groups-step-when", "groups-step-code", "groups-step-answer"],
    code_step: 2,
    sent: ("groups-sent-title", "groups-sent-text"),
    too_many: "groups-too-many",
    of_account: "groups-account-title",
    news: &[
        ("sent", "groups-news-sent"),
        ("answered", "bus-news-answered"),
        ("accepted", "groups-news-accepted"),
        ("declined", "groups-news-declined"),
        ("smaller", "groups-news-smaller"),
        ("withdrawn", "bus-news-withdrawn"),
        ("listed", "groups-news-listed"),
        ("unlisted", "groups-news-unlisted"),
        ("letter", "groups-news-letter"),
        ("noletter", "groups-news-letter-removed"),
    ],
    ask_title: "groups-staff-ask-title",
    question_hint: "groups-staff-question-hint",
    refuse: ("groups-staff-refuse-title", "groups-staff-refuse-text", "groups-staff-reason-hint"),
    reveal_hint: "groups-staff-reveal-hint",
};

/// A field of the second page of the form.
fn is_wish(name: &str) -> bool {
    name.starts_with("session_")
}

impl Room for Groups {
    const AT: &'static str = GROUPS;
    const DESK: &'static str = "/staff/groups";
    const OWN: &'static str = "/account/groups";
    const WORDS: Words = WORDS;

    fn crumbs(visit: &Visit) -> Vec<Crumb> {
        vec![
            Crumb::new(visit.href("/"), visit.t("nav-home")),
            Crumb::new(visit.href("/museum"), visit.t("museum-name")),
            Crumb::new(visit.href(GROUPS), visit.t("groups-name")),
        ]
    }

    fn state_words(visit: &Visit, state: State) -> (Tone, Text) {
        match state {
            State::Draft => (Tone::Plain, visit.t("groups-state-draft")),
            State::Submitted => (Tone::Info, visit.t("groups-state-submitted")),
            State::Asked => (Tone::Warning, visit.t("groups-state-asked")),
            State::Proposed => (Tone::Warning, visit.t("groups-state-proposed")),
            State::Accepted => (Tone::Info, visit.t("groups-state-accepted")),
            State::Approved => (Tone::Success, visit.t("groups-state-approved")),
            State::Rebook => (Tone::Warning, visit.t("groups-state-rebook")),
            State::Visited => (Tone::Plain, visit.t("groups-state-visited")),
            State::Missed => (Tone::Plain, visit.t("groups-state-missed")),
            State::Over => (Tone::Plain, visit.t("groups-state-over")),
            State::Refused => (Tone::Danger, visit.t("groups-state-refused")),
            State::Withdrawn => (Tone::Plain, visit.t("groups-state-withdrawn")),
        }
    }

    fn page_of(field: &str) -> &'static str {
        if is_wish(field) { "/when" } else { "" }
    }

    fn sentence(visit: &Visit, fault: &GroupFault) -> Option<Text> {
        Some(match fault {
            GroupFault::Over { by, free } => {
                visit.t_args("groups-over", &[("by", (*by).into()), ("free", (*free).into())])
            }
            GroupFault::Booking(refusal) => refusal_text(visit, refusal),
            GroupFault::RosterClosed => visit.t("groups-roster-closed"),
            GroupFault::LetterClosed => visit.t("groups-letter-closed"),
            GroupFault::LetterMissing => visit.t("groups-letter-missing"),
            GroupFault::Rows(faults) => {
                let rows: std::collections::BTreeSet<u32> = faults.iter().map(|fault| fault.row).collect();
                visit.t_args("groups-rows-faulty", &[("n", rows.len().into())])
            }
        })
    }

    fn lines(visit: &Visit, request: &RequestView) -> Vec<String> {
        let when = request.session().map(|span| span_text(span.starts_at, span.ends_at, visit.locale()));
        when.into_iter().chain([people_words(visit, request.members, request.adults).to_string()]).collect()
    }

    async fn withdraw(
        services: &Services,
        context: &Context,
        handle: &Handle,
        version: Option<i32>,
    ) -> Result<(), GroupError> {
        services::groups::withdraw(services, context, handle, version).await
    }
}

fn kind_words(visit: &Visit, kind: Kind) -> Text {
    visit.t(match kind {
        Kind::School => "groups-kind-school",
        Kind::Hospital => "groups-kind-hospital",
        Kind::Company => "groups-kind-company",
        Kind::Community => "groups-kind-community",
    })
}

fn ages_words(visit: &Visit, ages: Ages) -> Text {
    visit.t(match ages {
        Ages::Preschool => "groups-ages-preschool",
        Ages::Primary => "groups-ages-primary",
        Ages::Junior => "groups-ages-junior",
        Ages::Senior => "groups-ages-senior",
        Ages::Adults => "groups-ages-adults",
    })
}

/// 48人，随行成人5人
pub(crate) fn people_words(visit: &Visit, members: u32, adults: u32) -> Text {
    match adults {
        0 => visit.t_args("groups-people", &[("n", members.into())]),
        adults => visit.t_args("groups-people-adults", &[("n", members.into()), ("adults", adults.into())]),
    }
}

/// What the policy says, each rule under what it is about: on the front page, and nowhere retyped.
fn rules(visit: &Visit, policy: &GroupPolicy) -> Vec<(Text, Text)> {
    let number = |n: u16| u32::from(n).into();
    let rule = |about: &str, text: Text| (visit.t(about), text);
    let kinds: Vec<String> = policy.letter_from.iter().map(|kind| kind_words(visit, *kind).to_string()).collect();
    let letter = match kinds.is_empty() {
        true => visit.t("groups-rule-letter-none"),
        false => visit.t_args("groups-rule-letter", &[("kinds", kinds.join(&visit.t("enumeration-separator")).into())]),
    };
    let answer = match policy.holding {
        Holding::Nothing => "groups-rule-answer-nothing",
        Holding::Proposals => "groups-rule-answer-proposals",
        Holding::Requests => "groups-rule-answer-requests",
    };
    let days = [("answer", number(policy.answer_days)), ("hold", number(policy.hold_days))];
    let ahead = [("before", number(policy.days_before)), ("ahead", number(policy.days_ahead))];
    let size = [("least", number(policy.least)), ("most", number(policy.most))];
    let ratio = [("minors", number(policy.minors_per_adult))];
    vec![
        rule("groups-about-size", visit.t_args("groups-rule-size", &size)),
        rule("groups-about-ratio", visit.t_args("groups-rule-ratio", &ratio)),
        rule("groups-about-ahead", visit.t_args("groups-rule-ahead", &ahead)),
        rule("groups-about-letter", letter),
        rule(
            "groups-about-roster",
            visit.t_args("groups-rule-roster", &[("hours", number(policy.roster_hours_before))]),
        ),
        rule("groups-about-answer", visit.t_args(answer, &days)),
        rule("groups-about-under-way", visit.t_args("groups-rule-under-way", &[("n", number(policy.under_way))])),
        rule("groups-about-cost", visit.t("groups-rule-free")),
    ]
}

/// The same in sentences alone: beside the form, and for those who change them.
fn rule_sentences(visit: &Visit, policy: &GroupPolicy) -> Vec<Text> {
    rules(visit, policy).into_iter().map(|(_, sentence)| sentence).collect()
}

/// Sessions a group would like, in its order.
fn wish_texts(visit: &Visit, request: &RequestView) -> Vec<String> {
    request.wishes.iter().map(|span| domain::time::span_text(span.starts_at, span.ends_at, visit.locale())).collect()
}
