//! One customer under several accounts is one customer to every registration: asked, decided, replayed and tried.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/asking.rs"]
mod asking;
#[path = "support/machine.rs"]
mod machine;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::Officer;
use domain::fact::Role;
use domain::scope::Scope;
use domain::time::Instant;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use services::book::Book;
use services::desk::Reply;
use services::horizon::WhatIf;
use services::intake::Answer;
use services::policies::{self, Publishing};
use services::queries::{Asked, cases, deals};
use services::replay::{self, Question, Record as Compare, Replayed};

use wire::answers::FindingRow;

use crate::asking::ask;
use crate::machine::{Machine, START_MS, tell};

const DAY_MS: i64 = 86_400_000;
const PARTNERS: [&str; 3] = ["northwind", "contoso", "fabrikam"];
/// The first three are one customer by a registry number, the last is another.
const ACCOUNTS: [&str; 4] = ["globex", "globex-2", "globex-3", "initech"];
const LINES: [&str; 2] = ["servers", "storage"];

/// What somebody does a day later.
#[derive(Debug, Clone)]
enum Step {
    Submit {
        partner: &'static str,
        account: &'static str,
        line: &'static str,
    },
    /// The submission so many before the last.
    Withdraw(usize),
    Approve(usize),
    /// A submission of two days ago is told.
    Told {
        partner: &'static str,
        account: &'static str,
        line: &'static str,
    },
}

fn asked() -> impl Strategy<Value = Step> {
    let submit = (select(&PARTNERS), select(&ACCOUNTS), select(&LINES))
        .prop_map(|(partner, account, line)| Step::Submit { partner, account, line });
    prop_oneof![4 => submit, 1 => (0..4_usize).prop_map(Step::Withdraw), 1 => (0..4_usize).prop_map(Step::Approve)]
}

fn told() -> impl Strategy<Value = Step> {
    let told = (select(&PARTNERS), select(&ACCOUNTS), select(&LINES))
        .prop_map(|(partner, account, line)| Step::Told { partner, account, line });
    prop_oneof![3 => asked(), 1 => told]
}

fn policy(text: &Value) -> domain::policy::Policy {
    wire::policy::read(text.to_string().as_bytes()).unwrap()
}

/// A book in which all partners are enrolled and all accounts are opened, under a policy from the beginning.
async fn opened(machine: &Machine, published: Option<&Value>) -> Arc<Book> {
    let book = Arc::new(machine.book());
    let officer = |name: &str| Officer { principal: name.parse().unwrap(), role: Role::VendorOfficer };
    if let Some(published) = published {
        let (vendor, policy) = ("acme".parse().unwrap(), policy(published));
        let effective_from = Instant::from_unix_ms(START_MS).unwrap();
        let officers = vec![officer("mara"), officer("olga")];
        let publishing = Publishing { vendor, policy, effective_from, officers };
        let (_, reply) = policies::publish(Arc::clone(&book), publishing).await.unwrap();
        assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    }
    for partner in PARTNERS {
        let enrolled =
            json!({"kinds": ["var"], "legal_name": partner, "country": "DE", "origin": "application"});
        let subject = format!("partner-acme.{partner}");
        let reply = ask(&book, &subject, "partner.enroll", ("vendor_officer", None), enrolled).await;
        assert!(matches!(reply, Reply::Accepted { .. }), "{reply:?}");
    }
    for account in ACCOUNTS {
        let duns = if account == "initech" { "duns:987654321" } else { "duns:123456789" };
        let legal_name = if account == "initech" { "Initech AG" } else { "Globex Industries AG" };
        let data =
            json!({"keys": [{"key": duns, "strength": "duns"}], "country": "DE", "legal_name": legal_name});
        say(&book, account, "account.opened", book.now(), data).await;
    }
    book
}

async fn say(book: &Book, account: &str, kind: &str, at: Instant, data: Value) {
    let id = format!("{account} {kind} {data}").replace(['{', '}', '"'], "");
    let event = json!({"specversion": "1.0", "id": id, "source": "crm", "type": format!("chaperone.{kind}.v1"),
        "subject": format!("account-acme.{account}"), "time": at.to_string(), "actorrole": "system", "data": data});
    let answer = tell(book, &event.to_string()).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
}

fn submission(partner: &str, deal: &str, line: &str) -> Value {
    json!({"deal": deal, "partner": partner, "scope": {"product_lines": [line]}, "need": line, "missing": []})
}

