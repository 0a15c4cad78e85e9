//! Where an event stands in the journal and in its stream, and what an append expects of its stream.

use std::fmt;
use std::str::FromStr;

/// An event's place in the whole journal: opaque, ordered within one journal, never zero for an event.
///
/// Two numbers, because a KurrentDB position is a commit and a prepare position. The embedded journal uses
/// only `lo` and counts without gaps from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    hi: u64,
    lo: u64,
}

impl Position {
    /// Before the first event.
    pub const START: Position = Position { hi: 0, lo: 0 };
    /// After every event there can ever be: "up to the head".
    pub const END: Position = Position { hi: u64::MAX, lo: u64::MAX };

    /// The position made of a backend's two numbers.
    pub const fn new(hi: u64, lo: u64) -> Self {
        Self { hi, lo }
    }

    /// The high number; zero in the embedded journal.
    pub const fn hi(self) -> u64 {
        self.hi
    }

    /// The low number; the event's ordinal in the embedded journal.
    pub const fn lo(self) -> u64 {
        self.lo
    }

    /// The greatest position before this one, to start reading at this one; [`Position::START`] has none.
    pub const fn before(self) -> Self {
        match (self.hi, self.lo.checked_sub(1)) {
            (hi, Some(lo)) => Self { hi, lo },
            (0, None) => Self::START,
            (hi, None) => Self { hi: hi - 1, lo: u64::MAX },
        }
    }

    /// The decimal form with at least 20 digits, so that text order is journal order.
    pub fn padded(self) -> String {
        format!("{:020}", self.as_number())
    }

    fn as_number(self) -> u128 {
        (u128::from(self.hi) << 64) | u128::from(self.lo)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_number(), f)
    }
}

/// The text is not a position.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is not a journal position, which is a decimal number")]
pub struct PositionError {
    text: String,
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let number: u128 = text.parse().map_err(|_| PositionError { text: text.to_owned() })?;
        let lo = u64::try_from(number & u128::from(u64::MAX)).expect("masked to 64 bits");
        let hi = u64::try_from(number >> 64).expect("shifted to 64 bits");
        Ok(Self { hi, lo })
    }
}

/// What a stream looked like when it was read; hand it back in [`Expect::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// The revision of the stream's last event; the first event has revision 0.
    pub revision: u64,
    /// The backend's own check value, so that a restored older journal is not mistaken for the one read.
    pub token: u64,
}

/// What an append expects of its stream. There is no "any": whoever decides has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The stream has no event yet.
    NoStream,
    /// The stream still stands as it was read.
    At(Version),
}

impl From<Option<Version>> for Expect {
    fn from(version: Option<Version>) -> Self {
        version.map_or(Expect::NoStream, Expect::At)
    }
}

impl Expect {
    /// Whether a stream that stands at `actual` is as expected.
    pub fn meets(self, actual: Option<Version>) -> bool {
        match self {
            Expect::NoStream => actual.is_none(),
            Expect::At(version) => actual == Some(version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text_and_pads_to_twenty_digits() {
        let far = Position::new(3, 17);
        assert_eq!(far.to_string().parse::<Position>().unwrap(), far);
        assert_eq!(Position::new(0, 42).to_string(), "42");
        assert_eq!(Position::new(0, 42).padded(), "00000000000000000042");
        assert!("-1".parse::<Position>().is_err());
    }

    #[test]
    fn nothing_lies_between_a_position_and_the_one_before() {
        assert_eq!(Position::new(0, 7).before(), Position::new(0, 6));
        assert_eq!(Position::new(2, 0).before(), Position::new(1, u64::MAX));
        assert_eq!(Position::START.before(), Position::START);
    }

    #[test]
    fn a_padded_position_sorts_as_text_like_the_journal_does() {
        assert!(Position::new(0, 9).padded() < Position::new(0, 10).padded());
    }
}
