//! The real binary as a process that can be killed, with its whole log.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Jobs a server works on at the same time.
pub const WORKERS: usize = 8;

/// How a server is configured beside its database.
pub type Settings = Vec<(&'static str, String)>;

/// Mail goes to an SMTP server on this port of loopback.
pub fn mail_to(port: u16) -> Settings {
    vec![
        ("CORDBLOOD__MAIL__DELIVERY", "smtp".to_owned()),
        ("CORDBLOOD__MAIL__HOST", "127.0.0.1".to_owned()),
        ("CORDBLOOD__MAIL__PORT", port.to_string()),
        ("CORDBLOOD__MAIL__TLS", "none".to_owned()),
        ("CORDBLOOD__WORKERS__JOBS", WORKERS.to_string()),
    ]
}

/// The binary of this build, or an optimised one that somebody wants to see under load (`make storm`).
fn program() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
    let given = std::env::var("CORDBLOOD_TEST_SERVER").ok();
    given.unwrap_or_else(|| env!("CARGO_BIN_EXE_server").to_owned())
}

fn binary(url: &str, settings: &Settings) -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("DATABASE_URL", url).envs(settings.iter().map(|(name, value)| (name, value)));
    for listener in ["CORDBLOOD__HTTP__LISTEN", "CORDBLOOD__OPS__LISTEN"] {
        command.env(listener, "127.0.0.1:0");
    }
    command.env("CORDBLOOD__TELEMETRY__FORMAT", "json").stdin(Stdio::null());
    command
}

/// Runs a command of the binary that ends; its exit code and what it said.
pub fn run(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = binary(url, &Settings::new()).args(arguments).output().expect("the binary runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// A server process; killed when it is dropped.
pub struct Server {
    process: Child,
    readers: Vec<JoinHandle<()>>,
    log: Arc<Mutex<String>>,
    /// Where the public is served.
    pub site: String,
    /// Where operators are.
    pub operators: String,
}

impl Server {
    /// Starts one and waits until it serves.
    pub fn start(url: &str, settings: &Settings) -> Self {
        let mut command = binary(url, settings);
        let mut process =
            command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the server starts");
        let (log, (tell, told)) = (Arc::<Mutex<String>>::default(), channel());
        let (out, err) = (process.stdout.take().expect("its output"), process.stderr.take().expect("its errors"));
        let readers = vec![keep(out, &log, tell.clone()), keep(err, &log, tell)];
        let mut server = Self { process, readers, log, site: String::new(), operators: String::new() };
        while server.site.is_empty() || server.operators.is_empty() {
            let Ok((who, address)) = told.recv_timeout(Duration::from_secs(30)) else {
                panic!("it does not serve: {}", server.log());
            };
            if who == "the site is served" { server.site = address } else { server.operators = address }
        }
        server
    }

    fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// SIGKILL: nothing of it runs any more when this returns. Its log.
    pub fn kill(mut self) -> String {
        self.process.kill().expect("a signal");
        self.process.wait().expect("a process");
        self.whole_log()
    }

    /// SIGTERM, and the wait until it ended by itself. Its log.
    pub fn end(mut self) -> String {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().expect("a signal");
        assert!(told.success());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(40) {
            if let Some(status) = self.process.try_wait().expect("a process") {
                let log = self.whole_log();
                assert_eq!(status.code(), Some(0), "{log}");
                return log;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end: {}", self.log());
    }

    fn whole_log(&mut self) -> String {
        for reader in self.readers.drain(..) {
            reader.join().expect("a reader");
        }
        self.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            println!("the log of the server, what matters of it:\n{}", troubles(&self.log()).join("\n"));
        }
    }
}

/// Keeps what a process says, and tells where it listens.
fn keep(from: impl Read + Send + 'static, log: &Arc<Mutex<String>>, tell: Sender<(String, String)>) -> JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if let Ok(said) = serde_json::from_str::<serde_json::Value>(&line)
                && let (Some(who), Some(address)) = (said["message"].as_str(), said["address"].as_str())
            {
                drop(tell.send((who.to_owned(), address.to_owned())));
            }
            let mut log = log.lock().expect("the log");
            log.push_str(&line);
            log.push('\n');
        }
    })
}

/// The lines of a log that nobody wants to see: errors, and whatever is not even a line of the log, as a panic is.
pub fn troubles(log: &str) -> Vec<String> {
    let calm = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|line| line["level"] != "ERROR");
    log.lines().filter(|line| !calm(line)).map(str::to_owned).collect()
}

/// A log without a panic and without an answer that says "a fault of ours".
pub fn assert_no_panic_and_no_500(log: &str) {
    assert!(!log.contains("panicked"), "{}", troubles(log).join("\n"));
    let broken = |line: &&str| {
        serde_json::from_str::<serde_json::Value>(line)
            .is_ok_and(|line| line["message"] == "answered" && line["status"] == 500)
    };
    let broken: Vec<_> = log.lines().filter(broken).collect();
    assert!(broken.is_empty(), "{broken:#?}\n{}", troubles(log).join("\n"));
}
