//! The roots and keys as files for machines: nothing in them is anybody's, and whoever wants to, keeps a copy. And a unit's passport,
//! for whoever sees units at the bank.

use super::at;
use crate::calls::{Answer, Asked, Call};
use crate::i18n::text;
use crate::museum::problem_of;
use crate::problem::Problem;
use crate::routes::Access;
use domain::Locale;
use domain::account::Capability;
use domain::custody::passport::Passport;
use domain::ids::UnitId;
use domain::merkle::hex;
use serde_json::{Value, json};
use services::booking::BookingError;
use services::custody::CustodyError;
use services::custody::proof::{self, Published};

/// The calls.
pub static CALLS: &[Call] = &[
    Call::polled(at::ROOTS_FILE, Access::Public, &roots),
    Call::polled(at::KEYS_FILE, Access::Public, &keys),
    Call::get("/staff/units/:id/passport.json", Access::Capability(Capability::SeeUnits), &passport),
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
    let Some(id) = asked.param::<UnitId>("id") else { return Problem::NotFound.into() };
    // The family reads why in the language of the house.
    let why = text(Locale::ZhCn, "units-look-routine");
    match proof::staff_passport(&asked.services, &asked.context, id, &why).await {
        Ok(passport) => file(&passport),
        Err(CustodyError::Denied(denied)) => denied.into(),
        Err(CustodyError::NotFound) => Problem::NotFound.into(),
        Err(CustodyError::Database(error)) => problem_of(&BookingError::Database(error)).into(),
        Err(error) => {
            tracing::error!(%error, "a passport could not be made");
            Problem::Broken.into()
        }
    }
}

/// A passport as a file to be kept. Its name tells a unit's own random id, and no more.
pub(crate) fn file(passport: &Passport) -> Answer {
    match serde_json::to_vec_pretty(passport) {
        Ok(bytes) => {
            let name = passport.unit.simple().to_string();
            Answer::file("application/json", Some(format!("custody-passport-{}.json", &name[..8])), bytes)
        }
        Err(_) => Problem::Broken.into(),
    }
}
