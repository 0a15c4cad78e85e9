//! A registration on an account that is known to be the same customer as a protected one is refused when it is asked.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use domain::scope::Scope;
use domain::time::Instant;
use ports::memory::{MemoryJournal, MemoryQuarantine};
use ports::{Clock, ManualClock};
use serde_json::{Value, json};
use services::book::Book;
use services::desk::{self, Reply};
use services::intake::{self, Answer};
use services::queries::{Asked, cases, deals};
use services::replay::{self, Question, Record as Compare};
use wire::input::{Defaults, Record};

/// 2026-03-02T09:00:00Z.
const START_MS: i64 = 1_772_442_000_000;
const DAY_MS: i64 = 86_400_000;

/// A book in memory on a clock of its own, in which `globex` is protected for northwind from contoso.
struct Desk {
    clock: Arc<ManualClock>,
    book: Arc<Book>,
}

impl Desk {
    /// Both partners are enrolled, and nothing else is known.
    async fn enrolled() -> Self {
        let clock = Arc::new(ManualClock::at(START_MS));
        let journal = MemoryJournal::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let quarantine = MemoryQuarantine::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let book = Book::open(Arc::new(journal), Arc::new(quarantine), Arc::clone(&clock) as _).unwrap();
        let desk = Self { clock, book: Arc::new(book) };
        for partner in ["northwind", "contoso"] {
            let enrolled =
                json!({"kinds": ["var"], "legal_name": partner, "country": "DE", "origin": "application"});
            let to = format!("partner-acme.{partner}");
            let reply = desk.ask(&to, "partner.enroll", ("vendor_officer", None), enrolled).await;
            assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
        }
        desk
    }

    async fn guarded() -> Self {
        let desk = Self::enrolled().await;
        for said in [opened("globex", None), invited(), accepted()] {
            desk.tell(said).await;
        }
        desk
    }

    fn defaults(&self) -> Defaults {
        let (vendor, source) = ("acme".parse().unwrap(), "crm".parse().unwrap());
        Defaults { vendor, source, now: self.book.now() }
    }

    async fn ask(&self, to: &str, kind: &str, (role, partner): (&str, Option<&str>), data: Value) -> Reply {
        let mut command = json!({"type": format!("chaperone.{kind}.v1"), "subject": to, "data": data,
            "authid": "somebody", "actorrole": role});
        if let Some(partner) = partner {
            command["actorpartner"] = partner.into();
        }
        let input = wire::command::read(command.to_string().as_bytes(), &self.defaults()).unwrap();
        desk::answer(&self.book, input, None).await.unwrap()
    }

    async fn tell(&self, said: Said) {
        self.clock.advance(1_000);
        self.tell_as_of(self.book.now(), said).await;
    }

    async fn tell_as_of(&self, at: Instant, Said { account, kind, by, data }: Said) {
        let mut event = json!({"specversion": "1.0", "id": format!("{account} {kind} {at}"), "source": "crm",
            "type": format!("chaperone.{kind}.v1"), "subject": format!("account-acme.{account}"),
            "time": at.to_string(), "actorrole": "system", "data": data});
        if let Some(partner) = by {
            (event["actorrole"], event["actorpartner"]) = ("partner_user".into(), partner.into());
        }
        let text = event.to_string();
        let reading = wire::cloudevents::read(text.as_bytes(), &self.defaults());
        let record = Record { place: "test".to_owned(), received: text.into_bytes(), reading };
        let answer = intake::take(&self.book, "crm", record).await.unwrap();
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
    }

    async fn register(&self, account: &str, deal: &str) -> Reply {
        self.register_for("contoso", account, deal).await
    }

    async fn register_for(&self, partner: &str, account: &str, deal: &str) -> Reply {
        self.clock.advance(DAY_MS);
        let to = format!("account-acme.{account}");
        let mut submission = submission(deal);
        submission["partner"] = partner.into();
        self.ask(&to, "deal.submit", ("partner_user", Some(partner)), submission).await
    }

