//! How the words of a unit's events look as JSON, for whoever describes the feed: written by the very macros that make the types that
//! read them, so that the description and the reader cannot differ.

use super::{DeviationKind, Din, Marker, Person, Phase, Pool, Rejection, passport::Hex};
use uuid::Uuid;

/// How a value looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// The number of a donation, with or without its check character.
    Din,
    /// So many bytes as hexadecimal digits, two of each.
    Hex(usize),
    /// A UUID.
    Uuid,
    /// Yes or no.
    YesOrNo,
    /// A number.
    Number,
    /// A whole number, from 0 to this one.
    Whole(u64),
    /// One of these words.
    Word(Vec<&'static str>),
    /// A list of such values.
    List(Box<Self>),
    /// An object of this name, with these members and no others.
    Object(&'static str, Vec<Member>),
    /// An object of this name, with exactly one of these members.
    OneOf(&'static str, Vec<Member>),
}

/// A member of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// How its value looks.
    pub shape: Shape,
    /// Without it the object is not read.
    pub needed: bool,
    /// What it says, in a sentence.
    pub about: &'static str,
}

impl Member {
    /// A member that holds a `T`; `serde` has what serde is told of it. What may be missing has a default there.
    pub(super) fn of<T: Shaped>(name: &'static str, serde: &[&'static str], about: &'static str) -> Self {
        let needed = !serde.iter().any(|told| told.starts_with("default"));
        Self { name, shape: T::shape(), needed, about: about.trim() }
    }
}

/// A type that knows how its values look.
pub trait Shaped {
    /// How they look.
    fn shape() -> Shape;
}

/// A structure of the feed with the shape it has.
macro_rules! shaped {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? pub $field:ident: $type:ty,)+
    }) => {
        $(#[$meta])*
        pub struct $name { $($(#[doc = $doc])* $(#[serde($($serde)*)])? pub $field: $type,)+ }

        impl $crate::custody::shape::Shaped for $name {
            fn shape() -> $crate::custody::shape::Shape {
                let members = vec![$($crate::custody::shape::Member::of::<$type>(
                    stringify!($field),
                    &[$(stringify!($($serde)*))?],
                    concat!($($doc),*),
                )),+];
                $crate::custody::shape::Shape::Object(stringify!($name), members)
            }
        }
    };
}
pub(super) use shaped;

macro_rules! shapes {
    ($($type:ty => $shape:expr,)+) => { $(impl Shaped for $type { fn shape() -> Shape { $shape } })+ };
}

shapes! {
    String => Shape::Text,
    Din => Shape::Din,
    Uuid => Shape::Uuid,
    bool => Shape::YesOrNo,
    f64 => Shape::Number,
    u16 => Shape::Whole(u16::MAX.into()),
    u32 => Shape::Whole(u32::MAX.into()),
    Pool => Shape::Word(Pool::ALL.map(Pool::name).to_vec()),
    Rejection => Shape::Word(Rejection::ALL.map(Rejection::name).to_vec()),
    DeviationKind => Shape::Word(DeviationKind::ALL.map(DeviationKind::name).to_vec()),
    Phase => Shape::Word(Phase::ALL.map(Phase::name).to_vec()),
    Marker => Shape::Word(Marker::ALL.map(Marker::name).to_vec()),
    Person => Shape::Word(Person::ALL.map(Person::name).to_vec()),
}

impl<const N: usize> Shaped for Hex<N> {
    fn shape() -> Shape {
        Shape::Hex(N)
    }
}

impl<T: Shaped> Shaped for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::{Handed, Kind, Lot, Payload, Slot, Value as Measured, What};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Map, Value, json};

    /// A value of a shape.
    fn sample(shape: &Shape) -> Value {
        match shape {
            Shape::Text => json!("a text"),
            Shape::Din => json!("G123498654321"),
            Shape::Hex(bytes) => json!("0f".repeat(*bytes)),
            Shape::Uuid => json!("01980000-0000-7000-8000-000000000001"),
            Shape::YesOrNo => json!(true),
            Shape::Number => json!(1.5),
            Shape::Whole(most) => json!(most),
            Shape::Word(words) => json!(words[0]),
            Shape::List(one) => json!([sample(one)]),
            Shape::Object(_, members) => Value::Object(object(members.iter())),
            Shape::OneOf(_, members) => Value::Object(object(members.iter().take(1))),
        }
    }

    fn object<'a>(members: impl Iterator<Item = &'a Member>) -> Map<String, Value> {
        members.map(|member| (member.name.to_owned(), sample(&member.shape))).collect()
    }

    /// What the description says of an object is what its reader does: it takes all members and writes them again, misses those that
    /// are needed and no others, and knows no further ones. `fixed` stands in it always.
    fn is_read_so<T: DeserializeOwned + Serialize>(name: &str, fixed: &Value, members: &[Member]) {
        let with = |wanted: &dyn Fn(&Member) -> bool| {
            let mut all = fixed.as_object().cloned().unwrap_or_default();
            all.extend(object(members.iter().filter(|member| wanted(member))));
            Value::Object(all)
        };
        let reads = |value: Value| serde_json::from_value::<T>(value).is_ok();
        let whole = with(&|_| true);
        let read: T =
            serde_json::from_value(whole.clone()).unwrap_or_else(|error| panic!("{name}: {error} in {whole}"));
        assert_eq!(serde_json::to_value(&read).expect("JSON"), whole, "{name} is written as it was read");
        assert!(reads(with(&|member| member.needed)), "{name} with no more than it needs");
        for one in members {
            assert!(!one.about.is_empty(), "{name}.{} is explained", one.name);
            assert_eq!(reads(with(&|member| member.name != one.name)), !one.needed, "{name} without {}", one.name);
            let mut other = whole.clone();
            other[one.name] = json!({ "no": "such thing" });
            assert!(!reads(other), "{name}: whatever stands in {}", one.name);
        }
        let mut more = whole;
        more["further"] = json!(1);
        assert!(!reads(more), "{name} with a member nobody knows");
    }

    #[test]
    fn every_event_is_read_as_it_is_described() {
        for kind in Kind::ALL {
            assert!(!kind.about().is_empty(), "{kind:?} is explained");
            is_read_so::<Payload>(kind.name(), &json!({ "kind": kind.name() }), &kind.members());
        }
    }

    #[test]
    fn everything_inside_an_event_is_read_as_it_is_described() {
        fn told<T: Shaped + DeserializeOwned + Serialize>() {
            let Shape::Object(name, members) = T::shape() else { panic!("an object") };
            is_read_so::<T>(name, &json!({}), &members);
        }
        told::<Lot>();
        told::<Slot>();
        told::<Handed>();
        told::<Measured>();
        let Shape::OneOf(_, ways) = What::shape() else { panic!("one of several") };
        let read: Vec<What> = ways
            .iter()
            .map(|way| serde_json::from_value(Value::Object(object([way].into_iter()))).expect("what was found"))
            .collect();
        assert!(matches!(read[..], [What::Number(_), What::Marker(_), What::Text(_)]), "{read:?}: each way once");
        assert!(serde_json::from_value::<What>(json!({})).is_err(), "and never none");
    }
}
