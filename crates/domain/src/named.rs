//! Enumerations with a word for each: as stored, in forms, in the API, and as the end of a translation key.

macro_rules! named {
    ($(#[$doc:meta])* $kind:ident, $count:literal { $($(#[$each:meta])* $name:ident $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $kind { $($(#[$each])* #[serde(rename = $word)] $name,)+ }

        impl $kind {
            /// All of them, in order.
            pub const ALL: [Self; $count] = [$(Self::$name),+];

            /// As stored, in forms, in the API, and as the end of a translation key.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The one of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }
        }

        impl std::str::FromStr for $kind {
            type Err = crate::field::Fault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_name(text).ok_or(crate::field::Fault::NotAChoice)
            }
        }
    };
}

pub(crate) use named;
