//! A canary through the whole house: who somebody is and what they have, planted in a whole run of the Spark Project from the
//! first page to the last payment and the end of it, is searched for wherever it must not be. In log lines, the work queue, the
//! trail, letters and text messages, metrics, addresses; and in the clear in any column of any table, as a dump would show it.
//!
//! The search is tried on leaks of every kind: one that finds nothing there proves nothing.

mod run;

use crate::support::Site;
use axum::body::Body;
use http::Request;
use serde_json::json;
use server::ops::{Ops, router};
use server::workers::Pulses;
use services::audit::{self, Entry};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Who, where, what illness, which accounts, and what was written about it.
pub const PLANTED: [&str; 20] = [
    run::NAME,
    run::IDENTITY,
    run::BORN,
    run::PHONE,
    run::ADDRESS,
    run::DIAGNOSIS,
    run::HOSPITAL,
    run::PHYSICIAN,
    run::PLAN,
    run::HOLDER,
    run::BANK,
    run::ACCOUNT,
    run::OTHER_AID,
    run::PAYEE,
    run::PAYEE_BANK,
    run::PAYEE_ACCOUNT,
    run::ASKED_BACK,
    run::JUDGED,
    run::TAKEN_OVER,
    run::KEPT,
];

/// Everything a program said.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// The log of this thread from now on, with much more than a server is asked to say.
    fn kept(&self) -> DefaultGuard {
        let lines = self.clone();
        let json = fmt::layer().json().flatten_event(true).with_span_list(true).with_writer(move || lines.clone());
        tracing::subscriber::set_default(tracing_subscriber::registry().with(EnvFilter::new("debug")).with(json))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("the log")).into_owned()
    }
}

async fn text(site: &Site, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect(sql)
}

async fn metrics(site: &Site) -> String {
    let ops = Ops {
        services: site.test.services.clone(),
        metrics: server::metrics::install(),
        pulses: Pulses::default(),
        stopping: CancellationToken::new(),
    };
    let request = Request::get("/metrics").body(Body::empty()).expect("a request");
    let response = router(ops).oneshot(request).await.expect("an answer");
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Everything that is searched, each by its name.
async fn everywhere(site: &Site, log: &Lines, urls: &str) -> Vec<(String, String)> {
    let jobs = "select coalesce(string_agg(payload::text || coalesce(dedupe, ''), E'\\n'), '') from seen_job";
    let trail = "select coalesce(string_agg(action || detail::text, E'\\n'), '') from audit_entry";
    let letters =
        "select coalesce(string_agg(subject || body_text || coalesce(body_html, '') || attachments::text, E'\\n'), '')
                   from dev_mailbox";
    let tables = site.test.db.everything().await.into_iter();
    let mut all: Vec<(String, String)> = tables.map(|(table, text)| (format!("table {table}"), text)).collect();
    all.extend([
        ("log".to_owned(), log.text()),
        ("jobs".to_owned(), text(site, jobs).await),
        ("trail".to_owned(), text(site, trail).await),
        ("letters".to_owned(), text(site, letters).await),
        ("metrics".to_owned(), metrics(site).await),
        ("addresses".to_owned(), urls.to_owned()),
    ]);
    all
}

/// Where which of what was planted stands: as it is, as bytes, or as an address spells it.
fn found(all: &[(String, String)]) -> Vec<String> {
    let hex = |word: &str| word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let encoded = |word: &str| form_urlencoded::byte_serialize(word.as_bytes()).collect::<String>();
    let mut places = Vec::new();
    for (place, text) in all {
        for word in PLANTED {
            if [word.to_owned(), hex(word), encoded(word)].iter().any(|spelt| text.contains(spelt)) {
                places.push(format!("{word} in {place}"));
            }
        }
    }
    places
}

/// What a job held is gone once it is done: each is copied when it is queued.
async fn watch_jobs(site: &Site) {
    for sql in [
        "create table seen_job as select * from job",
        "create function see_job() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
         begin insert into seen_job select new.*; return null; end $$",
        "create trigger see_job after insert or update on job for each row execute function see_job()",
    ] {
        sqlx::query(sql).execute(&site.test.db.owner_pool()).await.expect(sql);
    }
}

#[tokio::test]
async fn nobody_is_found_anywhere_after_a_whole_run_and_a_planted_leak_is() {
    let (site, log) = (Site::new().await, Lines::default());
    let _log = log.kept();
    watch_jobs(&site).await;
    let urls = run::whole(&site).await;
    let all = everywhere(&site, &log, &urls).await;
    assert_eq!(found(&all), Vec::<String>::new());

    // It was a whole run, and everything that was searched has something in it.
    let of = |place: &str| all.iter().find(|(name, _)| name == place).map_or("", |(_, text)| text.as_str());
    for place in ["log", "jobs", "trail", "letters", "metrics", "addresses"] {
        assert!(of(place).lines().count() > 1, "nothing in {place}");
    }
    for table in
        ["spark_case_party", "spark_case_event", "spark_snapshot", "spark_paper", "ledger_payee", "ledger_payment"]
    {
        assert!(!of(&format!("table {table}")).is_empty(), "nothing in {table}");
    }
    assert!(of("trail").contains("spark.case_moved") && of("jobs").contains("case"), "a case went its way");

    // Leaks of every kind.
    tracing::info!(name = run::NAME, "a leak");
    let spelt = form_urlencoded::byte_serialize(run::NAME.as_bytes()).collect::<String>();
    let leaky = format!("{urls}\n/account?name={spelt}");
    metrics::counter!("leaks_total", "of" => run::PHONE).increment(1);
    let mut tx = site.test.services.begin().await.expect("a transaction");
    let detail = json!({ "phone": run::PHONE, "hospital": run::HOSPITAL });
    let entry = Entry { action: "spark.leaked", subject_kind: "spark_case", subject: None, detail };
    audit::record(&mut tx, &site.test.services.system(), &[entry]).await.expect("written");
    let payload = json!({ "diagnosis": run::DIAGNOSIS });
    let job = services::jobs::NewJob { kind: "spark.leak", payload: &payload, run_at: site.test.now(), dedupe: None };
    services::jobs::enqueue(&mut tx, site.test.now(), &[job]).await.expect("queued");
    tx.commit().await.expect("committed");
    for (sql, word) in [
        ("update dev_mailbox set body_text = body_text || $1", run::ACCOUNT),
        ("update account set name_sealed = convert_to($1, 'UTF8')", run::ADDRESS),
    ] {
        sqlx::query(sql).bind(word).execute(&site.test.db.owner_pool()).await.expect(sql);
    }
    let places = found(&everywhere(&site, &log, &leaky).await);
    for leak in [
        format!("{} in log", run::NAME),
        format!("{} in addresses", run::NAME),
        format!("{} in metrics", run::PHONE),
        format!("{} in trail", run::HOSPITAL),
        format!("{} in jobs", run::DIAGNOSIS),
        format!("{} in letters", run::ACCOUNT),
        format!("{} in table account", run::ADDRESS),
    ] {
        assert!(places.contains(&leak), "{leak} was not found: {places:?}");
    }
    let caught = format!("{} in trail", run::PHONE);
    assert!(!places.contains(&caught), "the trail's own net lets no telephone number in: {places:?}");
}
