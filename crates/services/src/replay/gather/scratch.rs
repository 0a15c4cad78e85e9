//! Bytes that are written once and read a few times: in memory up to a limit, beyond it in a file without a name.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Where pieces of bytes are kept until all of them go. The file goes with the process, however it ends.
pub(super) struct Scratch {
    /// Bytes kept in memory before a file is made.
    memory_bytes_max: u64,
    in_memory: AtomicU64,
    beyond: Mutex<Beyond>,
}

/// What is kept beyond memory.
#[derive(Default)]
struct Beyond {
    /// Made when it is first needed.
    file: Option<File>,
    length: u64,
    /// Whether the disk takes no more, so that memory has to do.
    is_full: bool,
}

/// A piece of bytes that was put away.
pub(super) enum Piece {
    Kept(Vec<u8>),
    Written { at: u64, length: u64 },
}

impl Scratch {
    pub(super) fn new(memory_bytes_max: u64) -> Self {
        Self { memory_bytes_max, in_memory: AtomicU64::new(0), beyond: Mutex::default() }
    }

    /// Puts away what stands in `bytes`, which is empty afterwards.
    pub(super) fn put(&self, bytes: &mut Vec<u8>) -> Piece {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let before = self.in_memory.fetch_add(length, Ordering::Relaxed);
        if before.saturating_add(length) > self.memory_bytes_max
            && let Some(at) = self.write(bytes)
        {
            self.in_memory.fetch_sub(length, Ordering::Relaxed);
            bytes.clear();
            return Piece::Written { at, length };
        }
        Piece::Kept(std::mem::take(bytes))
    }

    /// Appends a piece to what `bytes` holds.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn read(&self, piece: &Piece, bytes: &mut Vec<u8>) -> io::Result<()> {
        match piece {
            Piece::Kept(kept) => bytes.extend_from_slice(kept),
            Piece::Written { at, length } => {
                let mut beyond = self.beyond.lock().unwrap_or_else(PoisonError::into_inner);
                let file =
                    beyond.file.as_mut().ok_or_else(|| io::Error::other("no scratch file was made"))?;
                file.seek(SeekFrom::Start(*at))?;
                let read = file.take(*length).read_to_end(bytes)?;
                if u64::try_from(read).ok() != Some(*length) {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        Ok(())
    }

    /// Where in the file the bytes are now; `None` where there is no room for them.
    fn write(&self, bytes: &[u8]) -> Option<u64> {
        let mut beyond = self.beyond.lock().unwrap_or_else(PoisonError::into_inner);
        if beyond.is_full {
            return None;
        }
        match beyond.append(bytes) {
            Ok(at) => Some(at),
            Err(error) => {
                // What was written stays readable; the rest is kept in memory.
                beyond.is_full = true;
                tracing::warn!(
                    error = %error,
                    "the folder for temporary files takes no more, so that more memory is used: {error}"
                );
                None
            }
        }
    }
}

impl Beyond {
    fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        let at = self.length;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)?;
        self.length += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Scratch};

    fn put(scratch: &Scratch, text: &str) -> Piece {
        scratch.put(&mut text.as_bytes().to_vec())
    }

    #[test]
    fn what_exceeds_memory_is_written_and_read_back() {
        let scratch = Scratch::new(10);
        let pieces: Vec<Piece> = ["kept here", "written", "and this"].map(|text| put(&scratch, text)).into();
        assert!(matches!(
            pieces.as_slice(),
            [Piece::Kept(_), Piece::Written { at: 0, .. }, Piece::Written { at: 7, .. }]
        ));
        let mut bytes = Vec::new();
        for piece in pieces.iter().rev() {
            scratch.read(piece, &mut bytes).unwrap();
        }
        assert_eq!(bytes, b"and thiswrittenkept here");
    }
}
