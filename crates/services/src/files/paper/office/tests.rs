use super::*;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";

fn is_plain(bytes: &[u8], format: Format) -> Result<(), Refusal> {
    plain(bytes.to_vec(), format).map(|_| ())
}

/// An archive of parts.
pub(in crate::files) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let packed = if name.ends_with(".tif") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(packed);
        zip.start_file(*name, options).expect("a part");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

/// A whole file of some parts; those of the same name take the place of its own.
fn office(main: &str, own: &[(&str, &str)], more: &[(&str, &[u8])]) -> Vec<u8> {
    let types = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/main.xml\" ContentType=\"{main}\"/></Types>"
    );
    let rels =
        "<Relationships><Relationship Id=\"r1\" Type=\"http://x/officeDocument\" Target=\"main.xml\"/></Relationships>";
    let own = [("[Content_Types].xml", types.as_str()), ("_rels/.rels", rels)].into_iter().chain(own.iter().copied());
    let own =
        own.filter(|(name, _)| more.iter().all(|(other, _)| other != name)).map(|(name, text)| (name, text.as_bytes()));
    archive(&own.chain(more.iter().copied()).collect::<Vec<_>>())
}

/// A text.
pub(in crate::files) fn docx(more: &[(&str, &[u8])]) -> Vec<u8> {
    office(DOCX, &[("word/document.xml", "<w:document><w:body><w:p>诊断说明</w:p></w:body></w:document>")], more)
}

/// A workbook.
pub(in crate::files) fn xlsx(more: &[(&str, &[u8])]) -> Vec<u8> {
    office(XLSX, &[("xl/workbook.xml", "<workbook><sheets/></workbook>")], more)
}

fn text(body: &str) -> Result<(), Refusal> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    is_plain(&docx(&[("word/document.xml", document.as_bytes())]), Format::Docx)
}

fn related(relationship: &str) -> Result<(), Refusal> {
    let rels = format!("<Relationships><Relationship {relationship}/></Relationships>");
    is_plain(&docx(&[("word/_rels/document.xml.rels", rels.as_bytes())]), Format::Docx)
}

fn part(name: &str, bytes: &[u8]) -> Result<(), Refusal> {
    is_plain(&docx(&[(name, bytes)]), Format::Docx)
}

#[test]
fn a_plain_text_and_a_plain_workbook_are_taken_each_as_itself() {
    assert_eq!(is_plain(&docx(&[]), Format::Docx), Ok(()));
    assert_eq!(is_plain(&xlsx(&[]), Format::Xlsx), Ok(()));
    assert_eq!(is_plain(&docx(&[]), Format::Xlsx), Err(Refusal::Mismatch));
    assert_eq!(is_plain(&archive(&[("a.xml", b"<a/>")]), Format::Docx), Err(Refusal::Mismatch), "some archive");
    for (name, bytes) in [
        ("word/media/image1.png", &b"\x89PNG"[..]),
        ("xl/printerSettings/printerSettings1.bin", b"\0\0"),
        ("docProps/thumbnail.jpeg", b"\xFF\xD8"),
        ("customXml/item1.xml", b"<a/>"),
    ] {
        assert_eq!(part(name, bytes), Ok(()), "{name}");
    }
}

/// The parts of an archive, unpacked, by their names.
fn unpacked_parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut one = |i| {
        let (mut part, mut text) = (archive.by_index(i).expect("a part"), Vec::new());
        part.read_to_end(&mut text).expect("unpacked");
        (part.name().to_owned(), text)
    };
    (0..directory(bytes).expect("a directory").parts).map(&mut one).collect()
}

#[test]
fn who_wrote_it_is_gone_and_what_it_says_is_there() {
    const WHO: &[u8] = b"DEMO AUTHOR";
    let has_names = |text: &[u8]| text.windows(WHO.len()).any(|window| window == WHO);
    let notes: [(&str, &[u8]); 4] = [
        (
            "docProps/core.xml",
            b"<cp:coreProperties xmlns:cp=\"http://x/core\" xmlns:dc=\"http://x/dc\"><dc:creator>DEMO AUTHOR</dc:creator>\
              <cp:lastModifiedBy>DEMO AUTHOR</cp:lastModifiedBy></cp:coreProperties>",
        ),
        ("docProps/app.xml", b"<Properties xmlns=\"http://x/app\"><Company>DEMO AUTHOR</Company></Properties>"),
        ("docProps/custom.xml", b"<?xml version=\"1.0\"?><Properties><property>DEMO AUTHOR</property></Properties>"),
        ("word/people.xml", b"<w15:people xmlns:w15=\"http://x/w\"><w15:person w15:author=\"DEMO AUTHOR\"/></w15:people>"),
    ];
    for (sent, format) in [(docx(&notes), Format::Docx), (xlsx(&notes), Format::Xlsx)] {
        let kept = plain(sent.clone(), format).expect("a plain one");
        let (before, after) = (unpacked_parts(&sent), unpacked_parts(&kept));
        assert_eq!(before.len(), after.len());
        for ((name, text), (same, kept)) in before.iter().zip(&after) {
            assert_eq!(name, same);
            if notes.iter().any(|(note, _)| note == name) {
                assert!(has_names(text), "the control: {name}");
                assert!(!has_names(kept) && parts::read(name, kept).is_ok(), "{name}");
            } else {
                assert_eq!(text, kept, "{name} as it was sent");
            }
        }
        assert_eq!(plain(kept.clone(), format), Ok(kept), "looked at again it stays as it is");
    }
    let without = docx(&[]);
    assert_eq!(plain(without.clone(), Format::Docx), Ok(without), "as it was sent, where nothing is noted");
}

