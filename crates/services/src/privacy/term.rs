//! How long things are kept: the days the clock keeps, in the words the notice says them.

use super::Text;
use crate::spark::cases::Over;
use jiff::{SignedDuration, Timestamp};

/// Days a case is kept after it is over where something was paid: the shorter of the two terms of archives (10年、30年,
/// 国家档案局令第8号、第10号); what the books have of it stays as long as the books.
const CASE_HELPED: i64 = 3650;
/// Days where nothing was: as long as somebody could still sue (民法典第一百八十八条, three years).
const CASE_OTHER: i64 = 1095;

/// Days after which a unit is forgotten that was used, destroyed, given to research, to another bank or to its family: thirty years
/// after its end, as long as others demand that cells given to a patient can be traced (2004/23/EC, Article 8). To be confirmed by the
/// house.
const UNIT: i64 = 10_958;

fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
}

/// Since when cases have to be over to be forgotten at `now`.
pub(crate) fn cases_over(now: Timestamp) -> Over {
    Over { helped: days_before(now, CASE_HELPED), other: days_before(now, CASE_OTHER) }
}

/// Until when a case is kept that is over since an instant, with something paid or without.
pub(crate) fn case_kept_until(over_since: Timestamp, helped: bool) -> Timestamp {
    let days = if helped { CASE_HELPED } else { CASE_OTHER };
    over_since.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

/// How long something is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// Names and contacts of a booking.
    Booking,
    /// The booking itself, once it names nobody.
    Counted,
    /// A visit that was missed.
    Missed,
    /// Who coordinated a visit of the science bus.
    Bus,
    /// Photographs of a visit of the science bus, and pictures of an event.
    Photo,
    /// Who led a group.
    Group,
    /// Who applied as an ambassador.
    Ambassador,
    /// The name on a certificate.
    Certificate,
    /// The list of who came with a group.
    Roster,
    /// The identity documents of a booking.
    Document,
    /// What was typed and never finished.
    Draft,
    /// One-time codes and short links.
    Code,
    /// Sign-ins.
    Login,
    /// Counters against abuse.
    Limit,
    /// Answers for repeated requests.
    Answer,
    /// A visitor's account.
    Account,
    /// A member of staff's account.
    Staff,
    /// The trail of what was done.
    Audit,
    /// Messages in development.
    Mailbox,
    /// Work between two moments.
    Work,
    /// The books of the relief fund and what they are founded on.
    Books,
    /// An application to the Spark Project that was not sent.
    Application,
    /// One that was: a case.
    Case,
    /// An objection to the notice of a case.
    Objection,
    /// What a family's contract and unit need.
    Family,
    /// The record of a stored unit.
    Unit,
}

impl Term {
    /// Every term.
    pub const ALL: [Self; 26] = [
        Self::Booking,
        Self::Missed,
        Self::Bus,
        Self::Photo,
        Self::Group,
        Self::Ambassador,
        Self::Certificate,
        Self::Roster,
        Self::Document,
        Self::Counted,
        Self::Draft,
        Self::Code,
        Self::Login,
        Self::Limit,
        Self::Answer,
        Self::Account,
        Self::Staff,
        Self::Audit,
        Self::Mailbox,
        Self::Work,
        Self::Books,
        Self::Application,
        Self::Case,
        Self::Objection,
        Self::Family,
        Self::Unit,
    ];

