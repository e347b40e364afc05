//! Pages of A4 with text below text, as many as it takes: what copies and letters are drawn on. They are tagged: whoever has them read
//! aloud hears titles as titles and paragraphs as one, and neither the house nor the number on every page.

use super::pass::{
    EMBER, PassError, PassFont, Pen, QUIET_INK, Rgb, TEAL, WHITE, encode, flame, modules, rectangle, width, wrapped,
};
use domain::Locale;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::tagging::{Artifact, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagTree};
use krilla::{Document, SerializeSettings};
use std::num::NonZeroU16;

/// A4 upright, in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 56.0;
/// Where the first line of a page may begin, and the last one end.
pub(super) const TOP: f32 = 84.0;
pub(super) const BOTTOM: f32 = HEIGHT - 64.0;
/// A title does not stand alone at the foot of a page.
const WITH_TITLE: f32 = 64.0;
/// Lines of one paragraph at most: more than any field of a form takes.
const MOST: usize = 120;
/// The title of the whole, and of one of its parts.
pub(super) const TITLE: NonZeroU16 = NonZeroU16::MIN;
pub(super) const PART: NonZeroU16 = TITLE.saturating_add(1);
/// Codes are black on the page's white, whatever the house's colours.
const BLACK: Rgb = (0, 0, 0);

/// What a line is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Of {
    /// A title, by its level.
    Title(NonZeroU16),
    /// A paragraph.
    Paragraph,
    /// A QR code: the text is what it says, the size its side.
    Code,
}

/// A line and where it stands.
pub(super) struct Line {
    x: f32,
    pub(super) y: f32,
    size: f32,
    pub(super) text: String,
    colour: Rgb,
    of: Of,
    /// Lines of one number are one title or paragraph, also across pages.
    block: usize,
}

/// Puts lines below each other, page by page.
pub(super) struct Layout {
    pages: Vec<Vec<Line>>,
    y: f32,
    block: usize,
}

impl Layout {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { pages: vec![Vec::new()], y: TOP, block: 0 }
    }

    /// A title of a level. It does not stand alone at the foot of a page.
    pub(super) fn title(&mut self, level: NonZeroU16, text: &str, size: f32, colour: Rgb, before: f32) {
        self.lines(text, Of::Title(level), (size, colour), (before, WITH_TITLE));
    }

    /// A paragraph, `before` points below what stands above it, with `keep` points of room left behind it on its page.
    pub(super) fn put(&mut self, text: &str, size: f32, colour: Rgb, (before, keep): (f32, f32)) {
        self.lines(text, Of::Paragraph, (size, colour), (before, keep));
    }

    fn lines(&mut self, text: &str, of: Of, (size, colour): (f32, Rgb), (before, keep): (f32, f32)) {
        self.begin(before);
        for part in text.lines() {
            for line in wrapped(part, size, WIDTH - 2.0 * MARGIN, MOST) {
                self.line((line, of), MARGIN, (size, colour), (size * 1.45, keep));
            }
        }
    }

    /// A short line that ends at the right margin.
    pub(super) fn put_right(&mut self, text: &str, size: f32, colour: Rgb, (before, keep): (f32, f32)) {
        self.begin(before);
        let left = WIDTH - MARGIN - width(text, size);
        self.line((text.to_owned(), Of::Paragraph), left, (size, colour), (size * 1.45, keep));
    }

    /// A QR code of a text, its quiet zone included, `side` points wide.
    pub(super) fn put_code(&mut self, text: &str, side: f32, before: f32) {
        self.begin(before);
        self.line((text.to_owned(), Of::Code), MARGIN, (side, BLACK), (side, 0.0));
    }

    fn begin(&mut self, before: f32) {
        self.y += before;
        self.block += 1;
    }

    fn line(&mut self, (text, of): (String, Of), x: f32, (size, colour): (f32, Rgb), (height, keep): (f32, f32)) {
        if self.y + height + keep > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        self.y += height;
        let line = Line { x, y: self.y, size, text, colour, of, block: self.block };
        if let Some(page) = self.pages.last_mut() {
            page.push(line);
        }
    }

    /// Every line of every page.
    pub(super) fn pages(self) -> Vec<Vec<Line>> {
        self.pages
    }
}

