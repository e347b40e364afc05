//! The certificate of a campus science ambassador: one page of A4 across, for printing, with a code that leads to the page
//! where anybody can verify it. Bilingual: it is shown to others.

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

/// A4 across, in points.
const WIDTH: f32 = 841.89;
const HEIGHT: f32 = 595.28;
/// From the edge to the frame.
const FRAME: f32 = 30.0;
/// From the edge to what is written.
const MARGIN: f32 = 84.0;
const BLACK: Rgb = (0, 0, 0);

/// What stands on a certificate.
#[derive(Clone, Debug)]
pub struct CertificateSheet {
    /// Whose.
    pub name: String,
    /// Which school.
    pub organisation: String,
    /// What the round was called.
    pub round: Bilingual,
    /// When it was issued.
    pub day: Date,
    /// SDQXB-2026-000123
    pub number: String,
    /// ABCD-EFGH-JKMN
    pub code: String,
    /// Where it can be verified, by the QR code.
    pub link: String,
}

impl CertificateSheet {
    /// The certificate as a PDF.
    pub(crate) fn pdf(&self, services: &Services) -> Result<Vec<u8>, PassError> {
        let font = services.post.font()?;
        let code = encode(&self.link).map_err(|_| PassError::Drawing)?;
        let mut document = Document::new_with(SerializeSettings::default());
        document.set_metadata(
            Metadata::new()
                .title(format!("校园科普宣传员证书 {}", self.number))
                .language("zh-CN".to_owned())
                .creator("山东省脐血库".to_owned()),
        );
        let mut page = document.start_page_with(PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PassError::Drawing)?);
        {
            // Surface and page end themselves when they are dropped, in this order.
            let mut pen = Pen::on(page.surface(), &font);
            self.frame(&mut pen).ok_or(PassError::Drawing)?;
            self.words(&mut pen);
            self.foot(&mut pen, &code).ok_or(PassError::Drawing)?;
        }
        page.finish();
        document.finish().map_err(|_| PassError::Drawing)
    }

    /// A frame of two lines, and the flame above.
    fn frame(&self, pen: &mut Pen<'_>) -> Option<()> {
        for (inset, line, colour) in [(FRAME, 3.0, TEAL), (FRAME + 8.0, 0.8, EMBER)] {
            let (wide, high) = (WIDTH - 2.0 * inset, HEIGHT - 2.0 * inset);
            pen.fill(&rectangle(inset, inset, wide, high)?, colour);
            pen.fill(&rectangle(inset + line, inset + line, wide - 2.0 * line, high - 2.0 * line)?, WHITE);
        }
        let high = 44.0;
        pen.fill(&flame((WIDTH - high * 0.75) / 2.0, 62.0, high)?, EMBER);
        Some(())
    }

    fn words(&self, pen: &mut Pen<'_>) {
        let mut centred = |y: f32, size: f32, text: &str, colour: Rgb| {
            let wide = pen.width(text, size);
            pen.text((WIDTH - wide) / 2.0, y, size, text, colour);
        };
        centred(152.0, 36.0, "校园科普宣传员证书", TEAL);
        centred(176.0, 13.0, "Certificate · Campus Science Ambassador", QUIET_INK);
        // A long name is written smaller, and never beyond the frame.
        let room = WIDTH - 2.0 * MARGIN;
        let size = fitted(&self.name, 30.0, room);
        centred(230.0, size, &self.name, INK);
        centred(256.0, fitted(&self.organisation, 14.0, room), &self.organisation, QUIET_INK);
        let done = format!("参加“{}”，完成造血干细胞与脐带血科普培训，", self.round.zh);
        centred(300.0, fitted(&done, 16.0, room), &done, INK);
        centred(326.0, 16.0, "特发此证。", INK);
        let round = self.round.of(Locale::En);
        let done = format!("took part in “{round}” and completed the training in the science of");
        centred(358.0, fitted(&done, 11.0, room), &done, QUIET_INK);
        centred(374.0, 11.0, "hematopoietic stem cells and cord blood.", QUIET_INK);
    }

    /// Number, code, house, day; and the code that leads to where it is verified.
    fn foot(&self, pen: &mut Pen<'_>, code: &QRCode) -> Option<()> {
        let side = 112.0;
        let top = HEIGHT - FRAME - 24.0 - side;
        pen.fill(&modules(code, MARGIN, top, side)?, BLACK);
        let left = MARGIN + side + 14.0;
        pen.text(left, top + 34.0, 12.0, &format!("证书编号 {}", self.number), INK);
        pen.text(left, top + 54.0, 12.0, &format!("验证码 {}", self.code), INK);
        pen.text(left, top + 76.0, 9.0, "扫码或在网站“证书验证”页核对真伪", QUIET_INK);
        pen.text(left, top + 90.0, 9.0, "Scan, or enter both on our site, to verify.", QUIET_INK);
        let day = format!("{}年{}月{}日", self.day.year(), self.day.month(), self.day.day());
        let english = day_text(self.day, Locale::En);
        let lines = [("山东省脐血库", 16.0, INK), ("Shandong Cord Blood Bank", 10.0, QUIET_INK)];
        let mut y = top + 34.0;
        for (text, size, colour) in lines.into_iter().chain([(day.as_str(), 12.0, INK), (&english, 10.0, QUIET_INK)]) {
            let wide = pen.width(text, size);
            pen.text(WIDTH - MARGIN - wide, y, size, text, colour);
            y += 20.0;
        }
        Some(())
    }
}

/// The size at which a text fits into a line.
pub(super) fn fitted(text: &str, size: f32, room: f32) -> f32 {
    let wide = super::pass::width(text, size);
    if wide > room { size * room / wide } else { size }
}
