//! The stamped letter: kept sealed, replaced until approved, opened by staff only, gone with the request.

use super::{approve, ask, house, link, network, request};
use crate::booking::{officer, steward};
use domain::account::Actor;
use domain::field::Fault;
use domain::groups::{GroupPolicy, Kind};
use domain::ids::GroupRequestId;
use jiff::SignedDuration;
use services::files::{self, Database, Folder};
use services::groups::{self, GroupError, GroupFault, Handle};
use std::sync::Arc;
use testkit::TestHouse;

/// A letter of so many pages that can do nothing.
pub fn pdf(pages: usize) -> Vec<u8> {
    let mut all = b"%PDF-1.7\n".to_vec();
    for n in 0..pages {
        all.extend(format!("{} 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n", n + 3).bytes());
    }
    all.extend(b"% stamped by the demo school\nxref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n");
    all
}

pub fn photograph() -> Vec<u8> {
    let mut bytes = Vec::new();
    let page = image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(600, 800, image::Rgb([250, 250, 245])));
    page.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a picture");
    bytes
}

async fn save(house: &TestHouse, handle: &Handle, bytes: Vec<u8>) -> Result<(), GroupError> {
    let class = house.context(Actor::Anonymous);
    groups::save_letter(&house.services, &class, handle, bytes, &network()).await
}

async fn contents(house: &TestHouse) -> Vec<Vec<u8>> {
    let all = sqlx::query_scalar("select sealed from file_content order by id");
    all.fetch_all(&house.db.owner_pool()).await.expect("bytes")
}

async fn trail(house: &TestHouse, id: GroupRequestId) -> Vec<String> {
    let sql = "select action from audit_entry where subject_id = $1 and action like 'group.letter%' order by at, id";
    sqlx::query_scalar(sql).bind(id.0).fetch_all(&house.db.owner_pool()).await.expect("the trail")
}

#[tokio::test]
async fn a_letter_is_kept_sealed_replaced_opened_by_staff_and_noted() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let handle = link(&house, id).await;
    save(&house, &handle, pdf(2)).await.expect("a letter");
    let class = house.context(Actor::Anonymous);
    let seen = groups::own_letter(&house.services, &class, &handle).await.expect("read").expect("a letter");
    assert_eq!((seen.kind, seen.pages), (files::Kind::Pdf, 2));
    let sealed = contents(&house).await;
    assert!(!sealed[0].windows(7).any(|window| window == b"stamped"), "what lies there is sealed");

    house.services.clock.advance(SignedDuration::from_mins(1));
    save(&house, &handle, photograph()).await.expect("another");
    house.services.clock.advance(SignedDuration::from_mins(1));
    let staff = officer(&house);
    let letter = groups::open_letter(&house.services, &staff, id).await.expect("opened");
    assert_eq!((letter.kind, letter.name.ends_with(".jpg")), (files::Kind::Jpeg, true));
    assert!(letter.bytes.starts_with(&[0xFF, 0xD8, 0xFF]), "a PNG was written anew as JPEG");
    assert_eq!(contents(&house).await.len(), 2, "the first is only let go of");
    assert_eq!(files::sweep(&house.services).await.expect("swept"), 1);
    assert_eq!(contents(&house).await.len(), 1);
    assert_eq!(trail(&house, id).await, ["group.letter_saved", "group.letter_saved", "group.letter_opened"]);

    let at_door = steward(&house);
    assert!(matches!(groups::open_letter(&house.services, &at_door, id).await, Err(GroupError::Denied(_))));
    assert!(matches!(groups::open_letter(&house.services, &class, id).await, Err(GroupError::Denied(_))));
    groups::remove_letter(&house.services, &class, &handle).await.expect("taken back");
    groups::remove_letter(&house.services, &class, &handle).await.expect("pressed twice");
    assert!(matches!(groups::open_letter(&house.services, &staff, id).await, Err(GroupError::NotFound)));
    files::sweep(&house.services).await.expect("swept");
    assert!(contents(&house).await.is_empty());
}

