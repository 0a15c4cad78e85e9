//! What a doctor asks the book.

use ports::Position;

use crate::book::Book;
use crate::{replay, settling};

/// Accounts with something that the rules have not answered yet; reads the whole journal, so it blocks.
///
/// # Errors
/// The journal cannot be read.
pub fn undecided(book: &Book, upto: Position) -> anyhow::Result<u64> {
    let mut undecided = 0;
    replay::each_account(book.journal.as_ref(), upto, &mut |stream, facts| {
        let world = book.world(stream.vendor());
        undecided += u64::from(!settling::due(stream, &facts, &world).is_empty());
        Ok(())
    })?;
    Ok(undecided)
}
