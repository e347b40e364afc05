//! A report to the public as a PDF for printing: pages of A4 with its tables, what the numbers mean, what was put right and the
//! hash by which anybody can check it. Rows and words are the report's own (`domain::disclosure`).

use super::pass::{EMBER, INK, PassError, PassFont, Pen, QUIET_INK, Rgb, TEAL, flame, rectangle, width};
use crate::Services;
use domain::Locale;
use domain::disclosure::{Change, Digest, Report, Row, Sum, Table, Term, Wan};
use domain::time::day_text;
use jiff::civil::Date;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};
use std::sync::{Mutex, PoisonError};

/// A4 in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 56.0;
/// Where the columns of numbers end.
const FAMILIES: f32 = 400.0;
const AMOUNT: f32 = WIDTH - MARGIN;
/// The lowest line that is written.
const LAST: f32 = HEIGHT - 70.0;

/// The words of the sheet.
struct Words {
    title: &'static str,
    house: &'static str,
    published: &'static str,
    item: &'static str,
    families: &'static str,
    amount: &'static str,
    meaning: &'static str,
    old: &'static str,
    new: &'static str,
}

impl Words {
    const fn of(locale: Locale) -> Self {
        match locale {
            Locale::ZhCn => Self {
                title: "火种工程信息公开报告",
                house: "山东省脐血库",
                published: "发布日期：",
                item: "项目",
                families: "户数",
                amount: "金额",
                meaning: "数字说明",
                old: "原数 ",
                new: "更正为 ",
            },
            Locale::En => Self {
                title: "Spark Project: disclosure report",
                house: "Shandong Cord Blood Bank",
                published: "Published: ",
                item: "Item",
                families: "Families",
                amount: "Amount",
                meaning: "What the numbers mean",
                old: "was ",
                new: "is ",
            },
        }
    }
}

/// A text at a place of its line: from the left, or up to the right.
struct Piece {
    x: f32,
    right: bool,
    text: String,
}

/// A line of the sheet: how high, how large, in which colour; with a rule above it or none.
struct Line {
    high: f32,
    size: f32,
    colour: Rgb,
    ruled: bool,
    pieces: Vec<Piece>,
    /// Stays with so many lines that follow.
    with: usize,
}

impl Line {
    fn new(high: f32, size: f32, colour: Rgb, text: impl Into<String>) -> Self {
        let pieces = vec![Piece { x: MARGIN, right: false, text: text.into() }];
        Self { high, size, colour, ruled: false, pieces, with: 0 }
    }

    fn of_three(colour: Rgb, item: String, families: String, amount: String) -> Self {
        let mut line = Self::new(19.0, 10.5, colour, item);
        line.pieces.push(Piece { x: FAMILIES, right: true, text: families });
        line.pieces.push(Piece { x: AMOUNT, right: true, text: amount });
        line
    }
}

/// A sheet is of a report, published on a day, in a language.
type Drawn = ((Term, Digest, Option<Date>, Locale), Vec<u8>);
/// The sheets that were asked for last: they never change, and drawing one costs more than a page.
static DRAWN: Mutex<Vec<Drawn>> = Mutex::new(Vec::new());
/// How many are kept.
const KEPT: usize = 16;

/// The report as a PDF; `published` is none where it waits to be.
///
/// # Errors
/// `NoFont`, `BadFont`, `Drawing`.
pub async fn report_pdf(
    services: &Services,
    report: &Report,
    published: Option<Date>,
    locale: Locale,
) -> Result<Vec<u8>, PassError> {
    let key = (report.term, report.source.digest, published, locale);
    let known = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(of, _)| *of == key).cloned();
    if let Some((_, bytes)) = known {
        return Ok(bytes);
    }
    let (post, report) = (services.post.clone(), report.clone());
    let bytes = super::drawn(move || pdf(&report, published, locale, &post.font()?)).await?;
    let mut all = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= KEPT {
        all.remove(0);
    }
    all.push((key, bytes.clone()));
    Ok(bytes)
}

fn pdf(report: &Report, published: Option<Date>, locale: Locale, font: &PassFont) -> Result<Vec<u8>, PassError> {
    let words = Words::of(locale);
    let mut document = Document::new_with(SerializeSettings::default());
    document.set_metadata(
        Metadata::new()
            .title(format!("{} {}", words.title, report.term))
            .language(locale.tag().to_owned())
            .creator(words.house.to_owned()),
    );
    let pages = pages(lines(report, published, locale, &words));
    let count = pages.len();
    for (n, lines) in (1..).zip(pages) {
        let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PassError::Drawing)?);
        {
            // Surface and page end themselves when they are dropped, in this order.
            let mut pen = Pen::on(page.surface(), font);
            pen.fill(&flame(WIDTH - MARGIN - 18.0, 34.0, 24.0).ok_or(PassError::Drawing)?, EMBER);
            let mut y = 56.0;
            for line in lines {
                if line.ruled {
                    let rule = rectangle(MARGIN, y + 4.0, WIDTH - 2.0 * MARGIN, 0.6).ok_or(PassError::Drawing)?;
                    pen.fill(&rule, QUIET_INK);
                }
                y += line.high;
                for piece in line.pieces {
                    let wide = if piece.right { pen.width(&piece.text, line.size) } else { 0.0 };
                    pen.text(piece.x - wide, y, line.size, &piece.text, line.colour);
                }
            }
            let foot = format!("{} · {} · {n}/{count}", words.house, report.term);
            pen.text(MARGIN, HEIGHT - 40.0, 8.5, &foot, QUIET_INK);
        }
        page.finish();
    }
    document.finish().map_err(|_| PassError::Drawing)
}

