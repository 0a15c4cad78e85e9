//! A change of holder step by step: as careful people make it, and spoilt where a plan spoils it.

use serde_json::{Value, json};

use crate::at::At;
use crate::book::{By, Cited, digest, paper};
use crate::stage::{Fares, Scope, Stage};

/// The customer's letter as it is written.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) id: String,
    pub(crate) document: String,
    pub(crate) gaining: String,
    pub(crate) scope: Scope,
    pub(crate) signed: At,
    pub(crate) signer: String,
    pub(crate) authority: &'static str,
    pub(crate) sole_purpose: bool,
    pub(crate) inducement: &'static str,
    pub(crate) supersedes: Option<String>,
    pub(crate) anchor: Option<Cited>,
    /// Who hands it in, and how many days after it was signed.
    pub(crate) told_by: By,
    pub(crate) told_after_days: i64,
}

/// Who asks the customer whether it really wants that.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// A partner, or `vendor`.
    pub(crate) verifier: String,
    pub(crate) by: By,
    pub(crate) principal: String,
    pub(crate) contact: String,
    pub(crate) on_file_since: At,
    pub(crate) paid_by_outcome: bool,
}

/// How long is waited before the account moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Until the window for objections is over, and a day or two more.
    Window,
    /// So many days after the notices.
    Days(i64),
}

/// A change of holder, every step of which a plan may spoil before it is carried out.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) gaining: String,
    pub(crate) losing: String,
    pub(crate) scope: Scope,
    pub(crate) begun: At,
    /// V1 to V9.
    pub(crate) basis: &'static str,
    pub(crate) letter: Option<Letter>,
    pub(crate) check: Option<Check>,
    pub(crate) host_notice: Fares,
    pub(crate) host_address: String,
    /// Who lifts the freeze, if somebody does.
    pub(crate) lifted_by: Option<&'static str>,
    pub(crate) wait: Wait,
}

/// A change that was carried out.
pub(crate) struct Done {
    pub(crate) id: String,
    pub(crate) executed: Cited,
    pub(crate) notified: At,
}

