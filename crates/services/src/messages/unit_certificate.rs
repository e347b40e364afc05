//! The certificate that a unit is stored: one page of A4 across, with a code that leads to the page where anybody can verify it.
//! Bilingual: it is shown to others.

use super::certificate::fitted;
use super::pass::{EMBER, INK, PassError, Pen, QUIET_INK, Rgb, TEAL, WHITE, encode, flame, modules, rectangle};
use crate::Services;
use domain::Locale;
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

/// What stands on a certificate.
#[derive(Clone)]
pub struct UnitCertificateSheet {
    /// The child's name.
    pub name: String,
    /// Since when it is stored.
    pub stored: Date,
    /// When the certificate was issued.
    pub day: Date,
    /// K7M4-Q2XR
    pub number: String,
    /// Twelve characters.
    pub code: String,
    /// Where it can be verified, by the QR code.
    pub link: String,
}

// It names a child: nothing of it stands in a log.
impl fmt::Debug for UnitCertificateSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnitCertificateSheet(…)")
    }
}

fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

impl UnitCertificateSheet {
    /// The certificate as a PDF.
    pub(crate) fn pdf(&self, services: &Services) -> Result<Vec<u8>, PassError> {
        let font = services.post.font()?;
        let code = encode(&self.link).map_err(|_| PassError::Drawing)?;
        let mut document = Document::new_with(SerializeSettings::default());
        document.set_metadata(
            Metadata::new()
                .title(format!("脐带血储存证书 {}", self.number))
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

    fn words(&self, pen: &mut Pen<'_>) {
        let mut centred = |y: f32, size: f32, text: &str, colour: Rgb| {
            let wide = pen.width(text, size);
            pen.text((WIDTH - wide) / 2.0, y, size, text, colour);
        };
        centred(152.0, 36.0, "脐带血储存证书", TEAL);
        centred(176.0, 13.0, "Certificate of Cord Blood Storage", QUIET_INK);
        let room = WIDTH - 2.0 * MARGIN;
        centred(236.0, fitted(&self.name, 30.0, room), &self.name, INK);
        centred(284.0, 16.0, "出生时采集的脐带血，已完成制备、检测与审核，", INK);
        centred(310.0, 16.0, &format!("自{}起在本库液氮中长期储存。", chinese(self.stored)), INK);
        let stored = day_text(self.stored, Locale::En);
        centred(344.0, 11.0, "The cord blood collected at birth was prepared, tested and reviewed,", QUIET_INK);
        centred(360.0, 11.0, &format!("and is stored in liquid nitrogen since {stored}."), QUIET_INK);
    }

    /// Number, code, house, day; and the code that leads to where it is verified.
    fn foot(&self, pen: &mut Pen<'_>, code: &QRCode) -> Option<()> {
        let side = 112.0;
        let top = HEIGHT - FRAME - 24.0 - side;
        pen.fill(&modules(code, MARGIN, top, side)?, BLACK);
        let left = MARGIN + side + 14.0;
        pen.text(left, top + 34.0, 12.0, &format!("证书编号 {}", self.number), INK);
        pen.text(left, top + 54.0, 12.0, &format!("验证码 {}", self.code), INK);
        pen.text(left, top + 76.0, 9.0, "扫码核对真伪；核对时只显示证书是否有效", QUIET_INK);
        pen.text(left, top + 90.0, 9.0, "Scan to verify. The answer is no more than whether it is valid.", QUIET_INK);
        let (day, english) = (chinese(self.day), day_text(self.day, Locale::En));
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
