//! The pass (入场凭证) for eyes and scanners: a QR code as SVG, and a sheet of A6 as PDF for printing.

use super::visit::VisitError;
use domain::Locale;
use fast_qr::qr::{QRBuilder, QRCode};
use fast_qr::{ECL, Module};
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{ContentTag, Identifier};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};
use std::fmt::Write as _;
use std::sync::Arc;

/// Light modules around a code, so that scanners find its edge (ISO/IEC 18004: at least four).
const QUIET: usize = 4;

/// More than a QR code can hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the text does not fit into a QR code")]
pub struct TooLong;

/// `text` as a QR code: an SVG element without script, style or fixed size, black on white whatever the colour scheme
/// (an inverted code is not read by every scanner), its quiet zone included. Medium error correction: a scratched
/// screen or a fold in the paper is forgiven.
pub fn qr_svg(text: &str) -> Result<String, TooLong> {
    let code = encode(text)?;
    let whole = code.size + 2 * QUIET;
    let mut path = String::new();
    for run in runs(&code) {
        let _ = write!(path, "M{} {}h{}v1h-{}z", run.x + QUIET, run.y + QUIET, run.length, run.length);
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\" aria-hidden=\"true\">\
         <path fill=\"#fff\" d=\"M0 0h{whole}v{whole}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

pub(super) fn encode(text: &str) -> Result<QRCode, TooLong> {
    QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| TooLong)
}

/// Dark modules side by side.
struct Run {
    x: usize,
    y: usize,
    length: usize,
}

fn runs(code: &QRCode) -> Vec<Run> {
    let mut runs = Vec::new();
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        while x < code.size {
            let length = row[x..].iter().take_while(|module| module.value() == Module::DARK).count();
            if length > 0 {
                runs.push(Run { x, y, length });
            }
            x += length.max(1);
        }
    }
    runs
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// No font with Chinese characters is configured, or the file is not there.
    #[error("no font for the pass")]
    NoFont,
    /// The file is no font.
    #[error("the font for the pass cannot be read")]
    BadFont,
    /// The booking could not be read.
    #[error("booking: {0}")]
    Visit(#[from] VisitError),
    /// The sheet could not be drawn.
    #[error("the pass cannot be drawn")]
    Drawing,
}

impl Clone for PassError {
    /// For the remembered answer about the font; the other variants are never remembered.
    fn clone(&self) -> Self {
        match self {
            Self::NoFont => Self::NoFont,
            Self::BadFont => Self::BadFont,
            Self::Visit(_) | Self::Drawing => Self::Drawing,
        }
    }
}

/// A font with Chinese characters; only the characters used go into a sheet. Cheap to clone.
#[derive(Clone)]
pub struct PassFont {
    font: Font,
    file: Arc<Vec<u8>>,
    index: u32,
}

impl PassFont {
    /// The number of the simplified Chinese font in Debian's `NotoSansCJK-Regular.ttc`.
    pub const NOTO_CJK_SC: u32 = 2;

    /// Reads a font file (some 20 MB, kept in memory).
    pub fn load(path: &std::path::Path, index: u32) -> Result<Self, PassError> {
        let file = Arc::new(std::fs::read(path).map_err(|_| PassError::NoFont)?);
        let font = Font::new(Arc::clone(&file).into(), index).ok_or(PassError::BadFont)?;
        Ok(Self { font, file, index })
    }

    /// A picture for each character, side by side. What is drawn is Chinese and Latin in composed characters, which need no
    /// shaping: a shaper would read all of the font's rules again for each line, most of what drawing a page cost.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let Ok(font) = FontRef::from_index(&self.file, self.index) else { return Vec::new() };
        let (pictures, widths) = (font.charmap(), font.glyph_metrics(Size::unscaled(), LocationRef::default()));
        let em = f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        let glyph = |(at, character): (usize, char)| {
            let picture = pictures.map(character).unwrap_or_default();
            let wide = widths.advance_width(picture).unwrap_or(em) / em;
            KrillaGlyph::new(GlyphId::new(picture.to_u32()), wide, 0.0, 0.0, 0.0, at..at + character.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }
}

/// What stands on the sheet.
#[derive(Clone, Debug)]
pub struct PassSheet {
    /// The sheet's language.
    pub locale: Locale,
    /// The text of the QR code.
    pub code: String,
    /// K7M4-Q2XR
    pub reference: String,
    /// The activity.
    pub title: String,
    /// Who booked, masked: 张**.
    pub name: String,
    /// 2026年7月28日（周二）
    pub day: String,
    /// 09:00–10:30
    pub time: String,
    /// When the door admits: 08:30–09:45
    pub doors: String,
    /// People.
    pub people: u32,
    /// Of whom under 14.
    pub children: u32,
    /// Where.
    pub place: String,
    /// A telephone number.
    pub help: Option<String>,
}

/// Red, green, blue.
pub(super) type Rgb = (u8, u8, u8);

/// A6 in points.
const WIDTH: f32 = 297.64;
const HEIGHT: f32 = 419.53;
const MARGIN: f32 = 24.0;
pub(super) const INK: Rgb = (0x14, 0x31, 0x3a);
pub(super) const QUIET_INK: Rgb = (0x4a, 0x62, 0x6a);
pub(super) const TEAL: Rgb = (0x0b, 0x55, 0x63);
pub(super) const EMBER: Rgb = (0xc2, 0x49, 0x1d);
pub(super) const WHITE: Rgb = (255, 255, 255);
const BLACK: Rgb = (0, 0, 0);

impl PassSheet {
    /// The sheet as a PDF of one A6 page.
    pub fn pdf(&self, font: &PassFont) -> Result<Vec<u8>, PassError> {
        let code = encode(&self.code).map_err(|_| PassError::Drawing)?;
        let mut document = Document::new_with(SerializeSettings::default());
        let words = Words::of(self.locale);
        document.set_metadata(
            Metadata::new()
                .title(words.heading.to_owned())
                .language(self.locale.tag().to_owned())
                .creator(words.house.to_owned()),
        );
        let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PassError::Drawing)?);
        {
            // Surface and page end themselves when they are dropped, in this order.
            let mut pen = Pen::on(page.surface(), font);
            self.draw(&mut pen, &code, &words).ok_or(PassError::Drawing)?;
        }
        page.finish();
        document.finish().map_err(|_| PassError::Drawing)
    }

    fn draw(&self, pen: &mut Pen<'_>, code: &QRCode, words: &Words) -> Option<()> {
        pen.fill(&rectangle(0.0, 0.0, WIDTH, 46.0)?, TEAL);
        pen.fill(&flame(MARGIN, 11.0, 24.0)?, EMBER);
        pen.text(MARGIN + 26.0, 29.0, 13.0, words.house, WHITE);
        let heading = pen.width(words.heading, 13.0);
        pen.text(WIDTH - MARGIN - heading, 29.0, 13.0, words.heading, WHITE);

        let mut y = 70.0;
        for line in pen.wrapped(&self.title, 15.0, WIDTH - 2.0 * MARGIN, 2) {
            pen.text(MARGIN, y, 15.0, &line, INK);
            y += 20.0;
        }
        pen.text(MARGIN, y, 11.0, &format!("{}  {}", self.day, self.time), INK);

        let side = 168.0;
        let (left, top) = ((WIDTH - side) / 2.0, y + 10.0);
        pen.fill(&modules(code, left, top, side)?, BLACK);
        let reference = pen.width(&self.reference, 17.0);
        y = top + side + 16.0;
        pen.text((WIDTH - reference) / 2.0, y, 17.0, &self.reference, INK);

        y += 20.0;
        let facts = [
            (words.doors, self.doors.clone()),
            (words.party, words.people(self.people, self.children)),
            (words.booker, self.name.clone()),
            (words.place, self.place.clone()),
        ];
        for (label, value) in facts {
            pen.text(MARGIN, y, 9.0, label, QUIET_INK);
            for line in pen.wrapped(&value, 10.0, WIDTH - 2.0 * MARGIN - words.indent, 2) {
                pen.text(MARGIN + words.indent, y, 10.0, &line, INK);
                y += 14.0;
            }
        }
        let note = match &self.help {
            Some(help) => format!("{}{}{help}", words.note, words.help),
            None => words.note.to_owned(),
        };
        let lines = pen.wrapped(&note, 8.0, WIDTH - 2.0 * MARGIN, 2);
        let mut y = HEIGHT - 12.0 - 11.0 * (lines.len() as f32 - 1.0);
        for line in lines {
            pen.text(MARGIN, y, 8.0, &line, QUIET_INK);
            y += 11.0;
        }
        Some(())
    }
}

