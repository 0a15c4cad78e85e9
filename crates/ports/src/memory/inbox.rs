//! An inbox in memory: producers put messages in, and see what was said.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Notify;

use crate::bus::BusError;
use crate::inbox::{Announcement, DELIVERIES_MAX, Delivery, Inbox, Settlement, Ticket};

/// An inbox in memory.
#[derive(Debug, Default)]
pub struct MemoryInbox {
    kept: Mutex<Kept>,
    came: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    waiting: VecDeque<Delivery>,
    delivered: BTreeMap<String, Delivery>,
    turned_away: usize,
    said: Vec<Announcement>,
    last: u64,
}

impl MemoryInbox {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes a message as a producer would.
    pub fn publish(&self, subject: &str, headers: &[(&str, &str)], body: Bytes) {
        let mut kept = self.lock();
        kept.last += 1;
        let ticket = Ticket(kept.last.to_string());
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let delivery = Delivery { subject: subject.to_owned(), headers: headers.collect(), body, ticket };
        kept.waiting.push_back(delivery);
        self.came.notify_one();
    }

    /// How many messages are neither recorded nor turned away.
    pub fn unsettled(&self) -> usize {
        let kept = self.lock();
        kept.waiting.len() + kept.delivered.len()
    }

    /// How many messages were turned away.
    pub fn turned_away(&self) -> usize {
        self.lock().turned_away
    }

    /// Everything that was said.
    pub fn said(&self) -> Vec<Announcement> {
        self.lock().said.clone()
    }
}

#[async_trait]
impl Inbox for MemoryInbox {
    async fn take(&self) -> Result<Vec<Delivery>, BusError> {
        loop {
            {
                let mut kept = self.lock();
                let count = kept.waiting.len().min(DELIVERIES_MAX);
                let taken: Vec<Delivery> = kept.waiting.drain(..count).collect();
                if !taken.is_empty() {
                    let under_way = taken.iter().map(|taken| (taken.ticket.0.clone(), taken.clone()));
                    kept.delivered.extend(under_way);
                    return Ok(taken);
                }
            }
            self.came.notified().await;
        }
    }

    async fn settle(&self, settled: Vec<(Ticket, Settlement)>) -> Result<(), BusError> {
        let mut kept = self.lock();
        for (ticket, settlement) in settled {
            let Some(delivery) = kept.delivered.remove(&ticket.0) else { continue };
            match settlement {
                Settlement::Recorded => {}
                Settlement::TurnedAway => kept.turned_away += 1,
                Settlement::Later => {
                    kept.waiting.push_back(delivery);
                    self.came.notify_one();
                }
            }
        }
        Ok(())
    }

    async fn announce(&self, said: Vec<Announcement>) -> Result<(), BusError> {
        self.lock().said.extend(said);
        Ok(())
    }
}
