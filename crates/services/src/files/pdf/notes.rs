//! What a PDF notes about people beside its pages: who wrote it, with what and for whom, once as texts (the dictionary that
//! `/Info` names) and once more as XML (streams of the type `/Metadata`). Both are overwritten where they stand, so that
//! nothing else moves and every place in it stays where its tables say; times stay, and so does all that a page shows.
//!
//! Two kinds are kept as they were sent. One that is signed, as electronic invoices are: the signature is of each byte, and
//! names who signed anyway. And one whose notes lie packed among other objects so tightly that they cannot be packed again,
//! without what they said, in the room that is there.

use super::streams::{self, Object};
use super::{counted, find, is_regular, is_space, names};
use domain::files::Refusal;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::ops::Range;

/// Metadata that say nothing.
const NOTHING: &[u8] = b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";

/// Other bytes for a place, as many as stand there.
type Edit = (usize, Vec<u8>);

/// The same PDF without what it notes about people. It has been read to its end, and has so many pages.
///
/// # Errors
/// `Hidden` where its notes are packed in a way that nobody can look into, or it would be another PDF without them.
pub(in crate::files) fn without_notes(mut bytes: Vec<u8>, pages: u32) -> Result<Vec<u8>, Refusal> {
    if find(&bytes, b"/ByteRange").is_some() {
        return Ok(bytes);
    }
    let edits = edits(&bytes)?;
    if edits.is_empty() {
        return Ok(bytes);
    }
    for (at, text) in edits {
        bytes[at..at + text.len()].copy_from_slice(&text);
    }
    if counted(&bytes) == Ok(pages) { Ok(bytes) } else { Err(Refusal::Hidden) }
}

fn edits(bytes: &[u8]) -> Result<Vec<Edit>, Refusal> {
    let (numbers, mut edits) = named(bytes);
    let mut left = super::UNPACKED;
    streams::walk(bytes, |object| {
        let dictionary = &bytes[object.dictionary.clone()];
        if number(bytes, object.at).is_some_and(|number| numbers.contains(&number)) {
            edits.extend(blanks(bytes, object.dictionary.clone()));
        }
        let Some(content) = content(bytes, &object) else { return Ok(()) };
        if is_metadata(dictionary) {
            edits.push((content.start, without_words(&bytes[content], dictionary)?));
        } else if let Some(is_packed) = streams::holds_objects(dictionary)? {
            let packed = streams::Packed { bytes: &bytes[content.clone()], is_packed };
            let text = super::unpacked(&packed, &mut left)?;
            let blanked = packed_objects(text, first(dictionary), &numbers);
            let again = blanked.and_then(|text| if is_packed { repacked(&text, content.len()) } else { Some(text) });
            edits.extend(again.map(|text| (content.start, text)));
        }
        Ok(())
    })?;
    Ok(edits)
}

/// The numbers of the dictionaries that are named as notes; and what is to be blanked of those that stand there themselves.
fn named(bytes: &[u8]) -> (HashSet<u32>, Vec<Edit>) {
    const NAME: &[u8] = b"/Info";
    let (mut numbers, mut edits, mut from) = (HashSet::new(), Vec::new(), 0);
    while let Some(at) = find(&bytes[from..], NAME).map(|found| from + found) {
        from = at + NAME.len();
        if bytes.get(from).is_some_and(|byte| is_regular(*byte)) {
            continue; // a longer name
        }
        let value = streams::blank(bytes, from);
        if bytes[value..].starts_with(b"<<") {
            let end = streams::dictionary(bytes, value);
            edits.extend(end.into_iter().flat_map(|end| blanks(bytes, value..end)));
        } else {
            numbers.extend(leading_number(&bytes[value..]));
        }
    }
    (numbers, edits)
}

/// The texts of a dictionary as spaces, but for times.
fn blanks(bytes: &[u8], dictionary: Range<usize>) -> impl Iterator<Item = Edit> {
    let said = move |text: &Range<usize>| !text.is_empty() && !bytes[text.clone()].starts_with(b"D:");
    streams::texts(bytes, dictionary).into_iter().filter(said).map(|text| (text.start, vec![b' '; text.len()]))
}

/// The bytes of an object's stream, without the end of the line behind them.
fn content(bytes: &[u8], object: &Object) -> Option<Range<usize>> {
    let after = object.stream?;
    let rest = &bytes[after..];
    let begin =
        after + [&b"\r\n"[..], b"\n", b"\r"].iter().find(|end| rest.starts_with(end)).map_or(0, |end| end.len());
    let content = &bytes[begin..begin + find(&bytes[begin..], b"endstream")?];
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    Some(begin..begin + content.len())
}

fn is_metadata(dictionary: &[u8]) -> bool {
    let all: Vec<Vec<u8>> = names(dictionary).map(|(name, _)| name).collect();
    all.windows(2).any(|two| two[0] == b"/Type" && two[1] == b"/Metadata")
}

