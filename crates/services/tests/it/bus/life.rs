//! A request from the first letter typed to the marks after the visit.

use super::{
    VISITOR, ask_for_the_bus, deliver, dispatcher, garage, last_code, link, network, propose, request, subjects, typed,
};
use domain::account::{Actor, Denied, Role};
use domain::booking::Reminder;
use domain::bus::{State, Typed};
use domain::field::Fault;
use domain::ids::BusRequestId;
use jiff::SignedDuration;
use services::bus::{self, BusError, Handle, Marks};
use services::privacy;

#[tokio::test]
async fn what_is_typed_is_kept_and_only_for_the_browser_that_typed_it() {
    let (house, ..) = garage(0, 0).await;
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = bus::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    let half = domain::bus::typed([("organisation", "演示市星河小学"), ("people", "很多")]);
    bus::keep(services, &draft, &half).await.expect("kept");
    let kept = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    assert_eq!(kept.typed, half, "also what cannot be taken is kept");
    let fields = bus::send(services, &context, &kept, &network()).await.expect_err("far from whole");
    let BusError::Fields(errors) = fields else { panic!("{fields}") };
    assert!(errors.iter().any(|error| error.field == "people" && error.fault == Fault::NotANumber));
    let other = bus::read(services, &context, id, "another browser's token").await;
    assert!(matches!(other, Err(BusError::NotFound)));
    house.services.clock.advance(SignedDuration::from_hours(24 * bus::DRAFT_DAYS + 1));
    let late = bus::read(services, &house.context(Actor::Anonymous), id, VISITOR).await;
    assert!(matches!(late, Err(BusError::NotFound)));
}

#[tokio::test]
async fn a_contact_is_proven_before_anything_is_asked_and_once_only() {
    let (house, ..) = garage(0, 0).await;
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = bus::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    bus::keep(services, &draft, &typed(1, "weifang")).await.expect("kept");
    let draft = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    assert!(matches!(bus::submit(services, &context, &draft).await, Err(BusError::NotFound)), "not proven yet");
    bus::send(services, &context, &draft, &network()).await.expect("a code is sent");
    let code = last_code(&house).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = bus::prove(services, &context, &draft, wrong, &network()).await.expect_err("wrong");
    assert!(matches!(refused, BusError::Fields(_)), "{refused}");
    bus::prove(services, &context, &draft, &code, &network()).await.expect("proven");
    // Two presses of the last button at once: one request.
    let (one, two) = tokio::join!(bus::submit(services, &context, &draft), bus::submit(services, &context, &draft));
    let (one, two) = (one.expect("a request"), two.expect("the same"));
    assert_eq!(one, two);
    let now = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    assert_eq!((now.request, now.typed), (Some(one), Typed::default()), "what was typed lives in the request now");
    assert_eq!(subjects(&house, 1).await.len(), 2, "a code and one confirmation");
}

