//! Every text in every language with sample data: it renders, tells nobody more than it may, and is filed as it was reviewed.

use super::super::alarm::AlarmFacts;
use super::super::ambassadors::AmbassadorFacts;
use super::super::bus::BusFacts;
use super::super::certificates::CertificateFacts;
use super::super::groups::GroupFacts;
use super::super::report::ReportFacts;
use super::super::requests::{AmbassadorTemplate, BusTemplate, GroupTemplate, OwnFacts};
use super::*;
use crate::requests::Template;
use std::collections::BTreeSet;

fn samples(locale: Locale) -> Vec<(&'static str, Facts)> {
    let zh = locale == Locale::ZhCn;
    let visit = VisitFacts {
        name: "张<小>满".into(),
        title: if zh { "造血干细胞科普馆" } else { "Stem Cell Museum" }.into(),
        date: if zh { "2026年7月28日（周二）09:00–10:30" } else { "Tue 28 July 2026, 09:00–10:30" }.into(),
        reference: "K7M4-Q2XR".into(),
        people: 3,
        children: 1,
        children_need_adult: true,
        place: if zh { "山东省脐血库" } else { "Shandong Cord Blood Bank" }.into(),
        doors_open: "08:30".into(),
        doors_close: "09:45".into(),
        change_until: if zh { "7月28日08:30" } else { "08:30 on 28 July" }.into(),
        changeable: true,
        days: 1,
        manage: "https://www.example.cn/b/secret-link".into(),
        pass: "https://www.example.cn/b/secret-link/pass".into(),
        by_house: false,
        closed: false,
        open_door: false,
        reason: None,
        alternatives: Vec::new(),
        rebook: "https://www.example.cn/b/secret-link".into(),
        missed: MissedFacts::default(),
        site: "https://www.example.cn".into(),
        help: Some("0531-00000000".into()),
    };
    let code = Facts::Code { code: "204817".into(), minutes: 10, site: visit.site.clone(), help: None };
    let account = AccountFacts {
        what: if zh { "手机号" } else { "mobile number" },
        when: if zh { "7月28日周二09:00" } else { "Tue 28 July 09:00" }.into(),
        stop: Some("https://www.example.cn/a/secret-link".into()),
        site: visit.site.clone(),
        help: Some("0531-00000000".into()),
    };
    let changed = AccountFacts { stop: None, help: None, ..account.clone() };
    let mut all =
        vec![("code", code), ("contact_asked", Facts::Account(account)), ("contact_changed", Facts::Account(changed))];
    for name in NAMES.iter().filter(|name| name.starts_with("waiting")) {
        all.extend(waiting_samples(&visit, zh).into_iter().map(|facts| (*name, facts)));
    }
    all.extend(series_samples(&visit).into_iter().map(|facts| ("series_confirmed", facts)));
    all.extend(request_samples(locale, &visit));
    let case = CaseFacts {
        reference: visit.reference.clone(),
        until: None,
        page: format!("{}/account", visit.site),
        site: visit.site.clone(),
        help: visit.help.clone(),
    };
    all.push(("case_news", Facts::Case(CaseFacts { help: None, ..case.clone() })));
    let until = Some(if zh { "2026年7月28日（周二）" } else { "Tue 28 July 2026" }.into());
    let reminder = CaseFacts { until, ..case.clone() };
    all.extend(["case_reminder", "case_due"].map(|name| (name, Facts::Case(reminder.clone()))));
    all.push(("case_news", Facts::Case(case)));
    for (name, others) in [("tank_alarm", 0), ("tank_alarm", 3), ("tank_drill", 0), ("tank_drill", 3)] {
        let alarm = AlarmFacts {
            what: if zh { "T-07 温度高于临界限" } else { "T-07 critically warm" }.into(),
            when: if zh { "7月28日周二03:12" } else { "Tue 28 July 03:12" }.into(),
            others,
            page: format!("{}/staff/wall", visit.site),
            site: visit.site.clone(),
            help: if others > 0 { visit.help.clone() } else { None },
        };
        all.push((name, Facts::Alarm(alarm)));
    }
    let family = |help| Facts::Family(FamilyFacts { page: visit.site.clone(), site: visit.site.clone(), help });
    all.extend([("family_news", family(None)), ("family_news", family(visit.help.clone()))]);
    all.extend(["family_invited", "family_left"].map(|name| (name, family(visit.help.clone()))));
    for name in NAMES.iter().filter(|name| is_of_visit(name)) {
        all.push((name, Facts::Visit(Box::new(visit.clone()))));
        all.push((
            name,
            Facts::Visit(Box::new(VisitFacts {
                children: 0,
                children_need_adult: false,
                changeable: false,
                days: 0,
                by_house: true,
                closed: true,
                reason: Some(if zh { "设备检修" } else { "maintenance" }.into()),
                alternatives: vec![visit.date.clone(), visit.date.clone()],
                help: None,
                ..visit.clone()
            })),
        ));
        let missed = MissedFacts {
            missed_whole: true,
            no_shows: 2,
            no_shows_allowed: 3,
            no_show_days: 180,
            suspended_until: None,
        };
        all.push((
            name,
            Facts::Visit(Box::new(VisitFacts { days: 3, by_house: true, missed: missed.clone(), ..visit.clone() })),
        ));
        let until = Some(if zh { "9月28日10:30" } else { "10:30 on 28 September" }.into());
        let paused = MissedFacts { suspended_until: until, ..missed };
        all.push((
            name,
            Facts::Visit(Box::new(VisitFacts { missed: paused, open_door: true, help: None, ..visit.clone() })),
        ));
    }
    all
}

