//! Bytes of many small pieces in blocks that never move while they fill.

use std::ops::Range;

/// The size of a block, in bytes: 1 MiB, twenty times the longest fact.
const BLOCK_BYTES: usize = 1024 * 1024;

/// Pieces of bytes, kept until all of them go.
#[derive(Default)]
pub(super) struct Arena {
    blocks: Vec<Vec<u8>>,
}

/// Where a piece stands in an arena.
pub(super) struct Slice {
    block: u32,
    bytes: Range<u32>,
}

impl Arena {
    pub(super) fn keep(&mut self, piece: &[u8]) -> Slice {
        let has_room = |block: &Vec<u8>| block.len() + piece.len() <= BLOCK_BYTES;
        if !self.blocks.last().is_some_and(has_room) {
            self.blocks.push(Vec::with_capacity(BLOCK_BYTES));
        }
        let last = self.blocks.len() - 1;
        let block = &mut self.blocks[last];
        let start = small(block.len());
        block.extend_from_slice(piece);
        Slice { block: small(last), bytes: start..small(block.len()) }
    }

    /// Takes in the pieces of another; their slices move by the returned number of blocks.
    pub(super) fn append(&mut self, mut other: Self) -> u32 {
        let base = small(self.blocks.len());
        self.blocks.append(&mut other.blocks);
        base
    }

    pub(super) fn slice(&self, slice: &Slice) -> &[u8] {
        &self.blocks[slice.block as usize][slice.bytes.start as usize..slice.bytes.end as usize]
    }
}

impl Slice {
    /// The same piece after its arena was appended to one of `base` blocks.
    pub(super) fn after(self, base: u32) -> Self {
        Self { block: base + self.block, ..self }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("memory ends before so many blocks")
}
