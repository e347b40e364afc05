//! A display is brought in once by its code, sees the board without a name on it, and nothing once it is revoked.

use super::{number, reading, send, tank};
use crate::exports::colleague;
use domain::account::{Actor, Capability, Denied, Role};
use domain::field::Fault;
use domain::ids::{AccountId, LoginSessionId};
use domain::telemetry::ChannelKind;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use services::Context;
use services::limits::Network;
use services::telemetry::{self, Claim, TelemetryError};
use testkit::TestHouse;
use uuid::Uuid;

fn of(house: &TestHouse, account: AccountId, role: Role) -> Context {
    let login = LoginSessionId(account.0);
    house.context(Actor::Staff { account, login, roles: vec![role], stepped_up_at: Some(house.now()) })
}

fn officer(house: &TestHouse) -> Context {
    of(house, AccountId(Uuid::from_u128(1)), Role::LabOfficer)
}

async fn pair(house: &TestHouse, code: &SecretString, key: &str) -> Result<(), TelemetryError> {
    let (anybody, network) = (house.context(Actor::Anonymous), Network::of([10, 0, 0, 7].into()));
    telemetry::pair_display(&house.services, &anybody, (code, &key.to_owned().into()), &network).await.map(|_| ())
}

#[tokio::test]
async fn a_code_brings_one_display_in_once() {
    let house = TestHouse::new().await;
    let add = async || {
        telemetry::add_display(&house.services, &officer(&house), ("东墙1号屏", "液氮库走廊")).await.expect("added")
    };
    let (first, late) = (add().await, add().await);
    let (key, other) = (telemetry::display_key(), telemetry::display_key());
    assert!(telemetry::authenticate_display(&house.services, &key).await.expect("looked up").is_none());
    assert!(matches!(pair(&house, &first.code, "short").await, Err(TelemetryError::CodeNotGood)));
    let typed = first.code.expose_secret().to_lowercase().replace('-', " ");
    pair(&house, &typed.into(), &key).await.expect("as people type it");
    pair(&house, &first.code, &key).await.expect("an answer that was lost is asked for again");
    assert!(matches!(pair(&house, &first.code, &other).await, Err(TelemetryError::CodeNotGood)), "used up");
    assert!(matches!(pair(&house, &late.code, &key).await, Err(TelemetryError::CodeNotGood)), "another's key");
    house.services.clock.advance(SignedDuration::from_mins(10));
    assert!(matches!(pair(&house, &late.code, &other).await, Err(TelemetryError::CodeNotGood)), "too late");
    let known = telemetry::authenticate_display(&house.services, &key).await.expect("looked up");
    assert_eq!(known, Some(Actor::Display { display: first.id }));
    let paired = "select count(*) from audit_entry where action = 'telemetry.display_paired'";
    assert_eq!(number(&house, paired).await, 1);
    let all = telemetry::displays(&house.services, &officer(&house)).await.expect("a list");
    let seen: Vec<bool> = all.iter().map(|display| display.seen_at == Some(house.now())).collect();
    assert_eq!(seen.iter().filter(|seen| **seen).count(), 1, "it was seen just now");
}

/// What became of the display with a key, now that it asks.
async fn claim(house: &TestHouse, key: &str) -> Claim {
    let anybody = house.context(Actor::Anonymous);
    telemetry::claim_display(&house.services, &anybody, &key.to_owned().into()).await.expect("an answer")
}

async fn claims(house: &TestHouse, key: &str) -> bool {
    claim(house, key).await == Claim::In
}

/// What the display with a key shows now.
fn shows(house: &TestHouse, key: &str) -> String {
    telemetry::display_offer(&house.services, &house.context(Actor::Anonymous), key).text
}

