//! Personal data: every column is registered, and what is due is erased with a proof.

use jiff::SignedDuration;
use services::privacy::{self, FIELDS, Protection, Term};
use std::collections::{HashMap, HashSet};
use testkit::TestHouse;
use uuid::Uuid;

/// Tables every column of which is personal or stands beside what is.
const WHOLE: [&str; 6] = ["account", "booking", "booking_draft", "dev_mailbox", "login_session", "waiting_entry"];
/// Words in the names of columns that suggest a person.
const WORDS: [&str; 23] = [
    "sealed",
    "phone",
    "mail",
    "contact",
    "address",
    "recipient",
    "visitor",
    "login",
    "label",
    "birth",
    "document",
    "person",
    "account_id",
    "actor",
    "steward",
    "granted_by",
    "created_by",
    "subject_id",
    "password",
    "totp",
    "bucket",
    "answer",
    "payload",
];

fn looks_personal(table: &str, column: &str) -> bool {
    WHOLE.contains(&table)
        || column == "name"
        || column.ends_with("_name")
        || column.ends_with("_index")
        || column.ends_with("_hash")
        || WORDS.iter().any(|word| column.contains(word))
}

#[tokio::test]
async fn every_personal_column_is_registered() {
    let house = TestHouse::new().await;
    let columns = store::privacy::columns(&house.db.owner_pool()).await.expect("the catalogue");
    assert!(columns.len() > 100, "the migrations ran");
    let mut registered = HashSet::new();
    for field in FIELDS.iter() {
        for column in field.columns {
            assert!(registered.insert((field.table, *column)), "{}.{column} is registered twice", field.table);
        }
    }
    let missing: Vec<String> = columns
        .iter()
        .map(|(table, column)| (table.as_str(), column.as_str()))
        .filter(|(table, column)| looks_personal(table, column))
        .filter(|at| !registered.contains(at))
        .map(|(table, column)| format!("{table}.{column}"))
        .collect();
    assert!(missing.is_empty(), "not in privacy::FIELDS: {missing:?}");
    let there: HashSet<(&str, &str)> =
        columns.iter().map(|(table, column)| (table.as_str(), column.as_str())).collect();
    let gone: Vec<_> = registered.iter().filter(|at| !there.contains(*at)).collect();
    assert!(gone.is_empty(), "registered, but not in the database: {gone:?}");
}

#[tokio::test]
async fn protection_is_what_the_column_says() {
    let house = TestHouse::new().await;
    let kinds: Vec<(String, String, String)> = sqlx::query_as(
        // Of a column of several the kind of one.
        "select table_name::text, column_name::text,
                case data_type when 'ARRAY' then ltrim(udt_name::text, '_') else data_type::text end
         from information_schema.columns where table_schema = 'public'",
    )
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("the catalogue");
    let kinds: HashMap<_, _> = kinds.iter().map(|(t, c, kind)| ((t.as_str(), c.as_str()), kind.as_str())).collect();
    for field in FIELDS.iter() {
        for column in field.columns {
            let sealed = column.ends_with("sealed");
            let encrypted = matches!(field.protection, Protection::Sealed | Protection::CaseKey | Protection::UnitKey);
            assert_eq!(sealed, encrypted, "{}.{column}", field.table);
            if sealed || column.ends_with("_index") {
                assert_eq!(kinds[&(field.table, *column)], "bytea", "{}.{column}", field.table);
            }
            if column.ends_with("_index") {
                assert_eq!(field.protection, Protection::BlindIndex, "{}.{column}", field.table);
            }
        }
    }
}

#[test]
fn the_notice_says_the_days_the_clock_keeps() {
    for term in Term::ALL {
        let text = term.text();
        if let Some(days) = term.days() {
            assert!(text.zh.contains(&format!("{days}天")), "{term:?}: {}", text.zh);
            let en = if days == 1 { "1 day ".to_owned() } else { format!("{days} days") };
            assert!(text.en.contains(&en), "{term:?}: {}", text.en);
        }
    }
    for field in FIELDS.iter() {
        for text in [field.what, field.purpose, field.readers] {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{field:?}");
            assert!(!text.zh.is_ascii(), "{}", text.zh);
            assert!(!text.en.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}", text.en);
        }
    }
}

