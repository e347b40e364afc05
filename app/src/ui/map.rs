//! The province as the house draws it: an outline, its sixteen cities, and what is shown on it. No tile of anybody else's.

use super::field::{Parts, Wants};
use crate::i18n::Text;
use crate::visit::{Visit, visit};
use domain::bus::{City, MAP_HEIGHT, MAP_WIDTH, Position};
use leptos::prelude::*;

/// The coast and the borders, drawn by hand on the grid of kilometres of `domain::bus`.
const OUTLINE: &str = "M257 38Q273 20 295 26Q318 31 336 29Q354 28 367 42Q380 56 392 65Q405 75 392 96Q380 117 378 124Q376 131 \
    396 137Q416 142 436 132Q456 122 472 103Q488 83 510 73Q533 62 562 77Q591 91 622 93Q653 94 678 102Q703 109 696 137Q689 164 \
    662 168Q635 172 618 179Q600 186 577 193Q555 200 542 222Q530 244 511 254Q492 264 477 281Q461 297 443 318Q425 339 409 \
    354Q394 369 378 371Q362 374 345 390Q327 405 315 423Q304 442 286 431Q268 420 251 422Q233 424 219 420Q206 415 201 401Q197 \
    386 179 386Q161 386 152 401Q143 415 125 417Q107 420 92 422Q76 424 65 408Q54 393 40 385Q27 377 16 366Q5 355 27 326Q49 297 \
    67 286Q85 275 69 266Q54 258 50 233Q47 209 70 188Q94 166 100 142Q106 118 120 104Q134 91 143 77Q152 62 175 61Q197 60 219 \
    58Q242 56 257 38Z";
/// The Yellow River on its way through the province.
const RIVER: &str = "M34 352C62 316 92 286 118 268S176 206 214 180S286 128 330 116S384 82 402 72";

fn view_box() -> String {
    format!("0 0 {MAP_WIDTH} {MAP_HEIGHT}")
}

/// The class that puts a city's mark where the city lies.
const fn spot(city: City) -> &'static str {
    match city {
        City::Jinan => "bus-city bus-city-jinan",
        City::Qingdao => "bus-city bus-city-qingdao",
        City::Zibo => "bus-city bus-city-zibo",
        City::Zaozhuang => "bus-city bus-city-zaozhuang",
        City::Dongying => "bus-city bus-city-dongying",
        City::Yantai => "bus-city bus-city-yantai",
        City::Weifang => "bus-city bus-city-weifang",
        City::Jining => "bus-city bus-city-jining",
        City::Taian => "bus-city bus-city-taian",
        City::Weihai => "bus-city bus-city-weihai",
        City::Rizhao => "bus-city bus-city-rizhao",
        City::Linyi => "bus-city bus-city-linyi",
        City::Dezhou => "bus-city bus-city-dezhou",
        City::Liaocheng => "bus-city bus-city-liaocheng",
        City::Binzhou => "bus-city bus-city-binzhou",
        City::Heze => "bus-city bus-city-heze",
    }
}

/// One of the sixteen cities, chosen on the map; on a telephone the cities stand below each other, where a thumb finds
/// them. Sends the city as `name`. With a script the place within the city can be set by pressing on the map (`place`).
#[component]
pub fn CityRadios(
    /// The inputs' name.
    name: &'static str,
    /// What to choose.
    #[prop(into)]
    label: Text,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<Text>,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::wanting(Wants::Choice, &visit, name, &label, hint.is_some());
    let chosen = visit.form.value(name).unwrap_or_default().to_owned();
    let cities = City::ALL.into_iter().enumerate().map(|(i, city)| {
        // The first one carries the field's id, so that the error summary leads to it.
        let id = if i == 0 { parts.id.clone() } else { format!("{}-{}", parts.id, city.code()) };
        view! {
            <div class=spot(city)>
                <input type="radio" name=name id=id.clone() value=city.code() checked=chosen == city.code()/>
                <label for=id>{city.text(visit.locale())}</label>
            </div>
        }
    });
    let cities = cities.collect_view();
    let place = visit.form.value("place").unwrap_or_default().to_owned();
    let pin = Position::parse(&place).ok();
    let at = |read: fn(Position) -> u16| pin.map_or(-40, |pin| i32::from(read(pin))).to_string();
    view! {
        <fieldset class=parts.class() role="radiogroup" aria-required="true" aria-describedby=parts.described_by.clone()>
            <legend class="label">{label}</legend>
            {parts.hint(hint)}
            {parts.error()}
            <div class="bus-map bus-map-choice" data-bus-map="">
                <svg class="bus-map-land" viewBox=view_box() aria-hidden="true" focusable="false">
                    <path class="bus-land" d=OUTLINE/>
                    <path class="bus-river" d=RIVER/>
                    <circle class="bus-pin" r="9" cx=at(|pin| pin.x) cy=at(|pin| pin.y)/>
                </svg>
                {cities}
            </div>
            <input type="hidden" name="place" value=place/>
            <p class="hint" data-bus-map-said="" hidden=true>{visit.t("bus-map-refine")}</p>
        </fieldset>
    }
}

