//! Buffers used in turn, so that memory of the size of a chunk is not asked for and given back all the time.

use std::collections::VecDeque;

/// Buffers that go around: one more than there are chunks under way, so that nobody holds what a buffer gave
/// away when it comes around again.
const BUFFERS: usize = 6;

/// The buffers that wait for their turn, the longest waiting first.
#[derive(Debug, Default)]
pub(super) struct InTurn<T>(VecDeque<T>);

impl<T: Default> InTurn<T> {
    pub(super) fn take(&mut self) -> T {
        if self.0.len() < BUFFERS { T::default() } else { self.0.pop_front().unwrap_or_default() }
    }

    pub(super) fn put_back(&mut self, buffer: T) {
        self.0.push_back(buffer);
    }
}
