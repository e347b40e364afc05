//! What an event says, as it was kept: read by pages, by the verifier and by passports alike.

use super::Payload;
use serde::Deserialize;

/// What is no text of the kind it is filed as: no JSON at all, or of another kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it says something else than it is filed as")]
pub struct Misfiled;

/// Of what an event says, only of which kind it is.
#[derive(Deserialize)]
struct Tagged {
    // Any word: who keeps a reader reads kinds that came later, too.
    kind: String,
}

/// Whether a text says an event of a kind, also one that is not known here.
pub fn is_of_kind(text: &[u8], kind: &str) -> bool {
    serde_json::from_slice::<Tagged>(text).is_ok_and(|tagged| tagged.kind == kind)
}

/// What the text of an event says that is filed as a kind. `None`: it is of that kind, in words that only a later release knows, the
/// kind itself or members of it.
///
/// # Errors
/// `Misfiled`.
pub fn read(text: &[u8], kind: &str) -> Result<Option<Payload>, Misfiled> {
    match serde_json::from_slice::<Payload>(text) {
        Ok(payload) if payload.kind().name() == kind => Ok(Some(payload)),
        Err(_) if is_of_kind(text, kind) => Ok(None),
        _ => Err(Misfiled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_later_release_are_told_from_what_is_filed_as_something_else() {
        assert_eq!(read(br#"{"kind":"infused"}"#, "infused"), Ok(Some(Payload::Infused {})));
        for (text, kind) in [
            (r#"{"kind":"thawed_by_robot","arm":2}"#, "thawed_by_robot"),
            (r#"{"kind":"held","of":"other","robot":"R-7"}"#, "held"),
            (r#"{"kind":"discarded"}"#, "discarded"),
        ] {
            assert_eq!(read(text.as_bytes(), kind), Ok(None), "{text}");
        }
        for (text, kind) in [
            (r#"{"kind":"infused"}"#, "listed"),
            (r#"{"kind":"infused"}"#, "thawed_by_robot"),
            (r#"{"kind":"thawed_by_robot"}"#, "infused"),
            ("infused", "infused"),
            ("", "infused"),
        ] {
            assert_eq!(read(text.as_bytes(), kind), Err(Misfiled), "{text} as {kind}");
        }
    }
}
