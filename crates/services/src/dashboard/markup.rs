//! Small pieces of HTML that many pages share: times, links to events, badges.

use std::fmt;

use askama::filters::{Html, HtmlSafe, escape};

/// HTML that is safe as it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Markup(String);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// Text made safe for HTML, attribute values included.
fn safe(text: &str) -> String {
    escape(text, Html).map(|escaped| escaped.to_string()).unwrap_or_default()
}

/// An instant to the minute, UTC.
pub(super) fn when(at: &str) -> Markup {
    Markup(format!("<time datetime=\"{}\">{}</time>", safe(at), safe(&minute(at))))
}

/// The same, or a dash.
pub(super) fn when_known(at: &Option<String>) -> Markup {
    at.as_deref().map_or_else(dash, when)
}

/// `2025-03-10 11:00`, or the day alone at midnight.
pub(super) fn minute(at: &str) -> String {
    let day = at.get(..10).unwrap_or(at);
    match at.get(11..16) {
        None | Some("00:00") => day.to_owned(),
        Some(time) => format!("{day} {time}"),
    }
}

/// What stands where there is nothing.
pub(super) fn dash() -> Markup {
    Markup("<span class=\"none\" aria-hidden=\"true\">–</span><span class=\"hidden\">none</span>".to_owned())
}

/// A link to an event, by the start of its id.
pub(super) fn event(id: &str) -> Markup {
    let short = safe(id.get(..8).unwrap_or(id));
    let id = safe(id);
    Markup(format!("<a class=\"event\" href=\"/ledger/event/{id}\" title=\"event {id}\">{short}</a>"))
}

/// Links to events.
pub(super) fn events(ids: &[String]) -> Markup {
    let links: Vec<String> = ids.iter().map(|id| event(id).0).collect();
    if links.is_empty() { dash() } else { Markup(links.join(" ")) }
}

/// A link to an account, by its name or else its id.
pub(super) fn account(id: &str, name: &str) -> Markup {
    let shown = if name.is_empty() { id } else { name };
    Markup(format!("<a href=\"/accounts/{}\">{}</a>", safe(id), safe(shown)))
}

/// A link to the deals of a partner.
pub(super) fn partner(id: &str) -> Markup {
    let id = safe(id);
    Markup(format!("<a href=\"/deals?partner={id}\">{id}</a>"))
}

/// The same, or a dash.
pub(super) fn partner_known(id: &Option<String>) -> Markup {
    id.as_deref().map_or_else(dash, partner)
}

/// A word of a list as people write it: `in review`.
pub(super) fn words(word: &str) -> String {
    word.replace('_', " ")
}

/// A sentence with a capital where its first word is no name.
pub(super) fn opened(sentence: &str) -> String {
    let is_plain = ["the ", "a ", "an ", "possible "].iter().any(|word| sentence.starts_with(word));
    match sentence.get(..1) {
        Some(first) if is_plain => first.to_uppercase() + &sentence[1..],
        _ => sentence.to_owned(),
    }
}

/// What a finding says, without the words a list has in its heading.
pub(super) fn breach(sentence: &str) -> &str {
    sentence.strip_prefix("possible breach of program terms: ").unwrap_or(sentence)
}

/// A part of a finding's formula: `no basis: V4`.
pub(super) fn part(part: &str) -> String {
    words(part).replace(':', ": ")
}

/// A type of event without what all of them share: `deal.submitted.v1`.
pub(super) fn short_type(name: &str) -> &str {
    name.strip_prefix("chaperone.").unwrap_or(name)
}

/// A severity as a badge.
pub(super) fn severity(severity: &str) -> Markup {
    let word = match severity {
        "S4" => "severe",
        "S3" => "serious",
        "S2" => "notable",
        _ => "slight",
    };
    let severity = safe(severity);
    Markup(format!(
        "<span class=\"badge {}\" title=\"{word}\">{severity}</span>",
        severity.to_ascii_lowercase()
    ))
}

/// A state as a badge, coloured by what it means.
pub(super) fn state(state: &str) -> Markup {
    let tone = match state.split('(').next().unwrap_or_default() {
        "approved" | "accepted" | "won" | "executed" => "good",
        "rejected" | "cancelled" | "refused" | "confirmed" | "objected" | "reversed" => "bad",
        "pending" | "in_review" | "returned" | "indeterminate" | "window_open" | "notified" => "open",
        _ => "plain",
    };
    Markup(format!("<span class=\"state {tone}\">{}</span>", safe(&words(state))))
}

#[cfg(test)]
mod tests {
    use super::{account, event, minute, when};

    #[test]
    fn midnight_is_a_day_and_everything_else_a_minute() {
        assert_eq!(minute("2025-03-10T11:05:00.000Z"), "2025-03-10 11:05");
        assert_eq!(minute("2025-03-10T00:00:00.000Z"), "2025-03-10");
    }

    #[test]
    fn what_strangers_wrote_cannot_become_markup() {
        let strange = "\"><script>alert(1)</script>";
        for markup in [account(strange, strange), event(strange), when(strange)] {
            assert!(!markup.to_string().contains("<script"), "{markup}");
            assert!(!markup.to_string().contains("=\"\">"), "{markup}");
        }
    }
}
