//! What may be kept of a file somebody sent. The name and the type it was sent under are not asked: its bytes say what it is.

use super::{FileError, Scanner, Verdict, pdf, picture};
use domain::field::Fault;
use image::ImageFormat;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// What a kept file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A PDF, as it was sent, but for what it notes about people.
    Pdf,
    /// A picture, written anew.
    Jpeg,
}

impl Kind {
    /// As stored, and the ending of its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
        }
    }

    /// The kind of a stored word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Jpeg].into_iter().find(|kind| kind.name() == name)
    }

    /// As HTTP says it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// What a call takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Accept {
    /// Bytes at most, as sent.
    pub largest: usize,
    /// Pages of a PDF at most; 0 takes none.
    pub pages: u32,
    /// The longer side of a picture as it is kept, in pixels.
    pub side: u32,
}

impl Accept {
    /// A letter: some pages, or a picture of one that can still be read.
    pub const LETTER: Self = Self { largest: 8 * 1024 * 1024, pages: 10, side: 2400 };
    /// A photograph for a page.
    pub const PHOTO: Self = Self { largest: 12 * 1024 * 1024, pages: 0, side: 1600 };

    /// The fault of a file that is larger than this takes.
    pub fn too_large(self) -> Fault {
        Fault::FileTooHeavy { max: u32::try_from(self.largest / (1024 * 1024)).unwrap_or(u32::MAX) }
    }

    /// The fault of a file that is none of those taken.
    pub const fn other_kind(self) -> Fault {
        if self.pages > 0 { Fault::FileKindLetter } else { Fault::FileKindPicture }
    }
}

/// What is kept of a file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it is.
    pub kind: Kind,
    /// Its bytes: of a picture those written here, of a PDF those that were sent, but for its notes.
    pub bytes: Vec<u8>,
    /// Pages; a picture is one.
    pub pages: u32,
    /// Pixels of a picture.
    pub size: Option<(u32, u32)>,
}

/// How many are looked at at once: each picture may take as much memory as its pixels.
static LOOKING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// One's turn to look at a file; it ends with what is answered.
///
/// # Errors
/// `Busy`.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>, FileError> {
    let turn = tokio::time::timeout(PATIENCE, LOOKING.acquire()).await;
    turn.map_err(|_| FileError::Busy)?.map_err(|_| FileError::Busy)
}

/// Looks at a file, beside the threads that answer requests.
///
/// # Errors
/// `Refused` with what is wrong with it; `Busy`.
pub(super) async fn check(scanner: Option<&dyn Scanner>, bytes: Vec<u8>, accept: Accept) -> Result<Checked, FileError> {
    checked(scanner, bytes, accept, move |bytes| look(bytes, accept)).await
}

/// Looks at a picture in the same way. Answers it in several sizes, the smallest first.
///
/// # Errors
/// As [`check`].
pub(super) async fn check_in_sizes(
    scanner: Option<&dyn Scanner>,
    bytes: Vec<u8>,
    accept: Accept,
    smaller: &'static [u32],
) -> Result<Vec<Checked>, FileError> {
    checked(scanner, bytes, accept, move |bytes| look_in_sizes(&bytes, accept, smaller)).await
}

async fn checked<T: Send + 'static>(
    scanner: Option<&dyn Scanner>,
    bytes: Vec<u8>,
    accept: Accept,
    look: impl FnOnce(Vec<u8>) -> Result<T, Fault> + Send + 'static,
) -> Result<T, FileError> {
    if bytes.len() > accept.largest {
        return Err(FileError::Refused(accept.too_large()));
    }
    if let Some(scanner) = scanner {
        looked_over(scanner, &bytes).await.map_err(FileError::Refused)?;
    }
    let _turn = turn().await?;
    // A reader that panics over a file has refused it.
    let looked = tokio::task::spawn_blocking(move || look(bytes)).await;
    looked.unwrap_or(Err(Fault::FileBroken)).map_err(FileError::Refused)
}

/// Only what the scanner says is clean goes on: while it cannot be asked, nothing does.
pub(super) async fn looked_over(scanner: &dyn Scanner, bytes: &[u8]) -> Result<(), Fault> {
    match scanner.scan(bytes).await {
        Ok(Verdict::Clean) => Ok(()),
        Ok(Verdict::Harmful(signature)) => {
            tracing::warn!(signature, bytes = bytes.len(), "a harmful file was refused");
            Err(Fault::FileHarmful)
        }
        Err(error) => {
            tracing::error!(%error, "a file was refused: it could not be scanned");
            Err(Fault::FileUnscanned)
        }
    }
}

pub(super) fn look(bytes: Vec<u8>, accept: Accept) -> Result<Checked, Fault> {
    match bytes.as_slice() {
        [] => Err(Fault::Required),
        [b'%', b'P', b'D', b'F', b'-', ..] if accept.pages > 0 => {
            let pages = pdf::pages(&bytes, accept.pages)?;
            let bytes = pdf::without_notes(bytes, pages).map_err(|_| Fault::FileActive)?;
            Ok(Checked { kind: Kind::Pdf, bytes, pages, size: None })
        }
        _ => picture::anew(&bytes, format_of(&bytes).ok_or(accept.other_kind())?, accept.side),
    }
}

/// The same with a picture: as it is kept, and smaller ones of it beside it.
pub(super) fn look_in_sizes(bytes: &[u8], accept: Accept, smaller: &[u32]) -> Result<Vec<Checked>, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Required);
    }
    let format = format_of(bytes).ok_or(accept.other_kind())?;
    picture::in_sizes(bytes, format, accept.side, smaller)
}

/// Which kind of picture begins so.
fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(ImageFormat::Png),
        _ => None,
    }
}
