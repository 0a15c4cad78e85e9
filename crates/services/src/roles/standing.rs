//! How each role of a process stands: what health and metrics say of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ports::{Head, Position};

use super::Role;

/// Whether a role works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Starting,
    Running,
    /// It stopped by itself and is started again after a pause.
    Restarting,
    /// It must not go on until a person has looked; the reason is its problem.
    Halted,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Halted => "halted",
        }
    }
}

/// One role's standing at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub role: Role,
    pub state: State,
    /// How often it was started again.
    pub restarts: u64,
    /// How far in the journal it is done, for a role that follows it.
    pub done: Option<Position>,
    /// The recorded time of the last event it is done with, in unix milliseconds.
    pub done_recorded_ms: Option<i64>,
    /// Keys it set aside because something about them cannot be read.
    pub parked: Vec<String>,
    /// Why it last stopped, or must not go on.
    pub problem: Option<String>,
}

impl Reading {
    /// How far it is behind `head`, in milliseconds of recorded time; `None` for a role that follows nothing.
    pub fn lag_ms(&self, head: Head) -> Option<u64> {
        let done = self.done?;
        if done >= head.position {
            return Some(0);
        }
        let done_ms = self.done_recorded_ms.unwrap_or(0);
        Some(u64::try_from(head.recorded_ms.saturating_sub(done_ms)).unwrap_or(0))
    }

    /// How many events it is behind, where positions count events; `None` for a role that follows nothing.
    pub fn lag_events(&self, head: Head) -> Option<u64> {
        self.done.map(|done| head.position.lo().saturating_sub(done.lo()))
    }
}

/// What a role tells of itself; a copy tells of the same role.
#[derive(Debug, Clone)]
pub struct Standing(Arc<Mutex<Reading>>);

impl Standing {
    pub fn new(role: Role) -> Self {
        Self(Arc::new(Mutex::new(Reading {
            role,
            state: State::Starting,
            restarts: 0,
            done: None,
            done_recorded_ms: None,
            parked: Vec::new(),
            problem: None,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn read(&self) -> Reading {
        self.lock().clone()
    }

    /// How far it is done since this process started, or `None`.
    pub fn done(&self) -> Option<Position> {
        self.lock().done
    }

    /// It is done with everything up to `position`, recorded at `recorded_ms`.
    pub fn is_done(&self, position: Position, recorded_ms: Option<i64>) {
        let mut reading = self.lock();
        reading.done = Some(position);
        reading.done_recorded_ms = recorded_ms.or(reading.done_recorded_ms);
    }

    pub fn runs(&self) {
        self.lock().state = State::Running;
    }

    pub fn stopped(&self, why: String) {
        let mut reading = self.lock();
        reading.state = State::Restarting;
        reading.restarts += 1;
        reading.problem = Some(why);
    }

    pub fn halted(&self, why: String) {
        let mut reading = self.lock();
        reading.state = State::Halted;
        reading.problem = Some(why);
    }

    /// Sets `key` aside, once.
    pub fn park(&self, key: String) {
        let mut reading = self.lock();
        if !reading.parked.contains(&key) {
            reading.parked.push(key);
        }
    }
}

/// The standings of all roles of a process.
#[derive(Debug, Clone, Default)]
pub struct Standings(Arc<Mutex<BTreeMap<Role, Standing>>>);

impl Standings {
    /// The standing of `role`, made when first asked for.
    pub fn of(&self, role: Role) -> Standing {
        let mut standings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        standings.entry(role).or_insert_with(|| Standing::new(role)).clone()
    }

    /// Every role's standing, in the order of the roles.
    pub fn read(&self) -> Vec<Reading> {
        let standings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        standings.values().map(Standing::read).collect()
    }
}