#[tokio::test]
async fn a_display_is_brought_in_by_its_picture_once_somebody_confirms_it() {
    let house = TestHouse::new().await;
    let (key, other) = (telemetry::display_key(), telemetry::display_key());
    let offer = shows(&house, &key);
    assert!(!claims(&house, &key).await, "nobody has confirmed it");
    let night = of(&house, AccountId(Uuid::from_u128(2)), Role::NightShift);
    let named = ("东墙1号屏", "液氮库走廊");
    let denied = telemetry::confirm_display(&house.services, &night, &offer, named).await;
    assert!(matches!(denied, Err(TelemetryError::Denied(Denied::NotAllowed))));
    let nameless = telemetry::confirm_display(&house.services, &officer(&house), &offer, (" ", "<b>")).await;
    let Err(TelemetryError::Fields(errors)) = nameless else { panic!("confirmed") };
    assert_eq!(errors.iter().map(|error| error.fault).collect::<Vec<_>>(), [Fault::Required, Fault::TextCharacters]);
    assert!(!claims(&house, &key).await, "nothing was kept of it");
    let confirm = async |by: &Context| telemetry::confirm_display(&house.services, by, &offer, named).await;
    let id = confirm(&officer(&house)).await.expect("confirmed");
    assert_eq!(confirm(&officer(&house)).await.expect("twice is once"), id);
    assert!(!claims(&house, &other).await, "another display");
    assert!(claims(&house, &key).await && claims(&house, &key).await, "and again where the answer was lost");
    let known = telemetry::authenticate_display(&house.services, &key).await.expect("looked up");
    assert_eq!(known, Some(Actor::Display { display: id }));
    let colleague = of(&house, AccountId(Uuid::from_u128(3)), Role::LabOfficer);
    assert!(matches!(confirm(&colleague).await, Err(TelemetryError::CodeNotGood)), "used up");
    for noted in [
        "select count(*) from audit_entry where action = 'telemetry.display_added'",
        "select count(*) from audit_entry where action = 'telemetry.display_paired'",
    ] {
        assert_eq!(number(&house, noted).await, 1, "{noted}");
    }
}

#[tokio::test]
async fn a_picture_is_good_for_ten_minutes_and_for_one_display() {
    let house = TestHouse::new().await;
    let key = telemetry::display_key();
    let confirm = async |offer: &str| {
        telemetry::confirm_display(&house.services, &officer(&house), offer, ("东墙1号屏", "液氮库走廊")).await
    };
    let early = shows(&house, &key);
    house.services.clock.advance(SignedDuration::from_mins(10));
    let (late, mut forged) = (shows(&house, &key), shows(&house, &key));
    forged.replace_range(10..12, if &forged[10..12] == "AA" { "BB" } else { "AA" });
    for offer in ["", "nonsense", &key, &early, &forged] {
        assert!(matches!(confirm(offer).await, Err(TelemetryError::CodeNotGood)), "{offer}");
    }
    let id = confirm(&late).await.expect("it is shown anew");
    telemetry::revoke_display(&house.services, &officer(&house), id).await.expect("revoked");
    assert!(!claims(&house, &key).await, "it was taken back before it came");
    let lost = telemetry::display_key();
    confirm(&shows(&house, &lost)).await.expect("confirmed");
    house.services.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(claim(&house, &lost).await, Claim::Late, "it did not come in time");
    let again = confirm(&shows(&house, &lost)).await;
    assert!(matches!(again, Err(TelemetryError::CodeNotGood)), "nobody is told that it comes in: {again:?}");
}

#[tokio::test]
async fn a_picture_that_was_scanned_before_it_was_made_anew_still_brings_the_display_in() {
    let house = TestHouse::new().await;
    let key = telemetry::display_key();
    let scanned = shows(&house, &key);
    house.services.clock.advance(SignedDuration::from_mins(9));
    assert_eq!(claim(&house, &key).await, Claim::Waits);
    assert_ne!(shows(&house, &key), scanned, "it is good for longer");
    let named = ("东墙1号屏", "液氮库走廊");
    telemetry::confirm_display(&house.services, &officer(&house), &scanned, named).await.expect("confirmed");
    assert_eq!(claim(&house, &key).await, Claim::In);
    for none in ["", "nonsense", &scanned] {
        assert!(!telemetry::is_display_key(none) && claim(&house, none).await == Claim::Late, "{none}");
    }
}