    /// Days after which [`erase_due`] acts; `None` where no clock runs.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Booking => Some(90),
            Self::Bus => Some(180),
            Self::Photo => Some(1095),
            Self::Missed => Some(420),
            Self::Group => Some(90),
            Self::Ambassador => Some(180),
            Self::Certificate => Some(1825),
            Self::Roster | Self::Document => Some(7),
            Self::Draft | Self::Code => Some(1),
            Self::Limit | Self::Answer => Some(3),
            Self::Login | Self::Work => Some(30),
            Self::Account => Some(730),
            Self::Mailbox => Some(7),
            Self::Application => Some(domain::spark::application::DRAFT_DAYS),
            Self::Case => Some(CASE_HELPED),
            Self::Objection => Some(365),
            Self::Unit => Some(UNIT),
            Self::Counted | Self::Staff | Self::Audit | Self::Books | Self::Family => None,
        }
    }

    /// In words.
    pub const fn text(self) -> Text {
        match self {
            Self::Booking => Text {
                zh: "参观场次结束后保存90天，随后自动删除姓名和联系方式",
                en: "90 days after the session; then names and contacts are erased automatically",
            },
            Self::Bus => Text {
                zh: "申请办结后保存180天，随后自动删除联系人的姓名、职务、联系方式和往来说明",
                en: "180 days after the request is closed; then the coordinator's name, post, contact and texts are erased",
            },
            Self::Photo => Text {
                zh: "登记同意后保存1095天（3年），随后自动删除；照片中的人随时可以要求撤下",
                en: "1095 days (3 years) after the consent was noted, then deleted automatically; taken down before whenever somebody on it asks",
            },
            Self::Group => Text {
                zh: "参观结束或申请办结后保存90天，随后自动删除领队的姓名、职务、联系方式和往来说明",
                en: "90 days after the visit or the end of the request; then the leader's name, post, contact and texts are erased",
            },
            Self::Ambassador => Text {
                zh: "未入选或已撤回的，结果公布或撤回后保存180天；入选的，培训结束后保存180天；随后自动删除姓名、联系方式、报名理由和监护人信息",
                en: "180 days after the outcome for those not selected or withdrawn, 180 days after the training for the others; then names, contact, motivation and guardian are erased",
            },
            Self::Certificate => Text {
                zh: "证书签发后保存1825天（5年）供公开验证（仅显示打码姓名），随后自动删除姓名",
                en: "1825 days (5 years) after it was issued, so that it can be verified (masked); then the name is erased",
            },
            Self::Roster => Text {
                zh: "参观场次结束后保存7天，随后自动删除整份名单",
                en: "7 days after the session; then the whole list is deleted automatically",
            },
            Self::Document => Text {
                zh: "活动结束后保存7天，随后自动删除；取消的立即删除，由我们取消的保存7天，供您改约时沿用",
                en: "7 days after the visit, then deleted automatically; at once when you cancel, and 7 days after we cancelled, so that you need not give it again for another session",
            },
            Self::Counted => Text {
                zh: "姓名和联系方式删除后，仅作为不指向个人的人次统计保留",
                en: "Kept as a head count that points to nobody once names and contacts are erased",
            },
            Self::Missed => Text {
                zh: "场次结束后保存420天（爽约统计期的两倍加暂停期），随后自动删除",
                en: "420 days after the session (twice the time no-shows count, and a pause); then erased",
            },
            Self::Draft => Text {
                zh: "未完成的填写在失效后1天内删除",
                en: "Unfinished forms: erased 1 day after they expire",
            },
            Self::Code => Text { zh: "失效后1天内删除", en: "Erased 1 day after it expires" },
            Self::Login => Text { zh: "退出或失效后30天内删除", en: "Erased 30 days after the sign-in ends" },
            Self::Limit => Text { zh: "3天内删除", en: "Erased within 3 days" },
            Self::Answer => Text { zh: "3天内删除", en: "Erased within 3 days" },
            Self::Account => Text {
                zh: "至您注销账号为止；连续730天未使用且没有预约的账号自动清空",
                en: "Until you close the account; accounts without bookings are emptied after 730 days without use",
            },
            Self::Staff => Text {
                zh: "在岗期间及离岗后依人事制度保存",
                en: "While employed, then as personnel rules require",
            },
            Self::Audit => Text {
                zh: "长期保存，用于安全追溯；其中只有内部编号，不含姓名和联系方式",
                en: "Kept permanently for accountability; holds internal numbers only, no names or contacts",
            },
            Self::Work => Text {
                zh: "完成后立即删除；未能完成的30天内删除",
                en: "Deleted when done; what could not be done, within 30 days",
            },
            Self::Books => Text {
                zh: "属于会计档案，依《会计档案管理办法》保存30年；期间不能提前删除",
                en: "Part of the accounts: kept for 30 years as the rules on accounting archives demand, and not erased before",
            },
            Self::Application => Text {
                zh: "最后一次保存后保留60天，随后自动删除；您随时可以自行删除",
                en: "60 days after it was last saved, then deleted automatically; by yourself at any time",
            },
            Self::Objection => Text {
                zh: "答复后保存365天，随后自动删除姓名、邮箱和异议内容",
                en: "365 days after it is answered; then name, address and what was said are erased automatically",
            },
            Self::Case => Text {
                zh: "申请办理期间保存；办结后，有拨付的保存3650天（10年），没有拨付的保存1095天（3年），因争议或检查依法须继续保存的除外；期满销毁密钥，加密内容即无法读取，提交的申请同时删除",
                en: "While the application is dealt with; then 3650 days (10 years) where something was paid and 1095 days (3 years) where nothing was, unless a dispute or an inspection demands more; then its key is destroyed, what is encrypted cannot be read any more, and what was sent is deleted",
            },
            Self::Family => Text {
                zh: "合同履行和脐带血储存期间保存；此后依医疗与合同档案的规定保存",
                en: "While the contract runs and the unit is kept; then as the rules on medical and contract records require",
            },
            Self::Unit => Text {
                zh: "脐带血储存期间保存；使用、废弃、用于科研、转出或由家庭取走后，为追溯再保存10958天（30年）；期满销毁密钥，加密内容即无法读取",
                en: "While the unit is stored; then 10958 days (30 years) after it was used, destroyed, given to research, transferred or given out, so that it can be traced; then its key is destroyed, and what is encrypted cannot be read any more",
            },
            Self::Mailbox => {
                Text { zh: "仅用于开发环境，7天内删除", en: "Development only; erased within 7 days" }
            }
        }
    }

    /// What is older than this is due at `now`.
    pub(super) fn before(self, now: Timestamp) -> Timestamp {
        days_before(now, self.days().unwrap_or(i64::from(u16::MAX)))
    }
}