struct Words {
    house: &'static str,
    heading: &'static str,
    doors: &'static str,
    party: &'static str,
    booker: &'static str,
    place: &'static str,
    note: &'static str,
    help: &'static str,
    indent: f32,
    locale: Locale,
}

impl Words {
    fn of(locale: Locale) -> Self {
        match locale {
            Locale::ZhCn => Self {
                house: "山东省脐血库",
                heading: "入场凭证",
                doors: "入场时间",
                party: "人数",
                booker: "预约人",
                place: "地点",
                note: "请全体同行人一起到场，出示本凭证入场。活动全程免费。",
                help: "咨询电话：",
                indent: 50.0,
                locale,
            },
            Locale::En => Self {
                house: "Shandong Cord Blood Bank",
                heading: "Pass",
                doors: "Admission",
                party: "People",
                booker: "Booked by",
                place: "Where",
                note: "Please come together and show this pass at the door. Everything is free of charge. ",
                help: "Help: ",
                indent: 58.0,
                locale,
            },
        }
    }

    fn people(&self, people: u32, children: u32) -> String {
        match (self.locale, children) {
            (Locale::ZhCn, 0) => format!("{people}人"),
            (Locale::ZhCn, _) => format!("{people}人（其中14岁以下儿童{children}人）"),
            (Locale::En, 0) => people.to_string(),
            (Locale::En, _) => format!("{people} (of whom under 14: {children})"),
        }
    }
}

