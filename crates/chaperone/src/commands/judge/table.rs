//! The judge's table for people: every rate with what it is a rate of.

use channel_world::score::{LookAlikeRow, MethodRow, PatternRow, Rate, Report, TierRow};
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;

use crate::output::line;

/// Why some alerts about mistakes are not counted as false.
const PROCEDURE: &str = "Of procedure only: a step that was owed was left out, and nothing was taken. Whoever left it out is asked, \
                         not the guest; of a mistake (E) that may be true, of everything else here it is counted as false.";

pub(super) fn print(report: &Report) -> anyhow::Result<()> {
    line(&format!(
        "{} handoffs in {} worlds, generator version {}; an alert is a finding from S2 on; intervals hold 95 % over worlds",
        report.handoffs, report.seeds, report.generator_version
    ))?;
    let headers = [
        "method",
        "recall of takeovers that leave a trace",
        "precision as drawn",
        "precision at the default mix",
        "false per lawful change",
        "false per benign handoff",
        "false per innocent error",
        "of procedure only per innocent error",
        "what it does",
    ];
    table(&headers, report.methods.iter().map(method))?;
    let headers = [
        "rules, by severity",
        "recall",
        "precision as drawn",
        "false per lawful change",
        "false per benign handoff",
    ];
    table(&headers, report.tiers.iter().map(tier))?;
    let others: Vec<String> = report.methods.iter().skip(1).map(|row| row.method.clone()).collect();
    let fixed = ["acted out", "rules", "recall", "named", "S4", "median h", "9 of 10 h"];
    let headers: Vec<&str> = fixed.into_iter().chain(others.iter().map(String::as_str)).collect();
    table(&headers, report.patterns.iter().map(pattern))?;
    let fixed = ["look-alike", "false alerts", "of procedure only", "raised, then cleared", "S4"];
    let headers: Vec<&str> = fixed.into_iter().chain(others.iter().map(String::as_str)).collect();
    table(&headers, report.look_alikes.iter().map(look_alike))?;
    line(PROCEDURE)?;
    let hours = |hours: Option<i64>| hours.map_or_else(|| "-".to_owned(), |hours| format!("{hours} h"));
    line(&format!(
        "From the act to the first alert: half within {}, nine of ten within {}.",
        hours(report.delay.median_hours),
        hours(report.delay.of_ten_nine_within_hours)
    ))?;
    line(&format!("Not visible in events: {}.", report.not_visible.join(", ")))
}

fn table(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(headers);
    rows.for_each(|row| {
        table.add_row(row);
    });
    line(&table.to_string())
}

fn method(row: &MethodRow) -> Vec<String> {
    let mix = row.precision_at_default_mix.map_or_else(|| "-".to_owned(), percent);
    vec![
        row.method.clone(),
        with_interval(&row.recall),
        with_interval(&row.precision),
        mix,
        with_interval(&row.false_per_lawful_change),
        with_interval(&row.false_per_benign_handoff),
        with_interval(&row.false_per_innocent_error),
        short(&row.procedure_per_innocent_error),
        row.what.clone(),
    ]
}

fn tier(row: &TierRow) -> Vec<String> {
    let rates = [&row.recall, &row.precision, &row.false_per_lawful_change, &row.false_per_benign_handoff];
    std::iter::once(row.tier.clone()).chain(rates.map(with_interval)).collect()
}

fn pattern(row: &PatternRow) -> Vec<String> {
    let hours = |hours: Option<i64>| hours.map_or_else(|| "-".to_owned(), |hours| hours.to_string());
    let mut cells = vec![
        row.pattern.clone(),
        row.state.to_owned(),
        with_interval(&row.recall),
        short(&row.named),
        short(&row.held),
        hours(row.delay.median_hours),
        hours(row.delay.of_ten_nine_within_hours),
    ];
    cells.extend(row.others.iter().map(short));
    cells
}

fn look_alike(row: &LookAlikeRow) -> Vec<String> {
    let mut cells = vec![
        row.look_alike.clone(),
        with_interval(&row.false_alerts),
        short(&row.procedure),
        short(&row.cleared),
        short(&row.held),
    ];
    cells.extend(row.others.iter().map(short));
    cells
}

fn with_interval(rate: &Rate) -> String {
    match (rate.share, rate.low, rate.high) {
        (Some(share), Some(low), Some(high)) => {
            format!("{} ({}-{}), {} of {}", percent(share), bare(low), bare(high), rate.hits, rate.of)
        }
        _ => "none".to_owned(),
    }
}

fn short(rate: &Rate) -> String {
    rate.share.map_or_else(|| "-".to_owned(), percent)
}

fn percent(share: f64) -> String {
    format!("{} %", bare(share))
}

fn bare(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}