/// As many bytes that say nothing, packed as these are.
///
/// # Errors
/// `Hidden` where they are packed in another way than the usual.
fn without_words(content: &[u8], dictionary: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut ways =
        names(dictionary).map(|(name, _)| name).filter(|name| name.ends_with(b"Decode") || name == b"/DecodeParms");
    let (mut text, fill) = match (ways.next(), ways.next()) {
        (None, _) => (NOTHING.to_vec(), b' '),
        (Some(way), None) if way == b"/FlateDecode" => {
            let text = packed(NOTHING).filter(|text| text.len() <= content.len());
            (text.or_else(|| packed(b"")).unwrap_or_default(), b'\n')
        }
        _ => return Err(Refusal::Hidden),
    };
    if text.len() > content.len() {
        text.clear();
    }
    text.resize(content.len(), fill);
    Ok(text)
}

/// Objects as they lie unpacked in a stream, those that are notes without their dictionaries' content; nothing where none is.
fn packed_objects(mut text: Vec<u8>, first: usize, numbers: &HashSet<u32>) -> Option<Vec<u8>> {
    let head = std::str::from_utf8(text.get(..first)?).ok()?;
    let places: Vec<u32> = head.split_ascii_whitespace().map_while(|word| word.parse().ok()).collect();
    let notes: Vec<usize> = places
        .chunks_exact(2)
        .filter(|pair| numbers.contains(&pair[0]))
        .filter_map(|pair| first.checked_add(usize::try_from(pair[1]).ok()?))
        .collect();
    let mut is_changed = false;
    for at in notes {
        let begins = text.get(at..).is_some_and(|rest| rest.starts_with(b"<<"));
        let Some(end) = begins.then(|| streams::dictionary(&text, at)).flatten() else { continue };
        text[at + 2..end - 2].fill(b' ');
        is_changed = true;
    }
    is_changed.then_some(text)
}

/// Packed again into so many bytes; nothing where there is not the room.
fn repacked(text: &[u8], room: usize) -> Option<Vec<u8>> {
    let mut packed = packed(text).filter(|packed| packed.len() <= room)?;
    packed.resize(room, b'\n');
    // What is read back is what was packed: a stream of others' objects is not put at risk for a name.
    let mut back = Vec::new();
    ZlibDecoder::new(&packed[..]).take(text.len() as u64 + 1).read_to_end(&mut back).ok()?;
    (back == text).then_some(packed)
}

fn packed(text: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).ok()?;
    encoder.finish().ok()
}

/// Where the first object of a stream of objects begins.
fn first(dictionary: &[u8]) -> usize {
    let said = names(dictionary).find(|(name, _)| name == b"/First").and_then(|(_, after)| leading_number(after));
    said.and_then(|first| usize::try_from(first).ok()).unwrap_or_default()
}

fn leading_number(text: &[u8]) -> Option<u32> {
    let text = &text[text.iter().take_while(|byte| is_space(**byte)).count()..];
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// The number of the object whose word `obj` stands there.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let (before, _generation) = trailing_number(&bytes[..at])?;
    trailing_number(before)?.1.parse().ok()
}