/// Draws on a page.
pub(super) struct Pen<'a> {
    surface: Surface<'a>,
    font: PassFont,
}

impl<'a> Pen<'a> {
    /// A pen for a page, with a font.
    pub(super) fn on(surface: Surface<'a>, font: &PassFont) -> Self {
        Self { surface, font: font.clone() }
    }
}

impl Pen<'_> {
    pub(super) fn fill(&mut self, path: &Path, colour: Rgb) {
        self.ink(colour);
        self.surface.draw_path(path);
    }

    fn ink(&mut self, (red, green, blue): Rgb) {
        let paint = rgb::Color::new(red, green, blue).into();
        self.surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
    }

    pub(super) fn text(&mut self, x: f32, baseline: f32, size: f32, text: &str, colour: Rgb) {
        self.ink(colour);
        let text: String = text.chars().filter(|c| drawn(*c)).collect();
        let glyphs = self.font.glyphs(&text);
        self.surface.draw_glyphs(Point::from_xy(x, baseline), &glyphs, self.font.font.clone(), &text, size, false);
    }

    /// What `draw` draws, as one piece of the page for those who do not see it; the piece is named by what comes back.
    pub(super) fn tagged<T>(&mut self, tag: ContentTag<'_>, draw: impl FnOnce(&mut Self) -> T) -> (Identifier, T) {
        let piece = self.surface.start_tagged(tag);
        let drawn = draw(self);
        self.surface.end_tagged();
        (piece, drawn)
    }

    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        width(text, size)
    }

    fn wrapped(&self, text: &str, size: f32, room: f32, most: usize) -> Vec<String> {
        wrapped(text, size, room, most)
    }
}

/// The text in at most `most` lines of so much room; what does not fit ends in an ellipsis.
pub(super) fn wrapped(text: &str, size: f32, room: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut used = 0.0;
    for character in text.chars().filter(|c| drawn(*c)) {
        let wide = advance(character) * size;
        if used + wide > room {
            if lines.len() == most {
                if let Some(last) = lines.last_mut() {
                    last.pop();
                    last.push('…');
                }
                break;
            }
            // A Latin word is carried over whole; Chinese breaks anywhere.
            let current = lines.last_mut().map(std::mem::take).unwrap_or_default();
            let at = if character.is_ascii_graphic() { current.rfind(' ').map(|space| space + 1) } else { None };
            let (stays, goes) = current.split_at(at.unwrap_or(current.len()));
            let (stays, goes) = (stays.trim_end().to_owned(), goes.to_owned());
            if let Some(last) = lines.last_mut() {
                *last = stays;
            }
            used = width(&goes, size);
            lines.push(goes);
        }
        if let Some(last) = lines.last_mut().filter(|last| !(last.is_empty() && character == ' ')) {
            last.push(character);
            used += wide;
        }
    }
    lines
}

