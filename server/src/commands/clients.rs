//! The subcommands about machines that use the API: a new one, all of them, the end of one.

use super::services;
use crate::cli::{ClientAdd, ClientCommand, ClientEnd};
use crate::config::Config;
use anyhow::Context as _;
use domain::account::Scope;
use secrecy::ExposeSecret as _;
use services::account::clients::{self, Client};

/// Does what was asked.
pub async fn run(config: &Config, asked: ClientCommand) -> anyhow::Result<()> {
    match asked {
        ClientCommand::Add(asked) => add(config, asked).await,
        ClientCommand::List => list(config).await,
        ClientCommand::End(asked) => end(config, asked).await,
    }
}

/// Makes a machine that may use the API.
async fn add(config: &Config, asked: ClientAdd) -> anyhow::Result<()> {
    let mut scopes = Vec::new();
    for text in &asked.scopes {
        scopes.push(Scope::from_name(text).with_context(|| format!("--scope: there is no scope {text}"))?);
    }
    let services = services(config).await?;
    let client = clients::create(&services, &services.system(), &asked.name, &scopes)
        .await
        .context("the client was not made")?;
    println!("client_id      {}", client.id);
    println!("client_secret  {}  (shown this once)", client.secret.expose_secret());
    Ok(())
}

/// Prints a line for every machine.
async fn list(config: &Config) -> anyhow::Result<()> {
    let services = services(config).await?;
    let all = clients::list(&services, &services.system()).await?;
    if all.is_empty() {
        println!("There is none.");
    }
    for client in &all {
        println!("{}", line(client));
    }
    Ok(())
}

/// The name stands last: it is the only part whose length people choose.
fn line(client: &Client) -> String {
    let scopes = client.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",");
    let used = client.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at:.0}"));
    let ended = client.revoked_at.map_or_else(String::new, |at| format!("  ended {at:.0}"));
    format!("{}  {scopes}  made {:.0}  {used}{ended}  {}", client.id, client.created_at, client.name)
}

/// Ends a machine.
async fn end(config: &Config, asked: ClientEnd) -> anyhow::Result<()> {
    let services = services(config).await?;
    clients::revoke(&services, &services.system(), asked.id).await.context("no machine was ended")?;
    println!("{} is ended: its secret and its tokens are refused from now on.", asked.id);
    Ok(())
}
