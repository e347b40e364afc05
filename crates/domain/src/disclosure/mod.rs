//! Public disclosure of the aid programme (信息公开; spark.md, "Public disclosure"): tables of families and money, frozen
//! snapshots of them, corrections, the report of a quarter or a year and when it is due, the notice of one case.
//!
//! # What is counted
//! A family is counted once, in the year, disease group and city of its first payment; a payment is counted in its own. Every
//! payment and every family has exactly one row in each table, so that all tables add up to the same totals, exactly.
//!
//! # Who attacks
//! Somebody who has every snapshot ever published with all its tables and margins, the notices, these rules and this code; who
//! knows of **every** family where it lives, what it is ill of, when it was paid and in which rows it is counted; and is
//! possibly one of the families. It does not know the others' money, adds, subtracts and solves equations over all that was
//! ever published, and bounds what it cannot solve by what it can. Somebody who knows less learns less: who does not know how
//! many families are where tries to find that out in the same way.
//!
//! # What it does not get
//! A *set of payments holds* ([`Rules`]) when at least [`Rules::least`] families are in it, the families that are new in it
//! are none or as many at least, and the second largest cannot say of the largest, to [`Rules::share`] in a hundred, what
//! it had. What holds, holds with anything else that holds. Then:
//!
//! 1. *Snapshots*: payments become public all together or wait, all of them, until they hold. So the difference of two
//!    snapshots is payments that hold.
//! 2. *Rows*: those payments are divided into years that hold, and each year's twice, by group and by region, into rows that
//!    hold. What does not hold by itself is joined to a neighbour: a year to the next, a group to another, a city to its
//!    circle, a circle to the rest. A row is never blank, and nothing is left out.
//! 3. *Tables against each other*: every sum of cells that subtraction can reach from the rows by group and those by region
//!    holds, or rows are joined until it does (`differences` has the argument that none is overlooked).
//! 4. *Bounds*: the most that a cell can have, as far as can be shown, is one of those sums; so it is enough families, and
//!    enough money not to be sure of the largest.
//! 5. *Snapshots against each other*: a payment stays in the rows in which it became public. No later snapshot divides it
//!    again, so what is known of it never grows.
//!
//! Therefore a city's row is all that could be shown by city, not all there is; the report says so. There is no table by
//! group *and* region: of some twenty families a quarter, three groups and seventeen places leave nothing to hide among.
//!
//! What was paid before the books began stands there as sums with a source, each of so many families of whom nothing else is
//! known. Such a sum is public by itself; it has rows of its own years and groups, of enough families, and hides nobody else.
//!
//! # What it does get
//! That a row is joined tells that its parts did not hold alone. A notice tells one family's group, city and band of amounts:
//! it is published of each case by itself, for the reasons that notices have, and is the most that is ever said of one
//! family. With everybody's bands, what is not known of one family's money is no more than what the bands of the others leave
//! open. Several families that put together what they know are not kept from knowing more: nothing but larger rows would.
//!
//! Not here: the ledger (what was paid), who may freeze and publish, the hash of a snapshot (computed where cryptography is),
//! pages. Small numbers that are not published again and again are kept back by `numbers` instead.

#[cfg(test)]
mod attacker;
mod correction;
mod crowd;
mod differences;
mod divide;
mod facts;
mod freeze;
mod notice;
mod place;
mod quarter;
mod report;
mod rounding;
mod rows;
mod snapshot;
mod tables;

pub use correction::{Change, Correction, Figure, NotCorrected, changes};
pub use crowd::Rules;
pub use facts::{DiseaseGroup, Family, Fen, Opening, Payment, Uncountable};
pub use freeze::{NotFrozen, Waiting};
pub use notice::{Band, CaseCode, Notice, listed};
pub use place::{Circle, Place, Region};
pub use quarter::{Due, Quarter, Standing, Term};
pub use report::{Definition, Earlier, Label, OtherTerm, Report, Row, Section, Source, Table};
pub use rounding::{Shown, ShownTables, Wan, parts};
pub use rows::FigureLine;
pub use snapshot::{Digest, Misread, Snapshot, Unreadable};
pub use tables::{Groups, Placed, Sum, Tables, Uneven, Years};
