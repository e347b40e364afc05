//! Devices: enrolled once, known by a key nobody here keeps, told to wipe themselves.

use super::{added, again, device, key, network};
use crate::booking::{closing::number, house_with_session, officer, steward};
use domain::account::{Actor, Denied, DeviceRole};
use domain::field::Fault;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use services::door::{self, DoorError};

#[tokio::test]
async fn a_code_is_good_for_one_key_and_ten_minutes() {
    let (house, _) = house_with_session(20).await;
    let nobody = house.context(Actor::Anonymous);
    let enrol = |code: &secrecy::SecretString, letter| {
        let (services, nobody, code) = (house.services.clone(), nobody.clone(), code.clone());
        async move { door::enrol(&services, &nobody, (&code, &key(letter)), &network()).await }
    };
    let fresh = added(&house, " 东门  1 号 ", DeviceRole::Steward).await;
    let first = enrol(&fresh.code, 'a').await.expect("enrolled");
    assert_eq!((first.id, first.name.as_str(), first.role), (fresh.id, "东门 1 号", DeviceRole::Steward));
    assert_eq!(enrol(&fresh.code, 'a').await.expect("the answer was lost"), first, "the same key asks again");
    assert!(matches!(enrol(&fresh.code, 'b').await, Err(DoorError::CodeNotGood)), "another device");
    let typed = fresh.code.expose_secret().to_lowercase().replace('-', " ").into();
    assert_eq!(enrol(&typed, 'a').await.expect("as people type it"), first);
    assert!(matches!(enrol(&"0000-0000-0000".to_owned().into(), 'c').await, Err(DoorError::CodeNotGood)));

    let other = added(&house, "西门", DeviceRole::Supervisor).await;
    assert!(matches!(enrol(&other.code, 'a').await, Err(DoorError::CodeNotGood)), "a key is one device's");
    house.services.clock.advance(SignedDuration::from_mins(10));
    let late = house.context(Actor::Anonymous);
    let answer = door::enrol(&house.services, &late, (&other.code, &key('d')), &network()).await;
    assert!(matches!(answer, Err(DoorError::CodeNotGood)), "{answer:?}");
    let entries = "select count(*) from audit_entry where action = 'door.device_enrolled' and actor_kind = 'anonymous'";
    assert_eq!(number(&house, entries).await, 1, "asking again is not enrolling again");
    let hashes = "select count(*) from door_device where octet_length(code_hash) = 32
                  and (token_hash is null or octet_length(token_hash) = 32)";
    assert_eq!(number(&house, hashes).await, 2, "only hashes are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_devices_with_one_code_one_is_enrolled() {
    let (house, _) = house_with_session(20).await;
    let fresh = added(&house, "东门", DeviceRole::Steward).await;
    let tries: Vec<_> = ('a'..='t')
        .map(|letter| {
            let (services, nobody) = (house.services.clone(), house.context(Actor::Anonymous));
            let code = fresh.code.clone();
            tokio::spawn(async move { door::enrol(&services, &nobody, (&code, &key(letter)), &network()).await })
        })
        .collect();
    let mut enrolled = 0;
    for one in tries {
        match one.await.expect("no panic") {
            Ok(_) => enrolled += 1,
            Err(error) => assert!(matches!(error, DoorError::CodeNotGood), "{error}"),
        }
    }
    assert_eq!(enrolled, 1);
}

#[tokio::test]
async fn a_revoked_device_is_told_to_wipe_itself_and_nothing_else() {
    let (house, _) = house_with_session(20).await;
    let device_context = device(&house, 'a', DeviceRole::Supervisor).await;
    let Actor::Device { device: id, .. } = device_context.actor else { panic!("a device") };
    let by = officer(&house);
    let denied = door::revoke(&house.services, &steward(&house), id).await;
    assert!(matches!(denied, Err(DoorError::Denied(Denied::NotAllowed))), "{denied:?}");
    door::revoke(&house.services, &by, id).await.expect("revoked");
    door::revoke(&house.services, &by, id).await.expect("it stays so");
    let seen = door::devices(&house.services, &by).await.expect("listed");
    assert!(seen[0].revoked_at.is_some() && seen[0].wiped_at.is_none());
    for _ in 0..2 {
        let key = key('a');
        let answer = door::authenticate(&house.services, key.expose_secret()).await;
        assert!(matches!(answer, Err(DoorError::Revoked)), "{answer:?}");
    }
    assert!(door::devices(&house.services, &by).await.expect("listed")[0].wiped_at.is_some());
    for (action, times) in [("door.device_revoked", 1), ("door.device_wiped", 1)] {
        let found: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = $1")
            .bind(action)
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("a number");
        assert_eq!(found, times, "{action}");
    }
    let unknown = door::authenticate(&house.services, key('z').expose_secret()).await;
    assert!(matches!(unknown, Err(DoorError::UnknownDevice)), "{unknown:?}");
}

#[tokio::test]
async fn roles_are_the_devices_and_names_are_one_line() {
    let (house, _) = house_with_session(20).await;
    let by = officer(&house);
    for (name, fault) in [(" ", Fault::Required), ("<b>", Fault::TextCharacters)] {
        let answer = door::add(&house.services, &by, name, DeviceRole::Steward).await;
        assert!(matches!(answer, Err(DoorError::Fields(ref f)) if f[0].fault == fault), "{answer:?}");
    }
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let denied = door::end_shift(&house.services, &held).await;
    assert!(matches!(denied, Err(DoorError::Denied(Denied::NotAllowed))), "{denied:?}");
    assert!(matches!(door::conflicts(&house.services, &held).await, Err(DoorError::Denied(_))));

    let held = device(&house, 'b', DeviceRole::Supervisor).await;
    door::end_shift(&house.services, &held).await.expect("ended");
    let ended = async || {
        let all = door::devices(&house.services, &by).await.expect("listed");
        all.iter().any(|device| device.name == "b 门" && device.shift_ended_at.is_some())
    };
    assert!(ended().await);
    door::roster(&house.services, &again(&house, 'b').await, None, None).await.expect("the next shift");
    assert!(!ended().await);
}
