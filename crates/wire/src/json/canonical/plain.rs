//! The RFC 8785 form of plain JSON, copied piece by piece from the text itself.
//!
//! Nearly every record is plain: texts without escapes, names in ASCII, short whole numbers. Their canonical
//! form is the same bytes with the members sorted, so nothing is parsed into values. Whatever is not plain,
//! or not JSON, is left to the reader that knows all of it.

use std::ops::Range;

/// Whole numbers of at most so many digits are the same as doubles.
const EXACT_DIGITS_MAX: usize = 15;
/// Nesting that is followed, in levels; records have four or five.
const LEVELS_MAX: usize = 32;

/// Appends the canonical form of a plain JSON text to `out`; none, with some of it appended, when the text is
/// not plain.
pub(super) fn append(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut copy = Copy { rest: text.as_bytes(), out, members: Vec::with_capacity(32), moved: Vec::new() };
    copy.value(LEVELS_MAX)?;
    copy.skip_space();
    copy.rest.is_empty().then_some(())
}

/// A copy under way.
struct Copy<'t, 'o> {
    rest: &'t [u8],
    out: &'o mut Vec<u8>,
    /// Members of the objects that are open: name, and where the member stands in `out`.
    members: Vec<(&'t [u8], Range<usize>)>,
    /// Members while they change places.
    moved: Vec<u8>,
}

impl<'t> Copy<'t, '_> {
    fn skip_space(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// The next byte that is no space, which is passed over.
    fn next(&mut self) -> Option<u8> {
        self.skip_space();
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn keep(&mut self, length: usize) {
        let (kept, rest) = self.rest.split_at(length);
        self.out.extend_from_slice(kept);
        self.rest = rest;
    }

    fn value(&mut self, levels: usize) -> Option<()> {
        self.skip_space();
        match *self.rest.first()? {
            b'"' => self.text().map(drop),
            b'{' => self.object(levels.checked_sub(1)?),
            b'[' => self.list(levels.checked_sub(1)?),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest.starts_with(word).then(|| self.keep(word.len()))
    }

    /// A text without escapes is written as it stands; returns what is between the quotes.
    fn text(&mut self) -> Option<&'t [u8]> {
        let inside = self.rest.strip_prefix(b"\"")?;
        let end = inside.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
        if inside[end] != b'"' {
            return None;
        }
        self.keep(end + 2);
        Some(&inside[..end])
    }

    fn number(&mut self) -> Option<()> {
        let digits_from = usize::from(self.rest[0] == b'-');
        let digits = self.rest[digits_from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let first = self.rest.get(digits_from)?;
        let after = self.rest.get(digits_from + digits);
        let zero = *first == b'0';
        let exact = (1..=EXACT_DIGITS_MAX).contains(&digits) && (!zero || digits + digits_from == 1);
        let whole = !matches!(after, Some(b'.' | b'e' | b'E'));
        (exact && whole).then(|| self.keep(digits_from + digits))
    }

    fn list(&mut self, levels: usize) -> Option<()> {
        self.keep(1);
        self.skip_space();
        if self.rest.first() == Some(&b']') {
            self.keep(1);
            return Some(());
        }
        loop {
            self.value(levels)?;
            match self.next()? {
                b',' => self.out.push(b','),
                b']' => {
                    self.out.push(b']');
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn object(&mut self, levels: usize) -> Option<()> {
        self.keep(1);
        self.skip_space();
        if self.rest.first() == Some(&b'}') {
            self.keep(1);
            return Some(());
        }
        let (start, base) = (self.out.len(), self.members.len());
        loop {
            self.skip_space();
            let from = self.out.len();
            let name = self.text()?;
            if self.next()? != b':' {
                return None;
            }
            self.out.push(b':');
            self.value(levels)?;
            self.members.push((name, from..self.out.len()));
            match self.next()? {
                b',' => self.out.push(b','),
                b'}' => break,
                _ => return None,
            }
        }
        self.sort(start, base)?;
        self.out.push(b'}');
        Some(())
    }

    /// Puts the members from `base` on, which stand in `out` from `start` on, in the order of their names.
    fn sort(&mut self, start: usize, base: usize) -> Option<()> {
        let members = &mut self.members[base..];
        // Among ASCII names the order of bytes is that of UTF-16.
        if !members.iter().all(|(name, _)| name.is_ascii()) {
            return None;
        }
        if !members.is_sorted_by(|(a, _), (b, _)| a < b) {
            members.sort_unstable_by_key(|(name, _)| *name);
            if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            self.moved.clear();
            for (index, (_, place)) in members.iter().enumerate() {
                if index > 0 {
                    self.moved.push(b',');
                }
                self.moved.extend_from_slice(&self.out[place.clone()]);
            }
            self.out[start..].copy_from_slice(&self.moved);
        }
        self.members.truncate(base);
        Some(())
    }
}
