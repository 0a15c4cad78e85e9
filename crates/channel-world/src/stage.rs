//! One customer account with its handoff, and what people do on it, in the words of the published formats.

mod papers;
mod trade;

use serde_json::{Value, json};

use crate::at::At;
use crate::book::{BEGINNING, Book, By, Cited, digest};
use crate::cast::{self, Customer, LINES};
use crate::intent::Intent;
use crate::label::{Act, Label, Link};

pub(crate) use papers::{Fares, Ruling};
pub(crate) use trade::{Around, Deal, Order, Paid};

/// Part of a customer's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) lines: Vec<&'static str>,
    pub(crate) territory: &'static str,
}

impl Scope {
    pub(crate) fn json(&self) -> Value {
        json!({"product_lines": self.lines, "territories": [self.territory]})
    }
}

/// A customer account at one vendor.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) customer: Customer,
    /// What the vendor's papers call it.
    pub(crate) key: String,
    pub(crate) contact: String,
    pub(crate) opened_at: At,
}

/// The terms of a handoff that stories vary.
pub(crate) struct Terms {
    pub(crate) granted_acts: Vec<&'static str>,
    /// How many of the protected lines are granted.
    pub(crate) granted_lines: usize,
    pub(crate) declared_prior: Vec<Value>,
    pub(crate) declared_family: Vec<String>,
    pub(crate) disclosed_networks: Vec<String>,
    /// Whether the customer agreed in writing to be introduced.
    pub(crate) consented: Consented,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consented {
    InWriting,
    NotAsked,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            granted_acts: vec!["quote", "order", "deliver", "support"],
            granted_lines: 1,
            declared_prior: Vec::new(),
            declared_family: Vec::new(),
            disclosed_networks: Vec::new(),
            consented: Consented::InWriting,
        }
    }
}

/// What is acted out, as the label will say.
#[derive(Debug, Clone)]
pub(crate) struct Meant {
    pub(crate) story: String,
    pub(crate) intent: Intent,
    pub(crate) plan: Vec<String>,
}

/// An account under a handoff, with host and guest.
pub(crate) struct Stage<'b> {
    pub(crate) book: &'b mut Book,
    pub(crate) vendor: String,
    pub(crate) account: Account,
    pub(crate) host: String,
    pub(crate) guest: String,
    pub(crate) handoff: String,
    pub(crate) terms: String,
    pub(crate) accepted: At,
    /// What the guest must not take.
    pub(crate) protected: Scope,
    /// Where the guest may act.
    pub(crate) granted: Scope,
    pub(crate) meant: Meant,
    pub(crate) link: Link,
    side_accounts: Vec<String>,
    acts: Vec<Act>,
    /// The last thing that happened here.
    pub(crate) last: At,
}

impl<'b> Stage<'b> {
    /// A stage between two partners that have nothing to do with each other, before anything was told.
    pub(crate) fn new(book: &'b mut Book, meant: Meant) -> Self {
        let (vendor, host, guest) = book.cast.pair(&mut book.random);
        let start = BEGINNING.plus_days(33 + book.random.between(0, i64::from(book.span_days)));
        Self::between(book, meant, (vendor, host, guest), start)
    }

    /// A stage of these partners, whose account was opened at `start`.
    pub(crate) fn between(
        book: &'b mut Book,
        meant: Meant,
        (vendor, host, guest): (String, String, String),
        start: At,
    ) -> Self {
        let customer = cast::invent_customer(&mut book.random);
        let account = account(book, customer, start);
        let mut lines = LINES.to_vec();
        for last in (1..lines.len()).rev() {
            lines.swap(last, book.random.index(last + 1));
        }
        lines.truncate(3);
        let number = book.number();
        let territory = account.customer.territory;
        let waited = book.random.between(12, 40);
        let accepted = working_hour(book, start.plus_days(waited));
        Self {
            vendor,
            host,
            guest,
            handoff: format!("h-{number:06}"),
            terms: digest(&format!("terms {number}")),
            accepted,
            protected: Scope { lines: lines.clone(), territory },
            granted: Scope { lines: vec![lines[0]], territory },
            account,
            meant,
            link: Link::None,
            side_accounts: Vec::new(),
            acts: Vec::new(),
            last: accepted,
            book,
        }
    }

    /// Some working hour, so many days after the handoff was accepted.
    pub(crate) fn day(&mut self, days: i64) -> At {
        let day = self.accepted.plus_days(days);
        working_hour(self.book, day)
    }

    /// Some day from `from` up to and without `until`, in days after acceptance.
    pub(crate) fn some_day(&mut self, from: i64, until: i64) -> At {
        let days = self.book.random.between(from, until);
        self.day(days)
    }

    pub(crate) fn some(&mut self, from: i64, until: i64) -> i64 {
        self.book.random.between(from, until)
    }

