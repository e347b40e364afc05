//! Messages about bookings: what is true when they leave.

use super::{deliver, jobs, message_states, states};
use crate::booking::{add_session, house_with_session, museum, party};
use domain::Locale;
use domain::contact::{Contact, PersonName};
use domain::ids::{BookingId, SessionId};
use domain::time::local;
use jiff::Timestamp;
use services::booking::{self, Handle, OnBehalf, Person};
use services::crypto::LinkPurpose;
use services::limits::{LINK_PER_NETWORK, LOOKUP_PER_NETWORK, LimitError, Network, hit_times};
use services::messages::{self, PassError, Template, mailbox};
use store::messages::MailboxRow;
use testkit::TestHouse;

/// Books for three, one of them a child, as 张小满 with this contact.
async fn book(house: &TestHouse, session: SessionId, contact: Option<&str>) -> BookingId {
    let person = Person {
        name: PersonName::parse("张小满").expect("a name"),
        contact: contact.map(|text| Contact::parse(text).expect("a contact")),
    };
    let asked = OnBehalf { session, person, party: party(3, 1), key: contact.unwrap_or("nobody").to_owned() };
    booking::book(&house.services, &crate::booking::officer(house), asked).await.expect("booked").booking
}

async fn letters(house: &TestHouse) -> Vec<MailboxRow> {
    let mut all = mailbox(&house.services).await.expect("development");
    all.reverse();
    all
}

async fn queue(house: &TestHouse, booking: BookingId, template: Template) {
    let mut transaction = house.services.begin().await.expect("a transaction");
    messages::queue_booking(&mut transaction, house.now(), booking, template).await.expect("queued");
    transaction.commit().await.expect("committed");
}

async fn sql(house: &TestHouse, statement: &'static str) {
    sqlx::query(statement).execute(&house.db.owner_pool()).await.expect("done");
}

/// When the waiting jobs are due, on the clocks of Shandong.
async fn due(house: &TestHouse) -> Vec<String> {
    jobs(house).await.iter().map(|(_, at, _, _)| local(*at).strftime("%m-%d %H:%M").to_string()).collect()
}

fn go_to(house: &TestHouse, instant: &str) {
    let instant: Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

/// 14:00 on the 28th, eight days from the house's noon of the 20th.
async fn afternoon(contact: &str) -> (TestHouse, BookingId) {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, "2026-07-28T14:00:00+08:00", 20).await;
    let booking = book(&house, session, Some(contact)).await;
    (house, booking)
}

#[tokio::test]
async fn a_booking_is_confirmed_by_mail_with_pass_links_and_calendar() {
    let (house, booking) = afternoon("li.na@example.com").await;
    assert!(jobs(&house).await.iter().all(|job| !job.3.contains("li.na") && !job.3.contains("张")), "ids only");
    assert_eq!(deliver(&house.services).await, 1);
    let mail = letters(&house).await.remove(0);
    assert_eq!(mail.subject, "预约成功：科普馆，2026年7月28日（周二）14:00–15:30");
    for part in ["张小满，您好！", "人数：3人（其中14岁以下儿童1人）", "请于13:30–14:45到场", "请在7月28日13:30前改期"]
    {
        assert!(mail.body_text.contains(part), "{part} is missing in\n{}", mail.body_text);
    }
    let link = mail.body_text.lines().find_map(|line| line.strip_prefix("https://test.example/b/")).expect("a link");
    let text = link.trim_end_matches("/pass");
    let opened = house.services.vault.open_link(LinkPurpose::ManageBooking, text, house.now()).expect("a good link");
    assert_eq!(BookingId(opened), booking);
    // It works for a week after, and not for ever.
    let later =
        |at: &str| house.services.vault.open_link(LinkPurpose::ManageBooking, text, at.parse().expect("an instant"));
    assert!(later("2026-08-04T12:00:00+08:00").is_ok() && later("2026-08-05T12:00:00+08:00").is_err());

    let calendar = mail.attachments[0]["text"].as_str().expect("a file").replace("\r\n ", "");
    for line in [
        "METHOD:REQUEST\r\n".to_owned(),
        format!("UID:{booking}@test.example\r\n"),
        "SEQUENCE:0\r\n".to_owned(),
        "DTSTART:20260728T060000Z\r\n".to_owned(),
        "DTEND:20260728T073000Z\r\n".to_owned(),
        "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:li.na@example.com\r\n".to_owned(),
    ] {
        assert!(calendar.contains(&line), "{line} is missing in\n{calendar}");
    }
    assert_eq!(states(&message_states(&house).await), [("confirmation", "mail", "sent")]);
}

