//! What one proposed and another settles lies in tables of one shape: `outcome`, `settled_by`, `settled_at`, and what was typed, sealed,
//! which goes when it is settled. The rules are `domain::two`'s.

/// Settles rows of a table: its name, and the column of what was typed.
macro_rules! settles {
    ($table:tt, $typed:tt) => {
        /// Settles what was proposed (`confirmed`, `withdrawn`); what was typed for it goes. `false` where it was settled.
        pub async fn settle(
            db: impl sqlx::PgExecutor<'_>,
            id: uuid::Uuid,
            (outcome, by): (&str, uuid::Uuid),
            now: jiff::Timestamp,
        ) -> sqlx::Result<bool> {
            let done = sqlx::query!(
                "update "
                    + $table
                    + " set outcome = $2, settled_by = $3, settled_at = $4, "
                    + $typed
                    + " = null
                 where id = $1 and outcome is null",
                id,
                outcome,
                by,
                crate::ToSqlx::to_sqlx(now) as crate::SqlTimestamp
            );
            Ok(done.execute(db).await?.rows_affected() == 1)
        }
    };
}

/// Settles rows of a table whose time is over: its name, and the column of what was typed.
macro_rules! expires {
    ($table:tt, $typed:tt) => {
        /// Settles what nobody confirmed within its time; what was typed for it goes. Answers how many there were.
        pub async fn expire(db: impl sqlx::PgExecutor<'_>, now: jiff::Timestamp) -> sqlx::Result<u64> {
            let done = sqlx::query!(
                "update "
                    + $table
                    + " set outcome = 'expired', settled_at = $1, "
                    + $typed
                    + " = null
                 where outcome is null and expires_at <= $1",
                crate::ToSqlx::to_sqlx(now) as crate::SqlTimestamp
            );
            Ok(done.execute(db).await?.rows_affected())
        }
    };
}

/// The same of one contract only: its table, and the column of what was typed.
macro_rules! expires_of_contract {
    ($table:tt, $typed:tt) => {
        /// Settles what nobody confirmed of a contract within its time: another can be proposed.
        pub async fn expire_of(
            db: impl sqlx::PgExecutor<'_>,
            contract: uuid::Uuid,
            now: jiff::Timestamp,
        ) -> sqlx::Result<()> {
            sqlx::query!(
                "update "
                    + $table
                    + " set outcome = 'expired', settled_at = $2, "
                    + $typed
                    + " = null
                 where contract_id = $1 and outcome is null and expires_at <= $2",
                contract,
                crate::ToSqlx::to_sqlx(now) as crate::SqlTimestamp
            )
            .execute(db)
            .await?;
            Ok(())
        }
    };
}

pub(crate) use expires;
pub(crate) use expires_of_contract;
pub(crate) use settles;
