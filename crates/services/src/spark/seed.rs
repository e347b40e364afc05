//! The demo: one version of standards, invented and marked as such.

use super::{Per, SparkError, Standard, Standards, publish, standards};
use crate::{Context, Services};
use domain::ledger::Amount;
use domain::outreach::Bilingual;
use domain::spark::DiseaseGroup;
use domain::time::local_day;

/// Group, what is aided, which costs, the most in yuan, per.
type Invented = (DiseaseGroup, (&'static str, &'static str), (&'static str, &'static str), i64, Per);

const LINES: [Invented; 6] = [
    (
        DiseaseGroup::Refractory,
        ("造血干细胞移植", "Stem cell transplantation"),
        ("移植住院、预处理和移植后一年内的随诊用药", "Hospital stay, conditioning, and medicines in the year after"),
        50_000,
        Per::Case,
    ),
    (
        DiseaseGroup::Refractory,
        ("住院治疗", "Treatment in hospital"),
        ("医保报销之后由个人负担的住院费用", "Costs of the stay that insurance leaves to the patient"),
        30_000,
        Per::Case,
    ),
    (
        DiseaseGroup::Rare,
        ("长期用药", "Long-term medicines"),
        ("医生开具、用于所确诊罕见病的药品和特殊食品", "Medicines and special food prescribed for the rare disease"),
        20_000,
        Per::Year,
    ),
    (
        DiseaseGroup::Rare,
        ("诊断与遗传咨询", "Diagnosis and genetic counselling"),
        ("确诊所需的检查、基因检测和遗传咨询", "Tests, genetic tests and counselling that the diagnosis needs"),
        8_000,
        Per::Case,
    ),
    (
        DiseaseGroup::Infertility,
        ("辅助生殖治疗", "Assisted reproduction"),
        (
            "在有资质的医疗机构进行的辅助生殖治疗，由个人负担的部分",
            "Treatment in a licensed institution, as far as it is left to the patient",
        ),
        15_000,
        Per::Case,
    ),
    (
        DiseaseGroup::Infertility,
        ("检查与药物治疗", "Tests and medicines"),
        ("不孕症病因检查和促排卵等药物治疗", "Tests for the cause, and treatment by medicines"),
        5_000,
        Per::Case,
    ),
];

/// Publishes the demo's standards. Repeating it adds nothing.
///
/// # Errors
/// `Database`.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), SparkError> {
    if standards(services, context).await?.is_some() {
        return Ok(());
    }
    let line = |(group, title, covers, yuan, per): Invented| -> Result<Standard, SparkError> {
        let most = Amount::new(yuan * 100).map_err(|_| SparkError::Unreadable)?;
        let (title, covers) = (Bilingual::new(title.0, title.1), Bilingual::new(covers.0, covers.1));
        Ok(Standard { group, title, covers, most, per })
    };
    let lines = LINES.into_iter().map(line).collect::<Result<_, SparkError>>()?;
    let fresh = Standards {
        version: 1,
        holds_from: local_day(context.now),
        demo: true,
        decided: Bilingual::new("演示评审会", "The demo's committee"),
        lines,
    };
    publish(services, context, &fresh).await
}
