//! A tap on the wire between pool and Postgres: every answered round trip and every statement, whoever sent it and
//! whether or not anybody logs it.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::ops::Sub;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What passed.
#[derive(Clone, Copy, Default, Debug)]
pub struct Seen {
    /// `ReadyForQuery` messages: how often somebody waited for the database.
    pub round_trips: u64,
    /// `CommandComplete` messages: statements, `BEGIN`, `COMMIT` and `ROLLBACK` among them.
    pub statements: u64,
}

impl Sub for Seen {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self { round_trips: self.round_trips - before.round_trips, statements: self.statements - before.statements }
    }
}

#[derive(Default)]
struct Counts {
    round_trips: AtomicU64,
    statements: AtomicU64,
}

/// The tap.
pub struct Wire {
    port: u16,
    counts: Arc<Counts>,
}

impl Wire {
    /// Listens on a free port and passes on to where `database` points.
    ///
    /// # Errors
    /// Where there is no port to listen on.
    pub async fn tap(database: &PgConnectOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let counts = Arc::<Counts>::default();
        let (to, counting) = ((database.get_host().to_owned(), database.get_port()), counts.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (to, counts) = (to.clone(), counting.clone());
                // A connection that ends, ends its own tap only.
                tokio::spawn(async move { pass_on(client, to, &counts).await });
            }
        });
        Ok(Self { port, counts })
    }

    /// The same database, through the tap. Without TLS, or there would be nothing to read.
    pub fn options(&self, database: &PgConnectOptions) -> PgConnectOptions {
        database.clone().host("127.0.0.1").port(self.port).ssl_mode(PgSslMode::Disable)
    }

    /// What passed so far.
    pub fn seen(&self) -> Seen {
        Seen {
            round_trips: self.counts.round_trips.load(Ordering::Relaxed),
            statements: self.counts.statements.load(Ordering::Relaxed),
        }
    }
}

async fn pass_on(client: TcpStream, to: (String, u16), counts: &Counts) -> std::io::Result<()> {
    let server = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asking = async {
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    let answering = async {
        let (mut buffer, mut frames) = (vec![0; 1 << 16], Frames::default());
        loop {
            let length = from_server.read(&mut buffer).await?;
            if length == 0 {
                return to_client.shutdown().await;
            }
            frames.read(&buffer[..length], counts);
            to_client.write_all(&buffer[..length]).await?;
        }
    };
    tokio::try_join!(asking, answering).map(|_| ())
}

/// Messages of the server: a letter, four bytes of length (which count themselves), the rest.
#[derive(Default)]
struct Frames {
    head: [u8; 5],
    filled: usize,
    rest: usize,
}

impl Frames {
    fn read(&mut self, mut bytes: &[u8], counts: &Counts) {
        while !bytes.is_empty() {
            if self.rest > 0 {
                let skipped = self.rest.min(bytes.len());
                self.rest -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.filled] = bytes[0];
            self.filled += 1;
            bytes = &bytes[1..];
            if self.filled == self.head.len() {
                let [kind, a, b, c, d] = self.head;
                match kind {
                    b'Z' => counts.round_trips.fetch_add(1, Ordering::Relaxed),
                    b'C' => counts.statements.fetch_add(1, Ordering::Relaxed),
                    _ => 0,
                };
                self.rest = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_sub(4);
                self.filled = 0;
            }
        }
    }
}
