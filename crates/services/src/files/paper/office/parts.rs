//! The parts of a text or a workbook: which there may be, and what their XML may say.

use domain::files::{Format, Refusal};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::mem;

/// Parts by something in their name, and what is wrong with them. Names are lower-case here.
const REFUSED: &[(&str, Refusal)] = &[
    ("vbaproject", Refusal::Macros),
    ("vbadata", Refusal::Macros),
    ("/macrosheets/", Refusal::Macros),
    ("/dialogsheets/", Refusal::Macros),
    ("customui/", Refusal::Macros),
    ("/activex/", Refusal::Form),
    ("/ctrlprops/", Refusal::Form),
    ("/embeddings/", Refusal::Object),
    ("oleobject", Refusal::Object),
    ("/externallinks/", Refusal::External),
    ("/querytables/", Refusal::External),
    ("/webextensions/", Refusal::External),
    ("xl/connections", Refusal::External),
];
/// Endings of pictures and letters, which nobody reads here.
const PICTURES: [&str; 12] = ["png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "wdp", "odttf", "ttf"];
/// Endings of texts, which are read.
const TEXTS: [&str; 4] = ["xml", "rels", "vml", "svg"];

/// Attributes of one element at most.
const ATTRIBUTES: usize = 500;
/// Bytes of one attribute at most: a drawing's line may be long.
const ATTRIBUTE: usize = 1024 * 1024;
/// Elements inside each other at most.
pub(super) const DEPTH: usize = 500;
/// Bytes of a name at most.
const NAME: usize = 1024;
/// Bytes of a field's instruction or of a formula at most. Office programs take 8,192 characters.
const WORDS: usize = 64 * 1024;

/// What was read of a part.
pub(super) struct Part {
    /// The format, where it is the part that says which the file is.
    pub(super) format: Option<Format>,
    /// The part anew, where all it does is note who wrote the file, and where.
    pub(super) emptied: Option<Vec<u8>>,
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a part is XML.
pub(super) fn is_text(name: &str) -> bool {
    TEXTS.contains(&ending(name))
}

/// Whether such a file has a part of this name.
///
/// # Errors
/// `Macros`, `Form`, `Object`, `External`.
pub(super) fn is_one_of_ours(name: &str) -> Result<(), Refusal> {
    if let Some((_, why)) = REFUSED.iter().find(|(known, _)| name.contains(known)) {
        return Err(*why);
    }
    let is_known = name.ends_with('/')
        || is_text(name)
        || PICTURES.contains(&ending(name))
        || (name.contains("/printersettings/") && ending(name) == "bin");
    if is_known { Ok(()) } else { Err(Refusal::Object) }
}

/// Reads a part of XML to its end.
///
/// # Errors
/// `Damaged`, `Hidden`, `Macros`, `Form`, `External`, `Object`, `Script`.
pub(super) fn read(name: &str, text: &[u8]) -> Result<Part, Refusal> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    // Of any other writing than UTF-8 a reader may read something else here.
    let text = std::str::from_utf8(text).ok().filter(|text| !text.contains('\0')).ok_or(Refusal::Hidden)?;
    let mut reader = Reader::from_reader(text.as_bytes());
    let (mut seen, mut depth, mut elements, mut emptied) = (Seen::new(name), 0_usize, 0_usize, None);
    loop {
        match reader.read_event().map_err(|_| Refusal::Damaged)? {
            Event::Start(start) => {
                (depth, elements) = (depth + 1, elements + 1);
                if depth > DEPTH {
                    return Err(Refusal::Hidden);
                }
                seen.element(&start)?;
                if elements == 1 {
                    emptied = without_content(&start);
                }
            }
            Event::Empty(start) => {
                elements += 1;
                seen.element(&start)?;
                seen.end()?;
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or(Refusal::Damaged)?;
                seen.end()?;
            }
            Event::Text(text) => seen.text(&text.decode().map_err(|_| Refusal::Damaged)?)?,
            Event::CData(text) => seen.text(&String::from_utf8_lossy(&text))?,
            Event::GeneralRef(name) => seen.reference(&String::from_utf8_lossy(&name))?,
            // A document type can name what is fetched, or unpack a line into a library.
            Event::DocType(_) => return Err(Refusal::Hidden),
            Event::Decl(words) if words.len() > NAME => return Err(Refusal::Hidden),
            Event::Decl(words) => {
                let words = String::from_utf8_lossy(&words).to_ascii_lowercase();
                if words.contains("encoding") && !["utf-8", "us-ascii", "ascii"].iter().any(|it| words.contains(it)) {
                    return Err(Refusal::Hidden);
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if depth > 0 || elements == 0 {
        return Err(Refusal::Damaged);
    }
    seen.field()?;
    Ok(Part { format: seen.format, emptied })
}

/// A part that notes who wrote the file, with what program and where, without what it says: its outermost element alone. No
/// other part leads into it.
fn without_content(root: &BytesStart<'_>) -> Option<Vec<u8>> {
    let is_notes = matches!(root.local_name().into_inner(), b"coreProperties" | b"Properties" | b"people");
    let declared = &b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<"[..];
    is_notes.then(|| [declared, &root[..], b"/>"].concat())
}

/// What is read at present.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Nothing that matters.
    Nothing,
    /// The instruction of a field of a text.
    Field,
    /// A formula of a workbook.
    Formula,
}

/// What was read of one part.
struct Seen<'a> {
    name: &'a str,
    inside: Inside,
    words: String,
    format: Option<Format>,
}

/// Fields that fetch, run or make up something.
const FIELDS: [&str; 10] = [
    "DDE",
    "DDEAUTO",
    "INCLUDETEXT",
    "INCLUDEPICTURE",
    "LINK",
    "IMPORT",
    "INCLUDE",
    "DATABASE",
    "MACROBUTTON",
    "QUOTE",
];
/// Functions of workbooks that fetch or run something.
const FUNCTIONS: [&str; 9] =
    ["WEBSERVICE(", "IMAGE(", "RTD(", "CALL(", "REGISTER(", "EXEC(", "EVALUATE(", "DDE(", "CUBEVALUE("];

impl<'a> Seen<'a> {
    const fn new(name: &'a str) -> Self {
        Self { name, inside: Inside::Nothing, words: String::new(), format: None }
    }

    fn element(&mut self, start: &BytesStart<'_>) -> Result<(), Refusal> {
        let local = start.local_name();
        if local.into_inner().len() > NAME {
            return Err(Refusal::Hidden);
        }
        let local = String::from_utf8_lossy(local.as_ref()).to_ascii_lowercase();
        match local.as_str() {
            "oleobject" | "objectembed" | "objectlink" | "altchunk" | "afchunk" => return Err(Refusal::Object),
            "control" | "ocx" => return Err(Refusal::Form),
            "ddelink" | "olelink" | "externalreference" | "externalbook" => return Err(Refusal::External),
            "script" | "foreignobject" => return Err(Refusal::Script),
            // A field ends where another part of it begins.
            "fldchar" | "fldsimple" => self.field()?,
            "instrtext" => self.inside = Inside::Field,
            "f" | "formula" | "formula1" | "formula2" | "definedname" => self.inside = Inside::Formula,
            _ => {}
        }
        let (mut mode, mut kind, mut target, mut content) =
            (String::new(), String::new(), String::new(), String::new());
        for (n, attribute) in start.attributes().enumerate() {
            // Each is compared with those before it: a million of them would be read for ever.
            if n == ATTRIBUTES {
                return Err(Refusal::Hidden);
            }
            let attribute = attribute.map_err(|_| Refusal::Damaged)?;
            if attribute.value.len() > ATTRIBUTE || attribute.key.into_inner().len() > NAME {
                return Err(Refusal::Hidden);
            }
            let key = String::from_utf8_lossy(attribute.key.local_name().as_ref()).to_ascii_lowercase();
            let raw = std::str::from_utf8(&attribute.value).map_err(|_| Refusal::Damaged)?;
            let value = quick_xml::escape::unescape(raw).map_err(|_| Refusal::Hidden)?;
            match (local.as_str(), key.as_str()) {
                ("relationship", "targetmode") => mode = value.into_owned(),
                ("relationship", "type") => kind = value.into_owned(),
                ("relationship", "target") => target = value.into_owned(),
                ("override" | "default", "contenttype") => content = value.into_owned(),
                ("fldsimple", "instr") => {
                    self.words = value.into_owned();
                    self.field()?;
                }
                ("definedname", "xlm" | "vbprocedure" | "function") if value != "0" && value != "false" => {
                    return Err(Refusal::Macros);
                }
                ("definedname", "name") if value.to_ascii_lowercase().contains("auto_") => return Err(Refusal::Macros),
                (_, key) if self.name.ends_with(".svg") && key.starts_with("on") => return Err(Refusal::Script),
                _ => {}
            }
        }
        match local.as_str() {
            "relationship" => relationship(&mode, &kind, &target),
            "override" | "default" if self.name == "[content_types].xml" => self.content(&content),
            _ => Ok(()),
        }
    }

    /// What a content type says the file is.
    fn content(&mut self, content: &str) -> Result<(), Refusal> {
        let content = content.to_ascii_lowercase();
        if content.contains("macroenabled") || content.contains("vbaproject") || content.contains("macrosheet") {
            return Err(Refusal::Macros);
        }
        if content.contains("activex") {
            return Err(Refusal::Form);
        }
        let format = match content.as_str() {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml" => Format::Docx,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml" => Format::Xlsx,
            _ => return Ok(()),
        };
        if self.format.is_some_and(|before| before != format) {
            return Err(Refusal::TwoInOne);
        }
        self.format = Some(format);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        if self.inside == Inside::Nothing {
            return Ok(());
        }
        if self.words.len() + text.len() > WORDS {
            return Err(Refusal::Hidden);
        }
        self.words.push_str(text);
        Ok(())
    }

    /// A character under its number or its name.
    fn reference(&mut self, name: &str) -> Result<(), Refusal> {
        if name.len() > NAME {
            return Err(Refusal::Hidden);
        }
        let text = quick_xml::escape::unescape(&format!("&{name};")).map_err(|_| Refusal::Hidden)?.into_owned();
        self.text(&text)
    }

    fn end(&mut self) -> Result<(), Refusal> {
        match mem::replace(&mut self.inside, Inside::Nothing) {
            Inside::Nothing => Ok(()),
            // What a field says may be spread over many pieces.
            Inside::Field => Ok(()),
            Inside::Formula => {
                let formula = mem::take(&mut self.words).to_ascii_uppercase().replace(char::is_whitespace, "");
                let calls = FUNCTIONS.iter().any(|name| formula.contains(name)) || formula.contains("|'");
                if calls { Err(Refusal::External) } else { Ok(()) }
            }
        }
    }

    /// A field is whole: whether it fetches or runs something.
    fn field(&mut self) -> Result<(), Refusal> {
        let words = mem::take(&mut self.words).to_ascii_uppercase();
        let first = words.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
        if FIELDS.contains(&first) { Err(Refusal::External) } else { Ok(()) }
    }
}

/// What a part may lead to: other parts, and pages of the web that a reader clicks on.
fn relationship(mode: &str, kind: &str, target: &str) -> Result<(), Refusal> {
    let kind = kind.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "vbaproject" | "wordvbadata" | "xlmacrosheet" | "xlintlmacrosheet" | "dialogsheet" | "keymapcustomizations" => {
            return Err(Refusal::Macros);
        }
        "oleobject" | "package" | "afchunk" => return Err(Refusal::Object),
        "control" | "activexcontrolbinary" | "ctrlprop" => return Err(Refusal::Form),
        "attachedtemplate" | "subdocument" | "frame" | "externallink" | "externallinkpath" => {
            return Err(Refusal::External);
        }
        _ => {}
    }
    if !mode.eq_ignore_ascii_case("external") {
        return Ok(());
    }
    let target = target.trim().to_ascii_lowercase();
    let clicked = ["http://", "https://", "mailto:", "#"].iter().any(|begins| target.starts_with(begins));
    if kind == "hyperlink" && clicked { Ok(()) } else { Err(Refusal::External) }
}
