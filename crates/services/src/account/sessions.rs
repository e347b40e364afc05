//! Browsers that are signed in: a random cookie value whose hash stands in the database.
//!
//! Every request that carries the cookie asks the database who it is, in one query; so a session that is revoked, a role
//! that is taken away and an account that is deleted end at the next request, on every server.
//!
//! How many at once: visitors [`VISITOR_AT_ONCE`], staff [`STAFF_AT_ONCE`]. One more ends the one that was not seen for
//! longest, so that nobody is kept out by forgotten browsers, and a stranger who signs in does not go unseen among many.

use super::{AccountError, about_account, contact_index, contacts, hash_token, random_token};
use crate::audit;
use crate::context::{Context, Services};
use crate::db::to_the_end;
use domain::Locale;
use domain::account::{Actor, Capability, Denied, Role};
use domain::contact::Contact;
use domain::ids::{AccountId, LoginSessionId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use std::fmt;
use store::account::{people, sessions as rows};

/// How long a session lasts: when nobody is seen, and at the most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lifetime {
    /// Without a request.
    pub idle: SignedDuration,
    /// However busy.
    pub absolute: SignedDuration,
}

/// Staff: a screen left alone, a working day.
pub const STAFF: Lifetime = Lifetime { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) };
/// Visitors come back a few times a season and should not have to ask for a code each time.
pub const VISITOR: Lifetime =
    Lifetime { idle: SignedDuration::from_hours(24 * 30), absolute: SignedDuration::from_hours(24 * 90) };
/// Browsers of a member of staff at once: the office, the door, a telephone.
pub const STAFF_AT_ONCE: i64 = 3;
/// Browsers of a visitor at once: a family's telephones, the one inside WeChat and the one outside.
pub const VISITOR_AT_ONCE: i64 = 8;
/// How long a cookie that was renewed still opens its session: requests that were under way must not sign the browser
/// out. It opens nothing that wants a fresh proof.
const RENEWED_GRACE: SignedDuration = SignedDuration::from_secs(10);
/// Seen is noted this often at most: one write a minute instead of one a request.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The cookie's value. Never logged; compared by its hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// A cookie's value, if it can be one of ours at all.
    pub fn from_cookie(text: &str) -> Option<Self> {
        let shape = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        shape.then(|| Self(text.to_owned()))
    }

    /// For the `Set-Cookie` header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// A browser was signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The cookie's value.
    pub token: SessionToken,
    /// How long the browser may keep the cookie.
    pub max_age: SignedDuration,
    /// Who.
    pub account: AccountId,
    /// In which session.
    pub login: LoginSessionId,
    /// The account was made just now.
    pub new_account: bool,
}

/// A session goes on under another cookie.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The cookie's value.
    pub token: SessionToken,
    /// How long the browser may keep the cookie.
    pub max_age: SignedDuration,
}

/// Who a cookie stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authenticated {
    /// For the context.
    pub actor: Actor,
    /// The language of the account.
    pub locale: Locale,
}

/// Which people a session is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Visitor,
    Staff,
}

impl Kind {
    const fn lifetime(self) -> Lifetime {
        match self {
            Self::Visitor => VISITOR,
            Self::Staff => STAFF,
        }
    }

    const fn at_once(self) -> i64 {
        match self {
            Self::Visitor => VISITOR_AT_ONCE,
            Self::Staff => STAFF_AT_ONCE,
        }
    }
}

/// Begins a session in the caller's transaction. Staff have just shown their second factor, visitors a code to the contact
/// `proven_by`.
pub(crate) async fn begin_in(
    db: &mut PgConnection,
    context: &Context,
    account: AccountId,
    (kind, proven_by): (Kind, Option<&str>),
    label: &str,
) -> sqlx::Result<SignedIn> {
    let (token, login, lifetime) = (random_token(), context.new_id::<LoginSessionId>(), kind.lifetime());
    let session = rows::NewSession {
        id: login.0,
        token_hash: &hash_token(&token),
        account: account.0,
        label: &label.chars().filter(|c| !c.is_control()).take(60).collect::<String>(),
        now: context.now,
        expires_at: context.now + lifetime.absolute,
        stepped_up_at: Some(context.now),
        proven_by,
    };
    // Whoever signs in to the same account meanwhile waits here, and counts what is there then.
    people::lock(&mut *db, account.0).await?;
    rows::add(&mut *db, session).await?;
    rows::revoke_beyond(&mut *db, account.0, kind.at_once(), context.now).await?;
    Ok(SignedIn { token: SessionToken(token), max_age: lifetime.absolute, account, login, new_account: false })
}

