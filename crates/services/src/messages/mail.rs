//! Mail over SMTP, by lettre: how it leaves, and what an answer of the server means for the message.
//!
//! lettre ≤ 0.11.23 (RUSTSEC-2026-0561): raw messages are never sent, every body is base64, and no header with a line
//! break or another control is built. One message has one Message-ID for ever, so that a mail sent twice (the connection
//! broke after DATA) is recognised as one.

use super::Undelivered;
use super::calendar::Method;
use super::post::log_safe_host;
use domain::contact::MailAddress;
use domain::ids::MessageId;
use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Semaphore;

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum MailTransport {
    /// To an SMTP server.
    Smtp(SmtpSettings),
    /// To the mailbox page. Development only.
    Mailbox,
}

/// How the connection to the SMTP server is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// STARTTLS, and no mail without it.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: a server on this machine, in development.
    None,
}

/// An SMTP server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Host name; the certificate has to be for it.
    pub host: String,
    /// Port: 465 for implicit TLS, 587 for STARTTLS, as a rule.
    pub port: u16,
    /// Protection.
    pub tls: SmtpTls,
    /// Who signs in, and the password.
    pub credentials: Option<(String, SecretString)>,
    /// How long connecting (with TLS and sign-in) may take, and how long handing over one mail.
    pub timeout: Duration,
    /// Connections at most.
    pub connections: u32,
    /// A certificate authority (PEM) beside the public ones: a server of the house's own.
    pub authority: Option<Vec<u8>>,
}

/// Why a transport cannot be made from its settings.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PostError {
    /// Mail without TLS leaves this machine, or the house is no development.
    #[error("SMTP without TLS is for development and a server on this machine only")]
    Unprotected,
    /// The mailbox page exists in development only.
    #[error("without development mode, {0} needs a provider")]
    MailboxOutsideDevelopment(&'static str),
    /// A setting cannot be used.
    #[error("{0} cannot be used")]
    Unusable(&'static str),
}

/// A mail, ready to leave.
pub struct Letter {
    /// The message; the left half of its Message-ID.
    pub id: MessageId,
    /// To whom.
    pub to: MailAddress,
    /// BCP 47 tag.
    pub language: &'static str,
    /// Subject: never personal data.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// An iCalendar file.
    pub calendar: Option<(Method, String)>,
    /// When.
    pub at: Timestamp,
}

/// Sends mail of the house over SMTP.
///
/// lettre's own pool is not used: its async transport knows no timeout after connecting, and a `send` dropped half-way
/// (by a timeout or a shutdown) parks a connection whose next answer belongs to the mail before, so that a later mail
/// could be called sent that never was. Here a connection belongs to one `send` and comes back only after the server's
/// "250" for the whole mail.
pub(super) struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    credentials: Option<Credentials>,
    timeout: Duration,
    slots: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    /// The server, for logs.
    pub(super) server: String,
}

/// How long a connection nobody uses is kept.
const IDLE: Duration = Duration::from_secs(20);

