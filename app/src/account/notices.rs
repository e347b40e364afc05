//! What the services' refusals become: a sentence above the form, or the house's page for a problem.

use crate::calls::{Answer, Asked};
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::visit::Visit;
use domain::account::Denied;
use domain::field::FieldError;
use jiff::SignedDuration;
use services::account::AccountError;
use services::account::codes::{IssueError, VerifyError};
use services::account::contacts::AddContactError;
use services::account::passkeys::PasskeyError;
use services::account::password::PasswordFault;
use services::account::proof::ProofError;
use services::account::sign_in::SignInError;
use services::account::visitors::VisitorError;
use services::account::work_mail::WorkMailError;
use services::crypto::CryptoError;
use services::limits::Limited;

/// What an action of this room came to, when it was not done.
pub enum Refusal {
    /// Say this above the form, whose fields keep what was typed.
    Say(&'static str),
    /// A password cannot be taken.
    Password(PasswordFault),
    /// Too often.
    Wait(SignedDuration),
    /// The policy says no.
    Denied(Denied),
    /// The house's page.
    Problem(Problem),
}

impl Refusal {
    /// Too often, again in so many seconds.
    pub fn wait(seconds: u64) -> Self {
        Self::Wait(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
    }

    /// The form of `asked` again, or the house's page.
    pub fn answer(self, asked: &Asked, form: FormState) -> Answer {
        self.answer_at(asked, None, form)
    }

    /// The page at `page` again with `form`.
    pub fn answer_at(self, asked: &Asked, page: Option<&str>, form: FormState) -> Answer {
        let again = |form| match page {
            Some(page) => Answer::again_at(page, form),
            None => Answer::again(form),
        };
        match self {
            Self::Say(key) => again(form.with_notice(Tone::Danger, asked.t(key))),
            Self::Password(fault @ (PasswordFault::LikeLogin | PasswordFault::Common | PasswordFault::Same)) => {
                again(form.with_notice(Tone::Danger, password_text(asked, fault)))
            }
            Self::Password(fault) => again(form.with_errors(vec![FieldError::new("new-password", fault.fault())])),
            Self::Wait(wait) => again(form.with_notice(Tone::Warning, wait_text(asked, wait))).retry_after(wait),
            Self::Denied(denied) => denied.into(),
            Self::Problem(problem) => problem.into(),
        }
    }
}

/// "Please try again in …": seconds below two minutes, whole minutes above.
pub fn wait_text(visit: &Visit, wait: SignedDuration) -> Text {
    let seconds = seconds(wait).max(1);
    match seconds {
        ..120 => visit.t_args("account-wait-seconds", &[("n", seconds.into())]),
        120..7200 => visit.t_args("account-wait-minutes", &[("n", seconds.div_ceil(60).into())]),
        _ => visit.t_args("account-wait-hours", &[("n", seconds.div_ceil(3600).into())]),
    }
}

/// Whole seconds, rounded up; 0 for what is past.
pub fn seconds(wait: SignedDuration) -> u32 {
    u32::try_from((wait.as_millis().max(0) + 999) / 1000).unwrap_or(u32::MAX)
}

/// Why a password cannot be taken, and what to choose instead.
fn password_text(visit: &Visit, fault: PasswordFault) -> Text {
    match fault {
        PasswordFault::LikeLogin => visit.t("account-password-like-login"),
        PasswordFault::Common => visit.t("account-password-common"),
        PasswordFault::Same => visit.t("account-password-same"),
        other => crate::words::fault_text(visit, &other.fault()),
    }
}

/// A fault of ours, for the log.
fn broken(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "an account could not be read or written");
    Refusal::Problem(Problem::Broken)
}

/// The database does not answer: the visitor waits a moment, as with any crowd.
fn busy(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "the database failed an account's service");
    Refusal::Problem(Problem::Busy)
}

impl From<Limited> for Refusal {
    fn from(limited: Limited) -> Self {
        Self::Wait(limited.retry_after)
    }
}

impl From<CryptoError> for Refusal {
    fn from(error: CryptoError) -> Self {
        broken(&error)
    }
}

impl From<IssueError> for Refusal {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::TooSoon { retry_after } | IssueError::Limited { retry_after } => Self::wait(retry_after),
            IssueError::Database(error) => busy(&error),
        }
    }
}

