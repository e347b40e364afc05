//! A PDF is kept as it was sent, but for what it notes about people, so it is only taken when it can do nothing by itself: no
//! script, no program to start, no file inside it, no form that talks to somewhere, no lock on it. Nothing here draws it; the
//! house never opens one.
//!
//! What a PDF does is said by names in its dictionaries. They stand in the file as text, or in object streams, which are
//! unpacked within bounds; a name may hide letters as `#4A`, which are read as what they mean. Whatever cannot be looked into
//! is refused.

mod notes;
mod streams;

pub(super) use notes::without_notes;

use domain::field::Fault;
use domain::files::Refusal;
use flate2::read::ZlibDecoder;
use std::io::Read as _;
use streams::{Packed, is_regular, is_space};

/// Names of what a letter has no need of: every action has one of them. They are long enough that no picture's bytes spell
/// one by chance.
const ACTIVE: &[(&[u8], Refusal)] = &[
    (b"/JavaScript", Refusal::Script),
    (b"/OpenAction", Refusal::Script),
    (b"/OnInstantiate", Refusal::Script),
    (b"/Launch", Refusal::Launch),
    (b"/GoToR", Refusal::Launch),
    (b"/GoToE", Refusal::Launch),
    (b"/EmbeddedFile", Refusal::Attachment),
    (b"/EmbeddedFiles", Refusal::Attachment),
    (b"/Filespec", Refusal::Attachment),
    (b"/FileAttachment", Refusal::Attachment),
    (b"/RichMedia", Refusal::Attachment),
    (b"/Rendition", Refusal::Attachment),
    (b"/Movie", Refusal::Attachment),
    (b"/Sound", Refusal::Attachment),
    (b"/XFA", Refusal::Form),
    (b"/SubmitForm", Refusal::Form),
    (b"/ImportData", Refusal::Form),
];
/// The same, for names that are short: they count where a value follows, which no picture's bytes are by chance.
const ACTIVE_WITH_VALUE: &[(&[u8], Refusal)] = &[(b"/AA", Refusal::Script), (b"/EF", Refusal::Attachment)];
/// A lock. What is behind one nobody can look into, so it is told of before anything else.
const LOCK: &[u8] = b"/Encrypt";
/// How a PDF ends.
const END: &[u8] = b"%%EOF";
/// What the object streams of one file may unpack to, all together.
const UNPACKED: u64 = 8 * 1024 * 1024;

/// Counts the pages of a PDF that can do nothing.
///
/// # Errors
/// `FileBroken` for one that is broken or has something behind its end, `FileActive` for one that could do something or is
/// locked, `FilePages` for one with more than `most`.
pub(super) fn pages(bytes: &[u8], most: u32) -> Result<u32, Fault> {
    match counted(bytes) {
        Ok(pages) if pages > most => Err(Fault::FilePages { max: most }),
        Ok(pages) => Ok(pages),
        Err(Refusal::Damaged | Refusal::TwoInOne) => Err(Fault::FileBroken),
        Err(_) => Err(Fault::FileActive),
    }
}

/// The same, and what exactly is wrong.
///
/// # Errors
/// `Damaged`, `TwoInOne`, `Locked`, `Script`, `Launch`, `Attachment`, `Form`, `Hidden`, `Unpacks`.
pub(super) fn counted(bytes: &[u8]) -> Result<u32, Refusal> {
    if find(bytes, END).is_none() {
        return Err(Refusal::Damaged); // cut off
    }
    let tail = &bytes[bytes.len().saturating_sub(2048)..];
    let ended = find(tail, b"startxref").is_some_and(|at| find(&tail[at..], END).is_some());
    let end = bytes.windows(END.len()).rposition(|window| window == END).filter(|_| ended);
    let mut pages = seen(bytes)?;
    let mut left = UNPACKED;
    for text in streams::of_objects(bytes)?.into_iter().map(|stream| unpacked(&stream, &mut left)) {
        pages += seen(&text?)?;
    }
    let end = end.map(|at| at + END.len());
    match end.and_then(|end| bytes.get(end..)) {
        // Some programs end a file with an empty line, some fill it up with zeros.
        Some(behind) if behind.iter().all(|byte| is_space(*byte)) && pages > 0 => Ok(pages),
        Some(behind) if behind.iter().any(|byte| !is_space(*byte)) => Err(Refusal::TwoInOne),
        // Where something else stands in the last two thousand bytes its end is further in front.
        None => Err(Refusal::TwoInOne),
        Some(_) => Err(Refusal::Damaged),
    }
}

