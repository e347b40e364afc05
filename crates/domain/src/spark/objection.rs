//! An objection (公示异议) to the notice of a case: what it has to say, until when it is possible, and what can become of it.
//!
//! Whoever gives a name and an address is answered; what comes without a name is looked into where it has facts.

use super::{State, due, reasons};
use crate::contact::{MailAddress, PersonName};
use crate::field::{Faults, FieldError};
use crate::named::named;
use jiff::civil::Date;

named! {
    /// What became of an objection.
    Outcome, 2 {
        /// Nothing of what was granted is wrong.
        Unfounded "unfounded",
        /// The committee decides again.
        Upheld "upheld",
    }
}

/// What somebody says.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    /// Who; nobody where it comes without a name.
    pub name: Option<PersonName>,
    /// Where the answer goes.
    pub mail: Option<MailAddress>,
    /// What is wrong.
    pub facts: String,
}

// It is all about people: nothing of it stands in a log.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Said")
    }
}

impl Said {
    /// Reads what was typed. A name alone is one, and so is an address.
    ///
    /// # Errors
    /// What is wrong with `facts`, `name`, `mail`.
    pub fn parse(facts: &str, name: &str, mail: &str) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let facts = faults.take("facts", reasons::read(facts));
        let given = |text: &str| !text.trim().is_empty();
        let name = given(name).then(|| faults.take("name", PersonName::parse(name)));
        let mail = given(mail).then(|| faults.take("mail", MailAddress::parse(mail)));
        match facts {
            Some(facts) if faults.is_empty() => Ok(Self { name: name.flatten(), mail: mail.flatten(), facts }),
            _ => Err(faults.into_errors()),
        }
    }
}

/// The last day of an objection to a notice that began on a day, also where the notice stands longer because of another one.
pub fn last_day(began: Date) -> Date {
    due::last_day(State::Notice, began).unwrap_or(began)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const FACTS: &str = "演示：这户家庭去年已经由另一个基金救助过同一笔费用。";

    #[test]
    fn facts_are_needed_and_a_name_and_an_address_are_not() {
        let bare = Said::parse(FACTS, " ", "").expect("taken");
        assert!(bare.name.is_none() && bare.mail.is_none());
        let named = Said::parse(FACTS, "演示·王一", "a@example.com").expect("taken");
        assert!(named.name.is_some() && named.mail.is_some());
        let faults = |facts: &str, name: &str, mail: &str| -> Vec<String> {
            let errors = Said::parse(facts, name, mail).expect_err("refused");
            errors.into_iter().map(|error| error.field).collect()
        };
        assert_eq!(faults("不对", "<>", "nowhere"), ["facts", "name", "mail"]);
        assert_eq!(faults(&"长".repeat(2001), "", ""), ["facts"]);
        assert!(!format!("{named:?}").contains("演示"));
    }

    #[test]
    fn it_is_possible_as_long_as_the_notice_runs() {
        assert_eq!(last_day(date(2026, 11, 20)), date(2026, 11, 27));
    }
}
