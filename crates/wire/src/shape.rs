//! How a thing of the domain is written down: its published JSON shape and its compact form, from one table.

mod collection;
pub mod compact;
mod leaf;
mod money;
pub(crate) mod object;
mod party;
mod scope;
pub(crate) mod word;

use domain::id::VendorId;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use collection::List;
pub(crate) use leaf::{Form, misread};
pub use leaf::{Known, Reference, Text};
pub(crate) use money::not_negative;
pub use money::{Interval, Money};
pub use party::{Anchor, DecidedBy, Evidence, Officer, PolicyRef};
pub use scope::{Scope, Terms};
pub use word::{Word, Words};

/// What surrounds a payload and is needed to read it.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Whose book it is: foreign keys and cited events are resolved inside one vendor.
    pub vendor: &'a VendorId,
}

/// A thing of the domain with a published JSON shape.
///
/// Everything that can be wrong is found while the shape is read, where a place in the input is known;
/// so the conversion to the domain cannot fail.
pub trait Shape: Sized {
    /// The published shape.
    type Json: Serialize + DeserializeOwned + JsonSchema + Absent;

    /// The shape of this value.
    fn to_json(&self) -> Self::Json;

    /// The value a shape stands for.
    fn from_json(json: Self::Json, around: &Around<'_>) -> Self;

    /// What a record says beside its own fact.
    fn beside(_json: &Self::Json, _around: &Around<'_>) -> Beside {
        Beside::default()
    }
}

/// What a record may say beside its own fact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside {
    /// The customer, met here for the first time.
    pub opened: Option<domain::event::account::Opened>,
    /// The partner the payload names although its stream already does; the two must agree.
    pub partner: Option<domain::id::PartnerId>,
    /// Who acted, where the payload says it.
    pub actor: Option<domain::fact::Actor>,
}

/// Whether a value says nothing and is therefore left out when written.
pub trait Absent {
    /// True for an absent option and an empty list.
    fn is_absent(&self) -> bool {
        false
    }
}

impl<T: Shape> Shape for Box<T> {
    type Json = T::Json;

    fn to_json(&self) -> T::Json {
        T::to_json(self)
    }

    fn from_json(json: T::Json, around: &Around<'_>) -> Self {
        Self::new(T::from_json(json, around))
    }

    fn beside(json: &T::Json, around: &Around<'_>) -> Beside {
        T::beside(json, around)
    }
}

/// Declares a published shape: a struct with its doc comments as descriptions. Fields stay private;
/// a shape is read and written, never passed around.
macro_rules! published {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $field:ident $(as $json:literal)? : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, remote = "Self")]
        pub struct $name {$(
            $(#[$note])*
            $(#[serde(rename = $json)])?
            #[serde(skip_serializing_if = "crate::shape::Absent::is_absent")]
            $field: <$type as $crate::shape::Shape>::Json,
        )*}

        $crate::shape::object::written_as_objects! { $name }

        impl $crate::shape::Absent for $name {}
    };
}

/// Declares published shapes whose members are exactly the fields of a struct of the domain.
macro_rules! payload {
    ($($(#[$doc:meta])* $name:ident for $domain:ty {
        $($(#[$note:meta])* $field:ident $(as $json:literal)? : $type:ty),* $(,)?
    })*) => {$(
        $crate::shape::published! {
            $(#[$doc])* $name { $($(#[$note])* $field $(as $json)? : $type),* }
        }

        impl $crate::shape::Shape for $domain {
            type Json = $name;

            fn to_json(&self) -> $name {
                $name { $($field: $crate::shape::Shape::to_json(&self.$field)),* }
            }

            fn from_json(json: $name, around: &$crate::shape::Around<'_>) -> Self {
                Self { $($field: $crate::shape::Shape::from_json(json.$field, around)),* }
            }
        }

        $crate::shape::compact::fields! { $domain { $($field),* } }
    )*};
}

/// Declares the words a closed list of the domain is written with.
macro_rules! words {
    ($($domain:ty { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl $crate::shape::Words for $domain {
            const WORDS: &'static [(Self, &'static str)] = &[$((Self::$variant, $word)),*];

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl $crate::shape::Shape for $domain {
            type Json = $crate::shape::Word<Self>;

            fn to_json(&self) -> Self::Json {
                $crate::shape::Word(*self)
            }

            fn from_json(json: Self::Json, _around: &$crate::shape::Around<'_>) -> Self {
                json.0
            }
        }

        impl $crate::shape::compact::Compact for $domain {
            fn put(&self, out: &mut Vec<u8>) {
                $crate::shape::word::put(*self, out);
            }

            fn take(from: &mut $crate::shape::compact::Reader<'_>) -> Result<Self, $crate::shape::compact::Damaged> {
                $crate::shape::word::take(from)
            }
        }
    )*};
}

pub(crate) use {payload, published, words};
