//! What a member of staff does about the mail address that scheduled exports are told to.

use super::network;
use crate::account::at;
use crate::account::notices::Refusal;
use crate::calls::{Answer, Asked};
use crate::form::FormState;
use crate::local_path::LocalPath;
use domain::contact::MailAddress;
use domain::field::FieldError;
use services::account::work_mail::{self, WorkMailError};

fn done(word: &str) -> Answer {
    Answer::go(LocalPath::or_home(at::WORK_MAIL).with("done", word))
}

/// Sends a code to the address.
pub async fn send(asked: Asked) -> Answer {
    let mail = match MailAddress::parse(asked.field("mail")) {
        Ok(mail) => mail,
        Err(fault) => return Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new("mail", fault)])),
    };
    match work_mail::begin(&asked.services, &asked.context, mail, &network(&asked)).await {
        Ok(()) => done("sent"),
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(&[])),
    }
}

/// Puts in the address the code went to.
pub async fn code(asked: Asked) -> Answer {
    match work_mail::confirm(&asked.services, &asked.context, asked.field("code"), &network(&asked)).await {
        Ok(()) => done("changed"),
        Err(WorkMailError::Verify(error)) if error.fault().is_some() => {
            let errors = error.fault().map(|fault| FieldError::new("code", fault)).into_iter().collect();
            Answer::again_at(at::WORK_MAIL, FormState::default().with_errors(errors))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::WORK_MAIL), FormState::default()),
    }
}

/// Takes the address out.
pub async fn remove(asked: Asked) -> Answer {
    match work_mail::remove(&asked.services, &asked.context).await {
        Ok(()) => done("removed"),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::WORK_MAIL), FormState::default()),
    }
}
