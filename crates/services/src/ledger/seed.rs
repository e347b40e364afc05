//! The demo: two invented people of finance, three funds with what was before the books began, what came since, and awards at
//! every point of their way. Everything is done as it is done every day, by a house whose clock shows those days.

use super::funds::NewFund;
use super::seed_case::{Granted, People, before_committee, granted, people, waiting};
use super::seed_decided::decided;
use super::{
    EnvelopeCharter, Given, LedgerError, NewPayee, Opening, Part, add_envelope, allocate, close_month, confirm_payee,
    donate, enter_payee, import, let_go, note_evidence, open, open_fund, prepare, reverse, send_file,
};
use crate::account::AccountError;
use crate::account::staff::{self, NewStaff};
use crate::{Context, Services};
use domain::account::{Actor, Login, Role};
use domain::bus::City;
use domain::contact::PersonName;
use domain::disclosure::Quarter;
use domain::field::{Fault, FieldError};
use domain::ids::{
    AwardId, EnvelopeId, FundId, LedgerEntryId, LoginSessionId, PayeeId, PaymentFileId, PaymentId, StatementId,
    TrancheId,
};
use domain::ledger::{AccountNumber, Amount, DiseaseGroup, Evidence, FundCode, Month, PayeeKind, Purpose};
use domain::time::local_day;
use jiff::{SignedDuration, civil};
use secrecy::SecretString;
use store::ledger::{self as sql, awards, journal};
use uuid::Uuid;

/// A fund of the demo.
struct Invented {
    code: &'static str,
    /// In both languages.
    name: [&'static str; 2],
    group: DiseaseGroup,
    /// The names of its envelopes, in both languages.
    envelopes: &'static [[&'static str; 2]],
    /// What was given and paid before the books began: how many years ago, in yuan, and to how many families.
    before: [(i16, i64, i64, u32); 2],
}

const YEARLY: [&str; 2] = ["年度预算", "Annual budget"];

const FUNDS: [Invented; 3] = [
    Invented {
        code: "HJB-2026",
        name: ["演示·罕见病救助基金", "Demo: rare disease fund"],
        group: DiseaseGroup::Rare,
        envelopes: &[YEARLY, ["儿童专项", "For children"]],
        before: [(2, 1_300_000, 1_000_000, 26), (1, 1_700_000, 1_400_000, 36)],
    },
    Invented {
        code: "NZX-2026",
        name: ["演示·难治性疾病救助基金", "Demo: refractory disease fund"],
        group: DiseaseGroup::Refractory,
        envelopes: &[YEARLY],
        before: [(2, 3_200_000, 2_900_000, 55), (1, 2_800_000, 2_600_000, 40)],
    },
    Invented {
        code: "BYZ-2026",
        name: ["演示·不孕症救助基金", "Demo: infertility fund"],
        group: DiseaseGroup::Infertility,
        envelopes: &[YEARLY],
        before: [(2, 600_000, 560_000, 22), (1, 600_000, 580_000, 26)],
    },
];

/// Who acts, and in what.
struct Demo<'a> {
    services: &'a Services,
    context: &'a Context,
    preparer: Actor,
    releaser: Actor,
    families: People,
}

/// An envelope with the group its fund is for, and where the family lives whose award is out of it.
#[derive(Clone, Copy)]
struct Of(EnvelopeId, DiseaseGroup, City);

/// Sets up the people, the funds and what happened to them. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), LedgerError> {
    if !sql::funds(&services.db).await?.is_empty() {
        return Ok(());
    }
    let prepares = hire(services, context, "demo-preparer", "演示·制单员", Role::FinancePreparer).await?;
    let releases = hire(services, context, "demo-releaser", "演示·放行员", Role::FinanceReleaser).await?;
    let families = people(services, context).await?;
    let (Some(preparer), Some(releaser), Some(families)) = (prepares, releases, families) else { return Ok(()) };
    let demo = Demo { services, context, preparer, releaser, families };
    let mut envelopes = Vec::new();
    for fund in &FUNDS {
        envelopes.push(demo.fund(fund).await?);
    }
    let [rare, refractory, infertility] = envelopes.as_slice() else { return Err(LedgerError::Unreadable) };
    let children = rare.get(1);
    let (Some(rare), Some(refractory), Some(infertility)) = (rare.first(), refractory.first(), infertility.first())
    else {
        return Err(LedgerError::Unreadable);
    };
    demo.quarters(*rare, *refractory).await?;
    demo.gifts(*rare, *refractory, children).await?;
    demo.aid(*rare, *refractory, *infertility).await?;
    let month = Month::of(local_day(demo.past(150).now));
    close_month(services, &demo.releases(1), month).await
}

