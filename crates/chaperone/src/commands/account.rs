//! `account`: who holds it, and everything else that concerns it.

use std::path::Path;

use services::queries::{self, accounts, explain};
use wire::answers::AccountAnswer;

use crate::cli::{One, Read};
use crate::data::{self, Opened};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line};

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
            let answer = accounts::show(&opened.book, &vendor, &account, one.moment.into()).await?;
            if output == Format::Table { tell(&answer)? } else { output::one(output, &answer)? }
        }
        Read::History(one) => {
            let (vendor, account) = find(&opened, &one)?;
            let rows = accounts::history(&opened.book, &vendor, &account, one.moment.into()).await?;
            output::rows(output, HISTORY_COLUMNS, &rows)?;
        }
        Read::Explain(one) => {
            let (vendor, account) = find(&opened, &one)?;
            let explained = explain::account(&opened.book, &vendor, &account, one.moment.into()).await?;
            output::explanation(output, &explained)?;
        }
    }
    Ok(Exit::Ok)
}

fn find(opened: &Opened, one: &One) -> anyhow::Result<(domain::id::VendorId, domain::id::AccountId)> {
    queries::find_account(&opened.book, &one.id)
        .ok_or_else(|| stop(Exit::NotFound, format!("there is no account {}", one.id)))
}

/// For people: who it is, who holds it, then everything that concerns it.
fn tell(account: &AccountAnswer) -> anyhow::Result<()> {
    let name = if account.name.is_empty() { "name unknown" } else { &account.name };
    let keys = if account.keys.is_empty() { "no other name" } else { &account.keys.join(", ") };
    line(&format!("{} ({name}), known as {keys}", account.account))?;
    line(&format!("as of {}, known up to position {}", account.as_of, account.known_at))?;
    if let Some(into) = &account.absorbed_into {
        line(&format!("merged into account {into}"))?;
    }
    if account.holders.is_empty() {
        line("nobody is on record as its holder")?;
    }
    output::section("Holders", &["holder", "scope", "since", "basis", "event"], &account.holders)?;
    let handoff = ["handoff", "host", "guest", "phase", "protected_scope", "protected_until", "tail_until"];
    output::section("Handoffs", &handoff, &account.handoffs)?;
    let change = ["change", "state", "losing", "gaining", "scope", "window_until", "executed_at"];
    output::section("Changes of holder", &change, &account.changes)?;
    output::section(
        "Cases",
        &["case", "pattern", "severity", "verdict", "guest", "clearing"],
        &account.cases,
    )?;
    let deal =
        ["source_id", "partner", "registration", "rejection_reason", "outcome", "protected_until", "deal"];
    output::section("Deals", &deal, &account.deals)
}