#[tokio::test]
async fn from_a_question_to_the_marks_after_the_visit() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let id = ask_for_the_bus(&house, 1, "weifang").await;
    let handle = link(&house, id).await;
    let school = house.context(Actor::Anonymous);

    deliver(&house).await;
    bus::ask(services, &staff, id, 1, "大门有多宽？").await.expect("asked");
    let again = bus::ask(services, &staff, id, 1, "大门有多宽？").await;
    assert!(matches!(again, Err(BusError::StateHasChanged)), "a form of before");
    assert_eq!(request(&house, id).await.state, State::Asked);
    deliver(&house).await;
    bus::answer(services, &school, &handle, None, "四米").await.expect("answered");
    let seen = request(&house, id).await;
    assert_eq!((seen.state, seen.answer.as_deref()), (State::Submitted, Some("四米")));

    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    deliver(&house).await;
    assert_eq!(bus::schedule(services).await.expect("a schedule").len(), 0, "a proposal is nobody else's business");
    bus::accept(services, &school, &handle, None).await.expect("accepted");
    let twice = bus::accept(services, &school, &handle, None).await;
    assert!(matches!(twice, Err(BusError::Refused(_))), "accepted once");
    let version = request(&house, id).await.version;
    bus::to_itinerary(services, &staff, id, version).await.expect("in the itinerary");
    deliver(&house).await;
    let public = bus::schedule(services).await.expect("a schedule");
    assert_eq!(public.len(), 1);
    assert_eq!((public[0].city.code(), public[0].visited), ("weifang", false));
    let feed = bus::feed(services, domain::Locale::ZhCn).await.expect("a calendar");
    assert!(feed.contains("SUMMARY:科普巴士：演示市第1小学") && feed.contains("DTSTART:20260910T010000Z"), "{feed}");
    let page = format!("/bus/stops/{}", public[0].id);
    assert!(feed.replace("\r\n ", "").contains(&page), "its own page: {feed}");
    assert!(!feed.contains("演示路"), "a school's street is nobody's business");

    let early = bus::visited(services, &staff, id, request(&house, id).await.version, 118).await;
    assert!(matches!(early, Err(BusError::Fields(ref errors)) if errors[0].fault == Fault::NotYet), "{early:?}");
    house.services.clock.advance(
        "2026-09-10T12:00:00+08:00".parse::<jiff::Timestamp>().expect("an instant").duration_since(house.now()),
    );
    let staff = dispatcher(&house.services, 7);
    bus::visited(services, &staff, id, request(&house, id).await.version, 118).await.expect("noted");
    bus::visited(services, &staff, id, request(&house, id).await.version, 121).await.expect("corrected");

    let marks = Marks { liked: 5, understood: 4, organised: 5, again: true };
    let school = house.context(Actor::Anonymous);
    let wrong = bus::feedback(services, &school, "no link", marks).await;
    assert!(matches!(wrong, Err(BusError::NotFound)));
    let Handle::Link(text) = handle.clone() else { panic!("a link") };
    let other = bus::feedback(services, &school, &text, marks).await;
    assert!(matches!(other, Err(BusError::NotFound)), "a link of another purpose opens nothing");
    assert_eq!(bus::marks(services, &staff, id).await.expect("readable"), None, "it has not said yet");
    let feedback = bus::feedback_link(services, &request(&house, id).await);
    bus::feedback(services, &school, &feedback, marks).await.expect("told");
    bus::feedback(services, &school, &feedback, Marks { liked: 1, ..marks })
        .await
        .expect("a second answer is no error");
    assert_eq!(bus::marks(services, &staff, id).await.expect("readable"), Some(marks));
    assert!(matches!(bus::marks(services, &school, id).await, Err(BusError::Denied(_))), "the house's business");
    let noted = "select count(*) from audit_entry where action = 'bus.feedback_given' and detail->>'liked' = '5'";
    assert_eq!(crate::account::number(&house, noted).await, 1, "the first answer stands in the trail, and no other");
    // The link that asks opens neither the request nor anything that can be done with it.
    let asked = Handle::Link(feedback);
    let other = bus::accept(services, &school, &asked, None).await;
    assert!(matches!(other, Err(BusError::NotFound)), "{other:?}");
    assert!(matches!(bus::withdraw(services, &school, &asked, None).await, Err(BusError::NotFound)));
    assert!(matches!(bus::view(services, &school, &asked).await, Err(BusError::NotFound)));

    let year = bus::statistics(services, &staff, 2026).await.expect("numbers");
    let weifang = year.cities.iter().find(|row| row.city.code() == "weifang").expect("the city");
    assert_eq!((weifang.requests, weifang.visits, weifang.people), (1, 1, 121));
    assert_eq!((year.answers, year.marks, year.again), (1, Some([50, 40, 50]), 1));
    assert_eq!(year.months.len(), 1);
    // Asked for in December, visited in September after: the request is of its year, the visit of its own, by city as by month.
    let asked = "update bus_request set created_at = '2025-12-20T10:00+08'";
    sqlx::query(asked).execute(&house.db.owner_pool()).await.expect("the owner may");
    for (number, expected) in [(2025, (1, 0, 0)), (2026, (0, 1, 121))] {
        let year = bus::statistics(services, &staff, number).await.expect("numbers");
        let weifang = year.cities.iter().find(|row| row.city.code() == "weifang").expect("the city");
        assert_eq!((weifang.requests, weifang.visits, weifang.people), expected, "{number}");
    }

    // The school was told of each step once, and is asked the next morning.
    house.services.clock.advance(SignedDuration::from_hours(24));
    let said = subjects(&house, 1).await;
    for word in ["已收到", "补充", "日期方案", "行程已确定", "看法"] {
        assert_eq!(said.iter().filter(|subject| subject.contains(word)).count(), 1, "{word}: {said:?}");
    }
    assert_eq!(said.len(), 6, "and a code");
}

