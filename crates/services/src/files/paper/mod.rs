//! A file that is to be kept as a paper: what its name says, what its first bytes say and what is read of it to its end have to
//! agree, and each reason for which it is not taken has a word of its own. Pictures that can be drawn here are written anew;
//! a HEIC, a PDF, a text and a workbook are kept without their notes, when they can do nothing.

pub(super) mod ends;
mod heic;
mod office;

use super::{pdf, picture};
use domain::field::Fault;
use domain::files::{Format, Refusal};
use image::ImageFormat;

/// The longer side of a picture as it is kept, in pixels: the small print of a bill can be read.
const SIDE: u32 = 3200;

/// What is kept of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paper {
    /// What it is now: a picture of a screen is kept as a photograph.
    pub format: Format,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Pages of a PDF; one of anything else.
    pub pages: u32,
}

/// What the first bytes of a file say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Marked {
    Pdf,
    Jpeg,
    Png,
    Heic,
    /// An archive: a text or a workbook, if anything.
    Archive,
    /// What office programs wrote before, and how they lock what they write now.
    Compound,
    Unknown,
}

fn marked(bytes: &[u8]) -> Marked {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Marked::Pdf,
        [0xFF, 0xD8, 0xFF, ..] => Marked::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Marked::Png,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Marked::Heic,
        [b'P', b'K', 3, 4, ..] => Marked::Archive,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => Marked::Compound,
        _ => Marked::Unknown,
    }
}

/// Reads a file to its end as what its name says it is.
///
/// # Errors
/// Why it is not taken.
pub(super) fn look(bytes: Vec<u8>, claimed: Format, pages: u32) -> Result<Paper, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    match (claimed, marked(&bytes)) {
        (Format::Pdf, Marked::Pdf) => {
            let counted = pdf::counted(&bytes)?;
            if !pdf::leads_to_its_table(&bytes) {
                return Err(Refusal::Damaged);
            }
            if ends::has_archive(&bytes) || ends::has_pdf(&bytes[1..]) {
                return Err(Refusal::TwoInOne);
            }
            if counted > pages {
                return Err(Refusal::Pages);
            }
            Ok(Paper { format: claimed, bytes: pdf::without_notes(bytes, counted)?, pages: counted })
        }
        (Format::Jpeg, Marked::Jpeg) => {
            let end = ends::jpeg(&bytes).ok_or(Refusal::Damaged)?;
            let behind = &bytes[end.at..];
            let is_other = ends::has_pdf(behind) || ends::is_something_else_too(&bytes);
            if is_other || !ends::is_brought_along(behind, end.has_more) {
                return Err(Refusal::TwoInOne);
            }
            drawn(&bytes[..end.at], ImageFormat::Jpeg)
        }
        (Format::Png, Marked::Png) => {
            let end = ends::png(&bytes).ok_or(Refusal::Damaged)?;
            if end < bytes.len() || ends::is_something_else_too(&bytes) {
                return Err(Refusal::TwoInOne);
            }
            drawn(&bytes, ImageFormat::Png)
        }
        (Format::Heic, Marked::Heic) => {
            if ends::is_something_else_too(&bytes) {
                return Err(Refusal::TwoInOne);
            }
            Ok(Paper { format: claimed, bytes: heic::without_notes(bytes)?, pages: 1 })
        }
        (Format::Docx | Format::Xlsx, Marked::Archive) => {
            Ok(Paper { format: claimed, bytes: office::plain(bytes, claimed)?, pages: 1 })
        }
        (Format::Docx | Format::Xlsx, Marked::Compound) if is_locked(&bytes) => Err(Refusal::Locked),
        // A PDF that begins with something else: readers of PDF forgive that.
        (Format::Pdf, _) if ends::begins_late(&bytes) => Err(Refusal::TwoInOne),
        _ => Err(Refusal::Mismatch),
    }
}

/// An office program put a password on it: the file is a box with this name in it.
fn is_locked(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

fn drawn(bytes: &[u8], format: ImageFormat) -> Result<Paper, Refusal> {
    match picture::anew(bytes, format, SIDE) {
        Ok(checked) => Ok(Paper { format: Format::Jpeg, bytes: checked.bytes, pages: 1 }),
        Err(Fault::PictureTooLarge { .. }) => Err(Refusal::Pixels),
        Err(_) => Err(Refusal::Damaged),
    }
}

#[cfg(test)]
mod bounded;
#[cfg(test)]
mod tests;