#[tokio::test]
async fn in_english_all_of_it_is_english() {
    let (house, booking) = afternoon("li.na@example.com").await;
    sql(&house, "update booking set locale = 'en'").await;
    deliver(&house.services).await;
    let mail = letters(&house).await.remove(0);
    assert_eq!(mail.subject, "Booking confirmed: Museum, Tue 28 July 2026, 14:00–15:30");
    assert!(mail.body_text.contains("https://test.example/en/b/") && mail.body_text.contains("Dear 张小满"));
    let file = messages::calendar_file(&house.services, booking, Locale::En).await.expect("read").expect("a file");
    assert!(file.contains("METHOD:PUBLISH\r\n") && file.contains("SUMMARY:Museum\r\n") && !file.contains("ATTENDEE"));
}

#[tokio::test]
async fn three_reminders_go_out_at_their_times_and_no_more() {
    let (house, _) = afternoon("13800138000").await;
    deliver(&house.services).await;
    assert_eq!(due(&house).await, ["07-25 14:00", "07-27 14:00", "07-28 12:00"]);
    let mut seen = Vec::new();
    for moment in [
        "2026-07-25T13:59:59+08:00",
        "2026-07-25T14:00:00+08:00",
        "2026-07-27T14:00:00+08:00",
        "2026-07-28T12:00:00+08:00",
    ] {
        go_to(&house, moment);
        deliver(&house.services).await;
        let all = letters(&house).await;
        seen.push(all.last().map(|sms| sms.body_text.chars().take(16).collect::<String>()).unwrap_or_default());
    }
    assert_eq!(
        seen,
        [
            "【山东省脐血库】您已成功预约科普",
            "【山东省脐血库】预约提醒：3天后",
            "【山东省脐血库】预约提醒：明天，",
            "【山东省脐血库】预约提醒：今天，"
        ]
    );
    assert!(jobs(&house).await.is_empty());
    assert_eq!(
        states(&message_states(&house).await),
        [
            ("confirmation", "sms", "sent"),
            ("reminder_days3", "sms", "sent"),
            ("reminder_day1", "sms", "sent"),
            ("reminder_hours2", "sms", "sent"),
        ]
    );
}

/// The characters after `/s/` in the latest text message.
async fn short_code(house: &TestHouse) -> String {
    let text = letters(house).await.pop().expect("a message").body_text;
    text.split_once("https://test.example/s/").expect("a short link").1.to_owned()
}

#[tokio::test]
async fn a_text_message_has_a_short_link_that_leads_to_the_booking_until_it_is_over() {
    let (house, booking) = afternoon("13800138000").await;
    deliver(&house.services).await;
    let code = short_code(&house).await;
    assert_eq!(code.len(), 10, "{code}");
    let network = Network::of("203.0.113.7".parse().expect("an address"));
    let follow = async |code: &str| {
        messages::follow(&house.services, &house.services.system(), code, &network).await.expect("not too often")
    };
    let path = follow(&code).await.expect("it leads somewhere");
    let link = path.strip_prefix("/b/").expect("to the page of a booking");
    let opened = house.services.vault.open_link(LinkPurpose::ManageBooking, link, house.now()).expect("a good link");
    assert_eq!(BookingId(opened), booking);
    assert!(follow(&code.to_lowercase().replace('0', "o").replace('1', "l")).await.is_some(), "what eyes confuse");
    for wrong in ["", "0000000000", "../../etc/passwd", &code[..9], &format!("{code}0"), "一二三四五六七八九十"]
    {
        assert!(follow(wrong).await.is_none(), "{wrong}");
    }
    // The next message about the booking bears the same characters.
    queue(&house, booking, Template::Changed).await;
    deliver(&house.services).await;
    assert_eq!(short_code(&house).await, code);
    let readable: i64 =
        sqlx::query_scalar("select count(*) from short_link where position(convert_to($1, 'UTF8') in code_hash) > 0")
            .bind(&code)
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("counted");
    assert_eq!(readable, 0);
    go_to(&house, "2026-08-04T15:29:00+08:00");
    assert!(follow(&code).await.is_some());
    go_to(&house, "2026-08-04T15:31:00+08:00");
    assert!(follow(&code).await.is_none());
}