/// The cities with their names. A mark is larger than a town's: where one stands the name stands clear of it.
fn towns(visit: &Visit, marked: &[Position]) -> impl IntoView + use<> {
    let cities = City::ALL.map(|city| {
        let at = city.position();
        let (below, class) =
            if marked.contains(&at) { (32, "bus-town-name") } else { (20, "bus-town-name bus-town-apart") };
        view! {
            <circle class="bus-town" r="4" cx=at.x.to_string() cy=at.y.to_string()/>
            <text class=class text-anchor="middle" x=at.x.to_string() y=(at.y + below).to_string()>{city.text(visit.locale())}</text>
        }
    });
    cities.collect_view()
}

/// One place, where somebody said that it is. Words beside it say the same.
#[component]
pub fn PlaceMap(
    /// Where.
    place: Position,
) -> impl IntoView {
    let cities = towns(&visit(), &[place]);
    view! {
        <div class="bus-map">
            <svg class="bus-map-land" viewBox=view_box() aria-hidden="true" focusable="false">
                <path class="bus-land" d=OUTLINE/>
                <path class="bus-river" d=RIVER/>
                {cities}
                <circle class="bus-pin" r="9" cx=place.x.to_string() cy=place.y.to_string()/>
            </svg>
        </div>
    }
}

/// A stop of a [`RouteMap`].
#[derive(Clone, Debug)]
pub struct MapStop {
    /// Where.
    pub place: Position,
    /// Its number in the list beside the map.
    pub number: usize,
    /// The bus was there.
    pub past: bool,
}

/// The way of a bus: its stops in their order, numbered as in the list beside the map, which says all of it in words.
#[component]
pub fn RouteMap(
    /// The stops, in the order of time.
    stops: Vec<MapStop>,
) -> impl IntoView {
    let visit = visit();
    let way: Vec<String> = stops.iter().map(|stop| format!("{} {}", stop.place.x, stop.place.y)).collect();
    let way = (way.len() > 1).then(|| view! { <path class="bus-way" d=format!("M{}", way.join("L"))/> });
    let marked: Vec<Position> = stops.iter().map(|stop| stop.place).collect();
    let cities = towns(&visit, &marked);
    // Several visits of one city share its mark: the first number stands there, and how many more.
    let mut marks: Vec<(Position, usize, usize, bool)> = Vec::new();
    for stop in &stops {
        match marks.iter_mut().find(|(place, ..)| *place == stop.place) {
            Some((_, _, more, past)) => {
                *more += 1;
                *past &= stop.past;
            }
            None => marks.push((stop.place, stop.number, 0, stop.past)),
        }
    }
    let marks = marks.into_iter().map(|(place, number, more, past)| {
        let text = if more == 0 { number.to_string() } else { format!("{number}+") };
        view! {
            <circle class=if past { "bus-stop bus-stop-past" } else { "bus-stop" } r="14" cx=place.x.to_string() cy=place.y.to_string()/>
            <text class="bus-stop-number" text-anchor="middle" x=place.x.to_string() y=(place.y + 5).to_string()>{text}</text>
        }
    });
    let marks = marks.collect_view();
    view! {
        <div class="bus-map">
            <svg class="bus-map-land" viewBox=view_box() aria-hidden="true" focusable="false">
                <path class="bus-land" d=OUTLINE/>
                <path class="bus-river" d=RIVER/>
                {way}
                {cities}
                {marks}
            </svg>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The style sheet puts each city's mark; the figures there are those of the domain.
    #[test]
    fn the_style_puts_every_city_where_the_domain_has_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../style/_bus.scss");
        let style = std::fs::read_to_string(path).expect("the style");
        for city in City::ALL {
            let at = city.position();
            let percent = |n: u16, of: u16| format!("{:.2}%", f64::from(n) * 100.0 / f64::from(of));
            let rule = format!(
                ".{} {{ left: {}; top: {}; }}",
                spot(city).split(' ').next_back().expect("a class"),
                percent(at.x, MAP_WIDTH),
                percent(at.y, MAP_HEIGHT)
            );
            assert!(style.contains(&rule), "{rule}");
        }
    }
}
