//! Signing in, and what belongs to a person once signed in: bookings, sessions, particulars, the copy of one's data, the
//! end of the account; the staff's door, their own account, the list of colleagues and the list of machines.
//!
//! Pages show, [`calls`] do. What happens between two forms lives sealed in the browser ([`pending`]): no contact, no
//! code and no secret stands in an address or is kept by a server. Nothing here decides who may what: the services do.

pub mod calls;
mod clients;
mod contact;
mod notices;
mod own;
mod passkey;
mod pending;
mod people;
mod proof;
mod requests;
mod sign_in;
mod staff_door;
mod staff_own;
mod widgets;
mod work_mail;

pub use calls::CALLS;
pub use clients::{ClientNew, ClientPage, Clients};
pub use contact::{ContactCode, ContactNew, Stop, Stopped};
pub use notices::wait_text;
pub use own::{Bookings, Security};
pub use passkey::{PasskeyNew, StaffSecond};
pub use people::{People, PeopleNew, Person};
pub use proof::{Confirm, ConfirmCode, own as own_proof};
pub use sign_in::{AccountDeleted, SignIn, SignInCode};
pub use staff_door::{StaffEnrol, StaffSignIn, StaffStepUp};
pub use staff_own::{RecoveryCodes, StaffAccount};
pub(crate) use widgets::AccountTabs;
pub use work_mail::WorkMail;

/// Where this room's pages stand, for its links and redirects.
pub mod at {
    /// One's own bookings.
    pub const ACCOUNT: &str = "/account";
    /// Particulars, signed-in browsers, the copy of one's data, the end of the account.
    pub const SECURITY: &str = "/account/security";
    /// Adding or replacing a telephone number or an address.
    pub const CONTACT: &str = "/account/contact";
    /// The code that proves it.
    pub const CONTACT_CODE: &str = "/account/contact/code";
    /// Proving again who one is.
    pub const CONFIRM: &str = "/account/confirm";
    /// The code that does.
    pub const CONFIRM_CODE: &str = "/account/confirm/code";
    /// A change of somebody else's was stopped.
    pub const STOPPED: &str = "/account/stopped";
    /// A visitor's sign-in.
    pub const SIGN_IN: &str = "/sign-in";
    /// The code that was sent.
    pub const SIGN_IN_CODE: &str = "/sign-in/code";
    /// A member of staff's mail address.
    pub const WORK_MAIL: &str = "/staff/account/mail";
    /// The code that proves it.
    pub const WORK_MAIL_CODE: &str = "/staff/account/mail/code";
    /// Taking it out.
    pub const WORK_MAIL_REMOVE: &str = "/staff/account/mail/remove";
    /// The staff's front page.
    pub const STAFF: &str = "/staff";
    /// The staff's sign-in.
    pub const STAFF_SIGN_IN: &str = "/staff/sign-in";
    /// The second factor after login and password, for those who have a passkey.
    pub const SECOND: &str = "/staff/sign-in/second";
    /// What a passkey is asked for there.
    pub const SECOND_OPTIONS: &str = "/staff/sign-in/second/options";
    /// The second factor again.
    pub const STEP_UP: &str = "/staff/step-up";
    /// What a passkey is asked for there.
    pub const STEP_UP_OPTIONS: &str = "/staff/step-up/options";
    /// The first second factor.
    pub const ENROL: &str = "/staff/enrol";
    /// What a first passkey is made with.
    pub const ENROL_OPTIONS: &str = "/staff/enrol/options";
    /// A member of staff's own account.
    pub const STAFF_ACCOUNT: &str = "/staff/account";
    /// Codes for a lost telephone.
    pub const RECOVERY: &str = "/staff/account/recovery-codes";
    /// Passkeys of one's own.
    pub const PASSKEYS: &str = "/staff/account/passkeys";
    /// Another one.
    pub const PASSKEY_NEW: &str = "/staff/account/passkeys/new";
    /// What it is made with.
    pub const PASSKEY_OPTIONS: &str = "/staff/account/passkeys/new/options";
    /// The staff.
    pub const PEOPLE: &str = "/staff/people";
    /// A new colleague.
    pub const PEOPLE_NEW: &str = "/staff/people/new";
    /// The machines that use the API.
    pub const CLIENTS: &str = "/staff/clients";
    /// A new machine.
    pub const CLIENTS_NEW: &str = "/staff/clients/new";
}