#[test]
fn a_part_of_which_much_would_have_to_be_kept_in_mind_is_refused() {
    let document = |body: String| part("word/document.xml", format!("<w:document>{body}</w:document>").as_bytes());
    let nested = |depth: usize| document("<a>".repeat(depth) + &"</a>".repeat(depth));
    assert_eq!((nested(parts::DEPTH - 1), nested(parts::DEPTH + 1)), (Ok(()), Err(Refusal::Hidden)));
    let formula = |length: usize| document(format!("<f>{}</f>", "1".repeat(length)));
    assert_eq!((formula(8_192), formula(70_000)), (Ok(()), Err(Refusal::Hidden)));
    let pieces = "<w:instrText>PAGE </w:instrText>".repeat(20_000);
    assert_eq!(document(pieces), Err(Refusal::Hidden), "one field of many pieces");
    // Numbers, which do not pack to next to nothing.
    let line = |count: u32| {
        let numbers: String = (0..count).map(|n| format!("{n} ")).collect();
        document(format!("<path d=\"{numbers}\"/>"))
    };
    assert_eq!((line(100_000), line(200_000)), (Ok(()), Err(Refusal::Hidden)));
    assert_eq!(document(format!("<{}/>", "a".repeat(2_000))), Err(Refusal::Hidden));
}

/// What a program of this house writes, which real office programs open.
#[tokio::test]
async fn a_workbook_that_a_program_wrote_is_taken() {
    use crate::spreadsheet::{Cell, Format as Kind, Sheet, write};
    let sheet =
        Sheet { headings: vec!["项目".into(), "金额".into()], rows: vec![vec![Cell::Text("药费".into())]] };
    let bytes = write(sheet, Kind::Xlsx).await.expect("a workbook");
    assert_eq!(is_plain(&bytes, Format::Xlsx), Ok(()));
}

#[test]
fn macros_are_found_by_part_by_type_and_by_relation() {
    for name in ["word/vbaProject.bin", "word/vbaData.xml", "xl/macrosheets/sheet1.xml", "customUI/customUI.xml"] {
        assert_eq!(part(name, b"<a/>"), Err(Refusal::Macros), "{name}");
    }
    let types = "<Types><Override ContentType=\"application/vnd.ms-word.document.macro&#69;nabled.main+xml\"/></Types>";
    assert_eq!(part("[Content_Types].xml", types.as_bytes()), Err(Refusal::Macros), "letters that hide");
    assert_eq!(related("Type=\"http://x/vbaProject\" Target=\"x.xml\""), Err(Refusal::Macros));
    let names =
        b"<workbook><definedNames><definedName name=\"_xlnm.Auto_Open\">A1</definedName></definedNames></workbook>";
    assert_eq!(is_plain(&xlsx(&[("xl/workbook.xml", names)]), Format::Xlsx), Err(Refusal::Macros));
}

#[test]
fn what_fetches_from_elsewhere_is_found_and_a_link_to_click_on_is_none() {
    assert_eq!(related("Type=\"http://x/hyperlink\" TargetMode=\"External\" Target=\"https://a.example\""), Ok(()));
    for relationship in [
        "Type=\"http://x/image\" TargetMode=\"External\" Target=\"https://a.example/x.png\"",
        "Type=\"http://x/image\" TargetMode=\"&#69;xternal\" Target=\"https://a.example/x.png\"",
        "Type=\"http://x/hyperlink\" TargetMode=\"External\" Target=\"file://server/share\"",
        "Type=\"http://x/hyperlink\" TargetMode=\"External\" Target=\"\\\\server\\share\"",
        "Type=\"http://x/attachedTemplate\" Target=\"x.xml\"",
    ] {
        assert_eq!(related(relationship), Err(Refusal::External), "{relationship}");
    }
    for field in [
        "<w:instrText> DDEAUTO c:\\\\x.exe </w:instrText>",
        "<w:instrText>DDE</w:instrText><w:instrText>AUTO x</w:instrText>",
        "<w:fldSimple w:instr=\" INCLUDEPICTURE http://a.example \"/>",
        "<w:instrText>&#68;DE x</w:instrText>",
    ] {
        assert_eq!(text(field), Err(Refusal::External), "{field}");
    }
    assert_eq!(text("<w:instrText>HYPERLINK \"https://a.example\"</w:instrText>"), Ok(()));
    assert_eq!(text("<w:instrText>PAGE</w:instrText><w:fldChar/><w:t>LINK words</w:t>"), Ok(()));
    let sheet = |f: &str| {
        let text = format!("<worksheet><c><f>{f}</f><v>1</v></c></worksheet>");
        is_plain(&xlsx(&[("xl/worksheets/sheet1.xml", text.as_bytes())]), Format::Xlsx)
    };
    assert_eq!(sheet("SUM(A1:A3)"), Ok(()));
    assert_eq!(sheet("WEB SERVICE(\"http://a.example\")"), Err(Refusal::External));
    assert_eq!(sheet("cmd|'/c calc'!A0"), Err(Refusal::External));
}