#[tokio::test]
async fn short_links_are_not_to_be_collected() {
    let house = TestHouse::new().await;
    let network = Network::of("203.0.113.7".parse().expect("an address"));
    let mut refused = 0;
    for n in 0..100 {
        let tried = messages::follow(&house.services, &house.services.system(), &format!("{n:010}"), &network).await;
        refused += usize::from(matches!(tried, Err(LimitError::Limited(_))));
    }
    assert_eq!(refused, 40, "sixty tries in ten minutes");
}

#[tokio::test]
async fn a_network_follows_as_many_good_links_as_it_likes_until_it_guesses() {
    let (house, _) = afternoon("13800138000").await;
    deliver(&house.services).await;
    let code = short_code(&house).await;
    let network = Network::of("203.0.113.7".parse().expect("an address"));
    let follow = async |code: &str| messages::follow(&house.services, &house.services.system(), code, &network).await;
    for _ in 0..100 {
        assert!(follow(&code).await.expect("a good link counts nothing").is_some());
    }
    for n in 0..60 {
        assert!(follow(&format!("{n:010}")).await.expect("within the limit").is_none());
    }
    let refused = follow(&code).await;
    assert!(matches!(refused, Err(LimitError::Limited(_))), "whoever guesses is not told which is good: {refused:?}");

    // Another telephone of the carrier's network has a good link, and is not refused for it …
    let neighbour = Network::of("203.0.113.8".parse().expect("an address"));
    let follow = async |code: &str, network: &Network| {
        messages::follow(&house.services, &house.services.system(), code, network).await
    };
    assert!(follow(&code, &neighbour).await.expect("its own address").is_some());
    // … until the network as a whole guesses. Its old signed links are in a bucket of their own.
    let of_links = hit_times(&house.services, &LINK_PER_NETWORK, network.as_str(), LINK_PER_NETWORK.hits).await;
    of_links.expect("within the limit");
    assert!(follow(&code, &neighbour).await.expect("its own bucket").is_some());
    let rest = LOOKUP_PER_NETWORK.hits - 60;
    hit_times(&house.services, &LOOKUP_PER_NETWORK, network.as_str(), rest).await.expect("within the limit");
    let refused = follow(&code, &neighbour).await;
    assert!(matches!(refused, Err(LimitError::Limited(_))), "{refused:?}");
    // Of IPv6 a machine has as many addresses as it likes in its /64.
    let six = |text: &str| Network::of(text.parse().expect("an address"));
    for n in 0..60 {
        let own = six(&format!("2001:db8:7:8::{n:x}"));
        assert!(follow(&format!("{n:010}"), &own).await.expect("within the limit").is_none());
    }
    assert!(matches!(follow(&code, &six("2001:db8:7:8::ffff")).await, Err(LimitError::Limited(_))));
    assert!(follow(&code, &six("2001:db8:7:9::1")).await.expect("another household").is_some());
}

