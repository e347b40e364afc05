//! Shandong's sixteen cities on the house's own schematic map. One unit of the map is about one kilometre, so that a
//! distance on it is a distance.

use crate::Locale;
use crate::field::Fault;
use serde::{Deserialize, Serialize};

/// The map's width: kilometres from its western to its eastern edge.
pub const MAP_WIDTH: u16 = 710;
/// The map's height: kilometres from its northern to its southern edge.
pub const MAP_HEIGHT: u16 = 450;

/// A place on the map, in kilometres from its north-western corner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Kilometres to the east.
    pub x: u16,
    /// Kilometres to the south.
    pub y: u16,
}

impl Position {
    /// A place that lies on the map.
    pub const fn new(x: u16, y: u16) -> Option<Self> {
        if x <= MAP_WIDTH && y <= MAP_HEIGHT { Some(Self { x, y }) } else { None }
    }

    /// Reads `412,220`, as the map's script writes it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let read = || {
            let (x, y) = text.trim().split_once(',')?;
            Self::new(x.trim().parse().ok()?, y.trim().parse().ok()?)
        };
        read().ok_or(Fault::NotAChoice)
    }

    /// As the crow flies, in kilometres.
    pub fn distance(self, other: Self) -> f64 {
        f64::hypot(f64::from(self.x) - f64::from(other.x), f64::from(self.y) - f64::from(other.y))
    }
}

macro_rules! cities {
    ($($name:ident $code:literal $zh:literal $en:literal ($x:literal, $y:literal);)+) => {
        /// A city of the province.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum City {
            $(#[doc = $zh] $name,)+
        }

        impl City {
            /// Every city, in the order the province lists them.
            pub const ALL: [Self; 16] = [$(Self::$name),+];

            /// As stored, in addresses and in forms.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What it is called.
            pub const fn text(self, locale: Locale) -> &'static str {
                match (self, locale) { $((Self::$name, Locale::ZhCn) => $zh, (Self::$name, Locale::En) => $en),+ }
            }

            /// Where its centre lies on the map.
            pub const fn position(self) -> Position {
                match self { $(Self::$name => Position { x: $x, y: $y }),+ }
            }
        }
    };
}

cities! {
    Jinan "jinan" "济南" "Jinan" (207, 192);
    Qingdao "qingdao" "青岛" "Qingdao" (501, 258);
    Zibo "zibo" "淄博" "Zibo" (292, 176);
    Zaozhuang "zaozhuang" "枣庄" "Zaozhuang" (226, 398);
    Dongying "dongying" "东营" "Dongying" (346, 107);
    Yantai "yantai" "烟台" "Yantai" (595, 104);
    Weifang "weifang" "潍坊" "Weifang" (388, 187);
    Jining "jining" "济宁" "Jining" (160, 332);
    Taian "taian" "泰安" "Tai’an" (206, 245);
    Weihai "weihai" "威海" "Weihai" (655, 99);
    Rizhao "rizhao" "日照" "Rizhao" (423, 331);
    Linyi "linyi" "临沂" "Linyi" (318, 367);
    Dezhou "dezhou" "德州" "Dezhou" (134, 107);
    Liaocheng "liaocheng" "聊城" "Liaocheng" (106, 216);
    Binzhou "binzhou" "滨州" "Binzhou" (285, 112);
    Heze "heze" "菏泽" "Heze" (58, 351);
}

impl City {
    /// The city of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|city| city.code() == code)
    }

    /// Reads what a form sends.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text.trim() {
            "" => Err(Fault::Required),
            code => Self::from_code(code).ok_or(Fault::NotAChoice),
        }
    }

    /// A place that can belong to the city: a refinement of the map that lies in another part of the province is a slip.
    pub fn may_hold(self, place: Position) -> bool {
        self.position().distance(place) <= 130.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sixteen_cities_lie_apart_on_the_map() {
        let codes: BTreeSet<&str> = City::ALL.iter().map(|city| city.code()).collect();
        assert_eq!(codes.len(), 16);
        for city in City::ALL {
            let at = city.position();
            assert_eq!(Position::new(at.x, at.y), Some(at), "{city:?}");
            assert_eq!(City::from_code(city.code()), Some(city));
            for other in City::ALL.into_iter().filter(|other| *other != city) {
                // Labels of two cities must not lie on each other, and a finger finds one of them.
                assert!(at.distance(other.position()) > 45.0, "{city:?} and {other:?}");
            }
        }
    }

    #[test]
    fn distances_are_those_of_the_land() {
        // Great circles: Jinan to Qingdao 301 km, Jinan to Yantai 398, Heze to Weihai 647.
        for (a, b, km) in
            [(City::Jinan, City::Qingdao, 301.0), (City::Jinan, City::Yantai, 398.0), (City::Heze, City::Weihai, 647.0)]
        {
            let drawn = a.position().distance(b.position());
            assert!((drawn - km).abs() < km * 0.05, "{a:?} to {b:?}: {drawn:.0}, not {km}");
        }
    }

    #[test]
    fn a_place_is_read_as_the_map_writes_it() {
        assert_eq!(Position::parse(" 412, 220 "), Ok(Position { x: 412, y: 220 }));
        for wrong in ["", "412", "711,1", "1,451", "-1,3", "a,b"] {
            assert_eq!(Position::parse(wrong), Err(Fault::NotAChoice), "{wrong}");
        }
        assert!(City::Jinan.may_hold(Position { x: 240, y: 210 }));
        assert!(!City::Jinan.may_hold(City::Qingdao.position()));
    }
}