fn trailing_number(text: &[u8]) -> Option<(&[u8], &str)> {
    let text = &text[..text.len() - text.iter().rev().take_while(|byte| is_space(**byte)).count()];
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, number) = text.split_at(text.len() - digits);
    (digits > 0).then_some((before, std::str::from_utf8(number).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &[u8] = b"DEMO AUTHOR";
    const PAGE: &str =
        "3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 >>\nendobj\n";

    /// A PDF of a page, and what else is given, whose trailer says this.
    fn pdf(more: &[u8], trailer: &str) -> Vec<u8> {
        let end = format!("\nxref\n0 1\ntrailer\n<< /Size 9 {trailer} >>\nstartxref\n9\n%%EOF\n");
        [&b"%PDF-1.7\n"[..], PAGE.as_bytes(), more, end.as_bytes()].concat()
    }

    fn stream(head: &str, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let head = format!("8 0 obj\n<< {head} /Length {length} >>\nstream\n");
        [head.as_bytes(), content, b"\nendstream\nendobj\n"].concat()
    }

    fn objects(text: &[u8], first: usize) -> Vec<u8> {
        let packed = packed(text).expect("memory");
        stream(&format!("/Type /ObjStm /N 2 /First {first} /Filter /FlateDecode"), &packed)
    }

    fn names_somebody(bytes: &[u8]) -> bool {
        find(bytes, WHO).is_some()
    }

    #[test]
    fn who_wrote_it_is_gone_and_nothing_else_moves() {
        let info = "9 0 obj\n<< /Title (A \\(DEMO AUTHOR\\) title) /Author (DEMO AUTHOR) /Company <44454D4F> /Trapped /True \
                    /CreationDate (D:20260101120000) >>\nendobj\n";
        let text = stream("", b"BT (DEMO TEXT) Tj ET");
        let sent = pdf(&[info.as_bytes(), &text].concat(), "/Info 9 0 R");
        assert!(names_somebody(&sent), "the control");
        let kept = without_notes(sent.clone(), 1).expect("a plain one");
        assert_eq!(kept.len(), sent.len());
        assert!(!names_somebody(&kept) && find(&kept, b"44454D4F").is_none());
        for stays in [&b"(DEMO TEXT) Tj"[..], b"/Trapped /True", b"(D:20260101120000)", b"/Info 9 0 R", b"<        >"] {
            assert!(find(&kept, stays).is_some(), "{}", String::from_utf8_lossy(stays));
        }
        assert_eq!(counted(&kept), Ok(1));
        assert_eq!(without_notes(kept.clone(), 1), Ok(kept), "looked at again it stays as it is");
        // In the trailer itself, of each time it was written, and with words between.
        for (more, trailer) in [
            ("", "/Info << /Author (DEMO AUTHOR) >>"),
            ("9 0 obj << /Author (DEMO AUTHOR) >> endobj\n9 0 obj << /Author (DEMO AUTHOR 2) >> endobj", "/Info 9 0 R"),
            ("9 0 obj %words\n<</Author(DEMO AUTHOR)>> endobj", "/Info %words\n 9 0 R"),
        ] {
            let kept = without_notes(pdf(more.as_bytes(), trailer), 1).expect("a plain one");
            assert!(!names_somebody(&kept), "{more}");
        }
        let other = pdf(b"9 0 obj << /Author (DEMO AUTHOR) >> endobj", "/Information 9 0 R");
        assert_eq!(without_notes(other.clone(), 1), Ok(other), "no notes, for all anybody knows");
    }

    #[test]
    fn metadata_say_nothing_any_more() {
        let xml = b"<?xpacket begin=''?><x:xmpmeta><dc:creator>DEMO AUTHOR</dc:creator></x:xmpmeta>".repeat(3);
        let plain = pdf(&stream("/Type /Metadata /Subtype /XML", &xml), "");
        let kept = without_notes(plain.clone(), 1).expect("a plain one");
        assert!(names_somebody(&plain) && !names_somebody(&kept) && find(&kept, NOTHING).is_some());
        let content = packed(&xml).expect("memory");
        let sent = pdf(&stream("/Type /Metadata /Filter /FlateDecode", &content), "");
        let kept = without_notes(sent.clone(), 1).expect("a plain one");
        let begin = find(&kept, b"stream\n").expect("a stream") + b"stream\n".len();
        let mut said = Vec::new();
        ZlibDecoder::new(&kept[begin..begin + content.len()]).read_to_end(&mut said).expect("packed as it says");
        assert_eq!((kept.len(), said.as_slice()), (sent.len(), NOTHING));
        for way in ["/LZWDecode", "[/ASCIIHexDecode /FlateDecode]", "/FlateDecode /DecodeParms << /Predictor 12 >>"] {
            let hidden = pdf(&stream(&format!("/Type /Metadata /Filter {way}"), &content), "");
            assert_eq!(without_notes(hidden, 1), Err(Refusal::Hidden), "{way}");
        }
        for short in [&b""[..], b"<", b"<x:xmpmeta/>"] {
            let sent = pdf(&stream("/Type /Metadata", short), "");
            assert_eq!(without_notes(sent.clone(), 1).map(|kept| kept.len()), Ok(sent.len()));
        }
    }

    #[test]
    fn notes_among_packed_objects_are_packed_again_without_what_they_said() {
        let info = "<< /Author (DEMO AUTHOR) /Title (A title that is so long that nobody would guess it) >>";
        let other = "<< /Kids [3 0 R] /Words (DEMO TEXT) >>";
        let head = format!("9 0 7 {} ", info.len() + 1);
        let text = format!("{head}{info} {other}");
        let sent = pdf(&objects(text.as_bytes(), head.len()), "/Info 9 0 R");
        let kept = without_notes(sent.clone(), 1).expect("a plain one");
        assert_eq!(kept.len(), sent.len());
        let begin = find(&kept, b"stream\n").expect("a stream") + b"stream\n".len();
        let mut said = Vec::new();
        ZlibDecoder::new(&kept[begin..]).read_to_end(&mut said).expect("packed as it says");
        assert_eq!(said.len(), text.len());
        assert!(
            !names_somebody(&said) && find(&said, other.as_bytes()).is_some(),
            "{}",
            String::from_utf8_lossy(&said)
        );
        // Where the number is another's, and where there is no room to pack it again.
        let others = pdf(&objects(text.as_bytes(), head.len()), "/Info 6 0 R");
        assert_eq!(without_notes(others.clone(), 1), Ok(others));
        assert_eq!(repacked(text.as_bytes(), 10), None);
    }

    #[test]
    fn what_is_signed_stays_as_it_was_signed() {
        let signed = pdf(
            b"9 0 obj << /Author (DEMO AUTHOR) >> endobj\n5 0 obj << /ByteRange [0 9 20 9] >> endobj",
            "/Info 9 0 R",
        );
        assert_eq!(without_notes(signed.clone(), 1), Ok(signed));
    }
}
