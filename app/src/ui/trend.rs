//! What was measured over time as SVG from the server: a band from the lowest to the highest, a line through the mean, the limits
//! drawn across; and the same as a table of at most sixteen lines each for those who do not see it.

use super::table::{Column, Row, Table};
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;
use std::fmt::Write as _;

/// A step of a line: where it is from the left (0) to the right (1), and its lowest, mean and highest; nothing where nothing
/// was measured, and the line is broken there.
pub type TrendStep = (f64, Option<(f64, f64, f64)>);

/// A line of a [`TrendChart`].
#[derive(Clone, Debug)]
pub struct TrendLine {
    /// What it is called.
    pub label: Text,
    /// In order of time.
    pub steps: Vec<TrendStep>,
}

/// A limit drawn across a [`TrendChart`].
#[derive(Clone, Debug)]
pub struct TrendLimit {
    /// In the chart's unit.
    pub value: f64,
    /// What is written beside it.
    pub label: Text,
    /// What lies beyond it may be lost.
    pub critical: bool,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 34.0;
/// Lines of the table, of each line of the drawing.
const ROWS: usize = 16;

/// From where to where the drawing goes, and its rules.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Frame {
    least: f64,
    most: f64,
    stride: f64,
}

impl Frame {
    /// Around everything that is drawn, between round numbers, with at most seven rules.
    fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (least, most) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        if !least.is_finite() || !most.is_finite() {
            return None;
        }
        let span = (most - least).max(0.5);
        let strides = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
        let stride = strides.into_iter().find(|stride| span / stride <= 5.0).unwrap_or(span);
        let bottom = (least / stride).floor();
        let top = (most / stride).ceil().max(bottom + 1.0);
        Some(Self { least: bottom * stride, most: top * stride, stride })
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - self.least) / (self.most - self.least))
    }

    fn rules(&self) -> Vec<f64> {
        let number = ((self.most - self.least) / self.stride).round() as u32;
        (0..=number).map(|i| self.least + f64::from(i) * self.stride).collect()
    }

    fn text(&self, value: f64) -> String {
        minus(if self.stride < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") })
    }
}

/// With a minus that is as wide as a figure; zero has none.
fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

fn x(at: f64) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * at.clamp(0.0, 1.0)
}

/// A step at which something was measured.
type Measured = (f64, (f64, f64, f64));

/// The stretches of a line between gaps.
fn stretches(steps: &[TrendStep]) -> Vec<Vec<Measured>> {
    // Two steps that lie further apart than twice the usual are two stretches.
    let usual = steps.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
    let mut found: Vec<Vec<Measured>> = Vec::new();
    let mut last = None;
    for (at, values) in steps {
        let Some(values) = values else {
            last = None;
            continue;
        };
        let goes_on = last.is_some_and(|last: f64| at - last <= usual * 2.1);
        match found.last_mut() {
            Some(stretch) if goes_on => stretch.push((*at, *values)),
            _ => found.push(vec![(*at, *values)]),
        }
        last = Some(*at);
    }
    found
}

/// Writes a path: where a stretch begins, then each point from the one before. In tenths and from point to point it has half the
/// length it would have, and no error adds up: what is written is the difference of what was rounded.
#[derive(Default)]
struct Pen {
    path: String,
    last: Option<(i32, i32)>,
}

impl Pen {
    fn go(&mut self, x: f64, y: f64) {
        let to = ((x * 10.0).round() as i32, (y * 10.0).round() as i32);
        let (command, by) = match self.last {
            None => ('M', to),
            Some(last) => ('l', (to.0 - last.0, to.1 - last.1)),
        };
        self.path.push(command);
        self.tenths(by.0);
        self.path.push(' ');
        self.tenths(by.1);
        self.last = Some(to);
    }

    fn tenths(&mut self, value: i32) {
        if value < 0 {
            self.path.push('-');
        }
        let value = value.unsigned_abs();
        let _ = write!(self.path, "{}", value / 10);
        if !value.is_multiple_of(10) {
            let _ = write!(self.path, ".{}", value % 10);
        }
    }

    /// The next point begins a stretch.
    fn lift(&mut self, end: &str) {
        self.path.push_str(end);
        self.last = None;
    }
}

/// The band from the lowest to the highest of every step, and the line through the means.
fn paths(frame: Frame, steps: &[TrendStep]) -> (String, String) {
    let (mut band, mut mean) = (Pen::default(), Pen::default());
    for stretch in stretches(steps) {
        for (at, (_, middle, high)) in &stretch {
            band.go(x(*at), frame.y(*high));
            mean.go(x(*at), frame.y(*middle));
        }
        for (at, (low, ..)) in stretch.iter().rev() {
            band.go(x(*at), frame.y(*low));
        }
        band.lift("Z");
        // One step alone is a dot.
        mean.lift(if stretch.len() == 1 { "h0.1" } else { "" });
    }
    (band.path, mean.path)
}

