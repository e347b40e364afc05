//! The contracts' office: finding contracts, one of them with everything that can be done to it, and a new one.
//!
//! Numbers of contracts stand in no address: one is typed, sent, and leads to the contract's page by its own random id. What names
//! anybody is masked; mobile numbers are read in full for a reason that the family reads.

mod acts;
mod begin;
pub mod calls;
mod death;
mod invitations;
mod list;
mod new;
mod page;
mod prices;
mod transfer;
mod waits;

pub use list::Contracts;
pub use new::ContractNew;
pub use page::ContractPage;

use crate::problem::Problem;
use crate::visit::Visit;
use domain::ids::ContractId;
use services::family::FamilyError;
use uuid::Uuid;

/// Where this room's staff pages stand.
mod at {
    /// The lists; below it each contract.
    pub const CONTRACTS: &str = "/staff/contracts";
    /// A new one.
    pub const NEW: &str = "/staff/contracts/new";
}

/// What cannot be shown.
fn problem(error: FamilyError) -> Problem {
    crate::family::problem(error, "of the contracts' office")
}

/// A contract's own address.
fn page_of(id: ContractId) -> String {
    format!("{}/{id}", at::CONTRACTS)
}

/// The name of a field in one of the forms of a contract's page: several of them ask for the same.
fn field(form: &str, name: &str) -> String {
    format!("{form}_{name}")
}

/// What the form that takes back a payment is called: each payment has its own.
fn back_form(payment: Uuid) -> String {
    format!("back-{payment}")
}

/// Whether a form of the page came back.
fn came_back(visit: &Visit, form: &str, names: &[&str]) -> bool {
    names
        .iter()
        .map(|name| field(form, name))
        .any(|name| visit.form.value(&name).is_some_and(|text| !text.is_empty()) || visit.form.fault(&name).is_some())
}
