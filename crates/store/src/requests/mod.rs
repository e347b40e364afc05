//! What every kind of request has in its own table under the same names: a statement about it is written once here and
//! checked against each kind's table. What only one kind has stands in its room.

pub mod drafts;
pub mod links;
pub mod rows;

/// Whose tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// Schools that ask for the science bus.
    Bus,
    /// Groups that ask for the museum.
    Groups,
    /// People who apply as campus science ambassadors.
    Ambassadors,
}

/// Declares the row of a kind's requests: what all kinds have, then what only this one has.
macro_rules! request_row {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Request.
            pub id: uuid::Uuid,
            /// Eight characters.
            pub reference: String,
            /// Where it stands.
            pub state: String,
            /// Edit counter.
            pub version: i32,
            /// Who asks, or which school.
            pub organisation: String,
            /// City.
            pub city: String,
            /// Language of its messages.
            pub locale: String,
            /// Sealed name.
            pub name_sealed: Vec<u8>,
            /// Sealed post.
            pub post_sealed: Vec<u8>,
            /// Sealed number.
            pub phone_sealed: Option<Vec<u8>>,
            /// Sealed address.
            pub mail_sealed: Option<Vec<u8>>,
            /// Sealed note.
            pub note_sealed: Vec<u8>,
            /// Sealed question.
            pub question_sealed: Option<Vec<u8>>,
            /// Sealed answer.
            pub answer_sealed: Option<Vec<u8>>,
            /// Sealed reason.
            pub reason_sealed: Option<Vec<u8>>,
            /// When it was sent.
            pub created_at: jiff_sqlx::Timestamp,
            /// When it last changed.
            pub updated_at: jiff_sqlx::Timestamp,
            $($(#[$each])* pub $field: $type,)*
        }

        impl $name {
            /// What every kind's row holds.
            pub fn common(&self) -> $crate::requests::rows::Common<'_> {
                $crate::requests::rows::Common {
                    id: self.id,
                    reference: &self.reference,
                    state: &self.state,
                    version: self.version,
                    organisation: &self.organisation,
                    city: &self.city,
                    locale: &self.locale,
                    name_sealed: &self.name_sealed,
                    post_sealed: &self.post_sealed,
                    phone_sealed: self.phone_sealed.as_deref(),
                    mail_sealed: self.mail_sealed.as_deref(),
                    note_sealed: &self.note_sealed,
                    question_sealed: self.question_sealed.as_deref(),
                    answer_sealed: self.answer_sealed.as_deref(),
                    reason_sealed: self.reason_sealed.as_deref(),
                    created_at: self.created_at.to_jiff(),
                    updated_at: self.updated_at.to_jiff(),
                }
            }
        }
    };
}
pub(crate) use request_row;