/// A booking of a session that ends `ago` before the house's now, with everything personal filled in.
async fn booking(house: &TestHouse, number: u128, ago: SignedDuration) -> Uuid {
    let (id, session) = (Uuid::from_u128(number), Uuid::from_u128(number + 1_000_000));
    let ends = house.now() - ago;
    let vault = &house.services.vault;
    let seal =
        |column, text: &str| vault.seal(services::crypto::Place { table: "booking", column, row: id }, text.as_bytes());
    let owner = house.db.owner_pool();
    sqlx::query(
        "insert into activity (id, kind, slug, title_zh, title_en, policy, created_at)
         values ('00000000-0000-0000-0000-0000000000aa', 'museum', 'privacy', '馆', 'museum', '{}', now()) on conflict do nothing",
    )
    .execute(&owner)
    .await
    .expect("an activity");
    sqlx::query(
        "insert into session (id, activity_id, starts_at, ends_at, capacity, created_at)
         values ($1, '00000000-0000-0000-0000-0000000000aa', $2::timestamptz - interval '1 hour' - make_interval(secs => $3), $2, 50, $2)",
    )
    .bind(session)
    .bind(store::SqlTimestamp::from(ends))
    .bind(number as f64)
    .execute(&owner)
    .await
    .expect("a session");
    sqlx::query(
        "insert into booking (session_id, id, activity_id, reference, state, people, channel, locale, name_sealed, phone_sealed,
             phone_index, policy_version, created_at, updated_at)
         values ($1, $2, '00000000-0000-0000-0000-0000000000aa', 'K7M4Q2XR', 'confirmed', 4, 'web', 'zh-CN', $3, $4, $5, 1, $6, $6)",
    )
    .bind(session)
    .bind(id)
    .bind(seal("name_sealed", "张小满"))
    .bind(seal("phone_sealed", "13800138000"))
    .bind(vault.blind_index("contact", "phone:13800138000"))
    .bind(store::SqlTimestamp::from(ends))
    .execute(&owner)
    .await
    .expect("a booking");
    owner.close().await;
    id
}

#[tokio::test]
async fn names_and_contacts_go_after_ninety_days_and_counts_stay() {
    let house = TestHouse::new().await;
    let day = SignedDuration::from_hours(24);
    let old = booking(&house, 1, day * 91).await;
    let recent = booking(&house, 2, day * 89).await;
    let preview = privacy::preview(&house.services).await.expect("a preview");
    assert_eq!(preview.bookings, 1);
    let erased = privacy::erase_due(&house.services).await.expect("what is due is erased");
    assert_eq!((erased.bookings, erased.swept), (1, preview.swept));
    assert_eq!(privacy::erase_due(&house.services).await.expect("nothing is due").bookings, 0);

    type Row = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, i32, bool);
    let read = async |id: Uuid| -> Row {
        sqlx::query_as(
            "select name_sealed, phone_sealed, phone_index, people, erased_at is not null from booking where id = $1",
        )
        .bind(id)
        .fetch_one(&house.services.db)
        .await
        .expect("the booking")
    };
    let (name, phone, index, people, marked) = read(old).await;
    let place = services::crypto::Place { table: "booking", column: "name_sealed", row: old };
    assert_eq!(house.services.vault.open_sealed(place, &name).as_deref(), Ok("已删除".as_bytes()));
    assert_eq!((phone, index, people, marked), (None, None, 4, true));
    let (_, phone, index, _, marked) = read(recent).await;
    assert!(phone.is_some() && index.is_some() && !marked);

    let proof: Vec<(String, Option<Uuid>, serde_json::Value)> =
        sqlx::query_as("select action, subject_id, detail from audit_entry")
            .fetch_all(&house.services.db)
            .await
            .expect("the trail");
    let session = Some(Uuid::from_u128(1_000_001));
    assert_eq!(proof, [("privacy.session_erased".to_owned(), session, serde_json::json!({ "bookings": 1 }))]);
}