#[tokio::test]
async fn a_proposal_nobody_answers_ends_by_its_time_alone() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let first = ask_for_the_bus(&house, 1, "jinan").await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let second = ask_for_the_bus(&house, 2, "jinan").await;
    let handle = link(&house, first).await;
    propose(&house, first, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let taken = propose(&house, second, vehicles[0], crews[0], ("09:00", "11:00")).await;
    assert!(matches!(taken, Err(BusError::Own(_))), "{taken:?}");
    // Five days and a minute; no worker ran.
    house.services.clock.advance(SignedDuration::from_hours(24 * 5) + SignedDuration::from_mins(1));
    assert_eq!(request(&house, first).await.state, State::Submitted);
    let late = bus::accept(&house.services, &house.context(Actor::Anonymous), &handle, None).await;
    assert!(matches!(late, Err(BusError::Refused(_))), "{late:?}");
    propose(&house, second, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("the date is free again");
    assert_eq!(request(&house, second).await.state, State::Proposed);
}

#[tokio::test]
async fn withdrawing_gives_vehicle_and_crew_back_and_another_proposal_replaces_the_first() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let first = ask_for_the_bus(&house, 1, "jinan").await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let second = ask_for_the_bus(&house, 2, "jinan").await;
    propose(&house, first, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    // Half an hour later the same morning: its own first proposal is in nobody's way.
    propose(&house, first, vehicles[0], crews[0], ("09:30", "11:30")).await.expect("proposed anew");
    let stop = request(&house, first).await.own.stop.expect("a stop");
    assert!(stop.sequence > 0, "a calendar takes it for the newer one");
    let at = |text: &str| -> jiff::Timestamp { text.parse().expect("an instant") };
    let old = (at("2026-09-10T09:00:00+08:00"), at("2026-09-10T11:00:00+08:00"));
    assert_eq!(stop.replaced, Some(old), "the school is told which date no longer stands");
    deliver(&house).await;
    let letters = services::messages::mailbox(&house.services).await.expect("a mailbox");
    assert!(letters.iter().any(|letter| letter.body_text.contains("不再保留，以这次的日期为准")));
    bus::withdraw(&house.services, &house.context(Actor::Anonymous), &link(&house, first).await, None)
        .await
        .expect("withdrawn");
    propose(&house, second, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("free again");
    let after = bus::accept(&house.services, &house.context(Actor::Anonymous), &link(&house, first).await, None).await;
    assert!(matches!(after, Err(BusError::Refused(_))));
}

/// The calendar entries that went out by mail, the first first, without their folds.
async fn entries(house: &testkit::TestHouse) -> Vec<String> {
    deliver(house).await;
    let mut letters = services::messages::mailbox(&house.services).await.expect("a mailbox");
    letters.reverse();
    let text = |of: &serde_json::Value| Some(of.get(0)?.get("text")?.as_str()?.replace("\r\n ", ""));
    letters.iter().filter_map(|letter| text(&letter.attachments)).collect()
}

/// The school accepts, and its date comes into the itinerary.
async fn comes_to_stand(house: &testkit::TestHouse, id: BusRequestId, handle: &Handle) {
    bus::accept(&house.services, &house.context(Actor::Anonymous), handle, None).await.expect("accepted");
    let version = request(house, id).await.version;
    bus::to_itinerary(&house.services, &dispatcher(&house.services, 7), id, version).await.expect("in the itinerary");
}

#[tokio::test]
async fn the_visit_stands_in_the_schools_own_calendar_moves_there_and_leaves_it() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = ask_for_the_bus(&house, 1, "weifang").await;
    let handle = link(&house, id).await;
    let later = || house.services.clock.advance(SignedDuration::from_mins(2));
    let own = async || {
        bus::calendar_file(&house.services, &house.context(Actor::Anonymous), &handle, domain::Locale::ZhCn).await
    };
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    assert_eq!(entries(&house).await.len(), 0, "a proposal is in nobody's calendar");
    assert!(matches!(own().await, Err(BusError::NotFound)));
    later();
    comes_to_stand(&house, id, &handle).await;
    let sent = entries(&house).await;
    let uid = format!("UID:{}@", request(&house, id).await.own.stop.expect("a stop").uid);
    for part in ["METHOD:REQUEST", "STATUS:CONFIRMED", "DTSTART:20260910T010000Z", "LOCATION:潍坊 · 演示路", &uid]
    {
        assert!(sent[0].contains(part), "{part}: {}", sent[0]);
    }
    assert!(sent[0].contains("mailto:school1@example.com"), "{}", sent[0]);
    let file = own().await.expect("a file").replace("\r\n ", "");
    assert!(file.contains("METHOD:PUBLISH") && file.contains(&uid) && !file.contains("school1@"), "{file}");

    later();
    propose(&house, id, vehicles[0], crews[0], ("09:30", "11:30")).await.expect("another date");
    assert_eq!(entries(&house).await.len(), 2);
    assert!(matches!(own().await, Err(BusError::NotFound)), "the old date stands no longer, the new one not yet");
    later();
    comes_to_stand(&house, id, &handle).await;
    assert_eq!(entries(&house).await.len(), 3);
    later();
    bus::withdraw(&house.services, &house.context(Actor::Anonymous), &handle, None).await.expect("withdrawn");
    let sent = entries(&house).await;
    let of = |name: &str| -> Vec<String> {
        let found = |entry: &String| entry.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        sent.iter().filter_map(found).collect()
    };
    assert_eq!(of("METHOD:"), ["REQUEST", "CANCEL", "REQUEST", "CANCEL"]);
    let (old, new) = ("20260910T010000Z", "20260910T013000Z");
    assert_eq!(of("DTSTART:"), [old, old, new, new]);
    assert!(sent.iter().all(|entry| entry.contains(&uid)), "one entry all the while: {sent:?}");
    let sequences: Vec<u32> = of("SEQUENCE:").iter().map(|text| text.parse().expect("a number")).collect();
    assert!(sequences.is_sorted_by(|before, after| before < after), "{sequences:?}");

    // A date that never stood is taken out of no calendar.
    later();
    let other = ask_for_the_bus(&house, 2, "jinan").await;
    propose(&house, other, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let link = link(&house, other).await;
    bus::withdraw(&house.services, &house.context(Actor::Anonymous), &link, None).await.expect("withdrawn");
    assert_eq!(entries(&house).await.len(), 4);
}

#[tokio::test]
async fn only_dispatchers_dispatch_and_a_contact_is_shown_for_a_reason() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    let services = &house.services;
    let with = |roles: Vec<Role>, stepped_up_at| {
        let mut context = dispatcher(services, 9);
        if let Actor::Staff { roles: has, stepped_up_at: at, .. } = &mut context.actor {
            (*has, *at) = (roles, stepped_up_at);
        }
        context
    };
    for other in [Role::MuseumOfficer, Role::Steward, Role::Operator, Role::Auditor] {
        let context = with(vec![other], Some(house.now()));
        assert!(matches!(bus::board(services, &context, None).await, Err(BusError::Denied(Denied::NotAllowed))));
        let wanted = super::morning(&request(&house, id).await, vehicles[0], crews[0], ("09:00", "11:00"));
        assert!(matches!(bus::propose(services, &context, wanted).await, Err(BusError::Denied(_))), "{other:?}");
    }
    let stale = bus::reveal(services, &with(vec![Role::BusDispatcher], None), id, "打电话").await;
    assert!(matches!(stale, Err(BusError::Denied(Denied::StepUpNeeded))));
    let fresh = with(vec![Role::BusDispatcher], Some(house.now()));
    assert!(matches!(bus::reveal(services, &fresh, id, "  ").await, Err(BusError::Fields(_))));
    let shown = bus::reveal(services, &fresh, id, "打电话商量大门").await.expect("shown");
    assert_eq!(shown.contact.expect("a contact").expose(), "school1@example.com");
    let noted: i64 = sqlx::query_scalar(
        "select count(*) from audit_entry where action = 'bus.contact_revealed' and subject_id = $1",
    )
    .bind(id.0)
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("a number");
    assert_eq!(noted, 1);
}

/// What is stored of the words that went with dates.
async fn written(house: &testkit::TestHouse) -> Vec<Vec<u8>> {
    let all = sqlx::query_scalar("select message_sealed from bus_stop where message_sealed is not null");
    all.fetch_all(&house.db.owner_pool()).await.expect("a list")
}

#[tokio::test]
async fn who_coordinated_is_forgotten_when_its_time_is_over() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let (plain, words) = ("请打开操场北门".as_bytes(), written(&house).await);
    assert!(words.iter().all(|sealed| !sealed.windows(plain.len()).any(|part| part == plain)), "never in plain words");
    assert_eq!((words.len(), request(&house, id).await.message.as_deref()), (1, Some("请打开操场北门")));
    deliver(&house).await;
    let erased = async || privacy::erase_due(&house.services).await.expect("erased").bus_requests;
    // 10 and 11 September are the days asked for; half a year after them.
    house.services.clock.advance(SignedDuration::from_hours(24 * 200));
    assert_eq!(erased().await, 0);
    house.services.clock.advance(SignedDuration::from_hours(24 * 40));
    assert_eq!(privacy::preview(&house.services).await.expect("a preview").bus_requests, 1);
    assert_eq!(erased().await, 1);
    let left = request(&house, id).await;
    assert!(left.contact.is_none() && left.name.as_str() == "已删除" && left.note == "已删除");
    assert_eq!((left.organisation.as_str(), left.people), ("演示市第1小学", 120), "what is counted stays");
    assert_eq!(erased().await, 0);
    assert!(written(&house).await.is_empty(), "the words of dates that were given back go, too");
    // Nobody is left to ask: it is closed, and off the board.
    assert_eq!(left.state, State::Refused);
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let asked = bus::ask(services, &staff, id, left.version, "还需要巴士吗？").await;
    assert!(matches!(asked, Err(BusError::Refused(_))), "{asked:?}");
    assert!(bus::board(services, &staff, None).await.expect("a board").is_empty());
}

