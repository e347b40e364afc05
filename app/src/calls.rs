//! What people do: every form and every download in one table, beside the table of pages.
//!
//! A call is a plain function of three to ten lines in its room's `calls.rs`: read the form with `domain`, call one
//! service, say where to go. The server does the rest for all of them alike, in this order: origin check, size, the guard
//! of [`Access`], the form's parsing, running the call to its end even when the client hangs up, redirecting (303) or
//! showing the page again (422) with everything typed still in it.
//!
//! ```ignore
//! pub async fn cancel(asked: Asked) -> Answer {
//!     let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
//!     match booking::cancel(&asked.services, &asked.context, id).await {
//!         Ok(()) => Answer::to(format!("/account/bookings/{id}")),
//!         Err(error) => asked.again(error),
//!     }
//! }
//! ```

mod cookie;

pub use cookie::{Cookie, SESSION_COOKIE, cookie, cookie_in};

use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::local_path::LocalPath;
use crate::problem::Problem;
use crate::routes::Access;
use crate::visit::Visit;
use axum::http::{HeaderMap, Method, StatusCode, header};
use domain::account::Denied;
use jiff::SignedDuration;
use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Deref;
use std::pin::Pin;

/// Something people can do.
pub struct Call {
    /// `POST` for whatever changes something, `GET` for files.
    pub method: Method,
    /// As the router of pages writes it, parameters with a colon: `/account/bookings/:id/cancel`.
    pub path: &'static str,
    /// Who may do it. The service behind it asks the policy again.
    pub access: Access,
    /// What is done.
    pub handler: &'static dyn Handler,
    /// Asked for again and again, and the same for everybody who is not signed in: one answer may serve a second.
    pub shared: bool,
    /// The form carries a file of at most so many bytes.
    pub file: Option<usize>,
    /// So many of them; of further ones only the names are told.
    pub files: usize,
    /// The page its form stands on, where that has another address.
    pub page: Option<&'static str>,
    /// The fields that wait while the second factor is shown again; all of them also while one signs in anew.
    pub keeps: &'static [&'static str],
}

impl Call {
    /// The form stands on this page: whoever has to prove something first comes back to it. Its parameters stand where those
    /// of the call do.
    pub const fn on(mut self, page: &'static str) -> Self {
        self.page = Some(page);
        self
    }

