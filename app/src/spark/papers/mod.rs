//! The papers of an application: what is there, what was not taken and why, sending more, taking one away. All of it works by
//! plain forms; what was not taken is told beside its file as long as the family leaves it there.

mod calls;

pub use calls::CALLS;

use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::ui::{
    Banner, Button, Choice, Crumb, Dialog, EmptyState, FileField, Form, Glyph, HiddenField, Illustration, LinkButton,
    Meter, Page, Select, Tag, Variant,
};
use crate::visit::{Visit, param, visit};
use crate::words::fault_text;
use domain::field::Fault;
use domain::files::Format;
use domain::ids::{ApplicationId, CaseId, PaperId};
use domain::spark::papers::{AT_ONCE, Kind, LARGEST, MOST, State, TOTAL};
use leptos::either::Either;
use leptos::prelude::*;
use services::spark::papers::{self, PaperError, Papers as All, View};

const MEGABYTE: u64 = 1024 * 1024;
/// What browsers offer first; they know the endings of [`Format`].
const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.docx,.xlsx";
/// What a call answers with, and its sentence.
const NEWS: [(&str, &str); 2] = [("added", "papers-done-added"), ("removed", "papers-done-removed")];

pub(crate) fn problem_of(error: &PaperError) -> Problem {
    match error {
        PaperError::NotFound => Problem::NotFound,
        PaperError::Note(_) | PaperError::NotNow => Problem::Unusable,
        PaperError::Denied(_) | PaperError::NoConsent | PaperError::ReasonNeeded => Problem::Forbidden,
        PaperError::Busy | PaperError::Limited(_) | PaperError::Sent => Problem::Busy,
        PaperError::Database(_) | PaperError::Damaged(_) => {
            // The text stays here; the visitor gets the support code.
            tracing::error!(%error, "the papers of an application failed");
            Problem::Broken
        }
    }
}

/// Where the papers of an application stand.
pub(crate) fn path(application: ApplicationId) -> String {
    format!("/spark/apply/{application}/papers")
}

/// What a kind is called.
pub(crate) fn kind_text(visit: &Visit, kind: Kind) -> Text {
    visit.t(&format!("papers-kind-{}", kind.name()))
}

