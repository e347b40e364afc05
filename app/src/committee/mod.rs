//! The committee (评审会) at the desk: its meetings, from the plan to the signed minutes, and the carrying out of what they decided.
//!
//! One address shows each what is theirs: whoever holds meetings the whole of them, whoever sits at one what lies before them
//! without the cases they are recused from. Whoever does both sits: the narrower of the two is shown. Nothing here says whose a
//! case is. What people do stands in [`calls`].

pub mod calls;
mod carry;
mod list;
mod minutes;
pub mod paper;
mod plan;
mod refused;
mod room;
mod sitting;
mod table;
mod words;

pub use carry::CarryOut;
pub use list::Meetings;
pub use minutes::MinutesPage;
pub use plan::PlanMeeting;
pub use room::MeetingPage;

use crate::desk::{count, may};
use crate::problem::Problem;
use crate::visit::{Visit, param};
use domain::account::Capability;
use domain::ids::{CaseId, MeetingId};
use leptos::prelude::*;
use services::spark::review;

/// Where this room's pages stand: every meeting, below it each of them.
const AT: &str = "/staff/committee";

/// The address of a meeting.
fn at(meeting: MeetingId) -> String {
    format!("{AT}/{meeting}")
}

/// The address of its minutes.
fn minutes_at(meeting: MeetingId) -> String {
    format!("{AT}/{meeting}/minutes")
}

/// The address at which a decision is carried out.
fn carry_at(meeting: MeetingId, case: CaseId) -> String {
    format!("{AT}/{meeting}/decisions/{case}")
}

/// A parameter of the address.
fn named<T: std::str::FromStr>(name: &str) -> Option<T> {
    param(name).and_then(|text| text.parse().ok())
}

/// On the page of a case: the meetings that have or had it on their agenda, for whoever holds meetings.
pub(crate) async fn of_case(visit: &Visit, case: CaseId) -> Result<Option<AnyView>, Problem> {
    if !may(visit, Capability::ConveneCommittee) {
        return Ok(None);
    }
    let meetings = review::meetings_of(&visit.services, &visit.context, case).await?;
    if meetings.is_empty() {
        return Ok(None);
    }
    let links = meetings.iter().map(|meeting| {
        let href = visit.href(&at(meeting.meeting));
        let day = domain::time::day_text(meeting.day, visit.locale());
        view! { <li><a href=href>{day}</a>" "{words::state_tag(visit, meeting.state)}</li> }
    });
    let links = links.collect_view();
    let title = count(visit, "committee-of-case", u32::try_from(meetings.len()).unwrap_or(u32::MAX));
    Ok(Some(
        view! {
            <section class="staff-panel stack no-print" id="committee">
                <h2>{title}</h2>
                <ul>{links}</ul>
            </section>
        }
        .into_any(),
    ))
}
