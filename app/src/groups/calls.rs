//! What groups do: begin a form, keep it, send it, answer, accept, decline, become smaller, withdraw, send the list.

use super::is_wish;
use crate::calls::{Answer, Asked, Call, Then};
use crate::form::Tone;
use crate::requests::calls;
use crate::routes::Access;
use domain::field::Fault;
use domain::groups::typed;
use domain::typed::Typed;
use services::groups::{self, GroupError, GroupFault, Groups, LARGEST_FILE, LARGEST_LETTER, Sent, TEMPLATE};

/// The groups' calls.
pub const CALLS: &[Call] = &[
    Call::post("/museum/groups/apply", Access::Public, &calls::begin::<Groups>),
    Call::post("/museum/groups/apply/:draft", Access::Public, &who),
    Call::post("/museum/groups/apply/:draft/when", Access::Public, &when),
    Call::post("/museum/groups/apply/:draft/code", Access::Public, &calls::code::<Groups>),
    Call::post("/museum/groups/apply/:draft/resend", Access::Public, &calls::resend::<Groups>),
    Call::post("/museum/groups/r/:link/answer", Access::Public, &calls::answer::<Groups>),
    Call::post("/museum/groups/r/:link/accept", Access::Public, &calls::accept::<Groups>),
    Call::post("/museum/groups/r/:link/decline", Access::Public, &calls::decline::<Groups>),
    Call::post("/museum/groups/r/:link/smaller", Access::Public, &smaller),
    Call::post("/museum/groups/r/:link/withdraw", Access::Public, &calls::withdraw::<Groups>),
    Call::upload("/museum/groups/r/:link/roster", Access::Public, LARGEST_FILE, &roster),
    Call::post("/museum/groups/r/:link/roster/remove", Access::Public, &remove_roster),
    Call::upload("/museum/groups/r/:link/letter", Access::Public, LARGEST_LETTER, &letter),
    Call::post("/museum/groups/r/:link/letter/remove", Access::Public, &remove_letter),
    Call::get("/museum/groups/roster.csv", Access::Public, &template),
    Call::get("/account/groups/:id", Access::SignedIn, &calls::own::<Groups>),
];

/// The field of a list's faults, row by row, as the page shows them again.
pub(super) const ROWS: &str = "rows";

/// Shows the page at `page` again with what was typed, why it was refused, and the faults of a list row by row.
fn refused(asked: &Asked, page: String, error: GroupError) -> Answer {
    let rows = match &error {
        GroupError::Own(GroupFault::Rows(faults)) => Some(serde_json::to_string(faults).unwrap_or_default()),
        _ => None,
    };
    let mut answer = calls::refused_without(asked, page, error, &["code", ROWS]);
    if let (Some(rows), Then::Again { form, .. }) = (rows, &mut answer.then) {
        form.values.insert(ROWS.to_owned(), rows);
    }
    answer
}

/// What was sent, as the form's own fields.
fn sent(asked: &Asked) -> Typed {
    typed(asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

async fn who(asked: Asked) -> Answer {
    let (mut draft, page) = match calls::draft::<Groups>(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Err(error) = calls::keep(&asked, &mut draft, sent(&asked), |name| !is_wish(name)).await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    match groups::offered(&asked.services, &asked.context, &draft.typed).await {
        Ok(_) => Answer::to(format!("{page}/when")),
        Err(error) => refused(&asked, page, error),
    }
}

async fn when(asked: Asked) -> Answer {
    let (mut draft, first) = match calls::draft::<Groups>(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{first}/when");
    if let Err(error) = calls::keep(&asked, &mut draft, sent(&asked), is_wish).await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    match groups::send(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(format!("{first}/code")),
        Err(error) => calls::not_sent(&asked, &draft, page, error),
    }
}

async fn smaller(asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Groups>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let to = (asked.field("members"), asked.field("adults"));
    let result = groups::smaller(&asked.services, &asked.context, &handle, calls::version(&asked), to).await;
    calls::changed(&asked, page, "smaller", result).await
}

/// The list: the file where one was chosen, otherwise what was typed.
async fn roster(mut asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Groups>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let sent = match asked.file.take() {
        Some(file) if file.too_large => {
            let max = u32::try_from(LARGEST_FILE / 1024).unwrap_or(u32::MAX);
            return refused(&asked, page, GroupError::field("file", Fault::FileTooLarge { max }));
        }
        Some(file) if file.workbook => Sent::Workbook(file.bytes),
        Some(file) => Sent::File(file.bytes),
        None if asked.field("list").trim().is_empty() => {
            let text = asked.t("groups-roster-nothing").to_string();
            return Answer::again_at(page, asked.typed(&[]).with_notice(Tone::Warning, text));
        }
        None => Sent::Text(asked.field("list").to_owned()),
    };
    let result = groups::save_roster(&asked.services, &asked.context, &handle, sent, &asked.network).await;
    match result {
        Err(error @ GroupError::Own(_)) => refused(&asked, page, error),
        result => calls::changed(&asked, page, "listed", result.map(|_| ())).await,
    }
}

async fn remove_roster(asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Groups>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = groups::remove_roster(&asked.services, &asked.context, &handle).await;
    calls::changed(&asked, page, "unlisted", result).await
}

/// The stamped letter.
async fn letter(mut asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Groups>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let bytes = match asked.file.take() {
        Some(file) if file.too_large => {
            let max = u32::try_from(LARGEST_LETTER / (1024 * 1024)).unwrap_or(u32::MAX);
            return refused(&asked, page, GroupError::field("letter", Fault::FileTooHeavy { max }));
        }
        Some(file) => file.bytes,
        None => return refused(&asked, page, GroupError::field("letter", Fault::Required)),
    };
    let result = groups::save_letter(&asked.services, &asked.context, &handle, bytes, &asked.network).await;
    calls::changed(&asked, page, "letter", result).await
}

async fn remove_letter(asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Groups>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let result = groups::remove_letter(&asked.services, &asked.context, &handle).await;
    calls::changed(&asked, page, "noletter", result).await
}

/// A list to fill in.
async fn template(asked: Asked) -> Answer {
    let name = format!("{}.csv", asked.t("groups-roster-template-name"));
    Answer::file("text/csv; charset=utf-8", Some(name), TEMPLATE.as_bytes())
}
