//! Objects only: serde would also read a list as the members of a struct in order, which nobody publishes.

use serde::de::{Deserializer, Visitor};

/// Reads whatever is asked for as an object with named members.
pub(crate) struct Named<D>(pub(crate) D);

macro_rules! as_map {
    ($($method:ident ( $($argument:ident : $type:ty),* );)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            $(let _ = $argument;)*
            self.0.deserialize_map(visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Named<D> {
    type Error = D::Error;

    as_map! {
        deserialize_any();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Lets shapes be read from objects alone. They derive with `#[serde(remote = "Self")]`, which gives them
/// functions of their own to wrap.
macro_rules! read_as_objects {
    ($($name:ident),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $name::deserialize($crate::shape::object::Named(deserializer))
            }
        }
    )*};
}

/// Lets shapes that are read from objects alone be written too.
macro_rules! written_as_objects {
    ($($name:ident),* $(,)?) => {
        $crate::shape::object::read_as_objects! { $($name),* }
        $(impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, serializer)
            }
        })*
    };
}

pub(crate) use {read_as_objects, written_as_objects};
