//! A Postgres cluster of a test's own: one that may be stopped, and killed, and started again under load, which nobody
//! may do to the server all other tests are on.
//!
//! Made by `initdb` of the newest Postgres on this machine (what `scripts/setup` installs), on a free port of loopback,
//! as the user `postgres` where the test runs as root, since Postgres refuses to. A shell waits beside it and takes it
//! away as soon as the test is gone, also when that was killed.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How a cluster is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopMode {
    /// Connections are told, transactions rolled back, everything is written.
    Fast,
    /// As by a power cut: recovery at the next start.
    Immediate,
}

impl StopMode {
    const fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Immediate => "immediate",
        }
    }
}

/// What the shell does that waits for the end of its input, which is the end of the test.
const TAKE_AWAY: &str =
    "trap '' INT TERM HUP; read -r _; \"$@\" -D \"$CLUSTER\" -m immediate stop; rm -rf \"$CLUSTER\"";

/// A running cluster, empty at first. Taken away when it is dropped.
pub struct Cluster {
    home: PathBuf,
    bin: PathBuf,
    port: u16,
    keeper: Child,
}

impl Cluster {
    /// Makes one and starts it: two or three seconds.
    pub fn new() -> Self {
        let bin = binaries();
        let unique = u64::from_le_bytes(services::crypto::random());
        // Not the test's temporary directory: the user `postgres` must be able to reach it.
        let home = PathBuf::from(format!("/var/tmp/cordblood-test-cluster-{unique:016x}"));
        let taken_away = as_postgres(&bin, "pg_ctl");
        let keeper = Command::new("sh")
            .args(["-c", TAKE_AWAY, "sh"])
            .arg(taken_away.get_program())
            .args(taken_away.get_args())
            .env("CLUSTER", &home)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let cluster = Self { home, bin, port, keeper };
        let mut initdb = as_postgres(&cluster.bin, "initdb");
        initdb.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        run(initdb.arg(&cluster.home));
        cluster.start();
        cluster
    }

    /// Where a database of it is.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts it, and waits until it takes connections.
    pub fn start(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60 -c shared_buffers=32MB \
             -c timezone=UTC",
            self.port
        );
        let mut start = self.control();
        start.args(["-w", "-t", "60", "-o", &options, "-l"]).arg(self.home.join("server.log")).arg("start");
        run(&mut start);
    }

    /// Stops it, and waits until it is down.
    pub fn stop(&self, mode: StopMode) {
        run(self.control().args(["-w", "-t", "60", "-m", mode.name(), "stop"]));
    }

    fn control(&self) -> Command {
        let mut command = as_postgres(&self.bin, "pg_ctl");
        command.arg("-D").arg(&self.home);
        command
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// The newest Postgres of this machine; the search path decides where Debian's folder is not.
fn binaries() -> PathBuf {
    let version = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()).unwrap_or(0);
    let found = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    found
        .filter(|path| path.join("bin/initdb").exists())
        .max_by_key(|path| version(path))
        .map_or_else(PathBuf::new, |newest| newest.join("bin"))
}

fn as_postgres(bin: &Path, program: &str) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(bin.join(program));
        command
    } else {
        Command::new(bin.join(program))
    };
    // The postgres user may not be allowed where the test stands. Postgres outlives its starter: no pipe may wait for it.
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
