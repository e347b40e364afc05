//! One Postgres database per test. The first test of a schema makes a migrated template; every test clones it, which
//! takes a few dozen milliseconds instead of a migration.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::str::FromStr;
use std::time::Duration;
use uuid::Uuid;

/// A database that lives as long as its test.
pub struct TestDb {
    name: String,
    server: PgConnectOptions,
    /// Whether it stays when its test is over.
    stays: bool,
}

impl TestDb {
    /// A fresh, migrated, empty database on the server of `DATABASE_URL`.
    pub async fn new() -> Self {
        let server = server();
        let template = template(&server).await;
        Self::clone_of(server, &template).await
    }

    /// The migrated database of this name on that server, which stays: made where there is none. For what takes too long to make
    /// for one look at it.
    pub async fn staying(name: &str) -> Self {
        let server = server();
        let mut admin = connect(&server).await;
        if !exists(&mut admin, name).await {
            execute(&mut admin, format!("create database \"{name}\"")).await;
        }
        let mut own = connect(&server.clone().database(name)).await;
        store::MIGRATIONS.run(&mut own).await.expect("the migrations run");
        own.close().await.expect("the connection closes");
        Self { name: name.to_owned(), server, stays: true }
    }

    /// Another database with all that is in this one, to which nobody may be connected meanwhile.
    pub async fn copy(&self) -> Self {
        Self::clone_of(self.server.clone(), &self.name).await
    }

    async fn clone_of(server: PgConnectOptions, template: &str) -> Self {
        let name = format!("t_{}", Uuid::from_bytes(services::crypto::random()).simple());
        let mut admin = connect(&server).await;
        // Where `scripts/db hasty` made a place in memory.
        let place = if in_memory(&mut admin).await { " strategy file_copy tablespace in_memory" } else { "" };
        execute(&mut admin, format!("create database {name} template {template}{place}")).await;
        Self { name, server, stays: false }
    }

    /// Options to connect as the owner of everything (the tests' superuser).
    pub fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    /// The URL, for a server process of its own.
    pub fn url(&self) -> String {
        let (host, port) = (self.server.get_host().to_owned(), self.server.get_port());
        format!("postgres://{}@{host}:{port}/{}", self.server.get_username(), self.name)
    }

    /// A pool as the server has it: acting as `cb_app`, with the guards of `services::db`.
    pub fn app_pool(&self, max_connections: u32) -> PgPool {
        let settings = services::db::PoolSettings { max_connections, ..Default::default() };
        services::db::pool(self.options(), &settings)
    }

    /// A pool of the superuser, for looking behind the curtain and for tampering.
    pub fn owner_pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(2).connect_lazy_with(self.options())
    }

    /// Every row of every table as text, bytes as hexadecimal digits, by the name of its table.
    pub async fn everything(&self) -> Vec<(String, String)> {
        let pool = self.owner_pool();
        let tables: Vec<String> = sqlx::query_scalar(
            "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
        )
        .fetch_all(&pool)
        .await
        .expect("the catalogue");
        let mut all = Vec::new();
        for table in tables {
            let rows = format!("select coalesce(string_agg(t::text, E'\\n'), '') from \"{table}\" t");
            let text: String = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_one(&pool).await.expect("the rows");
            all.push((table, text));
        }
        all
    }

    /// Lets go of the rules between the relief fund's books and its cases, so that a test of the books needs none. The rules
    /// are tested with the cases.
    pub async fn books_by_themselves(&self) {
        for rule in [
            "alter table ledger_award drop constraint if exists ledger_award_case",
            "drop trigger if exists spark_case_is_paid on ledger_payment",
            "drop trigger if exists spark_case_is_sent on ledger_payment",
        ] {
            sqlx::query(rule).execute(&self.owner_pool()).await.expect(rule);
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        let (name, server) = (std::mem::take(&mut self.name), self.server.clone());
        // A test's runtime may be ending: the database is dropped by a thread with a runtime of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut admin = connect(&server).await;
                end_connections(&mut admin, &name).await;
                execute(&mut admin, format!("drop database if exists {name} with (force)")).await;
            });
        });
        drop(dropped.join());
    }
}

/// The server of `DATABASE_URL`.
fn server() -> PgConnectOptions {
    #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names the server that tests may use");
    PgConnectOptions::from_str(&url).expect("DATABASE_URL is a Postgres URL").database("postgres")
}

/// The migrated template of the present migrations, made by whoever comes first (across processes).
async fn template(server: &PgConnectOptions) -> String {
    let mut fingerprint = 0xcbf2_9ce4_8422_2325_u64;
    for byte in store::MIGRATIONS.iter().flat_map(|migration| migration.checksum.iter()) {
        fingerprint = (fingerprint ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let name = format!("cordblood_template_{fingerprint:016x}");
    let mut admin = connect(server).await;
    if exists(&mut admin, &name).await {
        return name;
    }
    execute(&mut admin, "select pg_advisory_lock(728616)".to_owned()).await;
    if !exists(&mut admin, &name).await {
        let making = format!("{name}_making");
        execute(&mut admin, format!("drop database if exists {making} with (force)")).await;
        execute(&mut admin, format!("create database {making}")).await;
        let mut fresh = connect(&server.clone().database(&making)).await;
        store::MIGRATIONS.run(&mut fresh).await.expect("the migrations run on an empty database");
        fresh.close().await.expect("the connection closes");
        execute(&mut admin, format!("alter database {making} rename to {name}")).await;
    }
    admin.close().await.expect("the connection closes");
    name
}

async fn exists(admin: &mut PgConnection, name: &str) -> bool {
    let found = sqlx::query_scalar("select exists (select from pg_database where datname = $1)").bind(name);
    found.fetch_one(admin).await.expect("the catalogue can be read")
}

/// Ends whoever is connected to a database that is dropped next, and sees them gone. `with (force)` alone looks a second time only
/// after a tenth of a second, which each test would wait for; they are gone within a few thousandths.
async fn end_connections(admin: &mut PgConnection, name: &str) {
    for _ in 0..50 {
        let connected = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1";
        let connected = sqlx::query_scalar(connected).bind(name).fetch_one(&mut *admin).await;
        if connected.is_ok_and(|ended: i64| ended == 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn in_memory(admin: &mut PgConnection) -> bool {
    let found = sqlx::query_scalar("select exists (select from pg_tablespace where spcname = 'in_memory')");
    found.fetch_one(admin).await.expect("the catalogue can be read")
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options).await.expect("the tests' Postgres answers")
}

async fn execute(admin: &mut PgConnection, sql: String) {
    // Names are made here of hexadecimal digits, or are those of whoever runs this.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await.expect("the tests' user may do this");
}
