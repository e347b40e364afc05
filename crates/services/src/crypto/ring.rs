//! The keys in memory, unwrapped: how they are loaded, made the first time, and chosen for new work.

use super::suite::{self, Key, Sealer, Signer, Suite};
use super::{VaultError, encode};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use store::ToSqlx;
use store::keys::{self, DataKeyRow, SigningKeyRow};

/// A new key is used only after this time, when every server has picked it up ([`super::REFRESH_EVERY`]): no server
/// ever meets a value it has no key for.
pub const SETTLES_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// The version of the data key that lookups are derived from. It never changes: a blind index must find what was
/// written years ago.
pub(super) const LOOKUP_VERSION: u32 = 0;

/// The fewest characters of a master key.
const MASTER_AT_LEAST: usize = 32;

/// The master key of the configuration, ready to wrap and unwrap the others.
pub(super) struct Master(Box<dyn Sealer>);

impl Master {
    pub(super) fn new(text: &SecretString) -> Result<Self, VaultError> {
        let text = text.expose_secret().trim();
        if text.chars().count() < MASTER_AT_LEAST {
            return Err(VaultError::MasterKeyTooShort { at_least: MASTER_AT_LEAST });
        }
        let key = suite::PRESENT.derive(text.as_bytes(), &[b"master wraps keys"]);
        Ok(Self(suite::PRESENT.sealer(&key)))
    }

    /// `name` is bound in: a wrapped key copied to another row does not open.
    pub(super) fn wrap(&self, name: &str, key: &[u8]) -> Vec<u8> {
        let mut wrapped = vec![suite::PRESENT.id()];
        wrapped.extend(self.0.seal(&encode(&[b"wrapped key", name.as_bytes()]), key));
        wrapped
    }

    pub(super) fn unwrap(&self, name: &str, wrapped: &[u8]) -> Result<SecretBox<Vec<u8>>, VaultError> {
        wrapped
            .split_first()
            .filter(|(id, _)| **id == suite::PRESENT.id())
            .and_then(|(_, sealed)| self.0.open(&encode(&[b"wrapped key", name.as_bytes()]), sealed))
            .map(|key| SecretBox::new(Box::new(key)))
            .ok_or_else(|| VaultError::WrongMasterKey(name.to_owned()))
    }
}

/// The name of a data key inside its wrapping.
pub(super) fn data_key_name(version: i32) -> String {
    format!("data key {version}")
}

/// The name of a signing key inside its wrapping.
pub(super) fn signing_key_name(kid: &str) -> String {
    format!("signing key {kid}")
}

/// One version of the data key, with what is derived from it.
pub(super) struct DataKey {
    pub suite: &'static dyn Suite,
    pub sealer: Box<dyn Sealer>,
    pub links: Key,
    created_at: Timestamp,
}

/// One signing key.
pub(super) struct SigningKey {
    pub kid: String,
    pub suite: &'static dyn Suite,
    pub public: Vec<u8>,
    pub signer: Box<dyn Signer>,
    pub pkcs8: SecretBox<Vec<u8>>,
    pub retired_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// All keys at one instant; replaced as a whole.
pub(super) struct Ring {
    /// What everything that is looked up is hashed with, derived from version 0.
    pub lookup: Key,
    /// By version, from 1.
    pub data: BTreeMap<u32, DataKey>,
    /// The version that seals.
    pub sealing: u32,
    /// Retired ones too.
    pub signing: Vec<SigningKey>,
    /// Which of them signs.
    pub signs: usize,
    /// When it was loaded: decides what has settled and what is retired.
    pub as_of: Timestamp,
}

impl Ring {
    /// Loads every key; `None` while the first ones are missing.
    pub(super) async fn load(db: &PgPool, master: &Master, now: Timestamp) -> Result<Option<Self>, VaultError> {
        let (mut data, mut lookup) = (BTreeMap::new(), None);
        for row in keys::data_keys(db).await? {
            let name = data_key_name(row.version);
            let suite = suite::named(&row.algorithm).ok_or_else(|| VaultError::UnknownAlgorithm(name.clone()))?;
            let key = master.unwrap(&name, &row.wrapped)?;
            let derive = |purpose: &[u8]| suite.derive(key.expose_secret(), &[purpose]);
            match u32::try_from(row.version).map_err(|_| VaultError::UnknownAlgorithm(name))? {
                LOOKUP_VERSION => lookup = Some(derive(b"lookup")),
                version => {
                    let created_at = row.created_at.to_jiff();
                    let (sealer, links) = (suite.sealer(&derive(b"seal")), derive(b"links"));
                    data.insert(version, DataKey { suite, sealer, links, created_at });
                }
            }
        }
        let rows = keys::signing_keys(db).await?;
        let signing = rows.into_iter().map(|row| SigningKey::open(row, master)).collect::<Result<Vec<_>, _>>()?;

        let sealing = settled(data.iter().map(|(version, key)| (*version, key.created_at)), now);
        let live = signing.iter().enumerate().filter(|(_, key)| !key.is_retired(now));
        let signs = settled(live.map(|(index, key)| (index, key.created_at)), now);
        Ok(match (lookup, sealing, signs) {
            (Some(lookup), Some(sealing), Some(signs)) => {
                Some(Self { lookup, data, sealing, signing, signs, as_of: now })
            }
            _ => None,
        })
    }

