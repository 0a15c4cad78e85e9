//! The supervisor: keeps a subscription open for ever, from where the mirror ends.

use std::sync::Arc;
use std::time::Duration;

use eventstore::Position;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::fold::{BATCH_APPENDS_MAX, Fold, FoldError};
use crate::journal::Shared;
use crate::subscription::{Ended, Heard, listen};

/// Events heard ahead of what the mirror has taken in.
const HEARD_AHEAD: usize = 4_096;
/// The first and the longest pause before a subscription is opened again, in milliseconds: short, because a
/// clean end says nothing bad; bounded, because a server that is back should be noticed within a second.
const PAUSE_MS: u64 = 5;
const PAUSE_MS_MAX: u64 = 1_000;

/// How far `$all` was read, and how it stands with reading on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// The last append that the mirror holds, or that does not count.
    pub(crate) upto: Option<Position>,
    /// How much was heard so far, so that waiting can tell standing still from being slow.
    pub(crate) heard: u64,
    /// Everything there was when the subscription was opened last is in the mirror.
    pub(crate) is_live: bool,
    /// Why there is no subscription now.
    pub(crate) trouble: Option<String>,
}

/// Follows `$all` until nobody needs it any more.
pub(crate) async fn follow(shared: Arc<Shared>, mut fold: Fold, standing: watch::Sender<Standing>) {
    let mut pause_ms = PAUSE_MS;
    loop {
        let heard_before = standing.borrow().heard;
        let ended = once(&shared, &mut fold, &standing).await;
        fold.forget();
        let why = match &ended {
            Stopped::Cleanly => "the server ended the subscription".to_owned(),
            Stopped::Lost(why) | Stopped::Stuck(why) => why.clone(),
        };
        if let Stopped::Cleanly = ended {
            tracing::debug!("{why}; opening it again");
        } else {
            tracing::warn!(error = %why, "following KurrentDB stopped: {why}");
        }
        let heard_more = standing.borrow().heard > heard_before;
        pause_ms = if heard_more { PAUSE_MS } else { (pause_ms * 2).min(PAUSE_MS_MAX) };
        standing.send_modify(|standing| {
            standing.is_live = false;
            standing.trouble = Some(why);
        });
        sleep(Duration::from_millis(pause_ms)).await;
    }
}

/// Why one subscription is over.
enum Stopped {
    Cleanly,
    Lost(String),
    /// What was heard could not be taken in.
    Stuck(String),
}

async fn once(shared: &Shared, fold: &mut Fold, standing: &watch::Sender<Standing>) -> Stopped {
    let line = shared.clients.line();
    let (send, mut heard) = mpsc::channel(HEARD_AHEAD);
    let listening = listen(line.client.clone(), shared.clients.address.names.types(), fold.upto, send);
    let taking_in = async {
        let mut batch = Vec::new();
        while heard.recv_many(&mut batch, BATCH_APPENDS_MAX).await > 0 {
            take_in(shared, fold, standing, &mut batch).await?;
        }
        Ok::<(), FoldError>(())
    };
    // Both end when the other does: the channel between them closes.
    let mut listener = JoinSet::new();
    listener.spawn(listening);
    if let Err(error) = taking_in.await {
        return Stopped::Stuck(error.to_string());
    }
    match listener.join_next().await.unwrap_or(Ok(Ended::Unheard)) {
        Ok(Ended::Cleanly) => Stopped::Cleanly,
        Ok(Ended::Failed(error)) => {
            let trouble = shared.clients.trouble(*error);
            shared.clients.replace(&line);
            Stopped::Lost(trouble.sentence(&shared.clients.address))
        }
        Ok(Ended::Broken | Ended::Unheard) | Err(_) => {
            shared.clients.replace(&line);
            Stopped::Lost("the subscription broke off".to_owned())
        }
    }
}

async fn take_in(
    shared: &Shared,
    fold: &mut Fold,
    standing: &watch::Sender<Standing>,
    batch: &mut Vec<Heard>,
) -> Result<(), FoldError> {
    let (count, mut is_live) = (batch.len() as u64, false);
    for heard in batch.drain(..) {
        match heard {
            Heard::Event(event) => fold.hear(&event)?,
            Heard::CaughtUp => is_live = true,
        }
        if fold.waiting() >= BATCH_APPENDS_MAX {
            tell(shared, fold).await?;
        }
    }
    tell(shared, fold).await?;
    standing.send_modify(|standing| {
        standing.upto = fold.upto;
        standing.heard += count;
        standing.is_live |= is_live;
        standing.trouble = None;
    });
    Ok(())
}

async fn tell(shared: &Shared, fold: &mut Fold) -> Result<(), FoldError> {
    for told in fold.take_in().await? {
        if let Some((stream, ahead)) = told.ahead {
            shared.set_ahead(stream, ahead);
        }
        shared.waiting.arrived(told.key, &told.arrived);
    }
    Ok(())
}
