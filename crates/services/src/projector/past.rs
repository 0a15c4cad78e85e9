//! What projections are made of: the record, to be read and nothing else.

use std::sync::Arc;

use domain::stream::Stream;
use ports::{Position, ReadError, Select, StreamNumber, TailStream};

use crate::accounts::{self, Loaded};
use crate::book::Book;

/// The record of a book. Nothing can be appended through it, and no clock, quarantine or bus is reached from it: a
/// projection made anew from the first event on can have no effect but its values.
///
/// ```
/// async fn replays(past: services::projector::Past) {
///     past.head().await.expect("it can be read");
/// }
/// ```
/// ```compile_fail,E0599
/// async fn acts(past: services::projector::Past, append: ports::Append) {
///     past.append(append).await.expect("nobody gets here");
/// }
/// ```
#[derive(Clone)]
pub struct Past(Arc<Book>);

impl Past {
    /// The record of this book.
    pub fn of(book: &Arc<Book>) -> Self {
        Self(Arc::clone(book))
    }

    /// How far it goes.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn head(&self) -> Result<Position, ReadError> {
        Ok(self.0.journal.head().await?.position)
    }

    /// What follows a position, for ever.
    pub(super) fn tail(&self, after: Position) -> TailStream {
        self.0.journal.tail(after, Select::Facts)
    }

    /// Every stream there is, in the order of their names.
    pub(super) fn streams(&self) -> Vec<Stream> {
        let name = |number| self.0.journal.stream_name(StreamNumber(number));
        // Streams are numbered in order of first use, by some journals from 0 and by others from 1.
        let names = name(0).into_iter().chain((1..).map_while(name));
        let mut streams: Vec<Stream> = names.filter_map(|name| name.parse().ok()).collect();
        streams.sort();
        streams
    }

    /// What a stream says.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub(super) async fn stream(&self, stream: &Stream) -> anyhow::Result<Arc<Loaded>> {
        accounts::read(self.0.journal.as_ref(), stream).await.map(Arc::new)
    }

    /// What a stream says with `revision` or later, from memory where the book has it there.
    ///
    /// # Errors
    /// The journal cannot be read, or holds something that is not ours.
    pub(super) async fn stream_since(&self, stream: &Stream, revision: u64) -> anyhow::Result<Arc<Loaded>> {
        match self.0.kept_since(stream, revision) {
            Some(kept) => Ok(kept),
            None => self.stream(stream).await,
        }
    }
}
