//! Who is invited into the contract's family: what became of each invitation, the letter once more, a new one; and the mobile numbers
//! in full, for a reason.

use super::super::words::kin_text;
use super::calls::SHOWN;
use super::{came_back, field, page_of};
use crate::desk::{may, moment};
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{Banner, Button, Checkbox, Choice, Dialog, Form, Glyph, HiddenField, Select, Tag, TextField, Variant};
use crate::visit::Visit;
use domain::account::Capability;
use domain::family::Kin;
use leptos::prelude::*;
use services::family::office::{Contract, Invitation, Standing};

/// The section of a contract's page.
pub(super) fn section(visit: &Visit, contract: &Contract) -> impl IntoView + use<> {
    let over = contract.state.is_over();
    let items = contract.invitations.iter().map(|one| item(visit, contract, one)).collect_view();
    let none =
        contract.invitations.is_empty().then(|| view! { <p class="muted">{visit.t("contracts-invitations-none")}</p> });
    let taken = contract.took_over.then(|| view! { <p class="muted">{visit.t("contracts-took-over")}</p> });
    let invite = (!over).then(|| invite(visit, contract));
    view! {
        <section class="section" id="invitations">
            <h2>{visit.t("contracts-invitations")}</h2>
            <p class="muted">{visit.t("contracts-invitations-text")}</p>
            {taken}
            {shown(visit)}
            {none}
            <ul class="letter-list">{items}</ul>
            <div class="no-print">
                {send_child(visit, contract)}
                {invite}
                {end(visit, contract)}
                {reveal(visit, contract)}
            </div>
        </section>
    }
}

fn standing(visit: &Visit, one: &Invitation) -> (Tone, Text, Text) {
    let until = || visit.t_args("contracts-until", &[("at", moment(visit, one.expires_at).into())]);
    match one.standing {
        Standing::Open => (Tone::Info, visit.t("contracts-invitation-open"), until()),
        Standing::Used => {
            let at = one.claimed_at.unwrap_or(one.expires_at);
            let used = visit.t_args("contracts-used-at", &[("at", moment(visit, at).into())]);
            (Tone::Success, visit.t("contracts-invitation-used"), used)
        }
        Standing::Blocked => {
            let at = visit.t_args("contracts-blocked-at", &[("at", moment(visit, one.expires_at).into())]);
            (Tone::Warning, visit.t("contracts-invitation-blocked"), at)
        }
        Standing::Lapsed => (Tone::Plain, visit.t("contracts-invitation-lapsed"), until()),
    }
}

fn item(visit: &Visit, contract: &Contract, one: &Invitation) -> impl IntoView + use<> {
    let (tone, state, when) = standing(visit, one);
    let mother = one.mother.then(|| visit.t("contracts-mother"));
    let sent = match one.sent_at {
        Some(at) => visit.t_args("contracts-sent-at", &[("at", moment(visit, at).into())]),
        None => visit.t("contracts-not-sent"),
    };
    let open = one.standing == Standing::Open;
    let child = one.kin == Kin::AdultChild;
    let over = contract.state.is_over();
    // A child that let its invitation run out is invited again for a reason; an invitation that was used says nothing more.
    let sends = !over && one.standing != Standing::Used && (open || !child);
    let blocks = open && !child;
    let send = sends.then(|| {
        let press = if open && one.sent_at.is_none() { "contracts-send" } else { "contracts-send-again" };
        button(visit, contract, one, ("send", press, Variant::Secondary))
    });
    let block = blocks.then(|| button(visit, contract, one, ("block", "contracts-block", Variant::Quiet)));
    let phone = one.phone.clone();
    view! {
        <li class="letter-item">
            <p class="letter-name">{kin_text(visit, one.kin)}{mother}" · "{phone}" "<Tag tone=tone>{state}</Tag></p>
            <p class="muted small">{when}" · "{sent}</p>
            {send}
            {block}
        </li>
    }
}

fn button(
    visit: &Visit,
    contract: &Contract,
    one: &Invitation,
    (what, key, variant): (&str, &str, Variant),
) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{what}", page_of(contract.id)));
    let about = one.phone.clone();
    view! {
        <Form action=action>
            <HiddenField name="invitation" value=one.id.to_string()/>
            <p class="actions"><Button variant=variant>{visit.t(key)}<span class="hidden">" "{about}</span></Button></p>
        </Form>
    }
}

