//! What an answer looks like to whoever has not said why they need it whole.

use domain::contact::{PersonName, Phone};
use domain::spark::application::Form;
use domain::spark::application::form::{Data, Kind};

/// As many stars whatever is behind them, which tells nothing of its length.
const STARS: &str = "****";

/// An answer to a field, masked: names keep their first character, numbers their last four. What is chosen of a few stays.
pub(super) fn masked(form: &Form, field: &str, answer: &str) -> String {
    let Some((_, known)) = form.field(field) else { return STARS.to_owned() };
    let hidden = match known.kind {
        Kind::Name => PersonName::kept(answer).map(|name| name.masked()).ok(),
        Kind::Phone => Phone::parse(answer).map(|phone| phone.masked()).ok(),
        Kind::Document { .. } | Kind::Account => Some(last_four(answer)),
        Kind::Born { .. } => answer.get(..4).map(|year| format!("{year}-**-**")),
        Kind::One(_) | Kind::City | Kind::Tick | Kind::Count { .. } => Some(answer.to_owned()),
        _ => None,
    };
    hidden.unwrap_or_else(|| STARS.to_owned())
}

/// It says who somebody is, where they are reached, or where they are paid.
pub(super) const fn is_hidden(data: Data, kind: Kind) -> bool {
    matches!(data, Data::Identity | Data::Contact)
        || matches!(kind, Kind::Account)
        || matches!((data, kind), (Data::Money, Kind::Name))
}

fn last_four(number: &str) -> String {
    let from = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    format!("{STARS}{}", number.get(from..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_says_who_it_is_stays_whole() {
        let form = Form::current();
        for (field, answer, shown) in [
            ("patient_name", "演示一", "演**"),
            ("patient_phone", "13800138000", "138****8000"),
            ("patient_document", "E87654321", "****4321"),
            ("account", "6222000011112222", "****2222"),
            ("patient_born", "2015-06-01", "2015-**-**"),
            ("patient_sex", "female", "female"),
            ("address", "演示市演示路1号", "****"),
            ("nothing_known", "演示", "****"),
        ] {
            assert_eq!(masked(form, field, answer), shown, "{field}");
        }
        assert_eq!(last_four("12"), "****12");
    }

    #[test]
    fn every_field_about_somebody_is_hidden() {
        for field in Form::current().pages.iter().flat_map(|page| page.fields) {
            let who = matches!(field.data, Data::Identity | Data::Contact) || field.key == "account";
            assert!(!who || is_hidden(field.data, field.kind), "{}", field.key);
        }
        let (_, holder) = Form::current().field("account_holder").expect("a field");
        assert!(is_hidden(holder.data, holder.kind));
    }
}
