//! What one of the office proposed of a contract, for another to compare before it is confirmed: one block for whatever takes two.

use super::page_of;
use crate::desk::moment;
use crate::ui::{Button, Form, HiddenField, SummaryList, SummaryRow, Variant};
use crate::visit::Visit;
use domain::ids::ContractId;
use jiff::Timestamp;
use leptos::prelude::*;
use uuid::Uuid;

/// A proposal that waits.
pub(super) struct Waits {
    /// Of which contract.
    pub contract: ContractId,
    /// Its own.
    pub id: Uuid,
    /// The name of its block, and below the contract's address where its forms go.
    pub of: &'static str,
    /// The key of its title.
    pub title: &'static str,
    /// The key of what to compare, and what follows.
    pub text: &'static str,
    /// What is proposed.
    pub rows: Vec<SummaryRow>,
    /// The name of who proposed it; empty where it is kept no more.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when it can be confirmed.
    pub until: Timestamp,
    /// The key of why whoever reads does not confirm it.
    pub barred: Option<&'static str>,
    /// The key of the button that confirms it, and its weight.
    pub confirm: (&'static str, Variant),
}

impl Waits {
    /// The block, with the forms that confirm it and take it back.
    pub fn block(self, visit: &Visit) -> AnyView {
        let Self { contract, id, of, mut rows, .. } = self;
        let by = if self.by.is_empty() { "—".to_owned() } else { self.by };
        let at = moment(visit, self.at);
        rows.extend([
            SummaryRow::new(visit.t("contracts-waits-by"), view! { {by}" · "{at} }),
            SummaryRow::new(visit.t("contracts-waits-until"), moment(visit, self.until)),
        ]);
        let form = |what: &str, (label, variant): (&str, Variant)| {
            let action = visit.href(&format!("{}/{of}/{what}", page_of(contract)));
            let (id, label) = (id.to_string(), visit.t(label));
            view! {
                <Form action=action>
                    <HiddenField name="proposal" value=id/>
                    <p class="actions"><Button variant=variant>{label}</Button></p>
                </Form>
            }
            .into_any()
        };
        let confirm = match self.barred {
            Some(why) => view! { <p class="muted">{visit.t(why)}</p> }.into_any(),
            None => form("confirm", self.confirm),
        };
        view! {
            <div id=of>
                <h3>{visit.t(self.title)}</h3>
                <p>{visit.t(self.text)}</p>
                <SummaryList rows=rows/>
                {confirm}
                {form("withdraw", ("contracts-waits-withdraw", Variant::Quiet))}
            </div>
        }
        .into_any()
    }
}
