//! What an account has asked the house for besides bookings: groups, the bus, applications as an ambassador.

use crate::i18n::Text;
use crate::requests::Room;
use crate::ui::Card;
use crate::visit::Visit;
use leptos::prelude::*;
use services::requests::{View, of_account};

/// The account's requests of one kind, the newest first; nothing where there are none. A list of bookings is shown all the
/// same where they cannot be read.
pub(super) async fn section<K: Room>(visit: &Visit) -> Option<AnyView> {
    let all = of_account::<K>(&visit.services, &visit.context).await.unwrap_or_else(|error| {
        tracing::error!(kind = K::TABLE, %error, "an account's requests could not be read");
        Vec::new()
    });
    if all.is_empty() {
        return None;
    }
    let cards = all.iter().map(|request| card(visit, request)).collect_view();
    let section = view! {
        <section class="section"><h2>{visit.t(K::WORDS.of_account)}</h2><div class="cards account-cards">{cards}</div></section>
    };
    Some(section.into_any())
}

/// One of them, with how far it is.
fn card<K: Room>(visit: &Visit, request: &View<K>) -> impl IntoView + use<K> {
    let href = visit.href(&format!("{}/{}", K::OWN, request.id));
    let lines = K::lines(visit, request).into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
    view! {
        <Card title=request.organisation.clone() href=Text::from(href) tag=Some(K::state_words(visit, request.state))>
            {lines}
            <p class="muted small">{visit.t("bus-reference")}" "<code class="code">{request.reference.clone()}</code></p>
        </Card>
    }
}
