//! The key of a passkey: read from COSE (RFC 9052, 9053; WebAuthn §5.8.5), kept as a few bytes, checked with aws-lc.

use super::Fault;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, VerificationAlgorithm};
use minicbor::Decoder;

/// A public key for ES256 or Ed25519 that is a point of its curve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey {
    algorithm: Algorithm,
    /// As aws-lc takes it: 65 bytes of an uncompressed point, or 32.
    bytes: Vec<u8>,
}

/// What passkeys may sign with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Algorithm {
    /// ECDSA on P-256 with SHA-256: what every authenticator has.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    const ALL: [Self; 2] = [Self::Es256, Self::EdDsa];

    /// The number in COSE.
    const fn number(self) -> i32 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
        }
    }

    /// Key type and curve in COSE.
    const fn shape(self) -> (i32, i32) {
        match self {
            Self::Es256 => (2, 1),
            Self::EdDsa => (1, 6),
        }
    }

    /// The byte a kept key begins with: never change one.
    const fn tag(self) -> u8 {
        match self {
            Self::Es256 => 1,
            Self::EdDsa => 2,
        }
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::Es256 => &ECDSA_P256_SHA256_ASN1,
            Self::EdDsa => &ED25519,
        }
    }
}

/// The next label of the map has to be `label`: CTAP2 sends them in one order.
fn expect(decoder: &mut Decoder<'_>, label: i32) -> Result<(), Fault> {
    match decoder.i32() {
        Ok(found) if found == label => Ok(()),
        _ => Err(Fault::Malformed("key")),
    }
}

fn coordinate<'a>(decoder: &mut Decoder<'a>, label: i32) -> Result<&'a [u8], Fault> {
    expect(decoder, label)?;
    decoder.bytes().ok().filter(|bytes| bytes.len() == 32).ok_or(Fault::Malformed("key"))
}

impl PublicKey {
    /// What the house asks for, the best liked first: `pubKeyCredParams`.
    pub fn algorithms() -> impl Iterator<Item = i32> {
        Algorithm::ALL.into_iter().map(Algorithm::number)
    }

    /// Reads a COSE key from the front of `bytes`; also says how many bytes it was.
    pub(super) fn from_cose(bytes: &[u8]) -> Result<(Self, usize), Fault> {
        let malformed = |_| Fault::Malformed("key");
        let mut decoder = Decoder::new(bytes);
        let entries = decoder.map().map_err(malformed)?.ok_or(Fault::Malformed("key"))?;
        expect(&mut decoder, 1)?;
        let kind = decoder.i32().map_err(malformed)?;
        expect(&mut decoder, 3)?;
        let number = decoder.i32().map_err(malformed)?;
        let known = Algorithm::ALL.into_iter().find(|known| known.number() == number && known.shape().0 == kind);
        let algorithm = known.ok_or(Fault::Algorithm)?;
        expect(&mut decoder, -1)?;
        if decoder.i32().map_err(malformed)? != algorithm.shape().1 {
            return Err(Fault::Algorithm);
        }
        let mut point = Vec::with_capacity(65);
        let expected = match algorithm {
            Algorithm::Es256 => {
                point.push(4); // uncompressed, as the standard demands
                point.extend_from_slice(coordinate(&mut decoder, -2)?);
                point.extend_from_slice(coordinate(&mut decoder, -3)?);
                5
            }
            Algorithm::EdDsa => {
                point.extend_from_slice(coordinate(&mut decoder, -2)?);
                4
            }
        };
        if entries != expected {
            return Err(Fault::Malformed("key"));
        }
        Ok((Self::new(algorithm, point)?, decoder.position()))
    }

    fn new(algorithm: Algorithm, bytes: Vec<u8>) -> Result<Self, Fault> {
        // Without an attestation nothing is signed at first: a point that is none would be found out at the next sign-in.
        ParsedPublicKey::new(algorithm.verification(), &bytes).map_err(|_| Fault::Key)?;
        Ok(Self { algorithm, bytes })
    }

    /// As kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.algorithm.tag()];
        bytes.extend_from_slice(&self.bytes);
        bytes
    }

    /// A key that was kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let (tag, key) = bytes.split_first().ok_or(Fault::Key)?;
        let algorithm = Algorithm::ALL.into_iter().find(|known| known.tag() == *tag).ok_or(Fault::Algorithm)?;
        Self::new(algorithm, key.to_vec())
    }

    /// The key signed the message.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let key = ParsedPublicKey::new(self.algorithm.verification(), &self.bytes).map_err(|_| Fault::Key)?;
        key.verify_sig(message, signature).map_err(|_| Fault::Signature)
    }
}