    /// What was typed into these fields waits for whoever has to show the second factor again, and stands on the form's page
    /// after it ([`unsent`](crate::unsent)).
    pub const fn keeping(mut self, fields: &'static [&'static str]) -> Self {
        self.keeps = fields;
        self
    }

    /// The address of that page, for the call at `path`.
    pub fn page_of(&self, path: &str) -> Option<String> {
        let mut given = path.split('/');
        let own = self.page?.split('/').map(|part| match (part.starts_with(':'), given.next()) {
            (true, given) => given,
            (false, _) => Some(part),
        });
        Some(own.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// A form that is sent to `path`.
    pub const fn post(path: &'static str, access: Access, handler: &'static dyn Handler) -> Self {
        Self {
            method: Method::POST,
            path,
            access,
            handler,
            shared: false,
            file: None,
            files: 1,
            page: None,
            keeps: &[],
        }
    }

    /// A form that is sent to `path` with one file, `file`, of at most `largest` bytes.
    pub const fn upload(path: &'static str, access: Access, largest: usize, handler: &'static dyn Handler) -> Self {
        Self {
            method: Method::POST,
            path,
            access,
            handler,
            shared: false,
            file: Some(largest),
            files: 1,
            page: None,
            keeps: &[],
        }
    }

    /// The same with several files, which [`Asked::files`] has.
    pub const fn several(mut self, files: usize) -> Self {
        self.files = files;
        self
    }

    /// A file that is fetched from `path`.
    pub const fn get(path: &'static str, access: Access, handler: &'static dyn Handler) -> Self {
        Self { method: Method::GET, path, access, handler, shared: false, file: None, files: 1, page: None, keeps: &[] }
    }

    /// Figures that a page's script asks `path` for again and again, the same for everybody.
    pub const fn polled(path: &'static str, access: Access, handler: &'static dyn Handler) -> Self {
        Self { method: Method::GET, path, access, handler, shared: true, file: None, files: 1, page: None, keeps: &[] }
    }
}

/// Every call of the site. A line without an access does not compile.
pub static CALLS: &[&[Call]] = &[
    crate::account::CALLS,
    crate::mailbox::CALLS,
    crate::museum::calls::CALLS,
    crate::outreach::calls::CALLS,
    crate::outreach::staff::calls::CALLS,
    crate::outreach::staff::behalf::CALLS,
    crate::outreach::staff::pictures::CALLS,
    crate::museum::staff::calls::CALLS,
    crate::museum::staff::close::CALLS,
    crate::museum::staff::open_door::CALLS,
    crate::museum::staff::missed::CALLS,
    crate::museum::room::CALLS,
    crate::museum::staff::releases::CALLS,
    crate::museum::staff::rules::CALLS,
    crate::museum::waiting::CALLS,
    crate::museum::offer::CALLS,
    crate::museum::rebook::CALLS,
    crate::bus::calls::CALLS,
    crate::bus::staff::calls::CALLS,
    crate::spark::calls::CALLS,
    crate::spark::apply::calls::CALLS,
    crate::ambassadors::calls::CALLS,
    crate::ambassadors::staff::calls::CALLS,
    crate::groups::calls::CALLS,
    crate::groups::staff::calls::CALLS,
    crate::door::calls::CALLS,
    crate::desk::calls::CALLS,
    crate::webhooks::calls::CALLS,
    crate::numbers::calls::CALLS,
    crate::exports::calls::CALLS,
    crate::ledger::calls::CALLS,
    crate::ledger::calls::PAYING,
    crate::ledger::calls::CHARTERS,
    crate::ledger::calls::CLAWBACKS,
    crate::cases::claw_back::CALLS,
    crate::desk::trail::CALLS,
    crate::cases::calls::CALLS,
    crate::cases::own_calls::CALLS,
    crate::cases::decided_calls::CALLS,
    crate::letters::calls::CALLS,
    crate::lims::calls::CALLS,
    crate::family::calls::CALLS,
    crate::spark::papers::CALLS,
    crate::disclosure::calls::CALLS,
    crate::disclosure::files::CALLS,
    crate::reviews::calls::CALLS,
    crate::profiles::calls::CALLS,
    crate::rubric::calls::CALLS,
    crate::committee::calls::CALLS,
    crate::committee::paper::CALLS,
    crate::objections::calls::CALLS,
    crate::tanks::calls::CALLS,
    crate::tanks::rules_edit::CALLS,
    crate::tanks::displays::CALLS,
    crate::tanks::scan::CALLS,
    crate::custody::staff::calls::CALLS,
    crate::custody::proof::calls::CALLS,
    crate::custody::staff::people_calls::CALLS,
    crate::custody::staff::families::CALLS,
    crate::custody::staff::recalls::CALLS,
    crate::family::staff::calls::CALLS,
];

/// An `async fn(Asked) -> Answer`.
pub trait Handler: Send + Sync {
    /// Runs it.
    fn run(&self, asked: Asked) -> Pin<Box<dyn Future<Output = Answer> + Send>>;
}

impl<F, R> Handler for F
where
    F: Fn(Asked) -> R + Send + Sync,
    R: Future<Output = Answer> + Send + 'static,
{
    fn run(&self, asked: Asked) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        Box::pin(self(asked))
    }
}

/// Where a request comes from, as far as that can be known; for limits, never for logs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientAddress(pub IpAddr);

/// A file somebody sent. Its name may be anything.
#[derive(Clone, Debug)]
pub struct Upload {
    /// As it was called, cut short.
    pub name: String,
    /// Its bytes; none of them when it is larger than its call takes.
    pub bytes: Vec<u8>,
    /// It is larger than its call takes.
    pub too_large: bool,
    /// It came behind as many as its call takes; none of its bytes is kept.
    pub dropped: bool,
    /// Its name says that it is a workbook.
    pub workbook: bool,
}

