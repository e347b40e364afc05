//! The visitors' telephones: takes codes out of the queue and hands each to whom it went to.
//!
//! It stands in for the worker and the provider, in a thread and on a connection of its own, so that what it uses can be
//! left out of the figures.

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::contact::{Contact, ContactText};
use serde::Deserialize;
use services::crypto::{Place, Vault};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

/// The connection's name, by which the meter knows it.
pub const NAME: &str = "bench-codes";
/// Sooner than anybody reads a message; later than would load the machine.
const POLL: Duration = Duration::from_millis(2);

type Waiting = Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>;

/// Who waits for a code.
pub struct Codes {
    waiting: Waiting,
    /// Where Linux counts what the thread used.
    pub stat: PathBuf,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The job of a code, as `services::messages` queues it.
#[derive(Deserialize)]
struct Job {
    message: Uuid,
    sealed: String,
}

#[derive(Deserialize)]
struct Secret {
    contact: ContactText,
    code: String,
}

impl Codes {
    /// Starts handing out.
    pub fn deliver(options: PgConnectOptions, vault: Arc<Vault>) -> anyhow::Result<Self> {
        let waiting = Waiting::default();
        let (hands, (tell, told)) = (waiting.clone(), std::sync::mpsc::channel());
        let end = Arc::<AtomicBool>::default();
        let ending = end.clone();
        let thread = std::thread::Builder::new().name(NAME.into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let itself = std::fs::read_link("/proc/thread-self").unwrap_or_default();
            // Nobody listens any more only when the whole programme ends.
            drop(tell.send(PathBuf::from("/proc").join(itself).join("stat")));
            let ended = match runtime {
                Ok(runtime) => runtime.block_on(hand_out(&options, &vault, &hands, &ending)),
                Err(error) => Err(error.into()),
            };
            // Every waiting visitor is let go with an error when the map is emptied.
            hands.lock().unwrap_or_else(PoisonError::into_inner).clear();
            if let Err(error) = ended {
                eprintln!("codes are no longer delivered: {error:#}");
            }
        })?;
        let stat = told.recv().context("the thread of the codes did not start")?;
        Ok(Self { waiting, stat, end, thread: Some(thread) })
    }

    /// The code that will go to `contact`. Ask before it is sent.
    pub fn expect(&self, contact: &Contact) -> oneshot::Receiver<String> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(contact.comparable(), tell);
        told
    }
}

impl Drop for Codes {
    /// Its connection is closed before the database is dropped.
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

async fn hand_out(
    options: &PgConnectOptions,
    vault: &Vault,
    waiting: &Waiting,
    end: &AtomicBool,
) -> anyhow::Result<()> {
    let options = options.clone().application_name(NAME).disable_statement_logging();
    let mut db = PgConnection::connect_with(&options).await?;
    db.execute("set synchronous_commit = off").await?;
    let mut turns = 0_u32;
    while !end.load(Ordering::Relaxed) {
        // Word for word what the index of urgent jobs is about, or the whole queue would be read.
        let urgent = "delete from job where state = 'ready' and kind = 'messages.code' returning payload";
        let jobs: Vec<serde_json::Value> = sqlx::query_scalar(urgent).fetch_all(&mut db).await?;
        for payload in jobs {
            let job: Job = serde_json::from_value(payload)?;
            let place = Place { table: "job", column: "code", row: job.message };
            let plain = vault
                .open_sealed(place, &BASE64_STANDARD.decode(job.sealed)?)
                .map_err(|_| anyhow::anyhow!("a sealed code"))?;
            let secret: Secret = serde_json::from_slice(&plain)?;
            let contact = Contact::try_from(secret.contact).map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
            let whose = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&contact.comparable());
            if let Some(whose) = whose {
                drop(whose.send(secret.code));
            }
        }
        turns += 1;
        // The house sends 6,000 codes an hour at most; here an hour passes every second.
        if turns.is_multiple_of(500) {
            db.execute("delete from rate_limit where hits > 500").await?;
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(db.close().await?)
}