fn drawn(frame: Frame, number: usize, line: &TrendLine) -> AnyView {
    let (band, mean) = paths(frame, &line.steps);
    let look = if number == 0 { "chart-line" } else { "chart-line chart-line-other" };
    view! {
        <path class="chart-band" d=band/>
        <path class=look d=mean/>
    }
    .into_any()
}

/// The table: a line for several steps where there are many.
fn rows(lines: &[TrendLine], when: &dyn Fn(f64) -> Text) -> Vec<Row> {
    let mut all = Vec::new();
    for line in lines {
        let measured: Vec<Measured> = line.steps.iter().filter_map(|(at, values)| Some((*at, (*values)?))).collect();
        for part in measured.chunks(measured.len().div_ceil(ROWS).max(1)) {
            let low = part.iter().map(|(_, values)| values.0).fold(f64::INFINITY, f64::min);
            let high = part.iter().map(|(_, values)| values.2).fold(f64::NEG_INFINITY, f64::max);
            let mean = part.iter().map(|(_, values)| values.1).sum::<f64>() / part.len() as f64;
            let texts = [low, mean, high].map(|value| minus(format!("{value:.1}")));
            let [low, mean, high] = texts;
            all.push(Row::new().cell(when(part[0].0)).cell(line.label.clone()).cell(low).cell(mean).cell(high));
        }
    }
    all
}

