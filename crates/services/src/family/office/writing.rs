//! Writing a contract: a draft with its family, the child, the guardians that are registered, and what it costs. Nobody is told by it;
//! who is invited is told from the contract's page. Whoever is registered can come in, so that it takes the fresh second factor that
//! inviting takes.

use super::acts::storage;
use super::{born, fault, inviter};
use crate::db::to_the_end;
use crate::family::{CONTRACT_NUMBERS, FamilyError, Founder, Founding, found_in};
use crate::{Context, Services};
use domain::contact::{PersonName, Phone};
use domain::custody::Pool;
use domain::family::{ContractNumber, ContractState, Kin, schedule};
use domain::field::{Fault, Faults};
use domain::ids::ContractId;
use domain::ledger::Amount;
use domain::time::{day, local_day};
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::family::office as sql;
use uuid::Uuid;

/// Days in which a child that is expected is born.
const EXPECTED: i64 = 300;

/// A contract, as it is typed.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// The form's own: pressed twice it is one contract.
    pub form: Uuid,
    /// Its number.
    pub number: String,
    /// For whose use: the stored word.
    pub pool: String,
    /// What the child is called.
    pub child: String,
    /// When it was born, or is expected.
    pub born: String,
    /// The mobile number of the guardian who makes the contract.
    pub owner: String,
    /// The other guardian's, if there is one.
    pub second: String,
    /// Who is the mother: `owner`, `second`, or neither.
    pub mother: String,
    /// What preparation costs, in yuan.
    pub preparation: String,
    /// Until when.
    pub preparation_on: String,
    /// What a year of storage costs, in yuan.
    pub storage: String,
    /// When the first of them is due.
    pub storage_from: String,
    /// How many years.
    pub years: String,
}

fn guardians(faults: &mut Faults, new: &Writing) -> Option<Vec<Founder>> {
    let owner = faults.take("owner", Phone::parse(&new.owner));
    let second = match new.second.trim() {
        "" => Some(None),
        text => faults.take("second", Phone::parse(text)).map(Some),
    };
    let fits = match new.mother.as_str() {
        "owner" | "neither" => true,
        "second" => second != Some(None),
        _ => false,
    };
    let mother = match new.mother.as_str() {
        "" => Err(Fault::Required),
        _ if fits => Ok(()),
        _ => Err(Fault::NotAChoice),
    };
    let mother = faults.take("mother", mother);
    let (owner, second, ()) = (owner?, second?, mother?);
    if second.as_ref() == Some(&owner) {
        faults.add("second", Fault::AlreadyExists);
        return None;
    }
    let mut all = vec![Founder { kin: Kin::Owner, mother: new.mother == "owner", phone: owner }];
    let other = |phone| Founder { kin: Kin::SecondGuardian, mother: new.mother == "second", phone };
    all.extend(second.map(other));
    Some(all)
}

/// What preparation costs, and until when; nothing where neither is typed.
fn preparation(faults: &mut Faults, (amount, on): (&str, &str)) -> Option<Option<(Date, Amount)>> {
    if [amount, on].iter().all(|text| text.trim().is_empty()) {
        return Some(None);
    }
    let amount = faults.take("preparation", Amount::parse(amount));
    let on = faults.take("preparation_on", day(on));
    Some(Some((on?, amount?)))
}

fn read(new: &Writing, today: Date) -> Result<Founding, FamilyError> {
    let mut faults = Faults::default();
    let number = faults.take("number", ContractNumber::parse(&new.number));
    let pool = faults.take("pool", Pool::from_name(&new.pool).ok_or(Fault::NotAChoice));
    let name = faults.take("child", PersonName::parse(&new.child));
    let expected = today.saturating_add(EXPECTED.days());
    let born = faults.take("born", born(&new.born, (today, expected)));
    let invited = guardians(&mut faults, new);
    let once = preparation(&mut faults, (&new.preparation, &new.preparation_on));
    let yearly = storage(&mut faults, (&new.storage, &new.storage_from, &new.years));
    let prices = once.zip(yearly).map(|(once, yearly)| schedule(once, yearly));
    if prices.as_ref().is_some_and(Vec::is_empty) {
        faults.add("storage", Fault::Required);
    }
    match (number, pool, name, born, invited, prices) {
        (Some(number), Some(pool), Some(name), Some(born), Some(invited), Some(prices)) if faults.is_empty() => {
            Ok(Founding {
                number,
                pool,
                state: ContractState::Draft,
                term: None,
                unit: None,
                child: (name, born, None),
                invited,
                prices: prices.into_iter().map(|(kind, on, amount)| (kind, on, amount.get(), None)).collect(),
            })
        }
        _ => Err(FamilyError::Fields(faults.into_errors())),
    }
}

