//! A passkey's authenticator and the browser before it, as tests need them: it makes a key, answers the options of the
//! house as `navigator.credentials` would, and misbehaves on demand by what its fields say.
//!
//! Written from the standard's side of the table (WebAuthn Level 3 §5.8.1, §6.1, §6.5.4) and not from the house's code, so
//! that the two can disagree.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use minicbor::Encoder;
use serde_json::{Value, json};

/// Flags of the authenticator data.
pub mod flag {
    /// Somebody was there.
    pub const PRESENT: u8 = 1;
    /// And proved to be the person.
    pub const VERIFIED: u8 = 4;
    /// The passkey may be backed up.
    pub const ELIGIBLE: u8 = 8;
    /// It is.
    pub const BACKED_UP: u8 = 16;
    /// A credential stands in the data.
    pub const ATTESTED: u8 = 64;
    /// Extensions stand in the data.
    pub const EXTENSIONS: u8 = 128;
}

enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// One authenticator with one passkey. What the fields say is what it claims.
pub struct Authenticator {
    key: Key,
    /// The passkey's id.
    pub credential_id: Vec<u8>,
    /// The site the browser believes to be at.
    pub origin: String,
    /// The relying party's id.
    pub party: String,
    /// Who is there, and what is backed up.
    pub flags: u8,
    /// What it counts to next; `None` where it does not count, as with passkeys that are synchronised.
    pub count: Option<u32>,
    /// The ceremony it says it is at; `None` says the truth.
    pub ceremony: Option<&'static str>,
    /// The algorithm its key claims; `None` says the truth.
    pub algorithm: Option<i32>,
    /// Further members of the client data.
    pub more: Value,
    /// What stands behind the credential, or the counter.
    pub extensions: Vec<u8>,
    /// The handle of the person it was made for.
    pub user_handle: Option<String>,
}

impl Authenticator {
    /// For the site at `origin`, with an ES256 key; synchronised, so that it does not count.
    pub fn at(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        Self::with(Key::P256(key), origin)
    }

    /// The same with an Ed25519 key.
    pub fn ed25519_at(origin: &str) -> Self {
        Self::with(Key::Ed25519(Ed25519KeyPair::generate().expect("a key")), origin)
    }

    fn with(key: Key, origin: &str) -> Self {
        let host = origin.split("://").nth(1).and_then(|rest| rest.split(':').next()).expect("an origin");
        let mut credential_id = vec![0; 20];
        aws_lc_rs::rand::fill(&mut credential_id).expect("randomness");
        Self {
            key,
            credential_id,
            origin: origin.to_owned(),
            party: host.to_owned(),
            flags: flag::PRESENT | flag::VERIFIED | flag::ELIGIBLE | flag::BACKED_UP,
            count: None,
            ceremony: None,
            algorithm: None,
            more: json!({ "crossOrigin": false }),
            extensions: Vec::new(),
            user_handle: None,
        }
    }

    /// Answers `navigator.credentials.create({ publicKey: options })`, as JSON.
    pub fn create(&mut self, options: &Value) -> String {
        self.user_handle = options["user"]["id"].as_str().map(str::to_owned);
        let client_data = self.client_data("webauthn.create", options);
        let data = self.data(true);
        self.registration(&client_data, &Self::attestation(&data))
    }

    /// Answers `navigator.credentials.get({ publicKey: options })`, as JSON.
    pub fn get(&mut self, options: &Value) -> String {
        let (client_data, data) = (self.client_data("webauthn.get", options), self.data(false));
        let signature = self.sign(&client_data, &data);
        self.assertion(&client_data, &data, &signature)
    }

    /// The browser's words.
    pub fn client_data(&self, ceremony: &str, options: &Value) -> Vec<u8> {
        let mut data = json!({
            "type": self.ceremony.unwrap_or(ceremony),
            "challenge": options["challenge"],
            "origin": self.origin,
        });
        if let (Some(data), Some(more)) = (data.as_object_mut(), self.more.as_object()) {
            data.extend(more.clone());
        }
        data.to_string().into_bytes()
    }

    /// The authenticator's words; counts on.
    pub fn data(&mut self, attested: bool) -> Vec<u8> {
        let mut data = digest(&SHA256, self.party.as_bytes()).as_ref().to_vec();
        let attested_flag = if attested { flag::ATTESTED } else { 0 };
        let extended_flag = if self.extensions.is_empty() { 0 } else { flag::EXTENSIONS };
        data.push(self.flags | attested_flag | extended_flag);
        data.extend(self.count.unwrap_or(0).to_be_bytes());
        self.count = self.count.map(|count| count.wrapping_add(1));
        if attested {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.credential_id.len()).expect("a short id").to_be_bytes());
            data.extend(&self.credential_id);
            data.extend(self.cose_key());
        }
        data.extend(&self.extensions);
        data
    }

    /// The key in CTAP2's canonical CBOR.
    pub fn cose_key(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut cbor = Encoder::new(&mut bytes);
        match &self.key {
            Key::P256(key) => {
                let point = key.public_key().as_ref();
                let algorithm = self.algorithm.unwrap_or(-7);
                cbor.map(5).expect("room").i32(1).expect("room").i32(2).expect("room");
                cbor.i32(3).expect("room").i32(algorithm).expect("room");
                cbor.i32(-1).expect("room").i32(1).expect("room");
                cbor.i32(-2).expect("room").bytes(&point[1..33]).expect("room");
                cbor.i32(-3).expect("room").bytes(&point[33..65]).expect("room");
            }
            Key::Ed25519(key) => {
                let algorithm = self.algorithm.unwrap_or(-8);
                cbor.map(4).expect("room").i32(1).expect("room").i32(1).expect("room");
                cbor.i32(3).expect("room").i32(algorithm).expect("room");
                cbor.i32(-1).expect("room").i32(6).expect("room");
                cbor.i32(-2).expect("room").bytes(key.public_key().as_ref()).expect("room");
            }
        }
        bytes
    }

    /// An attestation object without an attestation.
    pub fn attestation(data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut cbor = Encoder::new(&mut bytes);
        cbor.map(3).expect("room").str("fmt").expect("room").str("none").expect("room");
        cbor.str("attStmt").expect("room").map(0).expect("room");
        cbor.str("authData").expect("room").bytes(data).expect("room");
        bytes
    }

    /// Signs as §7.2 step 22 checks.
    pub fn sign(&self, client_data: &[u8], data: &[u8]) -> Vec<u8> {
        let mut message = data.to_vec();
        message.extend(digest(&SHA256, client_data).as_ref());
        match &self.key {
            Key::P256(key) => key.sign(&SystemRandom::new(), &message).expect("a signature").as_ref().to_vec(),
            Key::Ed25519(key) => key.sign(&message).as_ref().to_vec(),
        }
    }

    /// `RegistrationResponseJSON`.
    pub fn registration(&self, client_data: &[u8], attestation: &[u8]) -> String {
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client_data),
            "attestationObject": BASE64.encode(attestation),
            "transports": ["internal", "hybrid", "carrier-pigeon"],
        }))
    }

    /// `AuthenticationResponseJSON`.
    pub fn assertion(&self, client_data: &[u8], data: &[u8], signature: &[u8]) -> String {
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client_data),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature),
            "userHandle": self.user_handle,
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = BASE64.encode(&self.credential_id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }
}