/// Notes in the caller's transaction that a person proved again who it is, under a new cookie: whoever knew the one
/// before (a session fixed or read at the first sign-in) does not come along. `None` when the session has ended.
pub(crate) async fn renew_in(
    db: &mut PgConnection,
    context: &Context,
    (account, login): (AccountId, LoginSessionId),
    proven_by: Option<&str>,
) -> sqlx::Result<Option<Renewed>> {
    let token = random_token();
    let ends = rows::renew(db, account.0, login.0, &hash_token(&token), proven_by, context.now).await?;
    Ok(ends.map(|ends| Renewed { token: SessionToken(token), max_age: ends.to_jiff().duration_since(context.now) }))
}

/// Who the cookie stands for, if its session is good. One query; at most once a minute a second one notes that the
/// session was seen.
pub async fn authenticate(services: &Services, token: &SessionToken) -> sqlx::Result<Option<Authenticated>> {
    let now = services.clock.now();
    let seen_after = |lifetime: Lifetime| now - lifetime.idle;
    let hash = hash_token(&token.0);
    let renewed_after = now - RENEWED_GRACE;
    let found = rows::by_token(&services.db, &hash, now, seen_after(STAFF), seen_after(VISITOR), renewed_after).await?;
    let Some(found) = found else { return Ok(None) };
    if found.last_seen_at.to_jiff() <= now - TOUCH_EVERY {
        rows::touch(&services.db, found.id, now, now - TOUCH_EVERY).await?;
    }
    let (account, login) = (AccountId(found.account_id), LoginSessionId(found.id));
    let actor = if found.kind == "staff" {
        Actor::Staff {
            account,
            login,
            roles: found.roles.iter().filter_map(|name| Role::from_name(name)).collect(),
            stepped_up_at: found.stepped_up_at.map(|at| at.to_jiff()),
        }
    } else {
        Actor::Visitor { account, login, stepped_up_at: found.stepped_up_at.map(|at| at.to_jiff()) }
    };
    Ok(Some(Authenticated { actor, locale: Locale::from_tag(&found.locale) }))
}

/// One's own session in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnSession {
    /// To end it.
    pub id: LoginSessionId,
    /// "微信 · Android".
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Seen last, to a minute.
    pub last_seen_at: Timestamp,
    /// The one that asks.
    pub current: bool,
}

/// Account and session of whoever is signed in.
pub(crate) fn own(context: &Context) -> Result<(AccountId, LoginSessionId, Kind), Denied> {
    context.require(Capability::UseOwnAccount)?;
    match &context.actor {
        Actor::Visitor { account, login, .. } => Ok((*account, *login, Kind::Visitor)),
        Actor::Staff { account, login, .. } => Ok((*account, *login, Kind::Staff)),
        Actor::Anonymous => Err(Denied::SignInNeeded),
        Actor::Client { .. } | Actor::Device { .. } | Actor::Display { .. } | Actor::System => Err(Denied::NotAllowed),
    }
}

/// One's own live sessions, the last seen first.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<OwnSession>, AccountError> {
    let (account, login, kind) = own(context)?;
    let found = rows::of_account(&services.db, account.0, context.now, context.now - kind.lifetime().idle).await?;
    Ok(found
        .into_iter()
        .map(|row| OwnSession {
            id: LoginSessionId(row.id),
            label: row.label,
            created_at: row.created_at.to_jiff(),
            last_seen_at: row.last_seen_at.to_jiff(),
            current: row.id == login.0,
        })
        .collect())
}

