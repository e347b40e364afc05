//! Texts and workbooks (docx, xlsx): archives of XML. One is taken when it is exactly one archive from its first byte to its
//! last, every part of it is one of those that such a file has, unpacks to little, and says nothing that runs, fetches or
//! carries something else. It is kept as it was sent, but for the parts in which programs note who wrote it and where: those
//! are written anew, empty. (Names at remarks and at changes that are followed stay: they are part of what the page shows.)
//!
//! ECMA-376 (Office Open XML, packages in part 2).

mod parts;

use domain::files::{Format, Refusal};
use std::collections::HashSet;
use std::io::{Cursor, Read as _, Write as _};
use zip::read::ZipFile;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Parts of one file at most.
const MOST: usize = 2_000;
/// What all its parts may unpack to.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// What one part that is read may unpack to: it lies in memory as a whole.
const TEXT: u64 = 24 * 1024 * 1024;
/// Bytes of the directory at most.
const DIRECTORY: usize = 1024 * 1024;
/// A part that unpacks to more than this ...
const LITTLE: u64 = 1024 * 1024;
/// ... may not unpack to more than so many times what it is packed.
const RATIO: u64 = 150;
/// The end of an archive's directory, without a comment.
const END: usize = 22;
/// What may stand behind a part: how long it was, where that was not known before.
const DESCRIPTOR: u64 = 24;

/// Parts that are written anew, by their place in the directory.
type Anew = Vec<(usize, Vec<u8>)>;

/// Reads a file to its end, and answers it without what it notes about people.
///
/// # Errors
/// `Mismatch`, `Damaged`, `TwoInOne`, `Unpacks`, `Locked`, `Macros`, `Form`, `External`, `Object`, `Script`, `Hidden`.
pub(super) fn plain(bytes: Vec<u8>, format: Format) -> Result<Vec<u8>, Refusal> {
    let anew = read(&bytes, format)?;
    if anew.is_empty() {
        return Ok(bytes);
    }
    written(&bytes, anew).map_err(|_| Refusal::Damaged)
}

fn read(bytes: &[u8], format: Format) -> Result<Anew, Refusal> {
    let directory = directory(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    // Of two parts of one name each reader takes another; and a reader that does not like this directory looks for others.
    if archive.len() != directory.parts || archive.central_directory_start() != directory.start {
        return Err(Refusal::Damaged);
    }
    let mut names = HashSet::new();
    let mut places = Vec::new();
    for i in 0..archive.len() {
        let part = archive.by_index_raw(i).map_err(|_| Refusal::Damaged)?;
        if part.encrypted() {
            return Err(Refusal::Locked);
        }
        if !matches!(part.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(Refusal::Hidden);
        }
        let name = part.name().to_ascii_lowercase();
        if part.enclosed_name().is_none() || name.contains('\\') || name.starts_with('/') || !names.insert(name.clone())
        {
            return Err(Refusal::Damaged);
        }
        parts::is_one_of_ours(&name)?;
        let data = part.data_start().ok_or(Refusal::Damaged)?;
        places.push((part.header_start(), data + part.compressed_size()));
    }
    are_side_by_side(places, directory.start)?;
    let (mut left, mut main, mut anew) = (UNPACKED, None, Vec::new());
    for i in 0..archive.len() {
        let part = archive.by_index(i).map_err(|_| Refusal::Damaged)?;
        let name = part.name().to_ascii_lowercase();
        let text = unpacked(part, parts::is_text(&name), &mut left)?;
        if parts::is_text(&name) {
            let read = parts::read(&name, &text)?;
            main = read.format.or(main);
            anew.extend(read.emptied.map(|text| (i, text)));
        }
    }
    if main == Some(format) { Ok(anew) } else { Err(Refusal::Mismatch) }
}

/// The same archive, its parts as they lie there, but for those that are written anew.
fn written(bytes: &[u8], anew: Anew) -> ZipResult<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    let mut anew = anew.into_iter().peekable();
    for i in 0..archive.len() {
        let part = archive.by_index_raw(i)?;
        match anew.next_if(|(at, _)| *at == i) {
            Some((_, text)) => {
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
                writer.start_file(part.name(), options)?;
                writer.write_all(&text)?;
            }
            None => writer.raw_copy_file(part)?,
        }
    }
    Ok(writer.finish()?.into_inner())
}

