//! The roots and keys as files for machines. Nothing in them is anybody's: whoever wants to, keeps a copy.

use super::at;
use crate::calls::{Answer, Asked, Call};
use crate::problem::Problem;
use crate::routes::Access;
use domain::merkle::hex;
use serde_json::{Value, json};
use services::custody::proof::{self, Published};

/// The calls.
pub static CALLS: &[Call] =
    &[Call::polled(at::ROOTS_FILE, Access::Public, &roots), Call::polled(at::KEYS_FILE, Access::Public, &keys)];

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