/// Where the last table of a PDF is said to be there is one: what reads it by that finds what was read here.
pub(super) fn leads_to_its_table(bytes: &[u8]) -> bool {
    let word = b"startxref";
    let Some(at) = bytes.windows(word.len()).rposition(|window| window == word) else { return false };
    let digits: Vec<u8> = bytes[at + word.len()..]
        .iter()
        .copied()
        .skip_while(|byte| is_space(*byte))
        .take_while(u8::is_ascii_digit)
        .collect();
    let place = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<usize>().ok());
    let Some(table) = place.and_then(|place| bytes.get(place..)) else { return false };
    let table = table.trim_ascii_start();
    let object = |text: &[u8]| {
        let text = String::from_utf8_lossy(text.get(..32).unwrap_or(text));
        let mut words = text.split_ascii_whitespace();
        let number = |word: Option<&str>| word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        number(words.next()) && number(words.next()) && words.next().is_some_and(|word| word.starts_with("obj"))
    };
    table.starts_with(b"xref") || object(table)
}

/// The pages a text speaks of, if it speaks of nothing that acts.
fn seen(text: &[u8]) -> Result<u32, Refusal> {
    let (mut pages, mut after_type, mut active) = (0, false, None);
    for (name, after) in names(text) {
        if name == LOCK {
            return Err(Refusal::Locked);
        }
        // Most office programs say where a letter is opened: a place in it, which is an array, does nothing.
        let is_place = name == b"/OpenAction" && after.trim_ascii_start().starts_with(b"[");
        let listed = |list: &[(&[u8], Refusal)]| list.iter().find(|(active, _)| *active == name).map(|(_, why)| *why);
        let acts = listed(ACTIVE).filter(|_| !is_place);
        let acts = acts.or_else(|| listed(ACTIVE_WITH_VALUE).filter(|_| has_value(after)));
        active = active.or(acts);
        pages += u32::from(after_type && name == b"/Page");
        after_type = name == b"/Type";
    }
    active.map_or(Ok(pages), Err)
}

/// Whether a dictionary, or what says where one is, may follow. Behind a comment anything may.
fn has_value(after: &[u8]) -> bool {
    let after = &after[after.iter().take_while(|byte| is_space(**byte)).count()..];
    after.starts_with(b"<<") || after.first().is_some_and(|byte| *byte == b'%' || byte.is_ascii_digit())
}

