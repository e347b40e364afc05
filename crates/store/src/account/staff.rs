//! Staff: logins, passwords, the telephone's second factor, recovery codes, roles. Passkeys have a file of their own.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// How failed attempts slow down the next ones.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// From this attempt on a login rests after each.
    pub after: i32,
    /// How long it rests the first time, in seconds; doubled each time.
    pub seconds: f64,
    /// Doubled at most so often.
    pub doublings: i32,
}

/// A credential as a sign-in meets it.
#[derive(Debug)]
pub struct CredentialRow {
    /// Whose.
    pub account_id: Uuid,
    /// As in PHC strings.
    pub password_hash: String,
    /// Somebody else chose the password.
    pub password_temporary: bool,
    /// The secret of the second factor.
    pub totp_sealed: Option<Vec<u8>>,
    /// The person has shown a code of it.
    pub totp_confirmed: bool,
    /// When the credential last changed.
    pub changed_at: SqlTimestamp,
    /// Until when a temporary password may be used and a second factor enrolled.
    pub ajar_until: Option<SqlTimestamp>,
    /// Keyed hash of the code that is asked for before another second factor is enrolled.
    pub enrolment_hash: Option<Vec<u8>>,
    /// The person has a passkey.
    pub passkeys: bool,
    /// The attempt may go on; otherwise the login rests.
    pub open: bool,
}

impl CredentialRow {
    /// The person has a second factor, of whichever kind.
    pub const fn has_factor(&self) -> bool {
        self.totp_confirmed || self.passkeys
    }
}

/// Takes an attempt to sign in, before anything is checked, so that parallel guesses count as well as patient ones.
/// A success puts the count back to nothing ([`settle`]).
///
/// Where there is nothing to count (no such login, or one that rests), a row of `rate_limit` under `bucket` is written
/// instead: a statement that writes waits for the disk, one that does not is quicker, and that would tell them apart.
pub async fn take_attempt(
    db: impl PgExecutor<'_>,
    login: &str,
    bucket: &[u8],
    now: Timestamp,
    backoff: Backoff,
) -> sqlx::Result<Option<CredentialRow>> {
    sqlx::query_as!(
        CredentialRow,
        r#"with taken as (
             update staff_credential set failures = failures + 1,
               locked_until = case when failures + 1 >= $3 then
                 $2::timestamptz + make_interval(secs => $4 * power(2, least(failures + 1 - $3, $5))) end
             where login = $1 and (locked_until is null or locked_until <= $2)
             returning account_id),
           instead as (
             insert into rate_limit (bucket, window_start, hits)
             select $6::bytea, date_trunc('day', $2::timestamptz), 1 where not exists (select from taken)
             on conflict (bucket, window_start) do update set hits = rate_limit.hits + 1)
           select c.account_id, c.password_hash, c.password_temporary, c.totp_sealed, c.totp_confirmed, c.changed_at,
                  c.ajar_until, c.enrolment_hash, exists (select from taken) as "open!",
                  exists (select from staff_passkey p where p.account_id = c.account_id) as "passkeys!"
           from staff_credential c join account a on a.id = c.account_id
           where c.login = $1 and a.deleted_at is null"#,
        login,
        now.to_sqlx() as SqlTimestamp,
        backoff.after,
        backoff.seconds,
        backoff.doublings,
        bucket,
    )
    .fetch_optional(db)
    .await
}

