//! What officers' lists of work and a case cost with ten thousand cases, beside the same with a thousand: the rows are those
//! the use cases write (each case with its key, its party and its history, sealed), put there in batches.
//!
//! It fails when a list reads the table of cases whole.

use crate::stage::Stage;
use crate::{Terms, report};
use anyhow::{Context as _, ensure};
use domain::account::{Actor, Role};
use domain::ids::{AccountId, CaseId, LoginSessionId};
use domain::spark::Part;
use jiff::{SignedDuration, Timestamp};
use services::context::new_uuid;
use services::crypto::Place;
use services::spark::cases;
use services::{Context, Services};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

/// Officers, who all look at their lists at the same time.
const OFFICERS: u128 = 10;
/// Cases at first, and in the end.
const SIZES: [usize; 2] = [1_000, 10_000];
/// Cases of one transaction.
const BATCH: usize = 500;
/// What the project wants, in milliseconds at p95.
const AIM: f64 = 300.0;

/// How far a case is, with the changes that brought it there.
type Way = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

/// Half of them are over; of the others every third waits to be looked through.
const WAYS: [Way; 10] = [
    WITHDRAWN,
    ("submitted", &[SUBMIT]),
    WITHDRAWN,
    ("completeness", &[SUBMIT, TAKE_UP]),
    WITHDRAWN,
    ("completeness", &[SUBMIT, TAKE_UP]),
    WITHDRAWN,
    ("medical_review", &[SUBMIT, TAKE_UP, COMPLETE]),
    WITHDRAWN,
    ("committee", &[SUBMIT, TAKE_UP, COMPLETE, ("reviewed", "medical_review", "committee")]),
];
const WITHDRAWN: Way = ("withdrawn", &[SUBMIT, ("withdraw", "submitted", "withdrawn")]);
const SUBMIT: (&str, &str, &str) = ("submit", "draft", "submitted");
const TAKE_UP: (&str, &str, &str) = ("take_up", "submitted", "completeness");
const COMPLETE: (&str, &str, &str) = ("complete", "completeness", "medical_review");

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Look {
    /// The first page of an officer's list.
    List,
    /// Its second.
    Next,
    /// A case: who may read it, its people opened with its key, its history with the reasons.
    Case,
}

impl Look {
    const ALL: [Self; 3] = [Self::List, Self::Next, Self::Case];

    const fn name(self) -> &'static str {
        match self {
            Self::List => "work list, first page",
            Self::Next => "work list, next page",
            Self::Case => "a case, opened",
        }
    }
}

/// Seeds, measures in interleaved rounds, prints.
pub async fn run(stage: &Arc<Stage>, terms: &Terms) -> anyhow::Result<()> {
    report::machine(stage, terms).await?;
    let mut there = Vec::new();
    let mut all: Vec<Vec<Vec<Duration>>> = Vec::new();
    for size in SIZES {
        let began = Instant::now();
        while there.len() < size {
            there.extend(seed(stage, there.len(), BATCH.min(size - there.len())).await?);
        }
        println!("  {size} cases stand there ({:.1} s)", began.elapsed().as_secs_f64());
        stage.settle().await?;
        let own = of_officers(&there);
        let mut times = vec![Vec::new(); Look::ALL.len()];
        for _ in 0..terms.rounds {
            for (look, times) in Look::ALL.into_iter().zip(&mut times) {
                times.extend(looked(&stage.services, &own, look, Duration::from_secs_f64(terms.seconds)).await?);
            }
        }
        times.iter_mut().for_each(|times| times.sort_unstable());
        all.push(times);
    }
    table(&all);
    plans(stage).await
}

/// The cases of each officer.
fn of_officers(all: &[(CaseId, Option<Uuid>)]) -> Arc<Vec<(Uuid, Vec<CaseId>)>> {
    let of = |officer: Uuid| {
        (officer, all.iter().filter(|(_, whose)| *whose == Some(officer)).map(|(case, _)| *case).collect::<Vec<_>>())
    };
    Arc::new((0..OFFICERS).map(|nth| of(officer(nth))).collect())
}

const fn officer(nth: u128) -> Uuid {
    Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + nth)
}

