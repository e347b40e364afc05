//! Enumerations with a word for each: as stored, and as the end of a translation key.

macro_rules! named {
    ($(#[$doc:meta])* $kind:ident, $count:literal { $($(#[$each:meta])* $name:ident $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $kind { $($(#[$each])* $name,)+ }

        impl $kind {
            /// All of them, in order.
            pub const ALL: [Self; $count] = [$(Self::$name),+];

            /// As stored and as the end of a translation key.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The one of a stored name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }
        }
    };
}

pub(crate) use named;
