//! The confirmation, now and whenever one comes back: the reference, what happens next, a copy to keep, and what was agreed to.

use super::{APPLY, address, news, problem_of, service, words};
use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::{self, Text};
use crate::museum::param;
use crate::problem::{Problem, problem_page};
use crate::spark::words as spark_words;
use crate::ui::{Button, Crumb, Dialog, Form, Glyph, HiddenField, LinkButton, Page, Tag, Variant};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::ids::{ApplicationId, CaseId};
use domain::spark::PublicState;
use domain::spark::application::{Consents, Form as WholeForm, Purpose, Section, Snapshot, acting};
use domain::time::day_text;
use leptos::prelude::*;
use services::messages::{CopySection, CopySheet};
use services::spark::apply::{Access, ApplyError, Receipt};

/// What the confirmation is made of.
struct Confirmed {
    receipt: Receipt,
    consents: Consents,
    /// The account may take its consents back: it sent the application, and does not only know of it.
    may_withdraw: bool,
}

/// The confirmation.
#[component]
pub fn Sent() -> impl IntoView {
    let visit = visit();
    let id = param::<ApplicationId>("id");
    Suspend::new(async move {
        let Some(id) = id else { return problem_page(Problem::NotFound).into_any() };
        match confirmed(&visit, id).await {
            Ok(confirmed) => page(&visit, &confirmed),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

async fn confirmed(visit: &Visit, id: ApplicationId) -> Result<Confirmed, ApplyError> {
    let receipt = service::receipt(&visit.services, &visit.context, id).await?;
    let snapshot = service::snapshot(&visit.services, &visit.context, id).await?;
    let consents = service::consents(&visit.services, &visit.context, id).await?;
    let mine = service::mine(&visit.services, &visit.context).await?;
    // What a social worker filled in the family sent: what it agreed to it takes back itself.
    let owner = mine.iter().any(|one| one.id == id && one.access == Access::Owner);
    let by_family = acting(&snapshot.answers, snapshot.day).is_some_and(|acting| acting.family_confirms);
    Ok(Confirmed { receipt, consents, may_withdraw: !(owner && by_family) })
}

fn page(visit: &Visit, confirmed: &Confirmed) -> AnyView {
    let receipt = &confirmed.receipt;
    let mut crumbs = crate::spark::crumbs(visit);
    crumbs.push(Crumb::new(visit.href(APPLY), visit.t("application-crumb")));
    let at = visit.t_args("application-sent-on", &[("at", moment(visit, receipt.sent_at).into())]);
    let copy = visit.href(&format!("{}/copy.pdf", address(receipt.id)));
    // The case has the application's id.
    let own = visit.href(&crate::cases::own_page(CaseId(receipt.id.0)));
    view! {
        <Page title=visit.t("application-sent-title") headless=true crumbs=crumbs>
            {news(visit)}
            <section class="apply-sent">
                <h1>{visit.t("application-sent-title")}</h1>
                <p>{visit.t("application-reference")}</p>
                <p class="apply-reference"><code class="code">{receipt.reference.clone()}</code></p>
                <p class="small">{at}</p>
            </section>
            <p>{visit.t("application-sent-keep")}</p>
            <p class="actions no-print">
                <LinkButton href=own>{visit.t("application-follow")}</LinkButton>
                <LinkButton href=copy variant=Variant::Secondary download=true>{visit.t("application-copy")}</LinkButton>
            </p>
            {next(visit)}
            {consents(visit, confirmed)}
            <p class="actions no-print">
                <LinkButton href=visit.href(crate::cases::OWN) variant=Variant::Quiet glyph=Glyph::ArrowLeft>{visit.t("cases-own-title")}</LinkButton>
            </p>
        </Page>
    }
    .into_any()
}

/// What happens next, in the words a family sees of its own case.
fn next(visit: &Visit) -> impl IntoView + use<> {
    let steps = [PublicState::Received, PublicState::Checking, PublicState::Reviewing].map(|state| {
        view! { <li><strong>{spark_words::public_state(visit, state)}</strong><p>{spark_words::next(visit, state)}</p></li> }
    });
    let steps = steps.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("application-next-title")}</h2>
            <ol class="apply-steps">{steps}</ol>
            <p>{visit.t("application-next-when")}</p>
            <p class="muted">{visit.t("spark-cost-text")}</p>
        </section>
    }
}

/// What was agreed to, purpose by purpose; what still holds can be taken back.
fn consents(visit: &Visit, confirmed: &Confirmed) -> impl IntoView + use<> {
    let rows = Purpose::ALL.into_iter().filter_map(|purpose| {
        let last = confirmed.consents.last(purpose)?;
        let (tone, key) = match last.agreed {
            true => (Tone::Success, "application-consent-holds"),
            false => (Tone::Plain, "application-consent-not"),
        };
        let facts = [("at", moment(visit, last.at).into()), ("notice", last.notice.to_string().into())];
        let may = last.agreed && confirmed.may_withdraw;
        let withdraw = may.then(|| withdraw(visit, confirmed.receipt.id, purpose));
        Some(view! {
            <li class="apply-consent">
                <p class="apply-consent-name">{words::purpose(visit.locale(), purpose)}</p>
                <Tag tone=tone>{visit.t(key)}</Tag>
                <p class="muted small">{visit.t_args("application-consent-since", &facts)}</p>
                {withdraw}
            </li>
        })
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <section class="section" id="consents">
            <h2>{visit.t("application-consents-title")}</h2>
            <p>{visit.t("application-consents-text")}</p>
            <ul class="apply-consents">{rows}</ul>
        </section>
    }
}

fn withdraw(visit: &Visit, id: ApplicationId, purpose: Purpose) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/consents/withdraw", address(id)));
    let about = words::purpose(visit.locale(), purpose);
    let label = visit.t_args("application-withdraw", &[("purpose", about.to_string().into())]);
    view! {
        <Dialog label=visit.t("application-withdraw-short") title=label.clone() variant=Variant::Quiet>
            <p>{words::withdrawn(visit.locale(), purpose)}</p>
            <Form action=action>
                <HiddenField name="purpose" value=purpose.name()/>
                <p class="actions"><Button variant=Variant::Danger>{label}</Button></p>
            </Form>
        </Dialog>
    }
}

/// What stands on the copy: the answers as the form asks for them, in the language of the visit.
pub(super) fn sheet(locale: Locale, receipt: &Receipt, snapshot: &Snapshot) -> CopySheet {
    let text = |key: &str| i18n::text(locale, key).to_string();
    let said = |key: &str, name: &str, value: String| i18n::text_args(locale, key, &[(name, value.into())]).to_string();
    let form = WholeForm::of(snapshot.form).unwrap_or_else(WholeForm::current);
    let sections = Section::ALL.into_iter().filter_map(|section| {
        let fields = form.of_section(section).flat_map(|page| page.fields);
        let answered = fields.filter_map(|field| Some((field, snapshot.answers.get(field.key)?)));
        let rows: Vec<_> = answered
            .map(|(field, kept)| {
                let name: Text = words::name(locale, field);
                (name.to_string(), words::answer(locale, field, kept))
            })
            .collect();
        let title = words::section(locale, section).to_string();
        (!rows.is_empty()).then_some(CopySection { title, rows })
    });
    CopySheet {
        locale,
        house: text("site-name"),
        title: text("application-copy-title"),
        reference: receipt.reference.clone(),
        facts: vec![
            said("application-copy-reference", "reference", receipt.reference.clone()),
            said("application-copy-day", "day", day_text(snapshot.day, locale)),
            said("application-copy-form", "version", snapshot.form.to_string()),
        ],
        sections: sections.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "spark-application 1\nform 1\nnotice 1\nnumber 1\nday 2026-12-04\n[before]\nkeep: yes\nwhom: child\n\
                        city: jinan\n[people]\npatient_name: 演示·林小满\n[illness]\nplan: 第一行\\n第二行\n[means]\n\
                        asked: 50000.00\n[consents]\nconsent_partners: refuse\n";

    #[test]
    fn a_copy_holds_every_answer_that_was_sent_and_nothing_else() {
        let snapshot = Snapshot::parse(SENT).expect("a snapshot");
        let sent_at = "2026-12-04T02:00:00Z".parse().expect("an instant");
        let id = ApplicationId(uuid::Uuid::nil());
        let receipt = Receipt { id, reference: "K7M4Q2XR".to_owned(), sent_at };
        for locale in Locale::ALL {
            let sheet = sheet(locale, &receipt, &snapshot);
            let rows: Vec<_> = sheet.sections.iter().flat_map(|section| &section.rows).collect();
            assert_eq!(rows.len(), snapshot.answers.len(), "{locale:?}");
            let answers: Vec<&str> = rows.iter().map(|(_, answer)| answer.as_str()).collect();
            assert!(answers.contains(&"演示·林小满") && answers.contains(&"第一行\n第二行"), "{answers:?}");
            assert!(sheet.facts.iter().any(|fact| fact.contains("K7M4Q2XR")), "{:?}", sheet.facts);
            let words = rows.iter().flat_map(|(question, answer)| [question, answer]).chain(&sheet.facts);
            assert!(words.into_iter().all(|word| !word.contains('⟦') && !word.contains('{')), "{rows:?}");
        }
        let chinese = sheet(Locale::ZhCn, &receipt, &snapshot);
        assert!(chinese.sections.iter().any(|section| section.title == "家庭经济"
            && section.rows == [("申请金额（元）".to_owned(), "50,000.00元".to_owned())]));
    }
}
