//! Checkpoints: how far a role that follows the journal is done, kept beyond its process. They may be thrown
//! away: what a role does, it does once, however often it goes through the journal.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ports::Position;

use super::Role;

/// Where checkpoints are kept.
pub trait Checkpoints: Send + Sync {
    /// How far `role` was done, if that is known.
    fn read(&self, role: Role) -> Option<Position>;

    /// Keeps that `role` is done up to `position`.
    ///
    /// # Errors
    /// It cannot be kept now; the role goes through the same events again after the next start.
    fn keep(&self, role: Role, position: Position) -> std::io::Result<()>;
}

/// Checkpoints that live as long as the process.
#[derive(Debug, Default)]
pub struct MemoryCheckpoints(Mutex<HashMap<Role, Position>>);

impl Checkpoints for MemoryCheckpoints {
    fn read(&self, role: Role) -> Option<Position> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&role).copied()
    }

    fn keep(&self, role: Role, position: Position) -> std::io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(role, position);
        Ok(())
    }
}
