//! Acting out one scheme on one account, with the ordinary life around it.

use serde_json::json;

use super::scheme::{Check, Finder, HostMail, Lift, Means, Pace, Paper, Scheme, Taker};
use crate::at::At;
use crate::benign::{self, Life};
use crate::book::{Book, By, digest, paper};
use crate::cast;
use crate::change::{self, Change, Wait};
use crate::intent::Intent;
use crate::noise;
use crate::parameters::Parameters;
use crate::stage::{Around, Fares, Meant, Order, Paid, Scope, Stage, Terms};
use crate::{World, label::Link};

/// The world in which nothing happens but `scheme`.
pub fn play(scheme: &Scheme, seed: u64) -> World {
    let parameters = Parameters { vendors: 1, partners_per_vendor: 12, ..Parameters::default() };
    let quiet = noise::Rates::none();
    let mut book = Book::new(seed, &parameters, &quiet);
    let meant =
        Meant { story: "s-1".to_owned(), intent: Intent::Predatory, plan: vec!["red team".to_owned()] };
    let mut stage = Stage::new(&mut book, meant);
    Playing { scheme: *scheme, stage: &mut stage }.take();
    stage.finish();
    let (told, labels) = book.close();
    World { events: noise::arrive(told, &quiet, seed), labels }
}

struct Playing<'a, 'b> {
    scheme: Scheme,
    stage: &'a mut Stage<'b>,
}

impl Playing<'_, '_> {
    fn take(&mut self) {
        let first = self.begin();
        let day = i64::from(self.scheme.day);
        benign::live(self.stage, &Life { host_until: day - 3, ..Life::default() });
        let (taker, at) = self.taker(day);
        self.papers(at);
        match self.scheme.means {
            Means::Changed => self.change(&taker, at),
            Means::Recorded => {
                let (host, prize) = (self.stage.host.clone(), self.stage.prize());
                let held =
                    self.stage.holder(&taker, &prize, at, "customer_letter", json!({"previous": host}));
                self.stage.act(&held);
            }
            Means::Registered => {
                let prize = self.stage.prize();
                let deal = self.stage.submit(&taker, &prize, at, json!({}));
                let approved = self.stage.approve(&deal, &prize, at.plus_days(1));
                self.stage.act(&approved);
            }
            Means::Contracted => {
                let prize = self.stage.prize();
                let contract = self.stage.contract(&taker, &prize, at, None);
                self.stage.act(&contract);
            }
            Means::Ordered | Means::OrderedNamed | Means::SmallOrders | Means::Renewed => {
                self.sell(&taker, at, &first);
            }
            Means::Alias => self.sell_to_alias(&taker, at),
            Means::Sister => self.sell_to_sister(&taker, at),
        }
    }

    /// The handoff, with what the guest claims when it accepts. The host's order from before.
    fn begin(&mut self) -> Order {
        let mut terms = Terms::default();
        let claims = matches!(self.scheme.paper, Paper::ClaimedPrior | Paper::AnchoredPrior);
        if claims {
            let name = format!("old contract {}", self.stage.handoff);
            let since = self.stage.account.opened_at.plus_days(-500);
            let mut prior = json!({"partner": self.stage.guest, "scope": self.stage.prize().json(),
                "since": since.to_string(), "evidence": paper(&name)});
            if self.scheme.paper == Paper::AnchoredPrior {
                let at = self.stage.accepted.plus_days(-10);
                let by = By::Partner(self.stage.guest.clone());
                let data = json!({"digest": digest(&name), "kind": "contract"});
                let anchor = self.stage.tell("portal", "fact.committed", at, by, data);
                prior["anchor"] = json!({"digest": digest(&name), "committed_event": anchor.json()});
            }
            terms.declared_prior.push(prior);
        }
        benign::begin(self.stage, &terms)
    }

    /// Who takes it and when; a straw takes it before.
    fn taker(&mut self, day: i64) -> (String, At) {
        let at = self.stage.day(day);
        let early = self.stage.account.opened_at.plus_days(-2);
        match self.scheme.taker {
            Taker::Guest => (self.stage.guest.clone(), at),
            Taker::Owned => (self.stage.subsidiary_of_guest(), at),
            Taker::Hidden => {
                self.stage.link = Link::Unfiled;
                (self.stage.book.fresh_partner(&self.stage.vendor, early), at)
            }
            Taker::StrawSoon => self.through_straw(at, 21),
            Taker::StrawLate => self.through_straw(at, 70),
        }
    }