/// The papers of an application.
#[component]
pub fn Papers() -> impl IntoView {
    let visit = visit();
    let id = param("id").and_then(|id| id.parse::<ApplicationId>().ok());
    Suspend::new(async move {
        let Some(id) = id else { return problem_page(Problem::NotFound).into_any() };
        match papers::of(&visit.services, &visit.context, id).await {
            Ok(all) => page(&visit, id, &all).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

/// How many files an application has, for the pages that lead here.
pub(crate) fn there(visit: &Visit, id: ApplicationId) -> impl IntoView + use<> {
    let visit = visit.clone();
    Suspend::new(async move {
        // The page around it is shown all the same where they cannot be read.
        let read = papers::of(&visit.services, &visit.context, id).await.inspect_err(|error| {
            tracing::error!(%error, "the papers of an application could not be counted");
        });
        read.ok().map(|all| {
            let (tone, text) = match all.used().0 {
                0 => (Tone::Warning, visit.t("papers-count-none")),
                n => (Tone::Success, visit.t_args("papers-count", &[("n", n.into())])),
            };
            view! { <Tag tone=tone>{text}</Tag> }
        })
    })
}

/// Where one goes on: to what is still to be filled in, to the appeal or the question, or to how far the case is.
fn onward(visit: &Visit, id: ApplicationId, all: &All) -> impl IntoView + use<> {
    let (to, key) = match (all.is_sent, all.is_open) {
        (true, true) if all.of_appeal => (crate::cases::appeal_page(CaseId(id.0)), "papers-appeal-back"),
        (false, _) => (format!("{}/{id}", super::apply::APPLY), "application-back-tasks"),
        (true, true) => (crate::cases::own_page(CaseId(id.0)), "papers-answer"),
        (true, false) => (crate::cases::own_page(CaseId(id.0)), "application-follow"),
    };
    view! {
        <p class="actions no-print">
            <LinkButton href=visit.href(&to) variant=Variant::Quiet glyph=Glyph::ArrowLeft>{visit.t(key)}</LinkButton>
        </p>
    }
}

fn page(visit: &Visit, id: ApplicationId, all: &All) -> impl IntoView + use<> {
    let base = visit.href(&path(id));
    let news = visit.query.get("done").and_then(|done| NEWS.iter().find(|(word, _)| *word == done));
    let news = news.map(|(_, key)| {
        view! { <Banner tone=Tone::Success alert=true>{visit.t(key)}</Banner> }
    });
    let unscanned = all.is_unscanned.then(|| {
        view! { <Banner tone=Tone::Warning title=visit.t("papers-unscanned-title")>{visit.t("papers-unscanned")}</Banner> }
    });
    let lead = match (all.is_sent, all.is_open, all.of_appeal) {
        (false, ..) => "papers-lead",
        (true, true, true) => "papers-appeal",
        (true, true, false) => "papers-asked",
        (true, false, _) => "papers-sent",
    };
    let list = match all.all.is_empty() {
        true => Either::Left(view! {
            <EmptyState of=Illustration::Torch title=visit.t("papers-none")><p>{visit.t("papers-none-text")}</p></EmptyState>
        }),
        false => Either::Right(Kind::ALL.map(|kind| group(visit, &base, kind, all)).collect_view()),
    };
    let mut crumbs = super::crumbs(visit);
    crumbs.push(match all.is_sent {
        true => Crumb::new(visit.href(crate::cases::OWN), visit.t("cases-own-title")),
        false => Crumb::new(visit.href(&format!("{}/{id}", super::apply::APPLY)), visit.t("application-crumb-tasks")),
    });
    view! {
        <Page title=visit.t("papers-title") lead=visit.t(lead) crumbs=crumbs>
            {news}
            {unscanned}
            {all.is_open.then(|| send(visit, &base, all))}
            <section class="section" id="papers">
                <h2>{visit.t("papers-there")}</h2>
                {list}
            </section>
            {onward(visit, id, all)}
        </Page>
    }
}

fn used(visit: &Visit, all: &All) -> impl IntoView + use<> {
    let (files, bytes) = all.used();
    let args = [
        ("files", files.to_string().into()),
        ("most", MOST.to_string().into()),
        ("used", bytes.div_ceil(MEGABYTE).to_string().into()),
        ("total", (TOTAL / MEGABYTE).to_string().into()),
    ];
    let words = visit.t_args("papers-used", &args);
    view! { <Meter label=words value=files as u64 max=MOST as u64/> }
}

fn send(visit: &Visit, base: &str, all: &All) -> impl IntoView + use<> {
    let choices = Kind::ALL.map(|kind| Choice::new(kind.name(), kind_text(visit, kind))).to_vec();
    let sizes = [("largest", (u64::from(LARGEST) / MEGABYTE).to_string().into()), ("once", AT_ONCE.to_string().into())];
    let hint = visit.t_args("papers-file-hint", &sizes);
    let allowed = ["papers-allowed-1", "papers-allowed-2", "papers-allowed-3", "papers-allowed-4"];
    let allowed = allowed.map(|key| view! { <li>{visit.t(key)}</li> }).collect_view();
    // The same form pressed twice sends each file once.
    let key = visit.context.new_id::<PaperId>().to_string();
    view! {
        <section class="section" id="send">
            <h2>{visit.t("papers-send")}</h2>
            {used(visit, all)}
            <details class="question"><summary>{visit.t("papers-allowed")}</summary><ul>{allowed}</ul></details>
            <Form action=base.to_owned() files=true>
                <HiddenField name="key" value=key/>
                <Select name="kind" label=visit.t("papers-kind") choices=choices/>
                <FileField name="file" label=visit.t("papers-file") hint=hint accept=ACCEPT several=true/>
                <p class="actions"><Button>{visit.t("papers-send")}</Button></p>
                <p class="muted small">{visit.t("papers-send-wait")}</p>
            </Form>
        </section>
    }
}

/// The papers of one kind; nothing where there are none.
fn group(visit: &Visit, base: &str, kind: Kind, all: &All) -> Option<impl IntoView + use<>> {
    let of_kind = all.all.iter().filter(|paper| paper.kind == kind);
    // What came before the appeal stays as it was, refused or not.
    let theirs = |paper: &View| paper.state == State::Refused && paper.of_appeal == all.of_appeal;
    let goes = |paper: &View| all.is_open && (!all.is_sent || theirs(paper));
    let items: Vec<_> = of_kind.map(|paper| item(visit, base, paper, goes(paper))).collect();
    let title = kind_text(visit, kind);
    (!items.is_empty()).then(|| view! { <h3>{title}</h3><ul class="papers">{items}</ul> })
}

/// PDF · 2 页 · 140 KB
pub(crate) fn known(visit: &Visit, paper: &View) -> Text {
    let format = paper.format.map(|format| Text::from(format.name().to_ascii_uppercase()));
    let pages = paper.pages.filter(|_| paper.format == Some(Format::Pdf));
    let pages = pages.map(|pages| visit.t_args("papers-pages", &[("n", pages.into())]));
    let size = (paper.bytes > 0).then(|| Text::from(format!("{} KB", paper.bytes.div_ceil(1024))));
    format.into_iter().chain(pages).chain(size).collect::<Vec<_>>().join(" · ").into()
}

fn item(visit: &Visit, base: &str, paper: &View, may_go: bool) -> impl IntoView + use<> {
    let named = if paper.name.is_empty() { kind_text(visit, paper.kind) } else { Text::from(paper.name.clone()) };
    let href = format!("{base}/{}", paper.id);
    let (tone, state) = match paper.state {
        State::Usable if paper.scanned => (Tone::Success, visit.t("papers-state-usable")),
        State::Usable => (Tone::Warning, visit.t("papers-state-unscanned")),
        State::Refused => (Tone::Danger, visit.t("papers-state-refused")),
        State::Received | State::Quarantine | State::Scanned => (Tone::Info, visit.t("papers-state-looking")),
    };
    let name = match paper.state {
        State::Usable => Either::Left(view! { <a href=href.clone() download="">{named.clone()}</a> }),
        _ => Either::Right(view! { <span>{named.clone()}</span> }),
    };
    let why = paper.refusal.map(|why| {
        view! { <p class="field-error">{fault_text(visit, &Fault::FileRefused { why })}</p> }
    });
    let with_appeal = paper.of_appeal.then(|| view! { <Tag tone=Tone::Info>{visit.t("papers-of-appeal")}</Tag> });
    let to = format!("{href}/remove");
    let remove = may_go.then(|| match paper.state {
        State::Refused => Either::Left(view! {
            <Form action=to.clone() inline=true>
                <Button variant=Variant::Quiet>{visit.t("papers-dismiss")}<span class="hidden">" "{named.clone()}</span></Button>
            </Form>
        }),
        _ => Either::Right(view! {
            <Dialog label=visit.t("papers-remove") title=visit.t("papers-remove") variant=Variant::Quiet>
                <p>{visit.t_args("papers-remove-text", &[("name", named.to_string().into())])}</p>
                <Form action=to.clone()>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("papers-remove")}</Button></p>
                </Form>
            </Dialog>
        }),
    });
    view! {
        <li class="stack">
            <p><strong>{name}</strong></p>
            <p class="papers-known"><Tag tone=tone>{state}</Tag>{with_appeal}<span class="muted small">{known(visit, paper)}</span></p>
            {why}
            {remove}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::text;
    use domain::Locale;
    use domain::files::Refusal;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_a_sentence_of_its_own_and_every_kind_its_words() {
        for locale in Locale::ALL {
            let said = |why| crate::words::fault_sentence(locale, &Fault::FileRefused { why }).to_string();
            let sentences: BTreeSet<String> = Refusal::ALL.into_iter().map(said).collect();
            assert_eq!(sentences.len(), Refusal::ALL.len(), "{locale:?}");
            assert!(sentences.iter().all(|sentence| sentence.chars().count() > 8), "{sentences:?}");
            let largest = (u64::from(LARGEST) / MEGABYTE).to_string();
            assert!(said(Refusal::TooLarge).contains(&largest) && said(Refusal::TooMany).contains(&MOST.to_string()));
            assert!(said(Refusal::Full).contains(&(TOTAL / MEGABYTE).to_string()));
            for kind in Kind::ALL {
                assert!(!text(locale, &format!("papers-kind-{}", kind.name())).starts_with('⟦'), "{kind:?}");
            }
        }
    }

    #[test]
    fn browsers_offer_what_is_taken() {
        let taken: Vec<String> =
            Format::ALL.into_iter().flat_map(Format::endings).map(|ending| format!(".{ending}")).collect();
        assert_eq!(ACCEPT.split(',').collect::<Vec<_>>(), taken);
    }
}