impl Upload {
    /// Whether `name` is a workbook's: what spreadsheets write, and is no table of values.
    pub fn is_workbook(name: &str) -> bool {
        let name = name.trim().to_ascii_lowercase();
        [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et"].iter().any(|end| name.ends_with(end))
    }
}

/// What a call is given. Derefs to the [`Visit`]: `asked.services`, `asked.context`, `asked.t(…)`.
pub struct Asked {
    /// Who asks, when, in which language, for which address.
    pub visit: Visit,
    /// What was typed, in the order of the form.
    pub pairs: Vec<(String, String)>,
    /// The file that was sent with the form, if its call takes one and one was chosen.
    pub file: Option<Upload>,
    /// All of them, in the order of the form, where its call takes several.
    pub files: Vec<Upload>,
    /// The parameters of the path.
    pub params: HashMap<String, String>,
    /// Where the request comes from.
    pub address: ClientAddress,
    /// The request's headers.
    pub headers: HeaderMap,
}

impl Asked {
    /// What was typed into `name`; empty when there is no such field.
    pub fn field(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Everything of `name`: of boxes that can be ticked together.
    pub fn fields<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The names of the fields that were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(key, _)| key.as_str())
    }

    /// The box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.field(name), "on" | "true" | "1" | "yes")
    }

    /// The parameter `name` of the path, parsed; `None` where it is none, which is a page that does not exist.
    pub fn param<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.params.get(name)?.parse().ok()
    }

    /// The cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    /// What was typed, as the page shows it again; the fields of `forget` (passwords, codes) are not sent back.
    pub fn typed(&self, forget: &[&str]) -> FormState {
        FormState::typed(self.pairs.iter().cloned(), forget)
    }

    /// The form's `next`, if it stays in the house.
    pub fn next(&self) -> Option<LocalPath> {
        LocalPath::parse(self.field("next"))
    }

    /// The browser's name of itself, cut short: the label of a signed-in browser.
    pub fn browser(&self) -> String {
        let text = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        text.chars().take(200).collect()
    }
}

impl Deref for Asked {
    type Target = Visit;
    fn deref(&self) -> &Visit {
        &self.visit
    }
}

/// A file to hand out.
#[derive(Clone, Debug)]
pub struct File {
    /// Its type: `text/calendar; charset=utf-8`.
    pub content_type: &'static str,
    /// Its name for the browser's folder; `None` shows it in the browser.
    pub download_as: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its address names its very bytes: a browser may keep it for good.
    pub lasting: bool,
}

/// What a call says.
#[derive(Debug)]
pub struct Answer {
    /// What happens next.
    pub then: Then,
    /// Cookies to set.
    pub cookies: Vec<Cookie>,
    /// When to try again, for answers that say "too often" or "busy".
    pub retry_after: Option<SignedDuration>,
    /// The browser forgets what it kept of this site: somebody has signed out.
    pub forget: bool,
}

/// What happens after a call.
#[derive(Debug)]
pub enum Then {
    /// Go there (303), in the visit's language.
    Go(LocalPath),
    /// Show a page again with what was typed: the one at `page`, or the one whose form was sent.
    Again {
        /// The page's address; `None` is the address the form was sent to.
        page: Option<LocalPath>,
        /// What its fields show.
        form: Box<FormState>,
        /// 422, or another.
        status: StatusCode,
    },
    /// Show the house's page for a problem.
    Problem(Problem),
    /// Sign in first, show the second factor again, or be refused.
    Denied(Denied),
    /// Hand out a file; boxed, or it would make every answer larger.
    File(Box<File>),
    /// Hand JSON to an island.
    Json(serde_json::Value, StatusCode),
    /// Hand JSON to a script that asks again and again: with its ETag, and without a body while nothing changed.
    Polled(serde_json::Value),
}

