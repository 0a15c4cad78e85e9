//! Seeded histories of a partner program: CloudEvents lines over many accounts, every fifth with a live handoff.

mod facts;

use std::io::{self, Write};

use crate::random::Random;
use facts::{Facts, Handoff};

/// How many days the history spans; shorter than a handoff's protection, so that each is live at its end.
const SPAN_DAYS: u64 = 300;
/// 2025-01-01T00:00:00Z, in milliseconds since 1970.
const START_MS: i64 = 1_735_689_600_000;
const DAY_MS: u64 = 86_400_000;
/// One account in so many has a live handoff.
const HANDOFF_EVERY: u64 = 5;
/// One act of a guest in so many oversteps what it was granted, so that a judge has something to find.
const OVERSTEP_EVERY: u64 = 200;
const ACCOUNTS_PER_PARTNER: u64 = 100;
const PARTNERS_MIN: u64 = 8;
const PARTNERS_MAX: u64 = 2_000;

/// What history to write.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Lines to write, exactly.
    pub events: u64,
    /// Customer accounts that the lines speak of, as long as there are lines enough to open them all.
    pub accounts: u64,
    /// Where all choices come from.
    pub seed: u64,
}

/// Writes the history: the partners, then each account with its holder (and handoff), then the traffic.
///
/// Lines are in order of time and separated by line breaks. Some accounts are busier than others: the
/// busiest tenth has about a fifth of the traffic.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_history(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    let mut history = History::new(plan);
    while history.facts.written < plan.events {
        let fresh = history.written_to.saturating_add(1) <= history.partners + plan.accounts;
        if fresh {
            history.open_next();
        } else {
            let account = history.busy_account();
            history.traffic(account);
        }
        history.facts.flush_into(out)?;
    }
    Ok(())
}

/// What an account has come to, as far as the next line depends on it.
#[derive(Debug, Clone, Default)]
struct Course {
    holder: u64,
    guest: Option<u64>,
    deals: u32,
    open_deal: Option<u32>,
    orders: u32,
    /// The digest of its handoff's terms.
    terms: String,
}

struct History {
    facts: Facts,
    random: Random,
    partners: u64,
    accounts: u64,
    /// Partners enrolled and accounts opened so far.
    written_to: u64,
    courses: Vec<Course>,
}

impl History {
    fn new(plan: &Plan) -> Self {
        let partners = (plan.accounts / ACCOUNTS_PER_PARTNER).clamp(PARTNERS_MIN, PARTNERS_MAX);
        let step_ms = (SPAN_DAYS * DAY_MS) / plan.events.max(1);
        Self {
            facts: Facts::new(plan.seed, plan.events, START_MS, step_ms.max(1)),
            random: Random::from_seed(plan.seed),
            partners,
            accounts: plan.accounts.max(1),
            written_to: 0,
            courses: Vec::new(),
        }
    }

    fn open_next(&mut self) {
        let next = self.written_to;
        self.written_to += 1;
        if next < self.partners {
            self.facts.partner_enrolled(next);
            return;
        }
        let account = next - self.partners;
        let holder = self.random.below(self.partners);
        self.facts.account_opened(account);
        self.facts.holder_recorded(account, holder);
        let guest = account.is_multiple_of(HANDOFF_EVERY).then(|| self.another_than(holder));
        let mut terms = String::new();
        if let Some(guest) = guest {
            let handoff = Handoff { account, host: holder, guest };
            terms = self.digest();
            self.facts.handoff_invited(&handoff, &terms);
            let policy = self.digest();
            self.facts.handoff_accepted(&handoff, &terms, &policy);
        }
        self.courses.push(Course { holder, guest, terms, ..Course::default() });
    }

    /// The lower of two draws: low numbers come about twice as often as the mean.
    fn busy_account(&mut self) -> u64 {
        let (one, other) = (self.random.below(self.accounts), self.random.below(self.accounts));
        one.min(other)
    }

    fn another_than(&mut self, partner: u64) -> u64 {
        (partner + 1 + self.random.below(self.partners - 1)) % self.partners
    }

    fn digest(&mut self) -> String {
        let parts: [u64; 4] = std::array::from_fn(|_| self.random.bits());
        format!("sha256:{:016x}{:016x}{:016x}{:016x}", parts[0], parts[1], parts[2], parts[3])
    }

    fn traffic(&mut self, account: u64) {
        let index = usize::try_from(account).expect("accounts are counted in memory");
        let mut course = std::mem::take(&mut self.courses[index]);
        match (course.guest, self.random.below(100)) {
            (Some(guest), 0..40) => self.guest_acts(account, guest, &mut course),
            (_, 0..55) => self.deal_moves(account, &mut course),
            (_, 55..85) => {
                course.orders += 1;
                let cents = self.cents();
                let line = self.random.below(facts::PRODUCT_LINES);
                self.facts.order_booked(account, course.orders, course.holder, line, None, cents);
            }
            (_, 85..93) => self.facts.quote_issued(account, course.holder),
            _ => self.facts.meeting_held(account, course.holder),
        }
        self.courses[index] = course;
    }

