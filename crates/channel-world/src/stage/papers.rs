//! The papers of a handoff: terms, notices, releases, contacts, rulings and corrections.

use serde_json::{Value, json};

use super::{Account, Consented, Scope, Stage, Terms};
use crate::at::At;
use crate::book::{By, Cited, digest, paper};

/// A notice to a party.
pub(crate) struct Notice {
    id: String,
}

impl Stage<'_> {
    /// The vendor's system opens the account and says who holds it.
    pub(crate) fn open(&mut self) {
        let at = self.account.opened_at;
        self.open_account(at, By::System);
        let (host, protected) = (self.host.clone(), self.protected.clone());
        self.holder(&host, &protected, at.plus_minutes(5), "initial", json!({}));
    }

    pub(crate) fn open_account(&mut self, at: At, by: By) {
        let Account { customer, key, contact, .. } = self.account.clone();
        let strength = if key.starts_with("duns:") { "duns" } else { "system_id" };
        let data = json!({"keys": [{"key": key, "strength": strength}], "legal_name": customer.name,
            "country": customer.country, "customer": contact});
        self.tell("crm", "account.opened", at, by, data);
    }

    pub(crate) fn holder(&mut self, holder: &str, scope: &Scope, at: At, basis: &str, extra: Value) -> Cited {
        let mut data = json!({"holder": holder, "scope": scope.json(), "from": at.to_string(),
            "basis_claimed": basis});
        if let (Value::Object(data), Value::Object(extra)) = (&mut data, extra) {
            data.extend(extra);
        }
        self.tell("crm", "account.holder_recorded", at, By::System, data)
    }

    /// The host invites, the guest accepts.
    pub(crate) fn hand_over(&mut self, terms: &Terms) {
        self.granted.lines = self.protected.lines[..terms.granted_lines].to_vec();
        let days = self.some(1, 9);
        let invited = self.accepted.plus_days(-days);
        let by_guest = json!({"commitment": "first-visit", "what": "first visit at the customer",
            "due_days": 14, "by": "guest"});
        let mut data = json!({"handoff": self.handoff, "host": self.host, "guest": self.guest,
            "protected_scope": self.protected.json(), "granted_scope": self.granted.json(),
            "granted_acts": terms.granted_acts, "role": "Services Partner", "terms": self.terms,
            "commission": {"rate_bp": super::trade::RATE_BP, "base": "net_order", "tail_months": 12},
            "protection_days": 365, "tail_days": 90, "commitments": [by_guest],
            "expires_at": invited.plus_days(14).to_string(), "host_signed_at": invited.to_string()});
        if terms.consented == Consented::InWriting {
            data["customer_consent"] = paper(&format!("consent {}", self.handoff));
        }
        let by = By::Partner(self.host.clone());
        self.tell("portal", "handoff.invited", invited, by, data);
        let at = self.accepted;
        let data = json!({"handoff": self.handoff, "terms": self.terms,
            "signed_by": format!("{}/partner-desk", self.guest),
            "protected_until": at.plus_days(365).to_string(), "tail_until": at.plus_days(455).to_string(),
            "commission_until": at.plus_days(730).to_string(), "declared_prior": terms.declared_prior,
            "declared_family": terms.declared_family, "disclosed_networks": terms.disclosed_networks,
            "policy": {"version": 1, "digest": digest("policy 1")}});
        let by = By::Partner(self.guest.clone());
        self.tell("portal", "handoff.accepted", at, by, data);
    }

    pub(crate) fn progress(&mut self, kind: &str, by: &str, at: At, commitment: Option<&str>) -> Cited {
        let mut data = json!({"handoff": self.handoff, "kind": kind, "by": by, "at": at.to_string()});
        if let Some(commitment) = commitment {
            data["commitment"] = json!(commitment);
        }
        let partner = if by == "host" { self.host.clone() } else { self.guest.clone() };
        self.tell("portal", "handoff.progressed", at, By::Partner(partner), data)
    }

    pub(crate) fn release(&mut self, scope: &Scope, at: At, until: Option<At>, ratifies: Option<&Cited>) {
        let mut data = json!({"handoff": self.handoff, "scope": scope.json(), "from": at.to_string(),
            "signed_by": format!("{}/partner-desk", self.host), "signed_at": at.to_string()});
        if let Some(until) = until {
            data["until"] = json!(until.to_string());
        }
        if let Some(act) = ratifies {
            data["ratifies"] = act.json();
        }
        let by = By::Partner(self.host.clone());
        self.tell("portal", "handoff.released", at, by, data);
    }

    /// Sends a notice; it arrives some hours later unless it bounces.
    pub(crate) fn notice(
        &mut self,
        to: &str,
        about: Value,
        address: &str,
        at: At,
        names: Option<&str>,
        fares: Fares,
    ) -> Notice {
        let id = format!("n-{:07}", self.book.number());
        let on_file = self.account.opened_at.plus_days(-400);
        let mut data = json!({"notice": id, "to": to, "about": about, "address": address,
            "address_on_file_since": on_file.to_string(), "method": "email"});
        if let Some(gaining) = names {
            data["names_gaining"] = json!(gaining);
        }
        self.tell("notices", "notice.sent", at, By::System, data);
        let hours = self.some(1, 20);
        let arrived = at.plus_hours(hours);
        match fares {
            Fares::Arrives => {
                let receipt = json!({"digest": digest(&id), "media_type": "message/delivery-status",
                    "held_by": "vendor"});
                let data = json!({"notice": id, "at": arrived.to_string(), "receipt": receipt});
                self.tell("notices", "notice.delivered", arrived, By::System, data);
            }
            Fares::Bounces => {
                let data =
                    json!({"notice": id, "at": arrived.to_string(), "reason": "the address is unknown"});
                self.tell("notices", "notice.bounced", arrived, By::System, data);
            }
            Fares::Vanishes => {}
        }
        Notice { id }
    }

    pub(crate) fn answer(&mut self, notice: &Notice, at: At, by: &str, answer: &str) {
        let data = json!({"notice": notice.id, "at": at.to_string(), "by": format!("{by}/partner-desk"),
            "answer": answer});
        self.tell("notices", "notice.answered", at, By::Partner(by.to_owned()), data);
    }

    pub(crate) fn host_address(&self) -> String {
        format!("contact-{}-notices", self.host)
    }

    pub(crate) fn claim_forfeiture(&mut self, scope: &Scope, at: At, notices: &[&Notice], cure_until: At) {
        let ids: Vec<&str> = notices.iter().map(|notice| notice.id.as_str()).collect();
        let data = json!({"handoff": self.handoff, "scope": scope.json(), "claimed_by": "guest",
            "notices": ids, "cure_until": cure_until.to_string()});
        let by = By::Partner(self.guest.clone());
        self.tell("portal", "handoff.forfeiture_claimed", at, by, data);
    }

    /// Another contact for a party: who put it there, and who confirmed it.
    pub(crate) fn contact(&mut self, party: &str, purpose: &str, contact: &str, at: At, by: By, ok: bool) {
        let mut data = json!({"party": party, "purpose": purpose, "contact": contact});
        if ok {
            data["confirmed_by"] = json!(party);
        }
        self.tell("portal", "account.contact_replaced", at, by, data);
    }

    pub(crate) fn overridden(
        &mut self,
        scope: &Scope,
        at: At,
        until: At,
        holder: Option<&str>,
        ruling: &Ruling<'_>,
    ) -> Cited {
        let officers: Vec<Value> = ruling
            .officers
            .iter()
            .map(|(name, role)| json!({"principal": format!("{}/{name}", self.vendor), "role": role}))
            .collect();
        let ids: Vec<&str> = ruling.published_to.iter().map(|notice| notice.id.as_str()).collect();
        let mut data = json!({"scope": scope.json(), "act": "change", "reason": ruling.reason,
            "reason_text": ruling.text, "officers": officers, "until": until.to_string(),
            "published_to": ids});
        if let Some(holder) = holder {
            data["holder"] = json!(holder);
        }
        self.tell("crm", "account.override_recorded", at, By::Desk("account-desk"), data)
    }

    /// The customer or the host lifts the freeze that came with the handoff.
    pub(crate) fn lift(&mut self, scope: &Scope, at: At, by: &str) {
        let data = json!({"handoff": self.handoff, "scope": scope.json(), "from": at.to_string(), "by": by,
            "evidence": paper(&format!("lift {} {at}", self.handoff))});
        let actor = if by == "customer" {
            By::Customer(self.account.customer.slug.clone())
        } else {
            By::Partner(self.host.clone())
        };
        self.tell("portal", "account.freeze_lifted", at, actor, data);
    }

    /// The producer of `wrong` says what it should have been.
    pub(crate) fn correct(&mut self, wrong: &Cited, kind: &str, right: Value, at: At, reason: &str) {
        let data = json!({"target": wrong.json(),
            "replaces": {"type": format!("chaperone.{kind}.v1"), "data": right}, "reason": reason,
            "approved_by": format!("{}/record-officer", self.vendor)});
        self.tell("crm", "fact.corrected", at, By::Desk("account-desk"), data);
    }

    /// Lays down the digest of a paper on the day it is signed.
    pub(crate) fn commit(&mut self, document: &str, at: At) -> Cited {
        let data = json!({"digest": document, "kind": "letter"});
        self.tell("crm", "fact.committed", at, By::Desk("account-desk"), data)
    }

    /// Says something about how customers belong together.
    pub(crate) fn identity(&mut self, kind: &'static str, at: At, by: By, data: Value) -> Cited {
        self.last = self.last.max(at);
        let stream = format!("identity-{}", self.vendor);
        self.book.tell("master", stream, kind, (at, at.plus_minutes(2)), by, data)
    }
}

/// How a notice fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fares {
    Arrives,
    Bounces,
    /// Nobody hears of it again.
    Vanishes,
}

/// What officers decided, and why.
pub(crate) struct Ruling<'a> {
    pub(crate) reason: &'a str,
    pub(crate) text: &'a str,
    pub(crate) officers: &'a [(&'a str, &'a str)],
    pub(crate) published_to: &'a [&'a Notice],
}
