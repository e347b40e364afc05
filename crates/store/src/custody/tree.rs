//! The tree over the heads of all chains: what it does not cover yet, its nodes, its signed roots; and everything that the
//! verifier reads.

use crate::SqlTimestamp;
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgExecutor, Result, query, query_as, query_scalar};
use uuid::Uuid;

/// Whether this transaction may close a root: one at a time over all servers, until it ends.
pub async fn try_lock_closer(db: impl PgExecutor<'_>) -> Result<bool> {
    query_scalar!(r#"select pg_try_advisory_xact_lock(6963) as "mine!""#).fetch_one(db).await
}

/// A unit whose last events no root covers.
#[derive(Clone, Debug)]
pub struct UnrootedRow {
    /// Which.
    pub id: Uuid,
    /// Its last event.
    pub seq: i32,
    /// Whose hash.
    pub head: Vec<u8>,
    /// Its place in the tree, once it has one.
    pub leaf: Option<i64>,
    /// The last event that a root covers; 0 before.
    pub rooted_seq: i32,
    /// Its key under the vault's; none once it was destroyed.
    pub key_sealed: Option<Vec<u8>>,
}

/// Units behind `after` whose last events no root covers, by id, kept for this transaction. Whatever somebody is at work with is
/// left for the next time, so that nobody waits for anybody.
pub async fn unrooted(db: impl PgExecutor<'_>, after: Uuid, limit: i64) -> Result<Vec<UnrootedRow>> {
    query_as!(
        UnrootedRow,
        "select id, seq, head, leaf, rooted_seq, key_sealed from custody_unit where rooted_seq < seq and id > $1 \
         order by id limit $2 for no key update skip locked",
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// One event as its chain has it.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// Whose.
    pub unit_id: Uuid,
    /// Its number there.
    pub seq: i32,
    /// The word of its kind.
    pub kind: String,
    /// Of what it says.
    pub digest: Vec<u8>,
    /// By the clock of the source.
    pub occurred_at: SqlTimestamp,
    /// By ours.
    pub received_at: SqlTimestamp,
    /// `Actor::kind`.
    pub actor_kind: String,
    /// The account or the client.
    pub actor_id: Option<Uuid>,
    /// From where.
    pub source: String,
    /// Its number there.
    pub source_seq: Option<i64>,
    /// The hash before it.
    pub prev_hash: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
    /// What it says, sealed.
    pub sealed: Vec<u8>,
}

/// The events of some units from a number of each on (that one, too), by unit and number.
pub async fn links_from(db: impl PgExecutor<'_>, units: &[Uuid], first: &[i32]) -> Result<Vec<LinkRow>> {
    query_as!(
        LinkRow,
        r#"select e.unit_id as "unit_id!", e.seq as "seq!", e.kind as "kind!", e.digest as "digest!",
                  e.occurred_at as "occurred_at!", e.received_at as "received_at!", e.actor_kind as "actor_kind!", e.actor_id,
                  e.source as "source!", e.source_seq, e.prev_hash as "prev_hash!", e.hash as "hash!", e.sealed as "sealed!"
           from unnest($1::uuid[], $2::integer[]) as of (id, first)
           join custody_event e on e.unit_id = of.id and e.seq >= of.first
           order by e.unit_id, e.seq"#,
        units,
        first
    )
    .fetch_all(db)
    .await
}

/// Events from one on and not beyond a unit, in the order of units and numbers, over all parts of the table.
pub async fn walked_links(
    db: impl PgExecutor<'_>,
    first: (Uuid, i32),
    last_unit: Uuid,
    limit: i64,
) -> Result<Vec<LinkRow>> {
    query_as!(
        LinkRow,
        "select unit_id, seq, kind, digest, occurred_at, received_at, actor_kind, actor_id, source, source_seq, prev_hash, hash, \
                sealed \
         from custody_event where (unit_id, seq) >= ($1, $2) and unit_id <= $3 order by unit_id, seq limit $4",
        first.0,
        first.1,
        last_unit,
        limit
    )
    .fetch_all(db)
    .await
}

/// About how many events there are, as the last analysis of the table knows; 0 where it does not.
pub async fn about_how_many(db: impl PgExecutor<'_>) -> Result<i64> {
    query_scalar!(
        r#"select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint as "n!"
           from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'custody_event'::regclass"#
    )
    .fetch_one(db)
    .await
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct NodeRow {
    /// From 0, left to right.
    pub position: i64,
    /// The event that a leaf is over.
    pub seq: Option<i32>,
    /// Its hash.
    pub hash: Vec<u8>,
    /// The keyed hash beside it.
    pub seal: Vec<u8>,
}

/// The nodes at some positions of a level.
pub async fn nodes_at(db: impl PgExecutor<'_>, level: i16, positions: &[i64]) -> Result<Vec<NodeRow>> {
    query_as!(
        NodeRow,
        "select position, seq, hash, seal from custody_node where level = $1 and position = any ($2) order by position",
        level,
        positions
    )
    .fetch_all(db)
    .await
}

/// The nodes of a level from a position on, in order.
pub async fn nodes_from(db: impl PgExecutor<'_>, level: i16, first: i64, limit: i64) -> Result<Vec<NodeRow>> {
    query_as!(
        NodeRow,
        "select position, seq, hash, seal from custody_node where level = $1 and position >= $2 order by position limit $3",
        level,
        first,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many leaves there are by the highest position: 0 for none.
pub async fn leaves_end(db: impl PgExecutor<'_>) -> Result<i64> {
    query_scalar!(r#"select coalesce(max(position) + 1, 0) as "end!" from custody_node where level = 0"#)
        .fetch_one(db)
        .await
}

/// The nodes of a whole way: level and position of each, in the order asked; what is not there is left out.
pub async fn nodes_on_the_way(db: impl PgExecutor<'_>, levels: &[i16], positions: &[i64]) -> Result<Vec<Vec<u8>>> {
    query_scalar!(
        r#"select n.hash as "hash!" from unnest($1::smallint[], $2::bigint[]) with ordinality as way (level, position, nth)
           join custody_node n on n.level = way.level and n.position = way.position order by way.nth"#,
        levels,
        positions
    )
    .fetch_all(db)
    .await
}

/// Nodes to be written, column by column.
#[derive(Default)]
pub struct NewNodes {
    /// Levels.
    pub levels: Vec<i16>,
    /// Positions.
    pub positions: Vec<i64>,
    /// Of leaves, the events.
    pub seqs: Vec<Option<i32>>,
    /// Hashes.
    pub hashes: Vec<Vec<u8>>,
    /// Seals.
    pub seals: Vec<Vec<u8>>,
}

/// Writes nodes, new ones and those that are there.
pub async fn put_nodes(db: impl PgExecutor<'_>, nodes: &NewNodes) -> Result<()> {
    query!(
        "insert into custody_node (level, position, seq, hash, seal) \
         select * from unnest($1::smallint[], $2::bigint[], $3::integer[], $4::bytea[], $5::bytea[]) \
         on conflict (level, position) do update set seq = excluded.seq, hash = excluded.hash, seal = excluded.seal",
        &nodes.levels,
        &nodes.positions,
        &nodes.seqs as &[Option<i32>],
        &nodes.hashes,
        &nodes.seals,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes of units that a root covers them, at these leaves and up to these events.
pub async fn note_rooted(db: impl PgExecutor<'_>, units: &[Uuid], leaves: &[i64], seqs: &[i32]) -> Result<()> {
    query!(
        "update custody_unit u set leaf = new.leaf, rooted_seq = new.seq \
         from unnest($1::uuid[], $2::bigint[], $3::integer[]) as new (id, leaf, seq) where u.id = new.id",
        units,
        leaves,
        seqs,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A signed root.
#[derive(Clone, Debug)]
pub struct RootRow {
    /// From 1.
    pub number: i64,
    /// Of Shandong.
    pub day: SqlDate,
    /// Units below it.
    pub size: i64,
    /// The root.
    pub root: Vec<u8>,
    /// The root before it.
    pub previous: Vec<u8>,
    /// When.
    pub signed_at: SqlTimestamp,
    /// Signed by.
    pub kid: String,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Adds a root.
pub async fn add_root(db: impl PgExecutor<'_>, root: &RootRow) -> Result<()> {
    query!(
        "insert into custody_root (number, day, size, root, previous, signed_at, kid, signature) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        root.number,
        root.day as SqlDate,
        root.size,
        root.root,
        root.previous,
        root.signed_at as SqlTimestamp,
        root.kid,
        root.signature,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The last root.
pub async fn last_root(db: impl PgExecutor<'_>) -> Result<Option<RootRow>> {
    query_as!(
        RootRow,
        "select number, day, size, root, previous, signed_at, kid, signature from custody_root order by number desc limit 1"
    )
    .fetch_optional(db)
    .await
}

/// Roots behind a number, in order.
pub async fn roots_after(db: impl PgExecutor<'_>, number: i64, limit: i64) -> Result<Vec<RootRow>> {
    query_as!(
        RootRow,
        "select number, day, size, root, previous, signed_at, kid, signature \
         from custody_root where number > $1 order by number limit $2",
        number,
        limit
    )
    .fetch_all(db)
    .await
}

/// Roots before a number, the newest first.
pub async fn roots_before(db: impl PgExecutor<'_>, number: i64, limit: i64) -> Result<Vec<RootRow>> {
    query_as!(
        RootRow,
        "select number, day, size, root, previous, signed_at, kid, signature \
         from custody_root where number < $1 order by number desc limit $2",
        number,
        limit
    )
    .fetch_all(db)
    .await
}

/// The last root of each day before one, the newest day first. Each day is one step along the index, however many roots it has.
pub async fn day_roots_before(db: impl PgExecutor<'_>, day: SqlDate, limit: i64) -> Result<Vec<RootRow>> {
    query_as!(
        RootRow,
        r#"with recursive last as (
             (select r.number, r.day from custody_root r where r.day < $1 order by r.day desc, r.number desc limit 1)
             union all
             select next.number, next.day from last, lateral (
               select r.number, r.day from custody_root r where r.day < last.day order by r.day desc, r.number desc limit 1) next)
           select r.number as "number!", r.day as "day!", r.size as "size!", r.root as "root!", r.previous as "previous!",
                  r.signed_at as "signed_at!", r.kid as "kid!", r.signature as "signature!"
           from (select number from last limit $2) l join custody_root r on r.number = l.number order by r.number desc"#,
        day as SqlDate,
        limit
    )
    .fetch_all(db)
    .await
}

/// A unit as the verifier reads it: its row beside its leaf.
#[derive(Clone, Debug)]
pub struct WalkedRow {
    /// Which.
    pub id: Uuid,
    /// Its number.
    pub din: String,
    /// Whose it is.
    pub family_id: Option<Uuid>,
    /// Its last event.
    pub seq: i32,
    /// Whose hash.
    pub head: Vec<u8>,
    /// Its key, sealed; none once it was destroyed.
    pub key_sealed: Option<Vec<u8>>,
    /// It is recorded that the key was destroyed.
    pub destroyed: bool,
    /// Its place in the tree.
    pub leaf: Option<i64>,
    /// The last event that a root covers.
    pub rooted_seq: i32,
    /// The event that its leaf is over.
    pub leaf_seq: Option<i32>,
    /// The leaf's hash.
    pub leaf_hash: Option<Vec<u8>>,
    /// The leaf's seal.
    pub leaf_seal: Option<Vec<u8>>,
    /// The word of its state.
    pub state: String,
    /// The state it comes back to.
    pub held_in: Option<String>,
    /// The list its steps are of.
    pub preparation_id: Option<Uuid>,
    /// The list its tests are of.
    pub tests_id: Option<Uuid>,
    /// The list its release is of.
    pub release_id: Option<Uuid>,
    /// Bits.
    pub steps_done: i64,
    /// Bits.
    pub tests_final: i64,
    /// Bits.
    pub release_done: i64,
    /// The batch record is signed.
    pub record_signed: bool,
    /// Deviations that are open.
    pub open_deviations: i32,
    /// Minutes on its way.
    pub transit_minutes: i32,
    /// The codes of those who did its steps; a question mark for one that nobody has.
    pub worked_by: Vec<String>,
    /// The families that it went from with its contract, the first first.
    pub former: Vec<Uuid>,
}

/// Units from an id on, in the order of their ids.
pub async fn walked_from(db: impl PgExecutor<'_>, first: Uuid, limit: i64) -> Result<Vec<WalkedRow>> {
    query_as!(
        WalkedRow,
        r#"select u.id, u.din, u.family_id, u.seq, u.head, u.key_sealed, u.destroyed_at is not null as "destroyed!", u.leaf, u.rooted_seq, n.seq as leaf_seq, n.hash as "leaf_hash?",
                  n.seal as "leaf_seal?", u.state, u.held_in, u.preparation_id, u.tests_id, u.release_id, u.steps_done,
                  u.tests_final, u.release_done, u.record_signed, u.open_deviations, u.transit_minutes,
                  array(select coalesce(o.code, '?') from unnest(u.worked_by) w left join custody_operator o on o.id = w) as "worked_by!",
                  array(select t.from_family_id from family_contract_transfer t where t.unit_id = u.id order by t.seq) as "former!"
           from custody_unit u left join custody_node n on n.level = 0 and n.position = u.leaf
           where u.id >= $1 order by u.id limit $2"#,
        first,
        limit
    )
    .fetch_all(db)
    .await
}

/// A place of a unit as the verifier reads it.
#[derive(Clone, Debug)]
pub struct WalkedPlaceRow {
    /// Whose.
    pub unit_id: Uuid,
    /// The code of the tank.
    pub tank: String,
    /// From 1.
    pub tower: i16,
    /// From 1.
    pub frame: i16,
    /// From 1.
    pub slot: i16,
    /// Since when.
    pub put_at: SqlTimestamp,
    /// Until when.
    pub taken_at: Option<SqlTimestamp>,
}

/// Where the units of two ids, and those between them, lay and lie.
pub async fn walked_places(db: impl PgExecutor<'_>, (first, last): (Uuid, Uuid)) -> Result<Vec<WalkedPlaceRow>> {
    query_as!(
        WalkedPlaceRow,
        r#"select p.unit_id, t.code as tank, p.tower, p.frame, p.slot, p.put_at as "put_at: SqlTimestamp",
                  p.taken_at as "taken_at: SqlTimestamp"
           from custody_placement p join custody_tank t on t.id = p.tank_id where p.unit_id between $1 and $2"#,
        first,
        last
    )
    .fetch_all(db)
    .await
}

/// One unit as the verifier reads it.
pub async fn walked(db: impl PgExecutor<'_>, unit: Uuid) -> Result<Option<WalkedRow>> {
    Ok(walked_from(db, unit, 1).await?.pop().filter(|row| row.id == unit))
}

/// The units at some leaves.
pub async fn units_of_leaves(db: impl PgExecutor<'_>, leaves: &[i64]) -> Result<Vec<(i64, Uuid)>> {
    let rows =
        query!(r#"select leaf as "leaf!", id from custody_unit where leaf = any ($1)"#, leaves).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.leaf, row.id)).collect())
}

/// How many units have events that no root covers, and how many of those changed before a time.
pub async fn waiting(db: impl PgExecutor<'_>, before: SqlTimestamp) -> Result<(i64, i64)> {
    let found = query!(
        r#"select count(*) as "all!", count(*) filter (where changed_at < $1) as "late!"
           from custody_unit where rooted_seq < seq"#,
        before as SqlTimestamp
    )
    .fetch_one(db)
    .await?;
    Ok((found.all, found.late))
}

/// What a unit's passport needs of the tree, of one instant: its leaf, the event the leaf is over, and the last root.
pub struct ProvenRow {
    /// Its place in the tree.
    pub leaf: i64,
    /// The event the leaf is over.
    pub seq: i32,
    /// The last root.
    pub root: RootRow,
}

/// The leaf of a unit and the root above it; nothing before the first root that covers it.
pub async fn proven(db: impl PgExecutor<'_>, unit: Uuid) -> Result<Option<ProvenRow>> {
    let row = query!(
        r#"select u.leaf as "leaf!", u.rooted_seq as "rooted_seq!", r.number as "number!", r.day as "day!", r.size as "size!",
                  r.root as "root!", r.previous as "previous!", r.signed_at as "signed_at!", r.kid as "kid!",
                  r.signature as "signature!"
           from custody_unit u cross join (select * from custody_root order by number desc limit 1) r
           where u.id = $1 and u.leaf is not null"#,
        unit
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| ProvenRow {
        leaf: row.leaf,
        seq: row.rooted_seq,
        root: RootRow {
            number: row.number,
            day: row.day,
            size: row.size,
            root: row.root,
            previous: row.previous,
            signed_at: row.signed_at,
            kid: row.kid,
            signature: row.signature,
        },
    }))
}
