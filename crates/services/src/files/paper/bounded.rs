//! Hostile files, none above the ten megabytes that are let in: each is refused in its own word, and the memory that takes is
//! counted by the allocator. Readers that believe what a file says are the control.

use super::heic::tests::{heic, put};
use super::office::tests::{archive, docx, xlsx};
use super::tests::{pdf, picture};
use super::*;
use crate::files::memory::most;
use crate::files::scan::{Clamd, Scanner, Verdict};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{Cursor, Read as _, Write as _};
use testkit::clamd::eicar;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const MB: usize = 1024 * 1024;
/// What reading a file to its refusal may take.
const REFUSED: usize = 64 * MB;
/// The same, where a picture says of itself that it is as large as any that is taken, and is not: all its pixels, four bytes each.
const UNDRAWN: usize = 4 * 50_000_000 + REFUSED;
/// What a file may have.
const LARGEST: usize = 10 * MB;
/// What the bombs unpack to.
const BOMB: usize = 40 * MB;

/// Numbers that nothing packs.
fn noise(length: usize) -> impl Iterator<Item = u8> {
    let mut seed = 0x9E37_79B9_u32;
    (0..length).map(move |_| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as u8
    })
}

/// Zeros as zlib packs them.
fn packed_zeros(length: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..length / MB {
        packed.write_all(&vec![0; MB]).expect("memory");
    }
    packed.finish().expect("memory")
}

/// XML that packs to a hundredth, no better: what is packed further is refused for that alone.
fn sparse(piece: &str, length: usize) -> String {
    let mut text = String::with_capacity(length + MB);
    while text.len() < length {
        text.push_str(&piece.repeat(64 * 1024 / piece.len()));
        text.push_str("<!--");
        text.extend(noise(900).map(|byte| char::from(b'a' + byte % 26)));
        text.push_str("-->");
    }
    text
}

fn with(whole: &[u8], at: usize, more: &[u8]) -> Vec<u8> {
    [&whole[..at], more, &whole[at..]].concat()
}

/// A PDF with something in it.
fn holding(more: &[u8]) -> Vec<u8> {
    let whole = pdf();
    let at = whole.windows(7).position(|window| window == b"trailer").expect("a trailer");
    with(&whole, at, more)
}

/// Objects of a PDF, packed.
fn objects(packed: &[u8]) -> Vec<u8> {
    let head = b"7 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n";
    [&head[..], packed, b"\nendstream\nendobj\n"].concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    [&(data.len() as u32).to_be_bytes()[..], kind, data, &sum.sum().to_be_bytes()].concat()
}

/// A PNG that says it is so large, with next to no pixels.
fn large_png(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let signature = b"\x89PNG\r\n\x1A\n";
    let pixels = chunk(b"IDAT", &packed_zeros(MB));
    [&signature[..], &chunk(b"IHDR", &head), &pixels, &chunk(b"IEND", b"")].concat()
}

/// A JPEG that says it is as large as one can say.
fn large_jpeg() -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Jpeg, (64, 48));
    let head = bytes.windows(2).position(|two| two == [0xFF, 0xC0]).expect("a head");
    bytes[head + 5..head + 9].fill(0xFF);
    bytes
}

/// A HEIC whose table speaks of so many items with so many pieces.
fn crowded_heic(items: u16, pieces: u16) -> Vec<u8> {
    let handler = put(b"hdlr", &[&[0; 8][..], b"pict", &[0; 13]].concat());
    let size = put(b"ispe", &[&[0; 4][..], &64_u32.to_be_bytes(), &64_u32.to_be_bytes()].concat());
    let properties = put(b"iprp", &put(b"ipco", &size));
    let infos = put(b"iinf", &[0; 6]);
    let mut table = [&[0, 0, 0, 0, 0x44, 0][..], &items.to_be_bytes()].concat();
    for item in 0..items {
        table.extend([&item.to_be_bytes()[..], &[0, 0], &pieces.to_be_bytes()].concat());
        table.resize(table.len() + usize::from(pieces) * 8, 1);
    }
    let meta = [&[0; 4][..], &handler, &properties, &infos, &put(b"iloc", &table)].concat();
    [put(b"ftyp", b"heic\0\0\0\0mif1heic"), put(b"meta", &meta), put(b"mdat", b"PIXELS")].concat()
}

