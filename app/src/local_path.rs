//! An address inside the house: the only thing a redirect may go to.
//!
//! `?next=` comes from outside, and browsers are generous: `//evil.example`, `/\evil.example` and a tab in between all
//! leave the house. What does not parse here is not followed.

use axum::http::HeaderValue;
use std::fmt;

/// A path with an optional query: one `/` at its beginning, neither `/` nor `\` after it, printable ASCII only.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LocalPath(String);

impl LocalPath {
    /// `text`, if it stays in the house.
    pub fn parse(text: &str) -> Option<Self> {
        let local = text.starts_with('/')
            && !text[1..].starts_with(['/', '\\'])
            && text.len() <= 2000
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
        local.then(|| Self(text.to_owned()))
    }

    /// `text`, or the front page where `text` would leave the house.
    pub fn or_home(text: impl AsRef<str>) -> Self {
        Self::parse(text.as_ref()).unwrap_or_else(Self::home)
    }

    /// The front page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// The same with one more pair in its query; the value may be anything.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(&form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish());
        self
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the question mark.
    pub fn path(&self) -> &str {
        self.0.split_once('?').map_or(self.0.as_str(), |(path, _)| path)
    }

    /// The part behind the question mark.
    pub fn query(&self) -> &str {
        self.0.split_once('?').map_or("", |(_, query)| query)
    }

    /// As the value of a Location header.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("/"))
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_house_are_taken() {
        for text in ["/", "/museum", "/en/museum?day=2026-07-28&people=3", "/a//b", "/account/bookings/%E5%BC%A0"] {
            assert_eq!(LocalPath::parse(text).map(|path| path.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn whatever_a_browser_would_follow_elsewhere_is_not() {
        let ways_out = [
            "",
            "museum",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            " /museum",
            "/museum\r\nSet-Cookie: a=b",
            "/博物馆",
            "javascript:alert(1)",
            "/a\\..\\b",
            "/a#b",
        ];
        for text in ways_out {
            assert_eq!(LocalPath::parse(text), None, "{text:?}");
        }
        assert_eq!(LocalPath::or_home("//evil.example").as_str(), "/");
    }

    #[test]
    fn a_query_is_added_encoded() {
        let path = LocalPath::home().with("next", "/account?a=1&b=2").with("x", "张");
        assert_eq!(path.as_str(), "/?next=%2Faccount%3Fa%3D1%26b%3D2&x=%E5%BC%A0");
        assert_eq!((path.path(), path.query()), ("/", "next=%2Faccount%3Fa%3D1%26b%3D2&x=%E5%BC%A0"));
    }
}
