//! Pages of A4 with text below text, as many as it takes: what copies and letters are drawn on.

use super::pass::{EMBER, PassError, PassFont, Pen, QUIET_INK, Rgb, TEAL, WHITE, flame, rectangle, width, wrapped};
use domain::Locale;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};

/// A4 upright, in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 56.0;
/// Where the first line of a page may begin, and the last one end.
pub(super) const TOP: f32 = 84.0;
pub(super) const BOTTOM: f32 = HEIGHT - 64.0;
/// A title does not stand alone at the foot of a page.
pub(super) const WITH_TITLE: f32 = 64.0;
/// Lines of one paragraph at most: more than any field of a form takes.
const MOST: usize = 120;

/// A line and where it stands.
pub(super) struct Line {
    x: f32,
    pub(super) y: f32,
    size: f32,
    pub(super) text: String,
    colour: Rgb,
}

/// Puts lines below each other, page by page.
pub(super) struct Layout {
    pages: Vec<Vec<Line>>,
    y: f32,
}

impl Layout {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { pages: vec![Vec::new()], y: TOP }
    }

    /// A paragraph, `before` points below what stands above it, with `keep` points of room left behind it on its page.
    pub(super) fn put(&mut self, text: &str, size: f32, colour: Rgb, (before, keep): (f32, f32)) {
        self.y += before;
        for part in text.lines() {
            for line in wrapped(part, size, WIDTH - 2.0 * MARGIN, MOST) {
                self.line(line, MARGIN, (size, colour), keep);
            }
        }
    }

    /// A short line that ends at the right margin.
    pub(super) fn put_right(&mut self, text: &str, size: f32, colour: Rgb, (before, keep): (f32, f32)) {
        self.y += before;
        self.line(text.to_owned(), WIDTH - MARGIN - width(text, size), (size, colour), keep);
    }

    fn line(&mut self, text: String, x: f32, (size, colour): (f32, Rgb), keep: f32) {
        let height = size * 1.45;
        if self.y + height + keep > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        self.y += height;
        let line = Line { x, y: self.y, size, text, colour };
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
        for (n, lines) in pages.iter().enumerate() {
            let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PassError::Drawing)?;
            let mut page = document.start_page_with(settings);
            {
                // Surface and page end themselves when they are dropped, in this order.
                let mut pen = Pen::on(page.surface(), font);
                self.frame(&mut pen, n + 1, of).ok_or(PassError::Drawing)?;
                for line in lines {
                    pen.text(line.x, line.y, line.size, &line.text, line.colour);
                }
            }
            page.finish();
        }
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