#[tokio::test]
async fn several_servers_erase_once() {
    let house = TestHouse::new().await;
    for number in 1..=30 {
        booking(&house, number, SignedDuration::from_hours(24 * 100)).await;
    }
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let services = house.services.clone();
            tokio::spawn(async move { privacy::erase_due(&services).await.expect("erased").bookings })
        })
        .collect();
    let mut erased = 0;
    for task in tasks {
        erased += task.await.expect("no panic");
    }
    assert_eq!(erased, 30);
    let proven: i64 = sqlx::query_scalar(
        "select sum((detail ->> 'bookings')::int) from audit_entry where action = 'privacy.session_erased'",
    )
    .fetch_one(&house.services.db)
    .await
    .expect("the trail");
    assert_eq!(proven, 30);
}

#[tokio::test]
async fn unused_accounts_are_emptied_and_leftovers_deleted() {
    let house = TestHouse::new().await;
    let owner = house.db.owner_pool();
    let now = store::SqlTimestamp::from(house.now());
    // Two old accounts, one of which was used last month; an old sign-in, code, limit, answer and message each.
    for (id, seen_days) in [(1u128, 800i32), (2, 30)] {
        sqlx::query("insert into account (id, kind, phone_sealed, phone_index, created_at) values ($1, 'visitor', 'x', $2, $3::timestamptz - interval '900 days')")
            .bind(Uuid::from_u128(id))
            .bind(id.to_be_bytes())
            .bind(now)
            .execute(&owner)
            .await
            .expect("an account");
        sqlx::query(
            "insert into login_session (id, token_hash, account_id, label, created_at, last_seen_at, expires_at)
             values ($1, $2, $1, 'Firefox', $3, $3::timestamptz - make_interval(days => $4), $3::timestamptz + make_interval(days => 20 - $4))",
        )
        .bind(Uuid::from_u128(id))
        .bind(id.to_be_bytes())
        .bind(now)
        .bind(seen_days)
        .execute(&owner)
        .await
        .expect("a sign-in");
    }
    for sql in [
        "insert into rate_limit (bucket, window_start, hits) values ('x', $1::timestamptz - interval '4 days', 1), ('x', $1, 1)",
        "insert into idempotency (scope, key, body_hash, answer, created_at) values ('s', 'k', 'h', '{}', $1::timestamptz - interval '4 days')",
        "insert into dev_mailbox (id, channel, recipient, subject, body_text, created_at) values ('00000000-0000-0000-0000-000000000001', 'mail', 'a@example.cn', 's', 't', $1::timestamptz - interval '8 days')",
        "insert into one_time_code (id, purpose, subject, contact_index, code_hash, created_at, expires_at) values ('00000000-0000-0000-0000-000000000001', 'sign_in', '00000000-0000-0000-0000-000000000001', 'x', 'y', $1, $1::timestamptz - interval '2 days')",
        "with museum as (insert into activity (id, kind, slug, title_zh, title_en, policy, created_at)
                         values ('00000000-0000-0000-0000-0000000000bb', 'museum', 'missed', '馆', 'museum', '{}', $1) returning id)
         insert into no_show (session_id, booking_id, activity_id, person_index, missing, whole, ended_at, marked_at)
         select gen_random_uuid(), gen_random_uuid(), id, 'x', 1, true, $1::timestamptz - make_interval(days => days), $1
         from museum, unnest(array[419, 421]) as days",
        "insert into job (id, kind, payload, state, run_at, created_at) values ('00000000-0000-0000-0000-000000000001', 'x', '{}', 'dead', $1, $1::timestamptz - interval '31 days'), ('00000000-0000-0000-0000-000000000002', 'x', '{}', 'ready', $1, $1::timestamptz - interval '31 days')",
    ] {
        sqlx::query(sql).bind(now).execute(&owner).await.expect(sql);
    }
    let preview = privacy::preview(&house.services).await.expect("a preview");
    let erased = privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(erased, preview);
    assert_eq!(erased.accounts, 1);
    let swept = erased.swept;
    assert_eq!((swept.codes, swept.logins, swept.limits, swept.answers, swept.mailbox, swept.jobs), (1, 1, 1, 1, 1, 1));
    assert_eq!(swept.missed, 1);
    let left: Vec<Uuid> =
        sqlx::query_scalar("select id from account where deleted_at is null and phone_index is not null")
            .fetch_all(&owner)
            .await
            .expect("accounts");
    assert_eq!(left, [Uuid::from_u128(2)]);
    assert_eq!(privacy::erase_due(&house.services).await.expect("nothing left"), privacy::Erased::default());
}