/// Whether a font for Chinese has a picture of it: what it lacks would be an empty box on the sheet. Pictures in colour, and
/// what joins or turns them, are left out.
fn drawn(character: char) -> bool {
    let plain = matches!(character, '★' | '☆' | '♀' | '♂' | '♪' | '♭' | '♯');
    plain
        || !(character.is_control()
            || matches!(
                character,
                '\u{200b}'..='\u{200f}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{20e3}'
                    | '\u{2600}'..='\u{27bf}'
                    | '\u{2b50}'..='\u{2b55}'
                    | '\u{e000}'..='\u{f8ff}'
                    | '\u{fe00}'..='\u{fe0f}'
                    | '\u{1f000}'..='\u{1faff}'
                    | '\u{e0000}'..='\u{e0fff}'
            ))
}

/// About how wide a text is: a Chinese character is as wide as it is high, a Latin one a little over half.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(|c| advance(c) * size).sum()
}

fn advance(character: char) -> f32 {
    match character {
        ' ' => 0.23,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '|' => 0.29,
        '-' => 0.35,
        'm' | 'w' | 'M' | 'W' => 0.86,
        'A'..='Z' => 0.64,
        '\u{21}'..='\u{7e}' => 0.56,
        '\u{80}'..='\u{2fff}' => 0.6,
        _ => 1.0,
    }
}

pub(super) fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}

/// The code's dark modules as one path; what is around it is the page's white.
pub(super) fn modules(code: &QRCode, left: f32, top: f32, side: f32) -> Option<Path> {
    let unit = side / (code.size + 2 * QUIET) as f32;
    let mut path = PathBuilder::new();
    for run in runs(code) {
        let (x, y) = (left + (run.x + QUIET) as f32 * unit, top + (run.y + QUIET) as f32 * unit);
        path.push_rect(Rect::from_xywh(x, y, run.length as f32 * unit, unit)?);
    }
    path.finish()
}

/// 火种: a small flame, `height` points high.
pub(super) fn flame(x: f32, y: f32, height: f32) -> Option<Path> {
    let at = |px: f32, py: f32| (x + px * height / 24.0, y + py * height / 24.0);
    let mut path = PathBuilder::new();
    let start = at(9.0, 0.0);
    path.move_to(start.0, start.1);
    for [(ax, ay), (bx, by), (cx, cy)] in [
        [at(10.0, 6.0), at(17.0, 8.0), at(17.0, 15.0)],
        [at(17.0, 20.0), at(13.5, 24.0), at(9.0, 24.0)],
        [at(4.5, 24.0), at(1.0, 20.0), at(1.0, 15.0)],
        [at(1.0, 11.0), at(3.5, 9.5), at(4.5, 6.5)],
        [at(6.0, 8.0), at(6.5, 9.0), at(6.5, 10.5)],
        [at(8.0, 8.0), at(9.0, 4.0), at(9.0, 0.0)],
    ] {
        path.cubic_to(ax, ay, bx, by, cx, cy);
    }
    path.close();
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_black_on_white_with_its_quiet_zone_and_nothing_else() {
        let svg = qr_svg("cb1.test").expect("it fits");
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""), "{svg}");
        assert!(!svg.contains("style") && !svg.contains("<script") && !svg.contains("currentColor"));
        // The finder pattern's upper edge: seven dark modules, four away from both borders.
        assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
        assert!(!svg.contains("M0 4h") && !svg.contains("M3 "), "the quiet zone is quiet");
    }

    #[test]
    fn too_much_is_an_error() {
        assert_eq!(qr_svg(&"x".repeat(3000)), Err(TooLong));
    }

    #[test]
    fn without_a_font_there_is_no_pdf_and_a_reason() {
        assert!(matches!(PassFont::load("/nowhere/font.ttc".as_ref(), 0), Err(PassError::NoFont)));
        assert!(matches!(PassFont::load("/proc/self/stat".as_ref(), 0), Err(PassError::BadFont)));
    }

    #[test]
    fn what_no_chinese_font_draws_is_left_out() {
        let kept: String = "乐孕🎈讲座👨‍👩‍👧 ☀️ ★ 第3场·Café 𠮷".chars().filter(|c| drawn(*c)).collect();
        assert_eq!(kept, "乐孕讲座  ★ 第3场·Café 𠮷");
    }
}
