//! Why an input cannot be read: where in it, and what was expected.

use std::fmt;

/// A place in the input and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {expected}")]
pub struct Problem {
    /// Where it is wrong.
    pub place: Place,
    /// What would have been accepted, and what was there, in one clause.
    pub expected: String,
}

/// Where in an input something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer (RFC 6901), such as `/data/scope/product_lines/0`.
    Pointer(String),
    /// A byte offset from the start of the record.
    Byte(u64),
    /// A column of a table, by its name.
    Column(String),
}

impl Problem {
    /// A problem at a JSON pointer; empty for the whole document.
    pub fn at_pointer(pointer: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { place: Place::Pointer(pointer.into()), expected: expected.into() }
    }

    /// A problem at a byte of the record.
    pub fn at_byte(offset: u64, expected: impl Into<String>) -> Self {
        Self { place: Place::Byte(offset), expected: expected.into() }
    }

    /// A problem in a column of a table.
    pub fn at_column(column: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { place: Place::Column(column.into()), expected: expected.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("the document"),
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::Byte(offset) => write!(f, "byte {offset}"),
            Self::Column(column) => write!(f, "column {column}"),
        }
    }
}
