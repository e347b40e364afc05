//! What staff had typed when they were asked to show their second factor again: a reason is not typed twice because the
//! factor grew old meanwhile.
//!
//! Kept as the sign-in keeps what waits between two of its forms (`account::pending`): in a cookie, sealed by the house, so that
//! no server has it, no address shows it and nobody but this account opens it; for minutes, and gone as soon as its page was
//! shown again. Only fields that a call names are kept ([`Call::keeping`](crate::calls::Call::keeping)).
//!
//! A call that keeps [`EVERYTHING`] keeps it for whoever's session ended meanwhile, too. Nobody is signed in then, so that what is
//! kept is bound to the page alone: only calls whose page shows nothing but to the person it belongs to may say so.

use crate::calls::Cookie;
use crate::form::{FormState, Tone};
use crate::visit::Visit;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use services::crypto::Place;
use uuid::Uuid;

const COOKIE: &str = "__Host-unsent";
/// As long as it may take to find one's telephone.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// As long as it may take to sign in anew, whose code may come late.
const UNTIL_SIGNED_IN: SignedDuration = SignedDuration::from_mins(30);
/// The longest text of a field that is named: as long as a reason is read. Of a whole form no text is cut.
const LONGEST: usize = 200;
/// What browsers take of a cookie, less its name and what stands behind it. More than that is not kept at all, rather than in part.
const LARGEST: usize = 3_900;

/// Every field of a form without secrets, also while nobody is signed in.
pub const EVERYTHING: &[&str] = &["*"];
/// Every field of a form without secrets, for whoever is signed in only: forms whose fields have made names.
pub const WHOLE: &[&str] = &["**"];

#[derive(Serialize, Deserialize)]
struct Sealed {
    page: String,
    fields: Vec<(String, String)>,
    until: Timestamp,
}

const fn place(account: Uuid) -> Place {
    Place { table: "browser", column: COOKIE, row: account }
}

/// Keeps the `fields` of what was typed for when the form's page, at `page` without its language, is shown again. `None` where
/// there is nothing to keep.
pub fn keep(visit: &Visit, page: &str, fields: &[&str], pairs: Vec<(String, String)>) -> Option<Cookie> {
    let everything = fields == EVERYTHING;
    let (owner, lifetime) = match visit.context.actor.account() {
        Some(account) => (account.0, LIFETIME),
        None if everything => (Uuid::nil(), UNTIL_SIGNED_IN),
        None => return None,
    };
    let whole = everything || fields == WHOLE;
    let longest = if whole { usize::MAX } else { LONGEST };
    let named = |name: &str| whole || fields.contains(&name);
    let typed = pairs.into_iter().filter(|(name, text)| named(name) && !text.trim().is_empty());
    let fields: Vec<_> = typed.map(|(name, text)| (name, text.chars().take(longest).collect())).collect();
    if fields.is_empty() {
        return None;
    }
    let sealed = Sealed { page: page.to_owned(), fields, until: visit.context.now + lifetime };
    let plain = serde_json::to_vec(&sealed).ok()?;
    let text = BASE64_URL_SAFE_NO_PAD.encode(visit.services.vault.seal(place(owner), &plain));
    (text.len() <= LARGEST).then(|| Cookie::new(COOKIE, &text, Some(lifetime)))
}

/// The form of the visit's page as it was typed before, with a word of what to do, if there is one.
pub fn of(visit: &Visit) -> Option<FormState> {
    let account = visit.context.actor.account()?.0;
    let sealed = opened(visit, account).or_else(|| opened(visit, Uuid::nil()))?;
    let here = sealed.page == visit.path;
    here.then(|| FormState::typed(sealed.fields, &[]).with_notice(Tone::Info, visit.t("unsent-kept").to_string()))
}

/// Whether something waits for whoever typed it to sign in anew.
pub fn waits(visit: &Visit) -> bool {
    visit.context.actor.account().is_none() && opened(visit, Uuid::nil()).is_some()
}

fn opened(visit: &Visit, owner: Uuid) -> Option<Sealed> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(visit.cookie(COOKIE)?).ok()?;
    let plain = visit.services.vault.open_sealed(place(owner), &bytes).ok()?;
    serde_json::from_slice(&plain).ok().filter(|sealed: &Sealed| sealed.until > visit.context.now)
}

/// Forgets it.
pub fn removed() -> Cookie {
    Cookie::removed(COOKIE)
}
