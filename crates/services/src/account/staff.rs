//! Staff accounts: made, given roles, let in again after a forgotten password or a lost telephone, ended; and changing
//! one's own password.
//!
//! A password that somebody else knows, and a second factor that is to be enrolled, wait for the person no longer than
//! [`AJAR`]. A forgotten password and a lost telephone are two things: neither undoes the other. Where the telephone is
//! gone, a code that a colleague hands over stands in for it, or whoever knows the password could enrol one.

use super::password::{self, PasswordFault};
use super::sign_in::{self, Evidence};
use super::totp::{self, Factor};
use super::{AccountError, about_account, open_text, passkeys, place};
use crate::audit;
use crate::context::{Context, Services};
use crate::db::to_the_end;
use crate::limits;
use domain::account::{Actor, Capability, Login, Role};
use domain::contact::PersonName;
use domain::field::Fault;
use domain::ids::AccountId;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sqlx::PgConnection;
use store::SqlTimestamp;
use store::account::{sessions as session_rows, staff as rows};

/// How long a temporary password may be used, and a second factor be enrolled after it was taken away.
pub const AJAR: SignedDuration = SignedDuration::from_hours(72);

/// A member of staff to add.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// What the person types to sign in; never given to anybody else afterwards.
    pub login: Login,
    /// What the person is called.
    pub name: PersonName,
    /// The first password.
    pub password: SecretString,
    /// The person chose it. Otherwise it has to be replaced at the first sign-in; what a colleague gives always has to.
    pub own_password: bool,
    /// What the person is there for.
    pub roles: Vec<Role>,
}

/// Adds a member of staff, who signs in for the first time within [`AJAR`].
pub async fn create(services: &Services, context: &Context, staff: NewStaff) -> Result<AccountId, AccountError> {
    context.require(Capability::ManageStaff)?;
    password::check(&staff.password, &staff.login)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let phc = password::hash(&staff.password).await?;
        let account = context.new_id::<AccountId>();
        let mut transaction = services.begin().await?;
        let name_sealed = services.vault.seal(place("name_sealed", account.0), staff.name.as_str().as_bytes());
        let row = rows::NewStaff {
            id: account.0,
            login: staff.login.as_str(),
            name_sealed: &name_sealed,
            password_hash: &phc,
            password_temporary: context.actor != Actor::System || !staff.own_password,
            ajar_until: context.now + AJAR,
            locale: context.locale.tag(),
            now: context.now,
        };
        rows::add(&mut transaction, row).await.map_err(|error| match store::constraint_of(&error) {
            Some("staff_login_once") => AccountError::Field { field: "login", fault: Fault::AlreadyExists },
            _ => error.into(),
        })?;
        let names = role_names(&staff.roles);
        let by = context.actor.account().map(|by| by.0);
        rows::set_roles(&mut transaction, account.0, &names, by, context.now).await?;
        let entry = about_account("staff.created", Some(account.0), json!({ "roles": names }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(account)
    })
    .await
}

