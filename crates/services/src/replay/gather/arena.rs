//! Bytes of many small pieces in blocks that never move while they fill.

/// The size of a block, in bytes: 1 MiB, twenty times the longest fact.
const BLOCK_BYTES: usize = 1024 * 1024;

/// Pieces of bytes, kept until all of them go; their blocks are filled again then, so that memory that is asked
/// for over and over again is asked for once.
#[derive(Default)]
pub(super) struct Arena {
    blocks: Vec<Vec<u8>>,
    /// How many blocks are filled.
    full: usize,
}

/// Where a piece stands in an arena; a later one is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slice {
    block: u32,
    start: u32,
    end: u32,
}

impl Arena {
    /// Keeps a piece, which is told in two.
    pub(super) fn keep(&mut self, head: &[u8], tail: &[u8]) -> Slice {
        let bytes = head.len() + tail.len();
        let is_full = |block: &Vec<u8>| !block.is_empty() && block.len() + bytes > BLOCK_BYTES;
        self.full += usize::from(self.blocks.get(self.full).is_some_and(is_full));
        if self.full == self.blocks.len() {
            self.blocks.push(Vec::with_capacity(BLOCK_BYTES));
        }
        let block = &mut self.blocks[self.full];
        let start = small(block.len());
        block.extend_from_slice(head);
        block.extend_from_slice(tail);
        Slice { block: small(self.full), start, end: small(block.len()) }
    }

    /// Lets all pieces go.
    pub(super) fn clear(&mut self) {
        self.blocks.iter_mut().for_each(Vec::clear);
        self.full = 0;
    }

    pub(super) fn slice(&self, slice: Slice) -> &[u8] {
        &self.blocks[slice.block as usize][slice.start as usize..slice.end as usize]
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("memory ends before so many blocks")
}