#[tokio::test]
async fn a_code_proves_the_contact_it_went_to_and_no_other() {
    let (house, ..) = garage(0, 0).await;
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = bus::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    bus::keep(services, &draft, &typed(1, "jinan")).await.expect("kept");
    let first = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    bus::send(services, &context, &first, &network()).await.expect("a code is sent");
    let code = last_code(&house).await;
    // Another contact is typed in a second window before the code is.
    bus::keep(services, &first, &typed(2, "jinan")).await.expect("kept");
    let proven = bus::prove(services, &context, &first, &code, &network()).await;
    assert!(matches!(proven, Err(BusError::StateHasChanged)), "{proven:?}");
    let now = bus::read(services, &context, id, VISITOR).await.expect("the draft");
    assert!(!now.proven, "the other contact was proven by nobody");
    assert!(matches!(bus::submit(services, &context, &now).await, Err(BusError::NotFound)));
}

#[tokio::test]
async fn a_double_tap_is_done_once_and_told_so_twice() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (services, school) = (&house.services, house.context(Actor::Anonymous));
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    let handle = link(&house, id).await;
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let seen = Some(request(&house, id).await.version);
    bus::decline(services, &school, &handle, seen, "下周").await.expect("declined");
    bus::decline(services, &school, &handle, seen, "下周").await.expect("the second press says the same");
    let other = bus::decline(services, &school, &handle, seen, "下个月").await;
    assert!(matches!(other, Err(BusError::StateHasChanged)), "other words are no second press: {other:?}");

    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let version = request(&house, id).await.version;
    let seen = Some(version);
    bus::accept(services, &school, &handle, seen).await.expect("accepted");
    bus::accept(services, &school, &handle, seen).await.expect("the second press");
    let late = bus::decline(services, &school, &handle, seen, "下周").await;
    assert!(matches!(late, Err(BusError::StateHasChanged)), "another button: {late:?}");
    assert_eq!(request(&house, id).await.version, version + 1, "written once");
}

