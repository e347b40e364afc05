//! Every text in every language with sample data: it renders, tells nobody more than it may, and is filed as it was reviewed.

mod samples;

use super::super::certificates::CertificateFacts;
use super::super::report::ReportFacts;
use super::super::requests::{AmbassadorTemplate, BusTemplate, GroupTemplate};
use super::*;
use crate::messages::Template as Booking;
use crate::requests::Template;
use samples::samples;
use std::collections::BTreeSet;

/// Texts of text messages only.
const SMS_ONLY: [&str; 4] = ["reminder_free", "reminder_firm", "confirmation_firm", "series_confirmed_firm"];

/// Texts that greet a person by name; the others may lie open.
fn names_somebody(name: &str) -> bool {
    let plain = ["code", "contact_asked", "contact_changed", "case_news", "case_reminder", "case_due"];
    !plain.contains(&name) && !name.starts_with("tank_") && !name.starts_with("family_")
}

fn is_of_visit(name: &str) -> bool {
    names_somebody(name)
        && !["bus_", "group_", "ambassador_", "waiting", "series"].iter().any(|room| name.starts_with(room))
}

/// The texts of one kind of request, by its table of messages.
fn texts<T: Template>() -> BTreeSet<&'static str> {
    T::ALL.iter().map(|template| template.text()).collect()
}

/// A message without a text would be found out by whoever waits for it, and a text nobody sends would be filed for nothing.
#[test]
fn every_message_about_a_request_has_a_text_and_every_such_text_a_message() {
    let table: BTreeSet<_> = [texts::<BusTemplate>(), texts::<GroupTemplate>(), texts::<AmbassadorTemplate>()]
        .into_iter()
        .flatten()
        .collect();
    let is_of_request = |name: &&str| ["bus_", "group_", "ambassador_"].iter().any(|kind| name.starts_with(kind));
    assert_eq!(table, NAMES.iter().copied().filter(is_of_request).collect());
}

/// By a text that is not filed none would ever leave.
#[test]
fn every_message_about_a_booking_leaves_by_a_filed_text_and_by_every_such_text_a_message() {
    let whenever = [(false, false), (false, true), (true, false), (true, true)];
    let texts = |message: Booking| whenever.map(|(open_door, changeable)| message.filed_text(open_door, changeable));
    let left: BTreeSet<_> = Booking::ALL.into_iter().flat_map(texts).collect();
    let filed: BTreeSet<_> = NAMES.iter().chain(&SMS_ONLY).copied().filter(|name| is_of_visit(name)).collect();
    assert_eq!(left, filed);
}

#[test]
fn every_text_renders_in_every_language() {
    for locale in Locale::ALL {
        for (name, facts) in samples(locale) {
            for piece in ["subject", "txt", "html"] {
                let text = render(locale, name, piece, &facts).unwrap_or_else(|e| panic!("{e}"));
                let what = format!("{} {name} {piece}:\n{text}", locale.tag());
                // To look at them: MAIL_HTML_DIR=/somewhere cargo nextest run every_text
                if let (Some(folder), "html") = (option_env!("MAIL_HTML_DIR"), piece) {
                    std::fs::write(format!("{folder}/{}-{name}.html", locale.tag()), &text).expect("written");
                }
                assert!(!text.trim().is_empty(), "{what}");
                assert!(!text.contains("{{") && !text.contains("{%") && !text.contains("undefined"), "{what}");
                assert!(!text.replace("text-decoration:none", "").contains("none"), "{what}");
                if piece == "html" {
                    assert!(text.contains(&format!("<html lang=\"{}\">", locale.tag())), "{what}");
                    assert!(
                        text.contains("<title>") && !text.contains("<script") && !text.contains("<table"),
                        "{what}"
                    );
                    assert!(
                        !names_somebody(name)
                            || name == "cancelled"
                            || name == "waiting_ended"
                            || matches!(name, "bus_withdrawn" | "group_withdrawn" | "ambassador_withdrawn")
                            || text.contains("/secret-link\""),
                        "{what}"
                    );
                    assert!(
                        name != "contact_asked" || text.contains("href=\"https://www.example.cn/a/secret-link\""),
                        "{what}"
                    );
                    assert!(!text.contains("src=") && !text.contains("@import"), "nothing is fetched: {what}");
                }
                if piece == "subject" {
                    assert!(!text.contains(['\n', '\r']), "{what}");
                }
                if locale == Locale::En && piece != "html" {
                    assert!(
                        !text.replace("张<小>满", "").chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
                        "Chinese in English: {what}"
                    );
                }
            }
        }
    }
}

