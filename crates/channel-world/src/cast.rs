//! Who is who: vendors with their partners and families, and the names of customers.

use crate::parameters::Parameters;
use crate::random::Random;

/// What is sold.
pub(crate) const LINES: [&str; 8] = [
    "campus-wireless",
    "data-backup",
    "edge-routing",
    "gtx-pro",
    "mail-security",
    "storage-array",
    "telephony",
    "video-rooms",
];

/// Where it is sold, with the country and the legal form of companies there.
pub(crate) const PLACES: [(&str, &str, &str); 6] = [
    ("benelux", "NL", "BV"),
    ("dach", "DE", "GmbH"),
    ("france", "FR", "SAS"),
    ("iberia", "ES", "SL"),
    ("nordics", "SE", "AB"),
    ("uk-ie", "GB", "Ltd"),
];

const FIRST: [&str; 48] = [
    "Alder",
    "Amber",
    "Arden",
    "Aurora",
    "Banner",
    "Beacon",
    "Birch",
    "Brightwater",
    "Calder",
    "Cedar",
    "Clover",
    "Cobalt",
    "Corvid",
    "Dorrit",
    "Eastgate",
    "Ember",
    "Fenwick",
    "Ferrum",
    "Garnet",
    "Granite",
    "Harrow",
    "Hazel",
    "Heron",
    "Indigo",
    "Ivory",
    "Juniper",
    "Kestrel",
    "Larch",
    "Linden",
    "Lumen",
    "Mallard",
    "Marlow",
    "Merlin",
    "Nordlys",
    "Oakham",
    "Onyx",
    "Osprey",
    "Pallas",
    "Quarry",
    "Raven",
    "Saffron",
    "Selkirk",
    "Tarn",
    "Thistle",
    "Ulver",
    "Verdant",
    "Westhaven",
    "Yarrow",
];

const SECOND: [&str; 36] = [
    "Air",
    "Bank",
    "Biotech",
    "Brewery",
    "Cables",
    "Ceramics",
    "Chemicals",
    "Clinics",
    "Dairy",
    "Energy",
    "Ferries",
    "Foods",
    "Foundry",
    "Glass",
    "Grid",
    "Insurance",
    "Instruments",
    "Logistics",
    "Media",
    "Mills",
    "Mining",
    "Optics",
    "Paper",
    "Pharma",
    "Port",
    "Press",
    "Rail",
    "Research",
    "Retail",
    "Shipping",
    "Steel",
    "Textiles",
    "Timber",
    "Tools",
    "Utilities",
    "Water",
];

const TRADES: [&str; 10] = [
    "Business Systems",
    "Cloud",
    "Computing",
    "Consulting",
    "Integration",
    "IT",
    "Networks",
    "Services",
    "Solutions",
    "Systems",
];

const KINDS: [&str; 6] = ["var", "si", "isv", "msp", "var", "si"];

/// A solution provider.
#[derive(Debug, Clone)]
pub(crate) struct Partner {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) country: &'static str,
    pub(crate) duns: u64,
    /// Partners of one number belong together, whoever knows of it.
    pub(crate) family: usize,
}

/// A vendor and its partners.
#[derive(Debug, Clone)]
pub(crate) struct Vendor {
    pub(crate) id: String,
    pub(crate) partners: Vec<Partner>,
    /// Who owns whom.
    pub(crate) ownership: Vec<(String, String)>,
}

pub(crate) struct Cast {
    pub(crate) vendors: Vec<Vendor>,
    invented: usize,
}

/// A customer as its papers name it.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) country: &'static str,
    pub(crate) territory: &'static str,
    pub(crate) duns: u64,
}

impl Cast {
    pub(crate) fn new(random: &mut Random, parameters: &Parameters) -> Self {
        let mut cast = Self { vendors: Vec::new(), invented: 0 };
        for number in 1..=parameters.vendors {
            let mut partners = Vec::new();
            let mut ownership = Vec::new();
            while partners.len() < parameters.partners_per_vendor as usize {
                let family = partners.len();
                let mut partner = cast.invent_partner(random);
                partner.family = family;
                let head = partner.id.clone();
                partners.push(partner);
                if random.chance(parameters.in_families_bp / 2) {
                    let mut owned = cast.invent_partner(random);
                    owned.family = family;
                    ownership.push((head, owned.id.clone()));
                    partners.push(owned);
                }
            }
            cast.vendors.push(Vendor { id: format!("meridian-{number}"), partners, ownership });
        }
        cast
    }

    pub(crate) fn invent_partner(&mut self, random: &mut Random) -> Partner {
        self.invented += 1;
        let (first, trade) = (*random.pick(&FIRST), *random.pick(&TRADES));
        let (_, country, form) = *random.pick(&PLACES);
        let slug = format!("{first}-{trade}").to_lowercase().replace(' ', "-");
        Partner {
            id: format!("{slug}-{}", self.invented),
            name: format!("{first} {trade} {form}"),
            kind: random.pick::<&str>(&KINDS),
            country,
            duns: 100_000_000 + random.below(899_999_999),
            // Nobody's, until somebody says so.
            family: usize::MAX - self.invented,
        }
    }

    /// Two partners of one vendor that have nothing to do with each other: the vendor, host and guest.
    pub(crate) fn pair(&self, random: &mut Random) -> (String, String, String) {
        let vendor = random.pick(&self.vendors);
        let host = random.pick(&vendor.partners);
        let guest = stranger(vendor, &[host.family], random);
        (vendor.id.clone(), host.id.clone(), guest.id.clone())
    }

    /// A partner of the vendor that has nothing to do with `others`.
    pub(crate) fn third(&self, vendor: &str, others: &[&str], random: &mut Random) -> String {
        let vendor = self.vendors.iter().find(|known| known.id == vendor).expect("a stage has a vendor");
        let known = vendor.partners.iter().filter(|partner| others.contains(&partner.id.as_str()));
        let families: Vec<usize> = known.map(|partner| partner.family).collect();
        stranger(vendor, &families, random).id.clone()
    }
}

fn stranger<'a>(vendor: &'a Vendor, families: &[usize], random: &mut Random) -> &'a Partner {
    loop {
        let partner = random.pick(&vendor.partners);
        if !families.contains(&partner.family) {
            return partner;
        }
    }
}

/// A customer nobody has met.
pub(crate) fn invent_customer(random: &mut Random) -> Customer {
    let (first, second) = (*random.pick(&FIRST), *random.pick(&SECOND));
    let (territory, country, form) = *random.pick(&PLACES);
    let name = format!("{first} {second} {form}");
    let slug = format!("{first}-{second}").to_lowercase();
    Customer { name, slug, country, territory, duns: 100_000_000 + random.below(899_999_999) }
}

/// The name as somebody in a hurry writes it.
pub(crate) fn noisy(name: &str, random: &mut Random) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let (form, rest) = words.split_last().expect("a name has a word");
    match random.below(6) {
        0 => rest.join(" "),
        1 => name.to_uppercase(),
        2 => format!("{} {}", rest.join("-"), form),
        3 => format!("The {} Group", rest.join(" ")),
        4 => {
            // Two neighbouring letters change places.
            let mut letters: Vec<char> = name.chars().collect();
            let at = 1 + random.index(letters.len() - 2);
            letters.swap(at, at + 1);
            letters.into_iter().collect()
        }
        _ => {
            let last: String = rest.last().map(|word| word.chars().take(4).collect()).unwrap_or_default();
            format!("{} {last}. {form}", rest[..rest.len() - 1].join(" "))
        }
    }
}
