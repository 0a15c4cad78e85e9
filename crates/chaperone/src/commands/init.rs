//! `init`: a journal with the default policy, or another.

use std::path::Path;
use std::sync::Arc;

use domain::policy::Policy;
use ports::SystemClock;
use services::program::{First, publish_first};

use crate::cli::Init;
use crate::data;
use crate::exit::{Exit, stop};
use crate::output::talk;

pub(super) async fn run(folder: &Path, init: Init) -> anyhow::Result<Exit> {
    let policy = match &init.policy {
        Some(file) => super::policy::read(file)?,
        None => Policy::default(),
    };
    let digest = wire::policy::digest(&policy);
    let opened = data::own_unpublished(folder, Arc::new(SystemClock))?;
    match publish_first(&opened.book, policy).await? {
        First::Published => talk(format_args!("a journal with policy {digest} lies in {}", folder.display())),
        First::Same => talk(format_args!("the journal in {} has this policy already", folder.display())),
        First::Other => {
            let advice = "it has another policy: publish a new version with `chaperone policy publish`";
            return Err(stop(
                Exit::Conflict,
                format!("there is a journal in {} and {advice}", folder.display()),
            ));
        }
    }
    Ok(Exit::Ok)
}