/// The directory of an archive.
struct Directory {
    /// How many parts it has.
    parts: usize,
    /// Where it begins.
    start: u64,
}

/// The directory at the very end of an archive of one piece.
fn directory(bytes: &[u8]) -> Result<Directory, Refusal> {
    let at = bytes.len().checked_sub(END).ok_or(Refusal::Damaged)?;
    let end = &bytes[at..];
    if !end.starts_with(b"PK\x05\x06") {
        // Whole, and further in front: something stands behind it. Otherwise it was cut off.
        let front = bytes.windows(8).rposition(|window| window == b"PK\x05\x06\0\0\0\0");
        let is_whole = front.is_some_and(|front| front < at);
        return Err(if is_whole { Refusal::TwoInOne } else { Refusal::Damaged });
    }
    let two = |from: usize| usize::from(u16::from_le_bytes([end[from], end[from + 1]]));
    let four = |from: usize| u32::from_le_bytes([end[from], end[from + 1], end[from + 2], end[from + 3]]);
    let (disk, first_disk, here, parts, comment) = (two(4), two(6), two(8), two(10), two(20));
    let (size, start) = (four(12), four(16));
    if disk + first_disk + comment > 0 || here != parts || parts == 0 {
        return Err(Refusal::Damaged);
    }
    if parts > MOST {
        return Err(Refusal::Unpacks);
    }
    if size as usize > DIRECTORY {
        return Err(Refusal::Damaged);
    }
    // Something before its beginning moves all places; what lies between directory and end is read by some and not by others.
    if u64::from(size) + u64::from(start) != at as u64 {
        return Err(Refusal::TwoInOne);
    }
    // A long directory of before, which a reader takes where it does not like this one.
    if bytes.windows(24).any(|window| window.starts_with(b"PK\x06\x07") && window.ends_with(b"PK\x05\x06")) {
        return Err(Refusal::TwoInOne);
    }
    Ok(Directory { parts, start: u64::from(start) })
}

/// Whether parts fill the archive from its first byte to its directory.
fn are_side_by_side(mut places: Vec<(u64, u64)>, directory: u64) -> Result<(), Refusal> {
    places.sort_unstable();
    let mut before = 0;
    for (from, to) in places {
        if from < before {
            return Err(Refusal::Damaged); // two parts share bytes: a way to unpack to much
        }
        if from - before > DESCRIPTOR || (before == 0 && from > 0) {
            return Err(Refusal::TwoInOne);
        }
        before = to;
    }
    match directory.checked_sub(before) {
        Some(between) if between <= DESCRIPTOR => Ok(()),
        Some(_) => Err(Refusal::TwoInOne),
        None => Err(Refusal::Damaged),
    }
}

/// Unpacks a part within what is `left`, and keeps it where it is a text. What it says of its size is not believed.
fn unpacked<R: std::io::Read + ?Sized>(
    mut part: ZipFile<'_, R>,
    is_text: bool,
    left: &mut u64,
) -> Result<Vec<u8>, Refusal> {
    let (packed, told) = (part.compressed_size().max(1), part.size());
    if is_text && told > TEXT {
        return Err(Refusal::Unpacks);
    }
    let room = if is_text { usize::try_from(told).unwrap_or_default() } else { 0 };
    let (mut kept, mut piece, mut size) = (Vec::with_capacity(room), [0; 16 * 1024], 0u64);
    loop {
        // (At its end the reader compares the sum of its bytes with the one in the directory.)
        let read = part.read(&mut piece).map_err(|_| Refusal::Damaged)?;
        if read == 0 {
            break;
        }
        size += read as u64;
        *left = left.checked_sub(read as u64).ok_or(Refusal::Unpacks)?;
        if size > LITTLE && size / packed > RATIO {
            return Err(Refusal::Unpacks);
        }
        if size > told {
            return Err(Refusal::Damaged);
        }
        if is_text {
            kept.extend_from_slice(&piece[..read]);
        }
    }
    if size == told { Ok(kept) } else { Err(Refusal::Damaged) }
}

#[cfg(test)]
pub(in crate::files) mod tests;
