//! What a configuration must be before the server starts. Everything wrong is said at once: an operator who repairs one
//! line and meets the next error at the next start learns to hate the machine.

use super::{Config, DEVELOPMENT_MASTER_KEY, MailDelivery, SmsDelivery};
use services::messages::SmtpTls;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr as _;

/// One thing that is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// `http.public_url`, or the name of a variable.
    pub key: String,
    /// What to do about it. Never repeats a secret's value.
    pub message: String,
}

impl Problem {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

/// Everything that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn one(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![Problem::new(key, message)])
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    fn need(&mut self, fulfilled: bool, key: &str, message: &str) {
        if !fulfilled {
            self.push(Problem::new(key, message));
        }
    }

    /// Nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {}: {}", problem.key, problem.message))
    }
}

impl std::error::Error for Problems {}

impl From<figment::Error> for Problems {
    fn from(error: figment::Error) -> Self {
        let problem = |e: figment::Error| {
            use figment::error::Kind;
            let key = e.path.join(".");
            // figment's sentence about a value repeats the value, which may be a secret.
            let message = match &e.kind {
                Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => format!("expects {expected}"),
                Kind::UnknownField(name, known) => format!("there is no key {name}; known are {}", known.join(", ")),
                Kind::UnknownVariant(_, known) => format!("expects one of {}", known.join(", ")),
                Kind::MissingField(name) => format!("{name} is missing"),
                // The parser shows the line it stumbled over, which may hold a secret: only where it is.
                other => other.to_string().lines().next().unwrap_or_default().to_owned(),
            };
            Problem::new(key, message)
        };
        Self(error.into_iter().map(problem).collect())
    }
}

impl Config {
    /// Everything that keeps this configuration from being used.
    pub(super) fn problems(&self) -> Problems {
        let mut found = Problems::default();
        self.check_always(&mut found);
        if self.production() {
            self.check_production(&mut found);
        }
        found
    }

    fn check_always(&self, found: &mut Problems) {
        let url = self.database.url.expose();
        if url.is_empty() {
            found.push(Problem::new("database.url", "is missing: set DATABASE_URL"));
        } else {
            let parses = PgConnectOptions::from_str(url).is_ok();
            found.need(parses, "database.url", "is no address like postgres://user:password@host:5432/name");
        }
        found.need(self.database.max_connections > 0, "database.max_connections", "needs at least one");
        found.need(self.http.concurrency > 0, "http.concurrency", "needs at least one");
        found.need(self.http.body_limit >= 1024, "http.body_limit", "needs at least 1024 bytes: forms are larger");
        found.need(!self.http.timeout.is_zero(), "http.timeout", "needs to be longer than nothing");
        found.need(!self.http.body_timeout.is_zero(), "http.body_timeout", "needs to be longer than nothing");
        found.need(!self.http.upload_timeout.is_zero(), "http.upload_timeout", "needs to be longer than nothing");
        let within = "needs to be shorter than http.timeout, which would end the request before it says why";
        found.need(self.http.body_timeout < self.http.timeout, "http.body_timeout", within);
        found.need(self.http.upload_timeout < self.http.timeout, "http.upload_timeout", within);
        found.need(self.files.scanner().is_ok(), "files.scanner", "is unix:/path or tcp:host:port, or empty");
        found.need(self.workers.jobs > 0, "workers.jobs", "needs at least one");
        found.need(public_url(&self.http.public_url), "http.public_url", "is no address like https://www.example.cn");
        let one_listener = self.http.listen == self.ops.listen && self.http.listen.port() != 0;
        found.need(!one_listener, "ops.listen", "is the public's listener; operators need their own");
        let filter = tracing_subscriber::EnvFilter::try_new(&self.telemetry.filter);
        found.need(filter.is_ok(), "telemetry.filter", "is no filter like info,services=debug");
        let mail = &self.mail;
        let address = |text: &str| text.contains('@') && !text.contains(char::is_whitespace);
        found.need(address(&mail.sender_address), "mail.sender_address", "is no address like noreply@example.cn");
        found.need(
            mail.reply_to.is_empty() || address(&mail.reply_to),
            "mail.reply_to",
            "is no address like help@example.cn",
        );
        if mail.delivery == MailDelivery::Smtp {
            found.need(!mail.host.is_empty(), "mail.host", "is missing: the SMTP server's name");
            found.need(
                mail.user.is_empty() == mail.password.is_empty(),
                "mail.password",
                "goes with mail.user: both or neither",
            );
            let authority = mail.authority.as_os_str().is_empty() || mail.authority.is_file();
            found.need(authority, "mail.authority", "is no file");
        }
        if self.sms.delivery == SmsDelivery::Aliyun {
            found.need(
                self.sms.endpoint.starts_with("http"),
                "sms.endpoint",
                "is no address like https://dysmsapi.aliyuncs.com/",
            );
            found.need(!self.sms.access_key_id.is_empty(), "sms.access_key_id", "is missing");
            found.need(!self.sms.access_key_secret.is_empty(), "sms.access_key_secret", "is missing");
            found.need(!self.sms.templates.is_empty(), "sms.templates", "is empty: no filed text could be sent");
        }
    }

    fn check_production(&self, found: &mut Problems) {
        let key = self.secrets.master_key.expose();
        found.need(
            key != DEVELOPMENT_MASTER_KEY,
            "secrets.master_key",
            "is the one of development, known to everybody",
        );
        found.need(key.chars().count() >= 32, "secrets.master_key", "needs at least 32 characters from a generator");
        found.need(
            self.http.public_url.starts_with("https://"),
            "http.public_url",
            "must begin with https:// in production",
        );
        let smtp = self.mail.delivery == MailDelivery::Smtp;
        found.need(smtp, "mail.delivery", "must be \"smtp\" in production, with mail.host");
        found.need(
            !smtp || self.mail.tls != SmtpTls::None,
            "mail.tls",
            "must be \"implicit\" or \"starttls\" in production",
        );
        found.need(
            !self.files.scanner.is_empty(),
            "files.scanner",
            "must name a scanner in production (unix:/path or tcp:host:port): papers of families are not taken unscanned",
        );
        let aliyun = self.sms.delivery == SmsDelivery::Aliyun;
        found.need(aliyun, "sms.delivery", "must be \"aliyun\" in production, with the provider's keys");
        found.need(
            !aliyun || self.sms.endpoint.starts_with("https://"),
            "sms.endpoint",
            "must begin with https:// in production",
        );
        let somebody = !self.mail.sender_address.ends_with(".invalid");
        found.need(somebody, "mail.sender_address", "names nobody: set the sender's address");
        found.need(!self.database.role.is_empty(), "database.role", "must name the role that owns nothing (cb_app)");
        found.need(
            private_connection(self.database.url.expose()),
            "database.url",
            "must say sslmode=verify-full (or verify-ca) in production, unless the database is on this machine",
        );
    }
}

/// Whether nobody on the way can read or answer for the database. What cannot be read as an address is told elsewhere.
fn private_connection(url: &str) -> bool {
    let Ok(options) = url.parse::<PgConnectOptions>() else { return true };
    let host = options.get_host().trim_matches(['[', ']']);
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    here || matches!(options.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::VerifyCa)
}

/// `https://host` or `http://host:port`, and nothing after it.
fn public_url(text: &str) -> bool {
    let Ok(uri) = text.parse::<http::Uri>() else { return false };
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        && uri.path_and_query().is_none_or(|path| path.as_str() == "/")
        && !text.ends_with('/')
}
