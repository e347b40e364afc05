//! Pictures of two of the demo's events, drawn by the house; the others show the drawing of their kind.

use super::super::{NewPicture, OutreachError, add_picture, events};
use crate::files::specimen;
use crate::{Context, Services};

/// Gives two events pictures. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_pictures(services: &Services, context: &Context) -> Result<(), OutreachError> {
    let shown = [
        (
            "health-tour-",
            specimen::scene(1),
            ("科普巴士停在山坡前的空地上", "The science bus on a square before the hills"),
        ),
        ("health-tour-", specimen::scene(0), ("巴士开到了文化广场", "The bus arriving at the culture square")),
        ("family-day-", specimen::kites(5), ("五只风筝飞在草地上空", "Five kites above a meadow")),
        ("family-day-", specimen::kites(2), ("草地上空的两只火种风筝", "Two flame kites above the meadow")),
    ];
    services.programme.forget();
    let events = events(services).await?;
    for (slug, bytes, (alt_zh, alt_en)) in shown {
        let Some(event) = events.all().iter().find(|event| event.slug.starts_with(slug)) else { continue };
        let picture = NewPicture { alt_zh: alt_zh.into(), alt_en: alt_en.into(), consent: true, bytes };
        add_picture(services, context, event.id, picture).await?;
    }
    Ok(())
}
