//! A PDF is kept as it was sent, so it is only taken when it can do nothing by itself: no script, no program to start, no
//! file inside it, no form that talks to somewhere, no lock on it. Nothing here draws it; the house never opens one.
//!
//! What a PDF does is said by names in its dictionaries. They stand in the file as text, or in object streams, which are
//! unpacked within bounds; a name may hide letters as `#4A`, which are read as what they mean. Whatever cannot be looked into
//! is refused.

use domain::field::Fault;
use flate2::read::ZlibDecoder;
use std::io::Read as _;

/// Names of what a letter has no need of: every action has one of them. They are long enough that no picture's bytes spell
/// one by chance.
const ACTIVE: &[&[u8]] = &[
    b"/JavaScript",
    b"/Launch",
    b"/EmbeddedFile",
    b"/EmbeddedFiles",
    b"/Filespec",
    b"/OpenAction",
    b"/RichMedia",
    b"/Rendition",
    b"/Movie",
    b"/Sound",
    b"/OnInstantiate",
    b"/XFA",
    b"/SubmitForm",
    b"/ImportData",
    b"/GoToR",
    b"/GoToE",
    b"/Encrypt",
];
/// What the object streams of one file may unpack to, all together.
const UNPACKED: u64 = 8 * 1024 * 1024;
/// How far before its content a stream's dictionary is looked for: none of a letter is as long.
const DICTIONARY: usize = 64 * 1024;
/// Object streams at most.
const STREAMS: usize = 2_000;

/// Counts the pages of a PDF that can do nothing.
///
/// # Errors
/// `FileBroken` for one that is broken, `FileActive` for one that could do something or is locked, `FilePages` for one
/// with more than `most`.
pub(super) fn pages(bytes: &[u8], most: u32) -> Result<u32, Fault> {
    let tail = &bytes[bytes.len().saturating_sub(2048)..];
    if find(tail, b"startxref").is_none_or(|at| find(&tail[at..], b"%%EOF").is_none()) {
        return Err(Fault::FileBroken);
    }
    let mut pages = seen(bytes)?;
    let mut left = UNPACKED;
    for text in object_streams(bytes)?.into_iter().map(|stream| unpacked(&stream, &mut left)) {
        pages += seen(&text?)?;
    }
    match pages {
        0 => Err(Fault::FileBroken),
        pages if pages > most => Err(Fault::FilePages { max: most }),
        pages => Ok(pages),
    }
}

/// The pages a text speaks of, if it speaks of nothing that acts.
fn seen(text: &[u8]) -> Result<u32, Fault> {
    let (mut pages, mut after_type) = (0, false);
    for (name, after) in names(text) {
        // Most office programs say where a letter is opened: a place in it, which is an array, does nothing.
        let is_place = name == b"/OpenAction" && after.trim_ascii_start().starts_with(b"[");
        if ACTIVE.contains(&name.as_slice()) && !is_place {
            return Err(Fault::FileActive);
        }
        pages += u32::from(after_type && name == b"/Page");
        after_type = name == b"/Type";
    }
    Ok(pages)
}

/// The names of a text, what hides behind `#` read as what it means, each with what stands between it and the next.
fn names(text: &[u8]) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
    text.split(|byte| *byte == b'/').skip(1).map(|rest| {
        let end = rest.iter().position(|byte| b"\0\t\n\x0C\r ()<>[]{}%".contains(byte)).unwrap_or(rest.len());
        let mut name = vec![b'/'];
        let (mut rest, after) = rest.split_at(end);
        while let Some((first, more)) = rest.split_first() {
            let hidden = (*first == b'#').then(|| more.get(..2)).flatten();
            match hidden.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()) {
                Some(byte) => {
                    name.push(byte);
                    rest = &more[2..];
                }
                None => {
                    name.push(*first);
                    rest = more;
                }
            }
        }
        (name, after)
    })
}

/// The packed bytes of every object stream, still packed.
fn object_streams(bytes: &[u8]) -> Result<Vec<Packed<'_>>, Fault> {
    let mut all = Vec::new();
    // Where the dictionary may begin, and from where the word is looked for.
    let (mut begin, mut from) = (0, 0);
    while let Some(at) = find(&bytes[from..], b"stream").map(|found| from + found) {
        from = at + b"stream".len();
        // The word ends a dictionary; anywhere else, in a name or in a text, it begins nothing.
        if !bytes[begin..at].trim_ascii_end().ends_with(b">>") {
            continue;
        }
        let dictionary = &bytes[begin.max(at.saturating_sub(DICTIONARY))..at];
        let dictionary = &dictionary[rfind(dictionary, b"obj").unwrap_or(0)..];
        let start = from + bytes[from..].iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(0);
        if let Some(is_packed) = holds_objects(dictionary)? {
            if all.len() >= STREAMS {
                return Err(Fault::FileActive);
            }
            let end = find(&bytes[start..], b"endstream").ok_or(Fault::FileBroken)?;
            all.push(Packed { bytes: &bytes[start..start + end], is_packed });
        }
        begin = from;
    }
    Ok(all)
}

/// The content of an object stream.
struct Packed<'a> {
    bytes: &'a [u8],
    is_packed: bool,
}