/// The form that invites a child again which let its invitation run out.
fn send_child(visit: &Visit, contract: &Contract) -> Option<impl IntoView + use<>> {
    let of_child = || contract.invitations.iter().filter(|one| one.kin == Kin::AdultChild);
    let ran_out = of_child().any(|one| one.standing == Standing::Lapsed);
    let stands = of_child().any(|one| matches!(one.standing, Standing::Open | Standing::Used));
    if !ran_out || stands || contract.took_over || contract.state.is_over() {
        return None;
    }
    let action = visit.href(&format!("{}/send-child", page_of(contract.id)));
    let open = came_back(visit, "child", &["reason"]);
    Some(view! {
        <Dialog label=visit.t("contracts-send-child") title=visit.t("contracts-send-child") open=open>
            <p>{visit.t("contracts-send-child-text")}</p>
            <Form action=action>
                <TextField name=field("child", "reason") label=visit.t("units-reason") hint=visit.t("contracts-send-child-hint")/>
                <p class="actions"><Button>{visit.t("contracts-send-child")}</Button></p>
            </Form>
        </Dialog>
    })
}

fn invite(visit: &Visit, contract: &Contract) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/invite", page_of(contract.id)));
    let open = came_back(visit, "invite", &["kin", "mother", "phone"]);
    let kins = [Kin::SecondGuardian, Kin::Owner].map(|kin| Choice::new(kin.name(), kin_text(visit, kin)));
    view! {
        <Dialog label=visit.t("contracts-invite") title=visit.t("contracts-invite") open=open>
            <p>{visit.t("contracts-invite-text")}</p>
            <Form action=action>
                <Select name=field("invite", "kin") label=visit.t("contracts-invite-as") choices=kins.to_vec()/>
                <Checkbox name=field("invite", "mother") called=visit.t("contracts-invite-mother-called")>{visit.t("contracts-invite-mother")}</Checkbox>
                <TextField name=field("invite", "phone") label=visit.t("contracts-invite-phone") hint=visit.t("contracts-owner-hint") inputmode="tel" width="medium"/>
                <p class="actions"><Button>{visit.t("contracts-invite")}</Button></p>
            </Form>
        </Dialog>
    }
}

/// The form that ends that somebody belongs to the family.
fn end(visit: &Visit, contract: &Contract) -> Option<impl IntoView + use<>> {
    let who = contract.invitations.iter().filter(|one| one.ends);
    let who = who.map(|one| {
        let label = format!("{} · {}", kin_text(visit, one.kin), one.phone);
        Choice::new(one.id.to_string(), Text::from(label))
    });
    let who: Vec<Choice> = who.collect();
    if who.is_empty() {
        return None;
    }
    let action = visit.href(&format!("{}/end-membership", page_of(contract.id)));
    let open = came_back(visit, "end", &["invitation", "reason"]);
    Some(view! {
        <Dialog label=visit.t("contracts-end-member") title=visit.t("contracts-end-member") open=open>
            <p>{visit.t("contracts-end-member-text")}</p>
            <Form action=action>
                <Select name=field("end", "invitation") label=visit.t("contracts-end-member-who") choices=who/>
                <TextField name=field("end", "reason") label=visit.t("units-reason") hint=visit.t("contracts-end-member-hint")/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("contracts-end-member")}</Button></p>
            </Form>
        </Dialog>
    })
}

/// The mobile numbers, once.
fn shown(visit: &Visit) -> Option<impl IntoView + use<>> {
    let shown = visit.form.value(SHOWN)?;
    let lines = shown.lines().map(|line| view! { <li>{line.to_owned()}</li> }).collect_view();
    Some(view! {
        <Banner tone=Tone::Info alert=true title=visit.t("contracts-guardians-shown")><ul>{lines}</ul></Banner>
    })
}

fn reveal(visit: &Visit, contract: &Contract) -> Option<impl IntoView + use<>> {
    if contract.invitations.is_empty() || !may(visit, Capability::RevealGuardians) {
        return None;
    }
    let action = visit.href(&format!("{}/guardians", page_of(contract.id)));
    let open = came_back(visit, "guardians", &["reason"]);
    Some(view! {
        <Dialog label=visit.t("contracts-reveal") title=visit.t("contracts-reveal") open=open>
            <p>{visit.t("contracts-reveal-text")}</p>
            <Form action=action>
                <TextField name=field("guardians", "reason") label=visit.t("units-reason") hint=visit.t("support-reason-hint")/>
                <p class="actions"><Button variant=Variant::Secondary glyph=Glyph::Lock>{visit.t("contracts-reveal")}</Button></p>
            </Form>
        </Dialog>
    })
}
