//! HTTP/1.1 by hand: a connection that is kept, and that can be left in the middle of a sentence.

use std::io::{Error, ErrorKind, Result};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than the server lets any request take: whoever waits longer hangs.
const HANGS: Duration = Duration::from_secs(35);

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON: {error}: {}", self.body))
    }
}

/// A request as it goes over the wire.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n" + body
}

/// A client with at most one connection, made anew when it broke.
pub struct Http {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

impl Http {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None }
    }

    /// Goes to another address from now on.
    pub fn turn_to(&mut self, address: &str) {
        if self.address != address {
            *self = Self::new(address);
        }
    }

    /// Sends a request and reads the whole answer. An error is a broken connection; a server that does not answer at all
    /// fails the test.
    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => BufReader::new(TcpStream::connect(&self.address).await?),
        };
        let text = request(method, path, headers, body);
        let exchange = async {
            stream.write_all(text.as_bytes()).await?;
            read(&mut stream).await
        };
        let reply = timeout(HANGS, exchange).await.unwrap_or_else(|_| panic!("{method} {path}: no answer at all"))?;
        self.stream = Some(stream);
        Ok(reply)
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Result<Reply> {
    let broken = || Error::from(ErrorKind::UnexpectedEof);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Err(broken());
        }
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(broken)?;
    let mut reply = Reply { status, head, body: String::new() };
    let mut bytes = Vec::new();
    if let Some(length) = reply.header("content-length") {
        bytes.resize(length.parse().map_err(|_| broken())?, 0);
        stream.read_exact(&mut bytes).await?;
    } else if reply.header("transfer-encoding").is_some() {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(|_| broken())?;
            let begin = bytes.len();
            bytes.resize(begin + length + 2, 0);
            stream.read_exact(&mut bytes[begin..]).await?;
            bytes.truncate(begin + length);
            if length == 0 {
                break;
            }
        }
    }
    reply.body = String::from_utf8(bytes).map_err(|_| broken())?;
    Ok(reply)
}
