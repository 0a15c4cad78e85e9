//! What holds for every history, through intake, settling, sentinel and replay over a journal in memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it is")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::fact::Class;
use domain::time::Instant;
use ports::memory::{MemoryJournal, MemoryQuarantine};
use ports::{Clock, ManualClock, Position};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use services::book::Book;
use services::queries::{Asked, KnownAt, Moment, accounts, cases};
use services::{intake, replay};
use wire::answers::{AccountAnswer, Difference, FindingRow};
use wire::input::{Defaults, Record};

const DAY_MS: i64 = 86_400_000;
/// 2026-01-01T09:00:00Z.
const START_MS: i64 = 1_767_258_000_000;
const PARTNERS: [&str; 4] = ["host", "guest", "guest-sub", "third"];
const LINES: [&str; 2] = ["gtx", "rtx"];
const TERMS: &str = "sha256:abababababababababababababababababababababababababababababababab";

fn at(day: i64) -> Instant {
    Instant::from_unix_ms(START_MS + day * DAY_MS).unwrap()
}

/// One thing that happens on a day, to one account or partner.
#[derive(Debug, Clone)]
struct Happening {
    what: u8,
    day: i64,
    account: &'static str,
    partner: &'static str,
    line: &'static str,
    number: usize,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one =
        (0..11_u8, 0..140_i64, select(&["globex", "initech"]), select(&PARTNERS), select(&LINES), 0..6_usize);
    let one = one.prop_map(|(what, day, account, partner, line, number)| Happening {
        what,
        day,
        account,
        partner,
        line,
        number,
    });
    proptest::collection::vec(one, 1..14)
}

fn event(id: &str, fact: &str, subject: &str, day: i64, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "crm.acme.example", "type": format!("chaperone.{fact}.v1"),
        "subject": subject, "time": at(day).to_string(), "actorrole": "system", "data": data})
}

/// Host and guest agreed in both accounts before anything else happened.
fn agreed() -> Vec<Value> {
    let mut events = vec![event(
        "family",
        "partner.affiliated",
        "partner-acme.guest-sub",
        -200,
        json!({"with": "guest", "relation": "parent", "share_bp": 10_000, "control": true,
            "during": {"from": at(-200).to_string()}, "basis": "registry"}),
    )];
    for account in ["globex", "initech"] {
        let subject = format!("account-acme.{account}");
        let handoff = format!("h-{account}");
        let invited = json!({"handoff": handoff, "host": "host", "guest": "guest", "protected_scope": {"product_lines": LINES},
            "granted_scope": {"product_lines": ["rtx"]}, "granted_acts": ["order"], "role": "reseller", "terms": TERMS,
            "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12}, "protection_days": 100, "tail_days": 20,
            "commitments": [], "expires_at": at(14).to_string(), "host_signed_at": at(0).to_string()});
        let accepted = json!({"handoff": handoff, "terms": TERMS, "signed_by": "guest-ceo", "protected_until": at(101).to_string(),
            "tail_until": at(121).to_string(), "commission_until": at(366).to_string(), "declared_prior": [],
            "declared_family": [], "disclosed_networks": [], "policy": {"version": 0, "digest": TERMS}});
        events.push(event(&format!("invited-{account}"), "handoff.invited", &subject, 0, invited));
        events.push(event(&format!("accepted-{account}"), "handoff.accepted", &subject, 1, accepted));
    }
    events
}

/// The event of a happening; what is retracted is one told before it in the list.
fn told(place: usize, happening: &Happening) -> Value {
    let Happening { what, day, account, partner, line, number } = happening;
    let (id, subject) = (format!("e{place}"), format!("account-acme.{account}"));
    let scope = json!({"product_lines": [line]});
    let deal = format!("d{number}-{account}");
    let owner = PARTNERS[number % PARTNERS.len()];
    let (fact, data) = match what {
        0..=3 => (
            "deal.submitted",
            json!({"deal": deal, "partner": owner, "scope": scope, "need": "storage", "complete": true, "missing": []}),
        ),
        4 => ("deal.won", json!({"deal": deal, "at": at(*day).to_string()})),
        5 => ("deal.withdrawn", json!({"deal": deal})),
        6 => (
            "account.holder_recorded",
            json!({"holder": partner, "scope": scope, "from": at(*day).to_string(), "basis_claimed": "order"}),
        ),
        7 => (
            "trade.order_booked",
            json!({"order": format!("o{place}"), "partner": partner, "scope": scope, "lines": [], "booked_at": at(*day).to_string()}),
        ),
        8 => (
            "handoff.released",
            json!({"handoff": format!("h-{account}"), "scope": scope, "from": at(*day).to_string(),
                "signed_by": "host-ceo", "signed_at": at(*day).to_string()}),
        ),
        _ => {
            let target = json!({"source": "crm.acme.example", "id": format!("e{}", place.saturating_sub(1 + number % 3))});
            ("fact.retracted", json!({"target": target, "reason": "duplicate"}))
        }
    };
    event(&id, fact, &subject, *day, data)
}

