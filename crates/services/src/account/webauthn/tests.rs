//! Answers of an authenticator that does as it should, and of one that does not: one thing wrong at a time.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, flag};

const SITE: &str = "https://portal.example.cn";
const CHALLENGE: [u8; 32] = [7; 32];
const HANDLE: [u8; 16] = [9; 16];

fn party() -> RelyingParty {
    RelyingParty::of(SITE)
}

fn options() -> Value {
    json!({
        "challenge": BASE64_URL_SAFE_NO_PAD.encode(CHALLENGE),
        "user": { "id": BASE64_URL_SAFE_NO_PAD.encode(HANDLE) },
    })
}

fn register(answer: &str) -> Result<Registered, Fault> {
    verify_registration(&party(), &CHALLENGE, answer)
}

fn show(passkey: &Registered, stored: u32, answer: &str) -> Result<u32, Fault> {
    let known = Known { user_handle: &HANDLE, key: &passkey.key, sign_count: stored };
    Shown::read(answer)?.verify(&party(), &CHALLENGE, known)
}

/// An authenticator and its passkey, registered.
fn registered() -> (Authenticator, Registered) {
    let mut authenticator = Authenticator::at(SITE);
    let passkey = register(&authenticator.create(&options())).expect("a passkey");
    (authenticator, passkey)
}

#[test]
fn a_passkey_of_either_algorithm_is_registered_and_shown() {
    for mut authenticator in [Authenticator::at(SITE), Authenticator::ed25519_at(SITE)] {
        let passkey = register(&authenticator.create(&options())).expect("a passkey");
        assert_eq!(passkey.credential_id, authenticator.credential_id);
        assert_eq!(
            (passkey.sign_count, &*passkey.transports),
            (0, &["hybrid", "internal"][..]),
            "what is no way is forgotten"
        );
        assert_eq!(PublicKey::from_bytes(&passkey.key.to_bytes()), Ok(passkey.key.clone()));
        assert_eq!(show(&passkey, 0, &authenticator.get(&options())), Ok(0));
        // What an authenticator adds unasked is read over; a byte order mark is no part of the text.
        authenticator.extensions =
            vec![0xA1, 0x6B, b'c', b'r', b'e', b'd', b'P', b'r', b'o', b't', b'e', b'c', b't', 0x02];
        assert!(register(&authenticator.create(&options())).is_ok());
        assert_eq!(show(&passkey, 0, &authenticator.get(&options())), Ok(0));
    }
}

/// One way to be wrong, and what it is called.
type Wrong = (fn(&mut Authenticator), Fault);

#[test]
fn an_answer_for_another_site_person_or_moment_is_refused() {
    let wrong: [Wrong; 10] = [
        (|a| a.origin = "https://portal.example.cn.evil.example".into(), Fault::Origin),
        (|a| a.origin = "http://portal.example.cn".into(), Fault::Origin),
        (|a| a.origin = "https://portal.example.cn:8443".into(), Fault::Origin),
        (|a| a.party = "example.cn".into(), Fault::RelyingParty),
        (|a| a.ceremony = Some("payment.get"), Fault::Type),
        (|a| a.more = json!({ "challenge": BASE64_URL_SAFE_NO_PAD.encode([8; 32]) }), Fault::Challenge),
        (|a| a.more = json!({ "crossOrigin": true }), Fault::Framed),
        (|a| a.more = json!({ "crossOrigin": false, "topOrigin": SITE }), Fault::Framed),
        (|a| a.flags = flag::VERIFIED, Fault::NotPresent),
        (|a| a.flags = flag::PRESENT | flag::VERIFIED | flag::BACKED_UP, Fault::Backup),
    ];
    for (spoil, fault) in wrong {
        let (mut authenticator, passkey) = registered();
        spoil(&mut authenticator);
        assert_eq!(register(&authenticator.create(&options())).unwrap_err(), fault);
        assert_eq!(show(&passkey, 0, &authenticator.get(&options())).unwrap_err(), fault);
    }
    let (mut authenticator, passkey) = registered();
    authenticator.user_handle = Some(BASE64_URL_SAFE_NO_PAD.encode([1; 16]));
    assert_eq!(show(&passkey, 0, &authenticator.get(&options())), Err(Fault::UserHandle));
}