    fn through_straw(&mut self, at: At, days: i64) -> (String, At) {
        let early = self.stage.account.opened_at.plus_days(-2);
        let straw = self.stage.book.fresh_partner(&self.stage.vendor, early);
        let (host, prize) = (self.stage.host.clone(), self.stage.prize());
        self.stage.holder(&straw, &prize, at.plus_days(-days), "order", json!({"previous": host}));
        (self.stage.guest.clone(), at)
    }

    /// Papers that stand by themselves; letters go with a change.
    fn papers(&mut self, at: At) {
        let (guest, prize, handoff) =
            (self.stage.guest.clone(), self.stage.prize(), self.stage.handoff.clone());
        match self.scheme.paper {
            Paper::ReleaseByGuest | Paper::StolenLogin => {
                let by =
                    if self.scheme.paper == Paper::StolenLogin { self.stage.host.clone() } else { guest };
                let signed = at.plus_days(-3);
                let data = json!({"handoff": handoff, "scope": prize.json(), "from": signed.to_string(),
                    "signed_by": format!("{}/partner-desk", self.stage.host),
                    "signed_at": signed.to_string()});
                self.stage.tell("portal", "handoff.released", signed, By::Partner(by), data);
            }
            Paper::Amended => {
                let terms = digest(&format!("other terms {handoff}"));
                let data = json!({"handoff": handoff, "terms": terms, "previous_terms": self.stage.terms,
                    "granted_scope": self.stage.protected.json(),
                    "granted_acts": ["quote", "order", "deliver", "renew", "register", "contract"],
                    "signed": [{"party": "guest", "at": at.to_string()}], "reason": "typo"});
                let by = By::Partner(guest);
                self.stage.tell("portal", "handoff.amended", at.plus_days(-5), by, data);
            }
            Paper::Nothing
            | Paper::Forged
            | Paper::Backdated
            | Paper::LaidDown
            | Paper::ClaimedPrior
            | Paper::AnchoredPrior => {}
        }
    }

    fn change(&mut self, taker: &str, at: At) {
        let prize = self.stage.prize();
        let mut change = self.stage.by_letter(taker, &prize, at);
        change.check = None;
        change.letter = self.letter(taker, &prize, at);
        change.basis = match self.scheme.paper {
            Paper::Forged | Paper::Backdated | Paper::LaidDown | Paper::Nothing => "V1",
            Paper::ReleaseByGuest | Paper::StolenLogin | Paper::Amended => "V2",
            Paper::ClaimedPrior | Paper::AnchoredPrior => "V7",
        };
        self.ask_customer(&mut change, at);
        self.divert_mail(&mut change, at);
        change.wait = if self.scheme.pace == Pace::Rush { Wait::Days(1) } else { Wait::Window };
        change.lifted_by = match self.scheme.lift {
            Lift::Nobody => None,
            Lift::Customer => Some("customer"),
            Lift::Guest => {
                let data = json!({"handoff": self.stage.handoff, "scope": prize.json(),
                    "from": at.to_string(), "by": "host"});
                let by = By::Partner(self.stage.guest.clone());
                self.stage.tell("portal", "account.freeze_lifted", at, by, data);
                None
            }
        };
        let done = self.stage.carry_out(&change);
        self.stage.act(&done.executed);
    }

    fn letter(&mut self, taker: &str, prize: &Scope, at: At) -> Option<change::Letter> {
        let mut letter = self.stage.sound_letter(taker, prize, at);
        letter.told_by = By::Partner(taker.to_owned());
        match self.scheme.paper {
            Paper::Forged => {}
            Paper::Backdated => letter.told_after_days = 60,
            Paper::LaidDown => {
                letter.told_after_days = 60;
                let data = json!({"digest": letter.document, "kind": "letter"});
                let by = By::Partner(taker.to_owned());
                letter.anchor = Some(self.stage.tell("portal", "fact.committed", at, by, data));
            }
            Paper::Nothing
            | Paper::ReleaseByGuest
            | Paper::StolenLogin
            | Paper::Amended
            | Paper::ClaimedPrior
            | Paper::AnchoredPrior => return None,
        }
        Some(letter)
    }

