//! Operators look after the accounts of their colleagues.

use crate::account::at;
use crate::account::notices::Refusal;
use crate::calls::{Answer, Asked};
use crate::form::{FormState, Tone};
use crate::local_path::LocalPath;
use crate::problem::Problem;
use axum::http::StatusCode;
use domain::account::{Login, Role};
use domain::contact::{Contact, PersonName};
use domain::field::{Faults, FieldError};
use domain::ids::AccountId;
use secrecy::{ExposeSecret as _, SecretString};
use services::account::staff::{self, NewStaff, StaffMember};
use services::account::{AccountError, password, sessions, totp};

/// Under which name a person's page finds the password that was just made.
pub const FIRST_PASSWORD: &str = "first-password";

fn page_of(account: AccountId) -> String {
    format!("{}/{account}", at::PEOPLE)
}

/// 100 random bits as they are read out over a telephone. Made by the house, so that no colleague thinks one up.
fn first_password(login: &Login) -> SecretString {
    loop {
        let password =
            SecretString::from(format!("{}-{}", totp::recovery_code(), totp::recovery_code()).to_lowercase());
        // A short login may stand in it by chance.
        if password::check(&password, login).is_ok() {
            return password;
        }
    }
}

/// A person's page with a password, this once.
fn with_password(
    asked: &Asked,
    (account, roles): (AccountId, &[Role]),
    password: &SecretString,
    said: &'static str,
) -> Answer {
    // A form that comes back shows what it holds, so the boxes of the roles are filled in too.
    let mut form = FormState::typed(roles.iter().map(|role| ("roles", role.name())), &[]);
    form = form.with_notice(Tone::Success, asked.t(said));
    form.values.insert(FIRST_PASSWORD.to_owned(), password.expose_secret().to_owned());
    Answer::again_at(page_of(account), form).status(StatusCode::OK)
}

/// Adds a member of staff.
pub async fn create(asked: Asked) -> Answer {
    let mut faults = Faults::default();
    let login = faults.take("login", Login::parse(asked.field("login")));
    let name = faults.take("name", PersonName::parse(asked.field("name")));
    let roles: Vec<Role> = asked.fields("roles").filter_map(Role::from_name).collect();
    let (Some(login), Some(name)) = (login, name) else {
        return Answer::again(asked.typed(&[]).with_errors(faults.into_errors()));
    };
    let password = first_password(&login);
    let fresh = NewStaff { login, name, password: password.clone(), own_password: false, roles: roles.clone() };
    match staff::create(&asked.services, &asked.context, fresh).await {
        Ok(account) => with_password(&asked, (account, &roles), &password, "people-created"),
        Err(AccountError::Field { field, fault }) => {
            Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new(field, fault)]))
        }
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(&[])),
    }
}

/// Gives a person exactly the ticked roles.
pub async fn roles(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("id") else { return Problem::NotFound.into() };
    let roles: Vec<Role> = asked.fields("roles").filter_map(Role::from_name).collect();
    match staff::set_roles(&asked.services, &asked.context, account, &roles).await {
        Ok(()) => Answer::go(LocalPath::or_home(page_of(account)).with("done", "roles")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(&page_of(account)), asked.typed(&[])),
    }
}

/// After a lost telephone: the next sign-in enrols another.
pub async fn reset_factor(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("id") else { return Problem::NotFound.into() };
    match staff::reset_factor(&asked.services, &asked.context, account).await {
        Ok(()) => Answer::go(LocalPath::or_home(page_of(account)).with("done", "factor")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(&page_of(account)), FormState::default()),
    }
}

/// After a forgotten password.
pub async fn reset_password(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("id") else { return Problem::NotFound.into() };
    let member = match member(&asked, account).await {
        Ok(member) => member,
        Err(answer) => return answer,
    };
    let Ok(login) = Login::parse(&member.login) else { return Problem::Broken.into() };
    let password = first_password(&login);
    match staff::reset_password(&asked.services, &asked.context, account, &password).await {
        Ok(()) => with_password(&asked, (account, &member.roles), &password, "people-reset-done"),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(&page_of(account)), FormState::default()),
    }
}

async fn member(asked: &Asked, account: AccountId) -> Result<StaffMember, Answer> {
    let all = staff::list(&asked.services, &asked.context).await;
    let all = all.map_err(|error| Refusal::from(error).answer(asked, FormState::default()))?;
    all.into_iter().find(|member| member.account == account).ok_or_else(|| Problem::NotFound.into())
}

/// Ends every signed-in browser of a colleague.
pub async fn end_sessions(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("id") else { return Problem::NotFound.into() };
    match staff::end_all_sessions(&asked.services, &asked.context, account).await {
        Ok(()) => Answer::go(LocalPath::or_home(page_of(account)).with("done", "sessions")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(&page_of(account)), FormState::default()),
    }
}

/// Ends every signed-in browser of a visitor who rang us. The answer is the same whether there is such an account.
pub async fn end_visitor_sessions(asked: Asked) -> Answer {
    let contact = match Contact::parse(asked.field("contact")) {
        Ok(contact) => contact,
        Err(fault) => {
            let form = asked.typed(&[]).with_errors(vec![FieldError::new("contact", fault)]);
            return Answer::again_at(at::PEOPLE, form);
        }
    };
    match sessions::end_of_contact(&asked.services, &asked.context, &contact).await {
        Ok(()) => Answer::go(LocalPath::or_home(at::PEOPLE).with("done", "visitor-sessions")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::PEOPLE), asked.typed(&[])),
    }
}

/// Ends a staff account.
pub async fn end(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("id") else { return Problem::NotFound.into() };
    match staff::deactivate(&asked.services, &asked.context, account).await {
        Ok(()) => Answer::go(LocalPath::or_home(at::PEOPLE).with("done", "ended")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(&page_of(account)), FormState::default()),
    }
}
