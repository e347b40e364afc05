//! Pages of the server that is run, read over HTTP by people who are signed in: families their units, staff the tanks.

use crate::http::Connection;
use crate::stage::Stage;
use anyhow::ensure;
use domain::account::Role;
use services::context::new_uuid;
use services::custody::assign_standing;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// Readers at the same time, and how long each thinks between two pages.
pub const READERS: usize = 10;
const THINKS: Duration = Duration::from_millis(50);
/// An id that nothing has, and a text that is no id.
const ABSENT: &str = "01980000-0000-4000-8000-000000000404";
const MALFORMED: &str = "nonsense";

/// Somebody of a family: what their browser shows, and their unit.
#[derive(Clone)]
pub struct Guardian {
    cookie: String,
    unit: Uuid,
}

/// A page that somebody reads.
#[derive(Clone)]
pub struct Look {
    cookie: String,
    path: String,
}

impl Look {
    /// A page by its path, and who reads it.
    pub const fn new(cookie: String, path: String) -> Self {
        Self { cookie, path }
    }
}

impl Guardian {
    /// A page of their unit, by what stands behind its address.
    pub fn look(&self, behind: &str) -> Look {
        self.at(&format!("{}{behind}", self.unit))
    }

    fn at(&self, id: &str) -> Look {
        Look { cookie: self.cookie.clone(), path: format!("/account/units/{id}") }
    }
}

/// Gives each unit that is kept for a family its family, with an account.
pub async fn families(stage: &Stage) -> anyhow::Result<()> {
    let mut db = stage.owner().await?;
    for statement in [
        "create temporary table whose as
         select u.id as unit, gen_random_uuid() as family, gen_random_uuid() as account from custody_unit u
         where u.family_id is null and u.pool <> 'public' and u.state = 'banked'",
        "insert into family (id, made_at) select family, now() from whose",
        "insert into account (id, kind, locale, created_at) select account, 'visitor', 'zh-CN', now() from whose",
        "insert into family_member (id, family_id, account_id, kin, mother, since)
         select gen_random_uuid(), family, account, 'owner', true, now() from whose",
        "insert into family_contract (id, family_id, unit_id, number_sealed, number_index, pool, state, made_at)
         select gen_random_uuid(), w.family, w.unit, sha256(uuid_send(w.family)), sha256(uuid_send(w.unit)), u.pool, 'active', now()
         from whose w join custody_unit u on u.id = w.unit",
        // As units were given before there was an event of it: that is written afterwards, for all of them.
        "set session_replication_role = replica",
        "update custody_unit u set family_id = w.family from whose w where w.unit = u.id",
        "set session_replication_role = origin",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    sqlx::query("drop table whose").execute(&mut *db).await?;
    drop(db);
    let stood = assign_standing(&stage.services, &stage.services.system()).await?;
    ensure!(stood.left.is_empty(), "{} units were given to nobody", stood.left.len());
    Ok(())
}

/// Signs so many of them in, from all over the store.
pub async fn guardians(stage: &Stage, most: usize) -> anyhow::Result<Vec<Guardian>> {
    // By their ids, which are random: from all over the store.
    let chosen: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select m.account_id, c.unit_id from family_member m join family_contract c using (family_id) order by m.family_id limit $1",
    )
    .bind(most as i64)
    .fetch_all(&mut *stage.owner().await?)
    .await?;
    ensure!(chosen.len() > READERS, "only {} units are kept for families", chosen.len());
    let mut guardians = Vec::with_capacity(chosen.len());
    for (account, unit) in chosen {
        guardians.push(Guardian { cookie: signed_in(stage, account).await?, unit });
    }
    Ok(guardians)
}

/// Somebody of the staff, signed in; answers their cookie.
pub async fn staff(stage: &Stage, role: Role) -> anyhow::Result<String> {
    let account = new_uuid(stage.services.clock.now());
    let mut db = stage.owner().await?;
    sqlx::query("insert into account (id, kind, locale, created_at) values ($1, 'staff', 'zh-CN', now())")
        .bind(account)
        .execute(&mut *db)
        .await?;
    sqlx::query("insert into account_role (account_id, role, granted_at) values ($1, $2, now())")
        .bind(account)
        .bind(role.name())
        .execute(&mut *db)
        .await?;
    drop(db);
    signed_in(stage, account).await
}

async fn signed_in(stage: &Stage, account: Uuid) -> anyhow::Result<String> {
    // Of the right length, another one each time.
    let token = format!("{:0>43}", new_uuid(stage.services.clock.now()).simple().to_string());
    sqlx::query(
        "insert into login_session (id, token_hash, account_id, label, created_at, last_seen_at, expires_at, stepped_up_at)
         values (gen_random_uuid(), sha256(convert_to($1, 'UTF8')), $2, 'bench', now(), now(), now() + interval '12 hours', now())",
    )
    .bind(&token)
    .bind(account)
    .execute(&mut *stage.owner().await?)
    .await?;
    Ok(format!("__Host-session={token}"))
}

