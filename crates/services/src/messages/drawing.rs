//! When sheets are drawn: where no requests are served, and a few at once.

use super::pass::PassError;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Sheets that are drawn at once. Each takes a core for tens of milliseconds, and whoever may have one may ask for it as often as they
/// like: the others wait here, and not on every core.
static DRAWING: Semaphore = Semaphore::const_new(2);

/// Draws a PDF where no requests are served: reading the font and subsetting it is work.
///
/// # Errors
/// What drawing says; `Drawing` where it broke off.
pub(crate) async fn drawn(
    draw: impl FnOnce() -> Result<Vec<u8>, PassError> + Send + 'static,
) -> Result<Vec<u8>, PassError> {
    let turn = DRAWING.acquire().await.map_err(|_| PassError::Drawing)?;
    // The turn ends with the drawing, and not with whoever hung up meanwhile.
    let drawing = move || {
        let drawn = draw();
        drop(turn);
        drawn
    };
    spawn_blocking(drawing).await.unwrap_or(Err(PassError::Drawing))
}
