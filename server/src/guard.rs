//! Before a page is rendered or a call runs: may this actor come here? The service behind asks again; asking first means
//! that nothing of the page is made for those who may not see it.

use app::Visit;
use app::calls::Answer;
use app::local_path::LocalPath;
use app::problem::Problem;
use app::routes::{Access, paths};
use domain::account::{Actor, Capability, Denied};

/// Where staff sign in.
pub const STAFF_SIGN_IN: &str = "/staff/sign-in";
/// Where staff show their second factor again.
pub const STEP_UP: &str = "/staff/step-up";
/// Where visitors prove a contact again.
pub const CONFIRM: &str = "/account/confirm";

/// May the visit's actor come here?
pub fn may(visit: &Visit, access: Access) -> Result<(), Denied> {
    match access {
        Access::Public => Ok(()),
        Access::SignedIn => visit.context.require(Capability::UseOwnAccount),
        Access::Capability(capability) => visit.context.require(capability),
    }
}

/// Where a denied visit of `actor` goes on: to a sign-in and back to `back`, or nowhere.
pub fn denied(denied: Denied, actor: &Actor, access: Access, back: &LocalPath) -> Answer {
    let sign_in = match access {
        Access::Public
        | Access::SignedIn
        | Access::Capability(
            Capability::UseOwnAccount | Capability::SignAgreement | Capability::SeeOwnUnits | Capability::JoinFamily,
        ) => paths::SIGN_IN,
        Access::Capability(_) => STAFF_SIGN_IN,
    };
    let at = |path: &str| Answer::go(LocalPath::or_home(path).with("next", back.as_str()));
    if denied == Denied::NotAllowed {
        let account = actor.account().map(tracing::field::display);
        tracing::info!(kind = actor.kind(), account, ?access, "somebody was refused");
    }
    match denied {
        Denied::SignInNeeded => at(sign_in),
        Denied::StepUpNeeded if matches!(actor, Actor::Visitor { .. }) => at(CONFIRM),
        Denied::StepUpNeeded => at(STEP_UP),
        Denied::NotAllowed => Problem::Forbidden.into(),
    }
}

/// Where to return to after signing in: what was to be seen, in its language. A form that was sent is not repeated; its
/// page is shown where the two share an address or the call names it (`page`), the front page otherwise.
pub fn way_back(visit: &Visit, seeing: bool, page: Option<String>) -> LocalPath {
    if seeing || app::routes::page_at(&visit.path).is_some() {
        LocalPath::or_home(visit.here_in(visit.locale()))
    } else {
        LocalPath::or_home(visit.href(page.as_deref().unwrap_or("/")))
    }
}