fn waiting_samples(visit: &VisitFacts, zh: bool) -> Vec<Facts> {
    let facts = WaitingFacts {
        name: visit.name.clone(),
        title: visit.title.clone(),
        date: visit.date.clone(),
        others: Vec::new(),
        people: 3,
        children: 1,
        before: 0,
        until: visit.change_until.clone(),
        why: "ran_out",
        waits_on: false,
        several: false,
        reason: None,
        page: visit.manage.clone(),
        calendar: visit.site.clone(),
        site: visit.site.clone(),
        help: visit.help.clone(),
    };
    let closed = WaitingFacts {
        others: vec![visit.date.clone()],
        before: 4,
        children: 0,
        why: "closed",
        reason: Some(if zh { "设备检修" } else { "maintenance" }.into()),
        help: None,
        ..facts.clone()
    };
    let none = WaitingFacts { why: "no_place", ..facts.clone() };
    let on = WaitingFacts { waits_on: true, ..facts.clone() };
    let rests = WaitingFacts { why: "rests", waits_on: true, ..facts.clone() };
    let come = WaitingFacts { why: "not_needed", waits_on: true, ..facts.clone() };
    let day = WaitingFacts { why: "day_not_needed", ..facts.clone() };
    let again = WaitingFacts { why: "needed_again", ..facts.clone() };
    let shut = WaitingFacts { why: "come_closed", ..closed.clone() };
    let [both_again, both_shut] = [&again, &shut].map(|one| WaitingFacts { several: true, ..one.clone() });
    [facts, closed, none, on, rests, come, day, again, shut, both_again, both_shut]
        .into_iter()
        .map(|facts| Facts::Waiting(Box::new(facts)))
        .collect()
}

fn series_samples(visit: &VisitFacts) -> [Facts; 2] {
    let date = SeriesDate { date: visit.date.clone(), reference: visit.reference.clone(), pass: visit.pass.clone() };
    let facts = SeriesFacts {
        name: visit.name.clone(),
        title: visit.title.clone(),
        dates: vec![date.clone(), date],
        people: 2,
        children: 1,
        place: visit.place.clone(),
        changeable: true,
        manage: visit.manage.clone(),
        site: visit.site.clone(),
        help: visit.help.clone(),
    };
    let plain = SeriesFacts { children: 0, changeable: false, help: None, ..facts.clone() };
    [facts, plain].map(|facts| Facts::Series(Box::new(facts)))
}

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

