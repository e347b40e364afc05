//! The places of a session in a staff form and on its page: how many, and what is kept for groups and for the desk.

use crate::calls::Asked;
use crate::desk::{count, number};
use crate::i18n::Text;
use crate::ui::{Column, Fieldset, Row, Table, TextField};
use crate::visit::Visit;
use domain::booking::{EARLIEST_RELEASE, Places, PoolFacts, SessionFacts, Share, Split};
use domain::field::Faults;
use domain::time::{clock_text, day_text, local_day};
use leptos::prelude::*;

/// The places as they were typed; at least `min`. What is kept for nobody may stay empty.
pub(super) fn places(asked: &Asked, min: u32, faults: &mut Faults) -> Option<Places> {
    let mut typed = |name: &str, min: u32, most: u32| match (asked.field(name).trim(), min) {
        ("", 0) if name != "capacity" => Some(0),
        (text, _) => faults.take(name, number(text, min, most)),
    };
    let total = typed("capacity", min, Places::MOST);
    let group = (typed("group_places", 0, Places::MOST), typed("group_release", 0, EARLIEST_RELEASE));
    let staff = (typed("staff_places", 0, Places::MOST), typed("staff_release", 0, EARLIEST_RELEASE));
    let share = |(places, release_hours): (Option<u32>, Option<u32>)| {
        Some(Share { places: places?, release_hours: release_hours? })
    };
    let places = Places { total: total?, split: Split { group: share(group)?, staff: share(staff)? } };
    let mut unfit = Faults::default();
    places.check(&mut unfit);
    let fits = unfit.is_empty();
    for error in unfit.into_errors() {
        faults.add(&error.field, error.fault);
    }
    fits.then_some(places)
}

/// The fields of a split, with what it is now.
pub(super) fn fields(visit: &Visit, split: Split) -> impl IntoView + use<> {
    let pair = |name: (&'static str, &'static str), key: (&str, &str), share: Share| {
        view! {
            <div class="form-inline">
                <TextField name=name.0 inputmode="numeric" width="short" optional=true label=visit.t(key.0)
                    value=share.places.to_string()/>
                <TextField name=name.1 inputmode="numeric" width="short" optional=true label=visit.t(key.1)
                    hint=visit.t("staff-pool-release-hint") value=share.release_hours.to_string()/>
            </div>
        }
    };
    let words = ("staff-pool-group-places", "staff-pool-group-release");
    let group = pair(("group_places", "group_release"), words, split.group);
    let words = ("staff-pool-staff-places", "staff-pool-staff-release");
    let staff = pair(("staff_places", "staff_release"), words, split.staff);
    view! {
        <Fieldset legend=visit.t("staff-pools")>
            <p class="muted small">{visit.t("staff-pools-text")}</p>
            {group}
            {staff}
        </Fieldset>
    }
}

/// 团体80人，开场前72小时释放；预留5人，开场前2小时释放; nothing where everything is for individuals.
pub(super) fn kept(visit: &Visit, split: Split) -> Option<Text> {
    let words = [("staff-pool-group-kept", split.group), ("staff-pool-staff-kept", split.staff)];
    let words: Vec<String> = words
        .into_iter()
        .filter(|(_, share)| share.places > 0)
        .map(|(key, share)| {
            let args = [("n", share.places.into()), ("hours", share.release_hours.into())];
            visit.t_args(key, &args).to_string()
        })
        .collect();
    (!words.is_empty()).then(|| words.join(&visit.t("staff-pools-between")).into())
}

/// What is still kept at this moment, in a line of a list.
pub(super) fn line(visit: &Visit, facts: &SessionFacts) -> Option<impl IntoView + use<>> {
    let (group, staff) = (facts.pools.group.kept(), facts.pools.staff.kept());
    (group + staff > 0 && facts.takes_bookings()).then(|| {
        let text = visit.t_args("staff-pools-line", &[("group", group.into()), ("staff", staff.into())]);
        view! { <p class="muted small">{text}</p> }
    })
}

/// The places as they are now, in a sentence: 30（团体10人，开场前48小时释放）
pub(super) fn told(visit: &Visit, facts: &SessionFacts) -> String {
    match kept(visit, facts.pools.split()) {
        None => facts.capacity.to_string(),
        Some(kept) => {
            let args = [("n", facts.capacity.into()), ("kept", kept.to_string().into())];
            visit.t_args("staff-places-with-pools", &args).to_string()
        }
    }
}

/// The pools of a session, one by one; nothing where there are none.
pub(super) fn table(visit: &Visit, facts: &SessionFacts) -> Option<impl IntoView + use<>> {
    if !facts.pools.are_set() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("staff-pool")),
        Column::number(visit.t("staff-pool-places")),
        Column::number(visit.t("staff-pool-taken")),
        Column::number(visit.t("staff-pool-free")),
        Column::new(visit.t("staff-pool-released")),
    ];
    let (group, staff) = (facts.pools.group, facts.pools.staff);
    let in_pools = group.booked + group.held + staff.booked + staff.held;
    let of_individuals = facts.capacity.saturating_sub(group.share.places + staff.share.places);
    let individuals = Row::new()
        .cell(visit.t("staff-pool-individual"))
        .cell(of_individuals.to_string())
        .cell((facts.booked + facts.held).saturating_sub(in_pools).to_string())
        .cell(facts.free().to_string())
        .cell(visit.t("staff-pool-always"));
    let row = |key: &str, pool: PoolFacts| {
        Row::new()
            .cell(visit.t(key))
            .cell(pool.share.places.to_string())
            .cell((pool.booked + pool.held).to_string())
            .cell(pool.kept().to_string())
            .cell(release(visit, facts, pool))
    };
    let rows = vec![individuals, row("staff-pool-group", group), row("staff-pool-staff", staff)];
    Some(view! {
        <section class="section">
            <h2>{visit.t("staff-pools-title")}</h2>
            <Table caption=visit.t("staff-pools-title") caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("staff-pools-how")}</p>
        </section>
    })
}

fn release(visit: &Visit, facts: &SessionFacts, pool: PoolFacts) -> Text {
    if pool.share.places == 0 {
        return visit.t("staff-pool-not-set");
    }
    let at = pool.share.released_at(facts.starts_at);
    let at = format!("{} {}", day_text(local_day(at), visit.locale()), clock_text(at));
    let key = if pool.released { "staff-pool-was-released" } else { "staff-pool-will-be-released" };
    visit.t_args(key, &[("at", at.into())])
}

/// The public finds nothing, and pools still keep something.
pub(super) fn only_kept(visit: &Visit, facts: &SessionFacts) -> Option<Text> {
    let kept = facts.pools.group.kept() + facts.pools.staff.kept();
    (facts.free() == 0 && kept > 0).then(|| count(visit, "staff-session-only-kept", kept))
}
