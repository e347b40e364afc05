//! Pairs, cards, tables, the calendar, charts, the code of a pass.

use super::Shelf;
use crate::form::Tone;
use crate::ui::{
    BarChart, BarList, CalendarDay, CalendarGrid, Card, Column, Illustration, LineChart, LinkButton, Offer, Pagination,
    Point, QrFigure, Row, StatNumber, SummaryList, SummaryRow, Tab, Table, Tabs, Tag, Task, TaskList, TaskState,
    TrendChart, TrendLimit, TrendLine, Variant,
};
use crate::visit::Visit;
use jiff::civil::date;
use leptos::prelude::*;
use std::collections::BTreeMap;

pub fn pairs() -> impl IntoView {
    let rows = vec![
        SummaryRow::new("场次", "2026年7月28日（周二）09:00–10:30"),
        SummaryRow::new("人数", "4人，其中2名儿童").action("#main", "更改"),
        SummaryRow::new("状态", view! { <Tag tone=Tone::Success>"已确认"</Tag> }),
    ];
    let tasks = vec![
        Task { label: "填写基本信息".into(), href: Some("#main".into()), state: TaskState::Done },
        Task { label: "上传盖章函件".into(), href: Some("#main".into()), state: TaskState::Doing },
        Task { label: "填写名单".into(), href: Some("#main".into()), state: TaskState::ToDo },
        Task { label: "提交申请".into(), href: None, state: TaskState::Waiting },
    ];
    let tabs = vec![
        Tab { href: "#main".into(), label: "今天".into(), count: Some(3), current: true },
        Tab { href: "#main".into(), label: "以后".into(), count: Some(128), current: false },
        Tab { href: "#main".into(), label: "以前".into(), count: None, current: false },
    ];
    // Five modules are no code; they show the frame around one.
    let svg = "<?xml version=\"1.0\"?><svg viewBox=\"0 0 5 5\"><path d=\"M0 0h2v2H0zM3 0h2v2H3zM0 3h2v2H0zM3 3h1v1H3z\"/></svg>";
    view! {
        <Shelf title="信息">
            <Tabs label="预约" tabs=tabs/>
            <SummaryList rows=rows/>
            <div class="cards">
                <Card title="造血干细胞科普馆" href=Some("#main".into()) picture=Illustration::Museum>"整张卡片都可以点。"</Card>
                <Card title="科普巴士" tag=Some((Tone::Plain, "筹备中".into())) picture=Illustration::Bus>"还没有开通的会照实说明。"</Card>
                <Card title="有按钮的卡片">
                    <p>"按钮和标题各去各的地方。"</p>
                    <p class="actions"><LinkButton href="#main" variant=Variant::Secondary>"去看看"</LinkButton></p>
                </Card>
            </div>
            <dl class="stats">
                <StatNumber value="87 万+" label="累计保存脐带血（份）" note=Some("截至 2024 年".into())/>
                <StatNumber value="12" label="今天的预约（个）" note=None/>
            </dl>
            <TaskList tasks=tasks/>
            <QrFigure svg=svg.to_owned() label="入场凭证二维码" reference="K7M4-Q2XR"/>
            <Pagination previous=Some("#main".into()) next=Some("#main".into())/>
        </Shelf>
    }
}

pub fn tables() -> impl IntoView {
    let columns = || vec![Column::new("场次"), Column::number("名额"), Column::number("已约"), Column::new("状态")];
    let rows = vec![
        Row::new().cell("09:00–10:30").cell(20).cell(7).cell(view! { <Tag tone=Tone::Success>"可预约"</Tag> }),
        Row::new().cell("10:30–12:00").cell(20).cell(18).cell(view! { <Tag tone=Tone::Warning>"名额不多"</Tag> }),
        Row::new().cell("14:00–15:30").cell(120).cell(120).cell(view! { <Tag tone=Tone::Danger>"约满"</Tag> }),
        Row::new().cell("15:30–17:00").cell(20).cell(0).cell(view! { <Tag>"已结束"</Tag> }).muted(true),
    ];
    view! { <Shelf title="表格"><Table caption="2026年7月28日（周二）的场次" columns=columns() rows=rows/></Shelf> }
}

pub fn calendar(_visit: &Visit) -> impl IntoView + use<> {
    let offers = [
        (13, Offer::Places(18)),
        (14, Offer::Few(3)),
        (15, Offer::Full),
        (16, Offer::NotYet),
        (17, Offer::NoBookingNeeded),
        (18, Offer::Places(104)),
        (19, Offer::Few(1)),
        (20, Offer::Closed),
    ];
    let days: BTreeMap<_, _> = offers
        .into_iter()
        .map(|(day, offer)| {
            let href = (offer != Offer::Closed).then(|| format!("#day-{day}").into());
            (date(2026, 7, day), CalendarDay { offer, href })
        })
        .collect();
    let (today, selected) = (date(2026, 7, 13), Some(date(2026, 7, 18)));
    view! { <Shelf title="日历"><CalendarGrid month=today today=today selected=selected days=days previous=None next=Some("#next".into())/></Shelf> }
}

pub fn charts() -> impl IntoView {
    let days: Vec<_> = [12, 34, 28, 51, 47, 90, 88]
        .into_iter()
        .enumerate()
        .map(|(i, n)| Point::new(format!("7月{}日", i + 13), n))
        .collect();
    let long: Vec<_> = (0..30).map(|i: u64| Point::new(format!("{}", i + 1), 40 + (i * 37) % 60)).collect();
    let schools = [("演示·济南市第一实验小学", Some(96)), ("演示·历下区第二中学", Some(41)), ("演示·县城小学", None)]
        .map(|(school, people)| (school.into(), people, people.map_or("<5".to_owned(), |n| n.to_string())))
        .to_vec();
    let wave = |base: f64, share: f64| base + (share * 9.0).sin();
    let steps = |base: f64| {
        (0..=48u32)
            .map(|step| f64::from(step) / 48.0)
            .map(|share| {
                (
                    share,
                    (!(0.4..0.5).contains(&share))
                        .then(|| (wave(base, share) - 0.6, wave(base, share), wave(base, share) + 0.8)),
                )
            })
            .collect()
    };
    let measured = vec![
        TrendLine { label: "顶部温度".into(), steps: steps(-186.0) },
        TrendLine { label: "底部温度".into(), steps: steps(-195.0) },
    ];
    let limits = vec![
        TrendLimit { value: -170.0, label: "警戒限".into(), critical: false },
        TrendLimit { value: -150.0, label: "临界限".into(), critical: true },
    ];
    let times = [(0.0, "0时"), (0.5, "12时"), (1.0, "24时")].map(|(share, label)| (share, label.into())).to_vec();
    view! {
        <Shelf title="图表">
            <BarChart title="一周参观人数" unit="人" axis="日期" points=days/>
            <LineChart title="一个月参观人数" unit="人" axis="日" points=long/>
            <BarChart title="还没有数据" unit="人" axis="日期" points=vec![]/>
            <BarList title="各校参观人数" unit="人" bars=schools/>
            <TrendChart title="罐内温度" unit="°C" lines=measured limits=limits times=times when=Box::new(|share| format!("{:.0}时", share * 24.0).into())/>
        </Shelf>
    }
}
