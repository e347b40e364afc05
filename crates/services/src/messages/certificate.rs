//! Certificates: one page of A4 across, for printing, with a code that leads to the page where anybody can verify it. Bilingual: they
//! are shown to others. The sheet is one; of what it is, and what it says, its words say.

use super::pass::{EMBER, INK, PassError, Pen, QUIET_INK, Rgb, TEAL, WHITE, encode, flame, modules, rectangle};
use crate::Services;
use domain::Locale;
use domain::outreach::Bilingual;
use domain::time::day_text;
use fast_qr::qr::QRCode;
use jiff::civil::Date;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};
use std::fmt;

/// A4 across, in points.
const WIDTH: f32 = 841.89;
const HEIGHT: f32 = 595.28;
/// From the edge to the frame.
const FRAME: f32 = 30.0;
/// From the edge to what is written.
const MARGIN: f32 = 84.0;
const BLACK: Rgb = (0, 0, 0);

/// What every certificate has.
#[derive(Clone)]
pub(crate) struct Issued {
    /// Whose: a person's name.
    pub name: String,
    /// When it was issued.
    pub day: Date,
    /// As it is printed: SDQXB-2026-000123.
    pub number: String,
    /// As it is printed: ABCD-EFGH-JKMN.
    pub code: String,
    /// Where it can be verified, by the QR code.
    pub link: String,
}

/// A certificate.
#[derive(Clone)]
pub(crate) struct CertificateSheet {
    issued: Issued,
    /// What it is of, in Chinese and in English.
    title: (&'static str, &'static str),
    /// From where whoever it names comes.
    from: Option<String>,
    /// What it says, in lines.
    chinese: Vec<String>,
    english: Vec<String>,
    /// How it is verified.
    how: (&'static str, &'static str),
}

// It names a person, often a child: nothing of it stands in a log.
impl fmt::Debug for CertificateSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertificateSheet(…)")
    }
}

fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

impl CertificateSheet {
    /// Of a campus science ambassador: of which school, and what the round was called.
    pub(crate) fn of_ambassador(issued: Issued, organisation: String, round: &Bilingual) -> Self {
        let (zh, en) = (round.of(Locale::ZhCn), round.of(Locale::En));
        Self {
            issued,
            title: ("校园科普宣传员证书", "Certificate · Campus Science Ambassador"),
            from: Some(organisation),
            chinese: vec![format!("参加“{zh}”，完成造血干细胞与脐带血科普培训，"), "特发此证。".to_owned()],
            english: vec![
                format!("took part in “{en}” and completed the training in the science of"),
                "hematopoietic stem cells and cord blood.".to_owned(),
            ],
            how: ("扫码或在网站“证书验证”页核对真伪", "Scan, or enter both on our site, to verify."),
        }
    }

    /// That the unit of a child is stored, and since when.
    pub(crate) fn of_unit(issued: Issued, stored: Date) -> Self {
        Self {
            issued,
            title: ("脐带血储存证书", "Certificate of Cord Blood Storage"),
            from: None,
            chinese: vec![
                "出生时采集的脐带血，已完成制备、检测与审核，".to_owned(),
                format!("自{}起在本库液氮中长期储存。", chinese(stored)),
            ],
            english: vec![
                "The cord blood collected at birth was prepared, tested and reviewed,".to_owned(),
                format!("and is stored in liquid nitrogen since {}.", day_text(stored, Locale::En)),
            ],
            how: (
                "扫码核对真伪；核对时只显示证书是否有效",
                "Scan to verify. The answer is no more than whether it is valid.",
            ),
        }
    }