impl Stage<'_> {
    /// A letter as a careful customer writes it.
    pub(crate) fn sound_letter(&mut self, gaining: &str, scope: &Scope, signed: At) -> Letter {
        let number = self.book.number();
        Letter {
            id: format!("l-{number:07}"),
            document: digest(&format!("letter {number}")),
            gaining: gaining.to_owned(),
            scope: scope.clone(),
            signed,
            signer: self.account.contact.clone(),
            authority: "officer",
            sole_purpose: true,
            inducement: "none",
            supersedes: None,
            anchor: None,
            told_by: By::Customer(self.account.customer.slug.clone()),
            told_after_days: 1,
        }
    }

    /// The vendor's own verification desk calls a contact it has known for long.
    pub(crate) fn sound_check(&self) -> Check {
        Check {
            verifier: "vendor".to_owned(),
            by: By::Verifier {
                principal: format!("{}/verification-desk", self.vendor),
                network_of: format!("{} verification", self.vendor),
                domain: format!("{}.example", self.vendor),
            },
            principal: format!("{}/verification-desk", self.vendor),
            contact: self.account.contact.clone(),
            on_file_since: self.account.opened_at.plus_days(-200),
            paid_by_outcome: false,
        }
    }

    /// A change by the customer's letter with every step as it should be.
    pub(crate) fn by_letter(&mut self, gaining: &str, scope: &Scope, signed: At) -> Change {
        let letter = self.sound_letter(gaining, scope, signed);
        let check = self.sound_check();
        Change {
            gaining: gaining.to_owned(),
            losing: self.host.clone(),
            scope: scope.clone(),
            begun: signed,
            basis: "V1",
            letter: Some(letter),
            check: Some(check),
            host_notice: Fares::Arrives,
            host_address: self.host_address(),
            lifted_by: Some("customer"),
            wait: Wait::Window,
        }
    }

    /// A change on another ground, with notices and window.
    pub(crate) fn by_basis(
        &mut self,
        basis: &'static str,
        gaining: &str,
        scope: &Scope,
        begun: At,
    ) -> Change {
        Change { basis, letter: None, check: None, lifted_by: None, ..self.by_letter(gaining, scope, begun) }
    }

    /// Tells a letter.
    pub(crate) fn letter(&mut self, letter: &Letter) -> Cited {
        let mut data = json!({"letter": letter.id, "legal_name": self.account.customer.name,
            "account_key": self.account.key, "signer": letter.signer, "authority": letter.authority,
            "losing": self.host, "gaining": letter.gaining, "scope": letter.scope.json(),
            "signed_at": letter.signed.to_string(), "sole_purpose": letter.sole_purpose,
            "inducement": letter.inducement, "statement_version": "2021-06", "document": letter.document});
        if letter.authority == "officer" {
            data["authority_evidence"] = paper(&format!("authority {}", letter.id));
        }
        if let Some(before) = &letter.supersedes {
            data["supersedes"] = json!(before);
        }
        if let Some(anchor) = &letter.anchor {
            data["anchor"] = json!({"digest": letter.document, "committed_event": anchor.json()});
        }
        let told = letter.signed.plus_days(letter.told_after_days).plus_minutes(40);
        let by = letter.told_by.clone();
        self.tell_late("crm", "consent.letter_recorded", (letter.signed, told), by, data)
    }

    pub(crate) fn rescind_letter(&mut self, letter: &Letter, at: At) {
        let data = json!({"letter": letter.id, "signer": letter.signer, "signed_at": at.to_string(),
            "document": digest(&format!("rescission {}", letter.id))});
        let by = By::Customer(self.account.customer.slug.clone());
        self.tell("crm", "consent.letter_rescinded", at, by, data);
    }

    /// Carries the change out, step by step.
    pub(crate) fn carry_out(&mut self, change: &Change) -> Done {
        let id = format!("ch-{:07}", self.book.number());
        let mut grounds = Vec::new();
        if let Some(letter) = &change.letter {
            grounds.push(self.letter(letter));
        }
        let requested = change.begun.plus_days(1).on_a_working_day().plus_minutes(75);
        let notified = requested.plus_days(1).on_a_working_day().plus_hours(3);
        let (delivered, mut steps) = (notified.plus_hours(20), Vec::new());
        let ready = match change.wait {
            Wait::Window => {
                let days = self.some(0, 3);
                delivered.after_working_days(5).plus_days(days).on_a_working_day().plus_hours(9)
            }
            Wait::Days(days) => notified.plus_days(days).plus_hours(2),
        };
        self.request(&id, change, requested, ready);
        if let Some(check) = &change.check {
            let at = requested.plus_days(1).on_a_working_day();
            grounds.push(self.verify(&id, check, at));
        }
        self.notify_all(&id, change, notified);
        if let Some(by) = change.lifted_by {
            self.lift(&change.scope, notified.plus_days(1), by);
        }
        steps.extend(grounds.iter().map(Cited::json));
        let executed = self.execute(&id, change, ready, steps);
        Done { id, executed, notified }
    }

    fn request(&mut self, id: &str, change: &Change, at: At, effective_from: At) {
        let mut data = json!({"change": id, "losing": change.losing, "gaining": change.gaining,
            "scope": change.scope.json(), "effective_from": effective_from.to_string(),
            "basis_claimed": change.basis});
        if let Some(letter) = &change.letter {
            data["letter"] = json!(letter.id);
        }
        let by = By::Partner(change.gaining.clone());
        self.tell("portal", "change.requested", at, by, data);
    }

    fn verify(&mut self, id: &str, check: &Check, at: At) -> Cited {
        let data = json!({"change": id, "verifier": check.verifier, "verifier_principal": check.principal,
            "method": "call_back", "contact": check.contact,
            "contact_on_file_since": check.on_file_since.to_string(), "outcome": "confirmed",
            "recording": digest(&format!("recording {id}")), "outcome_fee": check.paid_by_outcome});
        self.tell("verification", "change.verified", at, check.by.clone(), data)
    }

    fn notify_all(&mut self, id: &str, change: &Change, at: At) {
        let about = || json!({"kind": "change", "id": id});
        let (customer, host) = (self.account.contact.clone(), change.host_address.clone());
        let guest = format!("contact-{}-notices", change.gaining);
        let names = Some(change.gaining.as_str());
        self.notice("customer", about(), &customer, at, names, Fares::Arrives);
        self.notice("host", about(), &host, at, names, change.host_notice);
        self.notice("guest", about(), &guest, at, names, Fares::Arrives);
    }

    /// The vendor's account desk moves the account.
    pub(crate) fn execute(&mut self, id: &str, change: &Change, at: At, grounds: Vec<Value>) -> Cited {
        let data = json!({"change": id, "holder": change.gaining, "scope": change.scope.json(),
            "effective_from": at.to_string(), "basis": change.basis, "basis_events": grounds,
            "lock_until": at.plus_days(30).to_string()});
        self.tell("crm", "change.executed", at, By::Desk("account-desk"), data)
    }

    pub(crate) fn reverse(&mut self, id: &str, restores: &str, scope: &Scope, at: At, reason: &str) {
        let data = json!({"change": id, "restores": restores, "scope": scope.json(), "reason": reason});
        self.tell("crm", "change.reversed", at, By::Adjudicator, data);
    }
}
