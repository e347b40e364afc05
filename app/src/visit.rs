//! What a page knows of the visit it answers: who asks when, in which language, for which address, with which form.

use crate::form::FormState;
use crate::i18n::{self, FluentValue, Text};
use crate::preferences::Preferences;
use crate::problem::Problem;
use crate::routes;
use axum::http::HeaderValue;
use domain::Locale;
use services::limits::Network;
use services::{Context, Services};
use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// The context of every page; read it with [`visit`]. Cheap to clone, so move clones into `async` blocks.
#[derive(Clone)]
pub struct Visit(Arc<VisitData>);

/// What the server fills in for one request.
#[derive(Clone)]
pub struct VisitData {
    /// The means of the house.
    pub services: Services,
    /// Who asks, when, in which language.
    pub context: Context,
    /// The address without the language's prefix: `/museum`. Always begins with a slash.
    pub path: String,
    /// What stands behind the question mark.
    pub query: Query,
    /// What was typed, when a form comes back with faults.
    pub form: FormState,
    /// The request's Cookie headers; read one with [`Visit::cookie`].
    pub cookies: Vec<HeaderValue>,
    /// Text size and colours the visitor chose.
    pub preferences: Preferences,
    /// The names of stylesheet and scripts of this build.
    pub assets: Assets,
    /// The browser's own random token, if it has one: what was typed before a booking is shown to no other browser.
    pub visitor: Option<String>,
    /// Where the request comes from, coarsely; for limits, never for logs.
    pub network: Network,
    /// Set when the page cannot be shown: its place is taken by the house's page for that problem.
    pub problem: Option<Problem>,
    /// The gallery exists, and messages are shown on a page instead of leaving.
    pub development: bool,
}

/// File names below `/pkg/`, with the hash of their content in the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// `site.<hash>.css`
    pub css: String,
    /// `site.<hash>.js`; without it pages are whole and no island wakes.
    pub js: Option<String>,
    /// `site.<hash>.wasm`
    pub wasm: Option<String>,
    /// `door.<hash>`, the folder of the door's app.
    pub door: Option<String>,
    /// `verify.<hash>`, the folder of the verifier of passports.
    pub verify: Option<String>,
}

impl Assets {
    /// Reads the `hash.txt` that the build leaves beside the binary: lines of `css: HASH`, `js: HASH`, `wasm: HASH`,
    /// `door: HASH`, `verify: HASH`.
    pub fn from_hashes(text: &str) -> Self {
        let hash = |kind: &str| text.lines().filter_map(|line| line.split_once(':')).find(|(k, _)| k.trim() == kind);
        let name = |kind: &str| hash(kind).map(|(_, hash)| format!("site.{}.{kind}", hash.trim()));
        Self {
            css: name("css").unwrap_or_else(|| "site.css".to_owned()),
            js: name("js"),
            wasm: name("wasm"),
            door: hash("door").map(|(_, hash)| format!("door.{}", hash.trim())),
            verify: hash("verify").map(|(_, hash)| format!("verify.{}", hash.trim())),
        }
    }
}

/// The pairs of a query string, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    raw: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads what stands behind the question mark.
    pub fn parse(raw: &str) -> Self {
        Self { raw: raw.to_owned(), pairs: form_urlencoded::parse(raw.as_bytes()).into_owned().collect() }
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first value of `name`, parsed; `None` also when it does not parse.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// The first value of `name` as a day; `None` also for one that is none, or out of reach.
    pub fn day(&self, name: &str) -> Option<jiff::civil::Date> {
        domain::time::day(self.get(name)?).ok()
    }

    /// As it came, without the question mark.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl Visit {
    /// Wraps what the server knows of the request.
    pub fn new(data: VisitData) -> Self {
        Self(Arc::new(data))
    }

    /// The visit with other contents: a form that comes back, a problem.
    pub fn with(&self, change: impl FnOnce(&mut VisitData)) -> Self {
        let mut data = (*self.0).clone();
        change(&mut data);
        Self::new(data)
    }

    /// The language of the page.
    pub fn locale(&self) -> Locale {
        self.context.locale
    }

    /// The sentence of `key`.
    pub fn t(&self, key: &str) -> Text {
        i18n::text(self.locale(), key)
    }

    /// The sentence of `key` with its variables: `visit.t_args("places-left", &[("n", 3.into())])`.
    pub fn t_args(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> Text {
        i18n::text_args(self.locale(), key, args)
    }

    /// The address of a path of the house in the visit's language: `/museum` or `/en/museum`.
    pub fn href(&self, path: &str) -> String {
        i18n::localized(self.locale(), path)
    }

    /// This page's own address in the visit's language, without the query: where its forms go.
    pub fn here(&self) -> String {
        self.href(&self.path)
    }

    /// This page in another language, the query kept.
    pub fn here_in(&self, locale: Locale) -> String {
        let path = i18n::localized(locale, &self.path);
        if self.query.raw.is_empty() { path } else { format!("{path}?{}", self.query.raw) }
    }

    /// What stands in the address where its page's path has `:name`.
    pub fn param(&self, name: &str) -> Option<String> {
        routes::page_at(&self.path)?.param(&self.path, name)
    }

    /// The cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        crate::calls::cookie_in(&self.cookies, name)
    }

    /// A short code a visitor can read out to us: the beginning of the request's id, which stands in the log.
    pub fn support_code(&self) -> String {
        let id = self.context.request.0.simple().to_string();
        // The last characters of a UUIDv7 are the random ones.
        format!("{}-{}", &id[24..28], &id[28..32]).to_ascii_uppercase()
    }

    /// `zh` or `en`, whichever the page is in: for facts kept in both languages outside the catalogues.
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(match self.locale() {
            Locale::ZhCn => zh,
            Locale::En => en,
        })
    }
}

impl Deref for Visit {
    type Target = VisitData;
    fn deref(&self) -> &VisitData {
        &self.0
    }
}

/// The visit that is being answered.
///
/// # Panics
/// Outside a page: the render functions provide it, so only a test can lack it.
pub fn visit() -> Visit {
    leptos::prelude::expect_context()
}

/// [`Visit::param`] of the visit that is being answered.
pub fn param(name: &str) -> Option<String> {
    visit().param(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asset_names_come_from_the_builds_hashes() {
        let assets = Assets::from_hashes("js: abc\nwasm: def\ncss: 012\n");
        assert_eq!(assets.css, "site.012.css");
        assert_eq!(assets.js.as_deref(), Some("site.abc.js"));
        assert_eq!(assets.wasm.as_deref(), Some("site.def.wasm"));
        assert_eq!(Assets::from_hashes("").js, None);
    }

    #[test]
    fn a_query_is_decoded() {
        let query = Query::parse("day=2026-07-28&q=%E5%BC%A0+%E4%B8%89");
        assert_eq!(query.get("q"), Some("张 三"));
        assert_eq!(query.day("day"), Some(jiff::civil::date(2026, 7, 28)));
        assert_eq!(Query::parse("day=-009999-01-01").day("day"), None);
        assert_eq!(query.get("none"), None);
    }
}
