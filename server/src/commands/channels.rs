//! The subcommands about channels: a new one, all of them, the end of one.

use super::services;
use crate::cli::{ChannelAdd, ChannelCommand};
use crate::config::Config;
use anyhow::{Context as _, ensure};
use domain::telemetry::ChannelKind;
use services::telemetry;

/// Does what was asked.
pub async fn run(config: &Config, asked: ChannelCommand) -> anyhow::Result<()> {
    match asked {
        ChannelCommand::Add(asked) => add(config, asked).await,
        ChannelCommand::List => list(config).await,
        ChannelCommand::End(asked) => {
            let services = services(config).await?;
            let ended = telemetry::end_channel(&services, &services.system(), &asked.code).await;
            ended.context("no channel was ended")?;
            println!("{} is out of use.", asked.code);
            Ok(())
        }
    }
}

async fn add(config: &Config, asked: ChannelAdd) -> anyhow::Result<()> {
    let kind =
        ChannelKind::from_name(&asked.kind).with_context(|| format!("--kind: there is no kind {}", asked.kind))?;
    ensure!((5..=3600).contains(&asked.interval), "--interval: 5 to 3600 seconds");
    let services = services(config).await?;
    let how = (asked.interval, asked.device.as_str());
    let code = telemetry::set_up_channel(&services, &services.system(), (&asked.place, kind), how)
        .await
        .context("the channel was not set up")?;
    println!("{}", code.as_str());
    Ok(())
}

async fn list(config: &Config) -> anyhow::Result<()> {
    let services = services(config).await?;
    let all = telemetry::channels(&services, &services.system()).await?;
    if all.is_empty() {
        println!("There is none.");
    }
    for channel in &all {
        let silent = if channel.silent { "  silent" } else { "" };
        println!("{}  heard {:.0}{silent}", channel.code, channel.heard_at);
    }
    Ok(())
}
