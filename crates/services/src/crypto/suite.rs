//! The algorithms, behind one small trait. A suite is named in every key's row and numbered in every sealed value, so
//! that another (SM4, SM3, SM2) can stand beside this one: new keys name the new suite, old values keep opening.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use aws_lc_rs::{hkdf, hmac};
use secrecy::{ExposeSecret, SecretBox};

/// A symmetric key of 256 bits; its `Debug` is redacted and its memory is cleared when it goes.
pub(super) type Key = SecretBox<[u8; 32]>;

/// One set of algorithms.
pub(super) trait Suite: Send + Sync {
    /// The first byte of everything it sealed.
    fn id(&self) -> u8;
    /// As in `data_key.algorithm`.
    fn name(&self) -> &'static str;
    /// As in `signing_key.algorithm` and the `alg` of a token.
    fn signature_name(&self) -> &'static str;
    /// Another key, for one purpose; knowing it tells nothing about `secret` or other purposes.
    fn derive(&self, secret: &[u8], info: &[&[u8]]) -> Key;
    /// A keyed hash. The parts are joined: callers make them unambiguous.
    fn mac(&self, key: &Key, parts: &[&[u8]]) -> [u8; 32];
    /// Authenticated encryption under `key`.
    fn sealer(&self, key: &Key) -> Box<dyn Sealer>;
    /// A new signing key, as PKCS#8.
    fn new_signer(&self) -> SecretBox<Vec<u8>>;
    /// The signer of a PKCS#8 document.
    fn signer(&self, pkcs8: &[u8]) -> Option<Box<dyn Signer>>;
    /// Whether `signature` was made over `message` by the private half of `public`.
    fn verify(&self, public: &[u8], message: &[u8], signature: &[u8]) -> bool;
}

/// Authenticated encryption with one key.
pub(super) trait Sealer: Send + Sync {
    /// Nonce ‖ ciphertext ‖ tag.
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8>;
    /// The plain text, or nothing.
    fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;
}

/// Signs with one key.
pub(super) trait Signer: Send + Sync {
    /// The public half.
    fn public(&self) -> Vec<u8>;
    /// A signature over `message`.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
}

/// The suite of new keys.
pub(super) const PRESENT: &dyn Suite = &Aes256GcmSha256Ed25519;
const ALL: [&dyn Suite; 1] = [PRESENT];

/// The suite of a data key's row.
pub(super) fn named(name: &str) -> Option<&'static dyn Suite> {
    ALL.into_iter().find(|suite| suite.name() == name)
}

/// The suite of a number before what it sealed.
pub(super) fn numbered(id: u8) -> Option<&'static dyn Suite> {
    ALL.into_iter().find(|suite| suite.id() == id)
}

/// The suite of a signing key's row.
pub(super) fn signing(name: &str) -> Option<&'static dyn Suite> {
    ALL.into_iter().find(|suite| suite.signature_name() == name)
}

/// AES-256-GCM (NIST SP 800-38D), HKDF and HMAC with SHA-256 (RFC 5869, RFC 2104), Ed25519 (RFC 8032); all of aws-lc.
struct Aes256GcmSha256Ed25519;

impl Suite for Aes256GcmSha256Ed25519 {
    fn id(&self) -> u8 {
        1
    }
    fn name(&self) -> &'static str {
        "AES-256-GCM+HKDF-SHA-256"
    }
    fn signature_name(&self) -> &'static str {
        "EdDSA"
    }
    fn derive(&self, secret: &[u8], info: &[&[u8]]) -> Key {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cordblood.derive.v1").extract(secret);
        let mut key = [0; 32];
        #[expect(clippy::expect_used, reason = "32 bytes are far below the 8160 that HKDF-SHA256 can give")]
        prk.expand(info, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut key)).expect("HKDF gives 32 bytes");
        SecretBox::new(Box::new(key))
    }
    fn mac(&self, key: &Key, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()));
        parts.iter().for_each(|part| context.update(part));
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
    fn sealer(&self, key: &Key) -> Box<dyn Sealer> {
        #[expect(clippy::expect_used, reason = "the type says 32 bytes, and AES-256 takes 32 bytes")]
        let key = UnboundKey::new(&AES_256_GCM, key.expose_secret()).expect("AES-256 takes 32 bytes");
        Box::new(Aes256Gcm(LessSafeKey::new(key)))
    }
    fn new_signer(&self) -> SecretBox<Vec<u8>> {
        #[expect(clippy::expect_used, reason = "without randomness nothing of the house is safe: stop")]
        let pair = Ed25519KeyPair::generate().expect("the operating system gives randomness");
        #[expect(clippy::expect_used, reason = "a key just made can be written down")]
        let pkcs8 = pair.to_pkcs8v1().expect("a key just made can be written down");
        SecretBox::new(Box::new(pkcs8.as_ref().to_vec()))
    }
    fn signer(&self, pkcs8: &[u8]) -> Option<Box<dyn Signer>> {
        // "Maybe unchecked": version 1 documents carry no public half to check; the caller compares it with the row's.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok()?;
        Some(Box::new(Ed25519(pair)))
    }
    fn verify(&self, public: &[u8], message: &[u8], signature: &[u8]) -> bool {
        public.len() == 32 && UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
    }
}

struct Aes256Gcm(LessSafeKey);

impl Sealer for Aes256Gcm {
    // Nonces are random: with 96 bits, one key may seal 2^32 values before a repetition is likelier than 2^-32 (SP
    // 800-38D, 8.3). A province's bookings stay far below, and rotation starts again at zero.
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = super::random();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        #[expect(clippy::expect_used, reason = "GCM refuses only texts of more than 64 GiB")]
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut sealed[NONCE_LEN..])
            .expect("AES-256-GCM seals");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }
    fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(aad), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

struct Ed25519(Ed25519KeyPair);

impl Signer for Ed25519 {
    fn public(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}
