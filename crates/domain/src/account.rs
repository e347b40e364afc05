//! Who acts ([`capability`] says what they may do), and what people type to sign in: logins and one-time codes.

mod capability;
mod role;

pub use capability::{Capability, Denied, permit};
pub use role::{DeviceRole, Role, Scope};

use crate::contact::half_width;
use crate::field::Fault;
use crate::ids::{AccountId, ClientId, DeviceId, DisplayId, LoginSessionId};
use jiff::Timestamp;

/// Who asks. Made at the edge from a session cookie or a token, and by the workers for themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actor {
    /// Nobody we know.
    Anonymous,
    /// A visitor who proved a phone or a mail address.
    Visitor {
        /// Whose account.
        account: AccountId,
        /// In which browser.
        login: LoginSessionId,
        /// When a code to a contact of the account was last shown in it.
        stepped_up_at: Option<Timestamp>,
    },
    /// A member of staff who signed in with a second factor.
    Staff {
        /// Whose account.
        account: AccountId,
        /// In which browser.
        login: LoginSessionId,
        /// What the person is there for.
        roles: Vec<Role>,
        /// When the second factor was last shown.
        stepped_up_at: Option<Timestamp>,
    },
    /// A machine with a token.
    Client {
        /// Which.
        client: ClientId,
        /// What its token may do.
        scopes: Vec<Scope>,
    },
    /// A device at the door with its key.
    Device {
        /// Which.
        device: DeviceId,
        /// What may be done with it.
        role: DeviceRole,
    },
    /// A display on a wall with its key: nobody signs in on it, and it shows one page.
    Display {
        /// Which.
        display: DisplayId,
    },
    /// The house itself: a worker, a subcommand.
    System,
}

impl Actor {
    /// The account behind the actor, if it is a person.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Visitor { account, .. } | Self::Staff { account, .. } => Some(*account),
            _ => None,
        }
    }

    /// The word of the audit trail.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Visitor { .. } => "visitor",
            Self::Staff { .. } => "staff",
            Self::Client { .. } => "client",
            Self::Device { .. } => "device",
            Self::Display { .. } => "display",
            Self::System => "system",
        }
    }
}

/// What a member of staff types to say who they are: 3 to 40 small letters, digits, dots, dashes and underscores.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Login(String);

impl Login {
    /// Takes capitals and full-width letters for what they are meant to be.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let login = half_width(text).trim().to_ascii_lowercase();
        let shape = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        match login.len() {
            0 => Err(Fault::Required),
            41.. => Err(Fault::TooLong { max: 40 }),
            3.. if login.chars().all(shape) => Ok(Self(login)),
            _ => Err(Fault::NameCharacters),
        }
    }

    /// The login.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody calls a passkey, to know it among others: "the office computer".
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// The most characters.
    pub const MAX: usize = 40;

    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            Err(Fault::Required)
        } else if name.chars().count() > Self::MAX {
            Err(Fault::TooLong { max: Self::MAX as u32 })
        } else if name.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) {
            Err(Fault::TextCharacters)
        } else {
            Ok(Self(name))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The six digits of a one-time code, read from what people type: spaces, dashes and full-width digits are forgiven.
pub fn parse_code(text: &str) -> Result<String, Fault> {
    let digits: String = half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    match digits.as_bytes() {
        [] => Err(Fault::Required),
        bytes if bytes.len() == 6 && bytes.iter().all(u8::is_ascii_digit) => Ok(digits),
        _ => Err(Fault::CodeShape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_and_codes_are_read_as_they_are_meant() {
        assert_eq!(Login::parse(" Zhang.San ").map(|l| l.as_str().to_owned()), Ok("zhang.san".into()));
        assert_eq!(Login::parse("ｚｈａｎｇ３").map(|l| l.as_str().to_owned()), Ok("zhang3".into()));
        for (text, fault) in [("", Fault::Required), ("ab", Fault::NameCharacters), ("张三丰", Fault::NameCharacters)]
        {
            assert_eq!(Login::parse(text), Err(fault), "{text}");
        }
        assert_eq!(Login::parse(&"a".repeat(41)), Err(Fault::TooLong { max: 40 }));
        assert_eq!(parse_code(" １２3-456 "), Ok("123456".into()));
        assert_eq!(parse_code(" "), Err(Fault::Required));
        for text in ["12345", "1234567", "12345a", "+12345"] {
            assert_eq!(parse_code(text), Err(Fault::CodeShape), "{text}");
        }
    }

    #[test]
    fn a_passkeys_name_is_one_line_of_text() {
        assert_eq!(
            PasskeyName::parse("  办公室的  电脑 ").map(|name| name.as_str().to_owned()),
            Ok("办公室的 电脑".into())
        );
        assert_eq!(PasskeyName::parse(" \n "), Err(Fault::Required));
        assert_eq!(PasskeyName::parse("<b>"), Err(Fault::TextCharacters));
        assert!(PasskeyName::parse(&"钥".repeat(PasskeyName::MAX)).is_ok());
        assert_eq!(PasskeyName::parse(&"钥".repeat(41)), Err(Fault::TooLong { max: 40 }));
    }
}
