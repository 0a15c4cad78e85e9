//! The bus over a real server keeps the promises of `ports`, alone and on three servers.

#[path = "support/reading.rs"]
mod reading;

use std::any::Any;
use std::sync::Arc;

use async_nats::jetstream;
use async_trait::async_trait;
use bus_nats::{Connection, FactStream, NatsFacts, Options};
use ports::bus::{Behind, FactBus, Message};
use ports::conformance::publishing::{self, BusAdapter};
use tests::nats::{NatsCluster, NatsServer};

/// One server for all checks; each starts with a stream anew.
struct OnNats {
    url: String,
    replicas: usize,
}

impl OnNats {
    async fn facts(&self) -> NatsFacts {
        let connection = Connection::open(&Options::at(&self.url)).await.expect("the address can be read");
        NatsFacts::new(connection, FactStream { replicas: self.replicas, ..FactStream::default() })
    }
}

#[async_trait]
impl BusAdapter for OnNats {
    async fn open(&self) -> (Arc<dyn FactBus>, Box<dyn Any + Send + Sync>) {
        let client = reading::client(&self.url).await;
        let jetstream = jetstream::new(client);
        if jetstream.get_stream("CHAPERONE").await.is_ok() {
            jetstream.delete_stream("CHAPERONE").await.expect("a stream can be removed");
        }
        let facts = self.facts().await;
        // The first connection is being made while the first question is asked.
        while facts.extent().await.is_err() {
            tokio::task::yield_now().await;
        }
        (Arc::new(facts), Box::new(()))
    }

    async fn read(&self, _keep: &(dyn Any + Send + Sync)) -> Vec<Message> {
        reading::facts(&self.url, "CHAPERONE").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bus_on_one_server_conforms() {
    let Some(server) = NatsServer::start() else { return };
    publishing::run(&OnNats { url: server.url(), replicas: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bus_on_three_servers_conforms() {
    let Some(cluster) = NatsCluster::start() else { return };
    publishing::run(&OnNats { url: cluster.url(), replicas: 3 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_somebody_set_to_forget_is_set_right() {
    let Some(server) = NatsServer::start() else { return };
    let on = OnNats { url: server.url(), replicas: 1 };
    let (bus, _) = on.open().await;
    let jetstream = jetstream::new(reading::client(&on.url).await);
    let mut config = jetstream.get_stream("CHAPERONE").await.unwrap().cached_info().config.clone();
    config.max_age = std::time::Duration::from_secs(3_600);
    config.discard = jetstream::stream::DiscardPolicy::Old;
    config.max_messages = 10;
    jetstream.update_stream(config).await.unwrap();
    bus.extent().await.unwrap();
    let config = jetstream.get_stream("CHAPERONE").await.unwrap().cached_info().config.clone();
    assert_eq!((config.max_age, config.max_messages), (std::time::Duration::ZERO, -1));
    assert_eq!(config.discard, jetstream::stream::DiscardPolicy::New);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_published_is_named() {
    let Some(server) = NatsServer::start() else { return };
    let on = OnNats { url: server.url(), replicas: 1 };
    let (bus, _) = on.open().await;
    let jetstream = jetstream::new(reading::client(&on.url).await);
    jetstream.publish("chaperone.acme.fact.account.x", "{}".into()).await.unwrap().await.unwrap();
    let told = bus.extent().await.unwrap_err().to_string();
    assert!(told.contains("message 1 on the bus was published by somebody else"), "{told}");
    assert!(bus.publish(Vec::new(), Behind::default()).await.is_ok());
}
