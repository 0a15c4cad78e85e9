//! What an event is called where it must not matter in which order facts arrived.

use std::collections::HashMap;

use domain::fact::Fact;
use domain::id::EventId;

/// Names of the events that the rules derived from recorded facts: each is known by the fact it follows from,
/// since its own id depends on how often it was derived. Every other event is known by its id.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    derived: HashMap<EventId, String>,
}

impl Naming {
    /// The naming of one account's facts, derived ones among them.
    pub(crate) fn of<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> Self {
        let name = |fact: &Fact| {
            let cause = fact.meta.causation.filter(|_| fact.is_settled())?;
            let kind = wire::event::name(&fact.event);
            let kind = kind.trim_start_matches("chaperone.").trim_end_matches(".v1");
            Some((fact.meta.id, format!("{cause}/{kind}")))
        };
        Self { derived: facts.into_iter().filter_map(name).collect() }
    }

    /// What an event is called.
    pub(crate) fn name(&self, event: EventId) -> String {
        self.derived.get(&event).cloned().unwrap_or_else(|| event.to_string())
    }
}
