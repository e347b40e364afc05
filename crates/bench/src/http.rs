//! The server as it is run, in a process of its own, and just enough HTTP to ask it for pages and send it batches.

use crate::meter;
use anyhow::{Context as _, bail, ensure};
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testkit::MASTER_KEY;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// What a browser is given, as `scripts/build-site` makes it.
const SITE: &str = "site";
/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process, which ends when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A server. It ends when this is dropped.
pub struct Server {
    process: Running,
    address: SocketAddr,
}

impl Server {
    /// Starts one on a database that is up to date; answers when it is ready.
    pub async fn start(database: &str) -> anyhow::Result<Self> {
        ensure!(Path::new(SITE).is_dir(), "{SITE}/ is missing: scripts/build-site makes it");
        let (address, ops) = (free_address().await?, free_address().await?);
        let mut command = program(&["serve"], database)?;
        command
            .env("CORDBLOOD__HTTP__LISTEN", address.to_string())
            .env("CORDBLOOD__HTTP__PUBLIC_URL", format!("http://localhost:{}", address.port()))
            .env("CORDBLOOD__OPS__LISTEN", ops.to_string())
            .env("CORDBLOOD__SITE__ROOT", SITE);
        let mut server = Self { process: Running(command.spawn()?), address };
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = server.process.0.try_wait()? {
                bail!("the server ended: {status}");
            }
            let ready = match Connection::open(ops).await {
                Ok(mut connection) => connection.get("/readyz", "").await.is_ok_and(|answer| answer.status == 200),
                Err(_) => false,
            };
            if ready {
                return Ok(server);
            }
            ensure!(Instant::now() < until, "the server was not ready within a minute");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.0.id()
    }
}

/// What a command of the server did.
pub struct Done {
    /// What it printed.
    pub said: String,
    /// From its start to its end.
    pub took: Duration,
    /// The most memory it had, in megabytes.
    pub memory: f64,
}

/// Runs a command of the server to its end. An error where it does not succeed.
pub async fn run(database: &str, words: &[&str]) -> anyhow::Result<Done> {
    let began = Instant::now();
    let mut process = Running(program(words, database)?.stdout(Stdio::piped()).spawn()?);
    // What it prints is read beside, or it would wait with a full pipe.
    let mut out = process.0.stdout.take().context("its output")?;
    let said = spawn_blocking(move || {
        let mut said = String::new();
        out.read_to_string(&mut said).map(|_| said)
    });
    let mut memory = 0.0_f64;
    let status = loop {
        if let Some(status) = process.0.try_wait()? {
            break status;
        }
        memory = memory.max(meter::memory(process.0.id()).most);
        sleep(Duration::from_millis(20)).await;
    };
    let took = began.elapsed();
    let said = said.await??;
    ensure!(status.success(), "{}: {status}\n{said}", words.join(" "));
    Ok(Done { said, took, memory })
}

/// The server's program, which cargo puts beside this one. Nothing of this environment reaches it.
fn program(words: &[&str], database: &str) -> anyhow::Result<Command> {
    let program = std::env::current_exe()?.with_file_name("server");
    ensure!(program.is_file(), "{} is missing: cargo build --bins makes it", program.display());
    let mut command = Command::new(program);
    command
        .args(words)
        .env_clear()
        .env("DATABASE_URL", database)
        .env("CORDBLOOD__SECRETS__MASTER_KEY", MASTER_KEY)
        .env("CORDBLOOD__TELEMETRY__FILTER", "error")
        .stdin(Stdio::null());
    Ok(command)
}

/// An address of this machine where nobody listens.
async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, as it came.
    pub body: Vec<u8>,
}

/// A connection that is kept from one request to the next.
pub struct Connection {
    stream: BufReader<TcpStream>,
    port: u16,
}

impl Connection {
    /// Opens one.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), port: address.port() })
    }

    /// Asks for a page, with a cookie.
    pub async fn get(&mut self, path: &str, cookie: &str) -> anyhow::Result<Answer> {
        let port = self.port;
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\ncookie: {cookie}\r\n\r\n");
        self.send(&head, "").await
    }

    /// Sends JSON, with a token; without one where it is empty.
    pub async fn post(&mut self, path: &str, token: &str, body: &str) -> anyhow::Result<Answer> {
        let (port, length) = (self.port, body.len());
        let shown = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\n{shown}content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        self.send(&head, body).await
    }

    async fn send(&mut self, head: &str, body: &str) -> anyhow::Result<Answer> {
        let stream = self.stream.get_mut();
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> anyhow::Result<Answer> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no answer in HTTP")?;
        let (mut length, mut in_chunks) = (0, false);
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                in_chunks = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        let mut body = Vec::new();
        if !in_chunks {
            self.take(length, &mut body).await?;
            return Ok(Answer { status, body });
        }
        loop {
            let length = usize::from_str_radix(&self.line().await?, 16)?;
            self.take(length, &mut body).await?;
            // Each piece ends with a line of its own, and so does the last, which is empty.
            self.line().await?;
            if length == 0 {
                return Ok(Answer { status, body });
            }
        }
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        ensure!(self.stream.read_line(&mut line).await? > 0, "the connection ended");
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    async fn take(&mut self, length: usize, body: &mut Vec<u8>) -> anyhow::Result<()> {
        let from = body.len();
        body.resize(from + length, 0);
        self.stream.read_exact(&mut body[from..]).await?;
        Ok(())
    }
}
