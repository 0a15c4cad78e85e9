//! Bytes that are written once and read a few times: in memory up to a limit, beyond it in a file without a name.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Where pieces of bytes are kept until all of them go. The file goes with the process, however it ends. Threads
/// write and read it side by side, each at its own place.
pub(super) struct Scratch {
    /// Bytes kept in memory before a file is made.
    memory_bytes_max: u64,
    in_memory: AtomicU64,
    /// What is kept beyond memory; made when it is first needed.
    file: OnceLock<File>,
    /// Where the next piece goes.
    length: AtomicU64,
    /// Whether the disk takes no more, so that memory has to do.
    is_full: AtomicBool,
}

/// A piece of bytes that was put away.
pub(super) enum Piece {
    Kept(Vec<u8>),
    Written { at: u64, length: u64 },
}

impl Scratch {
    pub(super) fn new(memory_bytes_max: u64) -> Self {
        Self {
            memory_bytes_max,
            in_memory: AtomicU64::new(0),
            file: OnceLock::new(),
            length: AtomicU64::new(0),
            is_full: AtomicBool::new(false),
        }
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
                let file = self.file.get().ok_or_else(|| io::Error::other("no scratch file was made"))?;
                let before = bytes.len();
                bytes.resize(before + usize::try_from(*length).map_err(io::Error::other)?, 0);
                file.read_exact_at(&mut bytes[before..], *at)?;
            }
        }
        Ok(())
    }

    /// Where in the file the bytes are now; `None` where there is no room for them.
    fn write(&self, bytes: &[u8]) -> Option<u64> {
        if self.is_full.load(Ordering::Relaxed) {
            return None;
        }
        match self.append(bytes) {
            Ok(at) => Some(at),
            Err(error) => {
                // What was written stays readable; the rest is kept in memory.
                self.is_full.store(true, Ordering::Relaxed);
                tracing::warn!(
                    error = %error,
                    "the folder for temporary files takes no more, so that more memory is used: {error}"
                );
                None
            }
        }
    }

    fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let file = match self.file.get() {
            Some(file) => file,
            // Of two that make one, the second's is gone at once.
            None => {
                let made = tempfile::tempfile()?;
                self.file.get_or_init(|| made)
            }
        };
        let at = self.length.fetch_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        file.write_all_at(bytes, at)?;
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
