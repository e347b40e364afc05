//! The roots and keys as files for machines: nothing in them is anybody's, and whoever wants to, keeps a copy. And a unit's passport,
//! for whoever sees units at the bank.

use super::at;
use crate::calls::{Answer, Asked, Call};
use crate::family::paper;
use crate::i18n::text;
use crate::problem::Problem;
use crate::routes::Access;
use domain::Locale;
use domain::account::Capability;
use domain::custody::passport::Passport;
use domain::ids::UnitId;
use domain::merkle::hex;
use serde_json::{Value, json};
use services::custody::CustodyError;
use services::custody::proof::{self, Published, Reading};

/// The calls.
pub static CALLS: &[Call] = &[
    Call::polled(at::ROOTS_FILE, Access::Public, &roots),
    Call::polled(at::KEYS_FILE, Access::Public, &keys),
    Call::get("/staff/units/:id/passport.json", Access::Capability(Capability::SeeUnits), &passport),
    Call::get("/staff/units/:id/passport.pdf", Access::Capability(Capability::SeeUnits), &passport_paper),
];

async fn roots(asked: Asked) -> Answer {
    match proof::published(&asked.services, asked.query.parsed("before")).await {
        Ok(page) => {
            let roots: Vec<Value> = page.roots.iter().map(root).collect();
            let next = page.next.map(|number| format!("{}?before={number}", at::ROOTS_FILE));
            Answer::polled(json!({ "roots": roots, "next": next }))
        }
        Err(error) => Problem::from(error).into(),
    }
}

fn root(published: &Published) -> Value {
    let root = &published.root;
    json!({
        "number": root.number,
        "day": root.day,
        "size": root.size,
        "root": hex(&root.root),
        "previous": hex(&root.previous),
        "signed_at": root.signed_at,
        "kid": published.kid,
        "signature": published.signature,
    })
}

async fn keys(asked: Asked) -> Answer {
    match serde_json::to_value(proof::keys(&asked.services)) {
        Ok(keys) => Answer::polled(keys),
        Err(_) => Problem::Broken.into(),
    }
}

/// A unit's passport with everything in it.
async fn passport(asked: Asked) -> Answer {
    match read_passport(&asked).await {
        Ok(reading) => file(&reading.passport),
        Err(error) => refused(error),
    }
}

/// The same on paper.
async fn passport_paper(asked: Asked) -> Answer {
    match read_passport(&asked).await {
        Ok(reading) => paper(&asked, &reading).await,
        Err(error) => refused(error),
    }
}

async fn read_passport(asked: &Asked) -> Result<Reading, CustodyError> {
    let id = asked.param::<UnitId>("id").ok_or(CustodyError::NotFound)?;
    // The family reads why in the language of the house.
    let why = text(Locale::ZhCn, "units-look-routine");
    proof::staff_passport(&asked.services, &asked.context, id, &why).await
}

fn refused(error: CustodyError) -> Answer {
    match error {
        CustodyError::Denied(denied) => denied.into(),
        CustodyError::NotFound => Problem::NotFound.into(),
        CustodyError::Database(error) => Problem::database(error).into(),
        error => {
            tracing::error!(%error, "a passport could not be made");
            Problem::Broken.into()
        }
    }
}

/// A passport as a file to be kept.
pub(crate) fn file(passport: &Passport) -> Answer {
    match serde_json::to_vec_pretty(passport) {
        Ok(bytes) => Answer::file("application/json", Some(file_name(passport, "json")), bytes),
        Err(_) => Problem::Broken.into(),
    }
}

/// The name of the file, with its ending. It tells a unit's own random id, and no more.
pub(crate) fn file_name(passport: &Passport, ending: &str) -> String {
    let name = passport.unit.simple().to_string();
    format!("custody-passport-{}.{ending}", &name[..8])
}
