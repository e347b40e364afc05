//! Files people send as papers: what a name may end in, and why a file is not taken. Who looks into one stands in `services`.

use crate::characters::are_seen;
use crate::named::named;

named! {
    /// What a file is.
    Format, 6 {
        /// PDF.
        Pdf "pdf",
        /// A photograph as cameras write it.
        Jpeg "jpeg",
        /// A picture of a screen.
        Png "png",
        /// A photograph as some telephones write it.
        Heic "heic",
        /// A text, Office Open XML, without macros.
        Docx "docx",
        /// A workbook, Office Open XML, without macros.
        Xlsx "xlsx",
    }
}

impl Format {
    /// What its name may end in, the first as it is handed out.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Heic => &["heic", "heif"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
        }
    }

    /// As HTTP says it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The format that a name claims by what stands behind its last dot.
    ///
    /// # Errors
    /// `Ending`.
    pub fn of_name(name: &str) -> Result<Self, Refusal> {
        let (_, ending) = name.trim_end().rsplit_once('.').ok_or(Refusal::Ending)?;
        let claims = |format: &Self| format.endings().iter().any(|known| ending.eq_ignore_ascii_case(known));
        Self::ALL.into_iter().find(claims).ok_or(Refusal::Ending)
    }
}

named! {
    /// Why a file is not taken. Each has a sentence of its own, `error-file-refused-<name>`.
    Refusal, 23 {
        /// More bytes than a file may have.
        TooLarge "too-large",
        /// As many files as there may be are there.
        TooMany "too-many",
        /// All files together would be more bytes than there may be.
        Full "full",
        /// No byte.
        Empty "empty",
        /// A name with an ending that is none of those taken.
        Ending "ending",
        /// Something else than its name says.
        Mismatch "mismatch",
        /// It does not open.
        Damaged "damaged",
        /// A password is on it.
        Locked "locked",
        /// A script, or an action that runs by itself.
        Script "script",
        /// It opens a program, or another file.
        Launch "launch",
        /// Other files, sound or film are in it.
        Attachment "attachment",
        /// A form that sends something, runs something, or is made anew.
        Form "form",
        /// Macros.
        Macros "macros",
        /// It fetches something from elsewhere.
        External "external",
        /// An object of another program is in it.
        Object "object",
        /// Two formats in one: something before its beginning or behind its end.
        TwoInOne "two-in-one",
        /// More pixels than a picture may have.
        Pixels "pixels",
        /// It unpacks to far more than it is.
        Unpacks "unpacks",
        /// More pages than there may be.
        Pages "pages",
        /// Part of it is packed in a way that nobody can look into.
        Hidden "hidden",
        /// The scanner knows something harmful in it.
        Harmful "harmful",
        /// Nobody can say at present whether it is harmful.
        Unscanned "unscanned",
        /// It broke off on the way.
        BrokenOff "broken-off",
    }
}

/// The longest name that is kept, in characters.
pub const LONGEST_NAME: usize = 80;

/// A name as it may be shown: without folders, without what cannot be seen or turns round what stands behind it, not too
/// long. Its ending stays where it is cut. Empty where nothing of it is left.
pub fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let seen = |c: &char| are_seen(c.encode_utf8(&mut [0; 4])) && !matches!(c, '<' | '>' | '"' | ':' | '|' | '?' | '*');
    let clean: Vec<char> = last.chars().filter(seen).collect();
    if clean.len() <= LONGEST_NAME {
        return clean.into_iter().collect();
    }
    let ending = clean.iter().rposition(|c| *c == '.').filter(|at| clean.len() - at <= 6).unwrap_or(clean.len());
    let (front, ending) = clean.split_at(ending);
    front.iter().take(LONGEST_NAME - 1 - ending.len()).chain(&['…']).chain(ending).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_claims_a_format_by_its_last_ending() {
        for (name, format) in [
            ("诊断证明.pdf", Format::Pdf),
            ("IMG_0001.JPG", Format::Jpeg),
            ("a.jpeg ", Format::Jpeg),
            ("a.b.png", Format::Png),
            ("IMG_0002.HEIC", Format::Heic),
            ("说明.docx", Format::Docx),
            ("费用.xlsx", Format::Xlsx),
        ] {
            assert_eq!(Format::of_name(name), Ok(format), "{name}");
        }
        for name in ["", "pdf", "a.pdf.exe", "a.docm", "a.xlsm", "a.doc", "a.zip", "a.svg", "a.pdf.", "a.pd\u{202e}f"] {
            assert_eq!(Format::of_name(name), Err(Refusal::Ending), "{name}");
        }
    }

    #[test]
    fn every_format_is_handed_out_under_an_ending_that_is_taken() {
        for format in Format::ALL {
            assert_eq!(Format::of_name(&format!("x.{}", format.endings()[0])), Ok(format));
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
    }

    #[test]
    fn a_name_is_shown_without_what_misleads() {
        for (name, shown) in [
            ("诊断证明.pdf", "诊断证明.pdf"),
            ("C:\\Users\\x\\a.pdf", "a.pdf"),
            ("../../etc/a.pdf", "a.pdf"),
            ("a\u{202e}fdp.exe.pdf", "afdp.exe.pdf"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
            ("<script>.pdf", "script.pdf"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
        let long = shown_name(&format!("{}.docx", "长".repeat(300)));
        assert_eq!(long.chars().count(), LONGEST_NAME);
        assert!(long.ends_with("….docx"), "{long}");
    }
}
