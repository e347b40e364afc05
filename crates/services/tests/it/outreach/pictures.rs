//! Pictures of events: who sees them and until when, the cover and the order, one for one press.

use super::{date, lecture, now, publish};
use crate::booking::{officer, steward};
use domain::account::{Actor, Denied};
use domain::field::{Fault, FieldError};
use domain::ids::{ActivityId, EventPictureId};
use services::outreach::{self, MOST_PICTURES, NewPicture, OutreachError, PictureChange, PictureWords};
use services::{Context, files, privacy};
use sqlx::PgPool;
use std::io::Cursor;
use testkit::TestHouse;

/// A picture of its own for each shade.
fn drawn(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let pixels = image::RgbImage::from_pixel(width, height, image::Rgb([shade, 90, 120]));
    let mut bytes = Vec::new();
    let picture = image::DynamicImage::ImageRgb8(pixels);
    picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a picture");
    bytes
}

fn fresh(shade: u8) -> NewPicture {
    NewPicture {
        alt_zh: format!("草坪上的风筝{shade}"),
        alt_en: "Kites above a lawn".into(),
        consent: true,
        bytes: Some(drawn(60, 40, shade)),
    }
}

/// An event nobody sees yet, with a date.
async fn draft(house: &TestHouse) -> ActivityId {
    let id = outreach::add_event(&house.services, &house.services.system(), lecture("leyun")).await.expect("an event");
    date(house, id, "2026-07-25T09:30:00+08:00", 90, 20).await;
    id
}

async fn add(house: &TestHouse, event: ActivityId, shade: u8) -> EventPictureId {
    outreach::add_picture(&house.services, &officer(house), event, fresh(shade)).await.expect("added")
}

async fn order(house: &TestHouse, event: ActivityId) -> Vec<EventPictureId> {
    now(house, event).await.pictures.iter().map(|picture| picture.id).collect()
}

async fn change(house: &TestHouse, event: ActivityId, picture: EventPictureId, change: PictureChange) {
    let done = outreach::change_picture(&house.services, &officer(house), (event, picture), change).await;
    done.expect("changed");
}

async fn count(owner: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(owner).await.expect("a number")
}

#[tokio::test]
async fn a_picture_is_everybodys_while_its_event_is_published_and_nobodys_once_it_is_removed() {
    let house = TestHouse::new().await;
    let (services, staff, anybody) = (&house.services, officer(&house), house.context(Actor::Anonymous));
    let id = draft(&house).await;
    let large = NewPicture { bytes: Some(drawn(2000, 1000, 1)), ..fresh(1) };
    let picture = outreach::add_picture(services, &staff, id, large).await.expect("added");
    let shown = now(&house, id).await.pictures.clone();
    let sizes: Vec<_> = shown[0].sizes.iter().map(|size| (size.width, size.height)).collect();
    assert_eq!(sizes, [(480, 240), (960, 480), (1600, 800)]);
    assert_eq!((shown[0].alt.zh.as_str(), shown[0].alt.en.as_str()), ("草坪上的风筝1", "Kites above a lawn"));

    let hash = shown[0].sizes[1].hash.clone();
    let seen = async |who: &Context| outreach::picture_bytes(services, who, &hash).await;
    assert!(matches!(seen(&anybody).await, Err(OutreachError::NotFound)), "nobody sees a draft's");
    assert!(matches!(seen(&steward(&house)).await, Err(OutreachError::NotFound)));
    let draft = seen(&staff).await.expect("who looks after events does");
    assert!(!draft.public);
    publish(&house, id).await;
    let public = seen(&anybody).await.expect("everybody");
    assert!(public.public);
    let read = image::load_from_memory(&public.bytes).expect("a picture");
    assert_eq!((read.width(), read.height()), (960, 480));
    assert_eq!(services::crypto::digest_hex(&public.bytes), hash, "the address names the bytes");

    let version = now(&house, id).await.version;
    outreach::publish(services, &services.system(), id, version, false).await.expect("taken back");
    assert!(matches!(seen(&anybody).await, Err(OutreachError::NotFound)), "with its event");
    publish(&house, id).await;
    for _ in 0..2 {
        change(&house, id, picture, PictureChange::Remove).await;
    }
    for who in [&anybody, &staff] {
        assert!(matches!(seen(who).await, Err(OutreachError::NotFound)));
    }
    assert_eq!(files::sweep(services).await.expect("swept"), 3);
    let owner = house.db.owner_pool();
    assert_eq!(count(&owner, "select count(*) from file_content").await, 0, "nothing of it is left");
    let told = "select count(*) from audit_entry where action in ('event.picture_added', 'event.picture_removed')";
    assert_eq!(count(&owner, told).await, 2);
    let (capitals, unknown) = ("G".repeat(64), "a".repeat(64));
    for nonsense in ["", "0", "\0", capitals.as_str(), unknown.as_str()] {
        let found = outreach::picture_bytes(services, &staff, nonsense).await;
        assert!(matches!(found, Err(OutreachError::NotFound)), "{nonsense}");
    }
}