#[tokio::test]
async fn what_is_no_letter_is_refused_beside_its_field_and_leaves_nothing() {
    let (house, sessions) = house(&[60]).await;
    let handle = link(&house, ask(&house, 1, &sessions).await).await;
    let mut script = pdf(1);
    script.splice(9..9, b"9 0 obj\n<< /S /JavaScript >>\nendobj\n".iter().copied());
    for (bytes, fault) in [
        (b"MZ\x90\0 a program called letter.pdf".to_vec(), Fault::FileKindLetter),
        (b"<html><script>alert(1)</script>".to_vec(), Fault::FileKindLetter),
        (pdf(11), Fault::FilePages { max: 10 }),
        (script, Fault::FileActive),
        (photograph()[..60].to_vec(), Fault::FileBroken),
        (vec![0; 9 * 1024 * 1024], Fault::FileTooHeavy { max: 8 }),
    ] {
        match save(&house, &handle, bytes).await {
            Err(GroupError::Fields(errors)) => {
                assert_eq!((errors[0].field.as_str(), errors[0].fault), ("letter", fault))
            }
            other => panic!("{fault:?}: {other:?}"),
        }
    }
    assert!(contents(&house).await.is_empty());
}

#[tokio::test]
async fn where_the_rules_ask_for_a_letter_nobody_is_approved_without() {
    let (house, sessions) = house(&[120]).await;
    let policy = GroupPolicy { letter_from: vec![Kind::School], ..GroupPolicy::default() };
    groups::change_policy(&house.services, &house.services.system(), 0, policy).await.expect("rules");
    let id = ask(&house, 1, &sessions).await;
    let early = approve(&house, id, sessions[0]).await;
    assert!(matches!(early, Err(GroupError::Own(GroupFault::LetterMissing))), "{early:?}");
    let handle = link(&house, id).await;
    save(&house, &handle, pdf(1)).await.expect("a letter");
    approve(&house, id, sessions[0]).await.expect("approved");
    let late = save(&house, &handle, pdf(1)).await;
    assert!(matches!(late, Err(GroupError::Own(GroupFault::LetterClosed))), "{late:?}");
    let class = house.context(Actor::Anonymous);
    let gone = groups::remove_letter(&house.services, &class, &handle).await;
    assert!(matches!(gone, Err(GroupError::Own(GroupFault::LetterClosed))), "it is what the approval rests on");
}

#[tokio::test]
async fn a_letter_goes_with_its_request_and_what_nobody_used_is_swept() {
    let (mut house, sessions) = house(&[60]).await;
    let folder = std::env::temp_dir().join(format!("letters-{}", services::context::new_uuid(house.now())));
    house.services.blobs = Arc::new(Folder(folder.clone()));
    let id = ask(&house, 1, &sessions).await;
    let handle = link(&house, id).await;
    save(&house, &handle, pdf(1)).await.expect("a letter in a folder");
    let system = house.services.system();
    // Written by a change that never committed.
    files::keep(&house.services, &system, pdf(1), files::Accept::LETTER).await.expect("loose");
    assert!(contents(&house).await.is_empty(), "nothing lies in the database");
    assert_eq!(files::sweep(&house.services).await.expect("swept"), 0, "too young to be loose");
    house.services.clock.advance(SignedDuration::from_hours(3));
    assert_eq!(files::sweep(&house.services).await.expect("swept"), 1);
    assert!(groups::open_letter(&house.services, &officer(&house), id).await.is_ok(), "what is used stays");
    house.services.clock.advance(SignedDuration::from_hours(24 * 400));
    services::privacy::erase_due(&house.services).await.expect("erased");
    assert!(matches!(groups::open_letter(&house.services, &officer(&house), id).await, Err(GroupError::NotFound)));
    let left = walk(&folder);
    assert!(left.is_empty(), "{left:?}");
    assert!(request(&house, id).await.contact.is_none());
    std::fs::remove_dir_all(&folder).expect("the folder");
    house.services.blobs = Arc::new(Database(house.services.db.clone()));
}

fn walk(at: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(at).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
