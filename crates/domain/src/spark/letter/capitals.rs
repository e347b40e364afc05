//! Amounts in the capital numerals of banks (大写金额), which cannot be turned into others with a stroke. The rules are those
//! for filling in bills: 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定).

use crate::ledger::{Amount, Fen};

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
/// Within four digits, from the right.
const UNITS: [&str; 4] = ["", "拾", "佰", "仟"];
/// Of each four digits, from the right.
const GROUPS: [&str; 3] = ["", "万", "亿"];

/// An amount in capitals: 叁万零伍佰元整. `None` below zero and above [`Amount::MAX`], which no letter tells.
pub fn capitals(amount: Fen) -> Option<String> {
    let fen = u64::try_from(amount.get()).ok()?;
    if amount > Amount::MAX.fen() {
        return None;
    }
    let (yuan, jiao, last) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut text = String::new();
    if yuan > 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (jiao, last) {
        (0, 0) if yuan == 0 => text.push_str("零元整"),
        (0, 0) => text.push('整'),
        (jiao, 0) => {
            text.push(digit(jiao));
            text.push_str("角整");
        }
        (0, last) => {
            if yuan > 0 {
                text.push('零');
            }
            text.push(digit(last));
            text.push('分');
        }
        (jiao, last) => {
            text.push(digit(jiao));
            text.push('角');
            text.push(digit(last));
            text.push('分');
        }
    }
    Some(text)
}

fn digit(value: u64) -> char {
    usize::try_from(value).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or('零')
}

/// Yuan, more than none, by groups of four digits.
fn whole(yuan: u64) -> String {
    let (mut text, mut skipped) = (String::new(), false);
    for (at, name) in GROUPS.iter().enumerate().rev() {
        let group = yuan / 10_000_u64.pow(u32::try_from(at).unwrap_or_default()) % 10_000;
        if group == 0 {
            skipped = true;
            continue;
        }
        if !text.is_empty() && (skipped || group < 1000) {
            text.push('零');
        }
        text.push_str(&four(group));
        text.push_str(name);
        skipped = false;
    }
    text
}

/// Up to four digits, more than none: zeros between others are one.
fn four(group: u64) -> String {
    let (mut text, mut skipped) = (String::new(), false);
    for (at, name) in UNITS.iter().enumerate().rev() {
        let value = group / 10_u64.pow(u32::try_from(at).unwrap_or_default()) % 10;
        if value == 0 {
            skipped = true;
            continue;
        }
        if !text.is_empty() && skipped {
            text.push('零');
        }
        text.push(digit(value));
        text.push_str(name);
        skipped = false;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_written_as_on_a_bill() {
        for (fen, text) in [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (105, "壹元零伍分"),
            (1_050, "壹拾元伍角整"),
            (140_950, "壹仟肆佰零玖元伍角整"),
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (10_700_053, "壹拾万柒仟元伍角叁分"),
            (3_000_000, "叁万元整"),
            (3_050_000, "叁万零伍佰元整"),
            (10_050_000, "壹拾万零伍佰元整"),
            (1_000_000_000, "壹仟万元整"),
            (10_000_500_000, "壹亿零伍仟元整"),
            (20_005_000_000, "贰亿零伍万元整"),
            (1_000_000_000_000, "壹佰亿元整"),
        ] {
            assert_eq!(capitals(Fen::new(fen)).as_deref(), Some(text), "{fen}");
        }
        assert_eq!(capitals(Fen::new(-1)), None);
        assert_eq!(capitals(Fen::new(1_000_000_000_001)), None);
    }

    /// Reads capitals again, without looking at how they were written.
    fn read(text: &str) -> i64 {
        let (mut all, mut group, mut value) = (0_i64, 0_i64, 0_i64);
        for character in text.chars() {
            match character {
                '拾' => group += std::mem::take(&mut value) * 10,
                '佰' => group += std::mem::take(&mut value) * 100,
                '仟' => group += std::mem::take(&mut value) * 1000,
                '万' => all += (std::mem::take(&mut group) + std::mem::take(&mut value)) * 10_000 * 100,
                '亿' => all += (std::mem::take(&mut group) + std::mem::take(&mut value)) * 100_000_000 * 100,
                '元' => all += (std::mem::take(&mut group) + std::mem::take(&mut value)) * 100,
                '角' => all += std::mem::take(&mut value) * 10,
                '分' => all += std::mem::take(&mut value),
                '整' => {}
                digit => {
                    let at = DIGITS.iter().position(|known| *known == digit).expect("a digit");
                    value = i64::try_from(at).expect("small");
                }
            }
        }
        all
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(fen in 0_i64..=1_000_000_000_000) {
            let text = capitals(Fen::new(fen)).expect("not below zero");
            prop_assert_eq!(read(&text), fen, "{}", text);
            prop_assert!(!text.contains("零零") && (fen == 0 || !text.starts_with('零')), "{}", text);
            prop_assert!(text.ends_with('整') != text.ends_with('分'), "{}", text);
            prop_assert!(text.chars().all(|c| !c.is_ascii()), "{}", text);
        }

        #[test]
        fn round_sums_too(sum in 0_i64..=100_000, zeros in 0_u32..8) {
            let fen = sum * 10_i64.pow(zeros);
            let text = capitals(Fen::new(fen)).expect("not below zero");
            prop_assert_eq!(read(&text), fen, "{}", text);
            prop_assert!(fen == 0 || !(text.contains("零零") || text.contains("零元整")), "{}", text);
        }
    }
}
