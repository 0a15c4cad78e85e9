//! The calls, each answered from the log unless an order says otherwise.

mod append;
mod read;

use tonic::{Request, Response, Status, Streaming};

use crate::Double;
use crate::wire::gossip::member_info::VNodeState;
use crate::wire::gossip::{ClusterInfo, EndPoint, MemberInfo, gossip_server};
use crate::wire::server_features::{SupportedMethods, server_features_server};
use crate::wire::streams::{AppendReq, AppendResp, ReadReq, streams_server};
use crate::wire::{Empty, Uuid, uuid};

/// Appends and reads.
pub(crate) struct Answers(pub(crate) Double);

#[tonic::async_trait]
impl streams_server::Streams for Answers {
    type ReadStream = read::Answer;

    async fn read(&self, request: Request<ReadReq>) -> Result<Response<read::Answer>, Status> {
        self.admit(&request)?;
        read::read(&self.0, request.into_inner()).await.map(Response::new)
    }

    async fn append(&self, request: Request<Streaming<AppendReq>>) -> Result<Response<AppendResp>, Status> {
        self.admit(&request)?;
        append::append(&self.0, request.into_inner()).await.map(Response::new)
    }
}

impl Answers {
    fn admit<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let Some((user, password)) = self.0.orders.standing().credentials.clone() else { return Ok(()) };
        let wanted = data_encoding::BASE64.encode(format!("{user}:{password}").as_bytes());
        let given = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        if given == Some(&format!("Basic {wanted}")) {
            return Ok(());
        }
        Err(Status::unauthenticated("Unauthenticated"))
    }
}

/// Which version this is.
pub(crate) struct Features(pub(crate) Double);

#[tonic::async_trait]
impl server_features_server::ServerFeatures for Features {
    async fn get_supported_methods(&self, _: Request<Empty>) -> Result<Response<SupportedMethods>, Status> {
        let version = self.0.orders.standing().version.clone();
        Ok(Response::new(SupportedMethods { methods: Vec::new(), event_store_server_version: version }))
    }
}

/// Who is in the cluster.
pub(crate) struct Cluster(pub(crate) Double);

#[tonic::async_trait]
impl gossip_server::Gossip for Cluster {
    async fn read(&self, _: Request<Empty>) -> Result<Response<ClusterInfo>, Status> {
        let members = self.0.orders.standing().members.clone();
        let members = members.into_iter().enumerate().map(|(index, (address, port))| MemberInfo {
            instance_id: Some(text_id(&::uuid::Uuid::from_u128(index as u128 + 1))),
            time_stamp: 0,
            state: (if index == 0 { VNodeState::Leader } else { VNodeState::Follower }).into(),
            is_alive: true,
            http_end_point: Some(EndPoint { address, port: port.into() }),
        });
        Ok(Response::new(ClusterInfo { members: members.collect() }))
    }
}

fn text_id(id: &::uuid::Uuid) -> Uuid {
    Uuid { value: Some(uuid::Value::String(id.to_string())) }
}