#[test]
fn subjects_hold_no_personal_data() {
    for locale in Locale::ALL {
        for (name, facts) in samples(locale) {
            let subject = render(locale, name, "subject", &facts).expect("it renders");
            for private in ["张", "小", "K7M4", "204817", "secret-link", "http"] {
                assert!(!subject.contains(private), "{name}: {subject}");
            }
        }
    }
}

/// What has to be filed with the provider, for people to read and to copy. `UPDATE_GOLDEN=1` rewrites it.
///
/// A filed text has no conditions, every value once, and at most 35 characters in a value; a text for codes has no
/// value but the code; nothing in it names anybody. With its longest values and the signature it has at most 500
/// characters, which is all a provider sends.
#[test]
fn filed_texts_are_the_reviewed_ones() {
    let known = [
        "code",
        "title",
        "when",
        "people",
        "reference",
        "doors",
        "link",
        "reason",
        "day",
        "before",
        "until",
        "outcome",
        "what",
        "dates",
    ];
    let values: BTreeMap<_, _> = known.into_iter().map(|name| (name, format!("${{{name}}}"))).collect();
    let facts = Facts::Values { values, site: "https://www.example.cn".into() };
    let mut filed = String::new();
    for locale in Locale::ALL {
        for name in NAMES.iter().chain(&SMS_ONLY) {
            let source =
                SOURCES.iter().find(|(file, _)| *file == format!("{}/{name}.sms.j2", locale.tag())).expect("a text").1;
            assert!(!source.contains("{%"), "{name}: a filed text has no conditions");
            let text = render(locale, name, "sms", &facts).expect("it renders");
            for value in known {
                assert!(text.matches(&format!("${{{value}}}")).count() <= 1, "{name}: {value} twice");
            }
            assert!(*name != "code" || text.matches("${").count() == 1, "{text}");
            assert!(!text.contains('\n') && !text.contains("name"), "{text}");
            let longest =
                known.iter().fold(text.clone(), |text, it| text.replace(&format!("${{{it}}}"), &"长".repeat(35)));
            assert!("【山东省脐血库】".chars().chain(longest.chars()).count() <= 500, "{name} is too long: {text}");
            // One that comes too late for changes invites to none.
            let invites = ["取消", "改期", "ancel", "hange"].iter().any(|word| text.contains(word));
            assert!(!name.ends_with("_firm") || !invites, "{name}: {text}");
            filed.push_str(&format!("{}/{name}\n  {text}\n", locale.tag()));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/filed_texts.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &filed).expect("the golden file can be written");
    }
    assert_eq!(filed, std::fs::read_to_string(path).expect("the golden file is there"));
}

/// What the mails of a booking say of changing it, they say only while it can be changed.
#[test]
fn a_mail_invites_to_no_change_that_is_too_late() {
    for locale in Locale::ALL {
        let all = samples(locale).into_iter().filter_map(|(name, facts)| {
            let changeable = match &facts {
                Facts::Visit(visit) if !visit.open_door => visit.changeable,
                Facts::Series(series) => series.changeable,
                _ => return None,
            };
            let of_booking = ["confirmation", "reminder", "series_confirmed"].contains(&name);
            of_booking.then_some((name, facts, changeable))
        });
        for (name, facts, changeable) in all {
            for piece in ["txt", "html"] {
                let text = render(locale, name, piece, &facts).expect("it renders");
                let invites = ["取消", "修改", "改期", "ancel", "hange"].iter().any(|word| text.contains(word));
                assert_eq!(invites, changeable, "{} {name} {piece}:\n{text}", locale.tag());
            }
        }
    }
}

#[test]
fn names_are_escaped_in_html_and_plain_in_text() {
    for locale in Locale::ALL {
        for (name, facts) in samples(locale).into_iter().filter(|(name, _)| names_somebody(name)) {
            let html = render(locale, name, "html", &facts).expect("it renders");
            assert!(html.contains("张&lt;小&gt;满") && !html.contains("<小>"), "{name}: {html}");
            assert!(render(locale, name, "txt", &facts).expect("it renders").contains("张<小>满"), "{name}");
        }
    }
}

#[test]
fn a_text_that_asks_for_more_does_not_render() {
    let facts = Facts::Code { code: "204817".into(), minutes: 10, site: "https://www.example.cn".into(), help: None };
    assert_eq!(render(Locale::ZhCn, "confirmation", "txt", &facts), Err(NoText("zh-CN/confirmation.txt.j2".into())));
}

