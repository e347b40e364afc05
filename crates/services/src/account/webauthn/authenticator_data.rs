//! What the authenticator itself says (WebAuthn §6.1): for whom, who was there, how often it signed; when a passkey is
//! made, its id and its key (§6.5.1). Also the attestation object it comes in (§6.5.4).
//!
//! CBOR is read as CTAP2's canonical form has it: maps of a known length, nothing twice, nothing behind the end.

use super::key::PublicKey;
use super::{Fault, RelyingParty};
use minicbor::Decoder;
use minicbor::data::Type;

/// The longest authenticator data that is read: a credential id has 1,023 bytes at most, a key 77.
const LONGEST: usize = 4096;
/// Without a credential: hash, flags, counter.
const SHORTEST: usize = 37;

/// Bits of the flags.
mod flag {
    pub const USER_PRESENT: u8 = 1;
    pub const USER_VERIFIED: u8 = 1 << 2;
    pub const BACKUP_ELIGIBLE: u8 = 1 << 3;
    pub const BACKED_UP: u8 = 1 << 4;
    pub const ATTESTED: u8 = 1 << 6;
    pub const EXTENSIONS: u8 = 1 << 7;
}

/// Authenticator data, read.
pub(super) struct AuthenticatorData<'a> {
    party_hash: &'a [u8],
    flags: u8,
    /// How often the authenticator has signed; 0 where it does not count.
    pub sign_count: u32,
    /// The id and the key of a passkey that was made.
    pub credential: Option<(&'a [u8], PublicKey)>,
}

/// The next `count` bytes, taken off the front.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], Fault> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(Fault::Malformed("authenticator data"))?;
    *bytes = rest;
    Ok(taken)
}

impl<'a> AuthenticatorData<'a> {
    /// Reads all of `bytes`.
    pub fn parse(mut bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        if bytes.len() < SHORTEST {
            return Err(Fault::Malformed("authenticator data"));
        }
        let rest = &mut bytes;
        let party_hash = take(rest, 32)?;
        let flags = take(rest, 1)?[0];
        let sign_count = number(take(rest, 4)?);
        let credential = if flags & flag::ATTESTED == 0 { None } else { Some(credential(rest)?) };
        if flags & flag::EXTENSIONS != 0 {
            extensions(rest)?;
        }
        if rest.is_empty() {
            Ok(Self { party_hash, flags, sign_count, credential })
        } else {
            Err(Fault::Malformed("authenticator data"))
        }
    }

    /// §7.1 steps 14 to 17, §7.2 steps 15 to 18: the same in both.
    pub fn check(&self, party: &RelyingParty) -> Result<(), Fault> {
        let has = |flag| self.flags & flag != 0;
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, party.id().as_bytes());
        if self.party_hash != hash.as_ref() {
            return Err(Fault::RelyingParty);
        }
        if !has(flag::USER_PRESENT) {
            return Err(Fault::NotPresent);
        }
        // The house asks for it always: something one has, and something one knows or is.
        if !has(flag::USER_VERIFIED) {
            return Err(Fault::NotVerified);
        }
        if has(flag::BACKED_UP) && !has(flag::BACKUP_ELIGIBLE) {
            return Err(Fault::Backup);
        }
        Ok(())
    }
}

/// A big-endian number of up to four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// The id and the key of a new passkey; the authenticator's model (AAGUID) is read over.
fn credential<'a>(rest: &mut &'a [u8]) -> Result<(&'a [u8], PublicKey), Fault> {
    take(rest, 16)?;
    let length = number(take(rest, 2)?);
    let id = take(rest, length as usize)?;
    let (key, read) = PublicKey::from_cose(rest)?;
    take(rest, read)?;
    Ok((id, key))
}

/// A map of what an authenticator adds of its own accord.
fn extensions(rest: &mut &[u8]) -> Result<(), Fault> {
    let malformed = |_| Fault::Malformed("extensions");
    let mut decoder = Decoder::new(rest);
    if decoder.datatype().map_err(malformed)? != Type::Map {
        return Err(Fault::Malformed("extensions"));
    }
    decoder.skip().map_err(malformed)?;
    take(rest, decoder.position())?;
    Ok(())
}

/// The authenticator data in an attestation object: a map of `fmt`, `attStmt` and `authData` (§7.1 step 13).
pub(super) fn of_attestation(bytes: &[u8]) -> Result<&[u8], Fault> {
    let malformed = |_| Fault::Malformed("attestation object");
    let mut decoder = Decoder::new(bytes);
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..decoder
        .map()
        .map_err(malformed)?
        .filter(|entries| *entries == 3)
        .ok_or(Fault::Malformed("attestation object"))?
    {
        match decoder.str().map_err(malformed)? {
            "fmt" => format = Some(decoder.str().map_err(malformed)?),
            // Not asked for, and not looked at.
            "attStmt" => statement = Some(decoder.skip().map_err(malformed)?),
            "authData" => data = Some(decoder.bytes().map_err(malformed)?),
            _ => return Err(Fault::Malformed("attestation object")),
        }
    }
    match (format, statement, data) {
        (Some(_), Some(()), Some(data)) if decoder.position() == bytes.len() => Ok(data),
        _ => Err(Fault::Malformed("attestation object")),
    }
}