/// What is the same on each page.
pub(super) struct Paper<'a> {
    /// Its language.
    pub locale: Locale,
    /// Whose it is: above.
    pub house: &'a str,
    /// What the file is called by those who read its title.
    pub title: &'a str,
    /// What it is known by: below, with the page.
    pub mark: &'a str,
}

impl Paper<'_> {
    /// The pages as a PDF.
    pub(super) fn drawn(&self, pages: &[Vec<Line>], font: &PassFont) -> Result<Vec<u8>, PassError> {
        let mut document = Document::new_with(SerializeSettings::default());
        document.set_metadata(
            Metadata::new()
                .title(format!("{} {}", self.title, self.mark))
                .language(self.locale.tag().to_owned())
                .creator(self.house.to_owned()),
        );
        let of = pages.len();
        let mut tags = Tags::default();
        for (n, lines) in pages.iter().enumerate() {
            let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PassError::Drawing)?;
            let mut page = document.start_page_with(settings);
            {
                // Surface and page end themselves when they are dropped, in this order.
                let mut pen = Pen::on(page.surface(), font);
                let every = ContentTag::Artifact(Artifact::default());
                pen.tagged(every, |pen| self.frame(pen, n + 1, of)).1.ok_or(PassError::Drawing)?;
                for line in lines {
                    let (piece, drawn) = pen.tagged(line.tag(), |pen| line.draw(pen));
                    drawn.ok_or(PassError::Drawing)?;
                    tags.add(line, piece);
                }
            }
            page.finish();
        }
        document.set_tag_tree(tags.tree(self.locale));
        document.finish().map_err(|_| PassError::Drawing)
    }

    /// The house above, mark and number of the page below.
    fn frame(&self, pen: &mut Pen<'_>, n: usize, of: usize) -> Option<()> {
        pen.fill(&rectangle(0.0, 0.0, WIDTH, 46.0)?, TEAL);
        pen.fill(&flame(MARGIN, 11.0, 24.0)?, EMBER);
        pen.text(MARGIN + 26.0, 29.0, 13.0, self.house, WHITE);
        let foot = format!("{}   {n} / {of}", self.mark);
        let wide = pen.width(&foot, 9.0);
        pen.text(WIDTH - MARGIN - wide, HEIGHT - 32.0, 9.0, &foot, QUIET_INK);
        Some(())
    }
}

impl Line {
    const fn tag(&self) -> ContentTag<'static> {
        match self.of {
            Of::Title(_) | Of::Paragraph => {
                ContentTag::Span(SpanTag { lang: None, alt_text: None, expanded: None, actual_text: None })
            }
            Of::Code => ContentTag::Other,
        }
    }

    fn draw(&self, pen: &mut Pen<'_>) -> Option<()> {
        match self.of {
            Of::Title(_) | Of::Paragraph => pen.text(self.x, self.y, self.size, &self.text, self.colour),
            Of::Code => {
                let code = encode(&self.text).ok()?;
                pen.fill(&modules(&code, self.x, self.y - self.size, self.size)?, self.colour);
            }
        }
        Some(())
    }

    /// The title, paragraph or picture it begins.
    fn group(&self) -> TagGroup {
        match self.of {
            Of::Title(level) => TagGroup::new(Tag::Hn(level, Some(self.text.clone()))),
            Of::Paragraph => TagGroup::new(Tag::P),
            Of::Code => TagGroup::new(Tag::Figure(Some(self.text.clone()))),
        }
    }
}

/// What the pages say, in order.
#[derive(Default)]
struct Tags {
    groups: Vec<TagGroup>,
    block: Option<usize>,
}

impl Tags {
    fn add(&mut self, line: &Line, piece: Identifier) {
        if self.block.replace(line.block) != Some(line.block) {
            self.groups.push(line.group());
        }
        if let Some(group) = self.groups.last_mut() {
            group.push(piece);
        }
    }

    fn tree(self, locale: Locale) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(locale.tag().to_owned()));
        for group in self.groups {
            tree.push(group);
        }
        tree
    }
}