    /// What a partner is told before it registers, and what becomes of it when it does.
    async fn claim_and_register(&self, partner: &str, account: &str, deal: &str) -> (String, String) {
        let place = ("acme".parse().unwrap(), account.parse().unwrap());
        let scope = Scope::of_product_lines(["servers".parse().unwrap()]);
        let partner_id = partner.parse().unwrap();
        let claim = deals::claim(&self.book, &place, &partner_id, &scope, Asked::default()).await.unwrap();
        let reply = self.register_for(partner, account, deal).await;
        assert!(matches!(reply, Reply::Accepted { .. } | Reply::Prevented { .. }), "{reply:?}");
        let explained = deals::explain(&self.book, deal, Asked::default()).await.unwrap().unwrap();
        (claim.claim, explained.deal.registration)
    }

    /// The findings of the live book, which are those of its replay; and what differs from the record when every
    /// command is answered again.
    async fn found(&self) -> (Vec<String>, Vec<String>) {
        let moment = Asked::default().moment(&self.book).await.unwrap();
        let until = moment.known_until(&self.book).await.unwrap();
        let book = Arc::clone(&self.book);
        let replayed = tokio::task::spawn_blocking(move || {
            let (what_if, threads) = (None, Some(1));
            let question = Question { moment, until, what_if, record: Compare::Compared, threads };
            (replay::judge_all(&book, moment, until).unwrap(), replay::run(&book, &question).unwrap())
        });
        let (judged, again) = replayed.await.unwrap();
        let mut live = cases::findings(&self.book);
        live.sort();
        assert_eq!(judged.findings, live, "live is replay");
        let differing = again.answer.differences.unwrap().into_iter().map(|row| format!("{row:?}")).collect();
        (live.into_iter().map(|row| format!("{} {}", row.pattern, row.severity)).collect(), differing)
    }
}

/// Something that is told of an account, by a partner if one is named.
#[derive(Clone)]
struct Said {
    account: &'static str,
    kind: &'static str,
    by: Option<&'static str>,
    data: Value,
}

fn said(account: &'static str, kind: &'static str, data: Value) -> Said {
    Said { account, kind, by: None, data }
}

/// An account of Globex, opened by `partner` if one is named.
fn opened(account: &'static str, by: Option<&'static str>) -> Said {
    let data = json!({"keys": [{"key": "duns:123456789", "strength": "duns"}], "country": "DE",
        "legal_name": "Globex Industries AG"});
    Said { by, ..said(account, "account.opened", data) }
}

fn terms() -> String {
    format!("sha256:{}", "ab".repeat(32))
}

fn invited() -> Said {
    let data = json!({"handoff": "h-1", "host": "northwind", "guest": "contoso",
        "protected_scope": {"product_lines": ["servers"]}, "granted_scope": {"product_lines": ["servers"]},
        "granted_acts": ["deliver"], "role": "Services Partner", "terms": terms(),
        "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12}, "protection_days": 365,
        "tail_days": 90, "commitments": [], "expires_at": "2026-03-20T09:00:00Z",
        "host_signed_at": "2026-03-01T09:00:00Z"});
    said("globex", "handoff.invited", data)
}

fn accepted() -> Said {
    let policy = json!({"version": 1, "digest": format!("sha256:{}", "0c".repeat(32))});
    let data = json!({"handoff": "h-1", "terms": terms(), "signed_by": "jo@contoso.example",
        "protected_until": "2027-03-02T09:00:00Z", "tail_until": "2027-05-31T09:00:00Z",
        "commission_until": "2028-03-02T09:00:00Z", "declared_prior": [], "declared_family": [],
        "disclosed_networks": [], "policy": policy});
    Said { by: Some("contoso"), ..said("globex", "handoff.accepted", data) }
}

fn submission(deal: &str) -> Value {
    json!({"deal": deal, "partner": "contoso", "scope": {"product_lines": ["servers"]},
        "need": "servers for the new plant"})
}

fn refused(reply: &Reply) -> Option<(&str, &str)> {
    let Reply::Prevented { rule, clearing, .. } = reply else { return None };
    Some((rule, clearing))
}

