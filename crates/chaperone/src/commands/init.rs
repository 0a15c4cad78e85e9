//! `init`: a journal with the default policy, or another.

use std::sync::Arc;

use domain::policy::Policy;
use ports::SystemClock;
use services::program::{First, publish_first};

use crate::cli::Init;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::talk;

pub(super) async fn run(home: &Home, init: Init) -> anyhow::Result<Exit> {
    let policy = match &init.policy {
        Some(file) => super::policy::read(file)?,
        None => Policy::default(),
    };
    let digest = wire::policy::digest(&policy);
    let opened = data::own_unpublished(home, Arc::new(SystemClock)).await?;
    match publish_first(&opened.book, policy).await? {
        First::Published => talk(format_args!("a journal with policy {digest} lies in {home}")),
        First::Same => talk(format_args!("the journal in {home} has this policy already")),
        First::Other => {
            let advice = "it has another policy: publish a new version with `chaperone policy publish`";
            return Err(stop(Exit::Conflict, format!("there is a journal in {home} and {advice}")));
        }
    }
    Ok(Exit::Ok)
}
