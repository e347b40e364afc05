//! The subcommands that end: each does one thing and says what it did.

pub mod channels;
pub mod clients;
pub mod custody;
pub mod keys;
pub mod lists;
pub mod scale;
pub mod simulator;

use crate::api;
use crate::cli::{CreateAdmin, Erase, Outcome, VerifyAudit};
use crate::config::Config;
use anyhow::{Context as _, bail};
use domain::account::{Login, Role};
use domain::contact::PersonName;
use secrecy::{ExposeSecret as _, SecretString};
use services::Services;
use services::account::staff;
use services::audit::{self, Terms, Witness};
use services::clock::Clock;
use services::crypto::Vault;
use services::messages::Post;
use services::privacy;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;

/// How to connect. Statements are not logged: their parameters may be a person's.
fn connect_options(config: &Config) -> anyhow::Result<PgConnectOptions> {
    use sqlx::ConnectOptions as _;
    let options = PgConnectOptions::from_str(config.database.url.expose()).context("the database's address")?;
    Ok(options.application_name("cordblood").disable_statement_logging())
}

/// The means of the house, on the configured database.
pub async fn services(config: &Config) -> anyhow::Result<Services> {
    let db = services::db::pool(connect_options(config)?, &config.database.pool_settings());
    let clock = Clock::system();
    // Several servers agree on the time: the database's.
    clock.follow(crate::workers::database_now(&db).await.context("the database does not answer")?);
    let vault =
        Vault::open(&db, config.secrets.master_key.inner(), clock.now()).await.context("the vault does not open")?;
    let settings = config.settings();
    let post = Post::new(config.post().context("mail.authority")?, &settings).context("the post office")?;
    Ok(Services {
        blobs: config.files.blobs(&db),
        scanner: config.files.scanner().context("files.scanner")?,
        db,
        clock,
        vault,
        settings: Arc::new(settings),
        claims: Default::default(),
        entrance: services::booking::Entrance::default(),
        limits: Default::default(),
        calendar: Default::default(),
        programme: Default::default(),
        custody: Default::default(),
        filled: Default::default(),
        post,
        job_bell: Arc::default(),
    })
}

/// Brings the database up to date, as its owner.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let mut owner =
        PgConnection::connect_with(&connect_options(config)?).await.context("the database does not answer")?;
    // A migration that waits for a lock makes everybody behind it wait too: give up soon, and let the operator repeat it.
    owner.execute("set lock_timeout = '5s'; set statement_timeout = 0").await?;
    let before = applied(&mut owner).await;
    store::MIGRATIONS.run(&mut owner).await.context("the migrations did not run; nothing half-done stays behind")?;
    let after = applied(&mut owner).await;
    owner.close().await?;
    println!("The database is up to date: {} new migrations, {after} in all.", after - before);
    Ok(())
}

/// Migrations that stand in the database; none in an empty one.
async fn applied(owner: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(owner).await.unwrap_or(0)
}

/// Fills the database with something to see.
pub async fn seed(config: &Config) -> anyhow::Result<()> {
    if config.production() {
        bail!("invented visitors have no place in production");
    }
    let services = services(config).await?;
    services::booking::seed_demo(&services, &services.system()).await.context("the museum's demo")?;
    services::booking::seed_days(&services, &services.system()).await.context("the demo of the museum's busy days")?;
    services::outreach::seed_demo(&services, &services.system()).await.context("the events' demo")?;
    services::outreach::seed_pictures(&services, &services.system()).await.context("the demo's pictures of events")?;
    services::outreach::seed_course(&services, &services.system()).await.context("the demo of a whole course")?;
    services::door::seed_demo(&services, &services.system()).await.context("the door's demo")?;
    services::bus::seed_demo(&services, &services.system()).await.context("the bus's demo")?;
    services::custody::seed_demo(&services, &services.system()).await.context("the demo of stored units")?;
    services::custody::desk::seed_demo(&services, &services.system()).await.context("the demo's laboratory")?;
    services::lims::seed_demo(&services, &services.system()).await.context("the demo of the laboratory's feed")?;
    services::telemetry::seed_demo(&services, &services.system()).await.context("the demo of tanks")?;
    services::groups::seed_demo(&services, &services.system()).await.context("the groups' demo")?;
    services::ambassadors::seed_demo(&services, &services.system()).await.context("the ambassadors' demo")?;
    services::spark::seed_demo(&services, &services.system()).await.context("the aid standards' demo")?;
    services::family::seed_demo(&services, &services.system()).await.context("the families' demo")?;
    services::webhooks::seed_demo(&services, &services.system()).await.context("the partner's demo")?;
    services::numbers::seed_demo(&services, &services.system()).await.context("the demo of the past weeks")?;
    services::groups::seed_visit(&services, &services.system()).await.context("the demo of a class that was here")?;
    services::exports::seed_demo(&services, &services.system()).await.context("the demo's scheduled export")?;
    services::ledger::seed_demo(&services, &services.system()).await.context("the funds' demo")?;
    services::disclosure::seed_demo(&services, &services.system()).await.context("the demo of what is disclosed")?;
    // Last: it covers whatever the others told of units.
    services::custody::proof::close_all(&services).await.context("the first root of the demo's units")?;
    println!(
        "The demo is there: the museum and the events with their sessions, the bus and groups with their requests, and invented visitors."
    );
    Ok(())
}

