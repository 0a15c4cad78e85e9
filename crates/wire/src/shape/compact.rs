//! The compact form of facts: fields in order, numbers as varints, ids and digests as they are.
//!
//! It can always be built again from the text, so its layout may change with [`VERSION`]; that is why it
//! needs no names and no serde, and reads several times faster than JSON.

/// The layout of the compact form. One more whenever a field or a list in the tables changes its place.
pub const VERSION: u8 = 2;

/// The compact form does not follow its layout: rebuild it from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the compact form is damaged or of another version")]
pub struct Damaged;

/// A thing with a compact form.
pub(crate) trait Compact: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged>;
}

/// Reads a compact form from front to back.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.rest.split_first().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Damaged)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        self.bytes(N)?.try_into().map_err(|_| Damaged)
    }

    pub(crate) fn varint(&mut self) -> Result<u64, Damaged> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = usize::try_from(self.varint()?).map_err(|_| Damaged)?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| Damaged)
    }

    /// Whether everything was read.
    ///
    /// # Errors
    /// [`Damaged`] when something is left.
    pub(crate) fn end(&self) -> Result<(), Damaged> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged) }
    }
}

pub(crate) fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7F).expect("seven bits fit a byte") | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).expect("less than 0x80 fits a byte"));
}

pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    put_varint(u64::try_from(text.len()).expect("a length fits 64 bits"), out);
    out.extend_from_slice(text.as_bytes());
}

/// The compact form of a struct of the domain: its fields in the order of the table.
macro_rules! fields {
    ($domain:ty { $($field:ident),* $(,)? }) => {
        impl $crate::shape::compact::Compact for $domain {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::shape::compact::Compact::put(&self.$field, out);)*
            }

            fn take(from: &mut $crate::shape::compact::Reader<'_>) -> Result<Self, $crate::shape::compact::Damaged> {
                Ok(Self { $($field: $crate::shape::compact::Compact::take(from)?),* })
            }
        }
    };
}

pub(crate) use fields;

impl<T: Compact> Compact for Box<T> {
    fn put(&self, out: &mut Vec<u8>) {
        T::put(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        T::take(from).map(Self::new)
    }
}

impl<T: Compact> Compact for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Ok(None),
            1 => T::take(from).map(Some),
            _ => Err(Damaged),
        }
    }
}

impl<T: Compact> Compact for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(u64::try_from(self.len()).expect("a length fits 64 bits"), out);
        self.iter().for_each(|item| item.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let length = usize::try_from(from.varint()?).map_err(|_| Damaged)?;
        // Every item takes at least one byte, so a longer list than what is left is no list.
        if length > from.rest.len() {
            return Err(Damaged);
        }
        (0..length).map(|_| T::take(from)).collect()
    }
}

impl Compact for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        from.text().map(str::to_owned)
    }
}

impl Compact for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }
}

impl Compact for i64 {
    /// Zigzag, so that small negative numbers stay short.
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(((*self << 1) ^ (*self >> 63)).cast_unsigned(), out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let zigzag = from.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }
}

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl Compact for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_varint(u64::from(*self), out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
                Self::try_from(from.varint()?).map_err(|_| Damaged)
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64);

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back<T: Compact + PartialEq + std::fmt::Debug>(value: T) {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(T::take(&mut reader), Ok(value));
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn numbers_at_their_limits_come_back() {
        [0, 1, -1, 63, 64, -64, -65, i64::MIN, i64::MAX].into_iter().for_each(comes_back);
        [0, 1, 127, 128, 16_383, 16_384, u64::MAX].into_iter().for_each(comes_back);
        comes_back(vec![Some("text".to_owned()), None]);
    }

    #[test]
    fn what_is_cut_or_too_long_is_damaged() {
        assert_eq!(String::take(&mut Reader::new(&[5, b'a'])), Err(Damaged));
        assert_eq!(Vec::<bool>::take(&mut Reader::new(&[0xFF, 0xFF, 0xFF, 0x7F])), Err(Damaged));
        assert_eq!(u64::take(&mut Reader::new(&[0xFF; 11])), Err(Damaged));
        assert_eq!(Reader::new(&[0]).end(), Err(Damaged));
    }
}
