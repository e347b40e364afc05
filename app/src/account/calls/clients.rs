//! Operators look after the machines that use the API.

use crate::account::at;
use crate::account::notices::Refusal;
use crate::calls::{Answer, Asked};
use crate::form::{FormState, Tone};
use crate::local_path::LocalPath;
use crate::problem::Problem;
use axum::http::StatusCode;
use domain::account::Scope;
use domain::field::FieldError;
use domain::ids::ClientId;
use secrecy::ExposeSecret as _;
use services::account::{AccountError, clients};

/// Under which name a machine's page finds the secret that was just made.
pub const CLIENT_SECRET: &str = "client-secret";

/// Adds a machine and shows its secret, this once: in the answer itself, since an address or a cookie would keep it.
pub async fn create(asked: Asked) -> Answer {
    let scopes: Vec<Scope> = asked.fields("scopes").filter_map(Scope::from_name).collect();
    match clients::create(&asked.services, &asked.context, asked.field("name"), &scopes).await {
        Ok(client) => {
            let mut form = FormState::default().with_notice(Tone::Success, asked.t("clients-created"));
            form.values.insert(CLIENT_SECRET.to_owned(), client.secret.expose_secret().to_owned());
            Answer::again_at(format!("{}/{}", at::CLIENTS, client.id), form).status(StatusCode::OK)
        }
        Err(AccountError::Field { field, fault }) => {
            Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new(field, fault)]))
        }
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(&[])),
    }
}

/// Ends a machine.
pub async fn end(asked: Asked) -> Answer {
    let Some(client) = asked.param::<ClientId>("id") else { return Problem::NotFound.into() };
    match clients::revoke(&asked.services, &asked.context, client).await {
        Ok(()) => Answer::go(LocalPath::or_home(at::CLIENTS).with("done", "ended")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::CLIENTS), FormState::default()),
    }
}