    /// The key that signs.
    pub(super) fn signer(&self) -> &SigningKey {
        &self.signing[self.signs]
    }

    /// A signing key by name, retired or not.
    pub(super) fn signing_key(&self, kid: &str) -> Option<&SigningKey> {
        self.signing.iter().find(|key| key.kid == kid)
    }
}

impl SigningKey {
    fn open(row: SigningKeyRow, master: &Master) -> Result<Self, VaultError> {
        let name = signing_key_name(&row.kid);
        let suite = suite::signing(&row.algorithm).ok_or_else(|| VaultError::UnknownAlgorithm(name.clone()))?;
        let pkcs8 = master.unwrap(&name, &row.wrapped_private)?;
        // A public key that does not belong to the wrapped private one was put there by somebody else.
        let signer = suite.signer(pkcs8.expose_secret()).filter(|signer| signer.public() == row.public_key);
        let signer = signer.ok_or(VaultError::WrongMasterKey(name))?;
        let (created_at, retired_at) = (row.created_at.to_jiff(), row.retired_at.map(|at| at.to_jiff()));
        Ok(Self { kid: row.kid, suite, public: row.public_key, signer, pkcs8, retired_at, created_at })
    }

    /// No longer good for new signatures nor for passes and tokens.
    pub(super) fn is_retired(&self, now: Timestamp) -> bool {
        self.retired_at.is_some_and(|at| at <= now)
    }
}

/// The youngest that every server knows by now, or the oldest while none has settled.
fn settled<T>(keys: impl Iterator<Item = (T, Timestamp)> + Clone, now: Timestamp) -> Option<T> {
    let known = keys.clone().filter(|(_, created)| created.saturating_add(SETTLES_AFTER).is_ok_and(|at| at <= now));
    let youngest = known.last().map(|(key, _)| key);
    youngest.or_else(|| keys.into_iter().next().map(|(key, _)| key))
}

/// Makes the first keys. Servers that start at once agree: the first insert of version 0 wins, and its row's lock lets
/// one at a time make the others.
pub(super) async fn make_first_keys(db: &PgPool, master: &Master, now: Timestamp) -> Result<(), VaultError> {
    let mut transaction = crate::db::begin(db).await?;
    keys::add_data_key(&mut *transaction, &new_data_key(master, 0, now)).await?;
    keys::lock(&mut *transaction).await?;
    keys::add_data_key(&mut *transaction, &new_data_key(master, 1, now)).await?;
    if !keys::signing_keys(&mut *transaction).await?.iter().any(|key| key.retired_at.is_none()) {
        add_signing_key(&mut transaction, master, now).await?;
    }
    Ok(transaction.commit().await?)
}

/// A data key of the present suite.
pub(super) fn new_data_key(master: &Master, version: i32, now: Timestamp) -> DataKeyRow {
    let key = SecretBox::new(Box::new(super::random::<32>()));
    let wrapped = master.wrap(&data_key_name(version), key.expose_secret());
    DataKeyRow { version, algorithm: suite::PRESENT.name().to_owned(), wrapped, created_at: now.to_sqlx() }
}

/// Adds a signing key of the present suite and answers its name: eleven characters of the hash of its public half,
/// short enough for a QR code.
pub(super) async fn add_signing_key(
    db: &mut PgConnection,
    master: &Master,
    now: Timestamp,
) -> Result<String, VaultError> {
    let pkcs8 = suite::PRESENT.new_signer();
    #[expect(clippy::expect_used, reason = "the suite reads what it just wrote")]
    let public_key = suite::PRESENT.signer(pkcs8.expose_secret()).expect("a fresh key opens").public();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public_key);
    let kid = super::base64(&hash.as_ref()[..8]);
    let wrapped_private = master.wrap(&signing_key_name(&kid), pkcs8.expose_secret());
    let algorithm = suite::PRESENT.signature_name().to_owned();
    let row =
        SigningKeyRow { kid, algorithm, public_key, wrapped_private, created_at: now.to_sqlx(), retired_at: None };
    keys::add_signing_key(db, &row).await?;
    Ok(row.kid)
}
