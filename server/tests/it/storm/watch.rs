//! An eye on the places, with a connection of its own: every look is one statement, and so one moment.

use sqlx::PgPool;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A session at one moment, in people.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Places {
    pub capacity: i64,
    pub booked: i64,
    pub held: i64,
}

impl Places {
    /// Never below zero, or somebody has been sold what somebody else has.
    pub fn free(&self) -> i64 {
        self.capacity - self.booked - self.held
    }
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    pub looks: usize,
    /// The fewest free places of any session at any look.
    pub least: i64,
}

pub struct Watch {
    stop: oneshot::Sender<()>,
    looking: JoinHandle<Seen>,
}

/// All sessions at one moment.
pub async fn look(db: &PgPool) -> Vec<Places> {
    sqlx::query_as(
        "select s.capacity::bigint,
                (select coalesce(sum(people), 0) from booking b where b.session_id = s.id and b.state = 'confirmed')::bigint as booked,
                (select coalesce(sum(people), 0) from hold h where h.session_id = s.id and h.expires_at > clock_timestamp())::bigint as held
         from session s order by s.starts_at",
    )
    .fetch_all(db)
    .await
    .expect("a look")
}

impl Watch {
    pub fn begin(db: PgPool) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let looking = tokio::spawn(async move {
            let mut seen = Seen { looks: 0, least: i64::MAX };
            loop {
                // The last look begins after everything is over.
                let last = stopped.try_recv().is_ok();
                let least = look(&db).await.iter().map(Places::free).min().unwrap_or(0);
                seen = Seen { looks: seen.looks + 1, least: seen.least.min(least) };
                if last {
                    return seen;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        Self { stop, looking }
    }

    pub async fn end(self) -> Seen {
        self.stop.send(()).expect("it looks until it is told not to");
        self.looking.await.expect("the eye sees")
    }
}