#[tokio::test]
async fn nothing_calls_a_cancelled_visit_to_mind() {
    let (house, booking) = afternoon("13800138000").await;
    deliver(&house.services).await;
    booking::cancel(&house.services, &crate::booking::officer(&house), Handle::Id(booking), None)
        .await
        .expect("cancelled");
    deliver(&house.services).await;
    let last = letters(&house).await.pop().expect("a message");
    assert!(last.body_text.contains("已由工作人员取消"), "{}", last.body_text);
    go_to(&house, "2026-07-29T12:00:00+08:00");
    deliver(&house.services).await;
    assert_eq!(letters(&house).await.len(), 2, "the confirmation and the cancellation");
    let rows = message_states(&house).await;
    assert_eq!(states(&rows).iter().filter(|(_, _, state)| *state == "dropped").count(), 3, "{rows:?}");
    assert!(jobs(&house).await.is_empty());
}

#[tokio::test]
async fn a_moved_visit_is_called_to_mind_at_its_new_time_only_and_updates_the_calendar() {
    let (house, booking) = afternoon("li.na@example.com").await;
    deliver(&house.services).await;
    let target = add_session(&house, "2026-07-30T15:00:00+08:00", 20).await;
    booking::move_to(&house.services, &crate::booking::officer(&house), Handle::Id(booking), None, target)
        .await
        .expect("moved");
    deliver(&house.services).await;
    let changed = letters(&house).await.pop().expect("a message");
    assert_eq!(changed.subject, "预约已变更：科普馆，2026年7月30日（周四）15:00–16:30");
    let calendar = changed.attachments[0]["text"].as_str().expect("a file");
    assert!(calendar.contains(&format!("UID:{booking}@test.example\r\n")), "the same entry");
    assert!(!calendar.contains("SEQUENCE:0\r\n"), "a newer version of it: {calendar}");
    assert_eq!(due(&house).await, ["07-27 15:00", "07-29 15:00", "07-30 13:00"]);
}

/// A reminder that another transaction queued for the old time (the two crossed) is not sent.
#[tokio::test]
async fn a_reminder_of_a_time_that_is_no_longer_is_not_sent() {
    let (house, _) = afternoon("13800138000").await;
    deliver(&house.services).await;
    sql(
        &house,
        "update session set starts_at = starts_at + interval '10 minutes', ends_at = ends_at + interval '10 minutes'",
    )
    .await;
    go_to(&house, "2026-07-25T14:00:00+08:00");
    deliver(&house.services).await;
    assert_eq!(letters(&house).await.len(), 1);
    assert!(states(&message_states(&house).await).contains(&("reminder_days3", "sms", "dropped")));
}

#[tokio::test]
async fn closed_sessions_and_people_who_are_there_are_not_reminded() {
    for statement in ["update session set state = 'closed'", "update booking set arrived = 1"] {
        let (house, _) = afternoon("13800138000").await;
        deliver(&house.services).await;
        sql(&house, statement).await;
        go_to(&house, "2026-07-25T14:00:00+08:00");
        deliver(&house.services).await;
        assert_eq!(letters(&house).await.len(), 1, "{statement}");
    }
}

#[tokio::test]
async fn a_reminder_held_up_into_the_night_waits_for_the_morning_or_is_let_go() {
    let (house, _) = afternoon("13800138000").await;
    deliver(&house.services).await;
    go_to(&house, "2026-07-25T22:15:00+08:00"); // the workers were down from the afternoon on
    deliver(&house.services).await;
    assert_eq!(letters(&house).await.len(), 1, "no phone rings at night");
    assert_eq!(due(&house).await[0], "07-26 08:00");
    go_to(&house, "2026-07-26T08:00:00+08:00");
    deliver(&house.services).await;
    assert!(letters(&house).await.pop().expect("a message").body_text.contains("2天后"), "it counts the days anew");
    // Down again, for longer than the next reminder is of use.
    go_to(&house, "2026-07-28T12:00:00+08:00");
    deliver(&house.services).await;
    let rows = message_states(&house).await;
    assert!(states(&rows).contains(&("reminder_day1", "sms", "dropped")), "{rows:?}");
    assert!(states(&rows).contains(&("reminder_hours2", "sms", "sent")), "{rows:?}");
}

