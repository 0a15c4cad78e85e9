//! Three nats-servers in one cluster, whose cables to one another can be cut.

use std::sync::mpsc;
use std::thread;

use super::cutter::Cutter;
use super::ports;
use super::server::{NatsServer, wait_for};

/// How many servers there are: the fewest of which one may be lost.
const NODES: usize = 3;
/// Said by a server that sees a leader for the cluster's streams.
const LED: &str = "JetStream cluster new metadata leader";
/// Said by the server that became that leader itself.
const LEADS: &str = "Self is new JetStream cluster metadata leader";

/// Three servers, each over a store of its own.
pub struct NatsCluster {
    nodes: Vec<NatsServer>,
    cables: Vec<Route>,
    /// Where a server says that it can be found: the others find it by their own cables alone.
    _nowhere: Cutter,
}

/// The cable on which one server calls another; each pair has two.
struct Route {
    from: usize,
    to: usize,
    cable: Cutter,
}

/// How a server is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutOff {
    /// Every connection ends, as when a process or a machine goes.
    Told,
    /// Nothing arrives any more, and nobody is told, as when a switch drops packets.
    Silent,
}

impl NatsCluster {
    /// A running cluster that has a leader, or `None` after saying aloud that the test is skipped.
    pub fn start() -> Option<Self> {
        let ports: Vec<u16> = (0..NODES).map(|_| ports::free()).collect();
        let pairs = (0..NODES).flat_map(|from| (0..NODES).map(move |to| (from, to)));
        let cables: Vec<Route> = pairs
            .filter(|(from, to)| from != to)
            .map(|(from, to)| Route { from, to, cable: Cutter::to(ports[to]) })
            .collect();
        let nowhere = Cutter::to(ports[0]);
        nowhere.cut();
        let configured = |(node, port): (usize, &u16)| {
            let own = cables.iter().filter(|route| route.from == node);
            let routes = own.map(|route| route.cable.url()).collect::<Vec<_>>().join(", ");
            let more = format!(
                "server_name: {}\ncluster {{ name: test, listen: 127.0.0.1:{port}, advertise: \"{}\", routes: [{routes}] }}",
                name(node),
                nowhere.address(),
            );
            NatsServer::configured(ports::free(), "sync_interval: always", &more)
        };
        let nodes: Option<Vec<NatsServer>> = ports.iter().enumerate().map(configured).collect();
        let mut nodes = nodes?;
        start_together(&mut nodes);
        Some(Self { nodes, cables, _nowhere: nowhere })
    }

    /// All three addresses, separated by commas.
    pub fn url(&self) -> String {
        self.nodes.iter().map(NatsServer::url).collect::<Vec<_>>().join(",")
    }

    /// The address of this one.
    ///
    /// # Panics
    /// If no node has the name.
    pub fn url_of(&self, name: &str) -> String {
        self.nodes[number(name)].url()
    }

    /// The addresses of all but this one, separated by commas.
    pub fn url_without(&self, name: &str) -> String {
        let without = number(name);
        let others = self.nodes.iter().enumerate().filter(|(node, _)| *node != without);
        others.map(|(_, node)| node.url()).collect::<Vec<_>>().join(",")
    }

    /// The node of this name, such as the leader that a stream's description names.
    ///
    /// # Panics
    /// If no node has the name.
    pub fn node(&mut self, name: &str) -> &mut NatsServer {
        &mut self.nodes[number(name)]
    }

    /// Every node, in order.
    pub fn nodes(&mut self) -> &mut [NatsServer] {
        &mut self.nodes
    }

    /// The names of all nodes.
    pub fn names() -> [String; NODES] {
        std::array::from_fn(name)
    }

    /// Cuts the node off the other two; its clients still reach it.
    ///
    /// # Panics
    /// If no node has the name.
    pub fn cut_off(&self, name: &str, how: CutOff) {
        let alone = number(name);
        for route in self.cables.iter().filter(|route| route.from == alone || route.to == alone) {
            match how {
                CutOff::Told => route.cable.cut(),
                CutOff::Silent => route.cable.silence(),
            }
        }
    }

    /// Mends every cable.
    pub fn reunite(&self) {
        self.cables.iter().for_each(|route| route.cable.mend());
    }
}

fn name(node: usize) -> String {
    format!("node{node}")
}

fn number(name: &str) -> usize {
    name.strip_prefix("node").and_then(|number| number.parse().ok()).expect("nodes are numbered")
}

/// Returns when one of them leads.
fn start_together(nodes: &mut [NatsServer]) {
    let (sender, signs) = mpsc::channel();
    for node in nodes {
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
}