impl Smtp {
    pub(super) fn new(settings: &SmtpSettings, hello: &str, development: bool) -> Result<Self, PostError> {
        let tls = match settings.tls {
            SmtpTls::None if development && is_loopback(&settings.host) => Tls::None,
            SmtpTls::None => return Err(PostError::Unprotected),
            SmtpTls::Starttls => Tls::Required(parameters(settings)?),
            SmtpTls::Implicit => Tls::Wrapper(parameters(settings)?),
        };
        let credentials = settings.credentials.as_ref();
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            tls,
            hello: ClientId::Domain(hello.to_owned()),
            credentials: credentials
                .map(|(name, word)| Credentials::new(name.clone(), word.expose_secret().to_owned())),
            timeout: settings.timeout,
            slots: Semaphore::new(settings.connections.max(1) as usize),
            idle: Mutex::default(),
            server: format!("{}:{}", log_safe_host(&settings.host), settings.port),
        })
    }

    /// Hands a letter to the server.
    pub(super) async fn send(&self, sender: &Sender, letter: Letter) -> Result<(), Undelivered> {
        let message = compose(sender, letter)?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        // Never closed; were it, there would be nobody to send.
        let Ok(_slot) = self.slots.acquire().await else { return Err(Undelivered::Later("smtp_unreachable")) };
        let mut connection = match self.parked().await {
            Some(connection) => connection,
            None => self.within(self.connect()).await?,
        };
        self.within(connection.send(&envelope, &bytes)).await?;
        self.park(connection);
        Ok(())
    }

    /// A step and its limit; whoever is cut off here drops the connection.
    async fn within<T>(&self, step: impl Future<Output = Result<T, Error>>) -> Result<T, Undelivered> {
        match tokio::time::timeout(self.timeout, step).await {
            Ok(answer) => answer.map_err(|error| meaning(&error)),
            Err(_elapsed) => Err(Undelivered::Later("smtp_timeout")),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let wrapper = if let Tls::Wrapper(parameters) = &self.tls { Some(parameters.clone()) } else { None };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &self.hello, wrapper, None).await?;
        if let Tls::Required(parameters) = &self.tls {
            // Fails where the server does not offer it: nothing was said yet but EHLO.
            connection.starttls(parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    /// A connection that was used a moment ago and still answers.
    async fn parked(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let answers = since.elapsed() < IDLE
                && tokio::time::timeout(self.timeout, connection.test_connected()).await.unwrap_or(false);
            if answers {
                return Some(connection);
            }
        }
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
    }
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, PostError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authority {
        let authority =
            Certificate::from_pem(pem).map_err(|_| PostError::Unusable("the SMTP server's certificate authority"))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().map_err(|_| PostError::Unusable("the SMTP server's name"))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Permanent answers (5xx) end the message: trying again would only repeat them. Those that speak of our own sign-in
/// (530, 534, 535, 538: RFC 4954) are the house's trouble, not the recipient's: they are tried again, and end as a dead
/// job that an operator sees. All else — 4xx, no connection, a broken one, a timeout — is tried again.
fn meaning(error: &Error) -> Undelivered {
    let code = error.status().map(u16::from);
    match code {
        Some(530 | 534 | 535 | 538) => Undelivered::Later("smtp_sign_in"),
        Some(_) if error.is_permanent() => Undelivered::Never("smtp_refused"),
        Some(_) => Undelivered::Later("smtp_busy"),
        None if error.is_timeout() => Undelivered::Later("smtp_timeout"),
        None if error.is_tls() => Undelivered::Later("smtp_tls"),
        None if error.is_client() => Undelivered::Later("smtp_unsuitable"),
        None => Undelivered::Later("smtp_unreachable"),
    }
}

/// Who sends: the house.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// Name and address.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The right half of Message-IDs.
    pub host: String,
}

impl Sender {
    pub(super) fn new(name: &str, mail: &str, reply_to: Option<&str>, host: &str) -> Result<Self, PostError> {
        if name.chars().any(char::is_control) {
            return Err(PostError::Unusable("the sender's name"));
        }
        let address = mail.parse::<Address>().map_err(|_| PostError::Unusable("the sender's address"))?;
        let reply_to = reply_to
            .map(|text| text.parse::<Address>().map_err(|_| PostError::Unusable("the address for answers")))
            .transpose()?;
        Ok(Self {
            from: Mailbox::new(Some(name.to_owned()), address),
            reply_to: reply_to.map(|address| Mailbox::new(None, address)),
            host: host.to_owned(),
        })
    }
}

/// The mail as it goes over the wire.
pub(super) fn compose(sender: &Sender, letter: Letter) -> Result<Message, Undelivered> {
    const UNUSABLE: Undelivered = Undelivered::Never("mail_unusable");
    // Anything that could end a header and begin another is a mail nobody of the house meant to send.
    if letter.to.as_str().chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Undelivered::Never("header_injection"));
    }
    let to = letter.to.as_str().parse::<Address>().map_err(|_| UNUSABLE)?;
    let since_epoch = Duration::from_millis(letter.at.as_millisecond().max(0) as u64);
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(SystemTime::UNIX_EPOCH + since_epoch)
        .message_id(Some(format!("<{}@{}>", letter.id, sender.host)))
        // RFC 3834: no holiday notice answers a machine.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All".into()))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Content-Language"), letter.language.into()));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    let alternative = MultiPart::alternative()
        .singlepart(part("text/plain; charset=utf-8", letter.text, None)?)
        .singlepart(part("text/html; charset=utf-8", letter.html, None)?);
    let body = match letter.calendar {
        None => alternative,
        Some((method, file)) => {
            let kind = format!("text/calendar; charset=utf-8; method={}", method.name());
            MultiPart::mixed().multipart(alternative).singlepart(part(&kind, file, Some("visit.ics"))?)
        }
    };
    builder.multipart(body).map_err(|_| UNUSABLE)
}