    /// The certificate as a PDF.
    pub(crate) fn pdf(&self, services: &Services) -> Result<Vec<u8>, PassError> {
        let font = services.post.font()?;
        let code = encode(&self.issued.link).map_err(|_| PassError::Drawing)?;
        let mut document = Document::new_with(SerializeSettings::default());
        document.set_metadata(
            Metadata::new()
                .title(format!("{} {}", self.title.0, self.issued.number))
                .language("zh-CN".to_owned())
                .creator("山东省脐血库".to_owned()),
        );
        let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PassError::Drawing)?);
        {
            // Surface and page end themselves when they are dropped, in this order.
            let mut pen = Pen::on(page.surface(), &font);
            frame(&mut pen).ok_or(PassError::Drawing)?;
            self.words(&mut pen);
            self.foot(&mut pen, &code).ok_or(PassError::Drawing)?;
        }
        page.finish();
        document.finish().map_err(|_| PassError::Drawing)
    }

    /// Title, name and what is certified, each in the middle. A long line is written smaller, and never beyond the frame.
    fn words(&self, pen: &mut Pen<'_>) {
        let mut centred = |y: f32, size: f32, text: &str, colour: Rgb| {
            let size = fitted(text, size, WIDTH - 2.0 * MARGIN);
            let wide = pen.width(text, size);
            pen.text((WIDTH - wide) / 2.0, y, size, text, colour);
        };
        centred(152.0, 36.0, self.title.0, TEAL);
        centred(176.0, 13.0, self.title.1, QUIET_INK);
        centred(230.0, 30.0, &self.issued.name, INK);
        let mut y = 284.0;
        if let Some(from) = &self.from {
            centred(256.0, 14.0, from, QUIET_INK);
            y = 300.0;
        }
        for line in &self.chinese {
            centred(y, 16.0, line, INK);
            y += 26.0;
        }
        y += 6.0;
        for line in &self.english {
            centred(y, 11.0, line, QUIET_INK);
            y += 16.0;
        }
    }

    /// Number, code, house, day; and the code that leads to where it is verified.
    fn foot(&self, pen: &mut Pen<'_>, code: &QRCode) -> Option<()> {
        let side = 112.0;
        let top = HEIGHT - FRAME - 24.0 - side;
        pen.fill(&modules(code, MARGIN, top, side)?, BLACK);
        let left = MARGIN + side + 14.0;
        pen.text(left, top + 34.0, 12.0, &format!("证书编号 {}", self.issued.number), INK);
        pen.text(left, top + 54.0, 12.0, &format!("验证码 {}", self.issued.code), INK);
        pen.text(left, top + 76.0, 9.0, self.how.0, QUIET_INK);
        pen.text(left, top + 90.0, 9.0, self.how.1, QUIET_INK);
        let (day, english) = (chinese(self.issued.day), day_text(self.issued.day, Locale::En));
        let lines = [
            ("山东省脐血库", 16.0, INK),
            ("Shandong Cord Blood Bank", 10.0, QUIET_INK),
            (day.as_str(), 12.0, INK),
            (english.as_str(), 10.0, QUIET_INK),
        ];
        let mut y = top + 34.0;
        for (text, size, colour) in lines {
            let wide = pen.width(text, size);
            pen.text(WIDTH - MARGIN - wide, y, size, text, colour);
            y += 20.0;
        }
        Some(())
    }
}

/// A frame of two lines, and the flame above.
fn frame(pen: &mut Pen<'_>) -> Option<()> {
    for (inset, line, colour) in [(FRAME, 3.0, TEAL), (FRAME + 8.0, 0.8, EMBER)] {
        let (wide, high) = (WIDTH - 2.0 * inset, HEIGHT - 2.0 * inset);
        pen.fill(&rectangle(inset, inset, wide, high)?, colour);
        pen.fill(&rectangle(inset + line, inset + line, wide - 2.0 * line, high - 2.0 * line)?, WHITE);
    }
    let high = 44.0;
    pen.fill(&flame((WIDTH - high * 0.75) / 2.0, 62.0, high)?, EMBER);
    Some(())
}

/// The size at which a text fits into a line.
fn fitted(text: &str, size: f32, room: f32) -> f32 {
    let wide = super::pass::width(text, size);
    if wide > room { size * room / wide } else { size }
}