fn lines(report: &Report, published: Option<Date>, locale: Locale, words: &Words) -> Vec<Line> {
    let mut lines = vec![
        Line::new(26.0, 22.0, TEAL, words.title),
        Line::new(26.0, 15.0, INK, report.term.text(locale)),
        Line::new(20.0, 10.0, QUIET_INK, words.house),
    ];
    if let Some(day) = published {
        lines.push(Line::new(16.0, 10.0, QUIET_INK, format!("{}{}", words.published, day_text(day, locale))));
    }
    for table in &report.tables {
        lines.extend(of_table(table, locale, words));
    }
    if let Some((reason, changes)) = &report.corrections {
        lines.push(heading(domain::disclosure::Section::Corrections.text(locale)));
        lines.extend(wrapped(reason, 10.5, INK));
        for change in changes {
            lines.extend(wrapped(&changed(change, locale, words), 9.5, INK));
        }
    }
    lines.push(heading(words.meaning));
    for definition in report.definitions() {
        lines.extend(wrapped(definition.text(locale), 9.5, QUIET_INK));
        lines.push(Line::new(5.0, 4.0, INK, ""));
    }
    lines.push(Line::new(8.0, 4.0, INK, ""));
    lines.extend(wrapped(&report.source.text(locale), 9.5, INK));
    lines
}

fn heading(text: &str) -> Line {
    Line { with: 2, ..Line::new(34.0, 13.0, TEAL, text) }
}

fn of_table(table: &Table, locale: Locale, words: &Words) -> Vec<Line> {
    let has_families = table.rows.iter().any(|row| row.families.is_some());
    let families = if has_families { words.families } else { "" };
    let head = Line::of_three(QUIET_INK, words.item.into(), families.into(), words.amount.into());
    let mut lines = vec![heading(table.section.text(locale)), Line { with: 1, ..head }];
    let row = |row: &Row| {
        let families = row.families.map(|families| families.to_string()).unwrap_or_default();
        Line::of_three(INK, row.label.text(locale), families, row.amount.text(locale))
    };
    lines.extend(table.rows.iter().map(row));
    // The last line is the sum of the others.
    if let Some(last) = lines.last_mut() {
        last.ruled = true;
    }
    lines
}

fn changed(change: &Change, locale: Locale, words: &Words) -> String {
    let sum = |sum: Sum| {
        let amount = Wan::nearest(sum.amount).text(locale);
        if sum.families == 0 { amount } else { format!("{} {}, {amount}", words.families, sum.families) }
    };
    format!("{}: {}{}; {}{}", change.figure.text(locale), words.old, sum(change.old), words.new, sum(change.new))
}

/// A text in as many lines as it needs. Latin words are carried over whole; Chinese, and what is longer than a line, breaks
/// anywhere.
fn wrapped(text: &str, size: f32, colour: Rgb) -> Vec<Line> {
    let room = WIDTH - 2.0 * MARGIN;
    let (mut lines, mut line) = (Vec::new(), String::new());
    for character in text.chars() {
        line.push(character);
        if width(&line, size) <= room {
            continue;
        }
        let at = match line.trim_end().rfind(' ') {
            Some(space) if character.is_ascii() => space + 1,
            _ => line.len() - character.len_utf8(),
        };
        let rest = line.split_off(at);
        lines.push(std::mem::replace(&mut line, rest));
    }
    lines.push(line);
    lines.into_iter().map(|line| Line::new(size * 1.6, size, colour, line.trim_end())).collect()
}

/// The lines by page. A heading does not stand alone at the end of one.
fn pages(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let (mut pages, mut y) = (vec![Vec::new()], 56.0);
    let heights: Vec<f32> = lines.iter().map(|line| line.high).collect();
    for (n, line) in lines.into_iter().enumerate() {
        let needs: f32 = heights.iter().skip(n).take(1 + line.with).sum();
        if y + needs > LAST {
            pages.push(Vec::new());
            y = 56.0;
        }
        y += line.high;
        if let Some(page) = pages.last_mut() {
            page.push(line);
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_broken_between_words_and_loses_nothing() {
        let text = "Payments that were too few at their time are new in the report that first has them. ".repeat(4);
        let lines = wrapped(&text, 9.5, INK);
        assert!(lines.len() > 2);
        let said: Vec<&str> = lines.iter().map(|line| line.pieces[0].text.as_str()).collect();
        assert_eq!(said.join(" "), text.trim_end());
        let hash = "ab".repeat(80);
        let lines = wrapped(&hash, 9.5, INK);
        assert_eq!(lines.iter().map(|line| line.pieces[0].text.as_str()).collect::<String>(), hash);
    }

    #[test]
    fn a_heading_is_never_the_last_line_of_a_page() {
        let many = (0..200).map(|n| if n % 7 == 0 { heading("a") } else { Line::new(19.0, 10.0, INK, "b") });
        let pages = pages(many.collect());
        assert!(pages.len() > 4);
        for page in &pages {
            assert!(page.last().is_some_and(|line| line.with == 0));
            assert!(page.iter().map(|line| line.high).sum::<f32>() <= LAST - 56.0);
        }
        assert_eq!(pages.iter().map(Vec::len).sum::<usize>(), 200);
    }
}