/// Whether a stream of this dictionary holds objects, and if so, whether they are packed. One way of packing is undone, and
/// without parameters: whatever else there is, also under a name of its own or in another object, is refused.
fn holds_objects(dictionary: &[u8]) -> Result<Option<bool>, Fault> {
    let (mut objects, mut filters, mut after_filter, mut other) = (false, 0_u32, false, false);
    for (name, _) in names(dictionary) {
        match name.as_slice() {
            b"/ObjStm" | b"/First" => objects = true,
            b"/Filter" => (filters, after_filter) = (filters + 1, true),
            b"/DecodeParms" | b"/DP" | b"/F" => other = true,
            b"/FlateDecode" if after_filter => after_filter = false,
            b"/FlateDecode" | b"/Crypt" => other = true,
            _ if after_filter || packs(&name) => other = true,
            _ => {}
        }
    }
    if !objects {
        return Ok(None);
    }
    if other || after_filter || filters > 1 { Err(Fault::FileActive) } else { Ok(Some(filters == 1)) }
}

/// A way of packing, under its name or its short one.
fn packs(name: &[u8]) -> bool {
    let short = [&b"/AHx"[..], b"/A85", b"/LZW", b"/Fl", b"/RL", b"/CCF", b"/DCT"];
    short.contains(&name) || name.ends_with(b"Decode")
}

/// Unpacks within what is `left`. What is not packed is what it is.
fn unpacked(stream: &Packed<'_>, left: &mut u64) -> Result<Vec<u8>, Fault> {
    let Packed { bytes: stream, is_packed } = *stream;
    if !is_packed {
        return Ok(stream.to_vec());
    }
    let mut text = Vec::new();
    let read = ZlibDecoder::new(stream).take(*left + 1).read_to_end(&mut text);
    if text.len() as u64 > *left {
        return Err(Fault::FileActive);
    }
    *left -= text.len() as u64;
    read.map_err(|_| Fault::FileBroken)?;
    Ok(text)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn rfind(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).rposition(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write as _;

    fn pdf(objects: &[u8]) -> Vec<u8> {
        let mut all = b"%PDF-1.7\n".to_vec();
        all.extend(objects);
        all.extend(b"\nxref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n");
        all
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("memory");
        let mut all = b"7 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n".to_vec();
        all.extend(encoder.finish().expect("memory"));
        all.extend(b"\nendstream\nendobj\n");
        all
    }

    const PAGE: &[u8] =
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 >>\nendobj\n";

    #[test]
    fn pages_are_counted_wherever_they_stand() {
        assert_eq!(pages(&pdf(PAGE), 10), Ok(1));
        assert_eq!(pages(&pdf(&[PAGE, PAGE].concat()), 10), Ok(2));
        assert_eq!(pages(&pdf(&packed(PAGE)), 10), Ok(1));
        assert_eq!(pages(&pdf(&PAGE.repeat(11)), 10), Err(Fault::FilePages { max: 10 }));
    }

    #[test]
    fn a_pdf_that_could_do_something_is_refused() {
        let with = |more: &[u8]| pages(&pdf(&[PAGE, more].concat()), 10);
        assert_eq!(with(b"<< /S /JavaScript /JS (app.alert(1)) >>"), Err(Fault::FileActive));
        assert_eq!(with(b"<< /S /#4aava#53cript >>"), Err(Fault::FileActive), "letters that hide");
        assert_eq!(with(b"<< /OpenAction 4 0 R >>"), Err(Fault::FileActive));
        assert_eq!(with(b"<< /OpenAction [4 0 R] /Open#41ction 4 0 R >>"), Err(Fault::FileActive));
        assert_eq!(with(b"<< /OpenAction [<< /S /JavaScript >>] >>"), Err(Fault::FileActive));
        assert_eq!(
            with(b"<< /OpenAction[1 0 R /XYZ null null 0] >>"),
            Ok(1),
            "where it is opened, as office programs say"
        );
        assert_eq!(with(b"<< /Type/EmbeddedFile >>"), Err(Fault::FileActive));
        assert_eq!(with(b"<< /Encrypt 9 0 R >>"), Err(Fault::FileActive), "what is locked cannot be looked into");
        assert_eq!(with(&packed(b"<< /S/Launch /F (cmd.exe) >>")), Err(Fault::FileActive), "in an object stream");
        assert_eq!(with(b"<< /Font /AAB+Kai >>"), Ok(1), "a font's name is no action");
        let ascii = b"7 0 obj << /Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode] >> stream\n78>\nendstream";
        assert_eq!(with(ascii), Err(Fault::FileActive), "what cannot be looked into");
        for hiding in [
            &b"/Type /ObjStm /Filter 9 0 R"[..],
            b"/Type /ObjStm /Filter /AHx",
            b"/Type /ObjStm /Filter [/FlateDecode /FlateDecode]",
            b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>",
            b"/N 1 /First 4 /Filter /LZWDecode",
        ] {
            let object = [b"7 0 obj << ", hiding, b" >> stream\n78\nendstream endobj\n"].concat();
            assert_eq!(with(&object), Err(Fault::FileActive), "{}", String::from_utf8_lossy(hiding));
        }
        let named =
            b"7 0 obj << /Type /ObjStm /X (stream) /N 1 /First 4 >> stream\n<< /S /Launch >>\nendstream endobj\n";
        assert_eq!(with(named), Err(Fault::FileActive), "the word in a text begins no stream");
    }

    #[test]
    fn a_pdf_that_unpacks_to_too_much_or_is_broken_is_refused() {
        let bomb = packed(&vec![b' '; 9 * 1024 * 1024]);
        assert!(bomb.len() < 20_000, "the control: it is small as sent");
        assert_eq!(pages(&pdf(&[PAGE, &bomb].concat()), 10), Err(Fault::FileActive));
        assert_eq!(pages(b"%PDF-1.7\nno end", 10), Err(Fault::FileBroken));
        assert_eq!(pages(&pdf(b"nothing"), 10), Err(Fault::FileBroken));
    }
}