#[tokio::test]
async fn a_confirmation_overtaken_by_the_cancellation_is_not_sent() {
    let (house, booking) = afternoon("li.na@example.com").await;
    booking::cancel(&house.services, &crate::booking::officer(&house), Handle::Id(booking), None)
        .await
        .expect("cancelled");
    deliver(&house.services).await;
    let all = letters(&house).await;
    assert_eq!(all.len(), 1);
    assert!(all[0].subject.starts_with("预约已取消"));
    let calendar = all[0].attachments[0]["text"].as_str().expect("a file");
    assert!(calendar.contains("METHOD:CANCEL\r\n") && calendar.contains("STATUS:CANCELLED\r\n"));
}

#[tokio::test]
async fn a_closed_house_apologises() {
    let (house, booking) = afternoon("li.na@example.com").await;
    deliver(&house.services).await;
    booking::cancel(&house.services, &crate::booking::officer(&house), Handle::Id(booking), None)
        .await
        .expect("cancelled");
    sql(&house, "update session set state = 'closed'").await;
    deliver(&house.services).await;
    assert!(letters(&house).await.pop().expect("a message").body_text.contains("我们深表歉意"));
}

#[tokio::test]
async fn somebody_without_phone_and_mail_gets_no_message_and_no_job_fails() {
    let (house, session) = house_with_session(20).await;
    let booking = book(&house, session, None).await;
    queue(&house, booking, Template::Changed).await;
    deliver(&house.services).await;
    assert!(letters(&house).await.is_empty() && message_states(&house).await.is_empty());
    assert!(jobs(&house).await.iter().all(|job| job.2.is_none()));
}

#[tokio::test]
async fn an_erased_booking_is_nobody_to_write_to() {
    let (house, session) = house_with_session(20).await;
    let booking = book(&house, session, Some("li.na@example.com")).await;
    sql(&house, "delete from booking").await;
    queue(&house, booking, Template::Changed).await;
    deliver(&house.services).await;
    assert!(letters(&house).await.is_empty());
}

#[tokio::test]
async fn a_confirmation_is_queued_once_however_often_it_is_asked_for() {
    let (house, booking) = afternoon("li.na@example.com").await;
    queue(&house, booking, Template::Confirmation).await;
    deliver(&house.services).await;
    assert_eq!(letters(&house).await.len(), 1);
}

#[tokio::test]
async fn the_pass_is_a_page_of_paper_for_a_live_booking() {
    let (house, booking) = afternoon("li.na@example.com").await;
    let font = std::path::Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
    let answer = messages::pass_pdf(&house.services, booking, Locale::ZhCn).await;
    if font.exists() {
        let pdf = answer.expect("drawn").expect("there is one");
        assert!(
            pdf.starts_with(b"%PDF-") && pdf.len() < 200_000,
            "{} bytes: only the characters used are embedded",
            pdf.len()
        );
        // To look at them: PASS_PDF_DIR=/somewhere cargo nextest run the_pass
        if let Some(folder) = option_env!("PASS_PDF_DIR") {
            for (name, locale) in [("zh", Locale::ZhCn), ("en", Locale::En)] {
                let pdf =
                    messages::pass_pdf(&house.services, booking, locale).await.expect("drawn").expect("there is one");
                std::fs::write(format!("{folder}/pass-{name}.pdf"), pdf).expect("written");
            }
        }
    } else {
        assert!(matches!(answer, Err(PassError::NoFont)), "{answer:?}");
    }
    assert!(
        messages::pass_pdf(&house.services, BookingId(uuid::Uuid::nil()), Locale::ZhCn).await.expect("asked").is_none()
    );
    booking::cancel(&house.services, &crate::booking::officer(&house), Handle::Id(booking), None)
        .await
        .expect("cancelled");
    assert!(messages::pass_pdf(&house.services, booking, Locale::ZhCn).await.expect("asked").is_none());
}

