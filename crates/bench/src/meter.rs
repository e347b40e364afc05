//! Processor time and write-ahead log, as Linux and Postgres count them.

use crate::codes;
use sqlx::{PgConnection, Row as _};
use std::ops::Sub;
use std::path::Path;

/// Linux counts in hundredths of a second here, on every architecture we know (`USER_HZ`).
const TICKS: f64 = 100.0;

/// What was used since some beginning.
#[derive(Clone, Copy, Default, Debug)]
pub struct Used {
    /// Seconds of this process (clients included), without the delivery of codes.
    pub own: f64,
    /// Seconds of the backends of our database, without those of this programme's own looking.
    pub backends: f64,
    /// Seconds of the cluster's WAL writer, checkpointer and background writer. They serve everybody.
    pub shared: f64,
    /// Bytes of write-ahead log of the whole cluster.
    pub wal: f64,
}

impl Sub for Used {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self {
            own: self.own - before.own,
            backends: self.backends - before.backends,
            shared: self.shared - before.shared,
            wal: self.wal - before.wal,
        }
    }
}

/// Reads the counters. `db` is nobody's measured connection; `delivery` is the thread that delivers codes.
pub async fn read(db: &mut PgConnection, delivery: &Path) -> anyhow::Result<Used> {
    let rows = sqlx::query(
        "select pid, datname is not null as ours, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as wal
         from pg_stat_activity
         where datname = current_database() and application_name <> $1 and pid <> pg_backend_pid()
            or backend_type in ('walwriter', 'checkpointer', 'background writer')",
    )
    .bind(codes::NAME)
    .fetch_all(db)
    .await?;
    let mut used = Used { own: seconds(Path::new("/proc/self/stat")) - seconds(delivery), ..Used::default() };
    for row in rows {
        let (pid, ours): (i32, bool) = (row.try_get("pid")?, row.try_get("ours")?);
        let seconds = seconds(Path::new(&format!("/proc/{pid}/stat")));
        *(if ours { &mut used.backends } else { &mut used.shared }) += seconds;
        used.wal = row.try_get("wal")?;
    }
    Ok(used)
}

/// User and system time of a process or thread; 0 where it cannot be seen (a Postgres elsewhere).
fn seconds(stat: &Path) -> f64 {
    let text = std::fs::read_to_string(stat).unwrap_or_default();
    // The name may contain anything; what follows it are numbers, the 12th and 13th of them the times.
    let numbers = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().skip(11).take(2);
    numbers.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}

/// Memory of a process in megabytes; not a number where it cannot be seen.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Resident now.
    pub now: f64,
    /// The most that was, since its start or since [`forget_most`].
    pub most: f64,
}

/// Reads what Linux says of a process's memory.
pub fn memory(pid: u32) -> Memory {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|rest| rest.split_whitespace().nth(1)).and_then(|kb| kb.parse::<f64>().ok());
        kilobytes.map_or(f64::NAN, |kb| kb / 1024.0)
    };
    Memory { now: of("VmRSS"), most: of("VmHWM") }
}

/// From here on the most memory of a process is counted anew, where Linux lets us.
pub fn forget_most(pid: u32) {
    drop(std::fs::write(format!("/proc/{pid}/clear_refs"), "5"));
}
