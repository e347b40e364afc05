//! What the server is told by its operator: typed, complete, and checked before anything starts.
//!
//! Three layers, each overriding the one before: `config/default.toml` (compiled in; the documentation of every key), a
//! file, the environment. This is the only place that reads the environment. Nothing here reads a clock, opens a
//! connection or logs: a configuration is a value, and its secrets print as `[REDACTED]`.

mod check;
mod environment;
mod post;
mod values;

pub use check::{Problem, Problems};
pub use values::{Network, Secret};

use environment::Environment as EnvironmentLayer;
use figment::Figment;
use figment::providers::{Format, Toml};
use serde::Deserialize;
use services::messages::SmtpTls;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use values::duration;

/// Every key with its default and its meaning.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// The master key of development. Production refuses it.
pub const DEVELOPMENT_MASTER_KEY: &str = "development-master-key-known-to-everybody";

/// What the server is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A programmer's machine, a demonstration, a test.
    Development,
    /// The public.
    Production,
}

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the server is for.
    pub environment: Environment,
    /// The public's listener.
    pub http: Http,
    /// The operators' listener.
    pub ops: Ops,
    /// Postgres.
    pub database: Database,
    /// Keys.
    pub secrets: Secrets,
    /// Mail.
    pub mail: Mail,
    /// Text messages.
    pub sms: Sms,
    /// What is said about the place.
    pub place: Place,
    /// Static files.
    pub site: Site,
    /// Files people send.
    pub files: Files,
    /// Background work.
    pub workers: Workers,
    /// Logs.
    pub telemetry: Telemetry,
}

/// The public's listener and its limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub listen: SocketAddr,
    /// Where people find the site, without a slash at the end.
    pub public_url: String,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<Network>,
    /// Bytes.
    pub body_limit: usize,
    /// For one request.
    #[serde(deserialize_with = "duration")]
    pub timeout: Duration,
    /// For the head of a request.
    #[serde(deserialize_with = "duration")]
    pub header_timeout: Duration,
    /// For the body of a request.
    #[serde(deserialize_with = "duration")]
    pub body_timeout: Duration,
    /// For the body of a request that carries a file.
    #[serde(deserialize_with = "duration")]
    pub upload_timeout: Duration,
    /// Requests at the same time.
    pub concurrency: usize,
    /// Wait for one's turn.
    #[serde(deserialize_with = "duration")]
    pub admission_timeout: Duration,
    /// How old a shared page may be.
    #[serde(deserialize_with = "duration")]
    pub snapshot_age: Duration,
    /// From SIGTERM until the door closes.
    #[serde(deserialize_with = "duration")]
    pub drain: Duration,
    /// From then to the end.
    #[serde(deserialize_with = "duration")]
    pub shutdown_deadline: Duration,
}

/// The operators' listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ops {
    /// Address and port.
    pub listen: SocketAddr,
}

/// Postgres.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Holds a password, so it is a secret.
    pub url: Secret,
    /// At most.
    pub max_connections: u32,
    /// Wait for a connection.
    #[serde(deserialize_with = "duration")]
    pub acquire_timeout: Duration,
    /// The role to act as; empty stays who one is.
    pub role: String,
}

impl Database {
    /// How the pool is made.
    pub fn pool_settings(&self) -> services::db::PoolSettings {
        services::db::PoolSettings {
            max_connections: self.max_connections,
            acquire_timeout: self.acquire_timeout,
            role: (!self.role.is_empty()).then(|| self.role.clone()),
        }
    }
}

/// Keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Wraps every other key.
    pub master_key: Secret,
}

/// How mail leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailDelivery {
    /// To the mailbox page of development.
    Mailbox,
    /// To an SMTP server.
    Smtp,
}

/// Mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// How it leaves.
    pub delivery: MailDelivery,
    /// The sender's name.
    pub sender_name: String,
    /// The sender's address.
    pub sender_address: String,
    /// Where answers go; empty for the sender's address.
    pub reply_to: String,
    /// The SMTP server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// Who signs in.
    pub user: String,
    /// With which password.
    pub password: Secret,
    /// For one command.
    #[serde(deserialize_with = "duration")]
    pub timeout: Duration,
    /// Kept at most.
    pub connections: u32,
    /// A certificate authority of one's own: a PEM file; empty for none.
    pub authority: PathBuf,
}

/// How text messages leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsDelivery {
    /// To the mailbox page of development.
    Mailbox,
    /// To Aliyun 短信服务.
    Aliyun,
}

/// Text messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// How they leave.
    pub delivery: SmsDelivery,
    /// The provider.
    pub endpoint: String,
    /// Who we are to the provider.
    pub access_key_id: String,
    /// And its secret.
    pub access_key_secret: Secret,
    /// 【…】
    pub sign_name: String,
    /// For one request.
    #[serde(deserialize_with = "duration")]
    pub timeout: Duration,
    /// The provider's codes of the filed texts.
    pub templates: BTreeMap<String, String>,
}

/// What messages, passes and calendar entries say about the place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// In Chinese.
    pub name_zh: String,
    /// In English.
    pub name_en: String,
    /// A telephone number for help; empty prints none.
    pub help: String,
    /// For the pass as a PDF; empty makes none.
    pub pass_font: PathBuf,
    /// Its number in a collection.
    pub pass_font_index: u32,
}

/// Files people send.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The folder; empty keeps them in the database.
    pub folder: PathBuf,
    /// Where clamd listens; empty asks none.
    pub scanner: String,
}

impl Files {
    /// Where they lie.
    pub fn blobs(&self, db: &sqlx::PgPool) -> Arc<dyn services::files::Blobs> {
        if self.folder.as_os_str().is_empty() {
            Arc::new(services::files::Database(db.clone()))
        } else {
            Arc::new(services::files::Folder(self.folder.clone()))
        }
    }

    /// Who looks them over.
    ///
    /// # Errors
    /// What is configured names no scanner.
    pub fn scanner(&self) -> Result<Option<Arc<dyn services::files::Scanner>>, services::files::NoScanner> {
        if self.scanner.is_empty() {
            return Ok(None);
        }
        let clamd: services::files::Clamd = self.scanner.parse()?;
        Ok(Some(Arc::new(clamd)))
    }
}

/// Static files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The folder.
    pub root: PathBuf,
}

/// Background work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workers {
    /// In this process.
    pub enabled: bool,
    /// Jobs at the same time.
    pub jobs: usize,
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// By the environment.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines.
    pub filter: String,
}

impl Telemetry {
    /// Machines read the lines.
    pub fn json(&self, environment: Environment) -> bool {
        match self.format {
            LogFormat::Auto => environment == Environment::Production,
            LogFormat::Json => true,
            LogFormat::Pretty => false,
        }
    }
}

impl Config {
    /// The configuration of this process: the defaults, the file if one is named, the environment.
    ///
    /// Everything that is wrong is in the error, not only the first thing.
    pub fn load(file: Option<&Path>) -> Result<Self, Problems> {
        // Names and values that are no text cannot be meant for us.
        let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self::from_layers(file, environment)
    }

    /// As [`Config::load`], with the environment handed in.
    pub fn from_layers(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let mut layers = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(Problems::one("--config", format!("there is no file {}", file.display())));
            }
            layers = layers.merge(Toml::file_exact(file));
        }
        let overrides = EnvironmentLayer::read(&Figment::from(Toml::string(DEFAULTS)), environment)?;
        let config: Self = layers.merge(overrides).extract().map_err(Problems::from)?;
        let problems = config.problems();
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// The public is served.
    pub fn production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// What the use cases need to know.
    pub fn settings(&self) -> services::context::Settings {
        services::context::Settings { public_url: self.http.public_url.clone(), development: !self.production() }
    }
}