/// Looks again and again, every officer for themselves. How long each look took.
async fn looked(
    services: &Services,
    own: &Arc<Vec<(Uuid, Vec<CaseId>)>>,
    look: Look,
    time: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let until = Instant::now() + time;
    let mut officers = JoinSet::new();
    for nth in 0..own.len() {
        let (services, own) = (services.clone(), Arc::clone(own));
        officers.spawn(async move {
            let (officer, cases) = own.get(nth).context("an officer")?;
            let mut times = Vec::new();
            for case in cases.iter().cycle() {
                if Instant::now() >= until {
                    break;
                }
                let by = context(&services, *officer);
                let after = match look {
                    Look::Next => cases::desk(&services, &by, Part::CaseOfficer, None).await?.next,
                    Look::List | Look::Case => None,
                };
                let began = Instant::now();
                match look {
                    Look::List | Look::Next => {
                        let page = cases::desk(&services, &by, Part::CaseOfficer, after).await?;
                        ensure!(!page.cases.is_empty(), "an empty list");
                    }
                    Look::Case => opened(&services, &by, *case).await?,
                }
                times.push(began.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = officers.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

fn context(services: &Services, officer: Uuid) -> Context {
    let system = services.system();
    let actor = Actor::Staff {
        account: AccountId(officer),
        login: LoginSessionId(officer),
        roles: vec![Role::CaseOfficer],
        stepped_up_at: Some(system.now),
    };
    Context { actor, ..system }
}

async fn opened(services: &Services, by: &Context, case: CaseId) -> anyhow::Result<()> {
    let mut db = services.db.acquire().await?;
    cases::may_read(&mut db, by, case).await?;
    let key = cases::key(services, &mut db, case).await?;
    for party in store::spark::cases::parties(&mut *db, case.0).await? {
        let place = Place { table: "spark_case_party", column: "particulars_sealed", row: party.id };
        ensure!(!key.open(place, &party.particulars_sealed)?.is_empty(), "nobody");
    }
    drop(db);
    ensure!(!cases::history(services, by, case).await?.is_empty(), "no history");
    Ok(())
}

/// Puts cases there, each with who looks after it: nobody yet after one that waits, which nobody reads therefore.
async fn seed(stage: &Stage, from: usize, count: usize) -> anyhow::Result<Vec<(CaseId, Option<Uuid>)>> {
    let (services, now) = (&stage.services, stage.services.clock.now());
    let mut rows = Rows::default();
    for n in from..from + count {
        let (state, steps) = WAYS[n % WAYS.len()];
        let (case, whose) = (new_uuid(now), officer((n / WAYS.len()) as u128 % OFFICERS));
        let taken = state != "submitted";
        let key = services.vault.new_case_key();
        let opened = now - SignedDuration::from_mins(10 * (n as i64 + 10));
        rows.cases.push(case);
        rows.references.push(format!("{n:08}"));
        rows.states.push(state);
        rows.versions.push(steps.len() as i32);
        rows.indexes.push(services.vault.blind_index("spark patient", &format!("document {n}")));
        let looks_after = taken.then_some(whose);
        rows.officers.push(looks_after);
        rows.opened.push(opened.to_string());
        rows.keys.push(services.vault.wrap_case_key(case, &key));
        let party = new_uuid(now);
        let place = Place { table: "spark_case_party", column: "particulars_sealed", row: party };
        rows.parties.push(party);
        rows.particulars.push(key.seal(place, PARTICULARS.as_bytes()));
        for (nth, (event, before, after)) in steps.iter().enumerate() {
            let id = new_uuid(now);
            let place = Place { table: "spark_case_event", column: "reason_sealed", row: id };
            rows.events.push((id, case, nth as i32 + 1, *event, *before, *after));
            rows.reasons.push(key.seal(place, "资料齐全，可以评审。".as_bytes()));
        }
        rows.whose.push((CaseId(case), looks_after));
    }
    rows.write(stage, now).await?;
    Ok(rows.whose)
}

/// What a party is, about as long as it is.
const PARTICULARS: &str = r#"{"patient_name":"演示·林小满","patient_born":"2015-06-01","patient_document_kind":"resident",
"patient_document":"00000000000000000X","address":"演示市演示区演示路1号院2号楼3单元401室","patient_phone":"13800138000"}"#;

/// A row of history: its own id, the case, the version, the event, from where, to where.
type Step = (Uuid, Uuid, i32, &'static str, &'static str, &'static str);

#[derive(Default)]
struct Rows {
    whose: Vec<(CaseId, Option<Uuid>)>,
    cases: Vec<Uuid>,
    references: Vec<String>,
    states: Vec<&'static str>,
    versions: Vec<i32>,
    indexes: Vec<Vec<u8>>,
    officers: Vec<Option<Uuid>>,
    opened: Vec<String>,
    keys: Vec<Vec<u8>>,
    parties: Vec<Uuid>,
    particulars: Vec<Vec<u8>>,
    events: Vec<Step>,
    reasons: Vec<Vec<u8>>,
}

impl Rows {
    /// Without the rules of the tables: each case would have to go its way step by step.
    async fn write(&self, stage: &Stage, now: Timestamp) -> anyhow::Result<()> {
        let mut db = stage.owner().await?;
        sqlx::query("set session_replication_role = replica").execute(&mut *db).await?;
        sqlx::query(
            "insert into spark_case (id, reference, state, version, disease_group, city, age, asked, patient_index, officer_id,
                                     opened_at, changed_at)
             select id, reference, state, version, 'rare', 'jinan', 9, 1000000, patient, officer, at::timestamptz, at::timestamptz
             from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bytea[], $6::uuid[], $7::text[])
               as row (id, reference, state, version, patient, officer, at)",
        )
        .bind(&self.cases)
        .bind(&self.references)
        .bind(&self.states)
        .bind(&self.versions)
        .bind(&self.indexes)
        .bind(&self.officers)
        .bind(&self.opened)
        .execute(&mut *db)
        .await?;
        sqlx::query("insert into spark_case_key (case_id, key_sealed) select * from unnest($1::uuid[], $2::bytea[])")
            .bind(&self.cases)
            .bind(&self.keys)
            .execute(&mut *db)
            .await?;
        sqlx::query(
            "insert into spark_case_party (id, case_id, part, particulars_sealed, added_at)
             select id, case_id, 'applicant', sealed, $4::timestamptz
             from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as row (id, case_id, sealed)",
        )
        .bind(&self.parties)
        .bind(&self.cases)
        .bind(&self.particulars)
        .bind(now.to_string())
        .execute(&mut *db)
        .await?;
        let of = |part: fn(&Step) -> &'static str| self.events.iter().map(part).collect::<Vec<_>>();
        sqlx::query(
            "insert into spark_case_event (id, case_id, version, event, from_state, to_state, part, reason_sealed, at)
             select id, case_id, version, event, before, after, 'case_officer', sealed, $8::timestamptz
             from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bytea[])
               as row (id, case_id, version, event, before, after, sealed)",
        )
        .bind(self.events.iter().map(|event| event.0).collect::<Vec<_>>())
        .bind(self.events.iter().map(|event| event.1).collect::<Vec<_>>())
        .bind(self.events.iter().map(|event| event.2).collect::<Vec<_>>())
        .bind(of(|event| event.3))
        .bind(of(|event| event.4))
        .bind(of(|event| event.5))
        .bind(&self.reasons)
        .bind(now.to_string())
        .execute(&mut *db)
        .await?;
        sqlx::query("set session_replication_role = origin").execute(&mut *db).await?;
        Ok(())
    }
}

fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

fn table(all: &[Vec<Vec<Duration>>]) {
    println!(
        "\n{:<24} {:>7} {:>9} {:>9} {:>9} {:>13} {:>13}",
        "what", "cases", "looks", "p50 ms", "p95 ms", "×first page", "×1,000 cases"
    );
    for (size, times) in SIZES.iter().zip(all) {
        for (nth, (look, own)) in Look::ALL.iter().zip(times).enumerate() {
            let ratio = |to: Option<&Vec<Duration>>| quantile(own, 0.5) / to.map_or(f64::NAN, |to| quantile(to, 0.5));
            println!(
                "{:<24} {size:>7} {:>9} {:>9.2} {:>9.2} {:>13.2} {:>13.2}",
                look.name(),
                own.len(),
                quantile(own, 0.5),
                quantile(own, 0.95),
                ratio(times.first()),
                ratio(all.first().and_then(|few| few.get(nth))),
            );
        }
    }
    println!("\n{OFFICERS} officers at the same time; ratios are of medians.");
    for (look, times) in Look::ALL.iter().zip(all.last().into_iter().flatten()) {
        let slow = quantile(times, 0.95);
        let verdict = if slow <= AIM { "reached" } else { "missed" };
        println!("aim, {}: at most {AIM} ms at p95 with 10,000 cases: {slow:.1}, {verdict}", look.name());
    }
}

/// How Postgres reads the list: as the very statement is planned that the pool sends.
async fn plans(stage: &Stage) -> anyhow::Result<()> {
    let services = stage.house_of_one().await?;
    let by = context(&services, officer(0));
    cases::desk(&services, &by, Part::CaseOfficer, None).await?;
    let mut db = services.db.acquire().await?;
    let name: String =
        sqlx::query_scalar("select name from pg_prepared_statements where statement like '%as waits (state)%'")
            .fetch_one(&mut *db)
            .await?;
    let asked = format!(
        "explain (costs off) execute {name} (array['submitted', 'completeness', 'granted', 'partial', 'follow_up', 'deceased_hold'],
           '{}', '1970-01-01', '{}', 51, null)",
        officer(0),
        Uuid::nil()
    );
    let lines: Vec<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).persistent(false).fetch_all(&mut *db).await?;
    println!("\nThe work list as it is planned:");
    lines.iter().for_each(|line| println!("  {line}"));
    let plan = lines.join("\n");
    ensure!(plan.contains("Index Scan using spark_case_"), "the list uses no index of cases");
    ensure!(!plan.contains("Seq Scan on spark_case "), "the list reads all cases");
    Ok(())
}
