//! The demo: one schedule of an invented colleague, who is told of the museum's week every Monday.

use super::{ExportError, Terms, add};
use crate::account::staff::{self, NewStaff};
use crate::account::{AccountError, contact_index, place};
use crate::numbers::Subject;
use crate::spreadsheet::Format;
use crate::{Context, Services};
use domain::account::{Actor, Login, Role};
use domain::contact::{Contact, PersonName};
use domain::field::Fault;
use domain::ids::{ExportScheduleId, LoginSessionId};
use domain::numbers::{Every, Rhythm, Span, What};
use secrecy::SecretString;
use store::account::people::{self, ContactColumn};
use store::exports as sql;
use uuid::Uuid;

const LOGIN: &str = "demo-reports";

/// Sets up the colleague and the schedule. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), ExportError> {
    if !sql::all(&services.db).await?.is_empty() {
        return Ok(());
    }
    let faulty = |fault: Fault| ExportError::field("demo", fault);
    let login = Login::parse(LOGIN).map_err(faulty)?;
    let name = PersonName::parse("演示·统计员").map_err(faulty)?;
    // Nobody knows it: this colleague never signs in.
    let password = SecretString::from(Uuid::from_u128(u128::from_be_bytes(crate::crypto::random())).to_string());
    let roles = vec![Role::MuseumOfficer];
    let colleague = NewStaff { login, name, password, own_password: false, roles: roles.clone() };
    let account = match staff::create(services, context, colleague).await {
        Ok(account) => account,
        // Somebody ended the schedule on purpose: the colleague is there already.
        Err(AccountError::Field { .. }) => return Ok(()),
        Err(AccountError::Database(error)) => return Err(error.into()),
        Err(_) => return Err(ExportError::Unreadable),
    };
    let mail = Contact::parse("demo-reports@example.com").map_err(faulty)?;
    let sealed = services.vault.seal(place("mail_sealed", account.0), mail.expose().as_bytes());
    let index = contact_index(&services.vault, &mail);
    people::set_contact(&services.db, account.0, ContactColumn::Mail, &sealed, &index).await?;
    let actor = Actor::Staff { account, login: LoginSessionId(Uuid::nil()), roles, stepped_up_at: None };
    let terms = Terms {
        what: What::Numbers,
        subject: Subject::Museum,
        span: Span::Week,
        format: Format::Xlsx,
        rhythm: Rhythm::new(Every::Week, 1, 8).map_err(|(_, fault)| faulty(fault))?,
        reason: String::new(),
        recipients: vec![account],
    };
    let own = Context { actor, ..context.clone() };
    add(services, &own, context.new_id::<ExportScheduleId>(), &terms).await
}
