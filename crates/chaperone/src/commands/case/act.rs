//! What a person does in a case, as the command the desk decides.

use clap::ValueEnum;
use serde_json::{Value, json};
use services::queries::cases;

use crate::cli::cases::{Act, Ruling, Who};
use crate::commands::submit;
use crate::data::{self, Home, Opened};
use crate::exit::Exit;
use crate::output::Format;

pub(super) async fn run(home: &Home, output: Format, act: Act) -> anyhow::Result<Exit> {
    let opened = data::own(home).await?;
    let (case, who, name, data) = order(&opened, act)?;
    let stream = opened.book.shelf().cases.stream(&case).map(ToString::to_string);
    let subject = stream.ok_or_else(|| super::not_found(&case))?;
    let role = who.role.map(|role| word(&role));
    let role = role.unwrap_or_else(|| {
        let role = if who.partner.is_some() { "partner_user" } else { "vendor_officer" };
        role.to_owned()
    });
    let mut command = json!({
        "type": format!("chaperone.case.{name}.v1"), "subject": subject, "authtype": "user",
        "authid": who.principal.to_string(), "actorrole": role, "data": data,
    });
    if let Some(partner) = &who.partner {
        command["actorpartner"] = json!(partner.to_string());
    }
    submit::one(&opened, output, command.to_string().as_bytes()).await
}

/// The case, who asks, the command's name and what it says.
fn order(opened: &Opened, act: Act) -> anyhow::Result<(String, Who, &'static str, Value)> {
    Ok(match act {
        Act::Assign { case, to, who } => (case, who, "assign", json!({"assignee": to.to_string()})),
        Act::Snooze { case, until, reason, who } => {
            (case, who, "snooze", json!({"until": until.to_string(), "reason": reason}))
        }
        Act::File { case, side, text, letter, stay, who } => {
            let mut data = json!({"by": side, "text": text});
            if let Some(letter) = letter {
                data["letter"] = json!(word(&letter));
            }
            if let Some(stay) = stay {
                data["stay"] = json!(stay);
            }
            (case, who, "file", data)
        }
        Act::Stay { case, outcome, reason, who } => {
            (case, who, "decide_stay", json!({"outcome": word(&outcome), "reason": reason}))
        }
        Act::State { case, side, text, shown, who } => {
            (case, who, "state", json!({"by": side, "text": text, "evidence": shown.evidence}))
        }
        Act::Attach { case, side, evidence, letter, who } => {
            let shows = if letter { "letter" } else { "other" };
            (case, who, "attach_evidence", json!({"by": side, "shows": shows, "evidence": evidence}))
        }
        Act::Rule { case, ruling: Ruling { outcome, grounds }, remedy, who } => {
            let mut data = json!({"outcome": word(&outcome), "grounds": grounds});
            if let Some(remedy) = remedy {
                data["remedy"] = json!(remedy);
            }
            (case, who, "decide", data)
        }
        Act::OrderRemedy { case, act, who } => {
            let act = match act {
                Some(act) => act.to_string(),
                None => leading_act(opened, &case)?,
            };
            (case, who, "order_remedy", json!({"act": act}))
        }
        Act::Appeal { case, side, grounds, shown, who } => {
            (case, who, "appeal", json!({"by": side, "grounds": grounds, "evidence": shown.evidence}))
        }
        Act::RuleAppeal { case, ruling: Ruling { outcome, grounds }, who } => {
            (case, who, "decide_appeal", json!({"outcome": word(&outcome), "grounds": grounds}))
        }
    })
}

fn leading_act(opened: &Opened, case: &str) -> anyhow::Result<String> {
    let shown = cases::show(&opened.book, case).ok_or_else(|| super::not_found(case))?;
    let leading = shown.findings.into_iter().next().ok_or_else(|| super::not_found(case))?;
    Ok(leading.act)
}

fn word<V: ValueEnum>(value: &V) -> String {
    let named = value.to_possible_value().expect("no value of these lists is skipped");
    named.get_name().to_owned()
}
