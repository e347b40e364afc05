//! What goes wrong before or around a handler, as a value. [`crate::layers::house_errors`] turns it into the house's
//! page for people and into a problem document (RFC 9457) for machines; whoever says it needs to know neither.

use app::problem::Problem;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// Seconds to wait where nobody says how long.
const TOO_OFTEN: u32 = 60;

/// Why a request got no answer of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Not readable as what it should be.
    Malformed,
    /// A token is needed, or the one given is not good (any more).
    NoToken,
    /// Not allowed.
    Forbidden,
    /// Changes something and comes from elsewhere.
    CrossSite,
    /// No such thing.
    NotFound,
    /// There, but not for this method.
    WrongMethod,
    /// Not there whole in the time we wait for it.
    TooSlow,
    /// Larger than we take.
    TooLarge,
    /// Of a type we do not read.
    WrongType,
    /// Readable and not usable.
    Unusable,
    /// Too many of its kind.
    TooOften,
    /// Our fault.
    Broken,
    /// More than we can serve at this moment.
    Busy,
}

impl Trouble {
    /// Every trouble, for the documentation and its test.
    pub const ALL: [Self; 13] = [
        Self::Malformed,
        Self::NoToken,
        Self::Forbidden,
        Self::CrossSite,
        Self::NotFound,
        Self::WrongMethod,
        Self::TooSlow,
        Self::TooLarge,
        Self::WrongType,
        Self::Unusable,
        Self::TooOften,
        Self::Broken,
        Self::Busy,
    ];

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unusable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The trouble a bare status stands for: answers of the layers below that know nothing of the house.
    pub fn of_status(status: StatusCode) -> Option<Self> {
        Some(match status.as_u16() {
            400 => Self::Malformed,
            401 => Self::NoToken,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            405 => Self::WrongMethod,
            408 => Self::TooSlow,
            413 => Self::TooLarge,
            415 => Self::WrongType,
            422 => Self::Unusable,
            429 => Self::TooOften,
            503 | 504 => Self::Busy,
            402.. => {
                if status.is_server_error() {
                    Self::Broken
                } else {
                    Self::Malformed
                }
            }
            _ => return None,
        })
    }

    /// The page people see.
    pub const fn page(self) -> Problem {
        match self {
            Self::NotFound | Self::WrongMethod => Problem::NotFound,
            Self::Forbidden | Self::CrossSite | Self::NoToken => Problem::Forbidden,
            Self::Malformed => Problem::Malformed,
            Self::TooSlow => Problem::TooSlow,
            Self::TooLarge => Problem::TooLarge,
            Self::WrongType => Problem::WrongType,
            Self::Unusable => Problem::Unusable,
            Self::TooOften => Problem::TooOften(TOO_OFTEN),
            Self::Busy => Problem::Busy,
            Self::Broken => Problem::Broken,
        }
    }

    /// How long to wait before trying again, in seconds.
    pub const fn retry_after(self) -> Option<u32> {
        match self {
            Self::Busy => Some(5),
            Self::TooOften => Some(TOO_OFTEN),
            _ => None,
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}
