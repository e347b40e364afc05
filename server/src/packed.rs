//! A text with gaps: compressed once, filled for each reader.
//!
//! Compressing a page costs several times what everything else about a shared rendering does, and only the nonce differs
//! between its readers. So what stands between the nonces is deflated once, each piece without looking back into another,
//! and a reader's gzip stream is put together from these pieces with the nonce between them in blocks of its own (RFC 1951,
//! 3.2.4: stored). To the reader it is one ordinary gzip member.

use axum::body::Bytes;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::Write as _;

/// A member's head: gzip, deflate, no flags, no time, no hint, unknown system (RFC 1952).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// An empty last block.
const END: [u8; 2] = [0x03, 0x00];
/// What a stored block says before its bytes, and the trailer.
const SPARE: usize = 5 + 8;

/// The pieces.
pub struct Packed {
    plain: Vec<Bytes>,
    /// Each piece compressed; none if the text could not be.
    deflated: Vec<Deflated>,
}

/// A piece as whole blocks that end on a byte, and the checksum of what it was.
struct Deflated {
    blocks: Vec<u8>,
    crc: Crc,
}

impl Packed {
    /// Cuts a text wherever `gap` stands. Without a gap, or in a text that is no UTF-8, it is one piece.
    pub fn new(text: &Bytes, gap: Option<&str>) -> Self {
        let plain: Vec<Bytes> = match (gap, std::str::from_utf8(text)) {
            (Some(gap), Ok(words)) => words.split(gap).map(|piece| text.slice_ref(piece.as_bytes())).collect(),
            _ => vec![text.clone()],
        };
        let deflated = plain.iter().map(|piece| deflate(piece)).collect::<std::io::Result<_>>().unwrap_or_default();
        Self { plain, deflated }
    }

    /// The text with its gaps filled.
    pub fn filled(&self, fill: &str) -> Bytes {
        if let [whole] = &*self.plain {
            return whole.clone();
        }
        Bytes::from(self.plain.join(fill.as_bytes()))
    }

    /// The same as gzip. None for a fill that is too long for one block, or where compression failed.
    pub fn gzip(&self, fill: &str) -> Option<Bytes> {
        let length = u16::try_from(fill.len()).ok().filter(|_| !self.deflated.is_empty())?;
        let room = self.deflated.iter().map(|piece| piece.blocks.len() + fill.len() + SPARE).sum::<usize>();
        let (mut member, mut crc) = (Vec::with_capacity(HEAD.len() + room), Crc::new());
        member.extend(HEAD);
        for (i, piece) in self.deflated.iter().enumerate() {
            if i > 0 {
                member.push(0);
                member.extend(length.to_le_bytes());
                member.extend((!length).to_le_bytes());
                member.extend(fill.as_bytes());
                crc.update(fill.as_bytes());
            }
            member.extend(&piece.blocks);
            crc.combine(&piece.crc);
        }
        member.extend(END);
        member.extend(crc.sum().to_le_bytes());
        member.extend(crc.amount().to_le_bytes());
        Some(Bytes::from(member))
    }
}

fn deflate(piece: &[u8]) -> std::io::Result<Deflated> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(piece)?;
    // Ends the last block on a byte, without saying that it is the last.
    encoder.flush()?;
    let mut crc = Crc::new();
    crc.update(piece);
    Ok(Deflated { blocks: encoder.get_ref().clone(), crc })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn unzipped(member: &[u8]) -> String {
        let mut text = String::new();
        // Checks length and checksum, and that nothing follows.
        flate2::read::GzDecoder::new(member).read_to_string(&mut text).expect("an ordinary gzip member");
        text
    }

    #[test]
    fn what_is_unpacked_is_the_filled_text() {
        let long = "山东省脐血库 <a href=\"/museum\">参观</a> ".repeat(400);
        for text in ["", "old", "oldold", "plain", "a old b old", &long, &format!("old{long}old{long}")] {
            let packed = Packed::new(&Bytes::from(text.to_owned()), Some("old"));
            for fill in ["new", "", "a fill that is longer than the gap was"] {
                let wanted = text.replace("old", fill);
                assert_eq!(packed.filled(fill), wanted);
                assert_eq!(unzipped(&packed.gzip(fill).expect("it is packed")), wanted);
            }
        }
        let packed = Packed::new(&Bytes::from(long.clone()), None);
        let member = packed.gzip("unused").expect("it is packed");
        assert!(member.len() * 10 < long.len(), "{} of {}", member.len(), long.len());
        assert_eq!(unzipped(&member), long);
    }

    #[test]
    fn bytes_that_are_no_text_pass_whole() {
        let packed = Packed::new(&Bytes::from_static(b"\xff old \xfe"), Some("old"));
        assert_eq!(packed.filled("new"), Bytes::from_static(b"\xff old \xfe"));
        assert!(packed.gzip(&"x".repeat(70_000)).is_none(), "a block holds 65,535 bytes");
    }
}
