//! What becomes of events on their way: they arrive late, twice, spoilt, with a wrong clock, or not at all.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::book::{By, Told, digest, vendor_of};
use crate::cast;
use crate::random::Random;

/// How often what happens, in basis points unless the name says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rates {
    pub(crate) duplicates_bp: u32,
    pub(crate) conflicting_bp: u32,
    pub(crate) out_of_order_bp: u32,
    pub(crate) delay_minutes: Vec<(u32, i64)>,
    pub(crate) late_letters_bp: u32,
    pub(crate) late_letter_days: i64,
    pub(crate) lost_bp: u32,
    pub(crate) clock_skew_seconds: i64,
    pub(crate) noisy_names_bp: u32,
    pub(crate) missing_duns_bp: u32,
    pub(crate) unknown_affiliations_bp: u32,
    pub(crate) corrections_bp: u32,
}

impl Rates {
    /// A world in which nothing goes astray.
    pub(crate) fn none() -> Self {
        Self {
            duplicates_bp: 0,
            conflicting_bp: 0,
            out_of_order_bp: 0,
            delay_minutes: vec![(0, 0), (10_000, 0)],
            late_letters_bp: 0,
            late_letter_days: 0,
            lost_bp: 0,
            clock_skew_seconds: 0,
            noisy_names_bp: 0,
            missing_duns_bp: 0,
            unknown_affiliations_bp: 0,
            corrections_bp: 0,
        }
    }
}

/// The events as they arrive, each a CloudEvents text, in order of arrival.
pub(crate) fn arrive(told: Vec<Told>, rates: &Rates, seed: u64) -> Vec<String> {
    // A sequence of its own: the same people do the same things, whatever the noise.
    let mut random = Random::from_seed(seed ^ 0x006E_6F69_7365);
    let mut arrivals: Vec<Told> = Vec::with_capacity(told.len());
    for mut one in told {
        one.recorded = one.recorded.max(one.at);
        if random.chance(rates.lost_bp) {
            continue;
        }
        misname(&mut one, rates, &mut random);
        delay(&mut one, rates, &mut random);
        arrivals.extend(correction(&one, rates, &mut random));
        one.at = one.at.plus_seconds(skew(&one.source, rates));
        arrivals.extend(again(&one, rates, &mut random));
        arrivals.push(one);
    }
    arrivals.sort_by(|a, b| (a.recorded, &a.id, &a.source).cmp(&(b.recorded, &b.id, &b.source)));
    arrivals.iter().map(text).collect()
}

fn misname(one: &mut Told, rates: &Rates, random: &mut Random) {
    let names_customer = one.kind == "account.opened" || one.kind == "consent.letter_recorded";
    if !names_customer || !random.chance(rates.noisy_names_bp) {
        return;
    }
    if let Some(Value::String(name)) = one.data.get_mut("legal_name") {
        *name = cast::noisy(name, random);
    }
}

fn delay(one: &mut Told, rates: &Rates, random: &mut Random) {
    if one.kind == "consent.letter_recorded" && random.chance(rates.late_letters_bp) {
        let days = random.between(1, rates.late_letter_days + 1);
        one.recorded = one.recorded.plus_days(days);
    } else if random.chance(rates.out_of_order_bp) {
        one.recorded = one.recorded.plus_minutes(random.quantile(&rates.delay_minutes));
    }
}

/// A producer's clock is wrong by the same amount every time.
fn skew(source: &str, rates: &Rates) -> i64 {
    let range = rates.clock_skew_seconds;
    if range == 0 {
        return 0;
    }
    let seed = source.bytes().fold(17_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Random::from_seed(seed).between(-range, range + 1)
}

fn again(one: &Told, rates: &Rates, random: &mut Random) -> Option<Told> {
    let conflicting = random.chance(rates.conflicting_bp);
    if !conflicting && !random.chance(rates.duplicates_bp) {
        return None;
    }
    let mut again = one.clone();
    again.recorded = one.recorded.plus_minutes(random.between(5, 7_000));
    if conflicting {
        again.at = again.at.plus_minutes(-7);
    }
    Some(again)
}

/// The producer of a sale or a meeting notices a slip in it some days later.
fn correction(one: &Told, rates: &Rates, random: &mut Random) -> Option<Told> {
    if !one.kind.starts_with("trade.") || !random.chance(rates.corrections_bp) {
        return None;
    }
    let mut right = one.data.clone();
    if let Some(quantity) = right.pointer_mut("/lines/0/quantity") {
        *quantity = json!(quantity.as_u64().unwrap_or(1) + 1);
    } else if let Some(at) = right.get_mut("at") {
        *at = json!(one.at.plus_minutes(20).to_string());
    }
    let at = one.recorded.plus_minutes(random.between(60, 12_000));
    let data = json!({"target": {"source": one.source, "id": one.id},
        "replaces": {"type": format!("chaperone.{}.v1", one.kind), "data": right}, "reason": "typo"});
    let id = format!("{}-slip", one.id);
    let (stream, source) = (one.stream.clone(), one.source.clone());
    Some(Told { stream, kind: "fact.corrected", source, id, at, recorded: at, by: one.by.clone(), data })
}

/// The event as a CloudEvents text.
fn text(one: &Told) -> String {
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| event.insert(name.to_owned(), value);
    put("specversion", json!("1.0"));
    put("id", json!(one.id));
    put("source", json!(one.source));
    put("type", json!(format!("chaperone.{}.v1", one.kind)));
    put("subject", json!(one.stream));
    put("time", json!(one.at.to_string()));
    put("recordedtime", json!(one.recorded.to_string()));
    for (name, value) in actor(one) {
        put(name, json!(value));
    }
    put("datacontenttype", json!("application/json"));
    put("data", one.data.clone());
    Value::Object(event).to_string()
}

fn actor(one: &Told) -> Vec<(&'static str, String)> {
    let vendor = vendor_of(&one.stream);
    let home = format!("{vendor}.example");
    let person = |role: &'static str, principal: String, network: &str, domain: String| {
        vec![
            ("authtype", "user".to_owned()),
            ("authid", principal),
            ("actorrole", role.to_owned()),
            ("actornetwork", digest(&format!("network of {network}"))),
            ("actoremaildomain", domain),
        ]
    };
    match &one.by {
        By::System => vec![("authtype", "system".to_owned()), ("actorrole", "system".to_owned())],
        By::Desk(desk) => person("vendor_officer", format!("{vendor}/{desk}"), vendor, home),
        By::Adjudicator => person("adjudicator", format!("{vendor}/adjudicator"), vendor, home),
        By::Partner(partner) => {
            let principal = format!("{partner}/partner-desk");
            let mut all = person("partner_user", principal, partner, format!("{partner}.example"));
            all.push(("actorpartner", partner.clone()));
            all
        }
        By::Customer(slug) => person("customer", format!("{slug}/board"), slug, format!("{slug}.example")),
        By::Verifier { principal, network_of, domain } => {
            person("verifier", principal.clone(), network_of, domain.clone())
        }
    }
}
