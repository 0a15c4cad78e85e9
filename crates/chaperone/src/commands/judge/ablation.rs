//! Our own rules with one of their senses taken away: what it is worth.

use std::collections::HashMap;

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

/// Members of a payload that say when it was so.
const WHEN: [&str; 5] = ["at", "from", "booked_at", "signed_at", "effective_from"];

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
        match self {
            Self::Kinship => {
                let speaks = |event: &&String| OF_KINSHIP.iter().any(|kind| event.contains(kind));
                Ok(events.iter().filter(|event| !speaks(event)).cloned().collect())
            }
            Self::ValidTime => as_they_arrived(events),
        }
    }
}

/// The events as if each had happened when it first arrived; a repeat stays the repeat it was.
fn as_they_arrived(events: &[String]) -> anyhow::Result<Vec<String>> {
    let mut first: HashMap<String, Value> = HashMap::new();
    let mut told = Vec::with_capacity(events.len());
    for event in events {
        let mut event: Value = serde_json::from_str(event).context("reading an event")?;
        let key = format!("{} {}", event["source"], event["id"]);
        let arrived = first.entry(key).or_insert_with(|| event["recordedtime"].clone()).clone();
        if let Some(data) = event["data"].as_object_mut() {
            for name in WHEN {
                if let Some(when) = data.get_mut(name) {
                    *when = arrived.clone();
                }
            }
        }
        event["time"] = arrived;
        told.push(event.to_string());
    }
    Ok(told)
}
