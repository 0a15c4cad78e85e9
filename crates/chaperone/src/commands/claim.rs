//! `claim check`: free, held or contested, and never a name.

use domain::id::AccountId;
use domain::scope::{Dimension, Scope};
use services::queries::{deals, find_account};

use crate::cli::{Claim, ClaimCheck};
use crate::data::{self, Home};
use crate::exit::Exit;
use crate::output::{self, Format};

pub(super) async fn run(home: &Home, output: Format, claim: Claim) -> anyhow::Result<Exit> {
    let Claim::Check(ClaimCheck { account, partner, product_lines, territories, moment }) = claim;
    let opened = data::read(home).await?;
    let dimension = |terms: Vec<domain::id::Term>| {
        if terms.is_empty() { Dimension::ALL } else { Dimension::only(terms) }
    };
    let scope = Scope {
        product_lines: dimension(product_lines),
        territories: dimension(territories),
        segments: Dimension::ALL,
    };
    // Who asks about a customer we do not know gets the answer for one that nobody holds.
    let unknown = || {
        let vendor = services::world::house();
        let account: AccountId = "unknown".parse().expect("a plain word is an account id");
        (vendor, account)
    };
    let place = find_account(&opened.book, &account).unwrap_or_else(unknown);
    let answer = deals::claim(&opened.book, &place, &partner, &scope, moment.into()).await?;
    match output {
        Format::Table => output::line(&answer.claim)?,
        Format::Json | Format::Ndjson => output::one(output, &answer)?,
    }
    Ok(Exit::Ok)
}