fn all(happenings: &[Happening]) -> Vec<Value> {
    let mut events = agreed();
    // A retraction stands on the stream of its target, or it waits for ever: both happen.
    events.extend(happenings.iter().enumerate().map(|(place, happening)| told(place, happening)));
    events
}

struct Desk {
    book: Book,
    clock: Arc<ManualClock>,
}

impl Desk {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(START_MS + 150 * DAY_MS));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let journal = Arc::new(MemoryJournal::new(Arc::clone(&shared)));
        let quarantine = Arc::new(MemoryQuarantine::new(Arc::clone(&shared)));
        Self { book: Book::open(journal, quarantine, shared).unwrap(), clock }
    }

    /// Tells one event a second after the one before.
    async fn tell(&self, event: &Value) {
        self.clock.set(self.clock.now_ms() + 1_000);
        let defaults = Defaults {
            vendor: "acme".parse().unwrap(),
            source: "test".parse().unwrap(),
            now: self.book.now(),
        };
        let received = event.to_string().into_bytes();
        let reading = wire::cloudevents::read(&received, &defaults);
        assert!(reading.is_ok(), "{reading:?}");
        intake::take(&self.book, "test", Record { place: "here".to_owned(), received, reading })
            .await
            .unwrap();
    }

    async fn head(&self) -> u64 {
        self.book.journal.head().await.unwrap().position.lo()
    }

    /// The account as known at a position, on the day the story ends.
    async fn shown(&self, account: &str, known_at: Option<u64>) -> AccountAnswer {
        let asked = Asked { as_of: Some(at(150)), known_at: known_at.map(KnownAt::Position) };
        accounts::show(&self.book, &"acme".parse().unwrap(), &account.parse().unwrap(), asked).await.unwrap()
    }

    /// What changed about the first account between two positions.
    async fn changed(&self, from: u64, to: u64) -> Vec<Difference> {
        let asked = Asked { as_of: Some(at(150)), known_at: Some(KnownAt::Position(to)) };
        let (vendor, account) = ("acme".parse().unwrap(), "globex".parse().unwrap());
        let from = KnownAt::Position(from);
        accounts::changed(&self.book, &vendor, &account, from, asked).await.unwrap().differences
    }

    fn replayed(&self, until: u64) -> Vec<FindingRow> {
        let moment = Moment { as_of: self.book.now(), known: Position::new(0, until) };
        replay::judge_all(&self.book, moment, self.book.now()).unwrap().findings
    }
}

/// What an account came to, without the ids that arrival gives.
fn outcome(shown: &AccountAnswer) -> BTreeSet<String> {
    let holders = shown.holders.iter().map(|row| format!("{} {:?} {}", row.holder, row.scope, row.since));
    let deals = shown.deals.iter().map(|row| {
        format!(
            "{} {} {:?} {} {:?}",
            row.deal, row.registration, row.rejection_reason, row.outcome, row.protected_until
        )
    });
    holders.chain(deals).collect()
}

