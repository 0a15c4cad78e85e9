//! How a document states the values of a policy: whole numbers within limits, words, and lists of them.

use domain::policy::{Recordings, Tenders};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::shape::Word;

/// A whole number within limits, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(super) struct Within<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> TryFrom<u32> for Within<MIN, MAX> {
    type Error = String;
    fn try_from(number: u32) -> Result<Self, String> {
        if (MIN..=MAX).contains(&number) {
            return Ok(Self(number));
        }
        Err(format!("expected a whole number from {MIN} to {MAX}, found {number}"))
    }
}

impl<const MIN: u32, const MAX: u32> From<Within<MIN, MAX>> for u32 {
    fn from(within: Within<MIN, MAX>) -> Self {
        within.0
    }
}

impl<const MIN: u32, const MAX: u32> JsonSchema for Within<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

/// A value of the domain and how a document states it.
pub(super) trait Stated<T> {
    fn state(value: T) -> Self;
    fn value(self) -> T;
}

macro_rules! stated_numbers {
    ($($type:ty),*) => {$(
        impl<const MIN: u32, const MAX: u32> Stated<$type> for Within<MIN, MAX> {
            fn state(value: $type) -> Self {
                Self(u32::from(value))
            }

            fn value(self) -> $type {
                <$type>::try_from(self.0).expect("the range in the table fits the domain's type")
            }
        }
    )*};
}

stated_numbers!(u8, u16, u32);

impl<T, S: Stated<T>> Stated<Vec<T>> for Vec<S> {
    fn state(value: Vec<T>) -> Self {
        value.into_iter().map(S::state).collect()
    }

    fn value(self) -> Vec<T> {
        self.into_iter().map(S::value).collect()
    }
}

impl<T, S: Stated<T>> Stated<Option<T>> for Option<S> {
    fn state(value: Option<T>) -> Self {
        value.map(S::state)
    }

    fn value(self) -> Option<T> {
        self.map(S::value)
    }
}

macro_rules! stated_words {
    ($($name:ident),*) => {$(
        impl Stated<$name> for Word<$name> {
            fn state(value: $name) -> Self {
                Self(value)
            }

            fn value(self) -> $name {
                self.0
            }
        }
    )*};
}

stated_words!(Recordings, Tenders);