/// Takes the steps one after the other; what a claim check said before each submission, and what became of it.
async fn take(book: &Arc<Book>, machine: &Machine, steps: &[Step]) -> Vec<(String, Option<String>)> {
    let mut submitted: Vec<(String, &str, &str)> = Vec::new();
    let mut answers = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        machine.clock.advance(DAY_MS);
        let before = |back: usize| submitted.iter().rev().nth(back).cloned();
        match step {
            Step::Submit { partner, account, line } => {
                let deal = format!("d{number}");
                let claim = claim(book, partner, account, line).await;
                let (to, data) = (format!("account-acme.{account}"), submission(partner, &deal, line));
                ask(book, &to, "deal.submit", ("partner_user", Some(partner)), data).await;
                submitted.push((deal.clone(), partner, account));
                answers.push((claim, registration(book, &deal).await));
            }
            Step::Withdraw(back) => {
                if let Some((deal, partner, account)) = before(*back) {
                    let (to, data) = (format!("account-acme.{account}"), json!({"deal": deal}));
                    ask(book, &to, "deal.withdraw", ("partner_user", Some(partner)), data).await;
                }
            }
            Step::Approve(back) => {
                if let Some((deal, _, account)) = before(*back) {
                    let (to, data) = (format!("account-acme.{account}"), json!({"deal": deal}));
                    ask(book, &to, "deal.approve", ("vendor_officer", None), data).await;
                }
            }
            Step::Told { partner, account, line } => {
                let at = Instant::from_unix_ms(book.now().unix_ms() - 2 * DAY_MS - 1).unwrap();
                say(book, account, "deal.submitted", at, submission(partner, &format!("t{number}"), line))
                    .await;
            }
        }
    }
    answers
}

async fn claim(book: &Book, partner: &str, account: &str, line: &str) -> String {
    let place = ("acme".parse().unwrap(), account.parse().unwrap());
    let scope = Scope::of_product_lines([line.parse().unwrap()]);
    deals::claim(book, &place, &partner.parse().unwrap(), &scope, Asked::default()).await.unwrap().claim
}

async fn registration(book: &Book, deal: &str) -> Option<String> {
    let explained = deals::explain(book, deal, Asked::default()).await.unwrap()?;
    Some(explained.deal.registration)
}

/// What a replay says, compared with the record; under a tried policy, if there is one.
async fn replayed(book: &Arc<Book>, tried: Option<&Value>) -> Replayed {
    let moment = Asked::default().moment(book).await.unwrap();
    let until = moment.known_until(book).await.unwrap();
    let what_if = tried.map(|tried| WhatIf::of(policy(tried)));
    let book = Arc::clone(book);
    let replaying = tokio::task::spawn_blocking(move || {
        let question = Question { moment, until, what_if, record: Compare::Compared, threads: Some(2) };
        let replayed = replay::judge_all(&book, moment, until).unwrap().findings;
        assert_eq!(stand(cases::findings(&book)), stand(replayed), "live is replay");
        replay::run(&book, &question).unwrap()
    });
    replaying.await.unwrap()
}

/// What is found, without its evidence: a finding is not written anew when an earlier rival comes to be known.
fn stand(findings: Vec<FindingRow>) -> BTreeSet<[String; 5]> {
    let row = |row: FindingRow| [row.account, row.case, row.pattern, row.severity, row.verdict];
    findings.into_iter().map(row).collect()
}

fn decisions(replayed: &Replayed) -> Vec<&String> {
    replayed.log.iter().filter(|line| line.contains(r#""kind":"decision""#)).collect()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_registration_is_decided_as_the_claim_check_said_and_as_a_replay_decides_it(
        steps in proptest::collection::vec(asked(), 1..14),
    ) {
        run(async {
            let machine = Machine::new();
            let book = opened(&machine, None).await;
            for (claim, registration) in take(&book, &machine, &steps).await {
                match claim.as_str() {
                    "free" => assert_eq!(registration.as_deref(), Some("approved")),
                    "held" => assert_eq!(registration.as_deref(), Some("rejected")),
                    _ => {}
                }
            }
            let again = replayed(&book, None).await.answer.differences.unwrap();
            assert!(again.is_empty(), "{again:?}");
        });
    }

    #[test]
    fn what_is_told_of_one_account_is_reviewed_on_all_live_as_in_a_replay(
        steps in proptest::collection::vec(told(), 1..14),
    ) {
        run(async {
            let machine = Machine::new();
            let book = opened(&machine, None).await;
            take(&book, &machine, &steps).await;
            replayed(&book, None).await;
        });
    }

    #[test]
    fn a_tried_policy_decides_as_it_would_have_live(
        steps in proptest::collection::vec(asked(), 1..14),
        tried in select(vec![
            json!({"registration": {"protection_days": 3}}),
            json!({"registration": {"open_max": 1}}),
            json!({"registration": {"protection_days": 2, "open_max": 2}}),
        ]),
    ) {
        // What is asked about a deal is answered by how it was decided; what was refused then left no record.
        let steps: Vec<Step> = steps.into_iter().filter(|step| matches!(step, Step::Submit { .. })).collect();
        run(async {
            let [in_force, on_trial] = [Machine::new(), Machine::new()];
            let live = opened(&in_force, Some(&tried)).await;
            let other = opened(&on_trial, None).await;
            take(&live, &in_force, &steps).await;
            take(&other, &on_trial, &steps).await;
            let (live, tried) = (replayed(&live, None).await, replayed(&other, Some(&tried)).await);
            assert_eq!(decisions(&live), decisions(&tried));
        });
    }
}