/// An archive that ends with a directory of nothing, before which a longer one lies that speaks of very many parts.
fn two_directories() -> Vec<u8> {
    let many = 180_000_u64;
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.resize(9 * MB, 0);
    let long = bytes.len() as u64;
    bytes.extend(
        [&b"PK\x06\x06"[..], &44_u64.to_le_bytes(), &[0; 12], &many.to_le_bytes(), &many.to_le_bytes()].concat(),
    );
    bytes.extend([&[0; 8][..], &many.to_le_bytes()].concat());
    bytes.extend([&b"PK\x06\x07"[..], &[0; 4], &long.to_le_bytes(), &[1, 0, 0, 0]].concat());
    bytes.extend([&b"PK\x05\x06"[..], &[0; 4], &[0xFF; 12], &[0; 2]].concat());
    let start = bytes.len() as u32;
    bytes.extend([7; 100]);
    bytes.extend(
        [&b"PK\x05\x06"[..], &[0, 0, 0, 0, 1, 0, 1, 0], &100_u32.to_le_bytes(), &start.to_le_bytes(), &[0; 2]].concat(),
    );
    bytes
}

/// A file, what it claims to be, and what may be said of it.
type Case = (&'static str, Vec<u8>, Format, &'static [Refusal]);

fn pdf_case(name: &'static str, bytes: Vec<u8>, why: &'static [Refusal]) -> Case {
    (name, bytes, Format::Pdf, why)
}

fn docx_case(name: &'static str, document: &str, why: &'static [Refusal]) -> Case {
    (name, docx(&[("word/document.xml", document.as_bytes())]), Format::Docx, why)
}

fn case(name: &'static str, bytes: Vec<u8>, format: Format, why: &'static [Refusal]) -> Case {
    (name, bytes, format, why)
}

fn texts() -> Vec<Case> {
    let long_names: Vec<String> = (0..70).map(|n| format!("word/{n}{}.xml", "x".repeat(60_000))).collect();
    let long_names: Vec<(&str, &[u8])> = long_names.iter().map(|name| (name.as_str(), &b"<a/>"[..])).collect();
    let letters = |length: usize| sparse("xxxxxxxxxxxxxxxx", length).replace("<!--", "").replace("-->", "");
    let sheet = format!("<worksheet><f>{}</f></worksheet>", letters(4 * MB));
    let drawing = format!("<svg>{}<script/></svg>", sparse("<a/>", 4 * MB));
    let page = [&docx(&[])[..], &vec![b' '; MB], b"<html>"].concat();
    let (unpacks, hidden, damaged) = (&[Refusal::Unpacks], &[Refusal::Hidden], &[Refusal::Damaged]);
    let bomb = docx(&[("word/media/a.bmp", &vec![0; BOMB])]);
    vec![
        case("a part that is a bomb", bomb, Format::Docx, unpacks),
        docx_case("a long text", &format!("<a>{}</a>", sparse("<b/>", 25 * MB)), unpacks),
        docx_case("elements in elements", &sparse("<a>", 4 * MB), hidden),
        case("a formula", xlsx(&[("xl/worksheets/a.xml", sheet.as_bytes())]), Format::Xlsx, hidden),
        docx_case("a line", &format!("<path d=\"{}\"/>", letters(4 * MB)), hidden),
        docx_case("a name of an element", &format!("<{}/>", letters(4 * MB)), hidden),
        docx_case("an end of another name", &format!("<a></{}>", letters(23 * MB)), damaged),
        case("a script", docx(&[("word/media/a.svg", drawing.as_bytes())]), Format::Docx, &[Refusal::Script]),
        case("names of parts", archive(&long_names), Format::Docx, damaged),
        case("two directories", two_directories(), Format::Docx, &[Refusal::TwoInOne]),
        case("an archive and a page", page, Format::Docx, &[Refusal::TwoInOne]),
    ]
}

