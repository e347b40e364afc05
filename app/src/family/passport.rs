//! A custody passport on paper: what the file says, for people. It is made of what the file is made of, so that who may not read
//! something in the one finds none of it in the other, and of nothing else: the same record is the same paper, whenever it is fetched.
//! What anybody verifies is the file; the paper says how.

use super::readings::readings;
use super::results::value_words;
use super::words::test_state;
use crate::calls::{Answer, Asked};
use crate::custody::proof::calls::file_name;
use crate::i18n::{Text, found, localized, text, text_args};
use crate::problem::Problem;
use domain::Locale;
use domain::custody::passport::{Event, Proof};
use domain::custody::{Item, Kind, Payload, Value};
use domain::family::TestState;
use domain::merkle::hex;
use domain::time::{clock_text, day_text, local_day};
use jiff::Timestamp;
use services::custody::EventView;
use services::custody::proof::Reading;
use services::family::{Tested, tested};
use services::messages::{Set, TextSheet};

/// Events beside steps and results that are told one by one: more than anything that happens to a unit by its lists. Of those behind
/// them the number is told.
const MOST_EVENTS: usize = 300;
/// Values of one result: more than any test has.
const MOST_VALUES: usize = 60;

/// The paper's letters have no raised digits but ¹, ² and ³: a power stands behind a caret.
fn flat(text: &str) -> String {
    const RAISED: [char; 11] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁻'];
    const FLAT: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-'];
    let mut told = String::with_capacity(text.len());
    let mut raised = false;
    for letter in text.chars() {
        let place = RAISED.iter().position(|digit| *digit == letter);
        if place.is_some() && !raised {
            told.push('^');
        }
        raised = place.is_some();
        told.push(place.and_then(|place| FLAT.get(place).copied()).unwrap_or(letter));
    }
    told
}

/// The paper as an answer, in the language of whoever asks.
pub(crate) async fn paper(asked: &Asked, reading: &Reading) -> Answer {
    let sheet = sheet(asked.locale(), &asked.services.settings.public_url, reading);
    match sheet.pdf(&asked.services).await {
        Ok(bytes) => Answer::file("application/pdf", Some(file_name(&reading.passport, "pdf")), bytes),
        Err(error) => {
            tracing::error!(%error, "a passport was not drawn");
            Problem::Broken.into()
        }
    }
}

/// Its words in a language; `site` is where the house stands.
fn sheet(locale: Locale, site: &str, reading: &Reading) -> TextSheet {
    let paper = Paper { locale, reading };
    let mut paragraphs = paper.head();
    paragraphs.extend(paper.line());
    paragraphs.extend(paper.steps());
    paragraphs.extend(paper.tests());
    paragraphs.extend(paper.proof());
    paragraphs.extend(paper.verify(site));
    TextSheet {
        locale,
        house: text(locale, "site-name").to_string(),
        title: text(locale, "passport-title").to_string(),
        mark: reading.passport.unit.to_string(),
        paragraphs,
    }
}

/// A paper in the making.
struct Paper<'a> {
    locale: Locale,
    reading: &'a Reading,
}

