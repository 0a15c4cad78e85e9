//! Short reads: a few threads that take them from one queue, so that many reads cost few switches of thread.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};
use ports::ReadError;
use tokio::sync::oneshot;

/// At least so many, so that a long page does not hold up what is short.
const THREADS_MIN: usize = 2;
/// At most so many: a connection costs up to 2 MB.
pub(super) const THREADS_MAX: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// The queue; its threads end when it is dropped.
pub(super) struct Readers(Sender<Job>);

impl Readers {
    /// # Errors
    /// No thread can be started.
    pub(super) fn start() -> std::io::Result<Self> {
        let (queue, waiting) = unbounded::<Job>();
        let cores = thread::available_parallelism().map_or(THREADS_MIN, NonZeroUsize::get);
        for _ in 0..cores.clamp(THREADS_MIN, THREADS_MAX) {
            let waiting = waiting.clone();
            thread::Builder::new().name("journal-reader".to_owned()).spawn(move || work(&waiting))?;
        }
        Ok(Self(queue))
    }

    /// What `read` answers on one of the threads.
    pub(super) async fn run<T>(
        &self,
        read: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError>
    where
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = move || {
            // Who asked may have gone; then nobody needs the answer.
            if !reply.is_closed() {
                let _ = reply.send(read());
            }
        };
        let stopped = || ReadError::Unavailable("the thread that reads stopped".to_owned());
        self.0.send(Box::new(job)).map_err(|_closed| stopped())?;
        answer.await.unwrap_or_else(|_unanswered| Err(stopped()))
    }
}

/// A read that panics is not answered; the thread goes on with the next.
fn work(waiting: &Receiver<Job>) {
    for job in waiting {
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}
