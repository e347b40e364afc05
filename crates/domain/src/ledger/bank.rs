//! What a bank says: the rows of its statement, as finance exports them from the bank's website.

use super::Amount;
use crate::contact::half_width;
use crate::field::{Fault, Faults};
use crate::ids::PaymentId;
use crate::named::named;
use crate::time;
use crate::typed::line;
use jiff::civil;

named! {
    /// What a row says.
    Answer, 5 {
        /// 收款: money came in.
        Income "income",
        /// 成功: a payment arrived.
        Settled "settled",
        /// 失败: a payment was refused.
        Refused "refused",
        /// 未知: the bank does not say. It is in doubt then, and stays so until a person decides.
        Unknown "unknown",
        /// 退汇: a payment that had arrived came back.
        Returned "returned",
    }
}

impl Answer {
    /// As banks write it, or by its name.
    ///
    /// # Errors
    /// `Required`, `NotAChoice`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text.trim() {
            "" => Err(Fault::Required),
            "收款" => Ok(Self::Income),
            "成功" => Ok(Self::Settled),
            "失败" => Ok(Self::Refused),
            "未知" => Ok(Self::Unknown),
            "退汇" => Ok(Self::Returned),
            name => Self::from_name(name).ok_or(Fault::NotAChoice),
        }
    }

    /// It is about a payment of ours.
    pub const fn is_of_a_payment(self) -> bool {
        !matches!(self, Self::Income)
    }
}

/// The columns, in order.
pub const COLUMNS: [&str; 5] = ["day", "reference", "result", "amount", "payment"];

/// The same as a Chinese bank writes them.
const COLUMNS_ZH: [&str; 5] = ["日期", "流水号", "结果", "金额", "付款编号"];

/// A heading, in Chinese or English: what stands below it is read. Without one the first row would be lost as if it were one.
/// Further columns are the bank's own.
pub fn is_heading(cells: &[&str]) -> bool {
    let own: Vec<String> = cells.iter().map(|cell| half_width(cell).trim().to_lowercase()).collect();
    [COLUMNS, COLUMNS_ZH].iter().any(|names| own.len() >= names.len() && own.iter().zip(names).all(|(a, b)| a == b))
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementRow {
    /// The bank's day.
    pub day: civil::Date,
    /// The bank's own number of the row (流水号): the same row twice is one row.
    pub reference: String,
    /// What it says.
    pub answer: Answer,
    /// How much.
    pub amount: Amount,
    /// The payment it is about.
    pub payment: Option<PaymentId>,
}

/// The most characters of a bank's number.
const REFERENCE: u32 = 64;

/// Reads the cells of a row: day, the bank's number, what it says, the amount, our payment's number (nothing where money came
/// in). `today` is the day it is read on: a statement tells of no day to come.
///
/// # Errors
/// Every fault of the row, by column of [`COLUMNS`].
pub fn read_row(cells: &[&str], today: civil::Date) -> Result<StatementRow, Faults> {
    let cell = |n: usize| cells.get(n).copied().unwrap_or_default();
    let mut faults = Faults::default();
    let day = time::day(cell(0)).and_then(|day| if day > today { Err(Fault::NotYet) } else { Ok(day) });
    let day = faults.take("day", day);
    let reference = faults.take("reference", line(&half_width(cell(1)), REFERENCE));
    let answer = faults.take("result", Answer::parse(cell(2)));
    let amount = faults.take("amount", Amount::parse(cell(3)));
    let payment = match (answer, cell(4).trim()) {
        (Some(answer), "") if answer.is_of_a_payment() => Err(Fault::Required),
        (_, "") => Ok(None),
        (_, text) => text.parse().map(Some).map_err(|_| Fault::ReferenceShape),
    };
    let payment = faults.take("payment", payment);
    match (day, reference, answer, amount, payment) {
        (Some(day), Some(reference), Some(answer), Some(amount), Some(payment)) => {
            Ok(StatementRow { day, reference, answer, amount, payment })
        }
        _ => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const TODAY: civil::Date = civil::date(2026, 7, 20);

    fn wrong(cells: &[&str]) -> Vec<(String, Fault)> {
        let faults = read_row(cells, TODAY).expect_err("faults").into_errors();
        faults.into_iter().map(|error| (error.field, error.fault)).collect()
    }

    #[test]
    fn a_row_is_read_as_the_bank_writes_it() {
        let payment = PaymentId(Uuid::from_u128(7));
        let id = payment.to_string();
        assert_eq!(
            read_row(&["2026-07-20", " ＡＢ123 ", "成功", "10,000.00", &id], TODAY).expect("a row"),
            StatementRow {
                day: TODAY,
                reference: "AB123".into(),
                answer: Answer::Settled,
                amount: Amount::new(1_000_000).expect("an amount"),
                payment: Some(payment),
            }
        );
        let income = read_row(&["2026-07-20", "AB124", "收款", "5", ""], TODAY).expect("a row");
        assert_eq!((income.answer, income.payment), (Answer::Income, None));
    }

    #[test]
    fn a_heading_is_known_in_both_languages_and_a_row_is_none() {
        assert!(is_heading(&COLUMNS) && is_heading(&COLUMNS_ZH));
        assert!(is_heading(&[" Day", "Reference", "RESULT", "amount", "payment ", "branch"]));
        assert!(!is_heading(&["2026-07-20", "AB124", "收款", "5", ""]), "a row");
        assert!(!is_heading(&["流水号", "日期", "结果", "金额", "付款编号"]), "another order");
        assert!(!is_heading(&COLUMNS[..4]) && !is_heading(&[]), "not all of them");
    }

    #[test]
    fn every_fault_of_a_row_is_told_with_its_column() {
        let named = |column: &str, fault| (column.to_owned(), fault);
        assert_eq!(
            wrong(&["20 July", "", "perhaps", "1.005", "x"]),
            [
                named("day", Fault::DateShape),
                named("reference", Fault::Required),
                named("result", Fault::NotAChoice),
                named("amount", Fault::MoneyDecimals),
                named("payment", Fault::ReferenceShape),
            ]
        );
        assert_eq!(
            wrong(&["2026-07-21", "A", "失败", "1", ""]),
            [named("day", Fault::NotYet), named("payment", Fault::Required)]
        );
        assert_eq!(wrong(&[]).len(), 4, "an empty row");
    }
}