/// A tank with units in it, its channels and thirty days of ten-minute values: the path of the page with the chart of them.
pub async fn tank(stage: &Stage) -> anyhow::Result<String> {
    let mut db = stage.owner().await?;
    for statement in [
        "insert into telemetry_channel (code, kind, tank_id, interval_s, device, since)
         select t.code || '/' || k, k, t.id, 60, 'BENCH', now() - interval '31 days'
         from custody_tank t cross join unnest(array['temperature_top', 'temperature_bottom', 'ln2_level']) k
         where t.code like 'BULK-%' on conflict do nothing",
        "insert into telemetry_latest (channel_id, heard_at) select id, now() from telemetry_channel
         on conflict (channel_id) do update set heard_at = excluded.heard_at",
        "select telemetry_make_days(array(select d::date from generate_series(now() - interval '31 days', now() + interval '2 days', '1 day') d))",
        "insert into telemetry_rollup (channel_id, began, low, mean, high, good, others)
         select c.id, b, -187 - random(), -186.5, -186 + random(), 10, 0
         from telemetry_channel c,
              generate_series(date_bin('10 minutes', now() - interval '30 days', 'epoch'::timestamptz),
                              date_bin('10 minutes', now() - interval '20 minutes', 'epoch'::timestamptz), '10 minutes') b
         on conflict do nothing",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    let tank: Uuid = sqlx::query_scalar("select id from custody_tank where code like 'BULK-%' order by code limit 1")
        .fetch_one(&mut *db)
        .await?;
    Ok(format!("/staff/tanks/{tank}?span=month"))
}

/// Reads for a time; how long each page took, in rising order.
pub async fn read_for(address: SocketAddr, looks: Vec<Look>, time: Duration) -> anyhow::Result<Vec<Duration>> {
    read_while(address, looks, sleep(time)).await
}

/// Reads until something else is over, which is waited for. How long each page took, in rising order.
pub async fn read_while(
    address: SocketAddr,
    looks: Vec<Look>,
    over: impl Future<Output = ()>,
) -> anyhow::Result<Vec<Duration>> {
    let (looks, stop) = (Arc::new(looks), Arc::new(AtomicBool::new(false)));
    let mut readers = JoinSet::new();
    for nth in 0..READERS {
        let (looks, stop) = (Arc::clone(&looks), Arc::clone(&stop));
        readers.spawn(async move {
            let (mut connection, mut times) = (Connection::open(address).await?, Vec::new());
            let from = nth * looks.len() / READERS;
            for look in looks.iter().cycle().skip(from) {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let began = Instant::now();
                let answer = connection.get(&look.path, &look.cookie).await?;
                times.push(began.elapsed());
                ensure!(answer.status == 200, "{} answers {}", look.path, answer.status);
                sleep(THINKS).await;
            }
            anyhow::Ok(times)
        });
    }
    over.await;
    stop.store(true, Ordering::Relaxed);
    let mut all = Vec::new();
    while let Some(times) = readers.join_next().await {
        all.extend(times??);
    }
    all.sort_unstable();
    Ok(all)
}

/// How long it takes to be told of a unit that there is none: another family's, none at all, and what is no id. In turns, by one
/// reader alone; each in rising order.
pub async fn refused(address: SocketAddr, all: &[Guardian], times: usize) -> anyhow::Result<[Vec<Duration>; 3]> {
    let (mut connection, mut took) = (Connection::open(address).await?, [Vec::new(), Vec::new(), Vec::new()]);
    let others = all.iter().skip(1).chain(all.first());
    for (nth, (guardian, other)) in all.iter().zip(others).cycle().take(times).enumerate() {
        let foreign = other.unit.to_string();
        let asked = [foreign.as_str(), ABSENT, MALFORMED];
        let mut lengths = [0; 3];
        // Whoever comes first is another one each time.
        for of in (0..3).map(|place| (place + nth) % 3) {
            let look = guardian.at(asked[of]);
            let began = Instant::now();
            let answer = connection.get(&look.path, &look.cookie).await?;
            took[of].push(began.elapsed());
            lengths[of] = answer.body.len();
            ensure!(answer.status == 404, "{} answers {}", look.path, answer.status);
        }
        ensure!(lengths[0] == lengths[1], "another's unit is answered by {} bytes, none by {}", lengths[0], lengths[1]);
    }
    took.iter_mut().for_each(|times| times.sort_unstable());
    Ok(took)
}

/// A share of sorted times, in milliseconds.
pub fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