fn role_names(roles: &[Role]) -> Vec<String> {
    let mut names: Vec<_> = roles.iter().map(|role| role.name().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A member of staff in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaffMember {
    /// Who.
    pub account: AccountId,
    /// What the person types to sign in.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// What the person is there for.
    pub roles: Vec<Role>,
    /// Has a second factor.
    pub enrolled: bool,
    /// Has a password that a colleague gave.
    pub temporary: bool,
    /// Until when the person may use that password, or enrol a second factor; may lie in the past.
    pub ajar_until: Option<Timestamp>,
    /// Was given a code to enrol another second factor with, and has not done so yet.
    pub enrolment_code: bool,
    /// The login rests until then, after failed attempts.
    pub resting_until: Option<Timestamp>,
    /// When a session of the person was last seen.
    pub last_seen_at: Option<Timestamp>,
}

/// Everybody of the staff, by login.
pub async fn list(services: &Services, context: &Context) -> Result<Vec<StaffMember>, AccountError> {
    context.require(Capability::SeeStaff)?;
    let found = rows::all(&services.db).await?;
    found
        .into_iter()
        .map(|row| {
            let name = row.name_sealed.as_deref().map(|s| open_text(&services.vault, place("name_sealed", row.id), s));
            Ok(StaffMember {
                account: AccountId(row.id),
                login: row.login,
                name: name.transpose()?.unwrap_or_default(),
                roles: row.roles.iter().filter_map(|name| Role::from_name(name)).collect(),
                enrolled: row.enrolled,
                temporary: row.password_temporary,
                ajar_until: (row.password_temporary || !row.enrolled)
                    .then(|| closes_at(row.ajar_until, row.changed_at)),
                enrolment_code: row.enrolment_code,
                resting_until: row.locked_until.map(|at| at.to_jiff()).filter(|until| *until > context.now),
                last_seen_at: row.last_seen_at.map(|at| at.to_jiff()),
            })
        })
        .collect()
}

/// When a door that stands ajar closes. A server from before [`AJAR`] was kept notes no time, while both run: then it is
/// counted from the change.
pub(super) fn closes_at(ajar_until: Option<SqlTimestamp>, changed_at: SqlTimestamp) -> Timestamp {
    ajar_until.map_or_else(|| changed_at.to_jiff() + AJAR, |until| until.to_jiff())
}

/// Gives a person exactly these roles, in force at the person's next request.
pub async fn set_roles(
    services: &Services,
    context: &Context,
    account: AccountId,
    roles: &[Role],
) -> Result<(), AccountError> {
    context.require(Capability::ManageStaff)?;
    let (services, context, names) = (services.clone(), context.clone(), role_names(roles));
    let stays_operator = roles.contains(&Role::Operator);
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        keep_an_operator(&mut transaction, account, stays_operator).await?;
        lock_staff(&mut transaction, account).await?;
        let before = rows::roles(&mut *transaction, account.0).await?;
        let by = context.actor.account().map(|by| by.0);
        rows::set_roles(&mut transaction, account.0, &names, by, context.now).await?;
        let entry = about_account("staff.roles_changed", Some(account.0), json!({ "before": before, "after": names }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Refuses to take the operator's role from the last who has it. Locks all who have it, always in the same order, so
/// that two changes at once cannot each think the other stays.
async fn keep_an_operator(db: &mut PgConnection, account: AccountId, stays: bool) -> Result<(), AccountError> {
    rows::lock_holders(db, Role::Operator.name()).await?;
    let holders = rows::holders(db, Role::Operator.name()).await?;
    if !stays && holders == [account.0] { Err(AccountError::LastOperator) } else { Ok(()) }
}

async fn lock_staff(db: &mut PgConnection, account: AccountId) -> Result<(), AccountError> {
    let row = store::account::people::lock(db, account.0).await?;
    row.filter(|row| row.kind == "staff").map(|_| ()).ok_or(AccountError::NotFound)
}

pub(super) async fn login_of(services: &Services, account: AccountId) -> Result<Login, AccountError> {
    let login = rows::login_of(&services.db, account.0).await?;
    login.and_then(|login| Login::parse(&login).ok()).ok_or(AccountError::NotFound)
}

/// After a forgotten password: a temporary one, good for [`AJAR`], and no sessions. The second factor stays, and is asked
/// for with it.
pub async fn reset_password(
    services: &Services,
    context: &Context,
    account: AccountId,
    password: &SecretString,
) -> Result<(), AccountError> {
    context.require(Capability::ManageStaff)?;
    password::check(password, &login_of(services, account).await?)?;
    let (services, context, password) = (services.clone(), context.clone(), password.clone());
    to_the_end(async move {
        let phc = password::hash(&password).await?;
        let mut transaction = services.begin().await?;
        lock_staff(&mut transaction, account).await?;
        if !rows::reset_password(&mut *transaction, account.0, &phc, context.now + AJAR, context.now).await? {
            return Err(AccountError::NotFound);
        }
        end_sessions(&mut transaction, &context, account, "staff.password_reset").await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// After a lost telephone: no second factor, no passkeys, no recovery codes, no sessions. The password stays, and within [`AJAR`] the
/// next sign-in with it and with the code that is answered here enrols anew. A temporary password is good no longer than
/// it was: when its time is over, it is to be reset too.
pub async fn reset_factor(
    services: &Services,
    context: &Context,
    account: AccountId,
) -> Result<SecretString, AccountError> {
    context.require(Capability::ManageStaff)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let code = totp::recovery_code();
        let hash = totp::enrolment_hash(&services.vault, account.0, &code.replace('-', ""));
        let mut transaction = services.begin().await?;
        lock_staff(&mut transaction, account).await?;
        if !rows::reset_factor(&mut transaction, account.0, &hash, context.now + AJAR, context.now).await? {
            return Err(AccountError::NotFound);
        }
        end_sessions(&mut transaction, &context, account, "staff.factor_reset").await?;
        transaction.commit().await?;
        Ok(code.into())
    })
    .await
}

/// Ends all sessions of a member of staff, because of `action`, which is noted.
async fn end_sessions(
    db: &mut PgConnection,
    context: &Context,
    account: AccountId,
    action: &'static str,
) -> sqlx::Result<()> {
    let ended = session_rows::revoke_all(&mut *db, account.0, None, context.now).await?;
    let entry = about_account(action, Some(account.0), json!({ "sessions_ended": ended }));
    audit::record(db, context, &[entry]).await
}

/// Ends all sessions of a member of staff, and nothing else: a telephone was left on a bus, a screen was left open.
pub async fn end_all_sessions(services: &Services, context: &Context, account: AccountId) -> Result<(), AccountError> {
    context.require(Capability::EndSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        lock_staff(&mut transaction, account).await?;
        end_sessions(&mut transaction, &context, account, "staff.sessions_ended").await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Ends a staff account: no sign-in, no sessions, no roles. Its login stays taken.
pub async fn deactivate(services: &Services, context: &Context, account: AccountId) -> Result<(), AccountError> {
    context.require(Capability::ManageStaff)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut transaction = services.begin().await?;
        keep_an_operator(&mut transaction, account, false).await?;
        if !rows::deactivate(&mut transaction, account.0, context.now).await? {
            return Err(AccountError::NotFound);
        }
        let by = context.actor.account().map(|by| by.0);
        rows::set_roles(&mut transaction, account.0, &[], by, context.now).await?;
        end_sessions(&mut transaction, &context, account, "staff.deactivated").await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}

/// Changes one's own password: the present one and the second factor are asked for, all other sessions end. Who has a
/// passkey may leave the code out where the second factor was shown in the last ten minutes: there is no code of a passkey.
pub async fn change_password(
    services: &Services,
    context: &Context,
    present: &SecretString,
    code: &str,
    fresh: &SecretString,
) -> Result<(), AccountError> {
    let (account, session) = passkeys::own_staff(context)?;
    let (services, context, shows_nothing) = (services.clone(), context.clone(), code.trim().is_empty());
    let (evidence, present, fresh) = (Evidence::Factor(Factor::parse(code)), present.clone(), fresh.clone());
    to_the_end(async move {
        limits::hit(&services, &limits::STEP_UP_PER_ACCOUNT, &account.to_string()).await?;
        password::check(&fresh, &login_of(&services, account).await?)?;
        if fresh.expose_secret() == present.expose_secret() {
            return Err(PasswordFault::Same.into());
        }
        let credential = rows::credential(&services.db, account.0).await?.ok_or(AccountError::NotFound)?;
        let fresh_passkey = shows_nothing && credential.passkeys;
        if fresh_passkey {
            context.require(Capability::SecureOwnAccount)?;
        }
        let right = password::verify(&present, Some(&credential.password_hash)).await?;
        let phc = password::hash(&fresh).await?;
        let mut transaction = services.begin().await?;
        lock_staff(&mut transaction, account).await?;
        let shown = match right {
            true if fresh_passkey => Some("fresh"),
            true => sign_in::accept(&mut transaction, &services, &context, &credential, &evidence).await?,
            false => None,
        };
        if shown.is_none() {
            let entry = about_account("staff.password_refused", Some(account.0), json!({}));
            audit::record(&mut transaction, &context, &[entry]).await?;
            transaction.commit().await?;
            return Err(AccountError::NotConfirmed);
        }
        if !rows::set_password(&mut *transaction, account.0, &phc, credential.changed_at, context.now).await? {
            return Err(AccountError::Changed);
        }
        let ended = session_rows::revoke_all(&mut *transaction, account.0, Some(session.0), context.now).await?;
        let entry = about_account("staff.password_changed", Some(account.0), json!({ "sessions_ended": ended }));
        audit::record(&mut transaction, &context, &[entry]).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
}
