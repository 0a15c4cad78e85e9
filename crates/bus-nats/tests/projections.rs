//! Projections on a real server: what was written last is what is read and watched, few changes or many.

use std::collections::BTreeMap;

use async_nats::jetstream::{self, kv};
use bus_nats::{Connection, NatsBuckets, NatsProjections, Options};
use bytes::Bytes;
use futures::StreamExt as _;
use ports::projections::{Buckets as _, Change, Projections};
use services::projector::editions::{self, State};
use services::projector::{DIRECTORY, Edition, view};
use tests::nats::{NatsCluster, NatsServer};

const BUCKET: &str = "CHAPERONE_accounts_acme_v1";
/// More than two atomic batches hold.
const MANY: usize = 2_500;
/// Buckets made one after the other, each written to at once: without waiting, one of a few is not known of yet.
const JUST_MADE: usize = 40;

async fn projections(url: &str, replicas: usize) -> NatsProjections {
    let connection = Connection::open(&Options::at(url)).await.expect("the address can be read");
    let projections = NatsProjections::new(connection, replicas);
    made(&projections, BUCKET).await;
    projections
}

/// Asks until the bucket is made, since the first connection is being made while the first question is asked and a
/// cluster that has just started finds a server and loses it again.
async fn made(projections: &NatsProjections, bucket: &str) {
    while projections.open(bucket).await.is_err() {
        tokio::task::yield_now().await;
    }
}

/// Writes. One server answers at once; several are asked again, since they may be choosing a leader.
async fn written(projections: &NatsProjections, replicas: usize, changes: Vec<Change>) {
    loop {
        match projections.write(BUCKET, changes.clone()).await {
            Err(_) if replicas > 1 => tokio::task::yield_now().await,
            answer => return answer.expect("the bus answers"),
        }
    }
}

fn client(url: &str) -> impl Future<Output = jetstream::Context> {
    let servers: Vec<async_nats::ServerAddr> =
        url.split(',').map(|url| url.parse().expect("an address")).collect();
    async move { jetstream::new(async_nats::connect(servers).await.expect("a server answers")) }
}

fn changes(count: usize, value: impl Fn(usize) -> Option<String>) -> Vec<Change> {
    (0..count).map(|number| (format!("a{number}"), value(number).map(Bytes::from))).collect()
}

/// Writes few and many, and changes and takes away some of them; returns what should be left.
async fn write(projections: &NatsProjections, replicas: usize) -> BTreeMap<String, Bytes> {
    written(projections, replicas, changes(3, |number| Some(format!("first {number}")))).await;
    written(projections, replicas, changes(MANY, |number| Some(format!("second {number}")))).await;
    let third = |number: usize| (!number.is_multiple_of(3)).then(|| format!("third {number}"));
    written(projections, replicas, changes(MANY / 2, third)).await;
    written(projections, replicas, vec![("a1".to_owned(), None)]).await;
    let left = (0..MANY).filter(|number| *number != 1).filter_map(|number| {
        let value = if number < MANY / 2 { third(number)? } else { format!("second {number}") };
        Some((format!("a{number}"), Bytes::from(value)))
    });
    left.collect()
}

async fn reads_what_was_written(url: &str, replicas: usize) {
    let projections = projections(url, replicas).await;
    let left = write(&projections, replicas).await;
    let read: BTreeMap<String, Bytes> =
        projections.all(BUCKET).await.expect("the bus answers").into_iter().collect();
    assert!(read == left, "{} are left, {} are read", left.len(), read.len());
    assert_eq!(projections.get(BUCKET, "a1").await.expect("the bus answers"), None);
    assert_eq!(projections.get(BUCKET, "a2").await.expect("the bus answers"), Some(Bytes::from("third 2")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_is_what_was_written_last_on_one_server() {
    let Some(server) = NatsServer::start() else { return };
    reads_what_was_written(&server.url(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_is_what_was_written_last_on_three_servers() {
    let Some(cluster) = NatsCluster::start() else { return };
    reads_what_was_written(&cluster.url(), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_just_made_on_three_servers_takes_a_change() {
    let Some(cluster) = NatsCluster::start() else { return };
    let projections = projections(&cluster.url(), 3).await;
    for number in 0..JUST_MADE {
        let bucket = format!("CHAPERONE_accounts_acme_v1_{number}");
        made(&projections, &bucket).await;
        let first = projections.write(&bucket, changes(1, |_| Some("first".to_owned()))).await;
        let told = first.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!told.contains("no stream found"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_the_last_change_of_many_last_in_a_bucket_that_took_none_together_before() {
    let Some(server) = NatsServer::start() else { return };
    let jetstream = client(&server.url()).await;
    let made = kv::Config { bucket: BUCKET.to_owned(), history: 1, ..kv::Config::default() };
    let store = jetstream.create_key_value(made).await.unwrap();
    let mut watch = store.watch_all().await.unwrap();
    let projections = projections(&server.url(), 1).await;
    projections.write(BUCKET, changes(MANY, |number| Some(number.to_string()))).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < MANY {
        seen.push(watch.next().await.expect("the watch goes on").expect("a change").key);
    }
    let written: Vec<String> = (0..MANY).map(|number| format!("a{number}")).collect();
    assert!(seen == written, "in another order");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buckets_of_an_edition_that_is_no_longer_served_are_taken_away_and_no_others() {
    let Some(server) = NatsServer::start() else { return };
    let projections = projections(&server.url(), 1).await;
    let buckets = NatsBuckets::new(Connection::open(&Options::at(&server.url())).await.unwrap());
    while buckets.names().await.is_err() {
        tokio::task::yield_now().await;
    }
    client(&server.url()).await.create_stream(kept_by_somebody_else()).await.unwrap();
    let accounts = view::named("accounts").unwrap();
    let (older, newer) = (Edition { version: 1, made: 1 }, Edition { version: 1, made: 2 });
    for vendor in ["acme", "hooli"] {
        projections.open(&older.bucket(accounts, vendor)).await.unwrap();
        projections.open(&newer.bucket(accounts, vendor)).await.unwrap();
    }
    let served = Bytes::from_static(b"{\"version\": 1, \"made\": 2}");
    projections.write(DIRECTORY, vec![("accounts".to_owned(), Some(served))]).await.unwrap();

    let pruned = editions::prune(&projections, &buckets, accounts).await.unwrap();
    assert_eq!(pruned.iter().map(|found| found.edition).collect::<Vec<_>>(), [older]);
    let left = editions::found(&projections, &buckets, accounts).await.unwrap();
    let left: Vec<_> = left.iter().map(|found| (found.edition, found.state, found.vendors.len())).collect();
    assert_eq!(left, [(newer, State::Served, 2)]);
    let mut names = buckets.names().await.unwrap();
    names.sort_unstable();
    let ours = [DIRECTORY.to_owned(), newer.bucket(accounts, "acme"), newer.bucket(accounts, "hooli")];
    assert_eq!(names, ours);
}

/// A stream that is no bucket, by a name that an edition no longer served would have.
fn kept_by_somebody_else() -> jetstream::stream::Config {
    jetstream::stream::Config { name: BUCKET.to_owned(), ..jetstream::stream::Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_not_said_to_be_gone_while_no_server_says_so() {
    let Some(server) = NatsServer::start() else { return };
    let projections = projections(&server.url(), 1).await;
    server.pause();
    projections.remove(BUCKET).await.unwrap_err();
    server.resume();
    projections.remove(BUCKET).await.unwrap();
    projections.remove(BUCKET).await.unwrap();
}
