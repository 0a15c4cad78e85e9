//! `identity`: which accounts are one customer, which may be, and what a person says of it.

use domain::id::{AccountId, VendorId};
use serde_json::{Value, json};
use services::queries::{Asked, find_account, identities};
use wire::answers::{ComparisonAnswer, SuspicionRow};

use super::submit;
use crate::cli::identities::{Answer, Identity, Pair, Person, Queue};
use crate::data::{self, Home, Opened};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, line};

const COLUMNS: &[&str] =
    &["customer", "customer_name", "account", "name", "how", "decided_by", "sure", "event"];
const WEIGHT_COLUMNS: &[&str] = &["field", "agree", "weight_millibit"];

pub(super) async fn run(home: &Home, output: Format, asked: Identity) -> anyhow::Result<Exit> {
    match asked {
        Identity::List(moment) => {
            let opened = data::read(home).await?;
            let moment = Asked::from(moment).moment(&opened.book).await?;
            output::rows(output, COLUMNS, &identities::list(&opened.book, moment))?;
            Ok(Exit::Ok)
        }
        Identity::Explain { pair, moment } => {
            let opened = data::read(home).await?;
            let (vendor, [account, other]) = find(&opened, &pair)?;
            let moment = Asked::from(moment).moment(&opened.book).await?;
            let compared = identities::explain(&opened.book, &vendor, [&account, &other], moment);
            if output == Format::Table {
                tell(&compared)?
            } else {
                output::one(output, &compared)?
            }
            Ok(Exit::Ok)
        }
        Identity::Link { pair, merge, who } => {
            let say = |account: &AccountId, other: &AccountId| match merge {
                true => ("merge", json!({"survivor": account.as_str(), "absorbed": other.as_str()})),
                false => ("link", json!({"account": account.as_str(), "other": other.as_str()})),
            };
            send(home, output, (&pair, &who), say).await
        }
        Identity::Part { pair, moved, reason, who } => {
            let moved: Vec<String> = moved.iter().map(ToString::to_string).collect();
            let say = |account: &AccountId, other: &AccountId| {
                let pair = json!({"account": account.as_str(), "other": other.as_str(),
                    "moved": moved, "reason": reason});
                ("part", pair)
            };
            send(home, output, (&pair, &who), say).await
        }
        Identity::Queue(Queue::List(moment)) => {
            let opened = data::read(home).await?;
            let moment = Asked::from(moment).moment(&opened.book).await?;
            let rows = identities::queue(&opened.book, moment);
            if output == Format::Table {
                tell_queue(&rows)?
            } else {
                output::rows(output, &[], &rows)?
            }
            Ok(Exit::Ok)
        }
        Identity::Queue(Queue::Decide { pair, answer, reason, who }) => {
            let answer = match answer {
                Answer::Same => "same",
                Answer::Different => "different",
            };
            let say = |account: &AccountId, other: &AccountId| {
                let pair = json!({"account": account.as_str(), "other": other.as_str(),
                    "answer": answer, "reason": reason});
                ("decide", pair)
            };
            send(home, output, (&pair, &who), say).await
        }
    }
}

/// Sends what a person says of two accounts as the command the desk decides.
async fn send(
    home: &Home,
    output: Format,
    (pair, who): (&Pair, &Person),
    say: impl FnOnce(&AccountId, &AccountId) -> (&'static str, Value),
) -> anyhow::Result<Exit> {
    let opened = data::own(home).await?;
    let (vendor, [account, other]) = find(&opened, pair)?;
    let (name, data) = say(&account, &other);
    let command = json!({
        "type": format!("chaperone.identity.{name}.v1"), "subject": format!("identity-{vendor}"),
        "id": format!("{name}:{}", opened.book.now()),
        "authtype": "user", "authid": who.principal.to_string(), "actorrole": "vendor_officer", "data": data,
    });
    submit::one(&opened, output, command.to_string().as_bytes()).await
}

fn find(opened: &Opened, pair: &Pair) -> anyhow::Result<(VendorId, [AccountId; 2])> {
    let find = |name: &str| {
        find_account(&opened.book, name)
            .ok_or_else(|| stop(Exit::NotFound, format!("there is no account {name}")))
    };
    let ((vendor, account), (of, other)) = (find(&pair.account)?, find(&pair.other)?);
    if vendor != of {
        return Err(stop(Exit::Usage, format!("{} and {} belong to two vendors", pair.account, pair.other)));
    }
    Ok((vendor, [account, other]))
}

/// For people: what the comparison shows, then what was decided.
fn tell(compared: &ComparisonAnswer) -> anyhow::Result<()> {
    line(&format!("{} ({})", compared.account, compared.name))?;
    line(&format!("{} ({})", compared.other, compared.other_name))?;
    output::section("Evidence, in thousandths of a bit", WEIGHT_COLUMNS, &compared.weights)?;
    line(&format!(
        "together {}: {} (linked from {} with a hard id, looked at from {})",
        compared.sum_millibit, compared.band, compared.link_millibit_min, compared.clerical_millibit_min
    ))?;
    if !compared.hard_keys.is_empty() {
        line(&format!("hard ids that agree: {}", compared.hard_keys.join(", ")))?;
    }
    match (compared.one_customer, &compared.kept_apart, &compared.suspected) {
        (true, _, _) => line(&format!(
            "one customer, for which {} stands [{}]",
            compared.customer,
            compared.decided.join(", ")
        )),
        (false, Some(event), _) => line(&format!("two customers, as a person decided [{event}]")),
        (false, None, Some(event)) => line(&format!("waits for a person [{event}]")),
        (false, None, None) => line("nothing was decided"),
    }
}

/// For people: each pair with its fields.
fn tell_queue(rows: &[SuspicionRow]) -> anyhow::Result<()> {
    if rows.is_empty() {
        return line("no pair waits for a person");
    }
    rows.iter().try_for_each(|row| {
        line(&format!("{} ({})", row.account, row.name))?;
        line(&format!("{} ({})", row.other, row.other_name))?;
        let weights: Vec<String> = row
            .weights
            .iter()
            .map(|weight| format!("{} {:+}", weight.field, weight.weight_millibit))
            .collect();
        line(&format!("  {} thousandths of a bit: {}", row.sum_millibit, weights.join(", ")))
    })
}
