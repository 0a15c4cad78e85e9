//! What was told so far, who is who, and the numbers everything is named by.

use serde_json::{Value, json};

use crate::at::At;
use crate::cast::{Cast, Partner};
use crate::label::Label;
use crate::noise::Rates;
use crate::parameters::Parameters;
use crate::random::Random;

/// One event before it leaves its producer.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) stream: String,
    /// Such as `trade.order_booked`.
    pub(crate) kind: &'static str,
    pub(crate) source: String,
    pub(crate) id: String,
    /// When it was so.
    pub(crate) at: At,
    /// When it arrives, if nothing delays it.
    pub(crate) recorded: At,
    pub(crate) by: By,
    pub(crate) data: Value,
}

/// Who says so.
#[derive(Debug, Clone)]
pub(crate) enum By {
    System,
    /// A vendor's officer, of this desk.
    Desk(&'static str),
    Adjudicator,
    /// A partner's people, from their own network.
    Partner(String),
    /// The customer's people, by their mail domain.
    Customer(String),
    /// Somebody who checks, and from whose network.
    Verifier {
        principal: String,
        network_of: String,
        domain: String,
    },
}

/// An event as others cite it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cited {
    pub(crate) source: String,
    pub(crate) id: String,
    pub(crate) at: At,
}

impl Cited {
    pub(crate) fn json(&self) -> Value {
        json!({"source": self.source, "id": self.id})
    }
}

/// One world under construction.
pub(crate) struct Book {
    pub(crate) random: Random,
    pub(crate) cast: Cast,
    pub(crate) rates: Rates,
    pub(crate) span_days: u32,
    told: Vec<Told>,
    labels: Vec<Label>,
    numbers: u64,
}

/// When the vendors began to keep this book.
pub(crate) const BEGINNING: At = At(1_638_349_200); // 2021-12-01T09:00:00Z

impl Book {
    pub(crate) fn new(seed: u64, parameters: &Parameters, rates: &Rates) -> Self {
        let mut random = Random::from_seed(seed);
        let cast = Cast::new(&mut random, parameters);
        let mut book = Self {
            random,
            cast,
            rates: rates.clone(),
            span_days: parameters.span_days,
            told: Vec::new(),
            labels: Vec::new(),
            numbers: 0,
        };
        book.enrol_everybody();
        book
    }

    pub(crate) fn labels_len(&self) -> u32 {
        u32::try_from(self.labels.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn label(&mut self, label: Label) {
        self.labels.push(label);
    }

    pub(crate) fn close(self) -> (Vec<Told>, Vec<Label>) {
        (self.told, self.labels)
    }

    /// A number nothing else here is called by.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn tell(
        &mut self,
        system: &str,
        stream: String,
        kind: &'static str,
        (at, recorded): (At, At),
        by: By,
        data: Value,
    ) -> Cited {
        let vendor = vendor_of(&stream).to_owned();
        let id = format!("{system}-{:07}", self.number());
        let source = format!("{system}.{vendor}.example");
        let cited = Cited { source: source.clone(), id: id.clone(), at };
        self.told.push(Told { stream, kind, source, id, at, recorded, by, data });
        cited
    }

    /// A second system forwards everything on `stream` once more, a day or so later.
    pub(crate) fn repeat(&mut self, stream: &str) {
        let known: Vec<Told> = self.told.iter().filter(|one| one.stream == stream).cloned().collect();
        for mut one in known {
            one.recorded = one.recorded.plus_minutes(self.random.between(600, 2_400));
            self.told.push(one);
        }
    }

    /// Tells something about a partner.
    pub(crate) fn tell_partner(
        &mut self,
        vendor: &str,
        partner: &str,
        kind: &'static str,
        (at, recorded): (At, At),
        by: By,
        data: Value,
    ) -> Cited {
        let system = if matches!(by, By::System) { "registry" } else { "portal" };
        self.tell(system, format!("partner-{vendor}.{partner}"), kind, (at, recorded), by, data)
    }

    /// A partner nobody else has to do with, enrolled by `at`.
    pub(crate) fn fresh_partner(&mut self, vendor: &str, at: At) -> String {
        let partner = self.cast.invent_partner(&mut self.random);
        self.enrol(vendor, &partner, at);
        partner.id
    }

    fn enrol(&mut self, vendor: &str, partner: &Partner, at: At) {
        let data = json!({"partner": partner.id, "kinds": [partner.kind], "legal_name": partner.name,
            "keys": [{"key": format!("duns:{}", partner.duns), "strength": "duns"}],
            "country": partner.country, "origin": "application"});
        let by = By::Desk("partner-desk");
        self.tell_partner(vendor, &partner.id, "partner.enrolled", (at, at.plus_minutes(3)), by, data);
    }

    /// Says that `owner` owns `owned`, if anybody tells the vendor. Whether somebody did.
    pub(crate) fn affiliate(&mut self, vendor: &str, owner: &str, owned: &str, since: At, told: At) -> bool {
        if self.random.chance(self.rates.unknown_affiliations_bp) {
            return false;
        }
        let basis = *self.random.pick(&["declared", "declared", "declared", "registry", "registry"]);
        let share = self.random.between(55, 101) * 100;
        let data = json!({"with": owned, "relation": "subsidiary", "share_bp": share, "control": share > 7_500,
            "during": {"from": since.to_string()}, "basis": basis});
        let by = if basis == "declared" { By::Partner(owner.to_owned()) } else { By::System };
        let told = told.max(since);
        self.tell_partner(vendor, owner, "partner.affiliated", (since, told), by, data);
        true
    }

    fn enrol_everybody(&mut self) {
        for vendor in self.cast.vendors.clone() {
            for partner in &vendor.partners {
                self.enrol(&vendor.id, partner, BEGINNING);
            }
            for (owner, owned) in &vendor.ownership {
                let since = BEGINNING.plus_days(-self.random.between(200, 3_000));
                let told = BEGINNING.plus_days(1);
                self.affiliate(&vendor.id, owner, owned, since, told);
            }
        }
    }
}

pub(crate) fn vendor_of(stream: &str) -> &str {
    let rest = stream.split_once('-').map_or(stream, |(_, rest)| rest);
    rest.split_once('.').map_or(rest, |(vendor, _)| vendor)
}

/// A digest that stands for a paper or a network: it follows from its name and is no hash of content.
pub(crate) fn digest(name: &str) -> String {
    let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mut random = Random::from_seed(seed);
    let parts: [u64; 4] = std::array::from_fn(|_| random.bits());
    format!("sha256:{:016x}{:016x}{:016x}{:016x}", parts[0], parts[1], parts[2], parts[3])
}

/// A paper the vendor holds.
pub(crate) fn paper(name: &str) -> Value {
    json!({"digest": digest(name), "media_type": "application/pdf", "held_by": "vendor"})
}