/// The names of a text, what hides behind `#` read as what it means, each with what stands between it and the next.
fn names(text: &[u8]) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
    text.split(|byte| *byte == b'/').skip(1).map(|rest| {
        let end = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        let mut name = vec![b'/'];
        let (mut rest, after) = rest.split_at(end);
        while let Some((first, more)) = rest.split_first() {
            let hidden = (*first == b'#').then(|| more.get(..2)).flatten();
            let hidden = hidden.filter(|two| two.iter().all(u8::is_ascii_hexdigit));
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

/// Unpacks within what is `left`. What is not packed is what it is.
fn unpacked(stream: &Packed<'_>, left: &mut u64) -> Result<Vec<u8>, Refusal> {
    let Packed { bytes: stream, is_packed } = *stream;
    if !is_packed {
        return Ok(stream.to_vec());
    }
    let mut text = Vec::new();
    let mut decoder = ZlibDecoder::new(stream);
    let read = decoder.by_ref().take(*left + 1).read_to_end(&mut text);
    if text.len() as u64 > *left {
        return Err(Refusal::Unpacks);
    }
    *left -= text.len() as u64;
    read.map_err(|_| Refusal::Damaged)?;
    // Something behind what is packed could be what another reader unpacks.
    let behind = usize::try_from(decoder.total_in()).ok().and_then(|read| stream.get(read..)).unwrap_or_default();
    if behind.trim_ascii().is_empty() { Ok(text) } else { Err(Refusal::Hidden) }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
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

    /// Objects packed as honest programs pack them, but for what stands before and inside the dictionary of the stream.
    fn packed_as(begin: &str, end: &str, text: &[u8]) -> Vec<u8> {
        let whole = packed(text);
        let content = whole.windows(8).position(|window| window == b"\nstream\n").expect("a stream");
        let head = format!("7 0 obj\n<< {begin} /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>{end}");
        [head.as_bytes(), &whole[content + 1..]].concat()
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
    fn an_object_stream_is_looked_into_however_its_dictionary_is_written() {
        let with = |more: &[u8]| pages(&pdf(&[PAGE, more].concat()), 10);
        let evil = b"<< /Type /Catalog /OpenAction 9 0 R /Names << /JavaScript 8 0 R >> >>";
        let tame = b"<< /Type /Catalog /Names << /Dests 8 0 R >> >>";
        for (begin, end) in [
            ("", "\n"),
            ("", " %x\n"),
            ("", "%x\r%y\r\n"),
            ("", "\0"),
            ("", "\r"),
            ("/X (obj)", "\n"),
            ("/X (7 0 obj <<)", "\n"),
            ("/X (>> stream)", "\n"),
            ("/X (\\) stream)", "\n"),
            ("/X (a (nested) obj)", "\n"),
            ("/X <48 65>", "\n"),
            ("%obj\n", "\n"),
        ] {
            assert_eq!(with(&packed_as(begin, end, evil)), Err(Fault::FileActive), "{begin:?} {end:?}");
        }
        for (begin, end) in [("", "\n"), ("", " %x\n"), ("/X (obj)", "\n"), ("/X (>> a stream)", "\r\n")] {
            assert_eq!(with(&packed_as(begin, end, tame)), Ok(1), "the control: {begin:?} {end:?}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let with = |more: &[u8]| pages(&pdf(&[PAGE, more].concat()), 10);
        let harmless = packed(b"<< >>");
        let end = harmless.windows(10).position(|window| window == b"\nendstream").expect("an end");
        let two = [&harmless[..end], b"\n", &harmless, b"\nendstream\nendobj\n"].concat();
        for unclear in [
            &b"7 0 obj << /Type /ObjStm /First 4 weird %obj <<\n/Y 1 >>\nstream\nx\nendstream"[..],
            b"7 0 obj << /X (not closed >>\nstream\nx\nendstream",
            b"7 0 << /Type /ObjStm /First 4 >>\nstream\nx\nendstream",
            b"7 0 obj << /N 1 /First 4 >>\nstream \nx\nendstream",
            b"7 0 obj << /N 1 /First 4 >>\nstream\rx\nendstream",
            b"7 0 obj << /N 1 /First 4 /Filter 9 0 R /FlateDecode 1 >>\nstream\nx\nendstream",
            b"7 0 obj << /N 1 /First 4 /Filter [/FlateDecode 9 0 R] >>\nstream\nx\nendstream",
            &two[..],
        ] {
            assert!(with(unclear).is_err(), "{}", String::from_utf8_lossy(unclear));
        }
        assert_eq!(with(b"4 0 obj << /Length 3 >>\nstream\n(a stream of words) Tj\nendstream"), Ok(1), "a word");
    }

    #[test]
    fn what_a_page_does_when_it_is_opened_and_files_of_any_name_are_refused() {
        let with = |more: &[u8]| pages(&pdf(&[PAGE, more].concat()), 10);
        for active in [
            &b"<< /AA << /O << /S /URI /URI (http://a.example) >> >> >>"[..],
            b"<< /AA<</O<</S/Named/N/Print>>>> >>",
            b"<< /A#41 9 0 R >>",
            b"<< /AA %x\n<< /O 9 0 R >> >>",
            b"<< /AA \0\n\0<< /O 9 0 R >> >>",
            b"<< /FS << /F (a.exe) /EF << /F 9 0 R >> >> >>",
            b"<< /Subtype /FileAttachment >>",
            b"trailer << /Encr#79pt 9 0 R >>",
            b"<< /S /J#61vaScript >>",
        ] {
            assert_eq!(with(active), Err(Fault::FileActive), "{}", String::from_utf8_lossy(active));
        }
        assert_eq!(with(b"\x00/AA\x9f\x12/EF(\x88"), Ok(1), "the bytes of a picture");
        let updated = [&pdf(PAGE)[..], b"1 0 obj << /AA 9 0 R >> endobj\nstartxref\n9\n%%EOF\n"].concat();
        assert_eq!(pages(&updated, 10), Err(Fault::FileActive), "what was added later");
    }

    #[test]
    fn a_pdf_that_unpacks_to_too_much_or_is_broken_is_refused() {
        let bomb = packed(&vec![b' '; 9 * 1024 * 1024]);
        assert!(bomb.len() < 20_000, "the control: it is small as sent");
        assert_eq!(pages(&pdf(&[PAGE, &bomb].concat()), 10), Err(Fault::FileActive));
        assert_eq!(pages(b"%PDF-1.7\nno end", 10), Err(Fault::FileBroken));
        assert_eq!(pages(&pdf(b"nothing"), 10), Err(Fault::FileBroken));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_own_word() {
        let with = |more: &[u8]| counted(&pdf(&[PAGE, more].concat()));
        for (more, why) in [
            (&b"<< /S /JavaScript /JS (app.alert(1)) >>"[..], Refusal::Script),
            (b"<< /AA << /O << /S /URI >> >> >>", Refusal::Script),
            (b"<< /OpenAction 4 0 R >>", Refusal::Script),
            (b"<< /S /Launch /F (cmd.exe) >>", Refusal::Launch),
            (b"<< /S /GoToR /F (other.pdf) >>", Refusal::Launch),
            (b"<< /Type /EmbeddedFile >>", Refusal::Attachment),
            (b"<< /Subtype /RichMedia >>", Refusal::Attachment),
            (b"<< /AcroForm << /XFA 9 0 R >> >>", Refusal::Form),
            (b"<< /S /SubmitForm /F (http://a.example) >>", Refusal::Form),
            (b"<< /S /JavaScript >> trailer << /Encrypt 9 0 R >>", Refusal::Locked),
            (b"7 0 obj << /N 1 /First 4 /Filter /LZWDecode >> stream\n78\nendstream endobj\n", Refusal::Hidden),
            (&packed(&vec![b' '; 9 * 1024 * 1024])[..], Refusal::Unpacks),
            (&packed(b"<< /S /Launch >>")[..], Refusal::Launch),
        ] {
            assert_eq!(with(more), Err(why), "{}", String::from_utf8_lossy(&more[..more.len().min(60)]));
        }
        assert_eq!(with(b""), Ok(1), "the control");
        assert_eq!(counted(&pdf(b"nothing")), Err(Refusal::Damaged));
        assert_eq!(counted(&pdf(PAGE)[..40]), Err(Refusal::Damaged));
    }

    #[test]
    fn behind_its_end_stands_nothing() {
        let whole = pdf(PAGE);
        for blank in [&b""[..], b"\n", b"\r\n\r\n", &[0; 600]] {
            assert_eq!(counted(&[&whole, blank].concat()), Ok(1));
        }
        for behind in [&b"PK\x03\x04"[..], b"\n<html>", b"x", &[b'x'; 5000]] {
            assert_eq!(counted(&[&whole, behind].concat()), Err(Refusal::TwoInOne));
            assert_eq!(pages(&[&whole, behind].concat(), 10), Err(Fault::FileBroken));
        }
    }

    #[test]
    fn its_table_is_where_it_says() {
        assert!(leads_to_its_table(&pdf(PAGE)), "an object with its number");
        let table = b"%PDF-1.7\nxref\n0 1\nstartxref\n9\n%%EOF";
        assert!(leads_to_its_table(table));
        for (from, to) in [("\n9\n", "\n8000\n"), ("\n9\n", "\n12\n"), ("\n9\n", "\nx\n"), ("startxref", "startxre")] {
            let broken = String::from_utf8_lossy(table).replacen(from, to, 1);
            assert!(!leads_to_its_table(broken.as_bytes()), "{to}");
        }
    }
}
