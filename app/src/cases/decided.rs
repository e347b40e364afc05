//! What comes after a decision, where a case is shown: on the family's page the ways to sign and to appeal, on the staff's page
//! that it was signed, and why the family appeals.

use super::{agreement, appeal, at};
use crate::desk::moment;
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, LinkButton, SummaryList, SummaryRow, Variant};
use crate::visit::Visit;
use domain::ids::CaseId;
use domain::spark::review::appeal::NoAppeal;
use domain::spark::{Part, State};
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::cases::{self, Agreement, CaseError, CaseView, OwnView};
use services::spark::objections;

/// For the family; nothing for who helps it.
pub(super) async fn own(visit: &Visit, own: &OwnView) -> Result<Option<AnyView>, Problem> {
    if own.case.part == Part::SocialWorker {
        return Ok(None);
    }
    let id = own.case.id;
    let agreement = match cases::own_agreement(&visit.services, &visit.context, id).await {
        // (Of a case whose people cannot be named nothing can be signed online.)
        Err(CaseError::Unreadable) => None,
        agreement => agreement.map_err(super::hidden)?,
    };
    let appealing = cases::appealing(&visit.services, &visit.context, id).await.map_err(super::hidden)?;
    let signing = agreement.map(|agreement| signing_section(visit, id, &agreement));
    let href = visit.href(&appeal::address(id));
    let appealing = match (&appealing.sent, appealing.until) {
        (Some(sent), _) => {
            let text = visit.t(if sent.open { "decided-appeal-next" } else { "decided-appeal-over" });
            let sent_at = visit.t_args("decided-appeal-sent-at", &[("at", moment(visit, sent.at).into())]);
            Some(view! {
                <section class="section" id="appeal">
                    <h2>{visit.t("decided-appeal-sent")}</h2>
                    <p>{sent_at}</p>
                    <p>{text}</p>
                    <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("decided-appeal-read")}</LinkButton></p>
                </section>
            }
            .into_any())
        }
        (None, Ok(until)) => {
            let until = visit.t_args("decided-appeal-until", &[("day", day_text(until, visit.locale()).into())]);
            Some(view! {
                <section class="section no-print" id="appeal">
                    <h2>{visit.t("decided-appeal-title")}</h2>
                    <p>{visit.t("decided-appeal-offer")}</p>
                    <p>{until}</p>
                    <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("decided-appeal-write")}</LinkButton></p>
                </section>
            }
            .into_any())
        }
        (None, Err(why @ NoAppeal::TooLate { .. })) => Some(
            view! { <section class="section" id="appeal"><p class="muted">{appeal::why_not(visit, why)}</p></section> }
                .into_any(),
        ),
        (None, Err(_)) => None,
    };
    Ok(Some(view! { {signing}{appealing} }.into_any()))
}

fn signing_section(visit: &Visit, id: CaseId, agreement: &Agreement) -> AnyView {
    let href = visit.href(&agreement::address(id));
    match agreement {
        Agreement::ToSign(to_sign) => {
            let day = day_text(to_sign.until, visit.locale());
            let until = visit.t_args("decided-sign-until", &[("day", day.into())]);
            view! {
                <section class="section" id="agreement">
                    <h2>{visit.t("decided-agreement-title")}</h2>
                    <Banner tone=Tone::Warning>{until}</Banner>
                    <p class="actions no-print"><LinkButton href=href>{visit.t("decided-agreement-open")}</LinkButton></p>
                </section>
            }
            .into_any()
        }
        Agreement::Signed(signed) => {
            let at = visit.t_args("decided-signed-on", &[("at", moment(visit, signed.at).into())]);
            view! {
                <section class="section" id="agreement">
                    <h2>{visit.t("decided-agreement-title")}</h2>
                    <p>{at}</p>
                    <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("decided-agreement-read")}</LinkButton></p>
                </section>
            }
            .into_any()
        }
    }
}

/// For staff: that it was signed, when and on which text; and the appeal, for whoever reads the case.
pub(super) async fn desk(visit: &Visit, case: &CaseView) -> Result<Option<AnyView>, Problem> {
    let signed = cases::signed_fact(&visit.services, &visit.context, case.id).await?;
    let sent = cases::appeal_of(&visit.services, &visit.context, case.id).await?;
    let objected = case.state == State::Notice && objections::is_open(&visit.services, &visit.context, case.id).await?;
    let objected = objected.then(|| {
        let href = visit.href("/staff/objections");
        view! {
            <Banner tone=Tone::Warning>{visit.t("decided-objected")}" "<a href=href>{visit.t("decided-objected-link")}</a></Banner>
        }
    });
    let reads = case.access.reads() && !case.forgotten;
    let signed = signed.map(|signed| {
        let copy = reads.then(|| {
            let href = visit.href(&format!("{}/{}/agreement.pdf", at::CASES, case.id));
            view! { <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary download=true>{visit.t("decided-copy")}</LinkButton></p> }
        });
        let rows = vec![
            SummaryRow::new(visit.t("decided-signed-at"), moment(visit, signed.at)),
            SummaryRow::new(visit.t("decided-signed-part"), super::words::part_text(visit, signed.part)),
            SummaryRow::new(visit.t("decided-text-version"), signed.text_version.to_string()),
            SummaryRow::new(visit.t("decided-hash"), view! { <code class="code agreement-hash">{signed.hash}</code> }),
        ];
        view! {
            <section class="section" id="agreement">
                <h2>{visit.t("decided-agreement-title")}</h2>
                <SummaryList rows=rows/>
                {copy}
            </section>
        }
    });
    let sent = sent.map(|sent| {
        let rows = appeal::letter(visit, &sent);
        view! { <section class="section" id="appeal"><h2>{visit.t("decided-appeal-desk")}</h2><SummaryList rows=rows/></section> }
    });
    let any = objected.is_some() || signed.is_some() || sent.is_some();
    Ok(any.then(|| view! { {objected}{signed}{sent} }.into_any()))
}
