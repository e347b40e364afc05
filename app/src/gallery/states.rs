//! Things to press, messages, progress, pictures.

use super::Shelf;
use crate::form::Tone;
use crate::ui::{
    Banner, Button, Dialog, EmptyState, Form, Glyph, Icon, Illustration, LinkButton, Meter, Picture, Skeleton, Steps,
    Tag, Variant,
};
use leptos::prelude::*;

pub fn buttons() -> impl IntoView {
    let all = Variant::ALL.map(|variant| {
        let words = match variant {
            Variant::Primary => "确认预约",
            Variant::Secondary => "换一场",
            Variant::Quiet => "稍后再说",
            Variant::Danger => "取消预约",
        };
        view! { <Button variant=variant>{words}</Button> }
    });
    view! {
        <Shelf title="按钮">
            <p class="actions">{all.collect_view()}</p>
            <p class="actions">
                <Button disabled=true>"暂不能预约"</Button>
                <Button busy=true>"正在提交"</Button>
                <Button glyph=Glyph::Calendar>"查看场次"</Button>
                <LinkButton href="#main" variant=Variant::Secondary glyph=Glyph::Download download=true>"下载入场凭证"</LinkButton>
            </p>
            <Dialog label="取消这个预约" title="确定取消这个预约吗？" variant=Variant::Danger>
                <p>"取消后名额会立刻让给其他人。"</p>
                <Form><p class="actions"><Button variant=Variant::Danger>"取消预约"</Button></p></Form>
            </Dialog>
            <Dialog label="减少人数" title="这次来几个人？" open=true>
                <p>"多出来的名额会立刻让给其他人。"</p>
                <Form><p class="actions"><Button>"保存"</Button></p></Form>
            </Dialog>
        </Shelf>
    }
}

pub fn messages() -> impl IntoView {
    let banners = Tone::ALL.map(|tone| {
        view! { <Banner tone=tone title=format!("这是 {} 消息", tone.name())>"第二句话说明接下来可以做什么，"<a href="#main">"也可以带一个链接"</a>"。"</Banner> }
    });
    let tags = Tone::ALL.map(|tone| view! { <Tag tone=tone>{tone.name()}</Tag>" " });
    view! {
        <Shelf title="消息与标签">
            <div class="stack">{banners.collect_view()}</div>
            <p>{tags.collect_view()}</p>
            <EmptyState title="还没有预约"><p>"预约成功后会出现在这里。"</p></EmptyState>
        </Shelf>
    }
}

pub fn progress() -> impl IntoView {
    let steps = || ["选择场次", "填写信息", "确认手机", "完成"].map(Into::into).to_vec();
    view! {
        <Shelf title="进度与占用">
            <Steps steps=steps() current=1/>
            <Steps steps=steps() current=4/>
            <Meter label="已预约7人，共20个名额" value=7 max=20/>
            <Meter label="已预约18人，共20个名额" value=18 max=20/>
            <Meter label="已预约20人，共20个名额" value=20 max=20/>
            <Skeleton/>
        </Shelf>
    }
}

pub fn pictures() -> impl IntoView {
    let pictures = Illustration::ALL.map(|of| view! { <Picture of=of/> });
    let icons = Glyph::ALL.map(|of| view! { <Icon of=of/> });
    view! {
        <Shelf title="插图与图标">
            <div class="cards">{pictures.collect_view()}</div>
            <p class="actions">{icons.collect_view()}</p>
        </Shelf>
    }
}