/// A subject has the titles of things in it: one with a tab or a broken line is said in one line, and its mail still goes.
fn one_line(subject: &str) -> String {
    let parts = subject.split(char::is_control).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

fn part(kind: &str, text: String, attached_as: Option<&str>) -> Result<SinglePart, Undelivered> {
    let kind = ContentType::parse(kind).map_err(|_| Undelivered::Never("mail_unusable"))?;
    let body = Body::new_with_encoding(text, ContentTransferEncoding::Base64)
        .map_err(|_| Undelivered::Never("mail_unusable"))?;
    let builder = SinglePart::builder().header(kind);
    Ok(match attached_as {
        Some(name) => builder.header(ContentDisposition::attachment(name)).body(body),
        None => builder.body(body),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> Sender {
        Sender::new("山东省脐血库", "noreply@example.cn", Some("help@example.cn"), "www.example.cn").expect("a sender")
    }

    fn letter(subject: &str) -> Letter {
        Letter {
            id: MessageId(uuid::Uuid::nil()),
            to: MailAddress::parse("li.na@example.cn").expect("an address"),
            language: "zh-CN",
            subject: subject.to_owned(),
            text: "您好！\n.\n..点开头的行".to_owned(),
            html: "<p>您好！</p>".to_owned(),
            calendar: Some((Method::Request, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned())),
            at: "2026-07-20T12:00:00+08:00".parse().expect("an instant"),
        }
    }

    #[test]
    fn a_mail_says_who_when_and_that_a_machine_wrote_it() {
        let bytes = compose(&sender(), letter("预约成功")).expect("a mail").formatted();
        let mail = String::from_utf8(bytes).expect("all of it is ASCII");
        assert!(mail.is_ascii(), "headers and bodies are encoded");
        for line in [
            "Message-ID: <00000000-0000-0000-0000-000000000000@www.example.cn>\r\n",
            "Date: Mon, 20 Jul 2026 04:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "To: li.na@example.cn\r\n",
            "Reply-To: help@example.cn\r\n",
            "Content-Language: zh-CN\r\n",
            "Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n",
            "Content-Disposition: attachment; filename=\"visit.ics\"\r\n",
        ] {
            assert!(mail.contains(line), "{line} is missing in\n{mail}");
        }
        assert_eq!(mail.matches("Content-Transfer-Encoding: base64").count(), 3, "every part");
        assert!(mail.contains("multipart/mixed") && mail.contains("multipart/alternative"));
        assert!(!mail.contains("\r\n.\r\n"), "nothing ends DATA early");
    }

    #[test]
    fn a_subject_cannot_begin_another_header() {
        for (subject, said) in [
            ("Visit\r\nBcc: x@y.cn", "Visit Bcc: x@y.cn"),
            ("Visit\nBcc: x@y.cn", "Visit Bcc: x@y.cn"),
            ("Visit\t \t2", "Visit 2"),
            ("Visit\0\u{85}x", "Visit x"),
        ] {
            let bytes = compose(&sender(), letter(subject)).expect("a mail").formatted();
            let mail = String::from_utf8(bytes).expect("all of it is ASCII");
            assert!(mail.contains(&format!("\r\nSubject: {said}\r\n")), "{subject:?} in\n{mail}");
            assert!(!mail.contains("\r\nBcc:"), "{subject:?}");
        }
        assert_eq!(one_line("亲子节\t2026\r\n"), "亲子节 2026");
        assert!(Sender::new("山东\r\nBcc: x@y.cn", "a@b.cn", None, "b.cn").is_err());
    }

    #[test]
    fn without_tls_only_to_this_machine_and_only_in_development() {
        let settings = |host: &str| SmtpSettings {
            host: host.into(),
            port: 25,
            tls: SmtpTls::None,
            credentials: None,
            timeout: Duration::from_secs(5),
            connections: 1,
            authority: None,
        };
        for (host, development, expected) in [
            ("127.0.0.1", true, true),
            ("localhost", true, true),
            ("127.0.0.1", false, false),
            ("mail.example.cn", true, false),
        ] {
            assert_eq!(
                Smtp::new(&settings(host), "www.example.cn", development).is_ok(),
                expected,
                "{host} {development}"
            );
        }
    }
}