fn pdfs(bomb: &[u8]) -> Vec<Case> {
    let archive = docx(&[("word/media/a.tif", &vec![7; MB])]);
    let rows = b"0000000000 65535 f \n".repeat(100_000);
    let table = String::from_utf8_lossy(&pdf()).replace("/Type /Page ", "/Type /Else ");
    let table = with(table.as_bytes(), table.find("trailer").expect("a trailer"), &rows);
    let more_pages = b"<< /Type /Page >>\n".repeat(11);
    let streams = [&b"1 0 obj<</L 1>>stream\nx\nendstream\n".repeat(150_000)[..], &more_pages].concat();
    let dictionaries = [&b"1 0 obj"[..], &b"<</A".repeat(2 * MB)].concat();
    let lists = [&b"1 0 obj<<"[..], &b"[".repeat(9 * MB)].concat();
    let object_streams = b"1 0 obj<</First 1>>stream\nx\nendstream\n".repeat(50_000);
    let name = [&b"<< /A"[..], &vec![b'x'; 9 * MB], b" /S /Launch >>"].concat();
    let script = [&vec![b' '; MB][..], b"<< /S /JavaScript /JS (app.alert(1)) >>\n"].concat();
    let commented = [&b"/Info%".repeat(MB / 2)[..], b"\n9 0 R\n"].concat();
    let metadata = b"1 0 obj<</Type/Metadata>>stream\n".repeat(100_000);
    let ended = [&metadata[..], b"x\nendstream\n"].concat();
    let begun = [&b"1 0 obj<</First 1>>stream\n".repeat(1_900)[..], &vec![b' '; 4 * MB], b"endstream\n"].concat();
    let head = b"9 0 ".repeat(100_000);
    let named = format!("/Info 9 0 R\n1 0 obj<</First {}>>stream\n", head.len());
    let named = [named.as_bytes(), &head, b"<<", &vec![b' '; MB], b">>\nendstream\n"].concat();
    let (hidden, two_in_one) = (&[Refusal::Hidden], &[Refusal::TwoInOne]);
    vec![
        pdf_case("notes in notes that do not end", holding(&b"/Info<<(a)".repeat(MB / 4)), hidden),
        pdf_case("notes in a comment", holding(&commented), hidden),
        pdf_case("metadata in metadata", holding(&ended), hidden),
        pdf_case("metadata that do not end", holding(&metadata), hidden),
        pdf_case("a note that is named very often", holding(&named), hidden),
        pdf_case("streams of objects in each other", holding(&begun), hidden),
        pdf_case("objects that are a bomb", holding(&objects(bomb)), &[Refusal::Unpacks]),
        pdf_case("many such", holding(&objects(&packed_zeros(6 * MB)).repeat(30)), &[Refusal::Unpacks]),
        pdf_case("dictionaries in dictionaries", holding(&dictionaries), hidden),
        pdf_case("lists in lists", holding(&lists), hidden),
        pdf_case("texts in texts", holding(&b"obj<</A(".repeat(MB / 8)), hidden),
        pdf_case("very many streams of objects", holding(&object_streams), hidden),
        pdf_case("a name in a PDF", holding(&name), &[Refusal::Launch]),
        pdf_case("a long table without a page", table, &[Refusal::Damaged]),
        pdf_case("very many streams", holding(&streams), &[Refusal::Pages]),
        pdf_case("a script far behind", holding(&script), &[Refusal::Script]),
        pdf_case("a PDF and an archive", [&pdf()[..], &archive].concat(), two_in_one),
        pdf_case("an archive in a PDF", holding(&[&b"% "[..], &archive, b"\n"].concat()), two_in_one),
    ]
}

