//! What a feed is sent at once, within bounds. A record is not read here but kept as its text: one that cannot be read is then no end
//! of its batch, and one that has more than a batch may have costs no memory for the rest.

use crate::api::problem::{self, Problem};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The records of a batch, each as its text; at most `MOST`.
#[derive(Debug)]
pub struct Records<const MOST: usize> {
    /// The texts, in their order.
    pub texts: Vec<String>,
    /// There were more than a batch may have; the rest was not kept.
    pub too_many: bool,
}

impl<const MOST: usize> Records<MOST> {
    /// The texts of a batch that is none too long.
    ///
    /// # Errors
    /// `too-large`, of any feed: nothing of such a batch was taken, and it is sent in parts.
    pub fn within_bounds(self) -> Result<Vec<String>, Problem> {
        if self.too_many {
            let sentence = format!("At most {MOST} records are taken at once.");
            return Err(Problem::new(problem::TOO_LARGE).detail(sentence).with("most", MOST));
        }
        Ok(self.texts)
    }
}

struct All<const MOST: usize>;

impl<'de, const MOST: usize> Visitor<'de> for All<MOST> {
    type Value = Records<MOST>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Records<MOST>, A::Error> {
        let mut texts = Vec::new();
        while texts.len() < MOST {
            let Some(one) = all.next_element::<Box<RawValue>>()? else {
                return Ok(Records { texts, too_many: false });
            };
            texts.push(String::from(Box::<str>::from(one)));
        }
        let too_many = all.next_element::<IgnoredAny>()?.is_some();
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Records { texts, too_many })
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Records<MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(All::<MOST>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, bool) {
        let read: Records<2> = serde_json::from_str(text).expect("a list");
        (read.texts, read.too_many)
    }

    #[test]
    fn no_more_is_kept_than_a_batch_may_have() {
        assert_eq!(read("[]"), (Vec::new(), false));
        assert_eq!(read(r#"[{"a":1},"b"]"#), (vec![r#"{"a":1}"#.to_owned(), r#""b""#.to_owned()], false));
        assert_eq!(read("[1,2,3,4]"), (vec!["1".to_owned(), "2".to_owned()], true));
    }

    #[test]
    fn what_is_no_list_is_no_batch() {
        assert!(serde_json::from_str::<Records<2>>("{}").is_err());
        assert!(serde_json::from_str::<Records<2>>("[1,2,3").is_err(), "cut off, also behind what is kept");
    }
}
