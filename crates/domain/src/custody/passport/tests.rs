//! A passport holds as it was made, and every change of it is told where it is.

use super::*;
use crate::merkle::{leaf_hash, neighbours, root as root_of_leaves};
use proptest::prelude::*;

fn at(microsecond: i64) -> Timestamp {
    Timestamp::from_microsecond(microsecond).expect("a time")
}

fn keys() -> Keys {
    Keys { keys: vec![Jwk::ed25519("a-key".to_owned(), &[5; 32], None)] }
}

/// A passport with so many events, of a unit at a place among others; the signature is whatever it is.
fn passport(events: u32, covered: u32, position: u64, size: u64) -> Passport {
    let unit = Uuid::from_u128(0x0197_f8a2_7a10_4000_8000_1234_5678_9012);
    let (mut previous, mut head) = (START, START);
    let events = (1..=events)
        .map(|seq| {
            let text = format!(r#"{{"kind":"test_started","test":"t{seq}"}}"#);
            let salt = [u8::try_from(seq % 251).expect("small"); 16];
            let digest = chain::digest(&salt, text.as_bytes());
            let (kind, source, actor_kind) = ("test_started", "lims", "client");
            let (occurred_at, received_at) = (at(1_000_000 * i64::from(seq)), at(1_000_000 * i64::from(seq) + 1));
            let (actor, source_seq) = (Some(Uuid::from_u128(7)), Some(i64::from(seq)));
            let link = Link {
                unit,
                seq,
                kind,
                digest,
                occurred_at,
                received_at,
                actor_kind,
                actor,
                source,
                source_seq,
                previous,
            };
            previous = link.hash();
            if seq == covered {
                head = previous;
            }
            let said = (seq % 3 != 0).then_some(Said { salt: Hex(salt), text });
            Event {
                seq,
                kind: kind.to_owned(),
                occurred_at,
                received_at,
                actor_kind: actor_kind.to_owned(),
                actor,
                source: source.to_owned(),
                source_seq,
                digest: Hex(digest),
                hash: Hex(previous),
                said,
            }
        })
        .collect();
    let own = chain::leaf(unit, covered, &head);
    let leaves: Vec<Hash> =
        (0..size).map(|leaf| if leaf == position { own } else { leaf_hash(&leaf.to_be_bytes()) }).collect();
    // Of each level what stands there, to read the path from.
    let mut levels = vec![leaves.clone()];
    while levels.last().is_some_and(|level| level.len() > 1) {
        let above = levels.last().expect("there is one").chunks(2).map(root_of_leaves).collect();
        levels.push(above);
    }
    let path = neighbours(position, size)
        .into_iter()
        .map(|(level, at)| Hex(levels[usize::from(level)][usize::try_from(at).expect("small")]))
        .collect();
    let root = SignedRoot {
        number: 3,
        day: civil::date(2026, 12, 17),
        size,
        root: Hex(root_of_leaves(&leaves)),
        previous: Hex([2; 32]),
        signed_at: at(9_000_000_000),
        kid: "a-key".to_owned(),
        fingerprint: Hex(sha256(&[&[5; 32]])),
        signature: BASE64.encode([6; 64]),
    };
    let proof = Some(Proof { position, seq: covered, path, root });
    Passport { format: FORMAT.to_owned(), version: VERSION, unit, made_at: at(9_100_000_000), events, proof }
}

fn proof(passport: &mut Passport) -> &mut Proof {
    passport.proof.as_mut().expect("it has one")
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_holds(events in 1u32..30, less in 0u32..30, size in 1u64..70, place in any::<proptest::sample::Index>()) {
        let covered = events.saturating_sub(less).max(1);
        let position = place.index(usize::try_from(size).expect("small")) as u64;
        let made = passport(events, covered, position, size);
        let text = serde_json::to_string_pretty(&made).expect("JSON");
        let read = Passport::read(&text).expect("a passport");
        prop_assert_eq!(&read, &made);
        let verdict = read.verify(&keys()).expect("it holds");
        prop_assert_eq!((verdict.events, verdict.covered), (events, covered));
        prop_assert_eq!(verdict.told, events - events / 3);
        prop_assert_eq!(BASE64.decode(&verdict.signed).expect("base64"), proof(&mut made.clone()).root.root().signed_bytes());
    }

    /// Whatever is changed of an event is told at that event.
    #[test]
    fn every_change_of_an_event_is_told_there(events in 2u32..20, place in any::<proptest::sample::Index>(), what in 0usize..11) {
        let mut changed = passport(events, events, 2, 5);
        let place = place.index(changed.events.len());
        let event = &mut changed.events[place];
        let seq = event.seq;
        let later = event.occurred_at.saturating_add(jiff::SignedDuration::from_micros(7)).expect("a time");
        match what {
            0 => event.kind = "infused".to_owned(),
            1 => event.occurred_at = later,
            2 => event.received_at = later,
            3 => event.actor_kind = "staff".to_owned(),
            4 => event.actor = None,
            5 => event.source = "desk".to_owned(),
            6 => event.source_seq = None,
            7 => event.digest.0[3] ^= 1,
            8 => event.hash.0[3] ^= 1,
            9 => event.said = Some(Said { salt: Hex([0; 16]), text: r#"{"kind":"test_started","test":"x"}"#.to_owned() }),
            _ => if let Some(said) = &mut event.said { said.salt.0[0] ^= 1 } else { event.source.push('x') },
        }
        let broken = changed.verify(&keys()).expect_err("it does not hold");
        prop_assert!(matches!(broken, Broken::Event { at } | Broken::Said { at } if at == seq), "{:?}", broken);
    }

    #[test]
    fn no_text_is_read_for_a_passport_by_chance(text in "\\PC{0,200}") {
        prop_assert_eq!(Passport::read(&text), Err(Broken::NotOne));
    }
}

#[test]
fn what_is_removed_added_or_moved_is_told_where() {
    let sound = passport(6, 5, 1, 3);
    let verify = |change: &dyn Fn(&mut Passport)| {
        let mut changed = sound.clone();
        change(&mut changed);
        changed.verify(&keys()).expect_err("it does not hold")
    };
    assert_eq!(verify(&|p| drop(p.events.remove(2))), Broken::Order { at: 4, expected: 3 });
    assert_eq!(verify(&|p| p.events.swap(1, 2)), Broken::Order { at: 3, expected: 2 });
    assert_eq!(verify(&|p| p.events.insert(2, p.events[1].clone())), Broken::Order { at: 2, expected: 3 });
    assert_eq!(verify(&|p| p.events.truncate(4)), Broken::CutOff { at: 5, covered: 5 });
    assert_eq!(verify(&|p| p.events.clear()), Broken::Empty);
    assert_eq!(verify(&|p| p.unit = Uuid::nil()), Broken::Event { at: 1 });
    assert_eq!(verify(&|p| p.proof = None), Broken::NotRooted);
    assert_eq!(verify(&|p| proof(p).position = 0), Broken::Proof);
    assert_eq!(verify(&|p| proof(p).seq = 4), Broken::Proof);
    assert_eq!(verify(&|p| proof(p).path.truncate(1)), Broken::Proof);
    assert_eq!(verify(&|p| proof(p).root.root.0[0] ^= 1), Broken::Proof);
    assert_eq!(verify(&|p| proof(p).root.fingerprint.0[0] ^= 1), Broken::OtherKey { kid: "a-key".to_owned() });
    assert_eq!(verify(&|p| proof(p).root.kid.push('x')), Broken::UnknownKey { kid: "a-keyx".to_owned() });
    assert_eq!(verify(&|p| p.version = 2), Broken::Version { version: 2 });
    // What comes behind the covered events may be taken away: it is not covered.
    let mut shorter = sound.clone();
    shorter.events.truncate(5);
    assert_eq!(shorter.verify(&keys()).map(|verdict| verdict.events), Ok(5));
}

#[test]
fn a_key_counts_until_it_ended() {
    let sound = passport(1, 1, 0, 1);
    let signed_at = sound.proof.as_ref().expect("a proof").root.signed_at;
    let with = |retired_at| Keys { keys: vec![Jwk::ed25519("a-key".to_owned(), &[5; 32], Some(retired_at))] };
    assert_eq!(sound.verify(&with(signed_at)), Err(Broken::EndedKey { kid: "a-key".to_owned() }));
    assert!(
        sound.verify(&with(signed_at.saturating_add(jiff::SignedDuration::from_micros(1)).expect("a time"))).is_ok()
    );
    // The set as machines read it elsewhere has more members: they are passed over.
    let set = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"a-key","x":"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"}]}"#;
    let set: Keys = serde_json::from_str(set).expect("a set");
    assert!(sound.verify(&set).is_ok());
    let other = Keys { keys: vec![Jwk { crv: "X25519".to_owned(), ..set.keys[0].clone() }] };
    assert_eq!(sound.verify(&other), Err(Broken::UnknownKey { kid: "a-key".to_owned() }));
}