    fn deal_moves(&mut self, account: u64, course: &mut Course) {
        let cents = self.cents();
        if let Some(deal) = course.open_deal.take() {
            if self.random.below(5) < 3 {
                self.facts.deal_won(account, deal, cents);
            } else {
                self.facts.deal_lost(account, deal);
            }
            return;
        }
        course.deals += 1;
        course.open_deal = Some(course.deals);
        let rival = self.random.below(4) == 0;
        let partner = if rival { self.another_than(course.holder) } else { course.holder };
        let line = self.random.below(facts::PRODUCT_LINES);
        self.facts.deal_submitted(account, course.deals, partner, line, cents);
    }

    fn guest_acts(&mut self, account: u64, guest: u64, course: &mut Course) {
        let handoff = Handoff { account, host: course.holder, guest };
        if self.random.below(3) == 0 {
            return self.facts.handoff_progressed(&handoff);
        }
        course.orders += 1;
        let (order, cents) = (course.orders, self.cents());
        let oversteps = self.random.below(OVERSTEP_EVERY) == 0;
        let line = facts::GRANTED_LINE + u64::from(oversteps);
        self.facts.order_booked(account, order, guest, line, Some(&handoff), cents);
        if !oversteps {
            self.facts.commission_accrued(&handoff, order, &course.terms, cents);
        }
    }

    fn cents(&mut self) -> u64 {
        50_000 + self.random.below(5_000_000)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap, HashSet};

    use serde_json::Value;

    use super::{Plan, write_history};

    const PLAN: Plan = Plan { events: 5_000, accounts: 250, seed: 7 };

    fn history(plan: &Plan) -> Vec<u8> {
        let mut out = Vec::new();
        write_history(plan, &mut out).unwrap();
        out
    }

    fn lines(plan: &Plan) -> Vec<Value> {
        let text = String::from_utf8(history(plan)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}")))
            .collect()
    }

    #[test]
    fn a_history_follows_from_its_seed() {
        assert!(history(&PLAN) == history(&PLAN), "seed {} gave two histories", PLAN.seed);
        assert!(history(&PLAN) != history(&Plan { seed: 8, ..PLAN }), "two seeds gave one history");
    }

    #[test]
    fn a_history_has_as_many_lines_as_asked_for() {
        for events in [0, 1, 7, 100, 5_000] {
            assert_eq!(lines(&Plan { events, ..PLAN }).len() as u64, events);
        }
    }

    #[test]
    fn ids_are_distinct_and_time_never_goes_back() {
        let lines = lines(&PLAN);
        let ids: HashSet<_> = lines.iter().map(|line| (line["source"].clone(), line["id"].clone())).collect();
        assert_eq!(ids.len(), lines.len());
        assert!(lines.iter().map(|line| line["time"].as_str().unwrap()).is_sorted());
        assert!(lines.iter().all(|line| line["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok()));
    }

    #[test]
    fn a_fifth_of_the_accounts_has_a_live_handoff() {
        let lines = lines(&PLAN);
        let last = lines.last().unwrap()["time"].as_str().unwrap().to_owned();
        let live = lines
            .iter()
            .filter(|line| line["type"] == "chaperone.handoff.accepted.v1")
            .filter(|line| line["data"]["protected_until"].as_str().unwrap() > last.as_str());
        assert_eq!(live.count() as u64, PLAN.accounts / 5);
    }

    #[test]
    fn a_thing_is_known_before_it_is_spoken_of() {
        let mut partners = HashSet::new();
        let mut accounts = HashSet::new();
        let mut deals = HashSet::new();
        let mut handoffs = HashSet::new();
        for line in lines(&PLAN) {
            let (fact, data) = (line["type"].as_str().unwrap(), &line["data"]);
            match fact {
                "chaperone.partner.enrolled.v1" => drop(partners.insert(line["subject"].clone())),
                "chaperone.account.opened.v1" => drop(accounts.insert(line["subject"].clone())),
                "chaperone.deal.submitted.v1" => assert!(deals.insert(data["deal"].clone())),
                "chaperone.handoff.invited.v1" => assert!(handoffs.insert(data["handoff"].clone())),
                "chaperone.deal.won.v1" | "chaperone.deal.lost.v1" => assert!(deals.contains(&data["deal"])),
                "chaperone.handoff.accepted.v1" => assert!(handoffs.contains(&data["handoff"])),
                _ => {}
            }
            for partner in ["partner", "holder", "host", "guest"].iter().filter_map(|key| data[*key].as_str())
            {
                assert!(
                    fact.contains("partner.") || partners.contains(&format!("partner-acme.{partner}").into())
                );
            }
            assert!(fact.contains("partner.") || accounts.contains(&line["subject"]), "{line}");
        }
    }

    #[test]
    fn the_mix_has_every_kind_and_lines_of_about_600_bytes() {
        let bytes = history(&PLAN).len() as u64;
        let mean = bytes / PLAN.events;
        assert!((500..700).contains(&mean), "{mean} bytes a line");
        let mut mix: BTreeMap<String, u32> = BTreeMap::new();
        let mut traffic: HashMap<Value, u32> = HashMap::new();
        for line in lines(&PLAN) {
            *mix.entry(line["type"].as_str().unwrap().to_owned()).or_default() += 1;
            *traffic.entry(line["subject"].clone()).or_default() += 1;
        }
        assert_eq!(mix.len(), 13, "{mix:#?}");
        assert!(traffic.values().max() > Some(&30), "no account is busier than the mean of 20");
    }
}