/// Whoever booked hears with the reminder that they may just come: no message more, and none at night.
#[tokio::test]
async fn a_reminder_says_that_no_booking_is_needed_and_that_this_one_stays() {
    let (house, _) = afternoon("li.na@example.com").await;
    deliver(&house.services).await;
    let by = crate::booking::officer(&house);
    let day = services::booking::Scope::Day(jiff::civil::date(2026, 7, 28));
    services::booking::open_door(&house.services, &by, crate::booking::open_door::free(&by, day)).await.expect("set");
    deliver(&house.services).await;
    assert_eq!(letters(&house).await.len(), 1, "nothing is sent for the act itself");
    go_to(&house, "2026-07-27T14:00:00+08:00");
    deliver(&house.services).await;
    let mail = letters(&house).await.pop().expect("the reminder");
    assert!(mail.body_text.contains("免预约，您的预约继续有效，到时直接来就行"), "{}", mail.body_text);
    assert!(!mail.body_text.contains("请于13:30"), "{}", mail.body_text);
    services::booking::booking_again(&house.services, &by, day, None).await.expect("taken back");
    go_to(&house, "2026-07-28T12:00:00+08:00");
    deliver(&house.services).await;
    let mail = letters(&house).await.pop().expect("the last reminder");
    assert!(mail.body_text.contains("请于13:30–14:45到场") && !mail.body_text.contains("免预约"), "{}", mail.body_text);
}

#[tokio::test]
async fn a_reminder_by_text_message_says_so_too() {
    let (house, _) = afternoon("13800138000").await;
    deliver(&house.services).await;
    let by = crate::booking::officer(&house);
    let day = services::booking::Scope::Day(jiff::civil::date(2026, 7, 28));
    services::booking::open_door(&house.services, &by, crate::booking::open_door::free(&by, day)).await.expect("set");
    go_to(&house, "2026-07-27T14:00:00+08:00");
    deliver(&house.services).await;
    let text = letters(&house).await.pop().expect("the reminder").body_text;
    assert!(text.contains("7月28日周二14:00。这一场免预约，直接来就行，您的预约继续有效"), "{text}");
    assert!(!text.contains("入场") && !text.contains("取消"), "it asks for no pass and for no cancelling: {text}");
    services::booking::booking_again(&house.services, &by, day, None).await.expect("taken back");
    go_to(&house, "2026-07-28T12:00:00+08:00");
    deliver(&house.services).await;
    let text = letters(&house).await.pop().expect("the last reminder").body_text;
    assert!(text.contains("14:00，3人") && !text.contains("免预约"), "{text}");
}

/// A filed text has no conditions: which one is sent says whether it is too late for changes. The calendar's entry says it, too.
#[tokio::test]
async fn text_messages_speak_of_cancelling_only_while_one_can() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, "2026-07-28T14:00:00+08:00", 20).await;
    let booking = book(&house, session, Some("13800138000")).await;
    sql(&house, r#"update activity set policy = policy || '{"changes_end": "day-before"}'"#).await;
    let latest = async || {
        deliver(&house.services).await;
        letters(&house).await.pop().expect("a message").body_text
    };
    let entry = async || {
        let file = messages::calendar_file(&house.services, booking, Locale::ZhCn).await.expect("read");
        file.expect("a file").replace("\r\n ", "")
    };
    let text = latest().await;
    assert!(text.contains("请于13:30起凭证入场。凭证与改期：https://test.example/s/"), "{text}");
    go_to(&house, "2026-07-27T14:00:00+08:00");
    let text = latest().await;
    assert!(text.contains("明天") && text.contains("不能前来请及时取消"), "changes end at midnight: {text}");
    assert!(entry().await.contains("如需取消或改期，请在7月27日24:00前办理。"));
    // On the day it is too late.
    go_to(&house, "2026-07-28T12:00:00+08:00");
    let text = latest().await;
    assert!(
        text.contains("今天，科普馆，7月28日周二14:00，3人")
            && text.contains("请于13:30起凭入场凭证入场：https://test.example/s/"),
        "{text}"
    );
    assert!(!text.contains("取消"), "{text}");
    assert!(!entry().await.contains("取消"));
    // Who books on the day itself never could.
    book(&house, session, Some("13900139000")).await;
    let text = latest().await;
    assert!(text.contains("您已成功预约") && text.contains("起凭入场凭证入场：https://test.example/s/"), "{text}");
    assert!(!text.contains("改期"), "{text}");
}
