//! The fields of a page, each by its kind. A field that hangs on another one of its page stands there from the beginning, and says
//! when it is asked; where scripts run it is shown as soon as it is.

use super::words::{asked_after, asked_after_text, hint, name};
use crate::i18n::Text;
use crate::ui::{Checkbox, Choice, DateField, Radios, Select, TextArea, TextField};
use crate::visit::Visit;
use domain::bus::City;
use domain::spark::application::form::Kind;
use domain::spark::application::{Answers, Field, Page};
use domain::time::local_day;
use leptos::prelude::*;

/// The fields of a page.
pub(super) fn fields(visit: &Visit, page: &'static Page, answers: &Answers) -> impl IntoView + use<> {
    let fields = page.fields.iter().map(|field| {
        let input = input(visit, field, answers.get("whom"));
        match asked_after(page, field) {
            Some((on, values)) => {
                let values = values.join(" ");
                // Where scripts show the field when it is asked nobody needs to be told.
                let when = asked_after_text(visit.locale(), page, field);
                view! {
                    <div class="apply-asked" data-on=on.key data-values=values>
                        <p class="hint apply-when">{when}</p>
                        {input}
                    </div>
                }
                .into_any()
            }
            None => input,
        }
    });
    // The heading asks already: the same words above a single choice are for those who come to it without the heading.
    let alone = matches!(page.fields, [Field { kind: Kind::One(_), .. }]);
    let class = if alone { "apply-fields spark-question" } else { "apply-fields" };
    view! { <div class=class>{fields.collect::<Vec<_>>()}</div> }
}

/// Something is written on a page, and not only chosen: it is saved while it is typed.
pub(super) fn is_written(page: &Page) -> bool {
    page.fields.iter().any(|field| !matches!(field.kind, Kind::One(_) | Kind::Consent(_) | Kind::Tick | Kind::City))
}

/// A field of a page hangs on another one.
pub(super) fn hangs(page: &Page) -> bool {
    page.fields.iter().any(|field| asked_after(page, field).is_some())
}

/// What a browser may fill in: only of whoever sits before it.
fn autocomplete(field: &str, whom: Option<&str>) -> &'static str {
    match (field, whom) {
        ("patient_name", Some("myself"))
        | ("guardian_name", Some("child"))
        | ("representative_name", Some("relative"))
        | ("worker_name", Some("family")) => "name",
        ("patient_born", Some("myself")) => "bday",
        ("patient_phone", Some("myself")) | ("guardian_phone", Some("child")) | ("worker_phone", Some("family")) => {
            "tel"
        }
        ("address", Some("myself" | "child")) => "street-address",
        ("worker_hospital", Some("family")) => "organization",
        _ => "off",
    }
}

fn input(visit: &Visit, field: &'static Field, whom: Option<&str>) -> AnyView {
    let locale = visit.locale();
    let key = field.key;
    let label = label(visit, field);
    let hint = hint(locale, field);
    let said = hint.clone().unwrap_or_default();
    let fill = autocomplete(key, whom);
    let optional = !field.required;
    match field.kind {
        Kind::Name => {
            view! { <TextField name=key label=label hint=said autocomplete=fill width="medium" optional=optional/> }.into_any()
        }
        Kind::Line { .. } => {
            view! { <TextField name=key label=label hint=said autocomplete=fill optional=optional/> }.into_any()
        }
        Kind::Document { .. } => {
            view! { <TextField name=key label=label hint=said width="medium" optional=optional/> }.into_any()
        }
        Kind::Phone => view! {
            <TextField name=key label=label hint=said kind="tel" inputmode="tel" autocomplete=fill width="medium" optional=optional/>
        }
        .into_any(),
        Kind::Count { .. } => {
            view! { <TextField name=key label=label hint=said inputmode="numeric" width="short" optional=optional/> }.into_any()
        }
        Kind::Money { .. } => {
            view! { <TextField name=key label=label hint=said inputmode="decimal" width="medium" optional=optional/> }.into_any()
        }
        Kind::Account => {
            view! { <TextField name=key label=label hint=said inputmode="numeric" optional=optional/> }.into_any()
        }
        Kind::Words { .. } => view! { <TextArea name=key label=label hint=said rows=6 optional=optional/> }.into_any(),
        Kind::Born { .. } | Kind::Day { .. } => {
            let today = local_day(visit.context.now);
            view! { <DateField name=key label=label hint=said max=today autocomplete=fill optional=optional/> }.into_any()
        }
        Kind::City => {
            let none = Choice::new("", visit.t("application-choose"));
            let cities = City::ALL.into_iter().map(|city| Choice::new(city.code(), city.text(locale)));
            let choices = std::iter::once(none).chain(cities).collect();
            view! { <Select name=key label=label choices=choices optional=optional/> }.into_any()
        }
        Kind::Tick => view! { <Checkbox name=key called=name(locale, field)>{label}</Checkbox> }.into_any(),
        Kind::One(_) | Kind::Consent(_) => {
            let choices = field.choices().iter();
            let choices = choices.map(|word| Choice::new(*word, crate::spark::form_words::choice(visit, field, word)));
            let choices = choices.collect();
            match hint {
                Some(hint) => view! { <Radios name=key label=label hint=hint choices=choices optional=optional/> }.into_any(),
                None => view! { <Radios name=key label=label choices=choices optional=optional/> }.into_any(),
            }
        }
    }
}

/// The label. Of a field that may stay empty the form's own words say so, and so does the field.
fn label(visit: &Visit, field: &Field) -> Text {
    let label = crate::spark::form_words::field(visit, field);
    let bare = label.strip_suffix(&*visit.t("optional")).filter(|_| !field.required).map(str::to_owned);
    bare.map_or(label, Text::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::spark::application::Form;

    #[test]
    fn a_browser_fills_in_only_what_is_about_whoever_sits_before_it() {
        assert_eq!(autocomplete("patient_name", Some("myself")), "name");
        assert_eq!(autocomplete("patient_born", Some("myself")), "bday");
        assert_eq!(autocomplete("guardian_phone", Some("child")), "tel");
        for whom in [None, Some("child"), Some("relative"), Some("family")] {
            assert_eq!(autocomplete("patient_name", whom), "off", "{whom:?}");
        }
        for field in ["account", "account_holder", "patient_document", "family_phone", "diagnosis"] {
            assert_eq!(autocomplete(field, Some("myself")), "off", "{field}");
        }
    }

    #[test]
    fn what_is_written_is_told_from_what_is_only_chosen() {
        let page = |key: &str| Form::current().page(key).expect("a page");
        assert!(is_written(page("patient")) && is_written(page("treatment")));
        assert!(!is_written(page("keep")) && !is_written(page("papers")) && !is_written(page("consent_health")));
        assert!(hangs(page("guardian")) && hangs(page("payee")) && !hangs(page("patient")));
    }
}
