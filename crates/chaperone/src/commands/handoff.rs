//! `handoff`: who brought whom in, on what terms.

use services::queries::{Asked, accounts, explain, find_account};

use crate::cli::Read;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format};

const COLUMNS: &[&str] =
    &["handoff", "account", "host", "guest", "phase", "protected_scope", "granted_scope", "protected_until"];

pub(super) async fn run(home: &Home, output: Format, read: Read) -> anyhow::Result<Exit> {
    let opened = data::read(home).await?;
    let (id, moment) = match &read {
        Read::List(moment) => (None, *moment),
        Read::Show(one) | Read::History(one) | Read::Explain(one) => (Some(one.id.clone()), one.moment),
    };
    let asked = Asked::from(moment);
    let at = asked.moment(&opened.book).await?;
    let book = std::sync::Arc::clone(&opened.book);
    let rows = tokio::task::spawn_blocking(move || accounts::all_handoffs(&book, at)).await??;
    let Some(id) = id else {
        output::rows(output, COLUMNS, &rows)?;
        return Ok(Exit::Ok);
    };
    let found = rows.into_iter().find(|row| row.handoff == id);
    let row = found.ok_or_else(|| not_found(&id))?;
    if let Read::Show(_) = read {
        output::one(output, &row)?;
        return Ok(Exit::Ok);
    }
    let place = find_account(&opened.book, &row.account).ok_or_else(|| not_found(&id))?;
    let told = accounts::handoff_history(&opened.book, &place, &id, asked).await?;
    if let Read::Explain(_) = read {
        output::explanation(output, &explain::handoff(&row, &told))?;
    } else {
        output::rows(output, super::account::HISTORY_COLUMNS, &told)?;
    }
    Ok(Exit::Ok)
}

fn not_found(id: &str) -> anyhow::Error {
    stop(Exit::NotFound, format!("there is no handoff {id}"))
}
