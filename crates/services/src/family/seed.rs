//! The demo: families with invented people and numbers of the test range, for the units that the room of custody seeds.

use super::{CONTRACT_NUMBERS, FamilyError, Founder, Founding, found_in, hand_over_due};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::contact::{PersonName, Phone};
use domain::custody::Pool;
use domain::family::{ContractNumber, ContractState, Kin};
use domain::field::Fault;
use domain::ids::UnitId;
use domain::time::{local_day, start_of_day};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// A family of the demo: contract number and how far it is, child, its age in days, the mother's mobile number, the other guardian's,
/// the child's.
struct Invented {
    number: &'static str,
    state: ContractState,
    child: &'static str,
    days: i64,
    mother: &'static str,
    other: &'static str,
    own: Option<&'static str>,
}

const FAMILIES: [Invented; 8] = [
    Invented {
        number: "SD2026000417",
        state: ContractState::Active,
        child: "演示宝宝甲",
        days: 111,
        mother: "19900000101",
        other: "19900000102",
        own: None,
    },
    Invented {
        number: "SD2008000018",
        state: ContractState::Active,
        child: "演示青年乙",
        days: 18 * 365 + 51,
        mother: "19900000201",
        other: "19900000202",
        own: Some("19900000203"),
    },
    Invented {
        number: "SD2026000501",
        state: ContractState::Draft,
        child: "演示宝宝丙",
        days: 3,
        mother: "19900000301",
        other: "19900000302",
        own: None,
    },
    Invented {
        number: "SD2026000433",
        state: ContractState::Signed,
        child: "演示宝宝丁",
        days: 9,
        mother: "19900000401",
        other: "19900000402",
        own: None,
    },
    Invented {
        number: "SD2025000207",
        state: ContractState::Arrears,
        child: "演示宝宝戊",
        days: 340,
        mother: "19900000501",
        other: "19900000502",
        own: None,
    },
    Invented {
        number: "SD2024000112",
        state: ContractState::Terminated,
        child: "演示宝宝己",
        days: 700,
        mother: "19900000601",
        other: "19900000602",
        own: None,
    },
    Invented {
        number: "SD2006000031",
        state: ContractState::Expired,
        child: "演示青年庚",
        days: TERM + 30,
        mother: "19900000701",
        other: "19900000702",
        own: Some("19900000703"),
    },
    Invented {
        number: "SD2023000064",
        state: ContractState::Transferred,
        child: "演示宝宝辛",
        days: 1100,
        mother: "19900000801",
        other: "19900000802",
        own: None,
    },
];

/// Days of a term: twenty years.
const TERM: i64 = 365 * 20;

fn parsed<T>(value: Result<T, Fault>) -> Result<T, FamilyError> {
    value.map_err(|_| FamilyError::Unreadable)
}

/// Makes the demo's families, for units that are nobody's while there are some. Repeating it adds nothing.
///
/// # Errors
/// `Database`.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), FamilyError> {
    let today = local_day(context.now);
    for invented in &FAMILIES {
        let number = parsed(ContractNumber::parse(invented.number))?;
        let index = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
        // Before a unit is looked for: where there are as many as the bank has, that takes its time.
        if store::family::support::family_of(&services.db, &index).await?.is_some() {
            continue;
        }
        let born = today.saturating_sub(invented.days.days());
        let kept = matches!(invented.state, ContractState::Active | ContractState::Arrears);
        let unit = if kept { store::family::join::nobodys(&services.db, start_of_day(born)).await? } else { None };
        let unit = unit.map(UnitId);
        let founding = founding(invented, unit, today)?;
        let (own, context) = (services.clone(), context.clone());
        let made = to_the_end(async move {
            let mut tx = own.begin().await?;
            found_in(&own, &mut tx, &context, &founding).await?;
            Ok::<_, FamilyError>(tx.commit().await?)
        })
        .await;
        match made {
            Ok(()) | Err(FamilyError::Over) => {}
            Err(error) => return Err(error),
        }
    }
    hand_over_due(services).await?;
    Ok(())
}

fn founding(invented: &Invented, unit: Option<UnitId>, today: Date) -> Result<Founding, FamilyError> {
    let born = today.saturating_sub(invented.days.days());
    let signed = born.saturating_sub(60.days());
    let until = signed.saturating_add(TERM.days());
    let invited = |phone: &str, kin, mother| -> Result<Founder, FamilyError> {
        Ok(Founder { kin, mother, phone: parsed(Phone::parse(phone))? })
    };
    let own = invented.own.map(Phone::parse).transpose();
    // Prices are invented: what a family pays stands in its contract.
    let pays = !matches!(invented.state, ContractState::Arrears | ContractState::Terminated);
    let yearly = |year: i64| {
        let due = signed.saturating_add((365 * year).days());
        ("storage", due, 62_000, (pays && due <= today).then_some(due))
    };
    let draft = invented.state == ContractState::Draft;
    let mut prices = vec![("preparation", signed, 598_000, (!draft).then_some(signed))];
    let passed = i64::from(today.year() - signed.year());
    prices.extend((1..=passed.max(0) + 1).map(yearly).filter(|(_, due, ..)| *due < until));
    Ok(Founding {
        number: parsed(ContractNumber::parse(invented.number))?,
        pool: Pool::Family,
        state: invented.state,
        term: (!draft).then_some((signed, until)),
        unit,
        child: (parsed(PersonName::parse(invented.child))?, born, parsed(own)?),
        invited: vec![
            invited(invented.mother, Kin::Owner, true)?,
            invited(invented.other, Kin::SecondGuardian, false)?,
        ],
        prices,
    })
}