/// An invented colleague, with a password nobody knows: whoever looks after accounts gives another. None where the login is
/// taken from an earlier run.
pub(crate) async fn hire(
    services: &Services,
    context: &Context,
    login: &str,
    name: &str,
    role: Role,
) -> Result<Option<Actor>, LedgerError> {
    let login = Login::parse(login).map_err(faulty)?;
    let name = PersonName::parse(name).map_err(faulty)?;
    let password = SecretString::from(Uuid::from_u128(u128::from_be_bytes(crate::crypto::random())).to_string());
    let roles = vec![role];
    let colleague = NewStaff { login, name, password, own_password: false, roles: roles.clone() };
    match staff::create(services, context, colleague).await {
        Ok(account) => {
            let login = LoginSessionId(Uuid::nil());
            Ok(Some(Actor::Staff { account, login, roles, stepped_up_at: None }))
        }
        Err(AccountError::Field { .. }) => Ok(None),
        Err(AccountError::Database(error)) => Err(error.into()),
        Err(_) => Err(LedgerError::Unreadable),
    }
}

pub(super) fn faulty(fault: Fault) -> LedgerError {
    LedgerError::Fields(vec![FieldError::new("demo", fault)])
}

fn yuan(yuan: i64) -> Result<Amount, LedgerError> {
    Amount::new(yuan * 100).map_err(faulty)
}