#[tokio::test]
async fn another_bus_is_given_once_and_a_colleague_who_saw_the_first_looks_again() {
    let (house, vehicles, crews) = garage(2, 2).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let first = ask_for_the_bus(&house, 1, "jinan").await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let second = ask_for_the_bus(&house, 2, "jinan").await;
    propose(&house, first, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    propose(&house, second, vehicles[1], crews[1], ("09:00", "11:00")).await.expect("proposed");
    bus::accept(services, &house.context(Actor::Anonymous), &link(&house, first).await, None).await.expect("accepted");
    let seen = request(&house, first).await.version;
    let taken = bus::assign(services, &staff, first, seen, vehicles[1], crews[0], false).await;
    assert!(matches!(taken, Err(BusError::Own(_))), "{taken:?}");
    // The second school's proposal runs out: stored still, in nobody's way.
    house.services.clock.advance(SignedDuration::from_hours(24 * 5) + SignedDuration::from_mins(1));
    let staff = dispatcher(&house.services, 7);
    bus::assign(services, &staff, first, seen, vehicles[1], crews[1], false).await.expect("given");
    let stop = request(&house, first).await.own.stop.expect("a stop");
    assert_eq!((stop.vehicle, stop.crew), (vehicles[1], crews[1]));
    let stale = bus::assign(services, &staff, first, seen, vehicles[0], crews[0], false).await;
    assert!(matches!(stale, Err(BusError::StateHasChanged)), "{stale:?}");
}

#[tokio::test]
async fn words_that_are_none_are_refused_before_they_reach_the_database() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    let mut wanted = super::morning(&request(&house, id).await, vehicles[0], crews[0], ("09:00", "11:00"));
    wanted.message = "北门\0".into();
    let refused = bus::propose(services, &staff, wanted).await;
    assert!(matches!(refused, Err(BusError::Fields(ref e)) if e[0].fault == Fault::TextCharacters), "{refused:?}");
    let refused = bus::reveal(services, &staff, id, "电话\0").await;
    assert!(matches!(refused, Err(BusError::Fields(ref e)) if e[0].fault == Fault::TextCharacters));
}