#[tokio::test]
async fn what_is_protected_under_one_account_is_protected_under_its_duplicate() {
    let desk = Desk::guarded().await;
    let here = desk.register("globex", "d-1").await;
    desk.tell(opened("globex-2", Some("contoso"))).await;
    let there = desk.register("globex-2", "d-2").await;
    let (here, there) = (refused(&here).unwrap(), refused(&there).unwrap());
    let release = |day| format!("a host release covering servers valid at 2026-03-{day}");
    assert!(here.0 == "T02" && here.1.starts_with(&release("03")), "{here:?}");
    assert!(there.0 == "T08" && there.1.starts_with(&release("04")), "{there:?}");
    let (found, differing) = desk.found().await;
    assert_eq!(found, ["T02 S2"], "the second attempt within a year is looked into");
    assert_eq!(differing, [""; 0]);
}

#[tokio::test]
async fn a_registration_on_another_customer_of_the_same_name_goes_through() {
    let desk = Desk::guarded().await;
    let opened = json!({"keys": [{"key": "duns:987654321", "strength": "duns"}], "country": "DE",
        "legal_name": "Globex Industries AG"});
    desk.tell(Said { by: Some("contoso"), ..said("namesake", "account.opened", opened) }).await;
    let reply = desk.register("namesake", "d-1").await;
    assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    assert_eq!(desk.found().await, (vec![], vec![]));
}

#[tokio::test]
async fn a_change_of_holder_on_a_linked_account_is_refused_and_found_as_one_on_the_customers() {
    let desk = Desk::guarded().await;
    desk.tell(opened("globex-2", None)).await;
    let effective_from = "2026-03-03T09:00:00Z";
    let (change, scope) = ("c-1", json!({"product_lines": ["servers"]}));
    let requested = json!({"change": change, "losing": "northwind", "gaining": "contoso", "scope": scope,
        "effective_from": effective_from, "basis_claimed": "V2"});
    desk.tell(said("globex-2", "change.requested", requested)).await;
    desk.clock.advance(30 * DAY_MS);
    let officer = ("vendor_officer", None);
    let reply = desk.ask("account-acme.globex-2", "change.execute", officer, json!({"change": change})).await;
    let (rule, clearing) = refused(&reply).unwrap();
    assert!(rule == "T01" && clearing.starts_with("a host release covering servers"), "{rule}: {clearing}");
    let executed = json!({"change": change, "holder": "contoso", "scope": scope, "basis": "V2", "basis_events": [], "lock_until": "2026-05-01T09:00:00Z",
        "effective_from": effective_from});
    desk.tell(said("globex-2", "change.executed", executed)).await;
    let (mut found, differing) = desk.found().await;
    found.sort();
    assert_eq!((found, differing), (["T01 S4", "T15 S4", "T19 S4"].map(String::from).to_vec(), vec![]));
}

/// Every order in which these can be told.
fn orders<T: Clone>(told: &[T]) -> Vec<Vec<T>> {
    if told.is_empty() {
        return vec![Vec::new()];
    }
    let firsts = told.iter().enumerate().flat_map(|(place, first)| {
        let rest = [&told[..place], &told[place + 1..]].concat();
        orders(&rest).into_iter().map(move |rest| [vec![first.clone()], rest].concat())
    });
    firsts.collect()
}

#[tokio::test]
async fn a_registration_told_of_a_duplicate_is_approved_and_found_in_whatever_order_things_are_told() {
    let history = [
        opened("globex", None),
        invited(),
        accepted(),
        opened("globex-2", Some("contoso")),
        said("globex-2", "deal.submitted", submission("d-1")),
    ];
    let at = |second: i64| Instant::from_unix_ms(START_MS + 1_000 * second).unwrap();
    let history: Vec<(Instant, Said)> = (1..).map(at).zip(history).collect();
    for order in orders(&history) {
        let desk = Desk::enrolled().await;
        desk.clock.advance(DAY_MS);
        let kinds: Vec<String> =
            order.iter().map(|(_, said)| format!("{} {}", said.account, said.kind)).collect();
        for (at, said) in order {
            desk.tell_as_of(at, said).await;
        }
        assert_eq!(desk.found().await, (vec!["T08 S4".to_owned()], vec![]), "{kinds:?}");
    }
}