fn pictures() -> Vec<Case> {
    let archive = docx(&[("word/media/a.tif", &vec![7; MB])]);
    let (jpeg, png) = (picture(ImageFormat::Jpeg, (64, 48)), picture(ImageFormat::Png, (64, 48)));
    let boxes = [heic(64), put(b"free", b"").repeat(MB)].concat();
    let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let compound = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &vec![0; MB], &locked].concat();
    let told = with(&png, 33, &chunk(b"tEXt", b"a\0%PDF-1.7"));
    let (large, two_in_one) = (&[Refusal::Pixels, Refusal::Damaged], &[Refusal::TwoInOne]);
    vec![
        case("a PNG of 60,000 by 60,000", large_png(60_000, 60_000), Format::Png, large),
        case("a JPEG of 65,535 by 65,535", large_jpeg(), Format::Jpeg, large),
        case("a HEIC of 60,000 by 60,000", heic(60_000), Format::Heic, &[Refusal::Pixels]),
        case("a JPEG and an archive", [&jpeg[..], &archive].concat(), Format::Jpeg, two_in_one),
        case("a PNG and an archive", [&png[..], &archive].concat(), Format::Png, two_in_one),
        case("a PNG and a PDF", told, Format::Png, two_in_one),
        case("a HEIC and an archive", [&heic(64)[..], &archive].concat(), Format::Heic, two_in_one),
        case("a HEIC of very many boxes", boxes, Format::Heic, &[Refusal::Damaged, Refusal::TwoInOne]),
        case("a HEIC of very many items", crowded_heic(60_000, 1), Format::Heic, &[Refusal::Damaged]),
        case("a HEIC of very many pieces", crowded_heic(16, 60_000), Format::Heic, &[Refusal::Damaged]),
        case("a locked text", compound, Format::Docx, &[Refusal::Locked]),
    ]
}

