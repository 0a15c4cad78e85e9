//! A bus that lives as long as the process, and what befalls buses.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;

use crate::bus::{Behind, BusError, Extent, FactBus, Message, PublishError};

/// A bus in memory; clones share it.
#[derive(Clone, Default)]
pub struct MemoryBus {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    messages: Vec<(u64, Message)>,
    sequence: u64,
    away: bool,
}

impl State {
    fn end(&self) -> Behind {
        let last = self.messages.last().filter(|(sequence, _)| *sequence == self.sequence);
        Behind { sequence: self.sequence, message: last.map_or(0, |(sequence, _)| *sequence) }
    }

    fn reached(&self) -> Result<(), BusError> {
        if self.away { Err(BusError::Unavailable("it was sent away".to_owned())) } else { Ok(()) }
    }
}

impl MemoryBus {
    /// Every message, in order.
    pub fn messages(&self) -> Vec<Message> {
        self.state().messages.iter().map(|(_, message)| message.clone()).collect()
    }

    /// Keeps only those messages of which `keeps` says so, given their index; no number is used again.
    pub fn retain(&self, mut keeps: impl FnMut(usize) -> bool) {
        let mut index = 0;
        self.state().messages.retain(|_| {
            index += 1;
            keeps(index - 1)
        });
    }

    /// Sets it back to its first messages, as a restored backup does: numbers are used again.
    pub fn set_back(&self, messages: usize) {
        let mut state = self.state();
        state.messages.truncate(messages);
        state.sequence = state.messages.last().map_or(0, |(sequence, _)| *sequence);
    }

    /// Lets every call fail until it is back.
    pub fn send_away(&self) {
        self.state().away = true;
    }

    /// Lets calls through again.
    pub fn bring_back(&self) {
        self.state().away = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }
}

#[async_trait]
impl FactBus for MemoryBus {
    async fn extent(&self) -> Result<Extent, BusError> {
        let state = self.state();
        state.reached()?;
        Ok(Extent {
            end: state.end(),
            messages: state.messages.len() as u64,
            checkpoint: state.messages.last().map(|(_, message)| message.checkpoint),
        })
    }

    async fn publish(&self, messages: Vec<Message>, behind: Behind) -> Result<Behind, PublishError> {
        let mut state = self.state();
        state.reached()?;
        if state.end() != behind {
            return Err(PublishError::Moved);
        }
        for message in messages {
            state.sequence += 1;
            let sequence = state.sequence;
            state.messages.push((sequence, message));
        }
        Ok(state.end())
    }

    async fn empty(&self, upto: u64) -> Result<(), BusError> {
        let mut state = self.state();
        state.reached()?;
        state.messages.retain(|(sequence, _)| *sequence > upto);
        Ok(())
    }
}
