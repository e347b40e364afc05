//! An SMTP server on loopback that keeps what it gets, and misbehaves on demand.
//!
//! It speaks as much of RFC 5321 as a client needs that does not pipeline, with STARTTLS or TLS from the first byte and
//! AUTH PLAIN where a test wants them. Whether a client insists on TLS is tested by not offering it.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How the server protects its connections, for the name `localhost`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protection {
    /// Not at all.
    None,
    /// By STARTTLS; it takes no mail before.
    Starttls,
    /// By TLS from the first byte.
    Implicit,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}
type Stream = BufReader<Box<dyn Io>>;

/// What a conversation is held by.
#[derive(Clone)]
struct Rules {
    protection: Protection,
    tls: Option<TlsAcceptor>,
    /// `base64(\0name\0password)`: who may send; anybody when there is none.
    login: Option<String>,
}

/// What the server does with the next mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Takes it.
    Accept,
    /// Answers RCPT with this code and takes nothing.
    RefuseRecipient(u16),
    /// Answers the end of DATA with this code and keeps nothing.
    RefuseData(u16),
    /// Says nothing any more once it was told MAIL.
    Hang,
    /// Answers MAIL, and all that follows, so many milliseconds late.
    Late(u64),
    /// Takes the mail, and breaks the connection instead of saying so.
    ResetAfterData,
    /// Greets with this code: 421 when it is about to go down.
    Greet(u16),
}

/// A mail as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Header and body.
    pub data: String,
}

impl Received {
    /// A header, unfolded and undecoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let unfolded = self.data.replace("\r\n ", " ").replace("\r\n\t", " ");
        let head = unfolded.split("\r\n\r\n").next()?;
        head.split("\r\n").find_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    script: VecDeque<Next>,
    commands: Vec<String>,
}

/// The server. It stops when it is dropped.
pub struct SmtpServer {
    state: Arc<Mutex<State>>,
    port: u16,
    task: JoinHandle<()>,
}

impl SmtpServer {
    /// A server on a free port.
    pub async fn start() -> Self {
        Self::start_on(0).await
    }

    /// A server on this port: one that "comes back".
    pub async fn start_on(port: u16) -> Self {
        Self::listen(port, Rules { protection: Protection::None, tls: None, login: None }).await
    }

    /// A server with TLS that takes mail from those who sign in with this word (`base64(\0name\0password)`), and the
    /// certificate (PEM) of the authority that vouches for it.
    pub async fn start_protected(protection: Protection, login: Option<&str>) -> (Self, String) {
        let (acceptor, authority) = certificate();
        let rules = Rules { protection, tls: Some(acceptor), login: login.map(str::to_owned) };
        (Self::listen(0, rules).await, authority)
    }

    async fn listen(port: u16, rules: Rules) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            let mut talks = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(Box::new(stream), rules.clone(), Arc::clone(&shared)));
            }
        });
        Self { state, port, task }
    }

    /// A port nobody listens on: the server that is down.
    pub async fn nobody() -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        listener.local_addr().expect("an address").port()
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it does with the next mails, one after the other; afterwards it accepts.
    pub fn script(&self, next: impl IntoIterator<Item = Next>) {
        lock(&self.state).script.extend(next);
    }

    /// What it took (also what it took without saying so).
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }

    /// The commands it heard, in order, without what follows DATA.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.state).commands.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An authority of this moment, and a certificate of it for `localhost`.
fn certificate() -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let leaf =
        CertificateParams::new(["localhost".to_owned()]).expect("a name").signed_by(&key, &authority).expect("signed");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .expect("a certificate");
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

async fn talk(stream: Box<dyn Io>, rules: Rules, state: Arc<Mutex<State>>) {
    // A client that goes away ends the talk; there is nobody to tell.
    drop(converse(stream, &rules, &state).await);
}

async fn converse(stream: Box<dyn Io>, rules: &Rules, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = match (&rules.tls, rules.protection) {
        (Some(tls), Protection::Implicit) => BufReader::new(Box::new(tls.accept(stream).await?) as Box<dyn Io>),
        _ => BufReader::new(stream),
    };
    let mut protected = rules.protection != Protection::Starttls;
    let mut known = rules.login.is_none();
    let greeting = {
        let mut state = lock(state);
        match state.script.front() {
            Some(Next::Greet(code)) => {
                let code = *code;
                state.script.pop_front();
                code
            }
            _ => 220,
        }
    };
    say(&mut stream, &format!("{greeting} loopback")).await?;
    if greeting != 220 {
        return Ok(());
    }
    let (mut from, mut to, mut next) = (String::new(), Vec::new(), Next::Accept);
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        lock(state).commands.push(command.clone());
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" if !protected => say(&mut stream, "250-loopback\r\n250-STARTTLS\r\n250 8BITMIME").await?,
            "EHLO" if !known => say(&mut stream, "250-loopback\r\n250-AUTH PLAIN\r\n250 8BITMIME").await?,
            "EHLO" => say(&mut stream, "250-loopback\r\n250 8BITMIME").await?,
            "STARTTLS" if !protected => {
                say(&mut stream, "220 go on").await?;
                let Some(tls) = &rules.tls else { return Ok(()) };
                stream = BufReader::new(Box::new(tls.accept(stream.into_inner()).await?));
                protected = true;
            }
            "AUTH" => {
                known = protected && rules.login.as_deref() == command.strip_prefix("AUTH PLAIN ");
                say(&mut stream, if known { "235 welcome" } else { "535 who are you" }).await?;
            }
            "MAIL" if !protected || !known => say(&mut stream, "530 not like this").await?,
            "MAIL" => {
                from = address(&command);
                to.clear();
                next = lock(state).script.pop_front().unwrap_or(Next::Accept);
                if next == Next::Hang {
                    std::future::pending::<()>().await;
                }
                if let Next::Late(millis) = next {
                    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
                }
                say(&mut stream, "250 ok").await?;
            }
            "RCPT" => {
                if let Next::RefuseRecipient(code) = next {
                    say(&mut stream, &format!("{code} not here")).await?;
                } else {
                    to.push(address(&command));
                    say(&mut stream, "250 ok").await?;
                }
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let data = read_data(&mut stream).await?;
                if let Next::RefuseData(code) = next {
                    say(&mut stream, &format!("{code} no")).await?;
                    continue;
                }
                lock(state).received.push(Received { from: from.clone(), to: to.clone(), data });
                if next == Next::ResetAfterData {
                    return Ok(());
                }
                say(&mut stream, "250 taken").await?;
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            "NOOP" | "RSET" => say(&mut stream, "250 ok").await?,
            _ => say(&mut stream, "502 not here").await?,
        }
    }
}

async fn say(stream: &mut Stream, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn read_data(stream: &mut Stream) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

fn address(command: &str) -> String {
    command
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(inside, _)| inside.to_owned())
        .unwrap_or_default()
}