#[test]
fn without_user_verification_a_passkey_is_no_second_factor() {
    let (mut authenticator, passkey) = registered();
    authenticator.flags = flag::PRESENT;
    assert_eq!(register(&authenticator.create(&options())), Err(Fault::NotVerified));
    assert_eq!(show(&passkey, 0, &authenticator.get(&options())), Err(Fault::NotVerified));
}

#[test]
fn one_ceremony_does_not_stand_for_the_other() {
    let (mut authenticator, passkey) = registered();
    authenticator.ceremony = Some("webauthn.create");
    assert_eq!(show(&passkey, 0, &authenticator.get(&options())), Err(Fault::Type));
    authenticator.ceremony = Some("webauthn.get");
    assert_eq!(register(&authenticator.create(&options())), Err(Fault::Type));
    // Nor does no challenge at all.
    let mut authenticator = Authenticator::at(SITE);
    let answer = authenticator.create(&json!({ "challenge": "" }));
    assert_eq!(verify_registration(&party(), &[], &answer), Err(Fault::Challenge));
}

#[test]
fn a_key_for_another_algorithm_or_of_no_curve_is_refused() {
    for algorithm in [-257, -37, -8, -35, 0] {
        let mut authenticator = Authenticator::at(SITE);
        authenticator.algorithm = Some(algorithm);
        assert_eq!(register(&authenticator.create(&options())), Err(Fault::Algorithm), "{algorithm}");
    }
    let mut authenticator = Authenticator::at(SITE);
    let mut data = authenticator.data(true);
    let last = data.len() - 1;
    data[last] ^= 1; // the last byte of y
    let client_data = authenticator.client_data("webauthn.create", &options());
    let answer = authenticator.registration(&client_data, &Authenticator::attestation(&data));
    assert_eq!(register(&answer), Err(Fault::Key));
    assert_eq!(PublicKey::from_bytes(&[]), Err(Fault::Key));
    assert_eq!(PublicKey::from_bytes(&[9; 33]), Err(Fault::Algorithm));
}

#[test]
fn only_the_passkeys_own_signature_counts() {
    let (mut authenticator, passkey) = registered();
    let (_, stranger) = registered();
    assert_eq!(show(&stranger, 0, &authenticator.get(&options())), Err(Fault::Signature));
    let (client_data, data) = (authenticator.client_data("webauthn.get", &options()), authenticator.data(false));
    let mut signature = authenticator.sign(&client_data, &data);
    assert!(show(&passkey, 0, &authenticator.assertion(&client_data, &data, &signature)).is_ok());
    let last = signature.len() - 1;
    signature[last] ^= 1;
    assert_eq!(show(&passkey, 0, &authenticator.assertion(&client_data, &data, &signature)), Err(Fault::Signature));
    assert_eq!(show(&passkey, 0, &authenticator.assertion(&client_data, &data, &[])), Err(Fault::Signature));
}

#[test]
fn an_authenticator_that_counts_only_counts_on() {
    let (mut authenticator, passkey) = registered();
    authenticator.count = Some(5);
    assert_eq!(show(&passkey, 4, &authenticator.get(&options())), Ok(5));
    for (stored, shown) in [(5, 5), (9, 8), (9, 0), (u32::MAX, 0)] {
        authenticator.count = Some(shown);
        let refused = show(&passkey, stored, &authenticator.get(&options()));
        assert_eq!(refused, Err(Fault::Counter { stored, shown }));
    }
    authenticator.count = Some(1);
    assert_eq!(show(&passkey, 0, &authenticator.get(&options())), Ok(1), "begins to count");
}

