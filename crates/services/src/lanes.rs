//! Work that is cheaper done together: whatever has queued up while the last round ran is the next round.
//!
//! A lane is a task for one key (a session, a kind of row). It takes what has queued up, has it done in one go and
//! answers each who waits. Under load many share one transaction, one lock and one fsync; a lone caller waits for nobody.
//! Nothing here keeps several servers apart: that is the database's part in whatever a round does.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// A lane without work for this long ends.
const IDLE: Duration = Duration::from_secs(10);

/// What a lane's rounds are like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    /// Items of one round at most.
    pub items: usize,
    /// Items that may queue before newcomers are turned away at once.
    pub queue: usize,
    /// How long an item waits for its answer.
    pub patience: Duration,
    /// Where several shared the last round, how long the next is kept open for more: fewer, fuller rounds. A lone caller
    /// never waits for this.
    pub gather: Option<Duration>,
}

/// Too many queue, the answer takes too long, or the round broke down. What became of the item is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unanswered;

struct Ticket<T, A> {
    item: T,
    answer: oneshot::Sender<A>,
}

type Senders<K, T, A> = Mutex<HashMap<K, mpsc::Sender<Ticket<T, A>>>>;

/// The lanes of this process for one kind of work, one for each key in use.
pub(crate) struct Lanes<K, T, A> {
    senders: Arc<Senders<K, T, A>>,
    rounds: Rounds,
}

impl<K, T, A> Clone for Lanes<K, T, A> {
    fn clone(&self) -> Self {
        Self { senders: self.senders.clone(), rounds: self.rounds }
    }
}

impl<K, T, A> Lanes<K, T, A>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Send + 'static,
    A: Send + 'static,
{
    /// Lanes without traffic.
    pub fn new(rounds: Rounds) -> Self {
        Self { senders: Arc::default(), rounds }
    }

    /// Whether there is a lane of `key` at this moment.
    pub fn is_open(&self, key: &K) -> bool {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// Queues `item` on the lane of `key` and waits for its answer. `work` does a round: it is given the items in the
    /// order they came and answers each, in the same order; it runs to its end even when everybody went away. The lane
    /// keeps the `work` it was begun with.
    pub async fn submit<W>(&self, key: K, item: T, work: impl FnOnce() -> W) -> Result<A, Unanswered>
    where
        W: Work<T, A>,
    {
        let (answer, answered) = oneshot::channel();
        self.queue(key, Ticket { item, answer }, work)?;
        match tokio::time::timeout(self.rounds.patience, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            // The lane died with the ticket, or is too slow.
            Ok(Err(_)) | Err(_) => Err(Unanswered),
        }
    }

    fn queue<W: Work<T, A>>(&self, key: K, ticket: Ticket<T, A>, work: impl FnOnce() -> W) -> Result<(), Unanswered> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        // A lane whose task died (a panic) is replaced; those who waited in it go unanswered.
        let lane = match senders.get(&key).filter(|lane| !lane.is_closed()) {
            Some(lane) => lane.clone(),
            None => {
                let (lane, tickets) = mpsc::channel(self.rounds.queue);
                tokio::spawn(self.clone().run(key.clone(), work(), tickets));
                senders.insert(key, lane.clone());
                lane
            }
        };
        // Queued while the table is locked: a lane only ends when it sees itself empty under the same lock.
        lane.try_send(ticket).map_err(|_| Unanswered)
    }

    async fn run<W: Work<T, A>>(self, key: K, work: W, mut tickets: mpsc::Receiver<Ticket<T, A>>) {
        let mut round = Vec::with_capacity(self.rounds.items);
        let mut crowded = false;
        loop {
            match tokio::time::timeout(IDLE, tickets.recv_many(&mut round, self.rounds.items)).await {
                Ok(0) => return,
                Ok(_) => {
                    if let (Some(gather), true) = (self.rounds.gather, crowded && round.len() < self.rounds.items) {
                        tokio::time::sleep(gather).await;
                        while round.len() < self.rounds.items
                            && let Ok(ticket) = tickets.try_recv()
                        {
                            round.push(ticket);
                        }
                    }
                    crowded = round.len() > 1;
                    let (items, waiting): (Vec<T>, Vec<_>) = round.drain(..).map(|t| (t.item, t.answer)).unzip();
                    for (waiting, answer) in waiting.into_iter().zip(work.round(items).await) {
                        // Somebody who hung up needs no answer.
                        drop(waiting.send(answer));
                    }
                }
                Err(_idle) => {
                    let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
                    // Senders queue under the same lock: an empty lane seen here stays empty.
                    if tickets.is_empty() {
                        senders.remove(&key);
                        return;
                    }
                }
            }
        }
    }
}

/// How a lane does a round.
pub(crate) trait Work<T, A>: Send + Sync + 'static {
    /// Does all of `items` and answers each, in their order.
    fn round(&self, items: Vec<T>) -> impl Future<Output = Vec<A>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Doubles numbers, slowly; a zero breaks it down.
    struct Doubles(Arc<AtomicUsize>);

    impl Work<u32, u32> for Doubles {
        async fn round(&self, items: Vec<u32>) -> Vec<u32> {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert!(!items.contains(&0), "a test breaks a round down");
            items.iter().map(|n| n * 2).collect()
        }
    }

    fn lanes(queue: usize) -> Lanes<&'static str, u32, u32> {
        Lanes::new(Rounds { items: 8, queue, patience: Duration::from_secs(2), gather: None })
    }

    #[tokio::test]
    async fn those_who_come_while_a_round_runs_share_the_next_and_each_gets_its_own_answer() {
        let (lanes, rounds) = (lanes(100), Arc::new(AtomicUsize::new(0)));
        let all = (1..=40).map(|n| {
            let (lanes, rounds) = (lanes.clone(), rounds.clone());
            async move { (n, lanes.submit("a", n, || Doubles(rounds)).await) }
        });
        for (n, answer) in futures::future::join_all(all).await {
            assert_eq!(answer, Ok(n * 2));
        }
        assert_eq!(rounds.load(Ordering::Relaxed), 5, "forty by eight");
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_at_once_and_other_keys_do_not_notice() {
        let (lanes, rounds) = (lanes(1), Arc::new(AtomicUsize::new(0)));
        let submit = |key, n| lanes.submit(key, n, || Doubles(rounds.clone()));
        let (first, second, other) = tokio::join!(submit("a", 1), submit("a", 2), submit("b", 3));
        assert_eq!((first, second, other), (Ok(2), Err(Unanswered), Ok(6)));
    }

    #[tokio::test]
    async fn a_round_that_breaks_down_leaves_its_own_unanswered_and_the_next_begins_anew() {
        let (lanes, rounds) = (lanes(8), Arc::new(AtomicUsize::new(0)));
        let submit = |n| lanes.submit("a", n, || Doubles(rounds.clone()));
        assert_eq!(submit(0).await, Err(Unanswered));
        assert_eq!(submit(4).await, Ok(8));
    }
}
