//! Three servers: a leader is lost, paused, two of three are gone, and the bus is a prefix of the journal all along.

use std::time::Duration;

use async_nats::jetstream;
use tests::nats::{NatsCluster, NatsServer};

use crate::reading;
use crate::world::{Looks, Relaying, Story, Watch, settled};

/// Longer than any leader takes to be replaced, and longer than an acknowledgement is waited for, in seconds.
const STALL_S: u64 = 11;

/// Events recorded while something is wrong.
const EVENTS: u64 = 1_200;

/// The name of the stream's leader.
pub(crate) async fn leader(url: &str) -> String {
    let jetstream = jetstream::new(reading::client(url).await);
    loop {
        if let Ok(stream) = jetstream.get_stream("CHAPERONE").await
            && let Some(leader) =
                stream.cached_info().cluster.as_ref().and_then(|cluster| cluster.leader.clone())
        {
            return leader;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_loses_its_leader_or_two_of_three_servers_loses_no_fact() {
    let Some(mut cluster) = NatsCluster::start() else { return };
    let url = cluster.url();
    let story = Story::saying("same");
    story.record(20).await;
    let mut relay = Relaying::start(&story, &url, 3);
    relay.reaches(20).await;
    let watch = Watch::over(&url);

    let lost = leader(&url).await;
    let recording = tokio::spawn(record(story.clone()));
    relay.reaches(40).await;
    cluster.node(&lost).kill();
    recording.await.unwrap();
    settled(&story, &url).await;
    cluster.node(&lost).restart();

    let paused = leader(&url).await;
    let recording = tokio::spawn(record(story.clone()));
    relay.reaches(story.len().await + 20).await;
    cluster.node(&paused).pause();
    recording.await.unwrap();
    relay.reaches(story.len().await).await;
    cluster.node(&paused).resume();
    settled(&story, &url).await;

    // The client is told of every server, so it may have asked one of the two that go.
    watch.looks(Looks::Away);
    for node in &mut cluster.nodes()[1..] {
        node.kill();
    }
    story.record(EVENTS).await;
    for node in &mut cluster.nodes()[1..] {
        node.restart();
    }
    settled(&story, &url).await;
    relay.is_calm().await;
    watch.looks(Looks::On);
    settled(&story, &url).await;
    watch.saw_nothing().await;
}

async fn record(story: Story) {
    story.record(EVENTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_for_longer_than_anybody_waits_is_caught_up_with() {
    let Some(server) = NatsServer::start() else { return };
    let story = Story::saying("same");
    let mut relay = Relaying::start(&story, &server.url(), 1);
    story.record(20).await;
    relay.reaches(20).await;
    let watch = Watch::over(&server.url());
    server.pause();
    story.record(EVENTS).await;
    // The stall itself is what is tested; nothing else is waited for.
    tokio::time::sleep(Duration::from_secs(STALL_S)).await;
    server.resume();
    settled(&story, &server.url()).await;
    relay.is_calm().await;
    watch.saw_nothing().await;
}
