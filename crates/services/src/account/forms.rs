//! The contact of a form that anybody may fill in (the science bus, a group's visit) is proven by a code: sent once the whole
//! form can be read, sent again on demand, checked. And what the public does there is counted by its network.

use super::codes::{self, IssueError, Purpose, VerifyError};
use crate::limits::{self, Limit, LimitError, Network};
use crate::{Context, Services};
use domain::account::Actor;
use domain::contact::Contact;
use domain::field::Fault;
use uuid::Uuid;

/// Whose contact is to be proven: the draft, and what its form says.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// What the code is for.
    pub purpose: Purpose,
    /// The draft.
    pub draft: Uuid,
    /// The contact.
    pub contact: &'a Contact,
}

/// Why a code was not sent or not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofError {
    /// The code's own fault.
    #[error("code: {0:?}")]
    Code(Fault),
    /// Another contact was typed meanwhile.
    #[error("another contact")]
    OtherContact,
    /// Too many codes; again after this many seconds.
    #[error("limited")]
    Limited {
        /// Seconds.
        retry_after: u64,
    },
    /// Too many from this network, or the database failed.
    #[error(transparent)]
    Network(#[from] LimitError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

fn is_public(context: &Context) -> bool {
    matches!(context.actor, Actor::Anonymous | Actor::Visitor { .. })
}

/// Counts something the public is about to do. Everybody behind an unnamed proxy has the machine's own address: such a
/// request is let through.
pub(crate) async fn count(
    services: &Services,
    context: &Context,
    limit: &Limit,
    network: &Network,
) -> Result<(), LimitError> {
    if is_public(context) && network.is_elsewhere() {
        limits::hit(services, limit, network.as_str()).await?;
    }
    Ok(())
}

/// Counts a link that led nowhere; an error for a network that tries many. A good link is let in without asking: it carries
/// its own signature. Staff are never counted.
pub(crate) async fn led_nowhere(services: &Services, context: &Context, network: &Network) -> Result<(), LimitError> {
    if is_public(context) {
        limits::hit(services, &limits::LINK_PER_NETWORK, network.as_str()).await?;
    }
    Ok(())
}

/// Sends a code. One that was sent a moment ago still counts: the button was pressed twice, or somebody came back.
pub(crate) async fn send(
    services: &Services,
    context: &Context,
    subject: Subject<'_>,
    network: &Network,
) -> Result<(), ProofError> {
    match send_again(services, context, subject, network).await {
        Err(SendError::TooSoon { .. }) => Ok(()),
        Err(SendError::Other(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

/// Sends another code.
pub(crate) async fn resend(
    services: &Services,
    context: &Context,
    subject: Subject<'_>,
    network: &Network,
) -> Result<(), ProofError> {
    match send_again(services, context, subject, network).await {
        Err(SendError::TooSoon { retry_after }) => Err(ProofError::Limited { retry_after }),
        Err(SendError::Other(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

enum SendError {
    TooSoon { retry_after: u64 },
    Other(ProofError),
}

async fn send_again(
    services: &Services,
    context: &Context,
    subject: Subject<'_>,
    network: &Network,
) -> Result<(), SendError> {
    let counted = count(services, context, &limits::CODE_PER_NETWORK, network).await;
    counted.map_err(|error| SendError::Other(error.into()))?;
    match codes::issue(services, context, subject.purpose, subject.draft, subject.contact).await {
        Ok(()) => Ok(()),
        Err(IssueError::TooSoon { retry_after }) => Err(SendError::TooSoon { retry_after }),
        Err(IssueError::Limited { retry_after }) => Err(SendError::Other(ProofError::Limited { retry_after })),
        Err(IssueError::Database(error)) => Err(SendError::Other(error.into())),
    }
}

/// Checks the code that was sent. What is proven is this contact: another one typed meanwhile in a second window stays
/// unproven.
pub(crate) async fn prove(
    services: &Services,
    context: &Context,
    subject: Subject<'_>,
    code: &str,
    network: &Network,
) -> Result<(), ProofError> {
    count(services, context, &limits::CODE_TRIES_PER_NETWORK, network).await?;
    match codes::verify(services, context, subject.purpose, subject.draft, subject.contact, code).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ProofError::OtherContact),
        Err(VerifyError::Shape) => Err(ProofError::Code(Fault::CodeShape)),
        Err(VerifyError::Wrong { left }) => Err(ProofError::Code(Fault::CodeWrong { left })),
        Err(VerifyError::Expired) => Err(ProofError::Code(Fault::CodeExpired)),
        Err(VerifyError::Database(error)) => Err(error.into()),
    }
}
