//! Signatures as Standard Webhooks has them: HMAC-SHA256 over `id.timestamp.body`, in base64, `v1,` before each; secrets
//! `whsec_` and the key in base64. While two secrets are good there are two signatures, with a space between.

use crate::crypto::{CryptoError, Place, Vault, random};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A partner's secret, as it is shown once.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

/// The column a secret lies in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    Present,
    Former,
}

impl Column {
    fn place(self, endpoint: Uuid) -> Place {
        let column = match self {
            Self::Present => "secret_sealed",
            Self::Former => "old_secret_sealed",
        };
        Place { table: "webhook_endpoint", column, row: endpoint }
    }
}

impl Secret {
    /// A new one: 32 random bytes.
    pub(super) fn new() -> Self {
        Self(format!("whsec_{}", BASE64_STANDARD.encode(random::<32>())).into())
    }

    /// For whoever is shown it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) fn seal(&self, vault: &Vault, column: Column, endpoint: Uuid) -> Vec<u8> {
        vault.seal(column.place(endpoint), self.expose().as_bytes())
    }

    pub(super) fn open(vault: &Vault, column: Column, endpoint: Uuid, sealed: &[u8]) -> Result<Self, CryptoError> {
        let plain = vault.open_sealed(column.place(endpoint), sealed)?;
        String::from_utf8(plain).map(|text| Self(text.into())).map_err(|_| CryptoError::NotAuthentic)
    }

    fn key(&self) -> hmac::Key {
        let text = self.expose();
        let bytes = text.strip_prefix("whsec_").and_then(|text| BASE64_STANDARD.decode(text).ok());
        hmac::Key::new(hmac::HMAC_SHA256, bytes.as_deref().unwrap_or(text.as_bytes()))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// The header `webhook-signature`: one signature for each secret that is good.
pub fn sign<'a>(secrets: impl IntoIterator<Item = &'a Secret>, id: &str, timestamp: i64, body: &str) -> String {
    let text = format!("{id}.{timestamp}.{body}");
    let all = secrets
        .into_iter()
        .map(|secret| format!("v1,{}", BASE64_STANDARD.encode(hmac::sign(&secret.key(), text.as_bytes()))));
    all.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the published specification's own libraries.
    #[test]
    fn a_signature_is_the_one_of_the_published_example() {
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = sign([&secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// The call partners find in docs/webhooks.md verifies with the secret beside it.
    #[test]
    fn the_example_of_the_partners_page_verifies() {
        let page = include_str!("../../../../docs/webhooks.md");
        let after = |word: &str| page.split_once(word).expect("it stands there").1.lines().next().expect("a line");
        let secret = after("With the secret `").split('`').next().expect("a secret");
        let timestamp = after("webhook-timestamp: ").parse().expect("seconds");
        let body = page.lines().find(|line| line.starts_with("{\"id\"")).expect("a body");
        let signed = sign([&Secret::from(secret)], after("webhook-id: "), timestamp, body);
        assert_eq!(signed, after("webhook-signature: "));
    }

    #[test]
    fn two_secrets_make_two_signatures_and_none_is_printed() {
        let (old, new) = (Secret::new(), Secret::new());
        let both = sign([&new, &old], "id", 1, "{}");
        let (first, second) = both.split_once(' ').expect("two");
        assert_eq!((first, second), (&*sign([&new], "id", 1, "{}"), &*sign([&old], "id", 1, "{}")));
        assert!(new.expose().starts_with("whsec_") && new.expose() != old.expose());
        assert!(!format!("{new:?}").contains(new.expose()));
    }
}
