//! One attempt: a signed POST to the very addresses that were looked at. The status is the whole answer; what comes after it
//! is not read, however much it is, and nobody is followed anywhere.

use super::address::{Line, Way};
use super::signature::{Secret, sign};
use domain::webhooks::SCHEMA;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::{Client, StatusCode, header, redirect};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use store::webhooks::deliveries::DueRow;
use uuid::Uuid;

/// How long an attempt may take, from connecting to the answer's status.
const LIMIT: Duration = Duration::from_secs(10);

/// The longest a partner may put the next attempt off: an hour's maintenance is theirs, days of silence are not.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// What a partner gets. New members may come; these stay what they are while `schema` stays.
#[derive(Serialize)]
struct Told<'a> {
    id: Uuid,
    r#type: &'a str,
    schema: u32,
    occurred_at: Timestamp,
    subject: Uuid,
    sequence: i64,
    data: &'a Value,
}

/// The body of an event: the same for every attempt and every partner.
pub(super) fn body(due: &DueRow) -> String {
    let told = Told {
        id: due.event_id,
        r#type: &due.kind,
        schema: SCHEMA,
        occurred_at: due.occurred_at.to_jiff(),
        subject: due.subject,
        sequence: due.sequence,
        data: &due.data,
    };
    serde_json::to_string(&told).unwrap_or_default()
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    /// Taken.
    Taken(u16),
    /// 410: never again.
    Gone,
    /// Not taken: a word, the status if there was an answer, and how long the partner asked to be left alone.
    Failed(&'static str, Option<u16>, Option<SignedDuration>),
}

/// Makes an attempt.
pub(super) async fn attempt(line: &Line, url: &str, secrets: &[Secret], due: &DueRow, now: Timestamp) -> Ended {
    match tokio::time::timeout(LIMIT, post(line, url, secrets, due, now)).await {
        Ok(ended) => ended,
        Err(_elapsed) => Ended::Failed("timeout", None, None),
    }
}

async fn post(line: &Line, url: &str, secrets: &[Secret], due: &DueRow, now: Timestamp) -> Ended {
    let way = match line.way(url).await {
        Ok(way) => way,
        Err(closed) => return Ended::Failed(closed.word(), None, None),
    };
    let Some(client) = client(&way) else { return Ended::Failed("tls", None, None) };
    let (id, timestamp, body) = (due.event_id.to_string(), now.as_second(), body(due));
    let signature = sign(secrets, &id, timestamp, &body);
    let request = client
        .post(way.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(body);
    match request.send().await {
        Ok(answer) => {
            let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            meaning(answer.status(), wait.and_then(|text| asked_to_wait(text, now)))
        }
        Err(error) if error.is_timeout() => Ended::Failed("timeout", None, None),
        Err(error) if error.is_connect() => Ended::Failed("unreachable", None, None),
        Err(_) => Ended::Failed("broken_off", None, None),
    }
}

/// Knows no name at all: what was not looked up before is not looked up now.
struct Nobody;

impl Resolve for Nobody {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(std::future::ready(Err("this name was not looked up".into())))
    }
}

/// A client that knows one way only: the name leads to the addresses that were looked at, and to no others. One for each attempt:
/// a client that is kept would keep its connections and its answer to where a name leads, and the next attempt would call an
/// address that nobody looked at this time.
fn client(way: &Way) -> Option<Client> {
    let mut builder = Client::builder()
        .timeout(LIMIT)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Nobody)
        .referer(false)
        .pool_max_idle_per_host(0)
        .user_agent("cordblood-webhooks/1");
    if let Some(name) = &way.name {
        builder = builder.resolve_to_addrs(name, &way.addresses);
    }
    builder.build().ok()
}

fn meaning(status: StatusCode, wait: Option<SignedDuration>) -> Ended {
    match status {
        status if status.is_success() => Ended::Taken(status.as_u16()),
        StatusCode::GONE => Ended::Gone,
        status if status.is_redirection() => Ended::Failed("redirect", Some(status.as_u16()), None),
        status => Ended::Failed("refused", Some(status.as_u16()), wait),
    }
}

/// What `Retry-After` says (RFC 9110, 10.2.3): seconds, or an instant; nothing where it is neither or lies in the past. Bounded
/// by [`LONGEST_WAIT`].
fn asked_to_wait(text: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = text.trim();
    let wait = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => rfc2822::parse(text).ok()?.timestamp().duration_since(now),
    };
    wait.is_positive().then(|| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_left_alone_as_long_as_it_asks_and_an_hour_at_most() {
        let now: Timestamp = "2026-07-20T04:00:00Z".parse().expect("an instant");
        let minutes = |n| Some(SignedDuration::from_mins(n));
        for (text, wait) in [
            ("120", minutes(2)),
            (" 60 ", minutes(1)),
            ("Mon, 20 Jul 2026 04:30:00 GMT", minutes(30)),
            ("86400", minutes(60)),
            ("Tue, 21 Jul 2026 04:30:00 GMT", minutes(60)),
            ("4294967296", None),
            ("Mon, 20 Jul 2026 03:59:59 GMT", None),
            ("0", None),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(asked_to_wait(text, now), wait, "{text:?}");
        }
    }
}