impl From<VisitorError> for Refusal {
    /// For what is no fault of the code's field: ask [`VisitorError::fault`] first.
    fn from(error: VisitorError) -> Self {
        match error {
            VisitorError::Code(VerifyError::Database(error)) | VisitorError::Database(error) => busy(&error),
            VisitorError::Code(VerifyError::Shape | VerifyError::Wrong { .. } | VerifyError::Expired) => {
                Self::Say("account-code-again")
            }
            VisitorError::Taken => Self::Say("account-contact-taken"),
            VisitorError::Limited(limited) => limited.into(),
            VisitorError::Denied(denied) => Self::Denied(denied),
            VisitorError::NotFound => Self::Problem(Problem::NotFound),
            VisitorError::Crypto(error) => error.into(),
        }
    }
}

impl From<AddContactError> for Refusal {
    fn from(error: AddContactError) -> Self {
        match error {
            AddContactError::Denied(denied) => Self::Denied(denied),
            AddContactError::Issue(error) => error.into(),
        }
    }
}

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Denied(denied) => Self::Denied(denied),
            ProofError::NotFound => Self::Problem(Problem::NotFound),
            ProofError::Issue(error) => error.into(),
            ProofError::Crypto(error) => error.into(),
        }
    }
}

impl From<WorkMailError> for Refusal {
    /// For what is no fault of the code's field: ask `VerifyError::fault` first.
    fn from(error: WorkMailError) -> Self {
        match error {
            WorkMailError::Denied(denied) => Self::Denied(denied),
            WorkMailError::NotFound => Self::Problem(Problem::NotFound),
            WorkMailError::Issue(error) => error.into(),
            WorkMailError::Verify(VerifyError::Database(error)) | WorkMailError::Database(error) => busy(&error),
            WorkMailError::Verify(VerifyError::Shape | VerifyError::Wrong { .. } | VerifyError::Expired) => {
                Self::Say("account-code-again")
            }
            WorkMailError::Crypto(error) => error.into(),
        }
    }
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::Say("staff-sign-in-refused"),
            SignInError::EnrolmentOver => Self::Say("staff-enrol-over"),
            SignInError::TooLate => Self::Say("staff-second-over"),
            SignInError::WrongCode => Self::Say("staff-enrol-wrong-code"),
            SignInError::Passkey(error) => error.into(),
            SignInError::Password(fault) => Self::Password(fault),
            SignInError::Limited(limited) => limited.into(),
            SignInError::Denied(denied) => Self::Denied(denied),
            SignInError::Busy => Self::Problem(Problem::Busy),
            SignInError::Crypto(error) => error.into(),
            SignInError::Database(error) => busy(&error),
        }
    }
}

impl From<PasskeyError> for Refusal {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Denied(denied) => Self::Denied(denied),
            PasskeyError::NotFound => Self::Problem(Problem::NotFound),
            PasskeyError::Over => Self::Say("passkey-over"),
            PasskeyError::Refused(_) => Self::Say("passkey-refused"),
            PasskeyError::Known => Self::Say("passkey-known"),
            PasskeyError::TooMany => Self::Say("passkey-too-many"),
            PasskeyError::LastFactor => Self::Say("passkey-last"),
            PasskeyError::Account(error) => error.into(),
        }
    }
}

impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Denied(denied) => Self::Denied(denied),
            AccountError::NotFound => Self::Problem(Problem::NotFound),
            AccountError::Field { .. } => Self::Say("account-look-again"),
            AccountError::Password(fault) => Self::Password(fault),
            AccountError::LastOperator => Self::Say("people-last-operator"),
            AccountError::Changed => Self::Say("account-changed-meanwhile"),
            AccountError::LiveBookings { .. } => Self::Say("account-delete-live"),
            AccountError::NotCancelled => Self::Say("account-delete-not-cancelled"),
            AccountError::LiveCase => Self::Say("account-kept-why"),
            AccountError::NotConfirmed => Self::Say("staff-not-confirmed"),
            AccountError::Limited(limited) => limited.into(),
            AccountError::Busy => Self::Problem(Problem::Busy),
            AccountError::Crypto(error) => error.into(),
            AccountError::Database(error) => busy(&error),
        }
    }
}

/// The page's problem where a service failed while the page was made.
pub fn page_problem(error: impl Into<Refusal>) -> Problem {
    match error.into() {
        Refusal::Problem(problem) => problem,
        Refusal::Denied(_) => Problem::Forbidden,
        Refusal::Wait(_) => Problem::Busy,
        Refusal::Say(_) | Refusal::Password(_) => Problem::Broken,
    }
}