#[tokio::test]
async fn the_oldest_of_more_requests_than_a_list_shows_is_still_its_accounts_own() {
    let (house, ..) = garage(0, 0).await;
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    deliver(&house).await;
    let pool = house.db.owner_pool();
    sqlx::query("delete from dev_mailbox").execute(&pool).await.expect("emptied");
    let fifty = "insert into bus_request
                 select copy.* from bus_request r, generate_series(1, 50) n,
                   lateral jsonb_populate_record(r, jsonb_build_object(
                     'id', gen_random_uuid(), 'draft_id', gen_random_uuid(), 'reference', 'NEWER' || lpad(n::text, 3, '0'),
                     'created_at', r.created_at + n * interval '1 millisecond')) copy";
    assert_eq!(sqlx::query(fifty).execute(&pool).await.expect("fifty newer ones").rows_affected(), 50);
    house.services.clock.advance(SignedDuration::from_secs(2));
    let (signed_in, me) = crate::account::visitor(&house, "school1@example.com").await;
    // The rows only: what is sealed in a copy opens in the original alone.
    let mut db = pool.acquire().await.expect("a connection");
    let listed = store::requests::rows::of_account(&mut db, store::requests::Of::Bus, signed_in.account.0).await;
    let listed = listed.expect("a list");
    assert!(listed.len() == 50 && !listed.contains(&id.0), "the list ends before it");
    let own = bus::view(&house.services, &me, &Handle::Id(id)).await.expect("and it is theirs");
    assert_eq!(own.id, id);
    let (_, other) = crate::account::visitor(&house, "school2@example.com").await;
    let refused = bus::view(&house.services, &other, &Handle::Id(id)).await;
    assert!(matches!(refused, Err(BusError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn a_school_is_reminded_three_days_and_one_day_before_and_of_no_date_that_fell_away() {
    let (house, vehicles, crews) = garage(2, 2).await;
    let (services, school) = (&house.services, || house.context(Actor::Anonymous));
    let mut asked = Vec::new();
    for (n, hours) in [(1, ("09:00", "11:00")), (2, ("14:00", "16:00"))] {
        let id = ask_for_the_bus(&house, n, "weifang").await;
        house.services.clock.advance(SignedDuration::from_mins(2));
        propose(&house, id, vehicles[n - 1], crews[n - 1], hours).await.expect("proposed");
        bus::accept(services, &school(), &link(&house, id).await, None).await.expect("accepted");
        let version = request(&house, id).await.version;
        bus::to_itinerary(services, &dispatcher(services, 7), id, version).await.expect("in the itinerary");
        asked.push(id);
    }
    let starts_at = request(&house, asked[0]).await.stop.as_ref().map(|stop| stop.starts_at).expect("a date");
    let reminded = async |n: usize| subjects(&house, n).await.iter().filter(|it| *it == "科普巴士：到访提醒").count();
    let until = |at: jiff::Timestamp| house.services.clock.advance(at.duration_since(house.now()));
    assert_eq!((reminded(1).await, reminded(2).await), (0, 0), "a confirmation has just said it");
    until(Reminder::Days3.goes_out_at(starts_at) - SignedDuration::from_mins(1));
    bus::withdraw(services, &school(), &link(&house, asked[1]).await, None).await.expect("withdrawn");
    assert_eq!(reminded(1).await, 0, "not a minute before");
    until(Reminder::Days3.goes_out_at(starts_at));
    assert_eq!(reminded(1).await, 1);
    until(Reminder::Day1.goes_out_at(starts_at));
    assert_eq!(reminded(1).await, 2);
    until(starts_at + SignedDuration::from_hours(12));
    assert_eq!((reminded(1).await, reminded(2).await), (2, 0), "of a date that is no more nobody is reminded");
}
