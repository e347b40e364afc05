//! The application to the Spark Project, on a real Postgres.

mod drafts;
mod families;
mod held;
mod keys;
mod papers;
mod papers_appeal;
mod papers_checked;
mod papers_read;
mod races;
mod reading;
mod sending;

use crate::account::{deliver, visitor};
use domain::ids::ApplicationId;
use domain::spark::application::Form;
use domain::typed::Typed;
use services::Context;
use services::spark::apply::{self, ApplyError, Receipt};
use sqlx::AssertSqlSafe;
use testkit::{TestHouse, application};

/// Planted: nothing of these may stand in the clear anywhere.
const NAME: &str = "演示·林小满";
const DIAGNOSIS: &str = "演示用罕见疾病甲";
const PASSPORT: &str = "E87654321";
const ACCOUNT: &str = "6222000011112222";
const PHONE: &str = "13800138000";
const FAMILY: &str = "13900139000";

/// What an adult says who applies for herself, beside what all say alike, by field.
const HERSELF: [(&str, &str); 15] = [
    ("whom", "myself"),
    ("patient_name", NAME),
    ("patient_born", "1990-01-01"),
    ("patient_document_kind", "passport"),
    ("patient_document", PASSPORT),
    ("patient_phone", PHONE),
    ("hospital", "演示医院"),
    ("income", "0"),
    ("other_aid", "no"),
    ("asked", "50000"),
    ("payee", "family"),
    ("account_holder", NAME),
    ("bank", "演示银行"),
    ("account", ACCOUNT),
    ("paper_costs", "at_hand"),
];

/// Saves every page these answers have something for, one after the other, as somebody does who walks through the form.
async fn fill(house: &TestHouse, context: &Context, id: ApplicationId, answers: &[(&str, &str)]) {
    for page in Form::current().pages {
        let typed = page.typed(answers.iter().copied());
        if typed.0.is_empty() {
            continue;
        }
        let shown = read(house, context, id).await;
        if shown.reading.asked(page.key).is_some() {
            let based_on = shown.draft.version(page.key);
            apply::save(&house.services, context, id, (page.key, based_on), &typed).await.expect(page.key);
        }
    }
}

fn whole(otherwise: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut all = application::typed(&HERSELF);
    all.extend(otherwise);
    all
}

async fn read(house: &TestHouse, context: &Context, id: ApplicationId) -> apply::View {
    apply::read(&house.services, context, id).await.expect("one's own")
}

/// A whole application of a visitor, not sent.
async fn begun(house: &TestHouse, context: &Context) -> ApplicationId {
    let id = apply::begin(&house.services, context).await.expect("begun");
    fill(house, context, id, &whole(&[])).await;
    id
}

async fn send(house: &TestHouse, context: &Context, id: ApplicationId) -> Result<Receipt, ApplyError> {
    let seen = read(house, context, id).await.digest;
    apply::submit(&house.services, context, id, &seen).await
}

fn one(key: &str, text: &str) -> Typed {
    Typed::kept(&[key], [(key, text)])
}

async fn count(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {sql}")))
        .fetch_one(&house.db.owner_pool())
        .await
        .expect(sql)
}

/// What the house had to say is read, so that the next message is the next code.
async fn heard(house: &TestHouse) {
    deliver(house).await;
    sqlx::query("delete from dev_mailbox").execute(&house.db.owner_pool()).await.expect("read");
}