/// What was measured over time.
#[component]
pub fn TrendChart(
    /// What it shows.
    #[prop(into)]
    title: Text,
    /// What it is measured in: °C.
    #[prop(into)]
    unit: Text,
    /// The lines; the first is the one that matters.
    lines: Vec<TrendLine>,
    /// Drawn across.
    limits: Vec<TrendLimit>,
    /// Times below the axis: where, and what is written there.
    times: Vec<(f64, Text)>,
    /// A place from left to right as a time, for the table.
    when: Box<dyn Fn(f64) -> Text>,
) -> impl IntoView {
    let visit = visit();
    let values = lines
        .iter()
        .flat_map(|line| &line.steps)
        .filter_map(|(_, values)| *values)
        .flat_map(|(low, _, high)| [low, high]);
    let measured = Frame::around(values.clone()).is_some();
    let frame = Frame::around(values.chain(limits.iter().map(|limit| limit.value)));
    let (Some(frame), true) = (frame, measured) else {
        return view! {
            <figure class="chart">
                <figcaption class="chart-title">{title}</figcaption>
                <p class="chart-empty">{visit.t("chart-empty")}</p>
            </figure>
        }
        .into_any();
    };
    let rules = frame.rules().into_iter().map(|value| {
        let y = frame.y(value);
        view! {
            <line class="chart-rule" x1=LEFT.to_string() x2=(WIDTH - RIGHT).to_string() y1=format!("{y:.1}") y2=format!("{y:.1}")/>
            <text class="chart-text" text-anchor="end" x=(LEFT - 8.0).to_string() y=format!("{:.1}", y + 4.0)>{frame.text(value)}</text>
        }
    });
    let rules = rules.collect_view();
    let across = limits.iter().map(|limit| {
        let y = frame.y(limit.value);
        let look = if limit.critical { "chart-limit chart-limit-critical" } else { "chart-limit" };
        view! {
            <line class=look x1=LEFT.to_string() x2=(WIDTH - RIGHT).to_string() y1=format!("{y:.1}") y2=format!("{y:.1}")/>
            <text class="chart-text" text-anchor="end" x=(WIDTH - RIGHT).to_string() y=format!("{:.1}", y - 5.0)>{limit.label.clone()}</text>
        }
    });
    let across = across.collect_view();
    let below = times.into_iter().map(|(at, label)| {
        let anchor = if at > 0.93 { "end" } else if at < 0.05 { "start" } else { "middle" };
        view! { <text class="chart-text" text-anchor=anchor x=format!("{:.1}", x(at)) y=(HEIGHT - 10.0).to_string()>{label}</text> }
    });
    let below = below.collect_view();
    let drawing = lines.iter().enumerate().map(|(number, line)| drawn(frame, number, line)).collect_view();
    let names = (lines.len() > 1).then(|| {
        let each = lines.iter().enumerate().map(|(number, line)| {
            let look = if number == 0 { "chart-line" } else { "chart-line chart-line-other" };
            view! {
                <span class="chart-key">
                    <svg class="chart-key-line" viewBox="0 0 24 8" focusable="false"><path class=look d="M0 4h24"/></svg>
                    {line.label.clone()}
                </span>
            }
        });
        view! { <p class="chart-keys" aria-hidden="true">{each.collect_view()}</p> }
    });
    let columns = vec![
        Column::new(visit.t("chart-when")),
        Column::new(visit.t("chart-what")),
        Column::number(visit.t("chart-lowest")),
        Column::number(visit.t("chart-mean")),
        Column::number(visit.t("chart-highest")),
    ];
    let rows = rows(&lines, &*when);
    view! {
        <figure class="chart">
            <figcaption class="chart-title">{title.clone()}<span class="chart-unit">{unit}</span></figcaption>
            <svg class="chart-drawing" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true" focusable="false">
                {rules}{drawing}{across}{below}
            </svg>
            {names}
            <div class="hidden"><Table caption=title columns=columns rows=rows/></div>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_holds_everything_between_round_numbers() {
        for (least, most) in [(-196.0, -150.0), (-190.1, -189.9), (0.0, 100.0), (71.5, 71.5), (-3.0, 2.0)] {
            let frame = Frame::around([least, most].into_iter()).expect("a frame");
            assert!(frame.least <= least + 1e-9 && frame.most >= most - 1e-9, "{frame:?}");
            assert!(frame.rules().len() <= 8, "{frame:?}");
            let (top, bottom) = (frame.y(most), frame.y(least));
            assert!(top >= TOP - 0.01 && bottom <= HEIGHT - BOTTOM + 0.01 && top <= bottom);
        }
        assert_eq!(Frame::around(std::iter::empty()), None);
    }

    #[test]
    fn a_line_is_broken_where_nothing_was_measured() {
        let value = Some((1.0, 1.0, 1.0));
        let steps = [(0.0, value), (0.1, value), (0.2, None), (0.3, value), (0.4, value), (0.8, value)];
        let lengths: Vec<usize> = stretches(&steps).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1]);
    }

    /// The points of a path, as a browser reads them.
    fn points(path: &str) -> Vec<(f64, f64)> {
        let begins: Vec<usize> = path.match_indices(['M', 'l']).map(|(at, _)| at).collect();
        let ends = begins.iter().copied().skip(1).chain([path.len()]);
        let (mut at, mut all) = ((0.0, 0.0), Vec::new());
        for (begin, end) in begins.iter().copied().zip(ends) {
            let (x, y) = path[begin + 1..end].trim_end_matches('Z').split_once(' ').expect("two numbers");
            let (x, y): (f64, f64) = (x.parse().expect("a number"), y.parse().expect("a number"));
            at = if path[begin..].starts_with('M') { (x, y) } else { (at.0 + x, at.1 + y) };
            all.push(at);
        }
        all
    }

    #[test]
    fn one_step_that_was_warm_among_a_month_of_cold_ones_is_drawn_where_it_was() {
        let cold = Some((-187.0, -186.5, -186.0));
        let mut steps: Vec<TrendStep> = (0..240).map(|n| (f64::from(n) / 240.0, cold)).collect();
        steps[100].1 = Some((-187.0, -184.0, -149.0));
        let frame = Frame::around([-187.0, -149.0].into_iter()).expect("a frame");
        let (band, mean) = paths(frame, &steps);
        let drawn = points(&band);
        assert_eq!((drawn.len(), points(&mean).len()), (480, 240));
        let highest = drawn.iter().copied().min_by(|one, other| one.1.total_cmp(&other.1)).expect("a point");
        assert!((highest.1 - frame.y(-149.0)).abs() < 0.06 && (highest.0 - x(steps[100].0)).abs() < 0.06);
        // And nothing has shifted by the end: the band closes below the point it began above.
        let (first, last) = (drawn[0], drawn[479]);
        assert!((first.0 - last.0).abs() < 0.01 && (last.1 - frame.y(-187.0)).abs() < 0.06);
    }

    #[test]
    fn a_line_that_is_broken_is_drawn_in_pieces_each_from_where_it_begins() {
        let value = Some((1.0, 1.0, 1.0));
        let frame = Frame::around([0.0, 2.0].into_iter()).expect("a frame");
        let (band, mean) = paths(frame, &[(0.0, value), (0.1, value), (0.2, None), (0.3, value)]);
        assert_eq!((band.matches('M').count(), band.matches('Z').count()), (2, 2));
        assert!(mean.ends_with("h0.1"), "one step alone is a dot: {mean}");
    }

    #[test]
    fn a_negative_zero_has_no_sign() {
        assert_eq!(minus("-0.0".to_owned()), "0.0");
        assert_eq!(minus("-196.0".to_owned()), "−196.0");
    }
}
