//! Pieces that several pages of this room share.

use super::at;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::Column;
use crate::ui::{Button, Form, Logo, Page, Row, Slot, Tab, Table, Tabs, Tag, Variant};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::time::{clock_text, day_text, local_day};
use jiff::{SignedDuration, Timestamp};
use leptos::prelude::*;
use services::account::sessions::OwnSession;

/// A page without the site's header: the staff's door. The brand above, the other language below, nothing that invites.
#[component]
pub fn Gate<'a>(
    /// The heading.
    #[prop(into)]
    title: Text,
    /// A sentence below it.
    #[prop(optional, into)]
    lead: Option<Text>,
    /// What is asked.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let visit = &visit();
    let (other, name) = match visit.locale() {
        Locale::ZhCn => (Locale::En, "English"),
        Locale::En => (Locale::ZhCn, "简体中文"),
    };
    let content = children.view();
    let page = match lead {
        Some(lead) => view! { <Page title=title lead=lead>{content}</Page> }.into_any(),
        None => view! { <Page title=title>{content}</Page> }.into_any(),
    };
    view! {
        <div class="gate">
            <p class="gate-brand">
                <a class="brand" href=visit.href("/")><Logo/><span class="brand-name">{visit.t("site-name")}</span></a>
            </p>
            <div class="gate-card">{page}</div>
            <p class="gate-foot"><a href=visit.here_in(other) lang=other.tag() hreflang=other.tag()>{name}</a></p>
        </div>
    }
}

/// The pages of a visitor's account.
#[component]
pub fn AccountTabs() -> impl IntoView {
    let visit = &visit();
    let tab =
        |path, label: Text| Tab { href: visit.href(path).into(), label, count: None, current: visit.path == path };
    let tabs = vec![
        tab(at::ACCOUNT, visit.t("account-tab-bookings")),
        tab("/account/units", visit.t("family-tab")),
        tab("/account/spark", visit.t("cases-tab")),
        tab(at::SECURITY, visit.t("account-tab-security")),
    ];
    view! { <Tabs label=visit.t("account-tabs-label") tabs=tabs/> }
}

/// A button alone in its form.
#[component]
pub fn Do<'a>(
    /// The address without the language's prefix.
    #[prop(into)]
    action: String,
    /// Its weight.
    #[prop(default = Variant::Secondary)]
    variant: Variant,
    /// What it says.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let content = children.view();
    view! { <Form action=visit().href(&action) inline=true><Button variant=variant>{content}</Button></Form> }
}

/// The last seen of something: "just now", "12 minutes ago", and from a day on the day and the time.
pub fn seen_text(visit: &Visit, at: Timestamp) -> Text {
    let ago = visit.context.now.duration_since(at);
    let whole = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    if ago < SignedDuration::from_mins(2) {
        visit.t("account-seen-now")
    } else if ago < SignedDuration::from_hours(1) {
        visit.t_args("account-seen-minutes", &[("n", whole(ago.as_mins()).into())])
    } else if ago < SignedDuration::from_hours(24) {
        visit.t_args("account-seen-hours", &[("n", whole(ago.as_hours()).into())])
    } else {
        moment_text(visit, at)
    }
}

/// 2026年7月28日（周二）09:00
pub fn moment_text(visit: &Visit, at: Timestamp) -> Text {
    let day = day_text(local_day(at), visit.locale());
    match visit.locale() {
        Locale::ZhCn => format!("{day}{}", clock_text(at)).into(),
        Locale::En => format!("{day}, {}", clock_text(at)).into(),
    }
}

/// Where one is signed in, and the buttons to end it.
#[component]
pub fn SessionTable(
    /// The live sessions, the last seen first.
    sessions: Vec<OwnSession>,
) -> impl IntoView {
    let visit = &visit();
    let others = sessions.iter().filter(|session| !session.current).count();
    let columns = vec![
        Column::new(visit.t("account-sessions-browser")),
        Column::new(visit.t("account-sessions-since")),
        Column::new(visit.t("account-sessions-seen")),
        Column::new(visit.t("account-sessions-end")),
    ];
    let rows = sessions.into_iter().map(|session| {
        let name = session.label.clone();
        let end = if session.current {
            view! { <Tag tone=Tone::Success>{visit.t("account-sessions-this")}</Tag> }.into_any()
        } else {
            let action = format!("/account/sessions/{}/end", session.id);
            view! {
                <Do action=action variant=Variant::Quiet>
                    {visit.t("account-sessions-end-one")}<span class="hidden">{name.clone()}</span>
                </Do>
            }
            .into_any()
        };
        Row::new()
            .cell(session.label)
            .cell(moment_text(visit, session.created_at))
            .cell(seen_text(visit, session.last_seen_at))
            .cell(end)
    });
    let rows = rows.collect();
    view! {
        <Table caption=visit.t("account-sessions-title") caption_hidden=true columns=columns rows=rows/>
        {(others > 0).then(|| view! { <Do action="/account/sessions/end-others">{visit.t("account-sessions-end-others")}</Do> })}
    }
}

/// What a redirect says was done.
pub fn done_notice(visit: &Visit, sentences: &[(&str, &'static str)]) -> Option<Text> {
    let done = visit.query.get("done")?;
    sentences.iter().find(|(what, _)| *what == done).map(|(_, key)| visit.t(key))
}

/// `next` in a form: from the form that came back, else from the address.
pub fn next_of(visit: &Visit) -> Option<Text> {
    let next = visit.form.value("next").or_else(|| visit.query.get("next"))?;
    crate::local_path::LocalPath::parse(next).map(|next| next.to_string().into())
}