/// A right password ends the rest that this very attempt may have begun, so that the second factor can be shown; the attempts
/// stay counted until it was.
pub async fn lift_rest(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<()> {
    let done = sqlx::query!("update staff_credential set locked_until = null where account_id = $1", account);
    done.execute(db).await.map(|_| ())
}

/// The credential of somebody who is signed in.
pub async fn credential(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Option<CredentialRow>> {
    sqlx::query_as!(
        CredentialRow,
        r#"select c.account_id, c.password_hash, c.password_temporary, c.totp_sealed, c.totp_confirmed, c.changed_at,
                  c.ajar_until, c.enrolment_hash, true as "open!",
                  exists (select from staff_passkey p where p.account_id = c.account_id) as "passkeys!"
           from staff_credential c join account a on a.id = c.account_id
           where c.account_id = $1 and a.deleted_at is null"#,
        account,
    )
    .fetch_optional(db)
    .await
}

/// What somebody types to sign in, unless the account has ended.
pub async fn login_of(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select c.login from staff_credential c join account a on a.id = c.account_id
         where c.account_id = $1 and a.deleted_at is null",
        account
    )
    .fetch_optional(db)
    .await
}

/// Accepts a sign-in: the count of failures goes back, and a code's step is used up. `false` when the step (or a later
/// one) was used before, or the credential has changed since it was read.
pub async fn settle(
    db: impl PgExecutor<'_>,
    account: Uuid,
    step: Option<i64>,
    read_at: SqlTimestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_credential
         set failures = 0, locked_until = null, totp_last_step = coalesce($2, totp_last_step)
         where account_id = $1 and changed_at = $3 and ($2::bigint is null or totp_last_step < $2)",
        account,
        step,
        read_at as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Uses up a recovery code. `false` when there is none like it left.
pub async fn use_recovery_code(
    db: impl PgExecutor<'_>,
    account: Uuid,
    code_hash: &[u8],
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_recovery_code set used_at = $3 where account_id = $1 and code_hash = $2 and used_at is null",
        account,
        code_hash,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Puts new recovery codes in the place of all former ones.
pub async fn replace_recovery_codes(
    db: &mut PgConnection,
    account: Uuid,
    hashes: &[Vec<u8>],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!("delete from staff_recovery_code where account_id = $1", account).execute(&mut *db).await?;
    sqlx::query!(
        "insert into staff_recovery_code (account_id, code_hash, created_at)
         select $1, hash, $3 from unnest($2::bytea[]) as hash",
        account,
        hashes,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// Recovery codes that can still be used.
pub async fn recovery_codes_left(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from staff_recovery_code where account_id = $1 and used_at is null"#,
        account
    )
    .fetch_one(db)
    .await
}

/// A member of staff to add.
#[derive(Clone, Copy, Debug)]
pub struct NewStaff<'a> {
    /// The account.
    pub id: Uuid,
    /// In lower case.
    pub login: &'a str,
    /// The name, sealed for the account.
    pub name_sealed: &'a [u8],
    /// As in PHC strings.
    pub password_hash: &'a str,
    /// The person has to choose an own password.
    pub password_temporary: bool,
    /// Until when the first sign-in may happen.
    pub ajar_until: Timestamp,
    /// The language of the pages.
    pub locale: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// Adds a member of staff. Fails with `staff_login_once` when the login is taken.
pub async fn add(db: &mut PgConnection, staff: NewStaff<'_>) -> sqlx::Result<()> {
    let now = staff.now.to_sqlx();
    sqlx::query!(
        "insert into account (id, kind, locale, name_sealed, created_at) values ($1, 'staff', $2, $3, $4)",
        staff.id,
        staff.locale,
        staff.name_sealed,
        now as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into staff_credential (account_id, login, password_hash, password_temporary, changed_at, ajar_until)
         values ($1, $2, $3, $4, $5, $6)",
        staff.id,
        staff.login,
        staff.password_hash,
        staff.password_temporary,
        now as SqlTimestamp,
        staff.ajar_until.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

/// Confirms the second factor for the first time, unless the credential has changed since `read_at`. A temporary
/// password is replaced with it.
pub async fn confirm_totp(
    db: impl PgExecutor<'_>,
    account: Uuid,
    sealed: &[u8],
    step: i64,
    read_at: SqlTimestamp,
    password_hash: Option<&str>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_credential set totp_sealed = $2, totp_confirmed = true, totp_last_step = $3, failures = 0,
           locked_until = null, changed_at = $6, password_hash = coalesce($5, password_hash),
           password_temporary = false, ajar_until = null, enrolment_hash = null
         where account_id = $1 and not totp_confirmed and changed_at = $4
           and not exists (select from staff_passkey p where p.account_id = $1)
           and ($5::text is not null or not password_temporary)",
        account,
        sealed,
        step,
        read_at as SqlTimestamp,
        password_hash,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The first second factor is a passkey, which the caller adds: the door closes, unless the credential has changed since
/// `read_at` or there is a second factor already. A temporary password is replaced with it.
///
/// The instant the door stood ajar until is set to now instead of taken away: a server that does not know passkeys takes this
/// person for one without a second factor, and would let a password alone enrol a telephone for three days.
pub async fn confirm_passkey(
    db: impl PgExecutor<'_>,
    account: Uuid,
    read_at: SqlTimestamp,
    password_hash: Option<&str>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_credential set failures = 0, locked_until = null, changed_at = $4,
           password_hash = coalesce($3, password_hash), password_temporary = false, ajar_until = $4,
           enrolment_hash = null
         where account_id = $1 and not totp_confirmed and changed_at = $2
           and not exists (select from staff_passkey p where p.account_id = $1)
           and ($3::text is not null or not password_temporary)",
        account,
        read_at as SqlTimestamp,
        password_hash,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Puts a new password in place, unless the credential has changed since `read_at`.
pub async fn set_password(
    db: impl PgExecutor<'_>,
    account: Uuid,
    password_hash: &str,
    read_at: SqlTimestamp,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_credential set password_hash = $2, password_temporary = false, failures = 0, locked_until = null,
           changed_at = $4, ajar_until = case when totp_confirmed then null
             when exists (select from staff_passkey p where p.account_id = $1)
               then least(coalesce(ajar_until, $4::timestamptz), $4::timestamptz)
             else ajar_until end
         where account_id = $1 and changed_at = $3",
        account,
        password_hash,
        read_at as SqlTimestamp,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Puts a temporary password in place, good until `until`. The second factor stays.
pub async fn reset_password(
    db: impl PgExecutor<'_>,
    account: Uuid,
    password_hash: &str,
    until: Timestamp,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_credential set password_hash = $2, password_temporary = true, failures = 0, locked_until = null,
           changed_at = $4, ajar_until = $3
         where account_id = $1",
        account,
        password_hash,
        until.to_sqlx() as SqlTimestamp,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Forgets the second factor, the passkeys and the recovery codes: until `until` the next sign-in enrols anew, with the code of
/// `enrolment_hash`. The password stays; a temporary one is good no longer than it was.
pub async fn reset_factor(
    db: &mut PgConnection,
    account: Uuid,
    enrolment_hash: &[u8],
    until: Timestamp,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update staff_credential set totp_sealed = null, totp_confirmed = false, totp_last_step = 0, failures = 0,
           locked_until = null, changed_at = $3, enrolment_hash = $4,
           ajar_until = case when password_temporary then coalesce(ajar_until, changed_at + interval '72 hours')
             else $2 end
         where account_id = $1",
        account,
        until.to_sqlx() as SqlTimestamp,
        now.to_sqlx() as SqlTimestamp,
        enrolment_hash,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from staff_recovery_code where account_id = $1", account).execute(&mut *db).await?;
    super::passkeys::remove_all(&mut *db, account).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the account of a member of staff. The credential stays, so that the login is never given to another person; the
/// passkeys and the mail address go.
pub async fn deactivate(db: &mut PgConnection, account: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update account set deleted_at = $2, mail_sealed = null, mail_index = null
         where id = $1 and kind = 'staff' and deleted_at is null",
        account,
        now.to_sqlx() as SqlTimestamp,
    );
    let ended = done.execute(&mut *db).await?.rows_affected() == 1;
    if ended {
        super::passkeys::remove_all(db, account).await?;
    }
    Ok(ended)
}

/// A member of staff in a list.
#[derive(Debug)]
pub struct StaffRow {
    /// Who.
    pub id: Uuid,
    /// The login.
    pub login: String,
    /// The name, sealed for the account.
    pub name_sealed: Option<Vec<u8>>,
    /// The stored names of the roles.
    pub roles: Vec<String>,
    /// A second factor is enrolled, on a telephone or as a passkey.
    pub enrolled: bool,
    /// Somebody else chose the password.
    pub password_temporary: bool,
    /// Until when a temporary password may be used and a second factor enrolled.
    pub ajar_until: Option<SqlTimestamp>,
    /// When the credential last changed.
    pub changed_at: SqlTimestamp,
    /// A code was given that another second factor is enrolled with.
    pub enrolment_code: bool,
    /// The login rests until then, after failed attempts.
    pub locked_until: Option<SqlTimestamp>,
    /// When a session was last seen.
    pub last_seen_at: Option<SqlTimestamp>,
}

/// Everybody of the staff whose account is live, by login.
pub async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<StaffRow>> {
    sqlx::query_as!(
        StaffRow,
        r#"select a.id, c.login, a.name_sealed, c.password_temporary, c.ajar_until, c.locked_until,
                  c.totp_confirmed or exists (select from staff_passkey p where p.account_id = a.id) as "enrolled!",
                  c.changed_at, c.enrolment_hash is not null as "enrolment_code!",
                  array(select role from account_role r where r.account_id = a.id order by role) as "roles!",
                  (select max(last_seen_at) from login_session s where s.account_id = a.id) as last_seen_at
           from account a join staff_credential c on c.account_id = a.id
           where a.deleted_at is null order by c.login"#
    )
    .fetch_all(db)
    .await
}

/// Locks every live account that has a role, always in the same order: two changes never both take the last one away.
/// Who has the role must be asked afterwards ([`holders`]): this statement's snapshot is from before the wait.
pub async fn lock_holders(db: &mut PgConnection, role: &str) -> sqlx::Result<()> {
    sqlx::query_scalar!(
        "select a.id from account_role r join account a on a.id = r.account_id
         where r.role = $1 and a.deleted_at is null order by a.id for update of a",
        role
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Every live account that has a role.
pub async fn holders(db: impl PgExecutor<'_>, role: &str) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from account_role r join account a on a.id = r.account_id
         where r.role = $1 and a.deleted_at is null order by a.id",
        role
    )
    .fetch_all(db)
    .await
}

/// The stored names of an account's roles.
pub async fn roles(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select role from account_role where account_id = $1 order by role", account)
        .fetch_all(db)
        .await
}

/// Gives an account exactly these roles.
pub async fn set_roles(
    db: &mut PgConnection,
    account: Uuid,
    roles: &[String],
    by: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!("delete from account_role where account_id = $1 and role <> all ($2::text[])", account, roles)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into account_role (account_id, role, granted_at, granted_by)
         select $1, role, $3, $4 from unnest($2::text[]) as role
         on conflict (account_id, role) do nothing",
        account,
        roles,
        now.to_sqlx() as SqlTimestamp,
        by,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}
