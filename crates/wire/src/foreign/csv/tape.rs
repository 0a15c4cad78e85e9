//! Keeps the bytes of the row being read, so that what is turned away is kept as it was received.

use std::io::{self, BufRead, Read};

/// A reader that remembers what was read since the last cut, up to a limit.
pub(super) struct Tape<'a> {
    input: Box<dyn BufRead + Send + 'a>,
    /// Bytes read; those before `cut` are done with.
    kept: Vec<u8>,
    cut: usize,
    /// Longest row, in bytes.
    limit: usize,
    /// Offset in the input of the first byte after the last cut.
    offset: u64,
}

impl<'a> Tape<'a> {
    pub(super) fn new(input: Box<dyn BufRead + Send + 'a>, limit: usize) -> Self {
        Self { input, kept: Vec::new(), cut: 0, limit, offset: 0 }
    }

    /// The bytes up to the offset `end` of the input, which are then forgotten.
    pub(super) fn cut(&mut self, end: u64) -> &[u8] {
        let length = usize::try_from(end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let from = self.cut;
        self.cut = from.saturating_add(length).min(self.kept.len());
        self.offset = end;
        &self.kept[from..self.cut]
    }

    /// Everything after the last cut.
    pub(super) fn rest(&self) -> &[u8] {
        &self.kept[self.cut..]
    }
}

impl Read for Tape<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.kept.drain(..self.cut);
        self.cut = 0;
        if self.kept.len() > self.limit {
            let limit = self.limit;
            let message =
                format!("expected a row of at most {limit} bytes; is a quote opened and never closed?");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let read = self.input.read(buffer)?;
        self.kept.extend_from_slice(&buffer[..read]);
        Ok(read)
    }
}
