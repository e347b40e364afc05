//! The cookies of the house: found among those that came, and set so that no script reads them.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

/// The value of the cookie `name`.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookie_in(headers.get_all(header::COOKIE), name)
}

/// The same among Cookie headers that were set apart.
pub fn cookie_in<'a>(lines: impl IntoIterator<Item = &'a HeaderValue>, name: &str) -> Option<&'a str> {
    lines
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The cookie of a browser that is signed in.
pub const SESSION_COOKIE: &str = "__Host-session";

/// A cookie to set: for this host only, over https only, out of reach of scripts.
#[derive(Clone, Debug)]
pub struct Cookie(String);

impl Cookie {
    /// `name` (which begins with `__Host-`) for as long as `age`; `None` ends with the browser.
    pub fn new(name: &str, value: &str, age: Option<SignedDuration>) -> Self {
        let age = age.map(|age| format!("; Max-Age={}", age.as_secs())).unwrap_or_default();
        Self(format!("{name}={value}{age}; Path=/; SameSite=Lax; HttpOnly; Secure"))
    }

    /// Removes `name`.
    pub fn removed(name: &str) -> Self {
        Self::new(name, "", Some(SignedDuration::ZERO))
    }

    /// As a Set-Cookie header; `None` if the value is no header's.
    pub fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_not_by_the_end_of_its_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("x__Host-session=no; __Host-size=elder"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-session=yes"));
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("yes"));
        assert_eq!(cookie(&headers, "__Host-size"), Some("elder"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn cookies_keep_the_promises_of_their_prefix() {
        let header =
            Cookie::new(SESSION_COOKIE, "token", Some(SignedDuration::from_hours(1))).header().expect("a header");
        assert_eq!(header, "__Host-session=token; Max-Age=3600; Path=/; SameSite=Lax; HttpOnly; Secure");
        assert!(header.is_sensitive());
        assert!(Cookie::new(SESSION_COOKIE, "a\r\nb", None).header().is_none());
    }
}
