//! Where a picture ends, and what must not stand in it or behind it: a second format in the same bytes.

/// Where a JPEG ends.
pub(super) struct JpegEnd {
    /// The first byte behind it.
    pub at: usize,
    /// It says that more pictures follow: a telephone's picture for bright screens, or of the other lens.
    pub has_more: bool,
}

/// Walks a JPEG by its segments to its end.
pub(super) fn jpeg(bytes: &[u8]) -> Option<JpegEnd> {
    let (mut at, mut has_more) = (2, false);
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        at += bytes[at..].iter().take_while(|byte| **byte == 0xFF).count();
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            0xD9 => return Some(JpegEnd { at, has_more }),
            0x00 => return None,
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let segment = bytes.get(at + 2..at + length)?;
        has_more |= marker == 0xE2 && segment.starts_with(b"MPF\0");
        at += length;
        if marker == 0xDA {
            at = scanned(bytes, at)?;
        }
    }
}

/// Where the coded pixels of a scan end: at the next marker that is none of their own.
fn scanned(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0x00 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

/// Whether what stands behind a JPEG is what telephones write there: more pictures that it speaks of, a moment of film, notes of
/// one maker, zeros.
/// All of it is lost when the picture is written anew.
pub(super) fn is_brought_along(behind: &[u8], has_more: bool) -> bool {
    let pictures = has_more && behind.windows(3).any(|window| window == [0xFF, 0xD8, 0xFF]);
    let film = behind.get(4..8) == Some(&b"ftyp"[..]);
    behind.iter().all(|byte| *byte == 0) || behind.ends_with(b"SEFT") || pictures || film
}

/// Where a PNG ends, read by its chunks.
pub(super) fn png(bytes: &[u8]) -> Option<usize> {
    png_chunks(bytes, |_, _| ())
}

/// Walks a PNG by its chunks to its end: the kind of each, and all its bytes. Where it ends.
pub(in crate::files) fn png_chunks<'a>(bytes: &'a [u8], mut each: impl FnMut(&'a [u8], &'a [u8])) -> Option<usize> {
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        let kind = bytes.get(at + 4..at + 8)?;
        let end = at.checked_add(12)?.checked_add(usize::try_from(length).ok()?)?;
        each(kind, bytes.get(at..end)?);
        if kind == b"IEND" {
            return Some(end);
        }
        at = end;
    }
}

/// Bytes in front of a PDF that its readers still forgive.
const FORGIVEN: usize = 1024 + 5;
/// As far from its end as an archive's directory may end: a comment has at most 65,535 bytes.
const ARCHIVE: usize = 22 + 65_535;

/// Whether another reader would take these bytes for a PDF or for an archive.
pub(super) fn is_something_else_too(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(ARCHIVE)..];
    begins_late(bytes) || has_archive(tail)
}

/// Whether readers of PDF would find one that begins a little behind the first byte.
pub(super) fn begins_late(bytes: &[u8]) -> bool {
    has_pdf(&bytes[..bytes.len().min(FORGIVEN)])
}

/// The mark of a PDF stands somewhere.
pub(super) fn has_pdf(bytes: &[u8]) -> bool {
    bytes.windows(5).any(|window| window == b"%PDF-")
}

/// The end of an archive's directory stands somewhere: its mark, and that it is the first and only part.
pub(super) fn has_archive(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|window| window == b"PK\x05\x06\0\0\0\0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat, RgbImage};
    use std::io::Cursor;

    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 4, y as u8 * 5, (x * y) as u8]));
        DynamicImage::ImageRgb8(picture).write_to(&mut Cursor::new(&mut bytes), format).expect("a picture");
        bytes
    }

    #[test]
    fn a_picture_is_walked_to_its_last_byte() {
        let (jpg, other) = (picture(ImageFormat::Jpeg), picture(ImageFormat::Png));
        assert_eq!(jpeg(&jpg).map(|end| (end.at, end.has_more)), Some((jpg.len(), false)));
        assert_eq!(png(&other), Some(other.len()));
        assert_eq!(jpeg(&[&jpg[..], b"behind"].concat()).map(|end| end.at), Some(jpg.len()));
        assert_eq!(png(&[&other[..], b"behind"].concat()), Some(other.len()));
        for cut in [3, 20, jpg.len() / 2, jpg.len() - 1] {
            assert!(jpeg(&jpg[..cut]).is_none(), "{cut}");
        }
        for cut in [8, 20, other.len() / 2, other.len() - 1] {
            assert_eq!(png(&other[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn what_telephones_write_behind_a_picture_is_known() {
        let jpg = picture(ImageFormat::Jpeg);
        let more = [&jpg[..2], &[0xFF, 0xE2, 0, 8], b"MPF\0\0\0", &jpg[2..]].concat();
        assert_eq!(jpeg(&more).map(|end| end.has_more), Some(true));
        assert!(
            is_brought_along(&jpg, true) && is_brought_along(b"notes SEFT", false) && is_brought_along(&[0; 9], false)
        );
        assert!(is_brought_along(b"\0\0\0\x18ftypmp42", false), "a moving photograph");
        assert!(!is_brought_along(&jpg, false) && !is_brought_along(b"<script>", true));
    }

    #[test]
    fn an_archive_and_a_pdf_are_seen_where_their_readers_look() {
        let archive = [&b"PK\x05\x06"[..], &[0; 18]].concat();
        assert!(is_something_else_too(&[&[7; 100_000], &archive[..]].concat()));
        assert!(is_something_else_too(&[&archive[..], &[7; 60_000]].concat()));
        assert!(!is_something_else_too(&[&archive[..], &[7; 70_000]].concat()), "no reader looks there");
        assert!(is_something_else_too(&[&[7; 1000], &b"%PDF-1.7"[..], &[7; 1000]].concat()));
        assert!(!is_something_else_too(&[&[7; 2000], &b"%PDF-1.7"[..]].concat()));
    }
}
