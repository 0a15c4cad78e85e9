//! `account`: who holds it, and everything else that concerns it.

use services::queries::{self, accounts, explain};
use wire::answers::{AccountAnswer, AccountDifference};

use crate::cli::One;
use crate::cli::rules::ReadAccount;
use crate::data::{self, Home, Opened};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line};

pub(super) const HISTORY_COLUMNS: &[&str] = &["position", "valid_at", "class", "sentence", "event"];

pub(super) async fn run(home: &Home, output: Format, read: ReadAccount) -> anyhow::Result<Exit> {
    let opened = data::read(home).await?;
    match read {
        ReadAccount::List(moment) => {
            let moment = queries::Asked::from(moment).moment(&opened.book).await?;
            let rows = tokio::task::spawn_blocking(move || accounts::all(&opened.book, moment)).await??;
            output::rows(output, &["account", "name", "holders", "deals", "live_handoffs", "keys"], &rows)?;
        }
        ReadAccount::Show(one) => {
            let (vendor, account) = find(&opened, &one)?;
            let answer = accounts::show(&opened.book, &vendor, &account, one.moment.into()).await?;
            if output == Format::Table { tell(&answer)? } else { output::one(output, &answer)? }
        }
        ReadAccount::History(one) => {
            let (vendor, account) = find(&opened, &one)?;
            let rows = accounts::history(&opened.book, &vendor, &account, one.moment.into()).await?;
            output::rows(output, HISTORY_COLUMNS, &rows)?;
        }
        ReadAccount::Explain(one) => {
            let (vendor, account) = find(&opened, &one)?;
            let explained = explain::account(&opened.book, &vendor, &account, one.moment.into()).await?;
            output::explanation(output, &explained)?;
        }
        ReadAccount::Diff { known_from, one } => {
            let (vendor, account) = find(&opened, &one)?;
            let changed =
                accounts::changed(&opened.book, &vendor, &account, known_from, one.moment.into()).await?;
            if output == Format::Table { tell_changes(&changed)? } else { output::one(output, &changed)? }
        }
    }
    Ok(Exit::Ok)
}

fn find(opened: &Opened, one: &One) -> anyhow::Result<(domain::id::VendorId, domain::id::AccountId)> {
    queries::find_account(&opened.book, &one.id)
        .ok_or_else(|| stop(Exit::NotFound, format!("there is no account {}", one.id)))
}

/// For people: which states of knowledge are compared, then what differs.
fn tell_changes(changed: &AccountDifference) -> anyhow::Result<()> {
    let AccountDifference { account, as_of, known_from, known_at, differences } = changed;
    line(&format!("{account} as of {as_of}, from position {known_from} to {known_at}"))?;
    if differences.is_empty() {
        line("nothing changed")?;
    }
    output::section("What changed", &["pattern", "about", "was", "is", "cause"], differences)
}

/// For people: who it is, who holds it, then everything that concerns it.
fn tell(account: &AccountAnswer) -> anyhow::Result<()> {
    let name = if account.name.is_empty() { "name unknown" } else { &account.name };
    let keys = if account.keys.is_empty() { "no other name" } else { &account.keys.join(", ") };
    line(&format!("{} ({name}), known as {keys}", account.account))?;
    line(&format!("as of {}, known up to position {}", account.as_of, account.known_at))?;
    if !account.others.is_empty() {
        line(&format!("the same customer as {}", account.others.join(", ")))?;
    }
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