impl Answer {
    fn new(then: Then) -> Self {
        Self { then, cookies: Vec::new(), retry_after: None, forget: false }
    }

    /// Go to a path of the house, written without the language's prefix.
    pub fn to(path: impl AsRef<str>) -> Self {
        Self::new(Then::Go(LocalPath::or_home(path)))
    }

    /// Go to a path that was parsed already.
    pub fn go(path: LocalPath) -> Self {
        Self::new(Then::Go(path))
    }

    /// Show the page of the form again.
    pub fn again(form: FormState) -> Self {
        Self::new(Then::Again { page: None, form: Box::new(form), status: StatusCode::UNPROCESSABLE_ENTITY })
    }

    /// Show the page at `path` with a form that was sent elsewhere.
    pub fn again_at(path: impl AsRef<str>, form: FormState) -> Self {
        let page = Some(LocalPath::or_home(path));
        Self::new(Then::Again { page, form: Box::new(form), status: StatusCode::UNPROCESSABLE_ENTITY })
    }

    /// The page at `path` again where something else was done under its form's `key`, which it gets a new one for: what was typed
    /// now is another act, and needs a press of its own. The fields of `forget` are not sent back.
    pub fn another_act(asked: &Asked, path: impl AsRef<str>, (forget, key): (&[&str], &str), notice: &Text) -> Self {
        let form = asked.typed(&[forget, &[key]].concat());
        Self::again_at(path, form.with_notice(Tone::Warning, notice.to_string())).status(StatusCode::CONFLICT)
    }

    /// Hand out a file.
    pub fn file(content_type: &'static str, download_as: Option<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Then::File(Box::new(File { content_type, download_as, bytes: bytes.into(), lasting: false })))
    }

    /// The same file, which the browser may keep: its address names its very bytes, and everybody may have it.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        if let Then::File(file) = &mut self.then {
            file.lasting = true;
        }
        self
    }

    /// Hand JSON to an island.
    pub fn json(value: serde_json::Value) -> Self {
        Self::new(Then::Json(value, StatusCode::OK))
    }

    /// Hand JSON to a script that asks again and again.
    pub fn polled(value: serde_json::Value) -> Self {
        Self::new(Then::Polled(value))
    }

    /// The same with another status, where the page or the JSON has one of its own.
    #[must_use]
    pub fn status(mut self, new: StatusCode) -> Self {
        if let Then::Again { status, .. } | Then::Json(_, status) = &mut self.then {
            *status = new;
        }
        self
    }

    /// The same, and a cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: Cookie) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// The same, and the browser is told to forget what it kept of this site (caches, storage; cookies each by itself, since
    /// those of reading preferences belong to nobody's account).
    #[must_use]
    pub fn forgetting(mut self) -> Self {
        self.forget = true;
        self
    }

    /// The same, and when to try again; a page shown again gets status 429.
    #[must_use]
    pub fn retry_after(mut self, wait: SignedDuration) -> Self {
        self.retry_after = Some(wait);
        self.status(StatusCode::TOO_MANY_REQUESTS)
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Self::new(Then::Problem(problem))
    }
}

impl From<Denied> for Answer {
    fn from(denied: Denied) -> Self {
        Self::new(Then::Denied(denied))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_is_known_by_its_name() {
        assert!(Upload::is_workbook("三年级.XLSX") && Upload::is_workbook("old.xls"));
        assert!(!Upload::is_workbook("list.csv") && !Upload::is_workbook("xlsx"));
    }

    #[test]
    fn a_call_leads_back_to_the_page_its_form_stands_on() {
        async fn nothing(_: Asked) -> Answer {
            Answer::to("/")
        }
        let call = Call::post("/staff/groups/:id/reveal", Access::Public, &nothing);
        assert_eq!(call.page_of("/staff/groups/7/reveal"), None);
        let call = call.on("/staff/groups/:id");
        assert_eq!(call.page_of("/staff/groups/7/reveal").as_deref(), Some("/staff/groups/7"));
    }
}