/// Makes the first member of staff, who makes the others.
pub async fn create_admin(config: &Config, asked: CreateAdmin) -> anyhow::Result<()> {
    let login = Login::parse(&asked.login).map_err(|fault| anyhow::anyhow!("--login: {fault:?}"))?;
    let name = PersonName::parse(&asked.name).map_err(|fault| anyhow::anyhow!("--name: {fault:?}"))?;
    let mut roles = vec![Role::Operator];
    for text in &asked.roles {
        let role = Role::from_name(text).with_context(|| format!("--role: there is no role {text}"))?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let (password, made) = match asked.password_stdin {
        true => (SecretString::from(first_line()?), false),
        false => (SecretString::from(password()), true),
    };
    let services = services(config).await?;
    let fresh = staff::NewStaff { login, name, password: password.clone(), own_password: !made, roles };
    staff::create(&services, &services.system(), fresh).await.context("the account was not made")?;
    println!("{} can sign in at {}{}", asked.login, config.http.public_url, crate::guard::STAFF_SIGN_IN);
    if made {
        println!(
            "with the password  {}  (shown this once, and replaced at the first sign-in).",
            password.expose_secret()
        );
    }
    println!(
        "At the first sign-in the page shows a QR code for the second factor (an authenticator app), asks for its first"
    );
    println!(
        "code, and shows the recovery codes to be printed. Until then nobody is in. After 72 hours nobody can be:"
    );
    println!("another administrator, made with another --login, resets the password then.");
    Ok(())
}

/// Twenty characters of Crockford's base 32: a hundred bits that survive being read out over a telephone.
fn password() -> String {
    let alphabet = b"0123456789abcdefghjkmnpqrstvwxyz";
    let random: [u8; 20] = services::crypto::random();
    let letters: Vec<char> = random.iter().map(|byte| char::from(alphabet[usize::from(byte % 32)])).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn first_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Checks the audit trail.
pub async fn verify_audit(config: &Config, asked: VerifyAudit) -> anyhow::Result<Outcome> {
    let witness = asked.witness.as_deref().map(witness).transpose()?;
    let services = services(config).await?;
    let terms = Terms { witness, ..Terms::at(services.clock.now()) };
    let report = audit::verify(&services.db, &services.vault, &terms).await?;
    println!(
        "{} entries under {} signed heads; {} wait for their position.",
        report.leaves, report.heads, report.waiting
    );
    if report.is_sound() {
        println!("The audit trail is sound.");
        if let Some(head) = &report.head {
            println!("Head, to be kept elsewhere: {}", head.witness());
        }
        return Ok(Outcome::Done);
    }
    for fault in &report.faults {
        println!("{fault}");
    }
    if report.more_faults > 0 {
        println!("… and {} further faults.", report.more_faults);
    }
    eprintln!("The audit trail does not verify.");
    Ok(Outcome::AuditBroken)
}

/// The head somebody kept in a file.
fn witness(file: &Path) -> anyhow::Result<Witness> {
    let text = std::fs::read_to_string(file).with_context(|| format!("--witness {}", file.display()))?;
    text.parse().map_err(|_| anyhow::anyhow!("--witness {}: not a head, <leaves>:<root>", file.display()))
}

/// Erases what is due, or counts it.
pub async fn erase(config: &Config, asked: Erase) -> anyhow::Result<()> {
    let services = services(config).await?;
    let (erased, said) = match asked.dry_run {
        true => (privacy::preview(&services).await?, "Due to be erased"),
        false => (privacy::erase_due(&services).await?, "Erased"),
    };
    println!("{said}:");
    for kind in erased.by_kind() {
        println!("{:>8}  {}", kind.count, kind.what.en);
    }
    Ok(())
}

/// Prints the API's description.
pub fn openapi() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&api::document())?);
    Ok(())
}
