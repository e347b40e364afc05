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

Exit codes: 0 done · 1 failed · 2 wrong arguments · 3 the configuration cannot be used · 4 the audit trail, the
record of units or a passport does not verify · 5 done, but some sealed values do not open · 6 nothing is wrong of what
this version can read of the record of units, and a newer one is needed for the rest";

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
    /// Make, list and end the machines that may use the API.
    ///
    /// Operators do the same on the page /staff/clients. Each change is in the audit trail, as of the house itself.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Play the laboratory's system: make a believable stream of records from a seed, and print, keep or send it.
    ///
    /// The codes are those of the configured house (`server seed --demo` makes some). Of one seed and house the stream is the
    /// same. With `--to` the records are sent in batches to a house, with the client's secret read from standard input; a busy
    /// house is waited for. Prints what became of them.
    LimsSimulator(LimsSimulator),
    /// Set up, list and take out of use what is measured of tanks and rooms.
    ///
    /// A channel that is set up is expected to be heard: its silence is an alarm. Each change is in the audit trail.
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// Show the lists that units are worked by, and add the next version of one.
    ///
    /// Preparation steps, tests, steps of a release. A version never changes: the next holds from a day on, and units that were begun keep
    /// theirs. Each is in the audit trail.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Show the rules of the way to the bank, and add the next version of them.
    #[command(subcommand)]
    CustodyRules(RulesCommand),
    /// Check the whole audit trail against its signed heads.
    ///
    /// Ends with 4 and names the first position that does not fit when anything was changed, removed, moved or added.
    /// Prints the head of a sound trail, to be kept outside the database: only a head kept elsewhere shows a trail whose
    /// end was cut off together with its heads.
    VerifyAudit(VerifyAudit),
    /// Check the whole record of units: every chain of events, the tree over them and all signed roots.
    ///
    /// Ends with 4 and names the unit and the event of whatever was edited, removed, moved, cut off or put there, by whomever; with 6
    /// where nothing is wrong, and events have words that only a newer version knows: verify with that one.
    /// Prints the last root of a sound record, to be kept outside the database: only a root kept elsewhere shows a record that was
    /// taken back to an earlier state, roots and all. Reads one snapshot in little memory; some minutes for each ten million events.
    VerifyCustody(VerifyCustody),
    /// Write into the record whose each unit is that was given to a family before this was an event of its own.
    ///
    /// Once, after an update from a version without it: until then `verify-custody` names those units. A unit is recorded where a contract
    /// of the same family names it; the others are printed and left to people. May be stopped and begun again.
    RecordFamilies,
    /// Check one unit's custody passport by the published keys.
    ///
    /// Needs neither a database nor a network nor a configuration. Ends with 4 and says what does not hold, and where. The keys are
    /// those of /custody/keys.json, kept in a file. Whether its root is the one that was published only `--roots` can say.
    VerifyPassport(VerifyPassport),
    /// Erase the personal data whose time is over, now.
    ///
    /// The workers of a running server do the same every ten minutes. Prints how much of each kind; bookings and accounts
    /// leave a proof in the audit trail. May be stopped and begun again.
    Erase(Erase),
    /// Make new data and signing keys, in use everywhere within a minute.
    ///
    /// Nothing stops opening: older keys keep opening what they sealed and verifying what they signed. Nothing is sealed
    /// again without `--renew`.
    RotateKeys(RotateKeys),
    /// End a signing key at once, for one that leaked.
    ///
    /// Passes and tokens it signed are refused within seconds; audit heads it signed before stay good. Run `rotate-keys`
    /// first: the only key cannot be ended. /.well-known/jwks.json shows the keys that verify.
    RetireKey(RetireKey),
    /// Wrap every key with another master key, read from standard input.
    ///
    /// All keys or none. Servers that run keep working with the keys they hold but learn of no later ones: put the new
    /// master key into their configuration and start them anew. Nothing that was sealed or signed changes.
    Rewrap,
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
    /// Beside it so many stored units with all their events, for measurements: the bank has 870,000. Each is kept for good.
    /// Repeating it adds as many again. Prints what the tables take.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub units: u32,
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
    /// Further roles beside `operator`: museum_officer, steward, door_supervisor, auditor.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
}

/// What can be done about machines.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Make a machine and print its id and secret, this once.
    Add(ClientAdd),
    /// List all machines: id, scopes, since when, last used, name; those that ended below.
    List,
    /// End a machine: its secret and all its tokens are refused from now on, on every server.
    End(ClientEnd),
}

/// Arguments of `client add`.
#[derive(Debug, Args)]
pub struct ClientAdd {
    /// What people call the machine: "mini-programme", "door 1".
    #[arg(long)]
    pub name: String,
    /// What it may do: sessions:read, bookings:write, door:write, lims:write, telemetry:write. Repeat for
    /// several.
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    pub scopes: Vec<String>,
}

