//! `seed --demo --units N`: as many stored units as a measurement needs, and what they take.

use super::{connect_options, services};
use crate::config::Config;
use anyhow::{Context as _, bail};
use services::custody::proof;
use services::lims::bulk::{self, Size};
use sqlx::postgres::PgPoolOptions;
use std::time::Instant;

/// Units of the bank.
const BANK: f64 = 870_000.0;
const MEGABYTE: f64 = 1024.0 * 1024.0;

/// Puts units there and says what they take.
pub async fn fill(config: &Config, units: u32) -> anyhow::Result<()> {
    if units == 0 {
        return Ok(());
    }
    if config.production() {
        bail!("invented units have no place in production");
    }
    let services = services(config).await?;
    let owner = PgPoolOptions::new().max_connections(2).connect_with(connect_options(config)?).await?;
    let began = Instant::now();
    let filled = bulk::fill(&services, &owner, units, |so_far| {
        if so_far.units.is_multiple_of(10_000) {
            let seconds = began.elapsed().as_secs_f64();
            println!(
                "  {:>7} units, {:>9} events, {:.0} events/s",
                so_far.units,
                so_far.events,
                so_far.events as f64 / seconds
            );
        }
    });
    let filled = filled.await.context("the units")?;
    let seconds = began.elapsed().as_secs_f64();
    // What no root covers is a fault after an hour: the verifier would name it.
    proof::close_all(&services).await.context("the roots over the units")?;
    println!(
        "{} units with {} events ({:.1} each) in {seconds:.0} s: {:.0} events a second.",
        filled.units,
        filled.events,
        filled.events as f64 / filled.units as f64,
        filled.events as f64 / seconds
    );
    sqlx::query("analyze").execute(&owner).await.context("what the planner knows")?;
    let sizes = bulk::sizes(&services).await.context("the sizes")?;
    table(&sizes);
    Ok(())
}

/// What every table takes, and what it would with all of the bank's units.
fn table(sizes: &[Size]) {
    let units = sizes.iter().find(|size| size.table == "custody_unit").map_or(1, |size| size.rows.max(1)) as f64;
    println!(
        "{:<20}{:>12}{:>11}{:>11}{:>12}   with 870,000 units",
        "table", "rows", "rows MB", "index MB", "bytes/row"
    );
    let mut whole = 0.0;
    for size in sizes {
        let bytes = (size.heap + size.indexes) as f64;
        let then = bytes / units * BANK;
        whole += then;
        println!(
            "{:<20}{:>12}{:>11.0}{:>11.0}{:>12.0}   {:>12.0} rows, {:.1} GB",
            size.table,
            size.rows,
            size.heap as f64 / MEGABYTE,
            size.indexes as f64 / MEGABYTE,
            bytes / size.rows.max(1) as f64,
            size.rows as f64 / units * BANK,
            then / MEGABYTE / 1024.0
        );
    }
    println!("{:<66}   {:>12} {:.1} GB", "", "in all", whole / MEGABYTE / 1024.0);
}