impl Paper<'_> {
    fn t(&self, key: &str) -> Text {
        text(self.locale, key)
    }

    /// A name and what it is.
    fn named(&self, key: &str, what: &str) -> String {
        format!("{}{}{what}", self.t(key), self.t("label-separator"))
    }

    fn at(&self, at: Timestamp) -> String {
        let gap = if self.locale == Locale::ZhCn { "" } else { ", " };
        format!("{}{gap}{}", day_text(local_day(at), self.locale), clock_text(at))
    }

    /// When it happened, by both clocks.
    fn clocks(&self, event: &EventView) -> Text {
        let args = [("at", self.at(event.occurred_at).into()), ("noted", self.at(event.received_at).into())];
        text_args(self.locale, "passport-clocks", &args)
    }

    /// Which unit, and how far it is.
    fn head(&self) -> Vec<(Set, String)> {
        let (passport, view) = (&self.reading.passport, &self.reading.view);
        let state = view.standing.state().name();
        let told = passport.events.iter().filter(|event| event.said.is_some()).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let events = [("events", count(passport.events.len()).into()), ("told", count(told).into())];
        let mut head = vec![
            (Set::Quiet, self.t("passport-lead").to_string()),
            (Set::Text, self.named("proof-unit", &passport.unit.to_string())),
            (Set::Text, self.named("passport-state", &self.t(&format!("family-state-{state}")))),
            (Set::Quiet, self.t(&format!("family-state-{state}-text")).to_string()),
            (Set::Text, self.named("proof-way", &text_args(self.locale, "proof-events", &events))),
        ];
        if told < passport.events.len() {
            head.push((Set::Quiet, self.t("proof-not-shown").to_string()));
        }
        head
    }

    /// What happened beside steps and results, in order of arrival.
    fn line(&self) -> Vec<(Set, String)> {
        let mut line = vec![(Set::Heading, self.t("family-history").to_string())];
        let others =
            || self.reading.view.events.iter().filter(|event| event.kind.known().is_some_and(stands_on_the_line));
        line.extend(others().take(MOST_EVENTS).map(|event| {
            let what = self.t(&format!("units-kind-{}", event.kind.name()));
            (Set::Entry, format!("{}. {what}{}{}", event.seq, self.t("label-separator"), self.clocks(event)))
        }));
        let left = others().count().saturating_sub(MOST_EVENTS);
        if left > 0 {
            let count = u32::try_from(left).unwrap_or(u32::MAX);
            let more = text_args(self.locale, "passport-more", &[("count", count.into())]);
            line.push((Set::Quiet, more.to_string()));
        }
        line
    }

    /// Each preparation step, section by section, with both clocks.
    fn steps(&self) -> Vec<(Set, String)> {
        let steps = &self.reading.view.steps;
        let count = [("done", steps.count().into()), ("all", steps.of().into())];
        let mut lines = vec![
            (Set::Heading, self.t("family-steps-title").to_string()),
            (Set::Quiet, text_args(self.locale, "family-steps-done", &count).to_string()),
        ];
        let mut section = "";
        for (item, done) in steps.each() {
            if item.section != section {
                section = &item.section;
                lines.push((Set::Quiet, self.section(section)));
            }
            let event = self.reading.view.events.iter().rev().find(|event| is_step(event, item));
            let stands = match (event, done) {
                (Some(event), true) => self.clocks(event),
                (None, true) => self.t("passport-step-closed"),
                (_, false) => self.t("family-step-is-ahead"),
            };
            let separator = self.t("label-separator");
            lines.push((Set::Entry, format!("{}. {}{separator}{stands}", item.position, item.name(self.locale))));
        }
        lines
    }

    fn section(&self, letter: &str) -> String {
        let title = found(self.locale, &format!("family-section-{}", letter.to_ascii_lowercase()));
        title.map_or_else(|| letter.to_owned(), |title| format!("{letter} · {title}"))
    }

    /// Each test, with the values that its reader reads and what they mean.
    fn tests(&self) -> Vec<(Set, String)> {
        let tests = &self.reading.view.tests;
        let count = [("done", tests.count().into()), ("all", tests.of().into())];
        let mut lines = vec![
            (Set::Heading, self.t("family-tests-title").to_string()),
            (Set::Quiet, text_args(self.locale, "family-tests-done", &count).to_string()),
        ];
        for test in tested(&self.reading.view) {
            lines.extend(self.test(&test));
        }
        lines
    }

    fn test(&self, test: &Tested<'_>) -> Vec<(Set, String)> {
        let (item, separator) = (test.item, self.t("label-separator"));
        let of = |stands: &str| format!("{}. {}{separator}{stands}", item.position, item.name(self.locale));
        let far = self.t(test_state(test.state).1);
        if test.state != TestState::Final {
            return vec![(Set::Text, of(&far))];
        }
        let corrected = test.corrected.then(|| (Set::Text, self.t("family-test-corrected").to_string()));
        let (Some(event), Some(values)) = (test.result, test.values()) else {
            let closed = [(Set::Text, of(&far)), (Set::Quiet, self.t("passport-test-closed").to_string())];
            return closed.into_iter().chain(corrected).collect();
        };
        let mut lines = vec![(Set::Text, of(&self.clocks(event)))];
        lines.extend(corrected);
        lines.extend(values.iter().take(MOST_VALUES).map(|value| (Set::Entry, self.value(value))));
        if !test.corrected {
            let means = readings(self.locale, &item.code, values);
            lines.extend(means.into_iter().map(|means| (Set::Quiet, means.to_string())));
        }
        lines
    }

    fn value(&self, value: &Value) -> String {
        let words = value_words(self.locale, value);
        let about = words.about.map(|about| about.to_string()).unwrap_or_default();
        let usual = words.usual.map(|usual| format!(" · {usual}")).unwrap_or_default();
        flat(&format!("· {}{about}{}{}{usual}", words.analyte, self.t("label-separator"), words.found))
    }

    /// The last event, the way from it to the root, and the root as it was signed.
    fn proof(&self) -> Vec<(Set, String)> {
        let passport = &self.reading.passport;
        let mut lines = vec![(Set::Heading, self.t("passport-proof").to_string())];
        lines.extend(passport.events.last().map(|last| (Set::Entry, self.event("passport-last", last))));
        let Some(proof) = &passport.proof else {
            lines.push((Set::Text, self.t("proof-broken-not-rooted").to_string()));
            return lines;
        };
        let covered = passport.events.iter().find(|event| event.seq == proof.seq);
        lines.extend(covered.map(|event| (Set::Entry, self.event("passport-covered", event))));
        lines.extend(self.root(proof));
        lines
    }

    fn event(&self, key: &str, event: &Event) -> String {
        let args = [("seq", event.seq.into()), ("hash", hex(&event.hash.0).into())];
        text_args(self.locale, key, &args).to_string()
    }

    fn root(&self, proof: &Proof) -> Vec<(Set, String)> {
        let root = &proof.root;
        let place = [("position", proof.position.into()), ("size", root.size.into())];
        let mut lines = vec![(Set::Entry, text_args(self.locale, "passport-place", &place).to_string())];
        lines.extend(proof.path.iter().map(|hash| (Set::Quiet, hex(&hash.0))));
        let day = day_text(root.day, self.locale);
        let named = [
            ("passport-root-number", root.number.to_string()),
            ("passport-root-day", day),
            ("proof-root", hex(&root.root.0)),
            ("passport-root-before", hex(&root.previous.0)),
            ("passport-root-signed", self.at(root.signed_at)),
            ("passport-root-key", root.kid.clone()),
            ("passport-root-fingerprint", hex(&root.fingerprint.0)),
            ("proof-signature", root.signature.clone()),
        ];
        lines.extend(named.map(|(key, what)| (Set::Entry, self.named(key, &what))));
        lines
    }

    /// How anybody verifies the file, and where. Nothing of the unit stands in the code.
    fn verify(&self, site: &str) -> Vec<(Set, String)> {
        let page = format!("{site}{}", localized(self.locale, "/custody/verify"));
        let roots = format!("{site}{}", localized(self.locale, "/custody/roots"));
        let files = [
            ("keys", format!("{site}/custody/keys.json").into()),
            ("roots", format!("{site}/custody/roots.json").into()),
        ];
        vec![
            (Set::Heading, self.t("passport-verify").to_string()),
            (Set::Text, self.t("passport-verify-file").to_string()),
            (Set::Text, self.t("passport-verify-page").to_string()),
            (Set::Code, page.clone()),
            (Set::Quiet, page),
            (Set::Text, text_args(self.locale, "passport-verify-keep", &files).to_string()),
            (Set::Quiet, "server verify-passport passport.json --keys keys.json --roots roots.json".to_owned()),
            (Set::Text, text_args(self.locale, "passport-verify-root", &[("roots", roots.into())]).to_string()),
            (Set::Text, self.t("passport-verify-means").to_string()),
        ]
    }
}

/// Steps and results stand under what they are of.
const fn stands_on_the_line(kind: Kind) -> bool {
    !matches!(kind, Kind::StepDone | Kind::TestStarted | Kind::TestFinal)
}

fn is_step(event: &EventView, item: &Item) -> bool {
    matches!(&event.payload, Some(Payload::StepDone { step, .. }) if *step == item.code)
}

#[cfg(test)]
mod tests;
