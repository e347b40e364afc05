//! The two languages of the house.

use serde::{Deserialize, Serialize};

/// A language people can read the site and their messages in. Chinese is the first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Locale {
    /// 简体中文
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Every language, the first one first.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The BCP 47 tag, as in `<html lang>` and in the database.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of a tag the house itself wrote; anything else is Chinese.
    pub fn from_tag(tag: &str) -> Self {
        if tag == "en" { Self::En } else { Self::ZhCn }
    }
}
