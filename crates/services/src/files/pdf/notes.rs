//! What a PDF notes about people beside its pages: who wrote it, with what and for whom, once as texts (the dictionary that
//! `/Info` names) and once more as XML (streams of the type `/Metadata`). Both are overwritten where they stand, so that
//! nothing else moves and every place in it stays where its tables say; times stay, and so does all that a page shows.
//!
//! Two kinds are kept as they were sent. One that is signed, as electronic invoices are: the signature is of each byte, and
//! names who signed anyway. And one whose notes lie packed among other objects so tightly that they cannot be packed again,
//! without what they said, in the room that is there.

use super::streams;
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

/// Dictionaries named as notes that cannot be read, at most: each may have been looked for as far as the end of the file.
const UNREAD: u32 = 20;

/// A PDF as it was sent, and as it is kept. It is written at once, so that no list of what is to be written can grow.
struct Written<'a> {
    sent: &'a [u8],
    /// The same with other bytes in their places, once there are any.
    kept: Option<Vec<u8>>,
    /// How many bytes may still be looked through and written. No honest file has more of them than its own length twice.
    left: usize,
}

impl Written<'_> {
    fn spend(&mut self, length: usize) -> Result<(), Refusal> {
        self.left = self.left.checked_sub(length).ok_or(Refusal::Hidden)?;
        Ok(())
    }

    /// A place to write to.
    fn place(&mut self, place: Range<usize>) -> Result<&mut [u8], Refusal> {
        self.spend(place.len())?;
        let sent = self.sent;
        Ok(&mut self.kept.get_or_insert_with(|| sent.to_vec())[place])
    }

    /// Writes spaces over the texts of a dictionary, but for times.
    fn blank(&mut self, dictionary: Range<usize>) -> Result<(), Refusal> {
        let sent = self.sent;
        streams::texts(sent, dictionary)
            .filter(|text| !text.is_empty() && !sent[text.clone()].starts_with(b"D:"))
            .try_for_each(|text| self.place(text).map(|place| place.fill(b' ')))
    }

    /// The bytes of the stream whose word ends at `after`, without the end of the line behind them.
    fn content(&mut self, after: usize) -> Result<Option<Range<usize>>, Refusal> {
        let sent = self.sent;
        let rest = &sent[after..];
        let begin =
            after + [&b"\r\n"[..], b"\n", b"\r"].iter().find(|end| rest.starts_with(end)).map_or(0, |end| end.len());
        let rest = &sent[begin..];
        let end = find(rest, b"endstream");
        self.spend(end.unwrap_or(rest.len()))?;
        Ok(end.map(|end| {
            let content = &rest[..end];
            let content = content.strip_suffix(b"\n").unwrap_or(content);
            let content = content.strip_suffix(b"\r").unwrap_or(content);
            begin..begin + content.len()
        }))
    }
}

/// The same PDF without what it notes about people. It has been read to its end, and has so many pages.
///
/// # Errors
/// `Hidden` where its notes are packed in a way that nobody can look into, or lie in each other so that looking would not
/// end, or it would be another PDF without them.
pub(in crate::files) fn without_notes(bytes: Vec<u8>, pages: u32) -> Result<Vec<u8>, Refusal> {
    if find(&bytes, b"/ByteRange").is_some() {
        return Ok(bytes);
    }
    match overwritten(&bytes)? {
        None => Ok(bytes),
        Some(kept) if counted(&kept) == Ok(pages) => Ok(kept),
        Some(_) => Err(Refusal::Hidden),
    }
}

/// The bytes with others in the places of notes; nothing where there are none.
fn overwritten(bytes: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let mut written = Written { sent: bytes, kept: None, left: bytes.len().saturating_mul(2) };
    let numbers = named(&mut written)?;
    let mut left = super::UNPACKED;
    streams::walk(bytes, |object| {
        let dictionary = &bytes[object.dictionary.clone()];
        if number(bytes, object.at).is_some_and(|number| numbers.contains(&number)) {
            written.blank(object.dictionary.clone())?;
        }
        let Some(after) = object.stream else { return Ok(()) };
        // What a stream is stands in its dictionary: only for one that is of interest is its end looked for.
        if is_metadata(dictionary) {
            let Some(content) = written.content(after)? else { return Ok(()) };
            let text = without_words(&bytes[content.clone()], dictionary)?;
            written.place(content)?.copy_from_slice(&text);
        } else if let Some(is_packed) = streams::holds_objects(dictionary)? {
            let Some(content) = written.content(after)? else { return Ok(()) };
            let packed = streams::Packed { bytes: &bytes[content.clone()], is_packed };
            let text = super::unpacked(&packed, &mut left)?;
            let blanked = packed_objects(text, first(dictionary), &numbers)?;
            let again = blanked.and_then(|text| if is_packed { repacked(&text, content.len()) } else { Some(text) });
            if let Some(text) = again {
                written.place(content)?.copy_from_slice(&text);
            }
        }
        Ok(())
    })?;
    Ok(written.kept)
}

/// The numbers of the dictionaries that are named as notes. Those that stand there themselves are blanked.
fn named(written: &mut Written<'_>) -> Result<HashSet<u32>, Refusal> {
    const NAME: &[u8] = b"/Info";
    let bytes = written.sent;
    let (mut numbers, mut unread, mut from) = (HashSet::new(), 0, 0);
    while let Some(at) = find(&bytes[from..], NAME).map(|found| from + found) {
        from = at + NAME.len();
        if bytes.get(from).is_some_and(|byte| is_regular(*byte)) {
            continue; // a longer name
        }
        let value = streams::blank(bytes, from);
        written.spend(value - from)?;
        if !bytes[value..].starts_with(b"<<") {
            numbers.extend(leading_number(&bytes[value..]));
        } else if let Some(end) = streams::dictionary(bytes, value) {
            written.blank(value..end)?;
            from = end; // what is named inside it is blanked with it
        } else if unread < UNREAD {
            unread += 1;
        } else {
            return Err(Refusal::Hidden);
        }
    }
    Ok(numbers)
}

fn is_metadata(dictionary: &[u8]) -> bool {
    let mut after_type = false;
    names(dictionary).any(|(name, _)| {
        let is_metadata = after_type && name == b"/Metadata";
        after_type = name == b"/Type";
        is_metadata
    })
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
///
/// # Errors
/// `Hidden` where its head names notes again and again, or in each other.
fn packed_objects(mut text: Vec<u8>, first: usize, numbers: &HashSet<u32>) -> Result<Option<Vec<u8>>, Refusal> {
    let head = text.get(..first).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or_default().to_owned();
    let mut words = head.split_ascii_whitespace().map_while(|word| word.parse::<u32>().ok());
    let (mut is_changed, mut left) = (false, text.len().saturating_mul(2));
    while let (Some(number), Some(place)) = (words.next(), words.next()) {
        let at = usize::try_from(place).ok().and_then(|place| first.checked_add(place));
        let Some(at) = at.filter(|_| numbers.contains(&number)) else { continue };
        let begins = text.get(at..).is_some_and(|rest| rest.starts_with(b"<<"));
        if !begins {
            continue;
        }
        let end = streams::dictionary(&text, at);
        left = left.checked_sub(end.unwrap_or(text.len()) - at).ok_or(Refusal::Hidden)?;
        let Some(end) = end else { continue };
        text[at + 2..end - 2].fill(b' ');
        is_changed = true;
    }
    Ok(is_changed.then_some(text))
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
