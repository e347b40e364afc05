//! How a visitor wants to read: text size (长辈版) and colours. Kept in two cookies, nothing about the person.
//!
//! The switches of the footer are one plain form, so they work without JavaScript and are remembered by the browser only.

use axum::extract::Form;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Where the switches send their form; the server mounts [`save`] there.
pub const PATH: &str = "/preferences";

/// The cookie of the text size.
pub const SIZE: &str = "__Host-size";
/// The cookie of the colours.
pub const THEME: &str = "__Host-theme";

/// Colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the device is set.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// As in the cookie and in `data-theme`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// What the visitor chose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Preferences {
    /// 长辈版: larger text, fewer choices.
    pub elder: bool,
    /// Colours.
    pub theme: Theme,
}

impl Preferences {
    /// Reads the cookies; anything unknown is the default.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut found = Self::default();
        let cookies = headers.get_all(axum::http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        for (name, value) in cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')) {
            match name {
                SIZE => found.elder = value == "elder",
                THEME => found.theme = Theme::from_name(value).unwrap_or_default(),
                _ => {}
            }
        }
        found
    }
}

/// What the switches send: the one that was pressed, and the page to return to.
#[derive(Deserialize)]
pub struct Chosen {
    size: Option<String>,
    theme: Option<String>,
    back: Option<String>,
}

/// Keeps the choice for a year and returns to the page.
pub async fn save(Form(chosen): Form<Chosen>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let mut keep = |name: &str, value: &str| {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    };
    if let Some(size) = chosen.size {
        keep(SIZE, if size == "elder" { "elder" } else { "standard" });
    }
    if let Some(theme) = chosen.theme.as_deref().and_then(Theme::from_name) {
        keep(THEME, theme.name());
    }
    let back = chosen.back.as_deref().and_then(local_path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, back);
    response
}

/// `text` as a redirect target, if it stays in the house: one slash at its beginning, no second one, ASCII.
fn local_path(text: &str) -> Option<HeaderValue> {
    let local = text.starts_with('/')
        && !text[1..].starts_with(['/', '\\'])
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    local.then(|| HeaderValue::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(size: &str, theme: &str, back: &str) -> Chosen {
        Chosen { size: Some(size.into()), theme: Some(theme.into()), back: Some(back.into()) }
    }

    #[tokio::test]
    async fn a_choice_is_kept_and_read_back() {
        let response = save(Form(chosen("elder", "dark", "/en/museum?day=2026-07-28"))).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[LOCATION], "/en/museum?day=2026-07-28");
        let mut headers = HeaderMap::new();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().expect("ascii").split(';').next().expect("a pair");
            headers.append(axum::http::header::COOKIE, HeaderValue::from_str(pair).expect("a value"));
        }
        assert_eq!(Preferences::from_headers(&headers), Preferences { elder: true, theme: Theme::Dark });
    }

    #[tokio::test]
    async fn the_way_back_never_leaves_the_house() {
        for back in ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=1", "", "museum"]
        {
            let response = save(Form(chosen("standard", "x", back))).await;
            assert_eq!(response.headers()[LOCATION], "/", "{back}");
        }
    }
}
