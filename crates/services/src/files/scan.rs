//! Whether a file is one of those known to be harmful. A true outside: the house asks clamd, ClamAV's daemon, over its socket
//! (`INSTREAM` of clamd(8)), before any reader of ours looks at the bytes. What says nothing, breaks off or answers something
//! else has not found a file clean: whoever needs the answer refuses.

use futures::future::BoxFuture;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// What is known of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing.
    Clean,
    /// It carries this: the name of a signature, no word of the file.
    Harmful(String),
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It cannot be reached, or broke off.
    #[error("the scanner: {0}")]
    Reach(#[from] std::io::Error),
    /// It said nothing for too long.
    #[error("the scanner says nothing")]
    Silent,
    /// It answered something else; such a sentence is the scanner's own.
    #[error("the scanner says {0:?}")]
    Answer(String),
}

/// Looks files over.
pub trait Scanner: Send + Sync {
    /// What is known of these bytes.
    fn scan<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<Verdict, ScanError>>;
}

/// clamd, and where it listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clamd {
    /// On a socket in the file system.
    Unix(PathBuf),
    /// On `host:port`; the way there is the house's own network, for nothing on it is sealed.
    Tcp(String),
}

/// Neither `unix:/path` nor `tcp:host:port`.
#[derive(Debug, thiserror::Error)]
#[error("a scanner is unix:/path or tcp:host:port")]
pub struct NoScanner;

impl FromStr for Clamd {
    type Err = NoScanner;

    fn from_str(text: &str) -> Result<Self, NoScanner> {
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            Some(("tcp", address))
                if address
                    .rsplit_once(':')
                    .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) =>
            {
                Ok(Self::Tcp(address.to_owned()))
            }
            _ => Err(NoScanner),
        }
    }
}

/// As long as reaching it may take: it is near.
const REACH: Duration = Duration::from_secs(2);
/// As long as one file may take, all in all: with the time an upload may take it stays within that of a request.
const PATIENCE: Duration = Duration::from_secs(4);
/// Bytes sent at once.
const CHUNK: usize = 64 * 1024;
/// Bytes of an answer at most; those of clamd have some dozens.
const ANSWER: u64 = 1024;

impl Scanner for Clamd {
    fn scan<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<Verdict, ScanError>> {
        Box::pin(async move {
            let asked = async {
                match self {
                    Self::Unix(path) => ask(reached(UnixStream::connect(path)).await?, bytes).await,
                    Self::Tcp(address) => ask(reached(TcpStream::connect(address)).await?, bytes).await,
                }
            };
            tokio::time::timeout(PATIENCE, asked).await.map_err(|_| ScanError::Silent)?
        })
    }
}

async fn reached<S>(connecting: impl Future<Output = std::io::Result<S>>) -> Result<S, ScanError> {
    Ok(tokio::time::timeout(REACH, connecting).await.map_err(|_| ScanError::Silent)??)
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Result<Verdict, ScanError> {
    // Where it has heard enough (a file above its own limit) it answers and closes while one still speaks: its answer counts.
    let said = say(&mut stream, bytes).await;
    let mut answer = Vec::new();
    let heard = stream.take(ANSWER).read_to_end(&mut answer).await;
    if answer.is_empty() {
        said?;
        heard?;
        return Err(ScanError::Silent);
    }
    match verdict(&answer)? {
        // Of a file that it did not hear to its end nobody knows that.
        Verdict::Clean => said.map(|()| Verdict::Clean).map_err(ScanError::Reach),
        harmful => Ok(harmful),
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(b"zINSTREAM\0").await?;
    for chunk in bytes.chunks(CHUNK) {
        let length = u32::try_from(chunk.len()).map_err(std::io::Error::other)?;
        stream.write_all(&length.to_be_bytes()).await?;
        stream.write_all(chunk).await?;
    }
    stream.write_all(&0u32.to_be_bytes()).await?;
    stream.flush().await
}

/// What an answer says. It ends with a zero byte: one that does not was cut off.
fn verdict(answer: &[u8]) -> Result<Verdict, ScanError> {
    let other = || ScanError::Answer(String::from_utf8_lossy(answer).into_owned());
    let words = answer.strip_suffix(b"\0").and_then(|words| std::str::from_utf8(words).ok()).ok_or_else(other)?;
    match words.strip_prefix("stream: ").ok_or_else(other)? {
        "OK" => Ok(Verdict::Clean),
        found => found.strip_suffix(" FOUND").map(|name| Verdict::Harmful(name.to_owned())).ok_or_else(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{Clamd, ScanError, Verdict, verdict};

    #[test]
    fn an_answer_is_believed_word_for_word() {
        assert_eq!(verdict(b"stream: OK\0").expect("clean"), Verdict::Clean);
        let harmful = verdict(b"stream: Win.Test.EICAR_HDB-1 FOUND\0").expect("known");
        assert_eq!(harmful, Verdict::Harmful("Win.Test.EICAR_HDB-1".into()));
        for other in [
            &b"stream: OK"[..],
            b"stream: OK\n",
            b"stream: OK\0stream: OK\0",
            b"stream: NOT OK\0",
            b"OK\0",
            b"stream: \0",
            b"INSTREAM size limit exceeded. ERROR\0",
            b"\xFF\0",
            b"",
        ] {
            assert!(matches!(verdict(other), Err(ScanError::Answer(_))), "{other:?}");
        }
    }

    #[test]
    fn a_scanner_is_named_by_where_it_listens() {
        let parse = |text: &str| text.parse::<Clamd>().ok();
        assert_eq!(parse("unix:/run/clamav/clamd.ctl"), Some(Clamd::Unix("/run/clamav/clamd.ctl".into())));
        assert_eq!(parse("tcp:127.0.0.1:3310"), Some(Clamd::Tcp("127.0.0.1:3310".into())));
        for other in [
            "",
            "clamd",
            "unix:",
            "unix:clamd.ctl",
            "tcp:3310",
            "tcp:host:",
            "tcp::3310",
            "tcp:host:99999",
            "http://host:1",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