/// Ends one of one's own sessions, at once; another one than this after a fresh proof. Another person's session is not
/// found.
pub async fn revoke(services: &Services, context: &Context, id: LoginSessionId) -> Result<(), AccountError> {
    let (account, login, _) = own(context)?;
    if id != login {
        context.require(Capability::SecureOwnAccount)?;
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        if !rows::revoke(&mut *transaction, account.0, id.0, context.now).await? {
            return Err(AccountError::NotFound);
        }
        let action = if id == login { "account.signed_out" } else { "account.session_revoked" };
        let entry = about_account(action, Some(account.0), json!({ "session": id.0 }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Ends the session that asks. Ending it twice is no error: the person is signed out either way.
pub async fn sign_out(services: &Services, context: &Context) -> Result<(), AccountError> {
    let (_, login, _) = own(context)?;
    match revoke(services, context, login).await {
        Err(AccountError::NotFound) => Ok(()),
        done => done,
    }
}

/// Ends all of one's own sessions after a fresh proof, the one that asks only when `and_this`; and whatever was asked for
/// in one of them and waits. How many sessions ended.
pub async fn revoke_all(services: &Services, context: &Context, and_this: bool) -> Result<u64, AccountError> {
    let (account, login, _) = own(context)?;
    context.require(Capability::SecureOwnAccount)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        people::lock(&mut transaction, account.0).await?.ok_or(AccountError::NotFound)?;
        let except = (!and_this).then_some(login.0);
        contacts::stop_with_sessions(&mut transaction, &context, account.0).await?;
        let ended = rows::revoke_all(&mut *transaction, account.0, except, context.now).await?;
        let entry = about_account("account.sessions_revoked", Some(account.0), json!({ "ended": ended }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(ended)
    })
    .await
}

/// Ends all sessions of the visitor who has a contact, and whatever was asked for in one of them and waits: the person
/// rang us and has no browser at hand. Nobody is told whether there is such an account; the trail knows how many ended.
pub async fn end_of_contact(services: &Services, context: &Context, contact: &Contact) -> Result<(), AccountError> {
    context.require(Capability::EndSessions)?;
    let index = contact_index(&services.vault, contact);
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        let account = people::of_contact(&mut *transaction, &index).await?;
        let ended = match account {
            Some(account) => {
                people::lock(&mut transaction, account).await?;
                contacts::stop_with_sessions(&mut transaction, &context, account).await?;
                rows::revoke_all(&mut *transaction, account, None, context.now).await?
            }
            None => 0,
        };
        let entry = about_account("account.sessions_ended", account, json!({ "ended": ended }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// What a person recognises a browser by: the program and the system, without versions, so that the list says nothing
/// a stranger could follow somebody by.
pub fn label(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // The order matters: WeChat and Edge call themselves Chrome as well, Chrome calls itself Safari.
    let program = first(&[
        ("MicroMessenger", "微信"),
        ("DingTalk", "钉钉"),
        ("AlipayClient", "支付宝"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("HuaweiBrowser", "Huawei"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "浏览器".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_token_reaches_the_database() {
        let token = random_token();
        assert!(SessionToken::from_cookie(&token).is_some());
        for text in
            ["", "short", &format!("{token}a"), &token.replace(|_: char| true, "é"), &format!("{}'", &token[1..])]
        {
            assert_eq!(SessionToken::from_cookie(text), None, "{text}");
        }
        assert_eq!(format!("{:?}", SessionToken(token)), "SessionToken(…)");
    }

    #[test]
    fn browsers_are_named_as_people_know_them() {
        let wechat = "Mozilla/5.0 (Linux; Android 14; M) AppleWebKit/537.36 Chrome/116.0 Mobile MicroMessenger/8.0.50";
        assert_eq!(label(wechat), "微信 · Android");
        assert_eq!(label("Mozilla/5.0 (Macintosh) Version/18.0 Safari/605.1.15"), "Safari · macOS");
        assert_eq!(label("curl/8"), "浏览器");
    }
}
