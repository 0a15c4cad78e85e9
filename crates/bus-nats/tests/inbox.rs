//! What producers published is taken at once, and whoever takes outlives a server that falls silent.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use bus_nats::{Connection, IntakeStream, NatsInbox, Options};
use bytes::Bytes;
use ports::inbox::{Delivery, Inbox as _, Settlement};
use tests::nats::{Cutter, NatsServer};

/// How long a take may last at most, in seconds: generously more than all that is waited for in it.
const TAKE_S_MAX: u64 = 60;

async fn inbox(url: &str) -> NatsInbox {
    NatsInbox::new(Connection::open(&Options::at(url)).await.unwrap(), IntakeStream::default())
}

/// A producer, once there is a stream for what it publishes, which is made by who takes first.
async fn producer(server: &NatsServer, inbox: &NatsInbox) -> Context {
    let producer = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let publishing = async {
        while producer.get_stream(IntakeStream::default().name).await.is_err() {
            tokio::task::yield_now().await;
        }
        publish(&producer, &["first"]).await;
    };
    let ((), taken) = tokio::join!(publishing, taken(inbox));
    settle(inbox, taken).await;
    producer
}

async fn publish(producer: &Context, bodies: &[&'static str]) {
    for body in bodies {
        let sent = producer.publish("chaperone.acme.intake.crm", Bytes::from_static(body.as_bytes())).await;
        sent.unwrap().await.unwrap();
    }
}

/// What is taken once something is.
async fn taken(inbox: &NatsInbox) -> Vec<Delivery> {
    loop {
        match inbox.take().await {
            Ok(taken) if !taken.is_empty() => return taken,
            Ok(_) | Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn settle(inbox: &NatsInbox, taken: Vec<Delivery>) {
    let settled = taken.into_iter().map(|delivery| (delivery.ticket, Settlement::Recorded)).collect();
    inbox.settle(settled).await.unwrap();
}

fn bodies(taken: &[Delivery]) -> Vec<&[u8]> {
    taken.iter().map(|delivery| delivery.body.as_ref()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_taken_together_in_the_order_published() {
    let Some(server) = NatsServer::start() else { return };
    let inbox = inbox(&server.url()).await;
    let producer = producer(&server, &inbox).await;
    publish(&producer, &["one", "two", "three"]).await;
    let taken = inbox.take().await.unwrap();
    assert_eq!(bodies(&taken), [b"one".as_slice(), b"two", b"three"]);
    settle(&inbox, taken).await;
    let (taken, ()) = tokio::join!(inbox.take(), publish(&producer, &["four"]));
    assert_eq!(bodies(&taken.unwrap()), [b"four".as_slice()], "who waits has what comes first");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_from_a_server_that_falls_silent_does_not_wait_for_ever() {
    let Some(server) = NatsServer::start() else { return };
    let cable = Cutter::to(server.port());
    let inbox = inbox(&cable.url()).await;
    let producer = producer(&server, &inbox).await;
    let in_time = Duration::from_secs(TAKE_S_MAX);
    cable.silence();
    let silent = tokio::time::timeout(in_time, inbox.take()).await;
    assert!(silent.is_ok(), "it waits for the answer to what was lost on its way");
    cable.cut();
    cable.mend();
    publish(&producer, &["one"]).await;
    let taken = tokio::time::timeout(in_time, taken(&inbox)).await.unwrap();
    assert_eq!(bodies(&taken), [b"one".as_slice()]);
}
