//! A partner's system on loopback: it keeps every request it gets, and answers as a test wants it to.
//!
//! It speaks as much of HTTP/1.1 as one POST on one connection needs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What the partner does with the next request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Answers with this status.
    Status(u16),
    /// The same, so many milliseconds late.
    Late(u64, u16),
    /// Answers with this status and asks to be left alone for so many seconds.
    Busy(u16, u32),
    /// Says nothing any more.
    Silent,
    /// Sends it on to this address.
    Redirect(String),
    /// Answers 200 with a body that does not end.
    Endless,
    /// Reads the request and breaks the connection.
    Reset,
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Got {
    /// `POST /hooks HTTP/1.1`
    pub line: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Got {
    /// A header; empty where it was not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

#[derive(Default)]
struct State {
    got: Vec<Got>,
    script: VecDeque<Next>,
    usual: Option<Next>,
    open: usize,
    most: usize,
}

/// The partner's system. It stops when it is dropped.
pub struct Partner {
    state: Arc<Mutex<State>>,
    port: u16,
    task: JoinHandle<()>,
}

impl Partner {
    /// A system on a free port that takes everything.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, Arc::clone(&shared)));
            }
        });
        Self { state, port, task }
    }

    /// Its address for webhooks.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// What it does with the next requests, one after the other.
    pub fn script(&self, next: impl IntoIterator<Item = Next>) {
        lock(&self.state).script.extend(next);
    }

    /// What it does with all that come after the script.
    pub fn usually(&self, next: Next) {
        lock(&self.state).usual = Some(next);
    }

    /// Every request so far.
    pub fn got(&self) -> Vec<Got> {
        lock(&self.state).got.clone()
    }

    /// The most requests it had at one moment.
    pub fn most_at_once(&self) -> usize {
        lock(&self.state).most
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn talk(stream: TcpStream, state: Arc<Mutex<State>>) {
    // A client that goes away ends the talk; there is nobody to tell.
    drop(answer(stream, &state).await);
}

async fn answer(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let got = read(&mut stream).await?;
    let next = {
        let mut state = lock(state);
        state.got.push(got);
        state.open += 1;
        state.most = state.most.max(state.open);
        state.script.pop_front().or_else(|| state.usual.clone()).unwrap_or(Next::Status(204))
    };
    if let Next::Late(wait, _) = next {
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    if next != Next::Silent {
        // Before the answer: whoever has it may call again at once.
        lock(state).open -= 1;
    }
    match next {
        Next::Status(status) | Next::Late(_, status) => say(&mut stream, status, "").await,
        Next::Busy(status, seconds) => say(&mut stream, status, &format!("retry-after: {seconds}\r\n")).await,
        Next::Silent => std::future::pending().await,
        Next::Redirect(to) => say(&mut stream, 302, &format!("location: {to}\r\n")).await,
        Next::Reset => Ok(()),
        Next::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            loop {
                stream.write_all(chunk.as_bytes()).await?;
            }
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Got> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8(body).map_err(std::io::Error::other)?;
    Ok(Got { line: line.trim_end().to_owned(), headers, body })
}

async fn say(stream: &mut BufReader<TcpStream>, status: u16, more: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} Said\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.flush().await
}
