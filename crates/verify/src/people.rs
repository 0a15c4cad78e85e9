//! Who a party is reached through, as the facts tell it.

use domain::event::Party;
use domain::event::account::ContactPurpose;
use domain::id::{ContactRef, EventId, PartnerId};
use domain::time::Instant;

use crate::scene::Scene;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Contact<'a> {
    pub(crate) party: &'a Party,
    pub(crate) purpose: ContactPurpose,
    pub(crate) contact: &'a ContactRef,
    pub(crate) from: Instant,
    pub(crate) by: Option<&'a PartnerId>,
    pub(crate) confirmed_by: Option<&'a Party>,
    pub(crate) event: EventId,
}

/// Every contact that was put on file: with the account, and since.
pub(crate) fn contacts<'a>(scene: &Scene<'a>) -> Vec<Contact<'a>> {
    let opened = scene.told.opened.iter().filter_map(|on| {
        Some(Contact {
            party: &Party::Customer,
            purpose: ContactPurpose::CustomerAuthority,
            contact: on.said.customer.as_ref()?,
            from: on.at(),
            by: on.by(),
            confirmed_by: None,
            event: on.id(),
        })
    });
    let replaced = scene.told.contacts.iter().map(|on| Contact {
        party: &on.said.party,
        purpose: on.said.purpose,
        contact: &on.said.contact,
        from: on.at(),
        by: on.by(),
        confirmed_by: on.said.confirmed_by.as_ref(),
        event: on.id(),
    });
    opened.chain(replaced).collect()
}