    fn ask_customer(&mut self, change: &mut Change, at: At) {
        let honest = self.stage.sound_check();
        let days = match self.scheme.check {
            Check::Nobody => return,
            Check::Kin => {
                let early = self.stage.account.opened_at.plus_days(-2);
                let kin = self.stage.book.fresh_partner(&self.stage.vendor, early);
                let principal = format!("{kin}/call-centre");
                let by = By::Verifier {
                    principal: principal.clone(),
                    network_of: kin.clone(),
                    domain: format!("{kin}.example"),
                };
                change.check = Some(change::Check { verifier: kin, by, principal, ..honest });
                return;
            }
            Check::NewContact => 7,
            Check::OldContact => 49,
        };
        // Whoever answers there says yes.
        let contact = format!("{}-assistant", honest.contact);
        let since = at.plus_days(-days);
        let by = By::Partner(self.stage.guest.clone());
        self.stage.contact("customer", "customer_authority", &contact, since, by, false);
        if let Some(letter) = &mut change.letter {
            letter.signer.clone_from(&contact);
        }
        change.check = Some(change::Check { contact, on_file_since: since, ..honest });
    }

    fn divert_mail(&mut self, change: &mut Change, at: At) {
        let days = match self.scheme.host_mail {
            HostMail::Arrives => return,
            HostMail::Vanishes => {
                change.host_notice = Fares::Vanishes;
                return;
            }
            HostMail::Captured => 7,
            HostMail::CapturedEarly => 49,
        };
        change.host_address = format!("contact-{}-other-desk", self.stage.guest);
        let by = By::Partner(self.stage.guest.clone());
        let address = change.host_address.clone();
        self.stage.contact("host", "notice", &address, at.plus_days(-days), by, false);
    }

    fn sell(&mut self, taker: &str, at: At, first: &Order) {
        let prize = self.stage.prize();
        let means = self.scheme.means;
        let orders: Vec<Order> = if means == Means::Renewed {
            vec![self.stage.renewal(taker, &prize, at, first)]
        } else if means == Means::SmallOrders {
            let small = |part: i64| {
                self.stage.order_of(taker, &prize, at.plus_days(part * 4), 170_000, &Around::default())
            };
            (0..5).map(small).collect()
        } else {
            vec![self.stage.order(taker, &prize, at, means == Means::OrderedNamed)]
        };
        for order in orders {
            self.stage.act(&order.cited);
            let paid = if self.scheme.finder == Finder::Paid { Paid::InFull } else { Paid::Never };
            self.stage.pay(&order, paid);
        }
    }

    fn sell_to_alias(&mut self, taker: &str, at: At) {
        let mut customer = self.stage.account.customer.clone();
        customer.name = cast::noisy(&customer.name, &mut self.stage.book.random);
        let mut alias = self.stage.another_account(customer, at);
        alias.key = format!("portal:{}", self.stage.book.number());
        self.sell_on(&alias, taker, at);
    }

    fn sell_to_sister(&mut self, taker: &str, at: At) {
        let sister = cast::invent_customer(&mut self.stage.book.random);
        let sister = self.stage.another_account(sister, at);
        let data = json!({"account": self.stage.account.id, "other": sister.id, "relation": "sister",
            "during": {"from": at.plus_days(-900).to_string()}, "basis": "registry"});
        self.stage.identity("identity.related", at.plus_days(-1), By::Desk("record-officer"), data);
        self.sell_on(&sister, taker, at);
    }

    fn sell_on(&mut self, account: &crate::stage::Account, taker: &str, at: At) {
        let prize = self.stage.prize();
        self.stage.on(account, |stage| {
            stage.open_account(at, By::Partner(taker.to_owned()));
            let order = stage.order(taker, &prize, at.plus_days(20), false);
            stage.act(&order.cited);
        });
    }
}
