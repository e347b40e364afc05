//! What was measured of a unit, and what was found: the values that steps and tests say.

use crate::custody::shape::{Member, Shape, Shaped, shaped};
use crate::named::named;
use serde::{Deserialize, Serialize};

named! {
    /// When something was measured.
    Phase, 3 {
        /// Before preparation.
        Pre "pre",
        /// After it.
        Post "post",
        /// On a thawed segment.
        Thaw "thaw",
    }
}

named! {
    /// An infectious marker.
    Marker, 4 {
        /// Negative.
        Negative "N",
        /// Positive.
        Positive "P",
        /// Questionable: to be repeated.
        Questionable "Q",
        /// Not done.
        NotDone "ND",
    }
}

named! {
    /// Whose blood was tested.
    Person, 2 {
        /// The child's: the unit itself.
        Baby "baby",
        /// The mother's. Only she reads it, and whom she lets.
        Mother "mother",
    }
}

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A number in the value's unit.
    Number(f64),
    /// A marker.
    Marker(Marker),
    /// As reported: an HLA type, a blood group.
    Text(String),
}

impl Shaped for What {
    fn shape() -> Shape {
        let ways = vec![
            Member::of::<f64>("number", &[], "In the unit of the value."),
            Member::of::<Marker>("marker", &[], "Negative, positive, questionable, not done."),
            Member::of::<String>("text", &[], "As reported: an HLA type, a blood group."),
        ];
        Shape::OneOf("What", ways)
    }
}

shaped! {
    /// One value that was measured.
    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Value {
        /// What was measured: `volume`, `tnc`, `cd34`, `viability`, `hct`, `recovery`, `cfu`, `hbv`, `hla` …
        pub analyte: String,
        /// What was found.
        pub found: What,
        /// `ml`, `1`, `%`, `kg` …; empty where there is none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub unit: String,
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phase: Option<Phase>,
        /// Whose blood.
        #[serde(default = "baby")]
        pub of: Person,
        /// By which method and on which instrument, as the laboratory names them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub method: Option<String>,
        /// The instrument.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub instrument: Option<String>,
    }
}

const fn baby() -> Person {
    Person::Baby
}
