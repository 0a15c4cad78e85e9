//! Who the sides of a case are, and who has spoken.

use crate::case::Case;
use crate::event::Party;
use crate::event::case::Showing;
use crate::id::PartnerId;
use crate::time::Instant;

/// As what the respondent of a finding stands in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RespondentRole {
    Host,
    Guest,
    Vendor,
    /// A partner that is neither host nor guest, such as an affiliate.
    Another,
}

impl Case {
    /// The partner behind a side, if one stands there.
    pub fn partner_of<'a>(&'a self, party: &'a Party) -> Option<&'a PartnerId> {
        let opened = self.opened.as_ref()?;
        match party {
            Party::Host => opened.host.as_ref(),
            Party::Guest => opened.guest.as_ref(),
            Party::Partner(partner) => Some(partner),
            Party::Customer | Party::Vendor => None,
        }
    }

    /// Whether the case concerns a partner: it is host or guest, acted, or has to answer.
    pub fn concerns(&self, partner: &PartnerId) -> bool {
        let is_side = self
            .opened
            .iter()
            .any(|opened| [&opened.host, &opened.guest].into_iter().flatten().any(|known| known == partner));
        is_side
            || self
                .findings
                .iter()
                .any(|finding| finding.actor == *partner || finding.respondent == partner.as_str())
    }

    /// As what the respondent of the leading finding stands in the case.
    pub fn respondent_role(&self) -> Option<RespondentRole> {
        let finding = self.strongest()?;
        let named = |partner: Option<&PartnerId>| {
            partner.is_some_and(|partner| partner.as_str() == finding.respondent)
        };
        let opened = self.opened.as_ref()?;
        Some(if finding.respondent == "vendor" {
            RespondentRole::Vendor
        } else if named(opened.host.as_ref()) {
            RespondentRole::Host
        } else if named(opened.guest.as_ref()) {
            RespondentRole::Guest
        } else {
            RespondentRole::Another
        })
    }

    /// Whether somebody answered the dispute who did not file it.
    pub fn is_answered(&self) -> bool {
        self.filed.as_ref().is_some_and(|(filed, at)| self.spoke_against(&filed.by, *at))
    }

    /// Whether somebody answered the appeal who did not make it.
    pub fn is_appeal_answered(&self) -> bool {
        self.appeal.as_ref().is_some_and(|(appeal, at)| self.spoke_against(&appeal.by, *at))
    }

    /// When the letter was laid open that the gaining side relied on.
    pub fn letter_shown_at(&self) -> Option<Instant> {
        let letters = self.evidence.iter().filter(|(attached, _)| attached.shows == Showing::Letter);
        letters.map(|(_, at)| *at).min()
    }

    /// Whether a side other than `party` made a statement since.
    fn spoke_against(&self, party: &Party, since: Instant) -> bool {
        self.statements.iter().any(|(stated, at)| since <= *at && !self.is_same_side(&stated.by, party))
    }

    /// A partner named by its id is the same side as by its role.
    fn is_same_side(&self, one: &Party, other: &Party) -> bool {
        let partner = |party| self.partner_of(party);
        one == other || partner(one).is_some_and(|known| partner(other) == Some(known))
    }
}
