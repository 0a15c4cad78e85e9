//! What goes wrong on the way to the server, and how each is answered.

use std::time::Duration;

use journal_kurrent::{OpenError, Options};
use kurrent_double::Fault;
use ports::{AppendError, EVENT_TEXT_BYTES_MAX, Expect, Journal, Outcome, Receipt};

use crate::journals::{double, memory, open, open_with, quick};
use crate::recording::{append, everything, record, until_recorded, until_subscribed};

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_answer_got_lost_is_recorded_once() {
    for fault in [Fault::RecordedUnanswered, Fault::RecordedUnavailable] {
        let double = double();
        let serving = double.serve().unwrap();
        let journal = open(&serving.url()).await.unwrap();
        double.next_append(fault);
        let receipt = journal.append(append("one", "account-1", Expect::NoStream, 3)).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Appended, "{fault:?}");
        let next = append("two", "account-1", receipt.version.into(), 1);
        assert_eq!(journal.append(next).await.unwrap().version.unwrap().revision, 3, "{fault:?}");
        assert_eq!(everything(&journal).await.len(), 4, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_never_arrived_is_sent_again() {
    for fault in [Fault::LostUnanswered, Fault::LostUnavailable] {
        let double = double();
        let serving = double.serve().unwrap();
        let journal = open(&serving.url()).await.unwrap();
        double.next_append(fault);
        let receipt = journal.append(append("one", "account-1", Expect::NoStream, 2)).await.unwrap();
        assert_eq!(receipt.outcome, Outcome::Appended, "{fault:?}");
        assert_eq!(everything(&journal).await.len(), 2, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_in_the_middle_of_an_append_leaves_it_open_and_the_same_ids_resolve_it() {
    let double = double();
    let serving = double.serve().unwrap();
    let address = serving.address();
    let options = Options { append: Duration::from_millis(900), ..quick() };
    let journal = open_with(&serving.url(), memory(), options).await.unwrap();
    record(&journal, "before", "account-1", 1).await;
    let version = journal.version("account-1").await.unwrap();
    let input = append("one", "account-1", version.into(), 2);

    double.next_append(Fault::RecordedUnanswered);
    double.hold_subscriptions();
    let (answer, ()) = tokio::join!(journal.append(input.clone()), async {
        until_recorded(&double, 4).await;
        drop(serving);
    });
    assert!(matches!(answer, Err(AppendError::Indeterminate)), "{answer:?}");

    double.release_subscriptions();
    let _serving = double.serve_again(address).unwrap();
    let resolved = until_answered(&journal, input).await;
    assert_eq!(resolved.version.unwrap().revision, 2);
    assert_eq!(everything(&journal).await.len(), 3, "it was recorded once");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_an_append_is_unavailable_and_recording_resumes_without_hands() {
    let double = double();
    let serving = double.serve().unwrap();
    let address = serving.address();
    let options = Options { append: Duration::from_millis(300), ..quick() };
    let journal = open_with(&serving.url(), memory(), options).await.unwrap();
    drop(serving);
    let input = append("one", "account-1", Expect::NoStream, 1);
    let answer = journal.append(input.clone()).await;
    assert!(matches!(answer, Err(AppendError::Unavailable(_) | AppendError::Indeterminate)), "{answer:?}");
    assert_eq!(everything(&journal).await, [], "what is at hand can still be read");

    let _serving = double.serve_again(address).unwrap();
    assert_eq!(until_answered(&journal, input).await.version.unwrap().revision, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_ends_as_if_all_had_been_said_is_opened_again_where_it_ended() {
    let double = double();
    let serving = double.serve().unwrap();
    let journal = open(&serving.url()).await.unwrap();
    for round in 0..5 {
        record(&journal, &format!("before {round}"), "account-1", 2).await;
        let opened = double.subscriptions();
        double.end_subscriptions();
        until_subscribed(&double, opened + 1).await;
    }
    let events = everything(&journal).await;
    assert_eq!(events.iter().map(|event| event.revision).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn when_another_node_leads_the_append_goes_there() {
    let follower = double();
    let leader = follower.sibling();
    let (at_follower, at_leader) = (follower.serve().unwrap(), leader.serve().unwrap());
    let journal = open(&at_follower.url()).await.unwrap();
    record(&journal, "before", "account-1", 1).await;
    follower.set_leader(Some(("127.0.0.1", at_leader.address().port())));
    leader.set_append_bytes_max(10_000);
    let receipt = record(&journal, "after", "account-1", 1).await;
    assert_eq!(receipt.version.unwrap().revision, 1);
    let mut large = append("large", "account-2", Expect::NoStream, 1);
    large.events[0].text = vec![b'x'; 20_000].into();
    let refused = journal.append(large).await;
    assert!(
        matches!(refused, Err(AppendError::TooLarge { limit: 10_000, .. })),
        "only the new leader has this limit: {refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_whose_leader_went_away_is_served_by_the_next() {
    let first = double();
    let second = first.sibling();
    let (at_first, at_second) = (first.serve().unwrap(), second.serve().unwrap());
    let (one, two) = (at_first.address().port(), at_second.address().port());
    first.set_members(&[("127.0.0.1", one), ("127.0.0.1", two)]);
    second.set_members(&[("127.0.0.1", one), ("127.0.0.1", two)]);
    let url = format!("esdb://127.0.0.1:{one},127.0.0.1:{two}?tls=false&nodePreference=leader");
    let journal = open(&url).await.unwrap();
    record(&journal, "before", "account-1", 1).await;
    second.set_members(&[("127.0.0.1", two)]);
    drop(at_first);
    let receipt = record(&journal, "after", "account-1", 1).await;
    assert_eq!(receipt.version.unwrap().revision, 1);
    assert_eq!(everything(&journal).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_never_shown() {
    let double = double();
    double.set_credentials("writer", "right");
    let serving = double.serve().unwrap();
    let with = |user: &str| format!("esdb://{user}@{}?tls=false", serving.address());
    open(&with("writer:right")).await.unwrap();
    for user in ["writer:wrong-one", "nobody:wrong-one"] {
        let error = open(&with(user)).await.map(drop).unwrap_err();
        let name = user.split(':').next().unwrap();
        assert!(matches!(&error, OpenError::Denied(why) if why.contains(&format!("user {name}"))), "{error}");
        assert!(!error.to_string().contains("wrong-one"), "{error}");
    }
    let nobody = open(&serving.url()).await.map(drop).unwrap_err();
    assert!(nobody.to_string().contains("without a user"), "{nobody}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_taken_away_are_said_at_the_next_append() {
    let double = double();
    let serving = double.serve().unwrap();
    let journal = open(&format!("esdb://writer:old@{}?tls=false", serving.address())).await.unwrap();
    double.set_credentials("writer", "new");
    let answer = journal.append(append("one", "account-1", Expect::NoStream, 1)).await;
    assert!(
        matches!(&answer, Err(AppendError::Unavailable(why)) if why.contains("user writer")),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_over_the_server_s_limit_is_too_large_and_leaves_its_key_free() {
    let double = double();
    double.set_append_bytes_max(100_000);
    let serving = double.serve().unwrap();
    let journal = open(&serving.url()).await.unwrap();
    let mut input = append("large", "account-1", Expect::NoStream, 3);
    for event in &mut input.events {
        event.text = vec![b'x'; EVENT_TEXT_BYTES_MAX].into();
    }
    match journal.append(input.clone()).await {
        Err(AppendError::TooLarge { limit: 100_000, actual, .. }) => assert!(actual > 100_000),
        other => panic!("expected too large, got {other:?}"),
    }
    input.events.truncate(1);
    journal.append(input).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_old_is_refused() {
    let double = double();
    let serving = double.serve().unwrap();
    for version in ["24.10.4", "25.0.0", "23.10.9"] {
        double.set_version(version);
        let error = open(&serving.url()).await.map(drop).unwrap_err();
        assert!(matches!(&error, OpenError::TooOld { found, .. } if found == version), "{error}");
    }
    double.set_version("24.10.5");
    open(&serving.url()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_nobody_listens_at_is_away() {
    let serving = double().serve().unwrap();
    let url = serving.url();
    drop(serving);
    let error = open(&url).await.map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Away { .. }), "{error}");
}

/// Appends again with the same ids until the server has been found again.
async fn until_answered(journal: &dyn Journal, input: ports::Append) -> Receipt {
    loop {
        match journal.append(input.clone()).await {
            Ok(receipt) => return receipt,
            Err(AppendError::Unavailable(_) | AppendError::Indeterminate) => tokio::task::yield_now().await,
            Err(other) => panic!("expected a receipt, got {other:?}"),
        }
    }
}