#[test]
fn objects_controls_and_scripts_have_words_of_their_own() {
    assert_eq!(part("word/embeddings/oleObject1.bin", b"x"), Err(Refusal::Object));
    assert_eq!(part("word/media/run.exe", b"MZ"), Err(Refusal::Object));
    assert_eq!(related("Type=\"http://x/oleObject\" Target=\"x.xml\""), Err(Refusal::Object));
    assert_eq!(text("<o:OLEObject/>"), Err(Refusal::Object));
    assert_eq!(part("word/activeX/activeX1.xml", b"<a/>"), Err(Refusal::Form));
    assert_eq!(text("<w:control/>"), Err(Refusal::Form));
    assert_eq!(part("word/media/a.svg", b"<svg><script>alert(1)</script></svg>"), Err(Refusal::Script));
    assert_eq!(part("word/media/a.svg", b"<svg onload='alert(1)'/>"), Err(Refusal::Script));
}

#[test]
fn xml_that_could_be_read_otherwise_is_refused() {
    assert_eq!(part("word/a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(Refusal::Hidden));
    assert_eq!(part("word/a.xml", b"<a>&unknown;</a>"), Err(Refusal::Hidden));
    assert_eq!(part("word/a.xml", b"<?xml version='1.0' encoding='UTF-7'?><a/>"), Err(Refusal::Hidden));
    let wide: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(part("word/a.xml", &wide), Err(Refusal::Hidden));
    let many: String = (0..200_000).map(|n| format!(" a{n}=''")).collect();
    assert_eq!(part("word/a.xml", format!("<a{many}/>").as_bytes()), Err(Refusal::Hidden), "it would take for ever");
    for broken in [&b"<a>"[..], b"<a></b>", b"<a b='1' b='2'/>", b"no xml"] {
        assert_eq!(part("word/a.xml", broken), Err(Refusal::Damaged), "{}", String::from_utf8_lossy(broken));
    }
}

#[test]
fn an_archive_is_one_piece_and_unpacks_to_little() {
    let whole = docx(&[]);
    let bomb = docx(&[("word/media/a.bmp", &vec![0; 20 * 1024 * 1024])]);
    assert!(bomb.len() < 100_000, "the control: it is small as sent");
    assert_eq!(is_plain(&bomb, Format::Docx), Err(Refusal::Unpacks));
    // Together too much, though none of them alone.
    let large = vec![7; 14 * 1024 * 1024];
    let names: Vec<String> = (0..5).map(|n| format!("word/media/{n}.tif")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &large[..])).collect();
    assert_eq!(is_plain(&docx(&many[..1]), Format::Docx), Ok(()), "the control");
    assert_eq!(is_plain(&docx(&many), Format::Docx), Err(Refusal::Unpacks));
    let names: Vec<String> = (0..MOST).map(|n| format!("word/{n}.xml")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"<a/>"[..])).collect();
    assert_eq!(is_plain(&docx(&many), Format::Docx), Err(Refusal::Unpacks));

    assert_eq!(is_plain(&[&whole[..], b"behind"].concat(), Format::Docx), Err(Refusal::TwoInOne));
    assert_eq!(is_plain(&[&b"before"[..], &whole].concat(), Format::Docx), Err(Refusal::TwoInOne));
    assert_eq!(is_plain(&whole[..whole.len() - 30], Format::Docx), Err(Refusal::Damaged));
    // Something between the parts and the directory, which says where it is now.
    let at = whole.len() - 22;
    let start = u32::from_le_bytes([whole[at + 16], whole[at + 17], whole[at + 18], whole[at + 19]]) as usize;
    let mut hiding = [&whole[..start], &[b'x'; 100], &whole[start..]].concat();
    hiding[at + 100 + 16..at + 100 + 20].copy_from_slice(&((start + 100) as u32).to_le_bytes());
    assert_eq!(is_plain(&hiding, Format::Docx), Err(Refusal::TwoInOne));
    let name = whole.windows(17).rposition(|window| window == b"word/document.xml").expect("in the directory");
    let mut up = whole.clone();
    up[name..name + 17].copy_from_slice(b"../../ocument.xml");
    assert_eq!(is_plain(&up, Format::Docx), Err(Refusal::Damaged));
    let mut locked = whole.clone();
    locked[name - 46 + 8] |= 1;
    assert_eq!(is_plain(&locked, Format::Docx), Err(Refusal::Locked));
    let first = whole.windows(17).position(|window| window == b"word/document.xml").expect("a part") + 17;
    let mut changed = whole.clone();
    changed[first + 8] ^= 0x55;
    assert_eq!(is_plain(&changed, Format::Docx), Err(Refusal::Damaged), "its sum is another");
}
