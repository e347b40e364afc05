//! What the house tells everybody about itself: how it treats personal data, and how the site can be used.

use crate::ui::{Column, Page, Row, Table, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::privacy::{FIELDS, Field, Term};

/// The groups of the privacy notice: the key of each heading and the tables it speaks of. What is in no other group is
/// in the last, so that nothing of the registry can be left out.
const GROUPS: [(&str, &[&str]); 6] = [
    ("privacy-group-booking", &["booking", "event_answers", "scan", "message"]),
    ("privacy-group-bus", &["bus_request", "bus_draft", "bus_stop", "bus_short_link"]),
    ("privacy-group-ambassador", &["ambassador_application", "ambassador_certificate", "ambassador_draft"]),
    ("privacy-group-draft", &["booking_draft", "one_time_code"]),
    ("privacy-group-account", &["account", "login_session"]),
    ("privacy-group-safety", &[]),
];

/// The privacy notice. What is kept, for what, who reads it and how long is read from the registry that the erasure works
/// from: what is said here is what is done.
#[component]
pub fn Privacy() -> impl IntoView {
    let visit = &visit();
    let brief = [
        ("privacy-brief-what", None),
        ("privacy-brief-how-long", Some(Term::Booking)),
        ("privacy-brief-who", None),
        ("privacy-brief-children", None),
        ("privacy-brief-cookies", None),
    ];
    let brief = brief.map(|(key, term)| {
        let term = term.map(|term| term.text().of(visit.locale()));
        view! { <li>{visit.t(key)}{term}</li> }
    });
    view! {
        <Page title=visit.t("privacy-title") lead=visit.t("privacy-lead") width=Width::Wide>
            <section class="section prose">
                <h2>{visit.t("privacy-brief-title")}</h2>
                <ul>{brief.collect_view()}</ul>
                <h2>{visit.t("privacy-rights-title")}</h2>
                <p>{visit.t("privacy-rights-text")}</p>
                <p>{visit.t("privacy-rights-tell")}</p>
                <h2>{visit.t("privacy-how-title")}</h2>
                <p>{visit.t("privacy-how-text")}</p>
            </section>
            <section class="section">
                <h2>{visit.t("privacy-all-title")}</h2>
                <p class="prose">{visit.t("privacy-all-text")}</p>
                {GROUPS.map(|(key, tables)| kept(visit, key, tables)).collect_view()}
            </section>
        </Page>
    }
}

/// One group of the registry as a table.
fn kept(visit: &Visit, key: &str, tables: &[&str]) -> impl IntoView + use<> {
    let locale = visit.locale();
    let elsewhere = |table: &str| GROUPS.iter().any(|(_, tables)| tables.contains(&table));
    let here = |field: &&Field| {
        field.in_notice && (tables.contains(&field.table) || tables.is_empty() && !elsewhere(field.table))
    };
    let columns = ["what", "purpose", "readers", "term", "protection"];
    let columns = columns.map(|column| Column::new(visit.t(&format!("privacy-column-{column}")))).to_vec();
    let rows = FIELDS.iter().filter(here).map(|field| {
        Row::new()
            .cell(field.what.of(locale))
            .cell(field.purpose.of(locale))
            .cell(field.readers.of(locale))
            .cell(field.term.text().of(locale))
            .cell(field.protection.text().of(locale))
    });
    let rows = rows.collect();
    view! {
        <details class="question question-wide">
            <summary>{visit.t(key)}</summary>
            <Table caption=visit.t(key) caption_hidden=true columns=columns rows=rows/>
        </details>
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
