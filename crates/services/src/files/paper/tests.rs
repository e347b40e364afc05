use super::heic::tests::heic;
use super::office::tests::{docx, xlsx};
use super::*;
use image::{DynamicImage, RgbImage};
use std::io::Cursor;

pub(super) fn picture(format: ImageFormat, (width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    DynamicImage::ImageRgb8(picture).write_to(&mut Cursor::new(&mut bytes), format).expect("a picture");
    bytes
}

pub(super) fn pdf() -> Vec<u8> {
    let objects = "3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 >>\nendobj\n";
    let table = 9 + objects.len();
    format!("%PDF-1.7\n{objects}xref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n{table}\n%%EOF\n").into_bytes()
}

fn all() -> Vec<(Format, Vec<u8>)> {
    vec![
        (Format::Pdf, pdf()),
        (Format::Jpeg, picture(ImageFormat::Jpeg, (64, 48))),
        (Format::Png, picture(ImageFormat::Png, (64, 48))),
        (Format::Heic, heic(4032)),
        (Format::Docx, docx(&[])),
        (Format::Xlsx, xlsx(&[])),
    ]
}

fn why(bytes: &[u8], format: Format) -> Result<Format, Refusal> {
    look(bytes.to_vec(), format, 10).map(|paper| paper.format)
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn a_file_is_taken_as_what_its_name_says_and_as_nothing_else() {
    for (is, bytes) in all() {
        for claimed in Format::ALL {
            let kept = if claimed == Format::Png { Format::Jpeg } else { claimed };
            let wanted = if claimed == is { Ok(kept) } else { Err(Refusal::Mismatch) };
            assert_eq!(why(&bytes, claimed), wanted, "{is:?} as {claimed:?}");
        }
    }
    for other in [&b"GIF89a\x01\0\x01\0"[..], b"<svg onload='alert(1)'/>", b"MZ\x90\0", b"plain words", b"\xFF\xD8"] {
        for claimed in Format::ALL {
            assert_eq!(why(other, claimed), Err(Refusal::Mismatch), "{claimed:?}");
        }
    }
    assert_eq!(why(b"", Format::Pdf), Err(Refusal::Empty));
}

#[test]
fn two_formats_in_one_are_none() {
    let archive = docx(&[]);
    for (format, bytes) in all() {
        for (name, other) in
            [("archive", &archive[..]), ("page", b"<html><script>alert(1)</script>"), ("pdf", &pdf()[..])]
        {
            let behind = why(&[&bytes[..], other].concat(), format);
            let appended_archive = matches!(format, Format::Docx | Format::Xlsx) && name == "archive";
            // (Of two archives the places of the second are wrong.)
            assert!(behind.is_err(), "{name} behind {format:?}");
            if !appended_archive && !matches!((format, name), (Format::Pdf, "pdf")) {
                assert_eq!(behind, Err(Refusal::TwoInOne), "{name} behind {format:?}");
            }
        }
    }
    for before in [&b"\0"[..], b"GIF89a", b"<html>\n", &[b' '; 1000]] {
        assert_eq!(why(&[before, &pdf()].concat(), Format::Pdf), Err(Refusal::TwoInOne), "before a PDF");
    }
    assert_eq!(why(&[&b"GIF89a"[..], &archive].concat(), Format::Docx), Err(Refusal::Mismatch), "before an archive");
    let jpeg = picture(ImageFormat::Jpeg, (64, 48));
    let note = b"\xFF\xFE\x00\x12%PDF-1.7 a note ";
    assert_eq!(why(&[&jpeg[..2], note, &jpeg[2..]].concat(), Format::Jpeg), Err(Refusal::TwoInOne), "in a note");
}

#[test]
fn what_is_cut_off_is_damaged() {
    for (format, bytes) in all() {
        for cut in [bytes.len() - 1, bytes.len() * 2 / 3] {
            let cut_off = why(&bytes[..cut], format);
            let end_of_line = format == Format::Pdf && cut == bytes.len() - 1;
            assert_eq!(cut_off.is_err(), !end_of_line, "{format:?} {cut}");
            assert!(end_of_line || cut_off == Err(Refusal::Damaged), "{format:?} {cut}: {cut_off:?}");
        }
    }
}

#[test]
fn a_picture_loses_all_but_its_pixels_and_a_bomb_is_told_by_its_head() {
    let jpeg = picture(ImageFormat::Jpeg, (400, 200));
    let exif = b"\xFF\xE1\x00\x1BExif\0\0GPS 36.65N 117.12E ";
    let sent = [&jpeg[..2], exif, &jpeg[2..], b"notes SEFT"].concat();
    assert!(holds(&sent, b"GPS 36.65N"), "the control");
    let kept = look(sent, Format::Jpeg, 10).expect("a photograph");
    assert!(!holds(&kept.bytes, b"GPS") && !holds(&kept.bytes, b"SEFT"));
    let mut bomb = picture(ImageFormat::Png, (64, 64));
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let bombed = why(&bomb, Format::Png);
    assert!(matches!(bombed, Err(Refusal::Pixels | Refusal::Damaged)), "{bombed:?}");
    assert_eq!(why(&heic(60_000), Format::Heic), Err(Refusal::Pixels));
    let kept = look(picture(ImageFormat::Png, (4000, 100)), Format::Png, 10).expect("a picture");
    let read = image::load_from_memory(&kept.bytes).expect("it is one");
    assert_eq!((read.width(), read.height()), (SIDE, 80));
}

#[test]
fn a_pdf_is_told_what_is_wrong_with_it() {
    let with = |more: &str| why(String::from_utf8_lossy(&pdf()).replace("trailer", more).as_bytes(), Format::Pdf);
    assert_eq!(with("trailer"), Ok(Format::Pdf), "the control");
    assert_eq!(with("<< /Encrypt 9 0 R >> trailer"), Err(Refusal::Locked));
    assert_eq!(with("<< /S /JavaScript >> trailer"), Err(Refusal::Script));
    let pages = look(pdf(), Format::Pdf, 0);
    assert_eq!(pages.map(|paper| paper.pages), Err(Refusal::Pages));
    let lost = String::from_utf8_lossy(&pdf()).replace("startxref\n", "startxref\n9");
    assert_eq!(why(lost.as_bytes(), Format::Pdf), Err(Refusal::Damaged), "its table is elsewhere");
    let inside = [&pdf()[..9], &docx(&[])[..], &pdf()[9..]].concat();
    assert!(why(&inside, Format::Pdf).is_err(), "an archive inside");
}

#[test]
fn a_locked_office_file_is_told_from_an_old_one() {
    let old = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
    assert_eq!(why(&old, Format::Docx), Err(Refusal::Mismatch));
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(why(&[&old[..], &name].concat(), Format::Xlsx), Err(Refusal::Locked));
}

#[test]
fn what_real_programs_write_is_taken_without_who_wrote_it() {
    let mut document = krilla::Document::new_with(krilla::SerializeSettings::default());
    let notes = krilla::metadata::Metadata::new().title("DEMO TITLE".into()).authors(vec!["DEMO AUTHOR".into()]);
    document.set_metadata(notes);
    for _ in 0..2 {
        let page = krilla::page::PageSettings::from_wh(595.0, 842.0).expect("a page of paper");
        document.start_page_with(page).finish();
    }
    let written = document.finish().expect("a document");
    assert!(holds(&written, b"DEMO AUTHOR") && holds(&written, b"DEMO TITLE"), "the control");
    let kept = look(written.clone(), Format::Pdf, 10).expect("a plain PDF");
    assert_eq!((kept.pages, kept.bytes.len()), (2, written.len()), "nothing else moved");
    assert!(!holds(&kept.bytes, b"DEMO AUTHOR") && !holds(&kept.bytes, b"DEMO TITLE"));
}