fn pair(words: (&str, &str)) -> (String, String) {
    (words.0.to_owned(), words.1.to_owned())
}

#[tokio::test]
async fn a_registration_under_one_account_keeps_others_out_under_its_duplicate_whichever_stands_for_both() {
    for (first, second) in [("globex", "globex-2"), ("globex-2", "globex")] {
        let desk = Desk::enrolled().await;
        desk.tell(opened("globex", None)).await;
        desk.tell(opened("globex-2", None)).await;
        let own = desk.claim_and_register("northwind", first, "d-1").await;
        let rivals = desk.claim_and_register("contoso", second, "d-2").await;
        assert_eq!([own, rivals], [pair(("free", "approved")), pair(("held", "rejected"))], "{first} first");
        let again = desk.claim_and_register("northwind", second, "d-3").await;
        assert_eq!(again, pair(("free", "approved")), "nobody keeps itself out");
        assert_eq!(desk.found().await, (vec![], vec![]));
    }
}

/// An account of which nothing is known but its name.
fn named(account: &'static str) -> Said {
    let legal_name = format!("Globex {account} AG");
    said(account, "account.opened", json!({"keys": [], "country": "DE", "legal_name": legal_name}))
}

#[tokio::test]
async fn a_registration_that_a_duplicate_known_later_had_first_is_put_before_a_person() {
    let desk = Desk::enrolled().await;
    desk.tell(named("globex")).await;
    desk.tell(named("globex-2")).await;
    let own = desk.claim_and_register("northwind", "globex", "d-1").await;
    let others = desk.claim_and_register("contoso", "globex-2", "d-2").await;
    assert_eq!([own, others], [pair(("free", "approved")), pair(("free", "approved"))]);
    assert_eq!(desk.found().await, (vec![], vec![]));
    for account in ["globex", "globex-2"] {
        desk.tell(opened(account, None)).await;
    }
    let (found, differing) = desk.found().await;
    assert_eq!(found, ["registration S2"]);
    assert!(
        differing.len() == 1 && differing[0].contains("d-2") && differing[0].contains("identity"),
        "{differing:?}"
    );
}

#[tokio::test]
async fn history_told_late_of_a_duplicate_speaks_against_a_registration_decided_before() {
    let desk = Desk::enrolled().await;
    desk.tell(opened("globex", None)).await;
    desk.tell(opened("globex-2", None)).await;
    let own = desk.claim_and_register("contoso", "globex", "d-1").await;
    assert_eq!(own, pair(("free", "approved")));
    let mut earlier = submission("d-0");
    earlier["partner"] = "northwind".into();
    let at = Instant::from_unix_ms(START_MS + DAY_MS / 2).unwrap();
    desk.tell_as_of(at, said("globex-2", "deal.submitted", earlier)).await;
    let (found, differing) = desk.found().await;
    assert_eq!(found, ["registration S2"]);
    assert!(differing.len() == 1 && differing[0].contains("d-1"), "{differing:?}");
}

#[tokio::test]
async fn what_is_protected_under_a_duplicate_is_protected_under_the_account_that_stands_for_both() {
    let desk = Desk::enrolled().await;
    desk.tell(opened("globex", None)).await;
    for said in [opened("globex-2", None), invited(), accepted()] {
        desk.tell(Said { account: "globex-2", ..said }).await;
    }
    let answer = desk.claim_and_register("contoso", "globex", "d-1").await;
    assert_eq!(answer, pair(("held", "rejected")));
    assert_eq!(desk.found().await, (vec![], vec![]));
    let again = desk.register("globex", "d-2").await;
    assert_eq!(refused(&again).map(|(rule, _)| rule), Some("T02"));
    assert_eq!(desk.found().await.1, [""; 0]);
}