    pub(crate) fn chance(&mut self, basis_points: u32) -> bool {
        self.book.random.chance(basis_points)
    }

    /// One of the protected lines that was not granted, as the whole of what is at stake.
    pub(crate) fn prize(&self) -> Scope {
        Scope { lines: self.protected.lines[1..].to_vec(), territory: self.protected.territory }
    }

    /// A line nobody protected here.
    pub(crate) fn elsewhere(&self) -> Scope {
        let free = LINES.iter().find(|line| !self.protected.lines.contains(line));
        Scope { lines: vec![free.expect("three of eight lines are protected")], ..self.protected.clone() }
    }

    pub(crate) fn tell(&mut self, system: &str, kind: &'static str, at: At, by: By, data: Value) -> Cited {
        let minutes = self.book.random.between(0, 15);
        self.tell_late(system, kind, (at, at.plus_minutes(minutes)), by, data)
    }

    /// Tells something that arrives at another time than it was so.
    pub(crate) fn tell_late(
        &mut self,
        system: &str,
        kind: &'static str,
        times: (At, At),
        by: By,
        data: Value,
    ) -> Cited {
        let stream = format!("account-{}.{}", self.vendor, self.account.id);
        self.last = self.last.max(times.1);
        self.book.tell(system, stream, kind, times, by, data)
    }

    /// Everything told on this account arrives once more.
    pub(crate) fn repeat_everything(&mut self) {
        let stream = format!("account-{}.{}", self.vendor, self.account.id);
        self.book.repeat(&stream);
    }

    /// Marks an event as what the plan is about.
    pub(crate) fn act(&mut self, cited: &Cited) {
        let Cited { source, id, at } = cited.clone();
        self.acts.push(Act { source, id, at: at.to_string() });
    }

    /// A partner that has nothing to do with host or guest.
    pub(crate) fn third(&mut self) -> String {
        self.book.cast.third(&self.vendor, &[&self.host, &self.guest], &mut self.book.random)
    }

    /// A company the guest owns, and whether the vendor was told.
    pub(crate) fn subsidiary_of_guest(&mut self) -> String {
        let early = self.account.opened_at.plus_days(-2);
        let owned = self.book.fresh_partner(&self.vendor, early);
        let since = early.plus_days(-self.some(100, 2_000));
        let filed = self.book.affiliate(&self.vendor, &self.guest, &owned, since, early);
        self.link = if filed { Link::Filed } else { Link::Unfiled };
        owned
    }

    /// Plays a part on another account of the same vendor.
    pub(crate) fn on<T>(&mut self, other: &Account, part: impl FnOnce(&mut Self) -> T) -> T {
        if !self.side_accounts.contains(&other.id) {
            self.side_accounts.push(other.id.clone());
        }
        let here = std::mem::replace(&mut self.account, other.clone());
        let done = part(self);
        self.account = here;
        done
    }

    /// A customer account beside this one, not told of yet.
    pub(crate) fn another_account(&mut self, customer: Customer, opened_at: At) -> Account {
        account(self.book, customer, opened_at)
    }

    /// Closes the handoff and lays down the label.
    pub(crate) fn finish(mut self) {
        let over = self.accepted.plus_days(366).max(self.last.plus_days(1));
        let outcome = if self.chance(8_500) { "delivered" } else { "lost" };
        let data = json!({"handoff": self.handoff, "outcome": outcome, "at": over.to_string()});
        self.tell("portal", "handoff.closed", over, By::System, data);
        // A stranger asks for a price: the book goes on after what happened last.
        let third = self.third();
        self.quote(&third, &self.elsewhere(), over.plus_days(30), None);
        let mut accounts = vec![self.account.id.clone()];
        accounts.append(&mut self.side_accounts);
        let Meant { story, intent, plan } = self.meant.clone();
        self.book.label(Label {
            story,
            vendor: self.vendor,
            accounts,
            handoff: self.handoff,
            host: self.host,
            guest: self.guest,
            accepted_at: self.accepted.to_string(),
            intent,
            plan,
            acts: self.acts,
            link: self.link,
        });
    }
}

fn account(book: &mut Book, customer: Customer, opened_at: At) -> Account {
    let number = book.number();
    let key = if book.random.chance(book.rates.missing_duns_bp) {
        format!("crm:{number:08}")
    } else {
        format!("duns:{}", customer.duns)
    };
    let contact = format!("contact-{}-{number}", customer.slug);
    Account { id: format!("{}-{number}", customer.slug), customer, key, contact, opened_at }
}

fn working_hour(book: &mut Book, day: At) -> At {
    let minutes = book.random.between(8 * 60, 17 * 60);
    day.midnight().on_a_working_day().plus_minutes(minutes)
}
