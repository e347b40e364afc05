//! The binary itself, as an operator runs it: commands, exit codes, and a server that ends when it is told to.

use crate::support::Site;
use domain::custody::State;
use services::clock::Clock;
use services::custody::Sight;
use services::custody::proof;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use testkit::custody::{say_anew, unit_in};
use testkit::{MASTER_KEY, TestDb, TestHouse};

fn server(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command
        .env_clear()
        .env("DATABASE_URL", url)
        .env("CORDBLOOD__HTTP__LISTEN", "127.0.0.1:0")
        .env("CORDBLOOD__OPS__LISTEN", "127.0.0.1:0")
        .env("CORDBLOOD__TELEMETRY__FORMAT", "json")
        // A house of the test opens what the binary sealed.
        .env("CORDBLOOD__SECRETS__MASTER_KEY", MASTER_KEY)
        .stdin(Stdio::null());
    command
}

fn run(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = server(url).args(arguments).output().expect("the binary runs");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// Runs a command that is to succeed; where it does not, the test says what it said.
fn succeeds(url: &str, arguments: &[&str]) {
    let (code, text) = run(url, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {text}");
}

/// The demo takes the binary half a minute: it is made once here, and each of these has a copy of its own.
#[tokio::test]
async fn what_an_operator_runs_on_the_demo_does_what_it_says_and_its_log_names_nobody() {
    let demo = TestDb::new().await;
    let (code, text) = run(&demo.url(), &["migrate"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("up to date: 0 new"), "{text}");
    succeeds(&demo.url(), &["seed", "--demo"]);
    a_server_serves_until_it_is_told_to_end_and_its_log_names_nobody(demo.copy().await).await;
    a_changed_record_of_units_is_found_with_its_unit_and_its_event(demo.copy().await).await;
    a_renewal_waits_for_every_server_and_names_what_does_not_open(demo.copy().await).await;
    commands_say_what_they_did_by_word_and_by_exit_code(&demo.url());
}

fn commands_say_what_they_did_by_word_and_by_exit_code(url: &str) {
    assert_eq!(run(url, &["seed", "--demo"]).0, Some(0), "repeating it adds nothing");
    let (code, text) = run(url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("/staff/sign-in") && text.contains("with the password"), "{text}");
    assert_eq!(run(url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]).0, Some(1), "the name is taken");
    let (code, text) = run(url, &["client", "add", "--name", "door 1", "--scope", "door:write"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("client_secret"), "{text}");
    let id = text.lines().find_map(|line| line.strip_prefix("client_id")).expect("an id").trim().to_owned();
    let (code, text) = run(url, &["client", "list"]);
    let of_it = |text: &str| text.lines().find(|line| line.contains(&id)).expect("its line").to_owned();
    assert_eq!(code, Some(0), "{text}");
    assert!(of_it(&text).contains("door:write") && of_it(&text).contains("never used"), "{text}");
    succeeds(url, &["client", "end", &id]);
    assert!(of_it(&run(url, &["client", "list"]).1).contains("ended"), "the list keeps what has ended");
    assert_eq!(run(url, &["client", "end", "01980000-0000-7000-8000-000000000000"]).0, Some(1), "there is none");
    assert_eq!(run(url, &["client", "end", "door 1"]).0, Some(2), "a name is no id: names come back");
    succeeds(url, &["rotate-keys"]);
    assert_eq!(run(url, &["no-such-command"]).0, Some(2));
    assert_eq!(run(url, &["seed"]).0, Some(2));
    assert_eq!(run("", &["migrate"]).0, Some(3));
    assert_eq!(run("postgres://nobody@127.0.0.1:1/none", &["migrate"]).0, Some(1));
    for command in [
        "serve",
        "migrate",
        "seed",
        "create-admin",
        "client",
        "verify-audit",
        "verify-custody",
        "record-families",
        "verify-passport",
        "erase",
        "rotate-keys",
        "retire-key",
        "rewrap",
        "openapi",
        "config",
    ] {
        let (code, text) = run(url, &[command, "--help"]);
        assert_eq!(code, Some(0));
        assert!(text.lines().count() > 6, "{command} --help says little: {text}");
    }
    let (code, text) = run("", &["openapi"]);
    assert_eq!(code, Some(0));
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|document| document["openapi"] == "3.1.0"));
}

/// A server process; killed if its test ends early.
struct Served {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
    site: String,
    log: String,
}

impl Served {
    fn start(url: &str) -> Self {
        let mut process = server(url).arg("serve").stdout(Stdio::piped()).spawn().expect("the server starts");
        let lines = BufReader::new(process.stdout.take().expect("its output"));
        let mut served = Self { process, lines, site: String::new(), log: String::new() };
        while served.site.is_empty() {
            let line = served.line();
            if line["message"] == "the site is served" {
                served.site = line["address"].as_str().expect("an address").to_owned();
            }
        }
        served
    }

    fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the server ended: {}", self.log);
        self.log.push_str(&line);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("every line is JSON: {error}: {line}"))
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.site).expect("a connection");
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: secret=in-a-cookie\r\nConnection: close\r\n\r\n",
            self.site
        );
        stream.write_all(head.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Tells it to end, and waits.
    fn end(mut self) -> (Option<i32>, String) {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().expect("a signal");
        assert!(told.success());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.process.try_wait().expect("a process") {
                let mut rest = String::new();
                self.lines.read_to_string(&mut rest).expect("the rest of its output");
                self.log.push_str(&rest);
                return (status.code(), std::mem::take(&mut self.log));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("it does not end: {}", self.log);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn a_server_serves_until_it_is_told_to_end_and_its_log_names_nobody(db: TestDb) {
    let served = Served::start(&db.url());
    assert!(served.get("/museum?day=2026-07-28&name=somebody").starts_with("HTTP/1.1 200"));
    assert!(served.get("/b/a-secret-link").starts_with("HTTP/1.1 4"));
    let (code, log) = served.end();
    assert_eq!(code, Some(0), "{log}");
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 2, "{log}");
    let request = &answered[0]["spans"][0];
    assert_eq!((request["route"].as_str(), request["method"].as_str()), (Some("/museum"), Some("GET")));
    assert_eq!(request["request_id"].as_str().map(str::len), Some(36));
    for secret in ["somebody", "2026-07-28", "a-secret-link", "in-a-cookie", "演示"] {
        assert!(!log.contains(secret), "the log holds {secret}: {log}");
    }
    assert!(lines.iter().any(|line| line["message"] == "ended"));
}

/// Runs a command that reads `input` from standard input.
fn run_with(url: &str, further: &[(&str, &str)], arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut command = server(url);
    command.args(arguments).envs(further.iter().copied());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = piped.spawn().expect("the binary runs");
    let mut stdin = process.stdin.take().expect("its input");
    // A command that ends before it reads is judged by its exit code.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output { status, stdout, stderr } = process.wait_with_output().expect("its end");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// The head `verify-audit` printed.
fn head_of(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("Head, to be kept elsewhere: "));
    line.unwrap_or_else(|| panic!("no head: {text}"))
}

#[tokio::test]
async fn an_edited_audit_trail_is_found() {
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    succeeds(&url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]);
    // More entries than faults are named one by one.
    let many = "insert into audit_entry (id, at, actor_kind, action, subject_kind) \
                select gen_random_uuid(), clock_timestamp(), 'system', 'staff.seen', 'account' from generate_series(1, 1100)";
    sqlx::raw_sql(many).execute(&owner).await.expect("entries");
    // The sequencer of a running server gives positions and signs.
    let served = Served::start(&url);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(served.end().0, Some(0));
    let (code, text) = run(&url, &["verify-audit"]);
    assert_eq!(code, Some(0), "{text}");
    let tamper = "alter table audit_entry disable trigger all; update audit_entry set action = 'staff.innocent'; \
                  alter table audit_entry enable trigger all";
    sqlx::raw_sql(tamper).execute(&owner).await.expect("the owner may do anything");
    let (code, text) = run(&url, &["verify-audit"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("position 0"), "{text}");
    assert!(text.contains("further faults."), "the count of what is not named one by one: {}", text.lines().count());
}

#[tokio::test]
async fn a_trail_cut_off_with_its_heads_contradicts_the_head_kept_elsewhere() {
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    succeeds(&url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]);
    let served = Served::start(&url);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(served.end().0, Some(0));
    let (_, text) = run(&url, &["verify-audit"]);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("witness-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("head.txt");
    let file = file.to_str().expect("a path of letters");
    std::fs::write(file, format!("{}\n", head_of(&text))).expect("the head is kept");
    let (code, text) = run(&url, &["verify-audit", "--witness", file]);
    assert_eq!(code, Some(0), "{text}");

    let cut = "set session_replication_role = replica; delete from audit_head; delete from audit_leaf; \
               delete from audit_pending; delete from audit_entry; set session_replication_role = origin";
    sqlx::raw_sql(cut).execute(&owner).await.expect("the owner may do anything");
    let (code, text) = run(&url, &["verify-audit"]);
    assert_eq!(code, Some(0), "nothing is left that could contradict: {text}");
    let (code, text) = run(&url, &["verify-audit", "--witness", file]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("no longer has, the witnessed head"), "{text}");

    std::fs::write(file, "twelve:leaves").expect("another text");
    let (code, text) = run(&url, &["verify-audit", "--witness", file]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("not a head"), "{text}");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert_eq!(run(&url, &["verify-audit", "--witness", file]).0, Some(1), "no such file");
}

/// The root `verify-custody` printed.
fn root_of(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("Root, to be kept elsewhere: "));
    line.unwrap_or_else(|| panic!("no root: {text}"))
}

async fn a_changed_record_of_units_is_found_with_its_unit_and_its_event(db: TestDb) {
    const UNIT: &str = "5b0c71de-90a4-4c1e-8f3d-000000000003";
    let (url, owner) = (db.url(), db.owner_pool());
    let (code, text) = run(&url, &["verify-custody"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(" units with ") && text.contains("under 1 signed roots; 0 units wait"), "{text}");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("root-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("root.txt");
    let file = file.to_str().expect("a path of letters");
    std::fs::write(file, format!("{}\n", root_of(&text))).expect("the root is kept");
    succeeds(&url, &["verify-custody", "--from-root", file]);
    succeeds(&url, &["verify-custody", "--unit", UNIT]);
    let (code, text) = run(&url, &["verify-custody", "--unit", "5b0c71de-90a4-4c1e-8f3d-0000000000ff"]);
    assert_eq!(code, Some(4), "{text}");

    let sql = format!(
        "set session_replication_role = replica; \
         update custody_event set occurred_at = occurred_at - interval '1 day' where unit_id = '{UNIT}' and seq = 7; \
         set session_replication_role = origin"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&owner).await.expect("the owner may do anything");
    for arguments in [&["verify-custody"][..], &["verify-custody", "--unit", UNIT]] {
        let (code, text) = run(&url, arguments);
        assert_eq!(code, Some(4), "{text}");
        assert!(text.contains(&format!("unit {UNIT}, event 7: edited")), "{text}");
    }
    // Everything that was signed is taken back: only the root kept elsewhere contradicts.
    let back = "set session_replication_role = replica; delete from custody_root; delete from custody_node; \
                update custody_unit set leaf = null, rooted_seq = 0; \
                update custody_event set occurred_at = occurred_at + interval '1 day' \
                where unit_id = '5b0c71de-90a4-4c1e-8f3d-000000000003' and seq = 7; \
                set session_replication_role = origin";
    sqlx::raw_sql(back).execute(&owner).await.expect("the owner may do anything");
    succeeds(&url, &["verify-custody"]);
    assert_eq!(run(&url, &["verify-custody"]).0, Some(0));
    let (code, text) = run(&url, &["record-families"]);
    assert!(code == Some(0) && text.contains("0 units are recorded"), "every unit has its event already: {text}");
    let (code, text) = run(&url, &["verify-custody", "--from-root", file]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("root 1: the house never had"), "{text}");
    std::fs::write(file, "one:root").expect("another text");
    assert_eq!(run(&url, &["verify-custody", "--from-root", file]).0, Some(1));
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    // What a server of a later release said is no fault: the event is named, and the code says that a newer version is needed.
    let house = TestHouse { services: TestHouse::second(&db, Clock::system(), 2).await, db };
    say_anew(&house, UNIT.parse().expect("an id"), "thawed_by_robot", r#"{"kind":"thawed_by_robot"}"#).await;
    let (code, text) = run(&url, &["verify-custody"]);
    assert_eq!(code, Some(6), "{text}");
    assert!(text.contains(&format!("unit {UNIT}, event ")) && text.contains("a newer version is needed"), "{text}");
    assert!(text.contains("sound as far as this version can read it"), "{text}");
    // A passport needs no database; one that is none is told so.
    let (code, text) = run("", &["verify-passport", "Cargo.toml", "--keys", "Cargo.toml"]);
    assert_eq!(code, Some(1), "keys that are none: {text}");
}

#[tokio::test]
async fn a_passport_is_held_against_the_published_roots_and_one_that_differs_is_named() {
    let site = Site::new().await;
    let unit = unit_in(&site.test, 1, State::Banked).await;
    proof::close_all(&site.test.services).await.expect("a root");
    let passport = proof::passport(&site.test.services, unit, Sight::Owner).await.expect("a passport");
    let number = passport.proof.as_ref().expect("a proof").root.number;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("passport-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("a file");
        file.to_str().expect("a path of letters").to_owned()
    };
    let text = serde_json::to_string(&passport).expect("JSON");
    let (passport, keys) =
        (file("passport.json", &text), file("keys.json", &site.get("/custody/keys.json").await.body));
    let verify = |roots: &[&str]| {
        let arguments: [&str; 4] = ["verify-passport", &passport, "--keys", &keys];
        run("", &[&arguments[..], roots].concat())
    };
    let (code, text) = verify(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Its root was not compared") && text.contains("The passport is sound."), "{text}");

    let mut roots = site.get("/custody/roots.json").await.json();
    let (code, text) = verify(&["--roots", &file("roots.json", &roots.to_string())]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Its root is the one that was published.") && text.contains("is sound"), "{text}");
    // A second root under its number, beside the right one or alone.
    let mut second = roots["roots"][0].clone();
    second["root"] = serde_json::json!("00".repeat(32));
    roots["roots"].as_array_mut().expect("roots").push(second.clone());
    for differs in [roots.clone(), serde_json::json!({ "roots": [second] })] {
        let (code, text) = verify(&["--roots", &file("second.json", &differs.to_string())]);
        assert_eq!(code, Some(4), "{text}");
        assert!(text.contains(&format!("root {number}: another one was published under this number")), "{text}");
        assert!(!text.contains("is sound"), "{text}");
    }
    let (code, text) = verify(&["--roots", &file("none.json", r#"{"roots":[]}"#)]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(&format!("root {number} is not among them")) && !text.contains("is sound"), "{text}");
    assert_eq!(verify(&["--roots", &file("nonsense.json", "[")]).0, Some(1));
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

/// The count of a kind in what `erase` printed.
fn count_of(text: &str, kind: &str) -> u64 {
    let line = text.lines().find(|line| line.ends_with(kind)).unwrap_or_else(|| panic!("no {kind}: {text}"));
    line.trim_start().split(' ').next().and_then(|count| count.parse().ok()).expect("a number")
}

#[tokio::test]
async fn what_is_due_is_counted_then_erased() {
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    let old = "insert into account (id, kind, phone_index, created_at) \
                 select gen_random_uuid(), 'visitor', decode(to_hex(n), 'hex'), clock_timestamp() - interval '800 days' \
                 from generate_series(16, 18) n; \
               insert into rate_limit (bucket, window_start, hits) values ('old', clock_timestamp() - interval '4 days', 1), \
                 ('young', clock_timestamp(), 1)";
    sqlx::raw_sql(old).execute(&owner).await.expect("something old");
    for _ in 0..2 {
        let (code, text) = run(&url, &["erase", "--dry-run"]);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("Due to be erased"), "{text}");
        let counts =
            ["Accounts", "Counters of limits", "Bookings (names and contacts)"].map(|kind| count_of(&text, kind));
        assert_eq!(counts, [3, 1, 0], "counting changes nothing: {text}");
    }
    let (code, text) = run(&url, &["erase"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(["Accounts", "Counters of limits"].map(|kind| count_of(&text, kind)), [3, 1], "{text}");
    let left: i64 = sqlx::query_scalar("select count(*) from account where phone_index is not null")
        .fetch_one(&owner)
        .await
        .expect("a count");
    assert_eq!(left, 0);
    let (_, text) = run(&url, &["erase"]);
    assert_eq!(["Accounts", "Counters of limits"].map(|kind| count_of(&text, kind)), [0, 0], "{text}");
}

async fn kids(owner: &sqlx::PgPool) -> Vec<String> {
    sqlx::query_scalar("select kid from signing_key order by created_at").fetch_all(owner).await.expect("the keys")
}

#[tokio::test]
async fn keys_are_ended_and_wrapped_anew() {
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    assert_eq!(run(&url, &["verify-audit"]).0, Some(0), "the first use makes the first keys");
    let first = kids(&owner).await;
    let (code, text) = run(&url, &["retire-key", &first[0]]);
    assert_eq!(code, Some(1), "the only key stays: {text}");
    succeeds(&url, &["rotate-keys"]);
    let (code, text) = run(&url, &["retire-key", &first[0]]);
    assert_eq!(code, Some(0), "{text}");
    let ended: bool = sqlx::query_scalar("select retired_at <= clock_timestamp() from signing_key where kid = $1")
        .bind(&first[0])
        .fetch_one(&owner)
        .await
        .expect("the key");
    assert!(ended);
    assert_eq!(run(&url, &["retire-key", "nobody"]).0, Some(1));

    let (new, changed) = ("another master key, with more than 32 characters", "CORDBLOOD__SECRETS__MASTER_KEY");
    let (code, text) = run_with(&url, &[], &["rewrap"], "short\n");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("32 characters"), "{text}");
    let (code, text) = run_with(&url, &[], &["rewrap"], &format!("{new}\n"));
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains(new), "it is not shown: {text}");
    assert_eq!(run(&url, &["verify-audit"]).0, Some(1), "the old master key opens nothing any more");
    assert_eq!(run_with(&url, &[(changed, new)], &["verify-audit"], "").0, Some(0));
}

async fn a_renewal_waits_for_every_server_and_names_what_does_not_open(db: TestDb) {
    let (url, owner) = (db.url(), db.owner_pool());
    let sealed_by = async |version: i32| -> i64 {
        sqlx::query_scalar("select count(*) from booking where substring(name_sealed from 2 for 4) = int4send($1)")
            .bind(version)
            .fetch_one(&owner)
            .await
            .expect("a count")
    };
    let bookings = sealed_by(1).await;
    assert!(bookings > 1, "the demo has visitors");
    // One that nobody can open: the sealed name of another booking.
    let moved = "update booking set name_sealed = (select name_sealed from booking order by id desc limit 1) \
                 where id = (select id from booking order by id limit 1)";
    assert_eq!(sqlx::raw_sql(moved).execute(&owner).await.expect("moved").rows_affected(), 1);

    let mut process =
        server(&url).args(["rotate-keys", "--renew"]).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut lines = BufReader::new(process.stdout.take().expect("its output"));
    let mut text = String::new();
    while !text.contains("Waiting until every server") {
        assert_ne!(lines.read_line(&mut text).expect("a line"), 0, "{text}");
    }
    // Half a minute passes for the key, not for this test.
    sqlx::raw_sql("update data_key set created_at = created_at - interval '40 seconds' where version > 0")
        .execute(&owner)
        .await
        .expect("an older key");
    lines.read_to_string(&mut text).expect("the rest");
    assert_eq!(process.wait().expect("its end").code(), Some(5), "{text}");
    assert!(text.contains("values are sealed anew"), "{text}");
    assert_eq!((sealed_by(1).await, sealed_by(2).await), (1, bookings - 1));
}