impl Demo<'_> {
    /// The house so many days ago.
    fn past(&self, days: i64) -> Context {
        Context { now: self.context.now - SignedDuration::from_hours(24 * days), ..self.context.clone() }
    }

    fn by(&self, actor: &Actor, days: i64) -> Context {
        let past = self.past(days);
        let actor = match actor {
            Actor::Staff { account, login, roles, .. } => {
                Actor::Staff { account: *account, login: *login, roles: roles.clone(), stepped_up_at: Some(past.now) }
            }
            other => other.clone(),
        };
        Context { actor, ..past }
    }

    fn prepares(&self, days: i64) -> Context {
        self.by(&self.preparer, days)
    }

    fn releases(&self, days: i64) -> Context {
        self.by(&self.releaser, days)
    }

    async fn fund(&self, invented: &Invented) -> Result<Vec<Of>, LedgerError> {
        let by = self.prepares(200);
        let id: FundId = by.new_id();
        let [name_zh, name_en] = invented.name.map(str::to_owned);
        let fund = NewFund {
            id,
            code: FundCode::parse(invented.code).map_err(faulty)?,
            name_zh,
            name_en,
            purpose: Purpose { group: Some(invented.group), ..Purpose::default() },
        };
        open_fund(self.services, &by, &fund).await?;
        let mut all = Vec::new();
        for names in invented.envelopes {
            let envelope: EnvelopeId = by.new_id();
            let [zh, en] = names;
            add_envelope(self.services, &by, id, envelope, &EnvelopeCharter::named(zh, en)).await?;
            all.push(Of(envelope, invented.group, City::Jinan));
        }
        let first = all.first().ok_or(LedgerError::Unreadable)?;
        for (ago, given, paid, families) in invented.before {
            let day = civil::date(local_day(self.context.now).year() - ago, 12, 31);
            let given = Given { day, ..self.given(&by, *first, given, "演示·账簿启用前的收支汇总")? };
            let opening = Opening { given, paid: Some(yuan(paid)?), families: Some(families) };
            open(self.services, &by, &opening).await?;
        }
        Ok(all)
    }

    /// Money of a paper of that day.
    fn given(&self, by: &Context, of: Of, amount: i64, source: &str) -> Result<Given, LedgerError> {
        let key = by.new_id::<LedgerEntryId>().to_string();
        Ok(Given { key, envelope: of.0, amount: yuan(amount)?, day: local_day(by.now), source: source.to_owned() })
    }

    async fn gift(&self, days: i64, of: Of, amount: i64, reference: &str) -> Result<(), LedgerError> {
        let by = self.prepares(days);
        let given = self.given(&by, of, amount, "演示·省红十字会定向拨付")?;
        donate(self.services, &by, &Given { key: reference.to_owned(), ..given }).await
    }

    /// What came since, one of it entered by mistake, and what was moved.
    async fn gifts(&self, rare: Of, refractory: Of, children: Option<&Of>) -> Result<(), LedgerError> {
        for (days, of, amount, reference) in [
            (171, rare, 200_000, "DEMO2026000101"),
            (139, refractory, 350_000, "DEMO2026000102"),
            (108, rare, 180_000, "DEMO2026000103"),
            (76, refractory, 260_000, "DEMO2026000104"),
            (43, rare, 88_000, "DEMO2026000105"),
            (12, refractory, 120_000, "DEMO2026000106"),
        ] {
            self.gift(days, of, amount, reference).await?;
        }
        self.gift(42, refractory, 88_000, "DEMO2026000107").await?;
        let by = self.prepares(41);
        let mistake = journal::of_key(&self.services.db, "bank:DEMO2026000107").await?;
        let mistake = LedgerEntryId(mistake.ok_or(LedgerError::Unreadable)?.id);
        reverse(self.services, &by, mistake, "演示·与另一笔重复登记").await?;
        if let Some(children) = children {
            let by = self.prepares(100);
            let given = self.given(&by, *children, 150_000, "演示·理事会决议2026-07号")?;
            allocate(self.services, &by, rare.0, &given).await?;
        }
        Ok(())
    }

    /// An award, its account where one was entered (and whether it is confirmed), and its tranches.
    async fn award(
        &self,
        days: i64,
        of: Of,
        parts: &[i64],
        account: Option<bool>,
    ) -> Result<(AwardId, Vec<TrancheId>), LedgerError> {
        let by = self.past(days);
        let award: AwardId = by.new_id();
        let part =
            |amount: &i64| Ok(Part { amount: yuan(*amount)?, needs: vec![Evidence::Agreement, Evidence::Invoice] });
        let parts = parts.iter().map(part).collect::<Result<_, LedgerError>>()?;
        let new = Granted { award, envelope: of.0, group: of.1, city: of.2, parts, signed: account.is_some() };
        granted(self.services, &self.families, &by, new).await?;
        if let Some(confirmed) = account {
            let by = self.prepares(days - 1);
            let number = format!("95588{:011}", days * 7_919);
            let new = NewPayee {
                id: by.new_id::<PayeeId>(),
                award,
                kind: PayeeKind::Hospital,
                name: "演示医院".to_owned(),
                bank: "演示银行济南分行".to_owned(),
                number: AccountNumber::parse(&number).map_err(faulty)?,
            };
            enter_payee(self.services, &by, &new).await?;
            if confirmed {
                confirm_payee(self.services, &self.releases(days - 1), award, new.id).await?;
            }
        }
        let rows = awards::tranches(&self.services.db, award.0).await?;
        Ok((award, rows.into_iter().map(|row| TrancheId(row.id)).collect()))
    }

    async fn prepared(&self, days: i64, tranche: TrancheId) -> Result<(), LedgerError> {
        let by = self.prepares(days);
        note_evidence(self.services, &by, tranche, &[Evidence::Agreement, Evidence::Invoice]).await?;
        prepare(self.services, &by, tranche).await
    }

    async fn released(&self, days: i64, tranche: Option<&TrancheId>) -> Result<PaymentId, LedgerError> {
        let tranche = *tranche.ok_or(LedgerError::Unreadable)?;
        self.prepared(days, tranche).await?;
        let by = self.releases(days);
        let payment: PaymentId = by.new_id();
        let_go(self.services, &by, tranche, payment).await?;
        Ok(payment)
    }

    async fn sent(&self, days: i64) -> Result<(), LedgerError> {
        let by = self.releases(days);
        send_file(self.services, &by, by.new_id::<PaymentFileId>()).await.map(|_| ())
    }

    /// What the bank says on a day: its number, what, yuan, of which payment.
    async fn bank(&self, days: i64, rows: &[(&str, &str, i64, Option<PaymentId>)]) -> Result<(), LedgerError> {
        let by = self.prepares(days);
        let day = local_day(by.now);
        let mut file = "日期,流水号,结果,金额,付款编号\n".to_owned();
        for (reference, answer, amount, payment) in rows {
            let payment = payment.map(|payment| payment.to_string()).unwrap_or_default();
            file.push_str(&format!("{day},{reference},{answer},{amount}.00,{payment}\n"));
        }
        import(self.services, &by, by.new_id::<StatementId>(), file.as_bytes()).await.map(|_| ())
    }

    /// Families of the two quarters before this one, all of them paid: what is disclosed of those has something to say.
    async fn quarters(&self, rare: Of, refractory: Of) -> Result<(), LedgerError> {
        let today = local_day(self.context.now);
        let last = Quarter::before(today);
        let before = Quarter::before(last.period().first());
        let homes = [
            (before, &[(City::Jinan, 6), (City::Qingdao, 6), (City::Linyi, 2)]),
            (last, &[(City::Jinan, 5), (City::Yantai, 6), (City::Jining, 1)]),
        ];
        for (quarter, homes) in homes {
            let ago = quarter.period().last().duration_until(today).as_hours() / 24;
            let homes = homes.iter().flat_map(|(city, families)| std::iter::repeat_n(*city, *families));
            let mut paid = Vec::new();
            for (n, city) in (0_i64..).zip(homes) {
                let of = if n % 2 == 0 { rare } else { refractory };
                let amount = 12_000 + n * 7_000 % 17_000;
                let of = Of(of.0, of.1, city);
                let (_, parts) = self.award(ago + 12, of, &[amount], Some(true)).await?;
                paid.push((self.released(ago + 9, parts.first()).await?, amount, format!("DEMO{quarter}{n:03}")));
            }
            self.sent(ago + 8).await?;
            let rows = paid.iter().map(|(payment, amount, key)| (key.as_str(), "成功", *amount, Some(*payment)));
            self.bank(ago + 5, &rows.collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// Awards at every point of their way.
    async fn aid(&self, rare: Of, refractory: Of, infertility: Of) -> Result<(), LedgerError> {
        // Paid in full; and half of another.
        let (_, whole) = self.award(70, rare, &[20_000], Some(true)).await?;
        let (_, half) = self.award(64, rare, &[15_000, 10_000], Some(true)).await?;
        let paid = [self.released(60, whole.first()).await?, self.released(60, half.first()).await?];
        self.sent(59).await?;
        let [first, second] = paid;
        self.bank(
            57,
            &[("DEMO2026000201", "成功", 20_000, Some(first)), ("DEMO2026000202", "成功", 15_000, Some(second))],
        )
        .await?;
        // One that failed, one of which nobody knows, one that the bank has not answered.
        let (_, failed) = self.award(30, refractory, &[12_000], Some(true)).await?;
        let (_, doubt) = self.award(28, rare, &[18_000], Some(true)).await?;
        let (_, waits) = self.award(26, refractory, &[40_000], Some(true)).await?;
        let failed = self.released(20, failed.first()).await?;
        let doubt = self.released(20, doubt.first()).await?;
        self.released(20, waits.first()).await?;
        self.sent(19).await?;
        self.bank(
            11,
            &[
                ("DEMO2026000106", "收款", 120_000, None),
                ("DEMO2026000203", "失败", 12_000, Some(failed)),
                ("DEMO2026000204", "未知", 18_000, Some(doubt)),
                ("DEMO2026000205", "收款", 50_000, None),
                ("DEMO2026000206", "收款", 37, None),
            ],
        )
        .await?;
        // Let go and prepared, each waiting for the next hand.
        let (_, next) = self.award(16, refractory, &[25_000], Some(true)).await?;
        self.released(5, next.first()).await?;
        let (_, ready) = self.award(14, refractory, &[30_000], Some(true)).await?;
        if let Some(ready) = ready.first() {
            self.prepared(4, *ready).await?;
        }
        // An account that waits for a second person; a fund that is promised to the last fen.
        self.award(9, rare, &[9_000], Some(false)).await?;
        self.award(8, infertility, &[30_000, 30_000], None).await?;
        before_committee(self.services, &self.families, &self.past(3)).await?;
        decided(self.services, &self.families, &self.past(2), (refractory.0, refractory.1)).await?;
        waiting(self.services, &self.families, &self.past(3)).await
    }
}
