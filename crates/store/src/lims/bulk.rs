//! Many units at once, as COPY in Postgres' binary format: for measurements with as many units as the bank has.

use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Microseconds between 1970 and 2000, where Postgres counts from.
const EPOCH: i64 = 946_684_800_000_000;

/// Rows of one table, written field by field.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    rows: u64,
}

impl Rows {
    /// Begins a row of so many fields.
    pub fn row(&mut self, fields: u16) -> &mut Self {
        self.rows += 1;
        self.bytes.extend_from_slice(&fields.to_be_bytes());
        self
    }

    /// Bytes; also a text.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        // A field is a few kilobytes at most.
        self.bytes.extend_from_slice(&(value.len() as u32).to_be_bytes());
        self.bytes.extend_from_slice(value);
        self
    }

    /// Nothing.
    pub fn null(&mut self) -> &mut Self {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// An id.
    pub fn uuid(&mut self, value: Uuid) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// A `smallint`.
    pub fn small(&mut self, value: i16) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// An `integer`.
    pub fn int(&mut self, value: i32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// A `bigint`.
    pub fn big(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// A truth.
    pub fn truth(&mut self, value: bool) -> &mut Self {
        self.bytes(&[u8::from(value)])
    }

    /// An instant.
    pub fn instant(&mut self, value: Timestamp) -> &mut Self {
        self.big(value.as_microsecond() - EPOCH)
    }

    /// A list of ids.
    pub fn uuids(&mut self, values: &[Uuid]) -> &mut Self {
        /// The type of its elements.
        const UUID: u32 = 2950;
        let mut array = Vec::with_capacity(20 + values.len() * 20);
        // Dimensions, no nulls, the type; then the length of the dimension and where it begins.
        array.extend_from_slice(&i32::from(!values.is_empty()).to_be_bytes());
        array.extend_from_slice(&0_i32.to_be_bytes());
        array.extend_from_slice(&UUID.to_be_bytes());
        if !values.is_empty() {
            array.extend_from_slice(&(values.len() as u32).to_be_bytes());
            array.extend_from_slice(&1_i32.to_be_bytes());
        }
        for value in values {
            array.extend_from_slice(&16_i32.to_be_bytes());
            array.extend_from_slice(value.as_bytes());
        }
        self.bytes(&array)
    }
}

/// A table that is filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Table {
    /// `unit_id, seq, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, source, source_seq, prev_hash, hash`
    Event,
    /// `id, din, pool, state, seq, head, preparation_id, tests_id, steps_done, tests_final, worked_by, record_signed, key_sealed,
    /// registered_at, changed_at, transit_minutes`
    Unit,
    /// `id, unit_id, tank_id, tower, frame, slot, put_at, put_by, put_with, taken_at, taken_by, taken_with`
    Placement,
    /// `key, body, unit_id, seq, received_at`
    Record,
}

impl Table {
    /// How many fields a row has.
    pub const fn fields(self) -> u16 {
        match self {
            Self::Event => 13,
            Self::Unit => 16,
            Self::Placement => 12,
            Self::Record => 5,
        }
    }

    const fn statement(self) -> &'static str {
        match self {
            Self::Event => {
                "copy custody_event (unit_id, seq, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, source,
                   source_seq, prev_hash, hash) from stdin (format binary)"
            }
            Self::Unit => {
                "copy custody_unit (id, din, pool, state, seq, head, preparation_id, tests_id, steps_done, tests_final, worked_by,
                   record_signed, key_sealed, registered_at, changed_at, transit_minutes) from stdin (format binary)"
            }
            Self::Placement => {
                "copy custody_placement (id, unit_id, tank_id, tower, frame, slot, put_at, put_by, put_with, taken_at, taken_by,
                   taken_with)
                 from stdin (format binary)"
            }
            Self::Record => "copy lims_record (key, body, unit_id, seq, received_at) from stdin (format binary)",
        }
    }
}

/// Writes rows of a table. Answers how many.
pub async fn copy(db: &mut PgConnection, table: Table, rows: &Rows) -> sqlx::Result<u64> {
    /// The signature of the format, no flags, no header beyond.
    const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    /// What stands in the place of another row's number of fields.
    const TRAILER: &[u8] = b"\xff\xff";
    let mut copy = db.copy_in_raw(table.statement()).await?;
    copy.send(HEADER).await?;
    for piece in rows.bytes.chunks(1 << 18) {
        copy.send(piece).await?;
    }
    copy.send(TRAILER).await?;
    copy.finish().await
}

/// Whether the rules of rows are asked from here on, or not, in this transaction: a unit that is put there as it ends would have to
/// go the whole way. Only a superuser may.
pub async fn asked(db: &mut PgConnection, asked: bool) -> sqlx::Result<()> {
    let role = if asked { "origin" } else { "replica" };
    sqlx::query_scalar!(r#"select set_config('session_replication_role', $1, true) as "set!""#, role)
        .fetch_one(db)
        .await?;
    Ok(())
}

/// How many of the units between two numbers have the event that their row names.
pub async fn told(db: impl PgExecutor<'_>, (first, last): (&str, &str)) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "told!" from custody_unit u
           join custody_event e on e.unit_id = u.id and e.seq = u.seq and e.hash = u.head
           where u.din between $1 and $2"#,
        first,
        last
    )
    .fetch_one(db)
    .await
}

/// The ids of operators, by their codes.
pub async fn operators(db: impl PgExecutor<'_>, codes: &[String]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select o.id from unnest($1::text[]) with ordinality as c (code, place) join custody_operator o on o.code = c.code
           order by c.place"#,
        codes
    )
    .fetch_all(db)
    .await
}

/// Adds a tank of ten thousand slots for a use, in a room of its own, once. Answers its id.
pub async fn tank(
    db: &mut PgConnection,
    (room, tank): (Uuid, Uuid),
    (code, used_for): (&str, &str),
) -> sqlx::Result<Uuid> {
    sqlx::query!(
        "insert into custody_room (id, site, code, zh, en) values ($1, 'BULK', 'BULK', '容量测试', 'Measurement')
         on conflict do nothing",
        room
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         select $1, r.id, $2, $3, 40, 25, 10, '2020-01-01' from custody_room r where r.code = 'BULK'
         on conflict (code) do nothing",
        tank,
        code,
        used_for
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_scalar!("select id from custody_tank where code = $1", code).fetch_one(db).await
}

/// What a table takes, all its parts together.
#[derive(Debug, Clone)]
pub struct SizeRow {
    /// The table.
    pub name: String,
    /// Rows, as Postgres estimates after the last analysis.
    pub rows: i64,
    /// Bytes of the rows themselves, with what lies beside.
    pub heap: i64,
    /// Bytes of all indexes.
    pub indexes: i64,
}

/// Sizes of the tables that grow with units.
pub async fn sizes(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<SizeRow>> {
    sqlx::query_as!(
        SizeRow,
        r#"select t.name as "name!", sum(greatest(c.reltuples, 0))::bigint as "rows!", sum(pg_table_size(c.oid))::bigint as "heap!",
                  sum(pg_indexes_size(c.oid))::bigint as "indexes!"
           from unnest(array['custody_event', 'custody_unit', 'custody_placement', 'lims_record']) as t (name)
           join pg_class c on c.relkind = 'r' and (c.relname = t.name or c.relname ~ ('^' || t.name || '_[0-9]+$'))
           group by t.name order by t.name"#
    )
    .fetch_all(db)
    .await
}
