//! `account`: who holds it, and everything else that concerns it.

use std::path::Path;

use services::queries::{self, accounts};

use crate::cli::{One, Read};
use crate::data::{self, Opened};
use crate::exit::{Exit, stop};
use crate::output::{self, Format};

pub(super) const HISTORY_COLUMNS: &[&str] = &["position", "valid_at", "class", "sentence", "event"];

pub(super) async fn run(folder: &Path, output: Format, read: Read) -> anyhow::Result<Exit> {
    let opened = data::read(folder)?;
    match read {
        Read::List(moment) => {
            let moment = queries::Asked::from(moment).moment(&opened.book).await?;
            let rows = tokio::task::spawn_blocking(move || accounts::all(&opened.book, moment)).await??;
            output::rows(output, &["account", "name", "holders", "deals", "live_handoffs", "keys"], &rows)?;
        }
        Read::Show(one) => {
            let (vendor, account) = find(&opened, &one)?;
            output::one(output, &accounts::show(&opened.book, &vendor, &account, one.moment.into()).await?)?;
        }
        Read::History(one) => {
            let (vendor, account) = find(&opened, &one)?;
            let rows = accounts::history(&opened.book, &vendor, &account, one.moment.into()).await?;
            output::rows(output, HISTORY_COLUMNS, &rows)?;
        }
    }
    Ok(Exit::Ok)
}

fn find(opened: &Opened, one: &One) -> anyhow::Result<(domain::id::VendorId, domain::id::AccountId)> {
    queries::find_account(&opened.book, &one.id)
        .ok_or_else(|| stop(Exit::NotFound, format!("there is no account {}", one.id)))
}