#[tokio::test]
async fn no_picture_without_words_in_both_languages_and_a_word_for_its_people() {
    let house = TestHouse::new().await;
    let (services, staff) = (&house.services, officer(&house));
    let id = draft(&house).await;
    let faults = async |asked: NewPicture| match outreach::add_picture(services, &staff, id, asked).await {
        Err(OutreachError::Fields(errors)) => errors.into_iter().map(|it| (it.field, it.fault)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let nothing = faults(NewPicture::default()).await;
    let expected = [
        ("picture", Fault::Required),
        ("alt_zh", Fault::Required),
        ("alt_en", Fault::Required),
        ("consent", Fault::MustAccept),
    ];
    assert_eq!(nothing, expected.map(|(field, fault)| (field.to_owned(), fault)));
    let drawing = NewPicture { bytes: Some(b"<svg onload='x'/>".to_vec()), ..fresh(1) };
    assert_eq!(faults(drawing).await, [("picture".to_owned(), Fault::FileKindPicture)]);
    let denied = outreach::add_picture(services, &steward(&house), id, fresh(1)).await;
    assert!(matches!(denied, Err(OutreachError::Denied(Denied::NotAllowed))));
    let nowhere = outreach::add_picture(services, &staff, services.system().new_id(), fresh(1)).await;
    assert!(matches!(nowhere, Err(OutreachError::NotFound)));
    assert!(order(&house, id).await.is_empty());

    let owner = house.db.owner_pool();
    let picture = add(&house, id, 1).await;
    let say = async |who: &Context, alt_zh: &str, alt_en: &str| {
        let words = PictureWords { alt_zh: alt_zh.into(), alt_en: alt_en.into() };
        outreach::change_picture(services, who, (id, picture), PictureChange::Words(words)).await
    };
    let long = "字".repeat(121);
    for (zh, en, fields) in [(" ", "", &["alt_zh", "alt_en"][..]), (long.as_str(), "Kites", &["alt_zh"][..])] {
        let refused = say(&staff, zh, en).await;
        let named = |errors: &[FieldError]| errors.iter().map(|it| it.field.clone()).eq(fields.iter().copied());
        assert!(matches!(&refused, Err(OutreachError::Fields(errors)) if named(errors)), "{refused:?}");
    }
    assert!(matches!(say(&steward(&house), "风筝", "Kites").await, Err(OutreachError::Denied(Denied::NotAllowed))));
    say(&staff, " 三只风筝 ", "Three kites").await.expect("said otherwise");
    let alt = now(&house, id).await.pictures[0].alt.clone();
    assert_eq!((alt.zh.as_str(), alt.en.as_str()), ("三只风筝", "Three kites"));
    let noted = "select count(*) from event_picture where consent_at is not null and consent_by is not null";
    assert_eq!(count(&owner, noted).await, 1, "who said so, and when");
}

#[tokio::test]
async fn the_first_is_the_cover_and_a_press_that_comes_twice_is_done_once() {
    let house = TestHouse::new().await;
    let id = draft(&house).await;
    let (one, two, three) = (add(&house, id, 1).await, add(&house, id, 2).await, add(&house, id, 3).await);
    assert_eq!(order(&house, id).await, [one, two, three]);
    for _ in 0..2 {
        change(&house, id, three, PictureChange::Forward(2)).await;
    }
    assert_eq!(order(&house, id).await, [one, three, two]);
    for _ in 0..2 {
        change(&house, id, two, PictureChange::Cover).await;
    }
    assert_eq!(order(&house, id).await, [two, one, three]);
    change(&house, id, two, PictureChange::Remove).await;
    assert_eq!(order(&house, id).await, [one, three], "the next is the cover");
    let other = outreach::add_event(&house.services, &house.services.system(), lecture("another")).await.expect("made");
    change(&house, other, one, PictureChange::Remove).await;
    assert_eq!(order(&house, id).await, [one, three], "not another event's");
    let denied = outreach::change_picture(&house.services, &steward(&house), (id, one), PictureChange::Remove).await;
    assert!(matches!(denied, Err(OutreachError::Denied(Denied::NotAllowed))));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_at_once_add_one_picture_and_of_two_for_the_last_place_one_is_kept() {
    let house = TestHouse::new().await;
    let id = draft(&house).await;
    let staff = officer(&house);
    let press = |shade| outreach::add_picture(&house.services, &staff, id, fresh(shade));
    let (first, second) = tokio::join!(press(0), press(0));
    assert_eq!(first.expect("added"), second.expect("the same"));
    let reworded = NewPicture { alt_zh: "换了说明".into(), ..fresh(0) };
    let told = outreach::add_picture(&house.services, &staff, id, reworded).await;
    let there = |errors: &[domain::field::FieldError]| errors[0].fault == Fault::AlreadyExists;
    assert!(matches!(&told, Err(OutreachError::Fields(errors)) if there(errors)), "{told:?}");
    assert_eq!(
        now(&house, id).await.pictures[0].alt.zh,
        "草坪上的风筝0",
        "its words stay, and nobody is told otherwise"
    );
    for shade in 1..MOST_PICTURES - 1 {
        add(&house, id, shade as u8).await;
    }
    let (one, other) = tokio::join!(press(100), press(101));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1, "{one:?} {other:?}");
    let full = press(102).await;
    assert!(matches!(full, Err(OutreachError::StateHasChanged)), "{full:?}");
    assert_eq!(order(&house, id).await.len(), MOST_PICTURES);
}

/// The control: two who only count add a thirteenth.
#[tokio::test]
async fn without_the_events_lock_there_would_be_one_too_many() {
    let house = TestHouse::new().await;
    let id = draft(&house).await;
    for shade in 1..MOST_PICTURES {
        add(&house, id, shade as u8).await;
    }
    let owner = house.db.owner_pool();
    let (mut one, mut other) =
        (house.services.begin().await.expect("begun"), house.services.begin().await.expect("begun"));
    for tx in [&mut one, &mut other] {
        let there: i64 = sqlx::query_scalar("select count(*) from event_picture where activity_id = $1")
            .bind(id.0)
            .fetch_one(&mut **tx)
            .await
            .expect("a number");
        assert_eq!(there as usize, MOST_PICTURES - 1, "room for one");
        sqlx::query(
            "insert into event_picture (id, activity_id, place, alt_zh, alt_en, consent_at, sent_hash, created_at)
             values (gen_random_uuid(), $1, 99, 'x', 'x', now(), sha256(gen_random_uuid()::text::bytea), now())",
        )
        .bind(id.0)
        .execute(&mut **tx)
        .await
        .expect("added");
    }
    one.commit().await.expect("kept");
    other.commit().await.expect("kept");
    assert_eq!(count(&owner, "select count(*) from event_picture").await as usize, MOST_PICTURES + 1);
}

#[tokio::test]
async fn pictures_leave_when_their_term_is_over_and_with_their_event() {
    let house = TestHouse::new().await;
    let (services, owner) = (&house.services, house.db.owner_pool());
    let id = draft(&house).await;
    add(&house, id, 1).await;
    let days = |days: i64| services.clock.advance(jiff::SignedDuration::from_hours(24 * days));
    days(1094);
    add(&house, id, 2).await;
    assert_eq!(privacy::erase_due(services).await.expect("swept").photos, 0);
    days(2);
    assert_eq!(privacy::preview(services).await.expect("counted").photos, 1);
    assert_eq!(privacy::erase_due(services).await.expect("swept").photos, 1);
    assert_eq!(order(&house, id).await.len(), 1, "the other one's time is not over");
    assert_eq!(count(&owner, "select count(*) from file_content").await, 1);
    let proof = "select count(*) from audit_entry where action = 'privacy.event_pictures_erased' and detail = '{\"pictures\": 1}'";
    assert_eq!(count(&owner, proof).await, 1);

    sqlx::query("delete from event where activity_id = $1").bind(id.0).execute(&owner).await.expect("an event ends");
    assert_eq!(files::sweep(services).await.expect("swept"), 1);
    assert_eq!(count(&owner, "select count(*) from file_content").await, 0);
}
