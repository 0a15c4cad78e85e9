//! Sentinels that are told something of one case at the same time: each finding is recorded once, and nobody gives up.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/machine.rs"]
mod machine;
#[path = "support/unhurried.rs"]
mod unhurried;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};
use services::book::{Book, CONFLICT_TRIES_MAX};
use services::intake::Answer;

use crate::machine::{Machine, tell};
use crate::unhurried::Unhurried;

/// Accounts under one handoff, so that all their findings go to one case: more than anybody tries again.
const ACCOUNTS: u32 = 2 * CONFLICT_TRIES_MAX;

fn event(account: u32, kind: &str, by: Option<&str>, data: &Value) -> String {
    let mut event = json!({"specversion": "1.0", "id": format!("{account} {kind}"), "source": "crm",
        "type": format!("chaperone.{kind}.v1"), "subject": format!("account-acme.a{account}"),
        "time": "2026-03-02T08:00:00Z", "actorrole": "system", "data": data});
    if let Some(partner) = by {
        (event["actorrole"], event["actorpartner"]) = ("partner_user".into(), partner.into());
    }
    event.to_string()
}

/// What is told of each account before its guest books an order of the host's.
fn agreed(account: u32) -> [String; 2] {
    let terms = format!("sha256:{}", "ab".repeat(32));
    let invited = json!({"handoff": "h-1", "host": "northwind", "guest": "contoso", "protected_scope": {},
        "granted_scope": {"product_lines": ["servers"]}, "granted_acts": ["deliver"], "role": "Services Partner",
        "terms": terms, "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12},
        "protection_days": 365, "tail_days": 90, "commitments": [], "expires_at": "2026-03-20T09:00:00Z",
        "host_signed_at": "2026-03-01T09:00:00Z"});
    let policy = json!({"version": 1, "digest": format!("sha256:{}", "0c".repeat(32))});
    let accepted = json!({"handoff": "h-1", "terms": terms, "signed_by": "jo@contoso.example",
        "protected_until": "2027-03-02T09:00:00Z", "tail_until": "2027-05-31T09:00:00Z",
        "commission_until": "2028-03-02T09:00:00Z", "declared_prior": [], "declared_family": [],
        "disclosed_networks": [], "policy": policy});
    [
        event(account, "handoff.invited", None, &invited),
        event(account, "handoff.accepted", Some("contoso"), &accepted),
    ]
}

fn order(account: u32) -> String {
    let data = json!({"order": format!("o{account}"), "partner": "contoso", "scope": {"product_lines": ["servers"]},
        "lines": [], "booked_at": "2026-03-02T08:00:00Z"});
    event(account, "trade.order_booked", None, &data)
}

async fn take(book: &Book, text: &str) {
    let answer = tell(book, text).await;
    assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
}

#[tokio::test]
async fn takeovers_told_at_once_that_belong_to_one_case_are_all_found_there_once() {
    let machine = Machine::new();
    let books = [(); 2].map(|()| machine.book_on(Arc::new(Unhurried(Arc::clone(&machine.journal)))));
    for account in 0..ACCOUNTS {
        for text in agreed(account) {
            take(&books[0], &text).await;
        }
    }
    let told = (0..ACCOUNTS).map(|account| {
        let book = &books[usize::try_from(account % 2).unwrap()];
        async move { take(book, &order(account)).await }
    });
    join_all(told).await;

    let book = machine.book();
    let shelf = book.shelf();
    let cases: Vec<_> = shelf.cases.iter().collect();
    assert_eq!(cases.len(), 1);
    let (_, case) = &cases[0];
    let acts: BTreeSet<_> = case.findings.iter().map(|finding| (&finding.pattern, finding.act)).collect();
    assert_eq!(acts.len(), case.findings.len(), "a finding was recorded twice");
    assert_eq!(acts.len(), usize::try_from(ACCOUNTS).unwrap());
}