/// Arguments of `client end`.
#[derive(Debug, Args)]
pub struct ClientEnd {
    /// The client's id, as `client list` shows it.
    #[arg(value_name = "ID")]
    pub id: domain::ids::ClientId,
}

/// Arguments of `lims-simulator`.
#[derive(Debug, Args)]
pub struct LimsSimulator {
    /// The seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Units that are collected on the day.
    #[arg(long, default_value_t = 40)]
    pub units: u32,
    /// The day they are collected; 24 days ago where absent, so that all of it has happened.
    #[arg(long, value_name = "DATE")]
    pub day: Option<jiff::civil::Date>,
    /// The facility of their numbers, five characters.
    #[arg(long, default_value = "S3701")]
    pub facility: String,
    /// Nothing goes wrong: no rejections, nothing late, twice, missing or unreadable.
    #[arg(long)]
    pub clean: bool,
    /// Keep the records in a file, one a line.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Take the records of a file instead, as `--save` wrote it.
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// Send the records to the house at this address.
    #[arg(long, value_name = "URL", requires = "client")]
    pub to: Option<reqwest::Url>,
    /// As this client (scope `lims:write`); its secret is read from standard input.
    #[arg(long, value_name = "ID")]
    pub client: Option<domain::ids::ClientId>,
    /// Records of a batch, at most 10,000.
    #[arg(long, default_value_t = 500)]
    pub batch: usize,
    /// Batches under way at once.
    #[arg(long, default_value_t = 2)]
    pub concurrency: usize,
    /// Records a second at most; as fast as the house takes them where absent.
    #[arg(long, value_name = "N")]
    pub rate: Option<u32>,
}

/// What to do about channels.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// A new one.
    Add(ChannelAdd),
    /// All of them, with when each was last heard.
    List,
    /// Take one out of use: nothing more is expected of it.
    End(ChannelEnd),
}

/// Arguments of `channel add`.
#[derive(Debug, Args)]
pub struct ChannelAdd {
    /// The code of the tank or the room.
    #[arg(long = "of", value_name = "CODE")]
    pub place: String,
    /// What is measured: temperature_top, temperature_bottom, ln2_level, lid, fill_valve; room_temperature, humidity, oxygen, fan,
    /// pressure, mains_a, mains_b, ups_minutes.
    #[arg(long)]
    pub kind: String,
    /// Seconds between readings, 5 to 3600.
    #[arg(long, default_value_t = 60)]
    pub interval: i32,
    /// The probe, as its maker numbers it.
    #[arg(long)]
    pub device: String,
}

/// Arguments of `channel end`.
#[derive(Debug, Args)]
pub struct ChannelEnd {
    /// Its code, as `channel list` shows it: T-07/ln2_level.
    #[arg(value_name = "CODE")]
    pub code: String,
}

/// What to do about lists.
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Print the last version of a list as JSON, as `add` reads it.
    Show(CatalogueShow),
    /// Add the next version of a list: print what it changes, and with `--yes` write it.
    Add(CatalogueAdd),
}

/// Arguments of `catalogue show`.
#[derive(Debug, Args)]
pub struct CatalogueShow {
    /// preparation, test, release.
    #[arg(value_name = "KIND")]
    pub kind: String,
}

/// Arguments of `catalogue add`.
#[derive(Debug, Args)]
pub struct CatalogueAdd {
    /// The list as `show` prints it, with what is to be changed. Its `version` is the one that it was made from.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The first day of units that are worked by it, today or later; tomorrow where absent.
    #[arg(long, value_name = "DAY")]
    pub from: Option<jiff::civil::Date>,
    /// Write it: `--by` and `--reason` say whose word it is and why.
    #[arg(long, requires_all = ["by", "reason"])]
    pub yes: bool,
    /// Write it also where it no longer asks for two people, or for a value with a bound, because the code that did is gone.
    #[arg(long)]
    pub lets_go: bool,
    /// The colleague whose word it is, by the name to sign in with.
    #[arg(long, value_name = "LOGIN")]
    pub by: Option<String>,
    /// Why, as it stands on the page of the lists: 4 to 500 characters, nothing about a person.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// What to do about the rules of the way to the bank.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Print all versions.
    Show,
    /// Add a version. The same twice is one.
    Set(RulesSet),
}