#[test]
fn a_scheduled_export_is_told_without_a_number_or_a_name() {
    for locale in [Locale::ZhCn, Locale::En] {
        for bookings in [false, true] {
            let facts = Facts::Export(ExportFacts {
                bookings,
                days: 14,
                page: "https://www.example.cn/staff/numbers/files/0193".into(),
                site: "https://www.example.cn".into(),
                help: bookings.then(|| "0531-00000000".into()),
            });
            let subject = render(locale, "export_ready", "subject", &facts).expect("a subject");
            assert!(!subject.is_empty() && !subject.contains('\n'), "{subject}");
            for piece in ["txt", "html"] {
                let text = render(locale, "export_ready", piece, &facts).expect("it renders");
                assert!(text.contains("https://www.example.cn/staff/numbers/files/0193"), "{text}");
                let factor = if locale == Locale::En { "second factor" } else { "第二因素" };
                assert_eq!(text.contains(factor), bookings, "{text}");
            }
        }
    }
}

#[test]
fn a_report_that_is_due_is_told_without_a_figure() {
    for locale in [Locale::ZhCn, Locale::En] {
        let facts = Facts::Report(ReportFacts {
            term: "2026-Q3".into(),
            due: "2026-10-30".into(),
            page: "https://www.example.cn/staff/disclosure".into(),
            site: "https://www.example.cn".into(),
            help: None,
        });
        let subject = render(locale, "report_due", "subject", &facts).expect("a subject");
        assert!(!subject.is_empty() && !subject.contains('\n'), "{subject}");
        for piece in ["txt", "html"] {
            let text = render(locale, "report_due", piece, &facts).expect("it renders");
            for part in ["2026-Q3", "2026-10-30", "https://www.example.cn/staff/disclosure"] {
                assert!(text.contains(part), "{text}");
            }
        }
    }
}

#[test]
fn certificates_that_end_are_told_by_their_number_and_name_nobody() {
    for locale in [Locale::ZhCn, Locale::En] {
        let facts = Facts::Certificates(CertificateFacts {
            count: 2,
            until: "2026-10-30".into(),
            page: "https://www.example.cn/staff/collectors?ending=1".into(),
            site: "https://www.example.cn".into(),
            help: None,
        });
        let subject = render(locale, "certificates_end", "subject", &facts).expect("a subject");
        assert!(!subject.is_empty() && !subject.contains('\n'), "{subject}");
        for piece in ["txt", "html"] {
            let text = render(locale, "certificates_end", piece, &facts).expect("it renders");
            for part in ["2026-10-30", "https://www.example.cn/staff/collectors"] {
                assert!(text.contains(part), "{text}");
            }
        }
    }
}

#[test]
fn a_code_that_is_a_second_old_is_good_for_as_long_as_its_page_says() {
    let minutes = |seconds| crate::messages::deliver::whole_minutes(jiff::SignedDuration::from_secs(seconds));
    assert_eq!([600, 599, 571, 569, 20].map(minutes), [10, 10, 10, 9, 1]);
}

#[test]
fn an_objector_is_told_the_answer_and_its_receipt_and_a_subject_tells_nothing() {
    for locale in [Locale::ZhCn, Locale::En] {
        let said = [(true, true), (true, false), (false, false)].map(|(upheld, back)| {
            let facts = Facts::Objection(ObjectionFacts {
                receipt: "K7M4-Q2XR".into(),
                upheld,
                back,
                answer: "演示答复 <b>".into(),
                site: "https://www.example.cn".into(),
                help: None,
            });
            let subject = render(locale, "objection_answered", "subject", &facts).expect("a subject");
            assert!(!subject.is_empty() && !subject.contains(['\n', 'K']), "{subject}");
            let html = render(locale, "objection_answered", "html", &facts).expect("it renders");
            assert!(html.contains("K7M4-Q2XR") && html.contains("演示答复 &lt;b&gt;"), "{html}");
            let text = render(locale, "objection_answered", "txt", &facts).expect("it renders");
            assert!(text.contains("K7M4-Q2XR") && text.contains("演示答复 <b>"), "{text}");
            text
        });
        let told: BTreeSet<&String> = said.iter().collect();
        assert_eq!(told.len(), 3, "{locale:?}: decided again, upheld when all is over, unfounded");
    }
}
