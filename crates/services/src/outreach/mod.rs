//! Outreach events: what is on, what an event asks, what was answered, and the staff's hand in all of it.
//!
//! Places are the booking engine's: an event is an activity, its dates are sessions, and whoever registers goes the same way
//! as a visitor of the museum ([`crate::booking`]). Here stands only what the museum does not have.

mod answers;
mod error;
mod forms;
mod office;
mod pictures;
mod programme;
mod replies;
mod seed;
mod templates;

pub use crate::files::{NewPicture, PictureWords};
pub use answers::{
    Told, answered_waiting, draft_answers, exported_answers, keep_answers, keep_waiting_answers, reveal_sensitive,
    told, waiting_answers,
};
pub(crate) use answers::{answered, copy_answers};
pub use error::OutreachError;
pub use forms::{
    FormVersion, WorkingForm, drop_working, form_versions, move_question, publish_form, put_question, remove_question,
    working_form,
};
pub use office::{
    EventChange, NewDate, NewEvent, add_date, add_event, add_event_asking, change_event, move_date, publish,
};
pub use pictures::{
    EventPicture, LARGEST_PICTURE, MOST_PICTURES, PictureBytes, PictureChange, PictureSize, add_picture,
    change_picture, picture_bytes, pictures,
};
pub(crate) use pictures::{count_old as count_old_pictures, let_go_of_old as let_go_of_old_pictures};
pub use programme::{Event, Events, Programme, events, feed};
pub use replies::{Replies, Sent, SentAnswer};
pub(crate) use replies::{is_asked_now, keep_replies, keep_waiting_replies};
pub use seed::{seed_course, seed_demo, seed_pictures};
pub use templates::{template, template_questions};
