//! The command line: the server is also its operator's tool.

use crate::commands;
use crate::config::{Config, Problems};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Serves the portal of the Shandong Cord Blood Bank, and looks after it.
#[derive(Debug, Parser)]
#[command(name = "server", version, after_help = AFTER)]
pub struct Cli {
    /// A TOML file that overrides the defaults; the environment overrides both.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Configuration: `server config` prints every key with its default and its meaning. DATABASE_URL names the database;
CORDBLOOD__SECTION__KEY overrides any key.

Exit codes: 0 done · 1 failed · 2 wrong arguments · 3 the configuration cannot be used · 4 the audit trail does not verify";

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site, the API and the operators' listener, and run the workers.
    ///
    /// Stops on SIGTERM or SIGINT: no new connections, requests under way are answered, workers finish what they hold;
    /// after `http.shutdown_deadline` it ends anyway.
    Serve(Serve),
    /// Bring the database up to date.
    ///
    /// Connects as the owner (the role of the URL, not `database.role`). Waits at most five seconds for any lock, so that
    /// a busy table delays the migration and not the visitors; repeat it then.
    Migrate,
    /// Fill the database with something to see.
    Seed(Seed),
    /// Make a member of staff who may make others.
    ///
    /// Without `--password-stdin` a password is generated and printed once. The second factor is enrolled at the first
    /// sign-in, which shows its QR code, and nobody is in before that.
    CreateAdmin(CreateAdmin),
    /// Make a machine that may use the API, and print its id and secret once.
    CreateClient(CreateClient),
    /// Check the whole audit trail against its signed heads.
    ///
    /// Ends with 4 and names the first position that does not fit when anything was changed, removed, moved or added.
    VerifyAudit,
    /// Make new data and signing keys, in use everywhere within a minute.
    ///
    /// Nothing is sealed again and nothing stops opening: older keys keep opening what they sealed and verifying what they
    /// signed.
    RotateKeys,
    /// Print the OpenAPI document of /api/v1.
    Openapi,
    /// Print every key of the configuration with its default and its meaning, or check the one given.
    Config(ConfigCommand),
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Bring the database up to date first. For one machine; several servers are migrated by `server migrate`.
    #[arg(long)]
    pub migrate: bool,
}

/// Arguments of `seed`.
#[derive(Debug, Args)]
pub struct Seed {
    /// The museum with its week, and invented visitors. Repeating it adds nothing. Refused in production.
    #[arg(long, required = true)]
    pub demo: bool,
}

/// Arguments of `create-admin`.
#[derive(Debug, Args)]
pub struct CreateAdmin {
    /// The name to sign in with: lower-case letters, digits, dots, dashes.
    #[arg(long)]
    pub login: String,
    /// The person's name, as colleagues see it.
    #[arg(long)]
    pub name: String,
    /// Read the first password from standard input instead of making one.
    #[arg(long)]
    pub password_stdin: bool,
    /// Further roles beside `operator`: museum_officer, steward, auditor.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
}

/// Arguments of `create-client`.
#[derive(Debug, Args)]
pub struct CreateClient {
    /// What people call the machine: "mini-programme", "door 1".
    #[arg(long)]
    pub name: String,
    /// What it may do: sessions:read, bookings:write, door:write. Repeat for several.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub scopes: Vec<String>,
}

/// Arguments of `config`.
#[derive(Debug, Args)]
pub struct ConfigCommand {
    /// Check the configuration of this machine instead: everything that is wrong is listed.
    #[arg(long)]
    pub check: bool,
}

/// The configuration cannot be used.
const CONFIGURATION: u8 = 3;
/// The audit trail does not verify.
const AUDIT: u8 = 4;

/// What a command came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is done.
    Done,
    /// The audit trail does not verify.
    AuditBroken,
}

/// Does what the command line says. Errors go to standard error, as sentences.
pub async fn run(cli: Cli) -> ExitCode {
    let done = match &cli.command {
        Command::Openapi => commands::openapi().map(|()| Outcome::Done),
        Command::Config(ConfigCommand { check: false }) => {
            print!("{}", crate::config::DEFAULTS);
            Ok(Outcome::Done)
        }
        _ => match Config::load(cli.config.as_deref()) {
            Ok(config) => configured(cli.command, config).await,
            Err(problems) => return unusable(&problems),
        },
    };
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::AuditBroken) => ExitCode::from(AUDIT),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn configured(command: Command, config: Config) -> anyhow::Result<Outcome> {
    match command {
        Command::Serve(serve) => crate::serve::run(config, serve.migrate).await?,
        Command::Migrate => commands::migrate(&config).await?,
        Command::Seed(_) => commands::seed(&config).await?,
        Command::CreateAdmin(admin) => commands::create_admin(&config, admin).await?,
        Command::CreateClient(client) => commands::create_client(&config, client).await?,
        Command::VerifyAudit => return commands::verify_audit(&config).await,
        Command::RotateKeys => commands::rotate_keys(&config).await?,
        Command::Config(_) => println!("The configuration can be used."),
        Command::Openapi => commands::openapi()?,
    }
    Ok(Outcome::Done)
}

fn unusable(problems: &Problems) -> ExitCode {
    eprintln!("{problems}");
    ExitCode::from(CONFIGURATION)
}
