//! Where families live, and the neighbourhoods in which cities with few of them are counted together: the three economic
//! circles of the province's own plans (省会、胶东、鲁南经济圈), which divide its sixteen cities.

use crate::Locale;
use crate::bus::City;
use crate::named::named;

/// Where a family lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// In a city of the province.
    City(City),
    /// In another province.
    Outside,
}

impl Place {
    /// Every place: the sixteen cities as the province lists them, then everywhere else.
    pub fn all() -> impl Iterator<Item = Self> {
        City::ALL.into_iter().map(Self::City).chain([Self::Outside])
    }

    /// What it is called.
    pub const fn text(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::City(city), _) => city.text(locale),
            (Self::Outside, Locale::ZhCn) => "省外",
            (Self::Outside, Locale::En) => "outside Shandong",
        }
    }
}

named! {
    /// Cities that are neighbours.
    Circle, 3 {
        /// 省会经济圈.
        Capital "capital",
        /// 胶东经济圈.
        Jiaodong "jiaodong",
        /// 鲁南经济圈.
        South "south",
    }
}

impl Circle {
    /// The circle of a city.
    pub const fn of(city: City) -> Self {
        match city {
            City::Jinan
            | City::Zibo
            | City::Dongying
            | City::Taian
            | City::Dezhou
            | City::Liaocheng
            | City::Binzhou => Self::Capital,
            City::Qingdao | City::Yantai | City::Weifang | City::Weihai | City::Rizhao => Self::Jiaodong,
            City::Zaozhuang | City::Jining | City::Linyi | City::Heze => Self::South,
        }
    }
}

/// A row of the table by region. A city's row has the families that could be shown by city; those that could not are in the
/// row of its circle, and where that was too little too, in the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Region {
    /// One city.
    City(City),
    /// Cities of a circle that are not shown one by one.
    Circle(Circle),
    /// Other provinces.
    Outside,
    /// Everything that no other row has.
    Rest,
}

impl Region {
    /// Every row there can be, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        let cities = City::ALL.into_iter().map(Self::City);
        cities.chain(Circle::ALL.into_iter().map(Self::Circle)).chain([Self::Outside, Self::Rest])
    }

    /// As frozen.
    pub const fn code(self) -> &'static str {
        match self {
            Self::City(city) => city.code(),
            Self::Circle(Circle::Capital) => "circle-capital",
            Self::Circle(Circle::Jiaodong) => "circle-jiaodong",
            Self::Circle(Circle::South) => "circle-south",
            Self::Outside => "outside",
            Self::Rest => "rest",
        }
    }

    /// The row of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|region| region.code() == code)
    }

    /// What it is called.
    pub const fn text(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::City(city), _) => city.text(locale),
            (Self::Circle(Circle::Capital), Locale::ZhCn) => "省会经济圈（未分市列示）",
            (Self::Circle(Circle::Capital), Locale::En) => "Provincial capital circle, not shown by city",
            (Self::Circle(Circle::Jiaodong), Locale::ZhCn) => "胶东经济圈（未分市列示）",
            (Self::Circle(Circle::Jiaodong), Locale::En) => "Jiaodong circle, not shown by city",
            (Self::Circle(Circle::South), Locale::ZhCn) => "鲁南经济圈（未分市列示）",
            (Self::Circle(Circle::South), Locale::En) => "Southern Shandong circle, not shown by city",
            (Self::Outside, _) => Place::Outside.text(locale),
            (Self::Rest, Locale::ZhCn) => "其他（未分地区列示）",
            (Self::Rest, Locale::En) => "Other, not shown by region",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_circles_divide_the_province() {
        let sizes = Circle::ALL.map(|circle| City::ALL.into_iter().filter(|city| Circle::of(*city) == circle).count());
        assert_eq!(sizes, [7, 5, 4]);
        assert_eq!(Place::all().count(), 17);
    }

    #[test]
    fn every_row_has_a_code_and_words_of_its_own() {
        for locale in Locale::ALL {
            let words: BTreeSet<&str> = Region::all().map(|region| region.text(locale)).collect();
            assert_eq!(words.len(), 21, "{locale:?}");
        }
        for region in Region::all() {
            assert_eq!(Region::from_code(region.code()), Some(region));
        }
        assert_eq!(Region::from_code("nowhere"), None);
    }
}
