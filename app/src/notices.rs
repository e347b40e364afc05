//! What the house tells everybody about itself: how it treats personal data, and how the site can be used.

use crate::ui::Page;
use crate::visit::visit;
use leptos::prelude::*;

/// The privacy notice.
#[component]
pub fn Privacy() -> impl IntoView {
    let visit = &visit();
    view! {
        <Page title=visit.t("privacy-title") lead=visit.t("privacy-lead")>
            <section class="section prose">
                <h2>{visit.t("privacy-how-title")}</h2>
                <p>{visit.t("privacy-how-text")}</p>
                <h2>{visit.t("privacy-rights-title")}</h2>
                <p>{visit.t("privacy-rights-text")}</p>
            </section>
        </Page>
    }
}

/// The accessibility statement.
#[component]
pub fn Accessibility() -> impl IntoView {
    let visit = &visit();
    view! {
        <Page title=visit.t("accessibility-title") lead=visit.t("accessibility-lead")>
            <section class="section prose">
                <h2>{visit.t("accessibility-what-title")}</h2>
                <ul>
                    <li>{visit.t("accessibility-keyboard")}</li>
                    <li>{visit.t("accessibility-zoom")}</li>
                    <li>{visit.t("accessibility-colour")}</li>
                    <li>{visit.t("accessibility-script")}</li>
                </ul>
                <h2>{visit.t("accessibility-standard-title")}</h2>
                <p>{visit.t("accessibility-standard")}</p>
                <h2>{visit.t("accessibility-tell-title")}</h2>
                <p>{visit.t("accessibility-tell")}</p>
            </section>
        </Page>
    }
}
