//! Why nothing was done to a unit, in words, on the page it was tried on and with everything that was typed.

use super::calls::{SHOWN_FAMILY, field};
use super::unit::analyte_text;
use super::words::{state_text, unmet_text};
use crate::calls::{Answer, Asked};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use axum::http::StatusCode;
use jiff::SignedDuration;
use services::custody::Refused;
use services::custody::desk::DeskError;

/// The page at `page` again. Faults stand beside the fields of `form`.
pub(super) fn refused(asked: &Asked, page: &str, (form, error): (&str, DeskError)) -> Answer {
    match error {
        DeskError::Denied(denied) => denied.into(),
        DeskError::Fields(mut errors) => {
            if !form.is_empty() {
                errors.iter_mut().for_each(|error| error.field = field(form, &error.field));
            }
            Answer::again_at(page, asked.typed(&[SHOWN_FAMILY]).with_errors(errors))
        }
        DeskError::Limited { retry_after } => {
            let minutes = retry_after.div_ceil(60);
            let text = asked.t_args("units-too-often", &[("minutes", minutes.into())]);
            let form = asked.typed(&[SHOWN_FAMILY]).with_notice(Tone::Warning, text.to_string());
            Answer::again_at(page, form).retry_after(SignedDuration::from_secs(i64::from(retry_after)))
        }
        DeskError::SentBefore => {
            Answer::another_act(asked, page, (&[SHOWN_FAMILY], "form"), &asked.t("units-refused-sent-before"))
        }
        error => match said(asked, &error) {
            Some(text) => {
                // The version is the page's, which is made anew.
                let form = asked.typed(&["version", SHOWN_FAMILY]).with_notice(Tone::Warning, text);
                Answer::again_at(page, form).status(StatusCode::CONFLICT)
            }
            None => Problem::from(error).into(),
        },
    }
}

fn said(asked: &Asked, error: &DeskError) -> Option<String> {
    let text = match error {
        DeskError::Stale => asked.t("units-refused-stale"),
        DeskError::NoCode => asked.t("units-no-code"),
        DeskError::OwnProposal => asked.t("units-refused-own-proposal"),
        DeskError::QualitySteps => asked.t("units-refused-quality-steps"),
        DeskError::Unchecked => asked.t("units-refused-unchecked"),
        DeskError::Settled => asked.t("units-refused-settled"),
        DeskError::OtherScan => asked.t("units-refused-other-scan"),
        DeskError::Untrained => asked.t("units-refused-untrained"),
        DeskError::Busy => asked.t("cases-refused-busy"),
        DeskError::Refused(refused) => return Some(why(asked, refused)),
        _ => return None,
    };
    Some(text.to_string())
}

/// Why the record does not take it.
fn why(asked: &Asked, refused: &Refused) -> String {
    let key = format!("custody-refused-{}", refused.code());
    let text: Text = match refused {
        Refused::Over(state) => asked.t_args(&key, &[("state", state_text(asked, *state).to_string().into())]),
        Refused::NoWay { from, .. } => asked.t_args(&key, &[("state", state_text(asked, *from).to_string().into())]),
        Refused::UnknownOperator(code)
        | Refused::UnknownStep(code)
        | Refused::UnknownTest(code)
        | Refused::LotShape(code)
        | Refused::SecondNotQuality(code) => asked.t_args(&key, &[("code", code.clone().into())]),
        Refused::NeedsValue(step) => asked.t_args(&key, &[("step", analyte_text(asked, step).into())]),
        Refused::OutOfRange { analyte, least, most } => {
            let args = [
                ("analyte", analyte_text(asked, analyte).into()),
                ("least", least.to_string().into()),
                ("most", most.to_string().into()),
            ];
            asked.t_args(&key, &args)
        }
        Refused::Unmet(all) => {
            let all: Vec<String> = all.iter().map(|unmet| unmet_text(asked, *unmet)).collect();
            asked.t_args(&key, &[("what", all.join(&asked.t("list-separator")).into())])
        }
        _ => asked.t(&key),
    };
    text.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::found;
    use domain::Locale;
    use domain::custody::Unmet;

    #[test]
    fn every_reason_of_the_record_is_a_sentence() {
        let keys = Refused::CODES.iter().map(|code| format!("custody-refused-{code}"));
        let keys: Vec<String> = keys.chain(Unmet::CODES.iter().map(|code| format!("custody-unmet-{code}"))).collect();
        for locale in Locale::ALL {
            let silent: Vec<_> = keys.iter().filter(|key| found(locale, key).is_none()).collect();
            assert!(silent.is_empty(), "{locale:?}: {silent:?}");
        }
    }
}