/// Arguments of `custody-rules set`.
#[derive(Debug, Args)]
pub struct RulesSet {
    /// Hours on the way after which a deviation is opened.
    #[arg(long, value_name = "HOURS")]
    pub alarm_hours: u32,
    /// Hours on the way after which a unit is not taken in; at most 240.
    #[arg(long, value_name = "HOURS")]
    pub reject_hours: u32,
    /// The first day on which it holds, today or later; tomorrow where absent.
    #[arg(long, value_name = "DAY")]
    pub from: Option<jiff::civil::Date>,
    /// The colleague whose word it is, by the name to sign in with.
    #[arg(long, value_name = "LOGIN")]
    pub by: String,
    /// Why, as it stands on the page of the lists: 4 to 500 characters, nothing about a person.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// Arguments of `verify-audit`.
#[derive(Debug, Args)]
pub struct VerifyAudit {
    /// Also compare with a head that was kept elsewhere: a file that holds `<leaves>:<root>`, as this command prints it
    /// and as the server logs it once a minute (`witness`).
    #[arg(long, value_name = "FILE")]
    pub witness: Option<PathBuf>,
}

/// Arguments of `verify-custody`.
#[derive(Debug, Args)]
pub struct VerifyCustody {
    /// Only this unit, by its id: its chain, its leaf, and the way from there to the last root.
    #[arg(long, value_name = "ID")]
    pub unit: Option<domain::ids::UnitId>,
    /// Also look for a root that was kept elsewhere: a file that holds `<number>:<root>`, as this command prints it and as the server
    /// logs each (`witness`), or a passport.
    #[arg(long, value_name = "FILE")]
    pub from_root: Option<PathBuf>,
}

/// Arguments of `verify-passport`.
#[derive(Debug, Args)]
pub struct VerifyPassport {
    /// The passport.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The published keys, a JWK set: /custody/keys.json, kept in a file.
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The published roots, /custody/roots.json kept in a file: the passport's root must be among them.
    #[arg(long, value_name = "FILE")]
    pub roots: Option<PathBuf>,
}

/// Arguments of `erase`.
#[derive(Debug, Args)]
pub struct Erase {
    /// Only count what is due.
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `rotate-keys`.
#[derive(Debug, Args)]
pub struct RotateKeys {
    /// Then seal every lasting value anew with the new key, as is needed when a data key may have leaked.
    ///
    /// Waits first, less than a minute, until every running server seals with the new key. What lives a day or less is
    /// left to its end. Ends with 5 when values were left alone because they do not open. If it is stopped, run it again.
    #[arg(long)]
    pub renew: bool,
}

/// Arguments of `retire-key`.
#[derive(Debug, Args)]
pub struct RetireKey {
    /// The key's name, its `kid`.
    #[arg(value_name = "ID")]
    pub kid: String,
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
/// The audit trail, the record of units or a passport does not verify.
const BROKEN: u8 = 4;
/// Some sealed values do not open.
const UNREADABLE: u8 = 5;
/// What there is was said by a later version.
const NEWER: u8 = 6;

/// What a command came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is done.
    Done,
    /// The audit trail does not verify.
    AuditBroken,
    /// The record of units, or a passport, does not verify.
    CustodyBroken,
    /// It is done but for sealed values that do not open.
    Unreadable,
    /// Nothing is wrong of what this version can read, and the record of units has more.
    NewerNeeded,
}

/// Does what the command line says. Errors go to standard error, as sentences.
pub async fn run(cli: Cli) -> ExitCode {
    let done = match &cli.command {
        Command::Openapi => commands::openapi().map(|()| Outcome::Done),
        Command::VerifyPassport(asked) => commands::custody::verify_passport(asked),
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
        Ok(Outcome::AuditBroken | Outcome::CustodyBroken) => ExitCode::from(BROKEN),
        Ok(Outcome::Unreadable) => ExitCode::from(UNREADABLE),
        Ok(Outcome::NewerNeeded) => ExitCode::from(NEWER),
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
        Command::Seed(asked) => {
            commands::seed(&config).await?;
            commands::scale::fill(&config, asked.units).await?;
        }
        Command::CreateAdmin(admin) => commands::create_admin(&config, admin).await?,
        Command::Client(asked) => commands::clients::run(&config, asked).await?,
        Command::LimsSimulator(asked) => commands::simulator::run(&config, asked).await?,
        Command::Channel(asked) => commands::channels::run(&config, asked).await?,
        Command::Catalogue(asked) => commands::lists::catalogue(&config, asked).await?,
        Command::CustodyRules(asked) => commands::lists::rules(&config, asked).await?,
        Command::VerifyAudit(asked) => return commands::verify_audit(&config, asked).await,
        Command::VerifyCustody(asked) => return commands::custody::verify(&config, asked).await,
        Command::RecordFamilies => commands::custody::record_families(&config).await?,
        Command::VerifyPassport(asked) => return commands::custody::verify_passport(&asked),
        Command::Erase(asked) => commands::erase(&config, asked).await?,
        Command::RotateKeys(asked) => return commands::keys::rotate(&config, asked).await,
        Command::RetireKey(asked) => commands::keys::retire(&config, asked).await?,
        Command::Rewrap => commands::keys::rewrap(&config).await?,
        Command::Config(_) => println!("The configuration can be used."),
        Command::Openapi => commands::openapi()?,
    }
    Ok(Outcome::Done)
}

fn unusable(problems: &Problems) -> ExitCode {
    eprintln!("{problems}");
    ExitCode::from(CONFIGURATION)
}
