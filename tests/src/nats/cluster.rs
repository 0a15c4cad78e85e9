//! Three nats-servers in one cluster.

use std::sync::mpsc;
use std::thread;

use super::ports;
use super::server::{NatsServer, wait_for};

/// Said by a server that sees a leader for the cluster's streams.
const LED: &str = "JetStream cluster new metadata leader";
/// Said by the server that became that leader itself.
const LEADS: &str = "Self is new JetStream cluster metadata leader";

/// Three servers, each over a store of its own.
pub struct NatsCluster {
    nodes: Vec<NatsServer>,
}

impl NatsCluster {
    /// A running cluster that has a leader, or `None` after saying aloud that the test is skipped.
    pub fn start() -> Option<Self> {
        let routes: Vec<u16> = (0..3).map(|_| ports::free()).collect();
        let known =
            routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect::<Vec<_>>().join(", ");
        let nodes: Option<Vec<NatsServer>> = routes
            .iter()
            .enumerate()
            .map(|(index, port)| {
                let more = format!(
                    "server_name: node{index}\ncluster {{ name: test, listen: 127.0.0.1:{port}, routes: [{known}] }}"
                );
                NatsServer::configured(ports::free(), "sync_interval: always", &more)
            })
            .collect();
        let mut nodes = nodes?;
        let (sender, signs) = mpsc::channel();
        for node in &mut nodes {
            let lines = node.spawn();
            let sender = sender.clone();
            thread::spawn(move || lines.iter().for_each(|line| drop(sender.send(line))));
        }
        drop(sender);
        let (told, led) = mpsc::channel();
        thread::spawn(move || {
            signs
                .iter()
                .filter(|line| line.contains(LED) || line.contains(LEADS))
                .for_each(|line| drop(told.send(line)));
        });
        wait_for(&led, "leader");
        Some(Self { nodes })
    }

    /// All three addresses, separated by commas.
    pub fn url(&self) -> String {
        self.nodes.iter().map(NatsServer::url).collect::<Vec<_>>().join(",")
    }

    /// The node of this name, such as the leader that a stream's description names.
    ///
    /// # Panics
    /// If no node has the name.
    pub fn node(&mut self, name: &str) -> &mut NatsServer {
        let index: usize =
            name.strip_prefix("node").and_then(|index| index.parse().ok()).expect("nodes are numbered");
        &mut self.nodes[index]
    }

    /// Every node, in order.
    pub fn nodes(&mut self) -> &mut [NatsServer] {
        &mut self.nodes
    }
}
