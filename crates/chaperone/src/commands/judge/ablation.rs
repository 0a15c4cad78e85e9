//! Our own rules with one of their senses taken away: what it is worth.

use anyhow::Context as _;
use serde_json::Value;

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ablation {
    /// Families of partners and identities of accounts.
    Kinship,
    /// When things were so: they are as if they happened when they arrived.
    ValidTime,
}

/// Facts that say who belongs to whom.
const OF_KINSHIP: [&str; 3] = ["partner.affiliat", "partner.merged", ".identity."];

impl Ablation {
    pub(super) const ALL: [Self; 2] = [Self::Kinship, Self::ValidTime];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kinship => "B7 kin",
            Self::ValidTime => "B7 time",
        }
    }

    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Kinship => "all rules, without families and identities",
            Self::ValidTime => "all rules, in order of arrival",
        }
    }

    /// The events as they would be told without it.
    ///
    /// # Errors
    /// An event is no JSON.
    pub(super) fn of(self, events: &[String]) -> anyhow::Result<Vec<String>> {
        let mut told = Vec::with_capacity(events.len());
        for event in events {
            match self {
                Self::Kinship if OF_KINSHIP.iter().any(|kind| event.contains(kind)) => {}
                Self::Kinship => told.push(event.clone()),
                Self::ValidTime => {
                    let mut event: Value = serde_json::from_str(event).context("reading an event")?;
                    event["time"] = event["recordedtime"].clone();
                    told.push(event.to_string());
                }
            }
        }
        Ok(told)
    }
}