/// Writes a contract as a draft. Pressed twice it is one.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `Fields` (by the names of [`Writing`]; `number` also where there is a contract of
/// it); `SentBefore` for a form that wrote another contract; `Crypto`, `Unreadable`, `Database`.
pub async fn write(services: &Services, context: &Context, new: &Writing) -> Result<ContractId, FamilyError> {
    inviter(context)?;
    let founding = read(new, local_day(context.now))?;
    let (services, context, form) = (services.clone(), context.clone(), new.form);
    to_the_end(async move {
        if let Some(before) = sent(&services, &founding.number, form).await? {
            return Ok(before);
        }
        match founded(&services, &context, &founding, form).await {
            // Of this number, unless it was pressed twice in one instant.
            Err(FamilyError::Over) => {
                sent(&services, &founding.number, form).await?.ok_or_else(|| fault("number", Fault::AlreadyExists))
            }
            done => done,
        }
    })
    .await
}

/// The contract a form wrote, if it did.
async fn sent(services: &Services, number: &ContractNumber, form: Uuid) -> Result<Option<ContractId>, FamilyError> {
    let Some(before) = sql::of_form(&services.db, form).await? else { return Ok(None) };
    let index = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
    if sql::of_number(&services.db, &index).await? == Some(before) {
        Ok(Some(ContractId(before)))
    } else {
        Err(FamilyError::SentBefore)
    }
}

async fn founded(
    services: &Services,
    context: &Context,
    founding: &Founding,
    form: Uuid,
) -> Result<ContractId, FamilyError> {
    let mut tx = services.begin().await?;
    let (_, contract) = found_in(services, &mut tx, context, founding).await?;
    sql::mark_form(&mut *tx, contract.0, form).await?;
    tx.commit().await?;
    Ok(contract)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 7, 20);

    fn typed() -> Writing {
        let text = str::to_owned;
        Writing {
            number: text("SD2026000777"),
            pool: text("family"),
            child: text("演示宝宝"),
            born: text("2026-07-01"),
            owner: text("13800000071"),
            mother: text("owner"),
            storage: text("620"),
            storage_from: text("2026-08-01"),
            years: text("20"),
            ..Writing::default()
        }
    }

    fn faults(new: &Writing) -> Vec<(String, Fault)> {
        match read(new, TODAY) {
            Err(FamilyError::Fields(all)) => all.into_iter().map(|error| (error.field, error.fault)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_contract_is_read_with_its_schedule() {
        let founding = read(&typed(), TODAY).expect("a contract");
        assert_eq!(founding.prices.len(), 20);
        assert_eq!(founding.prices[0], ("storage", date(2026, 8, 1), 62_000, None));
        assert_eq!((founding.state, founding.invited.len()), (ContractState::Draft, 1));
        assert!(founding.invited[0].mother);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_beside_its_field() {
        let fields = |new: &Writing| faults(new).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(fields(&Writing::default()), ["number", "pool", "child", "born", "owner", "mother", "storage"]);
        let (first, last) = (date(2008, 7, 20), date(2027, 5, 16));
        for (new, expected) in [
            (Writing { mother: "second".to_owned(), ..typed() }, ("mother", Fault::NotAChoice)),
            (Writing { second: "13800000071".to_owned(), ..typed() }, ("second", Fault::AlreadyExists)),
            (Writing { born: "2027-05-17".to_owned(), ..typed() }, ("born", Fault::DateBetween { first, last })),
            (Writing { years: "31".to_owned(), ..typed() }, ("years", Fault::OutOfRange { min: 1, max: 30 })),
            (Writing { preparation: "5980".to_owned(), ..typed() }, ("preparation_on", Fault::Required)),
            (Writing { preparation_on: "2026-08-01".to_owned(), ..typed() }, ("preparation", Fault::Required)),
            (Writing { storage: String::new(), ..typed() }, ("storage", Fault::Required)),
            (Writing { storage_from: String::new(), ..typed() }, ("storage_from", Fault::Required)),
            (Writing { years: String::new(), ..typed() }, ("years", Fault::Required)),
        ] {
            assert_eq!(faults(&new), [(expected.0.to_owned(), expected.1)]);
        }
    }

    /// With a price for preparation beside it, a year's sum that was left out would not be missed otherwise.
    #[test]
    fn a_year_of_storage_that_is_half_typed_is_asked_back_and_never_let_fall() {
        let text = str::to_owned;
        let prepared = Writing { preparation: text("5980"), preparation_on: text("2026-08-01"), ..typed() };
        for (new, field) in [
            (Writing { storage: String::new(), ..prepared.clone() }, "storage"),
            (Writing { storage: text(" "), years: String::new(), ..prepared.clone() }, "storage"),
            (Writing { storage: String::new(), storage_from: String::new(), ..prepared.clone() }, "storage"),
            (Writing { storage_from: String::new(), ..prepared.clone() }, "storage_from"),
        ] {
            let fields = faults(&new);
            assert_eq!(fields.first(), Some(&(text(field), Fault::Required)), "{fields:?}");
        }
        let [storage, storage_from, years] = [(); 3].map(|()| String::new());
        let once = Writing { storage, storage_from, years, ..prepared };
        assert_eq!(read(&once, TODAY).expect("a contract").prices, [("preparation", date(2026, 8, 1), 598_000, None)]);
    }
}