#[test]
fn what_is_cut_short_or_goes_on_is_refused() {
    let mut authenticator = Authenticator::at(SITE);
    let data = authenticator.data(true);
    let client_data = authenticator.client_data("webauthn.create", &options());
    let whole = Authenticator::attestation(&data);
    let answers = |attestation: &[u8]| register(&authenticator.registration(&client_data, attestation));
    assert!(answers(&whole).is_ok());
    for length in 0..whole.len() {
        assert!(answers(&whole[..length]).is_err(), "{length} bytes of {}", whole.len());
    }
    let longer = |bytes: &[u8]| [bytes, &[0]].concat();
    assert_eq!(answers(&longer(&whole)), Err(Fault::Malformed("attestation object")));
    for length in 0..data.len() {
        assert!(answers(&Authenticator::attestation(&data[..length])).is_err(), "{length} bytes of {}", data.len());
    }
    let trailing = Authenticator::attestation(&longer(&data));
    assert_eq!(answers(&trailing), Err(Fault::Malformed("authenticator data")));
    assert!(register(&authenticator.registration(&longer(&client_data), &whole)).is_err());
    // A second key in a map, a map of no length, and one that promises more than there is.
    let mut twice = whole.clone();
    twice[0] = 0xA4;
    twice.extend([0x63, b'f', b'm', b't', 0x60]);
    for spoilt in [&*twice, &[0xBF, 0xFF], &[0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], &[0xA3]] {
        assert_eq!(answers(spoilt), Err(Fault::Malformed("attestation object")));
    }
}

#[test]
fn what_is_longer_than_an_authenticator_speaks_is_not_read() {
    let mut authenticator = Authenticator::at(SITE);
    authenticator.more = json!({ "padding": "x".repeat(5000) });
    assert_eq!(register(&authenticator.create(&options())), Err(Fault::TooLong), "client data");
    let mut authenticator = Authenticator::at(SITE);
    authenticator.extensions = [&[0xA1, 0x61, b'x', 0x59, 0x13, 0x88][..], &[0; 5000]].concat();
    assert_eq!(register(&authenticator.create(&options())), Err(Fault::TooLong), "authenticator data");
    assert_eq!(register(&" ".repeat(LONGEST_ANSWER + 1)), Err(Fault::TooLong), "the whole answer");
    for length in [0, 1024] {
        let mut authenticator = Authenticator::at(SITE);
        authenticator.credential_id = vec![1; length];
        assert_eq!(register(&authenticator.create(&options())), Err(Fault::CredentialId(length)));
    }
    let mut authenticator = Authenticator::at(SITE);
    authenticator.credential_id = vec![1; 1023];
    assert!(register(&authenticator.create(&options())).is_ok());
}

#[test]
fn the_relying_party_is_the_site_at_its_public_address() {
    for (url, id, origin, named) in [
        ("https://portal.example.cn", "portal.example.cn", "https://portal.example.cn", true),
        ("https://Portal.example.cn:443", "portal.example.cn", "https://portal.example.cn", true),
        ("http://localhost:3000", "localhost", "http://localhost:3000", true),
        ("http://127.0.0.1:3000", "127.0.0.1", "http://127.0.0.1:3000", false),
        ("http://[::1]:3000", "[::1]", "http://[::1]:3000", false),
        ("http://[::1]", "[::1]", "http://[::1]", false),
    ] {
        let party = RelyingParty::of(url);
        assert_eq!((party.id(), &*party.origin, party.can_have_passkeys()), (id, origin, named), "{url}");
    }
}

proptest! {
    /// Whatever comes is answered and never panics; and nothing but what was signed is taken.
    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,300}") {
        let authenticator = Authenticator::at(SITE);
        let (_, passkey) = registered();
        let client_data = authenticator.client_data("webauthn.create", &options());
        prop_assert!(register(&text).is_err());
        prop_assert!(register(&authenticator.registration(&client_data, &bytes)).is_err());
        prop_assert!(register(&authenticator.registration(&client_data, &Authenticator::attestation(&bytes))).is_err());
        prop_assert!(register(&authenticator.registration(&bytes, &bytes)).is_err());
        prop_assert!(show(&passkey, 0, &authenticator.assertion(&client_data, &bytes, &bytes)).is_err());
        let _ = PublicKey::from_cose(&bytes);
    }

    /// One bit of what was signed, changed anywhere, is noticed.
    #[test]
    fn a_changed_bit_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8_u8, which in 0..3_usize) {
        let (mut authenticator, passkey) = registered();
        let mut parts = [authenticator.client_data("webauthn.get", &options()), authenticator.data(false), Vec::new()];
        parts[2] = authenticator.sign(&parts[0], &parts[1]);
        let part = &mut parts[which];
        let at = at.index(part.len());
        part[at] ^= 1 << bit;
        prop_assert!(show(&passkey, 0, &authenticator.assertion(&parts[0], &parts[1], &parts[2])).is_err());
    }
}