/// What was held at the most, of every case; and the cases that went wrong.
fn held(cases: Vec<Case>) -> (Vec<(&'static str, usize)>, Vec<String>) {
    let (mut figures, mut wrong) = (Vec::new(), Vec::new());
    for (name, bytes, format, wanted) in cases {
        assert!(bytes.len() <= LARGEST, "{name} is too large: {}", bytes.len());
        let (looked, held) = most(|| look(bytes, format, 10));
        let refused = looked.map(|paper| paper.format);
        if !refused.is_err_and(|why| wanted.contains(&why)) {
            wrong.push(format!("{name}: {refused:?}"));
        }
        if held > REFUSED {
            wrong.push(format!("{name}: {} MB", held / MB));
        }
        figures.push((name, held / 1024));
    }
    (figures, wrong)
}

#[test]
fn what_is_hostile_is_refused_in_its_own_word_within_bounded_memory() {
    let bomb = packed_zeros(BOMB);
    let (mut figures, mut wrong) = (Vec::new(), Vec::new());
    for cases in [texts(), pdfs(&bomb), pictures()] {
        let (of_these, not_these) = held(cases);
        figures.extend(of_these);
        wrong.extend(not_these);
    }
    figures.sort_by_key(|(_, held)| *held);
    assert!(wrong.is_empty(), "{wrong:#?}\nof (KiB) {figures:?}");
    println!("held at the most, in KiB: {figures:?}");
}

#[test]
fn notes_in_notes_are_blanked_once_within_bounded_memory() {
    let many = MB / 4;
    let file = holding(&[b"/Info<<(a)".repeat(many), b">>".repeat(many)].concat());
    let texts = holding(&[&b"/Info<<"[..], &b"(a)".repeat(2 * MB), b">>"].concat());
    for sent in [file, texts] {
        let length = sent.len();
        let (looked, held) = most(|| look(sent, Format::Pdf, 10));
        let kept = looked.expect("a plain one").bytes;
        assert!(kept.len() == length && !kept.windows(3).any(|window| window == b"(a)"), "all of them");
        assert!(held < REFUSED, "{held}");
    }
}

#[test]
fn readers_that_believe_a_file_hold_more_than_these_may() {
    let bomb = packed_zeros(BOMB);
    let (read, held) = most(|| {
        let mut all = Vec::new();
        ZlibDecoder::new(&bomb[..]).read_to_end(&mut all).expect("unpacked")
    });
    assert!(read == BOMB && held > REFUSED, "objects of a PDF: {held}");

    let file = docx(&[("word/media/a.bmp", &vec![0; BOMB])]);
    let ((), held) = most(|| {
        let mut archive = zip::ZipArchive::new(Cursor::new(&file[..])).expect("an archive");
        for i in 0..archive.len() {
            let mut all = Vec::new();
            archive.by_index(i).expect("a part").read_to_end(&mut all).expect("unpacked");
        }
    });
    assert!(held > REFUSED, "a text: {held}");

    // A profile of colours that nobody asks for.
    let profile = [&b"a\0\0"[..], &bomb].concat();
    let file = with(&picture(ImageFormat::Png, (64, 48)), 33, &chunk(b"iCCP", &profile));
    let (read, held) =
        most(|| image::ImageReader::with_format(Cursor::new(&file[..]), ImageFormat::Png).into_decoder().is_ok());
    assert!(read && held > REFUSED, "a picture: {held}");
    let (kept, held) = most(|| look(file.clone(), Format::Png, 10).is_ok());
    assert!(kept && held < REFUSED, "the same here, without its profile: {held}");
}

#[test]
fn a_picture_that_only_says_it_is_large_takes_no_more_than_one_that_is() {
    let (looked, held) = most(|| look(large_png(9_000, 5_500), Format::Png, 10));
    assert_eq!(looked.map(|paper| paper.format), Err(Refusal::Damaged));
    assert!(held < UNDRAWN, "{held}");
}

/// A scanner that finds the one string wherever it stands.
async fn finding(listener: TcpListener) {
    let (mut stream, _) = listener.accept().await.expect("somebody");
    let (wanted, mut is_found, mut seen) = (eicar(), false, Vec::new());
    stream.read_exact(&mut [0; b"zINSTREAM\0".len()]).await.expect("asked");
    while let length @ 1.. = stream.read_u32().await.expect("a length") {
        let mut piece = vec![0; length as usize];
        stream.read_exact(&mut piece).await.expect("a piece");
        seen.extend(piece);
        is_found |= seen.windows(wanted.len()).any(|window| window == wanted);
        seen.drain(..seen.len().saturating_sub(wanted.len()));
    }
    let answer: &[u8] = if is_found { b"stream: Eicar FOUND\0" } else { b"stream: OK\0" };
    stream.write_all(answer).await.expect("told");
}

#[test]
fn what_is_harmful_is_found_in_each_format_without_a_copy_of_it() {
    let harmful = eicar();
    let commented = chunk(b"tEXt", &[&b"a\0"[..], &harmful].concat());
    let note = [&[0xFF, 0xFE, 0, 70][..], &harmful].concat();
    let files = [
        holding(&[&vec![b' '; 2 * MB][..], b"% ", &harmful, b"\n"].concat()),
        with(&picture(ImageFormat::Jpeg, (64, 48)), 2, &note),
        with(&picture(ImageFormat::Png, (64, 48)), 33, &commented),
        [heic(64), put(b"free", &harmful)].concat(),
        docx(&[("word/media/a.tif", &harmful)]),
        xlsx(&[("xl/media/a.tif", &harmful)]),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (n, file) in files.iter().enumerate() {
        let (verdict, held) = most(|| {
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let clamd = Clamd::Tcp(listener.local_addr().expect("an address").to_string());
                let (verdict, ()) = tokio::join!(clamd.scan(file), finding(listener));
                verdict.expect("a verdict")
            })
        });
        assert_eq!(verdict, Verdict::Harmful("Eicar".into()), "{n}");
        assert!(held < MB, "{n}: {held}");
    }
}
