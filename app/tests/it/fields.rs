//! Fields show what was typed, as text and nothing else.

use crate::reading::{tags, visit};
use app::form::FormState;
use app::ui::{Checkbox, Checkboxes, Choice, NumberStepper, Select, TextArea, TextField};
use domain::Locale;
use leptos::prelude::*;
use testkit::TestHouse;

const ATTACK: &str = "\n</textarea><script>alert(1)</script>\"' & <b>";

async fn html<V: IntoView>(typed: &[(&str, &str)], make: impl FnOnce() -> V) -> String {
    let house = TestHouse::new().await;
    let visit = visit(&house, Locale::ZhCn, "/");
    let visit = visit.with(|data| data.form = FormState::typed(typed.iter().copied(), &[]));
    let owner = Owner::new();
    owner.with(|| {
        provide_context(visit);
        make().into_view().to_html()
    })
}

#[tokio::test]
async fn a_text_area_keeps_markup_as_text() {
    let html = html(&[("note", ATTACK)], || view! { <TextArea name="note" label="备注"/> }).await;
    assert!(!html.contains("<script"), "{html}");
    assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
    // The first line feed is the one browsers drop; what was typed begins after it.
    assert!(html.contains(">\n\n&lt;/textarea&gt;&lt;script&gt;"), "{html}");
    assert!(html.contains("&quot;") && html.contains("&amp; &lt;b&gt;"), "{html}");
}

#[tokio::test]
async fn only_one_file_of_the_site_has_a_text_area() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path)
                .is_ok_and(|text| text.contains("<textarea\n") || text.contains("<textarea "))
            {
                found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(found, ["field.rs"], "a text area escapes its content in one place only");
}

#[tokio::test]
async fn a_line_of_text_comes_back_escaped() {
    let html = html(&[("name", ATTACK)], || view! { <TextField name="name" label="姓名"/> }).await;
    let input = tags(&html).into_iter().find(|tag| tag.name == "input").expect("an input");
    let value = input.get("value").expect("a value");
    assert!(value.contains("&quot;") && !value.contains('<'), "{value}");
}

#[tokio::test]
async fn a_password_never_comes_back() {
    let html =
        html(&[("secret", "letmein")], || view! { <TextField name="secret" label="密码" kind="password"/> }).await;
    assert!(!html.contains("letmein"));
}

#[tokio::test]
async fn choices_come_back_as_they_were_made() {
    let choices = || vec![Choice::new("a", "甲"), Choice::new("b", "乙"), Choice::new("c", "丙")];
    let html = html(&[("one", "b"), ("some", "a"), ("some", "c"), ("agree", "on")], || {
        view! {
            <Select name="one" label="一个" choices=choices() value="a"/>
            <Checkboxes name="some" label="几个" choices=choices() values=vec!["b".into()]/>
            <Checkbox name="agree" called="同意说明">"同意"</Checkbox>
        }
    })
    .await;
    let tags = tags(&html);
    let selected: Vec<_> =
        tags.iter().filter(|tag| tag.get("selected").is_some()).filter_map(|tag| tag.get("value")).collect();
    assert_eq!(selected, ["b"]);
    let ticked: Vec<_> =
        tags.iter().filter(|tag| tag.get("checked").is_some()).filter_map(|tag| tag.get("value")).collect();
    assert_eq!(ticked, ["a", "c", "on"], "what was unticked stays unticked");
}

#[tokio::test]
async fn a_stepper_is_a_plain_number_before_it_wakes() {
    let html =
        html(&[("people", "4")], || view! { <NumberStepper name="people" label="人数" min=1 max=5 value=2/> }).await;
    let tags = tags(&html);
    let input = tags.iter().find(|tag| tag.name == "input").expect("an input");
    assert_eq!((input.get("value"), input.get("name"), input.get("id")), (Some("4"), Some("people"), Some("f-people")));
    let buttons: Vec<_> = tags.iter().filter(|tag| tag.name == "button").collect();
    assert!(buttons.len() == 2 && buttons.iter().all(|button| button.get("hidden").is_some()), "{html}");
}
