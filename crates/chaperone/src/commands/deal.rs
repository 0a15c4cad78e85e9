//! `deal`: registrations and what became of them.

use services::queries::accounts;
use services::queries::deals::{self, DealFilter};
use services::queries::{Asked, find_account};
use wire::answers::DealExplanation;

use crate::cli::{DealList, One, ReadDeal};
use crate::data::{self, Home, Opened};
use crate::exit::{Exit, stop};
use crate::output::{self, Format};

const COLUMNS: &[&str] = &[
    "deal",
    "source_id",
    "account",
    "partner",
    "registration",
    "rejection_reason",
    "outcome",
    "protected_until",
];

pub(super) async fn run(home: &Home, output: Format, read: ReadDeal) -> anyhow::Result<Exit> {
    let opened = data::read(home).await?;
    match read {
        ReadDeal::List(list) => self::list(opened, output, list).await?,
        ReadDeal::Show(one) => output::one(output, &explain(&opened, &one).await?.deal)?,
        ReadDeal::Explain(one) => output::one(output, &explain(&opened, &one).await?)?,
        ReadDeal::History(one) => {
            let deal = explain(&opened, &one).await?;
            let place = find_account(&opened.book, &deal.deal.account);
            let (vendor, account) = place.ok_or_else(|| not_found(&one.id))?;
            let mut rows = accounts::history(&opened.book, &vendor, &account, one.moment.into()).await?;
            rows.retain(|row| deal.events.contains(&row.event));
            output::rows(output, super::account::HISTORY_COLUMNS, &rows)?;
        }
    }
    Ok(Exit::Ok)
}

async fn list(opened: Opened, output: Format, list: DealList) -> anyhow::Result<()> {
    if let Some(word) = list.registration.as_deref().filter(|word| !deals::is_registration(word)) {
        return Err(stop(
            Exit::Usage,
            format!("--registration: expected approved, rejected, returned, ..., not {word}"),
        ));
    }
    if let Some(word) = list.outcome.as_deref().filter(|word| !["open", "won", "lost"].contains(word)) {
        return Err(stop(Exit::Usage, format!("--outcome: expected open, won or lost, not {word}")));
    }
    let moment = Asked::from(list.moment).moment(&opened.book).await?;
    let filter = DealFilter { partner: list.partner, registration: list.registration, outcome: list.outcome };
    let rows = tokio::task::spawn_blocking(move || deals::all(&opened.book, moment, &filter)).await??;
    output::rows(output, COLUMNS, &rows)
}

async fn explain(opened: &Opened, one: &One) -> anyhow::Result<DealExplanation> {
    let found = deals::explain(&opened.book, &one.id, one.moment.into()).await?;
    found.ok_or_else(|| not_found(&one.id))
}

fn not_found(id: &str) -> anyhow::Error {
    stop(Exit::NotFound, format!("there is no deal {id}"))
}