#[test]
fn what_is_not_a_passport_is_said_to_be_none() {
    let sound = passport(2, 2, 0, 1);
    let text = serde_json::to_string(&sound).expect("JSON");
    assert!(Passport::read(&format!("\u{feff}{text}")).is_ok(), "as editors on Windows save it");
    for (from, to, broken) in [
        ("\"version\":1", "\"version\":9", Broken::Version { version: 9 }),
        ("custody passport", "other paper", Broken::NotOne),
        ("\"seq\":1", "\"seq\":-1", Broken::NotOne),
        ("\"path\":[]", "\"path\":[\"00\"]", Broken::NotOne),
        ("\"unit\"", "\"more\":1,\"unit\"", Broken::NotOne),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is there");
        assert_eq!(Passport::read(&changed), Err(broken), "{from}");
    }
}

#[test]
fn a_root_that_was_published_otherwise_is_told() {
    let verdict = passport(3, 3, 1, 4).verify(&keys()).expect("it holds");
    let kept = |number, root: Hash| KeptRoot { number, root: Hex(root) };
    let say = |roots| Roots { roots }.say(verdict.number, &verdict.root.0);
    assert_eq!(say(vec![kept(verdict.number + 1, [1; 32]), kept(verdict.number, verdict.root.0)]), Published::Same);
    assert_eq!(say(vec![kept(verdict.number, verdict.root.0), kept(verdict.number, [1; 32])]), Published::Other);
    assert_eq!(say(vec![kept(verdict.number + 1, verdict.root.0)]), Published::Missing);
    let text = format!(r#"{{"roots":[{{"number":9,"day":"2026-12-17","root":"{}"}}],"next":null}}"#, hex(&[7; 32]));
    let read: Roots = serde_json::from_str(&text).expect("as it is published");
    assert_eq!(read.roots, [kept(9, [7; 32])]);
}

/// A verifier that somebody kept does not know what a unit goes through in twenty years.
#[test]
fn a_kind_that_came_later_holds_too() {
    let mut made = passport(1, 1, 0, 1);
    let unit = made.unit;
    let event = &mut made.events[0];
    let (salt, text) = ([9; 16], r#"{"kind":"of_tomorrow","more":1}"#.to_owned());
    event.kind = "of_tomorrow".to_owned();
    event.digest = Hex(chain::digest(&salt, text.as_bytes()));
    let link = Link {
        unit,
        seq: 1,
        kind: &event.kind,
        digest: event.digest.0,
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        actor_kind: &event.actor_kind,
        actor: event.actor,
        source: &event.source,
        source_seq: event.source_seq,
        previous: START,
    };
    let hash = link.hash();
    event.hash = Hex(hash);
    event.said = Some(Said { salt: Hex(salt), text });
    proof(&mut made).root.root = Hex(chain::leaf(unit, 1, &hash));
    assert_eq!(made.verify(&keys()).map(|verdict| verdict.told), Ok(1));
    // What it says is of its own kind all the same.
    let other = r#"{"kind":"of_yesterday","more":1}"#.to_owned();
    let event = &mut made.events[0];
    event.digest = Hex(chain::digest(&salt, other.as_bytes()));
    event.said = Some(Said { salt: Hex(salt), text: other });
    assert_eq!(made.verify(&keys()), Err(Broken::Said { at: 1 }));
}
