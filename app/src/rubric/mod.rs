//! The rubric medical reviewers judge by, for whoever watches over cases: the version that is published, those before it, and a
//! new one, shown as a reviewer will see it before it is published. A version is never changed.

pub mod calls;
mod edit;
mod page;
mod read;

pub use edit::RubricNew;
pub use page::RubricPage;

/// Where this room's pages stand.
mod at {
    /// The version that is published.
    pub const RUBRIC: &str = "/staff/rubric";
    /// A new one.
    pub const NEW: &str = "/staff/rubric/new";
}
