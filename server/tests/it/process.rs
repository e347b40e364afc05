//! The binary itself, as an operator runs it: commands, exit codes, and a server that ends when it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use testkit::TestDb;

fn server(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command
        .env_clear()
        .env("DATABASE_URL", url)
        .env("CORDBLOOD__HTTP__LISTEN", "127.0.0.1:0")
        .env("CORDBLOOD__OPS__LISTEN", "127.0.0.1:0")
        .env("CORDBLOOD__TELEMETRY__FORMAT", "json")
        .stdin(Stdio::null());
    command
}

fn run(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = server(url).args(arguments).output().expect("the binary runs");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[tokio::test]
async fn commands_say_what_they_did_by_word_and_by_exit_code() {
    let db = TestDb::new().await;
    let url = db.url();
    let (code, text) = run(&url, &["migrate"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("up to date: 0 new"), "{text}");
    for _ in 0..2 {
        assert_eq!(run(&url, &["seed", "--demo"]).0, Some(0), "repeating it adds nothing");
    }
    let (code, text) = run(&url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("/staff/sign-in") && text.contains("with the password"), "{text}");
    assert_eq!(
        run(&url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]).0,
        Some(1),
        "the name is taken"
    );
    let (code, text) = run(&url, &["create-client", "--name", "door 1", "--scope", "door:write"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("client_secret"), "{text}");
    assert_eq!(run(&url, &["rotate-keys"]).0, Some(0));
    assert_eq!(run(&url, &["no-such-command"]).0, Some(2));
    assert_eq!(run(&url, &["seed"]).0, Some(2));
    assert_eq!(run("", &["migrate"]).0, Some(3));
    assert_eq!(run("postgres://nobody@127.0.0.1:1/none", &["migrate"]).0, Some(1));
    for command in [
        "serve",
        "migrate",
        "seed",
        "create-admin",
        "create-client",
        "verify-audit",
        "rotate-keys",
        "openapi",
        "config",
    ] {
        let (code, text) = run(&url, &[command, "--help"]);
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

#[tokio::test]
async fn a_server_serves_until_it_is_told_to_end_and_its_log_names_nobody() {
    let db = TestDb::new().await;
    assert_eq!(run(&db.url(), &["seed", "--demo"]).0, Some(0));
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

#[tokio::test]
async fn an_edited_audit_trail_is_found() {
    let db = TestDb::new().await;
    let url = db.url();
    assert_eq!(run(&url, &["create-admin", "--login", "boss", "--name", "演示·管理员"]).0, Some(0));
    // The sequencer of a running server gives positions and signs.
    let served = Served::start(&url);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(served.end().0, Some(0));
    let (code, text) = run(&url, &["verify-audit"]);
    assert_eq!(code, Some(0), "{text}");
    let owner = db.owner_pool();
    let tamper = "alter table audit_entry disable trigger all; update audit_entry set action = 'staff.innocent'; \
                  alter table audit_entry enable trigger all";
    sqlx::raw_sql(tamper).execute(&owner).await.expect("the owner may do anything");
    let (code, text) = run(&url, &["verify-audit"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("position 0"), "{text}");
}