/// Every text about a request, with everything it may speak of and with nothing that may be missing.
fn request_samples(locale: Locale, visit: &VisitFacts) -> Vec<(&'static str, Facts)> {
    let kinds = [
        (texts::<BusTemplate>(), bus(locale, visit)),
        (texts::<GroupTemplate>(), group(locale, visit)),
        (texts::<AmbassadorTemplate>(), ambassador(locale, visit)),
    ];
    let each = |(names, [full, plain]): (BTreeSet<&'static str>, [OwnFacts; 2])| {
        let full = request(locale, visit, full);
        let plain = RequestFacts { question: None, reason: None, help: None, own: plain, ..full.clone() };
        let both = [full, plain].map(|facts| Facts::Request(Box::new(facts)));
        names.into_iter().flat_map(move |name| both.clone().map(|facts| (name, facts)))
    };
    kinds.into_iter().flat_map(each).collect()
}

fn in_words(locale: Locale, zh: &str, en: &str) -> String {
    if locale == Locale::ZhCn { zh } else { en }.to_owned()
}

fn request(locale: Locale, visit: &VisitFacts, own: OwnFacts) -> RequestFacts {
    RequestFacts {
        name: visit.name.clone(),
        organisation: in_words(locale, "演示市星河小学", "Xinghe Primary School"),
        reference: visit.reference.clone(),
        question: Some(in_words(locale, "有几位坐轮椅的同学？", "How many come in a wheelchair?")),
        reason: Some(in_words(locale, "设备检修", "Maintenance")),
        manage: visit.manage.clone(),
        site: visit.site.clone(),
        help: visit.help.clone(),
        own,
    }
}

fn group(locale: Locale, visit: &VisitFacts) -> [OwnFacts; 2] {
    let full = GroupFacts {
        members: 48,
        adults: 5,
        wishes: vec![visit.date.clone(), visit.date.clone()],
        date: Some(visit.date.clone()),
        answer_by: Some(visit.change_until.clone()),
        message: Some(in_words(locale, "上午有空位。", "There is room in the morning.")),
    };
    let plain = GroupFacts { wishes: Vec::new(), date: None, answer_by: None, message: None, ..full };
    [full, plain].map(OwnFacts::Group)
}

fn ambassador(locale: Locale, visit: &VisitFacts) -> [OwnFacts; 2] {
    let full = AmbassadorFacts {
        round: in_words(locale, "冬季招募", "Winter round"),
        rank: Some(2),
        number: Some("SDQXB-2026-000123".into()),
        training: Some(visit.date.clone()),
        place: Some(in_words(locale, "造血干细胞科普馆 报告厅", "The museum's lecture hall")),
    };
    let plain = AmbassadorFacts { rank: None, number: None, ..full.clone() };
    [full, plain].map(OwnFacts::Ambassador)
}

fn bus(locale: Locale, visit: &VisitFacts) -> [OwnFacts; 2] {
    let full = BusFacts {
        city: in_words(locale, "潍坊", "Weifang"),
        people: 120,
        date: Some(visit.date.clone()),
        answer_by: Some(visit.change_until.clone()),
        replaced: Some(visit.date.clone()),
        message: Some(in_words(locale, "请把操场北门打开。", "Please open the north gate.")),
        feedback: "https://www.example.cn/bus/f/secret-link".into(),
    };
    let plain = BusFacts { date: None, answer_by: None, replaced: None, message: None, ..full.clone() };
    [full, plain].map(OwnFacts::Bus)
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
        let told: std::collections::BTreeSet<&String> = said.iter().collect();
        assert_eq!(told.len(), 3, "{locale:?}: decided again, upheld when all is over, unfounded");
    }
}
