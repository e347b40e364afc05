//! Fields: untouched, and as they come back with everything wrong that can be.

use super::{Shelf, as_if};
use crate::form::{FormState, Tone};
use crate::ui::{
    Button, Checkbox, Checkboxes, Choice, CodeField, DateField, ErrorSummary, Fieldset, Form, HiddenField,
    NumberStepper, Radios, Select, TextArea, TextField, Variant,
};
use crate::visit::Visit;
use domain::field::{Fault, FieldError};
use leptos::prelude::*;

pub fn empty(visit: &Visit) -> AnyView {
    let fields = as_if(visit.with(|data| data.form = FormState::default()), || fields("").into_any());
    view! { <Shelf title="表单">{fields}</Shelf> }.into_any()
}

pub fn refused(visit: &Visit) -> AnyView {
    let long = "很长很长的内容不会撑破页面".repeat(6);
    let typed = [
        ("x-name", "<张三>"),
        ("x-phone", "1380000"),
        ("x-people", "9"),
        ("x-note", long.as_str()),
        ("x-days", "1"),
        ("x-visit", "2026-02-28"),
        ("x-city", "qingdao"),
    ];
    let errors = vec![
        FieldError::new("x-name", Fault::NameCharacters),
        FieldError::new("x-phone", Fault::PhoneShape),
        FieldError::new("x-people", Fault::OutOfRange { min: 1, max: 5 }),
        FieldError::new("x-visit", Fault::DateShape),
        FieldError::new("x-city", Fault::NotAChoice),
        FieldError::new("x-who", Fault::Required),
        FieldError::new("x-code", Fault::CodeWrong { left: 2 }),
        FieldError::new("x-note", Fault::TooLong { max: 60 }),
        FieldError::new("x-accept", Fault::MustAccept),
    ];
    let form = FormState::typed(typed, &[]).with_errors(errors).with_notice(Tone::Danger, "这一场刚刚约满");
    let fields = as_if(visit.with(|data| data.form = form), || {
        let fields = fields("x-").into_any();
        view! { <ErrorSummary/>{fields} }.into_any()
    });
    view! { <Shelf title="退回的表单">{fields}</Shelf> }.into_any()
}

/// The same fields twice on one page need two sets of names.
fn named(prefix: &str, name: &'static str) -> &'static str {
    match (prefix, name) {
        ("", name) => name,
        (_, "name") => "x-name",
        (_, "phone") => "x-phone",
        (_, "people") => "x-people",
        (_, "visit") => "x-visit",
        (_, "city") => "x-city",
        (_, "who") => "x-who",
        (_, "days") => "x-days",
        (_, "code") => "x-code",
        (_, "note") => "x-note",
        (_, "accept") => "x-accept",
        (_, other) => other,
    }
}

fn fields(prefix: &'static str) -> impl IntoView {
    let n = |name| named(prefix, name);
    let cities = vec![
        Choice::new("", "请选择"),
        Choice::new("jinan", "济南"),
        Choice::new("qingdao", "青岛"),
        Choice::new("heze", "菏泽"),
    ];
    let who = vec![
        Choice::new("self", "自己来").hint("一个人也可以参观"),
        Choice::new("family", "和家人来"),
        Choice::new("school", "学校组织").disabled(true),
    ];
    let days = vec![Choice::new("1", "周一"), Choice::new("2", "周二"), Choice::new("3", "周三")];
    view! {
        <Form>
            <HiddenField name="version" value="3"/>
            <TextField name=n("name") label="姓名" autocomplete="name" hint="和到馆时说的名字一致即可"/>
            <TextField name=n("phone") label="手机号" kind="tel" inputmode="tel" autocomplete="tel" width="medium"/>
            <NumberStepper name=n("people") label="一共几个人" hint="包括您自己和孩子" min=1 max=5 value=2/>
            <DateField name=n("visit") label="参观日期"/>
            <Select name=n("city") label="所在城市" choices=cities optional=true/>
            <Radios name=n("who") label="谁来参观" choices=who/>
            <Checkboxes name=n("days") label="哪几天方便" choices=days inline=true/>
            <CodeField name=n("code") label="短信验证码" hint="已发送到 138****0000，十分钟内有效"/>
            <TextArea name=n("note") label="想告诉我们的" optional=true rows=3/>
            <Fieldset legend="确认">
                <Checkbox name=n("accept") called="同意使用信息" hint="取消预约或参观结束后按期删除">"我已阅读并同意"<a href="/privacy">"个人信息保护说明"</a></Checkbox>
            </Fieldset>
            <p class="actions">
                <Button>"提交"</Button>
                <Button variant=Variant::Quiet name="later" value="yes" unchecked=true>"稍后再填"</Button>
            </p>
        </Form>
    }
}
