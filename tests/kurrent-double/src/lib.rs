//! A server that speaks KurrentDB's wire protocol as far as the adapter does, for tests: it keeps what it is
//! given in a journal of ours, and misbehaves when told to.
//!
//! What it is not: a measure of KurrentDB's speed, or proof that KurrentDB does the same. The suite runs
//! against a real server too, where one is named.

mod calls;
mod log;
mod orders;
mod serving;

use std::sync::Arc;

use ports::Journal;

pub use orders::Fault;
pub use serving::{Identity, Serving};

use log::Log;
use orders::Orders;

/// The protocol as generated from `proto/`.
#[expect(
    clippy::allow_attributes,
    clippy::enum_variant_names,
    clippy::large_enum_variant,
    clippy::too_many_lines,
    unreachable_pub,
    reason = "generated code is written for every crate, not for the rules of this one"
)]
pub(crate) mod wire {
    tonic::include_proto!("event_store.client");

    pub(crate) mod streams {
        tonic::include_proto!("event_store.client.streams");
    }
    pub(crate) mod server_features {
        tonic::include_proto!("event_store.client.server_features");
    }
    pub(crate) mod gossip {
        tonic::include_proto!("event_store.client.gossip");
    }
}

/// A server that can be started, stopped and started again over what it holds; clones share it.
#[derive(Clone)]
pub struct Double {
    log: Arc<Log>,
    orders: Arc<Orders>,
}

impl Double {
    /// A server that keeps what it is given in `journal`, which belongs to it alone.
    pub fn over(journal: Arc<dyn Journal>) -> Self {
        Self { log: Arc::new(Log::over(journal)), orders: Arc::default() }
    }

    /// Another node of the same cluster: it holds the same, and takes its own orders.
    pub fn sibling(&self) -> Self {
        Self { log: Arc::clone(&self.log), orders: Arc::default() }
    }

    /// Which version it says it is; 25.0.1 unless told.
    pub fn set_version(&self, version: &str) {
        self.orders.change(|standing| version.clone_into(&mut standing.version));
    }

    /// From now on only this user with this password is served.
    pub fn set_credentials(&self, user: &str, password: &str) {
        self.orders.change(|standing| standing.credentials = Some((user.to_owned(), password.to_owned())));
    }

    /// The most bytes of one append; 1 MiB unless told, which is KurrentDB's default.
    pub fn set_append_bytes_max(&self, append_bytes_max: usize) {
        self.orders.change(|standing| standing.append_bytes_max = append_bytes_max);
    }

    /// Who is in the cluster, as host and port; the first one leads.
    pub fn set_members(&self, members: &[(&str, u16)]) {
        let members = members.iter().map(|(host, port)| ((*host).to_owned(), *port)).collect();
        self.orders.change(|standing| standing.members = members);
    }

    /// From now on every append is answered with who leads instead, or, with none, recorded here again.
    pub fn set_leader(&self, leader: Option<(&str, u16)>) {
        self.orders.change(|standing| standing.leader = leader.map(|(host, port)| (host.to_owned(), port)));
    }

    /// What happens to the next append that is not spoken for yet.
    pub fn next_append(&self, fault: Fault) {
        self.orders.change(|standing| standing.faults.push_back(fault));
    }

    /// Ends every open subscription as if all had been said.
    pub fn end_subscriptions(&self) {
        self.orders.end_subscriptions();
    }

    /// From now on subscriptions say nothing, until they are released.
    pub fn hold_subscriptions(&self) {
        self.orders.hold(true);
    }

    /// Lets subscriptions say what they held back.
    pub fn release_subscriptions(&self) {
        self.orders.hold(false);
    }

    /// How many events it holds, whoever wrote them; none when it cannot tell.
    pub async fn recorded(&self) -> u64 {
        self.log.recorded().await
    }

    /// How many subscriptions were opened so far.
    pub fn subscriptions(&self) -> u64 {
        self.orders.subscriptions()
    }
}
