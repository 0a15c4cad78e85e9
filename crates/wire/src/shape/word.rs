//! Closed lists, written as words.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::shape::Absent;
use crate::shape::compact::{Damaged, Reader};

/// A closed list of the domain and the word for each of its members.
pub trait Words: Copy + Eq + Sized + 'static {
    /// Every member with its word; members are only ever added at the end.
    const WORDS: &'static [(Self, &'static str)];

    /// The word for this member, such as `vendor_officer`.
    fn word(self) -> &'static str;
}

/// The word for `T`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word<T>(pub(crate) T);

impl<T> Absent for Word<T> {}

impl<T: Words> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOf<T>(std::marker::PhantomData<T>);

        impl<T: Words> de::Visitor<'_> for OneOf<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one of ")?;
                for (index, (_, word)) in T::WORDS.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{word}")?;
                }
                Ok(())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                find(text).map(Word).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(OneOf(std::marker::PhantomData))
    }
}

impl<T: Words> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::WORDS.iter().map(|(_, word)| *word).collect();
        json_schema!({"type": "string", "enum": words})
    }
}

/// The member a word stands for, in capitals or not: `VAR` is how programs write it.
pub(crate) fn find<T: Words>(text: &str) -> Option<T> {
    T::WORDS.iter().find(|(_, word)| word.eq_ignore_ascii_case(text)).map(|(member, _)| *member)
}

/// Writes a member as its place in the list: members are only ever added at the end.
pub(crate) fn put<T: Words>(member: T, out: &mut Vec<u8>) {
    let index = T::WORDS.iter().position(|(other, _)| *other == member);
    let index = index.and_then(|index| u8::try_from(index).ok());
    out.push(index.expect("the match behind word() lists every member, and there are few"));
}

/// Reads a member from its place in the list.
pub(crate) fn take<T: Words>(from: &mut Reader<'_>) -> Result<T, Damaged> {
    let index = usize::from(from.byte()?);
    T::WORDS.get(index).map(|(member, _)| *member).ok_or(Damaged)
}