fn patterns(findings: &[FindingRow]) -> BTreeSet<String> {
    findings
        .iter()
        .map(|row| format!("{} {} {} {}", row.account, row.pattern, row.severity, row.verdict))
        .collect()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_live_is_what_a_replay_finds(happenings in happenings()) {
        run(async {
            let desk = Desk::new();
            for event in all(&happenings) {
                desk.tell(&event).await;
            }
            // A finding keeps the proof it was made with; what proves it by now may be more.
            let standing = |rows: &[FindingRow]| -> BTreeSet<String> {
                rows.iter().map(|row| format!("{} {} {} {}", row.case, row.pattern, row.severity, row.verdict)).collect()
            };
            let replayed = desk.replayed(desk.head().await);
            prop_assert_eq!(standing(&replayed), standing(&cases::findings(&desk.book)));
            Ok(())
        })?;
    }

    #[test]
    fn in_which_order_history_arrives_changes_nothing_about_how_it_ends(
        happenings in happenings(),
        keys in proptest::collection::vec(any::<u64>(), 20),
    ) {
        run(async {
            let (ordered, other) = (Desk::new(), Desk::new());
            // Asks of one instant are decided in the order they arrive in, so each has an instant of its own.
            let mut events = all(&happenings);
            for (place, event) in events.iter_mut().enumerate() {
                let time: Instant = event["time"].as_str().unwrap().parse().unwrap();
                event["time"] = time.plus_ms(i64::try_from(place).unwrap()).to_string().into();
            }
            for event in &events {
                ordered.tell(event).await;
            }
            let mut shuffled: Vec<(u64, &Value)> =
                events.iter().enumerate().map(|(place, event)| (keys[place % keys.len()].rotate_left(u32::try_from(place).unwrap()), event)).collect();
            shuffled.sort_by_key(|(key, _)| *key);
            for (_, event) in shuffled {
                other.tell(event).await;
            }
            for account in ["globex", "initech"] {
                let [a, b] = [outcome(&ordered.shown(account, None).await), outcome(&other.shown(account, None).await)];
                prop_assert_eq!(a, b);
            }
            prop_assert_eq!(patterns(&cases::findings(&ordered.book)), patterns(&cases::findings(&other.book)));
            Ok(())
        })?;
    }

    #[test]
    fn what_was_known_then_is_answered_as_it_was_then(happenings in happenings()) {
        run(async {
            let desk = Desk::new();
            let mut answered = Vec::new();
            for event in all(&happenings) {
                desk.tell(&event).await;
                let head = desk.head().await;
                answered.push((head, desk.shown("globex", None).await));
            }
            for (head, then) in answered {
                prop_assert_eq!(desk.shown("globex", Some(head)).await, then);
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_causes_of_two_differences_add_up_to_the_whole(
        happenings in happenings(),
        cut in any::<prop::sample::Index>(),
    ) {
        run(async {
            let desk = Desk::new();
            let events = all(&happenings);
            let (first, middle) = (agreed().len(), agreed().len() + cut.index(happenings.len()));
            let mut heads = Vec::new();
            for event in &events {
                desk.tell(event).await;
                heads.push(desk.head().await);
            }
            let [from, between, to] = [heads[first - 1], heads[middle], heads[events.len() - 1]];
            let whole = desk.changed(from, to).await;
            let parts = [desk.changed(from, between).await, desk.changed(between, to).await];
            let causes = ["data", "correction", "identity", "policy", "code"];
            prop_assert!(parts.iter().flatten().chain(&whole).all(|row| causes.contains(&row.cause.as_str())));
            let mut added: BTreeMap<(String, String), (Option<String>, Option<String>)> = BTreeMap::new();
            for row in parts.into_iter().flatten() {
                let before = added.get(&(row.pattern.clone(), row.about.clone())).map(|(was, _)| was.clone());
                added.insert((row.pattern, row.about), (before.unwrap_or(row.was), row.is));
            }
            added.retain(|_, (was, is)| was != is);
            let whole: BTreeMap<_, _> =
                whole.into_iter().map(|row| ((row.pattern, row.about), (row.was, row.is))).collect();
            prop_assert_eq!(added, whole);
            Ok(())
        })?;
    }

    #[test]
    fn a_history_told_twice_adds_nothing(happenings in happenings()) {
        run(async {
            let desk = Desk::new();
            let events = all(&happenings);
            for event in &events {
                desk.tell(event).await;
            }
            let (head, shown) = (desk.head().await, desk.shown("globex", None).await);
            for event in &events {
                desk.tell(event).await;
            }
            prop_assert_eq!(desk.head().await, head);
            prop_assert_eq!(desk.shown("globex", None).await, shown);
            Ok(())
        })?;
    }

    #[test]
    fn what_happens_to_another_account_changes_nothing(happenings in happenings()) {
        run(async {
            let (both, alone) = (Desk::new(), Desk::new());
            for event in all(&happenings) {
                both.tell(&event).await;
                if event["subject"] != "account-acme.initech" {
                    alone.tell(&event).await;
                }
            }
            let [a, b] = [both.shown("globex", None).await, alone.shown("globex", None).await];
            prop_assert_eq!(outcome(&a), outcome(&b));
            let of_globex = |desk: &Desk| -> BTreeSet<String> {
                let found = patterns(&cases::findings(&desk.book)).into_iter();
                found.filter(|row| row.starts_with("globex")).collect()
            };
            prop_assert_eq!(of_globex(&both), of_globex(&alone));
            Ok(())
        })?;
    }
}

#[test]
fn a_derived_fact_that_follows_no_longer_is_retracted_and_not_erased() {
    run(async {
        let desk = Desk::new();
        let submitted = |id: &str, deal: &str, partner: &str, day: i64| {
            let data = json!({"deal": deal, "partner": partner, "scope": {"product_lines": ["gtx"]}, "need": "storage", "complete": true, "missing": []});
            event(id, "deal.submitted", "account-acme.globex", day, data)
        };
        desk.tell(&submitted("late", "d-late", "third", 20)).await;
        desk.tell(&submitted("early", "d-early", "host", 10)).await;
        let stream = "account-acme.globex".parse().unwrap();
        let loaded = desk.book.load(&stream).await.unwrap();
        let derived = loaded.facts.iter().filter(|fact| fact.meta.class == Class::Derived).count();
        assert_eq!(derived, 4, "an approval, its retraction, the other approval and the rejection");
    });
}