#[tokio::test]
async fn a_revoked_display_is_nobody() {
    let house = TestHouse::new().await;
    let by = officer(&house);
    let added = telemetry::add_display(&house.services, &by, ("东墙1号屏", "液氮库走廊")).await.expect("added");
    let key = telemetry::display_key();
    pair(&house, &added.code, &key).await.expect("paired");
    telemetry::revoke_display(&house.services, &by, added.id).await.expect("revoked");
    telemetry::revoke_display(&house.services, &by, added.id).await.expect("twice is once");
    assert!(telemetry::authenticate_display(&house.services, &key).await.expect("looked up").is_none());
    assert!(matches!(pair(&house, &added.code, &key).await, Err(TelemetryError::CodeNotGood)), "its code as well");
    let noted = "select count(*) from audit_entry where action = 'telemetry.display_revoked'";
    assert_eq!(number(&house, noted).await, 1);
    let night = of(&house, AccountId(Uuid::from_u128(2)), Role::NightShift);
    let denied = telemetry::revoke_display(&house.services, &night, added.id).await;
    assert!(matches!(denied, Err(TelemetryError::Denied(Denied::NotAllowed))));
    let nameless = telemetry::add_display(&house.services, &by, (" ", "<b>")).await;
    let Err(TelemetryError::Fields(errors)) = nameless else { panic!("added") };
    assert_eq!(errors.iter().map(|error| error.fault).collect::<Vec<_>>(), [Fault::Required, Fault::TextCharacters]);
}

#[tokio::test]
async fn a_display_sees_the_board_and_nobodys_name_or_words() {
    let house = TestHouse::new().await;
    let night = colleague(&house, "night-a", Role::NightShift).await;
    let night = of(&house, night, Role::NightShift);
    tank(&house, "T-01", &[ChannelKind::TemperatureTop]).await;
    send(&house, vec![reading("T-01/temperature_top", house.now(), -149.0)]).await;
    telemetry::watch(&house.services).await.expect("looked");
    let board = telemetry::wall(&house.services, &night).await.expect("a board");
    let critical = board.alarms.iter().find(|alarm| alarm.rule == "tank_critical").expect("an alarm");
    telemetry::acknowledge(&house.services, &night, critical.id).await.expect("acknowledged");
    telemetry::ask_mute(&house.services, &night, critical.channel, ("张师傅更换探头", "30")).await.expect("asked");
    let display = house.context(Actor::Display { display: Uuid::from_u128(3).into() });
    let told = telemetry::wall(&house.services, &night).await.expect("a board");
    let shown = telemetry::wall(&house.services, &display).await.expect("a board");
    assert_eq!(shown.alarms.len(), told.alarms.len());
    assert!(told.alarms.iter().any(|alarm| alarm.acknowledged.as_ref().is_some_and(|(name, _)| !name.is_empty())));
    assert!(shown.alarms.iter().any(|alarm| alarm.acknowledged.is_some()));
    assert!(shown.alarms.iter().all(|alarm| alarm.acknowledged.as_ref().is_none_or(|(name, _)| name.is_empty())));
    assert!(told.mutes.iter().all(|mute| !mute.reason.is_empty() && !mute.owner.is_empty()));
    assert!(shown.mutes.iter().all(|mute| mute.reason.is_empty() && mute.owner.is_empty()));
    assert_eq!(shown.mutes.len(), 1);
    let not = telemetry::board(&house.services, &display).await;
    assert!(matches!(not, Err(TelemetryError::Denied(Denied::NotAllowed))));
    for capability in Capability::ALL {
        assert_eq!(display.require(capability).is_ok(), capability == Capability::SeeWall, "{capability:?}");
    }
}
