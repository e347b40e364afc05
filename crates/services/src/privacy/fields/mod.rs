//! The registry: every column with personal data, in the order of the privacy notice, room by room. A test compares it with
//! the database; a new personal column without a line here fails the build.

mod account;
mod ambassadors;
mod application;
mod booking;
mod bus;
mod custody;
mod custody_desk;
mod family;
mod groups;
mod house;
mod ledger;
mod lims;
mod outreach;
mod requests;
mod spark;
mod telemetry;

use super::{Field, Text};
use std::sync::LazyLock;

const SELF_AND_MASKED: Text = Text {
    zh: "您本人；馆务人员默认只看到部分遮挡的内容，查看全文须再次验证身份并留下记录",
    en: "You; museum staff see it masked, and in full only after proving their identity again, which is recorded",
};
const SELF_AND_STAFF: Text =
    Text { zh: "您本人；馆务人员和现场工作人员", en: "You; museum and door staff" };
const SYSTEM: Text =
    Text { zh: "仅系统自动处理，无人查看", en: "Processed by the system only; nobody reads it" };
const SELF: Text = Text { zh: "仅您本人", en: "You only" };
const STAFF_ADMIN: Text = Text { zh: "本人；系统管理员", en: "The person; the system's operators" };
const OFFICE: Text = Text { zh: "馆务人员", en: "Museum staff" };

/// Every column with personal data.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    [
        booking::FIELDS,
        bus::FIELDS,
        groups::FIELDS,
        ambassadors::FIELDS,
        outreach::FIELDS,
        ledger::FIELDS,
        family::FIELDS,
        application::FIELDS,
        spark::FIELDS,
        custody::FIELDS,
        lims::FIELDS,
        telemetry::FIELDS,
        account::FIELDS,
        house::FIELDS,
        custody_desk::FIELDS,
    ]
    .concat()
});
