//! Of the desk of custody: what people of the laboratory propose, and who collects.

use crate::privacy::{Field, Protection, Term, Text};

const DESK: Text = Text { zh: "实验室和质量人员", en: "Laboratory and quality" };

pub(super) const FIELDS: &[Field] = &[
    Field {
        table: "custody_proposal",
        columns: &["said_sealed"],
        what: Text {
            zh: "需要两人办理的事项中填写的内容，办理后即删除",
            en: "What was typed for something two people do; gone once it is settled",
        },
        purpose: Text { zh: "由第二个人核对后办理", en: "Letting a second person check it first" },
        readers: DESK,
        term: Term::Staff,
        protection: Protection::Sealed,
        in_notice: false,
    },
    Field {
        table: "custody_collector",
        columns: &["name_sealed"],
        what: Text { zh: "采集者姓名", en: "Name of a collector" },
        purpose: Text { zh: "培训、考核和发证", en: "Training, exams and certificates" },
        readers: DESK,
        term: Term::Staff,
        protection: Protection::Sealed,
        in_notice: false,
    },
    Field {
        table: "family_support",
        columns: &["reason_sealed"],
        what: Text {
            zh: "家庭服务专员打开家庭记录的原因", en: "Why family support opened a family's record"
        },
        purpose: Text {
            zh: "让家庭知道是谁、为什么查看", en: "Letting the family know who looked and why"
        },
        readers: Text { zh: "您本人；该专员", en: "You; the support agent" },
        term: Term::Staff,
        protection: Protection::Sealed,
        in_notice: true,
    },
    Field {
        table: "family_support",
        columns: &["account_id"],
        what: Text { zh: "打开家庭记录的家庭服务专员的账号", en: "The account of the support agent" },
        purpose: Text {
            zh: "让家庭知道是谁、为什么查看", en: "Letting the family know who looked and why"
        },
        readers: Text { zh: "您本人；该专员", en: "You; the support agent" },
        term: Term::Staff,
        protection: Protection::Plain,
        in_notice: true,
    },
];
