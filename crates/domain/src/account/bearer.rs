//! Where partners act from: what ties two actors to one desk even where they give different names.

use crate::fact::{Actor, Meta};
use crate::id::*;
use crate::time::Instant;

/// One thing an actor is known by beside its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    Session(Digest),
    Network(Digest),
    MailDomain(String),
    /// A person or system by its own reference.
    Principal(PrincipalId),
}

/// A partner that acted with a mark, and a fact that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub partner: PartnerId,
    pub mark: Mark,
    pub at: Instant,
    pub event: EventId,
}

/// Everything `actor` is known by beside its name, the narrowest first.
pub fn marks(actor: &Actor) -> impl Iterator<Item = Mark> {
    let session = actor.session.map(Mark::Session);
    let principal = actor.principal.clone().map(Mark::Principal);
    let network = actor.network.map(Mark::Network);
    let domain = actor.email_domain.clone().map(Mark::MailDomain);
    [session, principal, network, domain].into_iter().flatten()
}

/// Keeps under which marks the actor of a fact acted, if it acted for a partner.
pub(super) fn bear(bearers: &mut Vec<Bearer>, meta: &Meta) {
    let Some(partner) = &meta.actor.partner else { return };
    let (at, event) = (meta.valid_at, meta.id);
    bearers.extend(marks(&meta.actor).map(|mark| Bearer { partner: partner.clone(), mark, at, event }));
}
