//! The supervisor: a role that stops, fails or panics is started again; nothing is lost, since every role
//! takes up from the journal or the bus.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::Role;
use super::standing::{Standing, Standings};

/// The pause before the first new start, in milliseconds: long enough not to spin on a server that is down.
const PAUSE_MS_MIN: u64 = 100;
/// The longest pause, in milliseconds: a role is back within 5 s of what it needs.
const PAUSE_MS_MAX: u64 = 5_000;
/// A role that ran for so long starts with the shortest pause again, in milliseconds.
const STEADY_MS: u64 = 60_000;

/// Why a role ended although nobody asked it to.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Starting it again may help.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
    /// Going on would do harm; a person has to look.
    #[error("halted: {0}")]
    Halted(String),
}

/// Watches over the roles of one process.
pub struct Supervisor {
    standings: Standings,
    running: JoinSet<()>,
    ending: watch::Receiver<()>,
}

impl Supervisor {
    /// Roles end when the sender of `ending` is dropped.
    pub fn new(standings: Standings, ending: watch::Receiver<()>) -> Self {
        Self { standings, running: JoinSet::new(), ending }
    }

    /// Plays `role`: `start` makes its loop, each time anew.
    pub fn play<S, F>(&mut self, role: Role, start: S)
    where
        S: Fn(Standing) -> F + Send + 'static,
        F: Future<Output = Result<(), Stopped>> + Send + 'static,
    {
        let standing = self.standings.of(role);
        let told = standing.clone();
        self.watch(role.name(), standing, move || start(told.clone()));
    }

    /// Keeps a loop going that is part of no role.
    pub fn attend<S, F>(&mut self, name: &'static str, start: S)
    where
        S: Fn() -> F + Send + 'static,
        F: Future<Output = Result<(), Stopped>> + Send + 'static,
    {
        self.watch(name, Standing::new(Role::Api), start);
    }

    fn watch<S, F>(&mut self, name: &'static str, standing: Standing, start: S)
    where
        S: Fn() -> F + Send + 'static,
        F: Future<Output = Result<(), Stopped>> + Send + 'static,
    {
        let mut ending = self.ending.clone();
        self.running.spawn(async move {
            let ended = async move { while ending.changed().await.is_ok() {} };
            tokio::select! {
                () = again_and_again(name, standing, start) => {}
                () = ended => {}
            }
        });
    }

    /// Waits until every role has ended.
    pub async fn ended(mut self) {
        while self.running.join_next().await.is_some() {}
    }
}

async fn again_and_again<S, F>(name: &'static str, standing: Standing, start: S)
where
    S: Fn() -> F,
    F: Future<Output = Result<(), Stopped>> + Send + 'static,
{
    let mut pause_ms = PAUSE_MS_MIN;
    loop {
        standing.runs();
        let started = tokio::time::Instant::now();
        // A task of its own, so that a panic ends the role and not the process.
        let run = Aborting(tokio::spawn(start()));
        let why = match run.await {
            Ok(Ok(())) => "it ended by itself".to_owned(),
            Ok(Err(Stopped::Halted(why))) => {
                tracing::error!(role = name, "{name} halted until somebody looks: {why}");
                standing.halted(why);
                return;
            }
            Ok(Err(Stopped::Failed(error))) => format!("{error:#}"),
            Err(panicked) => format!("it panicked: {panicked}"),
        };
        if started.elapsed() >= Duration::from_millis(STEADY_MS) {
            pause_ms = PAUSE_MS_MIN;
        }
        tracing::warn!(role = name, pause_ms, "{name} starts again in {pause_ms} ms: {why}");
        standing.stopped(why);
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        pause_ms = (pause_ms * 2).min(PAUSE_MS_MAX);
    }
}

/// A task that ends with whoever waits for it.
struct Aborting(tokio::task::JoinHandle<Result<(), Stopped>>);

impl Future for Aborting {
    type Output = Result<Result<(), Stopped>, JoinError>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0).poll(context)
    }
}

impl Drop for Aborting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::standing::State;
    use super::*;

    #[tokio::test]
    async fn a_role_that_fails_and_panics_is_started_again_and_a_halted_one_is_not() {
        let (running, ending) = watch::channel(());
        let standings = Standings::default();
        let mut supervisor = Supervisor::new(standings.clone(), ending);
        let starts = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&starts);
        supervisor.play(Role::Relay, move |_| {
            let starts = Arc::clone(&counted);
            async move {
                match starts.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(Stopped::Failed(anyhow::anyhow!("the server is gone"))),
                    1 => panic!("a bug"),
                    _ => Err(Stopped::Halted("the bus diverged".to_owned())),
                }
            }
        });
        supervisor.ended().await;
        drop(running);
        let reading = standings.of(Role::Relay).read();
        assert_eq!((starts.load(Ordering::SeqCst), reading.restarts), (3, 2));
        assert_eq!(reading.state, State::Halted);
    }
}
