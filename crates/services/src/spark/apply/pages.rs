//! Pages as they lie in the database: sealed, each bound to its row, with its name inside so that no page is taken for another.

use super::ApplyError;
use crate::crypto::{Place, Vault};
use crate::{Context, Services};
use domain::spark::application::{Change, Draft, Form, Reading, Saved, migrate};
use domain::typed::Typed;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::spark::apply::{self as sql, ApplicationRow, PageRow};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
struct Sealed {
    page: String,
    typed: Typed,
}

const fn place(row: Uuid) -> Place {
    Place { table: "spark_application_page", column: "sealed", row }
}

/// A fresh row of a page.
pub(super) fn sealed(services: &Services, context: &Context, page: &str, saved: &Saved) -> Result<PageRow, ApplyError> {
    let id = context.new_id();
    let plain = Sealed { page: page.to_owned(), typed: saved.typed.clone() };
    let plain = serde_json::to_vec(&plain).map_err(|_| ApplyError::Damaged("a page"))?;
    let version = i32::try_from(saved.version).map_err(|_| ApplyError::Damaged("a page's version"))?;
    Ok(PageRow { id, page: page.to_owned(), version, sealed: services.vault.seal(place(id), &plain) })
}

fn opened(vault: &Vault, row: PageRow) -> Result<(String, Saved), ApplyError> {
    let plain = vault.open_sealed(place(row.id), &row.sealed)?;
    let Sealed { page, typed } = serde_json::from_slice(&plain).map_err(|_| ApplyError::Damaged("a page"))?;
    if page != row.page {
        return Err(ApplyError::Damaged("a page"));
    }
    Ok((page, Saved { version: row.version.unsigned_abs(), typed }))
}

/// A draft by the newest form, and what changed since it was begun.
pub(super) struct Loaded {
    /// The form.
    pub form: &'static Form,
    /// What was typed.
    pub draft: Draft,
    /// What is otherwise than in the form it was saved by.
    pub changes: Vec<Change>,
}

impl Loaded {
    /// Reads it on the day of `context`.
    pub fn read(&self, context: &Context) -> Reading {
        self.form.read(&self.draft, domain::time::local_day(context.now))
    }
}

/// Opens the pages of an application.
pub(super) async fn load(
    services: &Services,
    db: &mut PgConnection,
    row: &ApplicationRow,
) -> Result<Loaded, ApplyError> {
    let rows = sql::pages(db, row.id).await?;
    let pages = rows.into_iter().map(|row| opened(&services.vault, row)).collect::<Result<Vec<_>, _>>()?;
    let kept_by = u16::try_from(row.form).ok().and_then(Form::of).ok_or(ApplyError::Damaged("a form's version"))?;
    let (form, draft) = (Form::current(), Draft::kept(kept_by.version, pages));
    if kept_by.version == form.version {
        return Ok(Loaded { form, draft, changes: Vec::new() });
    }
    let (draft, changes) = migrate(&draft, kept_by, form);
    Ok(Loaded { form, draft, changes })
}

/// The versions of what is asked, as one hash: what somebody saw and sends is this and nothing saved since.
pub(super) fn digest(reading: &Reading, draft: &Draft) -> String {
    let mut text = format!("form {}\n", draft.form);
    for asked in &reading.pages {
        text.push_str(&format!("{} {}\n", asked.page.key, draft.version(asked.page.key)));
    }
    crate::crypto::digest_hex(text.as_bytes())
}
