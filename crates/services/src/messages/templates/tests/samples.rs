//! What texts speak of, made up: with everything they may say, and with nothing that may be missing.

use super::*;
use crate::messages::alarm::AlarmFacts;
use crate::messages::ambassadors::AmbassadorFacts;
use crate::messages::bus::BusFacts;
use crate::messages::groups::GroupFacts;
use crate::messages::requests::OwnFacts;

/// Every text with each of its samples.
pub(super) fn samples(locale: Locale) -> Vec<(&'static str, Facts)> {
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
