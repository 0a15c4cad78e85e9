//! The roles a process can play, and which of them it plays.
//!
//! Roles coordinate only through the journal and the bus: any of them may run alone, beside others, or in
//! several processes at once. Each is a small loop; [`supervisor`] starts it again when it stops.

pub mod checkpoint;
pub mod clock;
pub mod commands;
pub mod duty;
pub mod follower;
pub mod intake;
pub mod standing;
pub mod supervisor;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use domain::command::Command;

/// One role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Takes in what vendor systems publish on the bus.
    Intake,
    /// Answers commands about deals, partners and programs; decides submissions that were only recorded.
    Registration,
    /// Answers commands about handoffs.
    Handoff,
    /// Answers commands about who holds an account, changes of holder, consent and notices.
    Ownership,
    /// Judges accounts whenever something about them changed, and answers commands about cases.
    Sentinel,
    /// Says what passing time brings: what lapsed, what is due, whom to remind.
    Clock,
    /// Publishes the journal on the bus.
    Relay,
    /// Keeps the projections on the bus.
    Projector,
    /// HTTP and the dashboard.
    Api,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Intake,
        Self::Registration,
        Self::Handoff,
        Self::Ownership,
        Self::Sentinel,
        Self::Clock,
        Self::Relay,
        Self::Projector,
        Self::Api,
    ];

    /// Its name, as `--roles` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Registration => "registration",
            Self::Handoff => "handoff",
            Self::Ownership => "ownership",
            Self::Sentinel => "sentinel",
            Self::Clock => "clock",
            Self::Relay => "relay",
            Self::Projector => "projector",
            Self::Api => "api",
        }
    }

    /// Whether it has nothing to do without a bus.
    pub fn needs_bus(self) -> bool {
        matches!(self, Self::Intake | Self::Relay | Self::Projector)
    }

    /// The role that answers a command.
    pub fn answering(command: &Command) -> Self {
        match command {
            Command::Deal(_) | Command::Partner(_) | Command::Program(_) | Command::Identity(_) => {
                Self::Registration
            }
            Command::Handoff(_) => Self::Handoff,
            Command::Account(_) | Command::Change(_) | Command::Consent(_) | Command::Correction(_) => {
                Self::Ownership
            }
            Command::Case(_) => Self::Sentinel,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not the name of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}, found {found:?}", names())]
pub struct NoSuchRole {
    found: String,
}

fn names() -> String {
    Role::ALL.map(Role::name).join(", ")
}

impl FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        let found = Self::ALL.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| NoSuchRole { found: text.to_owned() })
    }
}

/// The roles of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// All that can work with or without a bus.
    pub fn all(has_bus: HasBus) -> Self {
        Self(Role::ALL.into_iter().filter(|role| has_bus == HasBus::Yes || !role.needs_bus()).collect())
    }

    /// Just these.
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().collect())
    }

    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }
}

/// Whether the process is connected to a bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HasBus {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name_and_no_other_word_is_a_role() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
        }
        let refused = "relays".parse::<Role>().expect_err("no such role");
        assert!(refused.to_string().starts_with("expected one of intake, registration"));
    }
}
