//! Two descriptions, field by field: what speaks for one customer, what against, and what that adds up to.

use domain::event::identity::FieldWeight;
use domain::id::Key;
use domain::policy::IdentityPolicy;

use crate::fingerprint::Fingerprint;
use crate::hard::{self, HardId, KINDS, Kind, Said};
use crate::name;

/// The three bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Two customers, as far as anybody can tell.
    Apart,
    /// A person has to look.
    Clerical,
    /// A hard id agrees, none disagrees, and the evidence is enough.
    Link,
}

/// What was found when two accounts were compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub verdict: Verdict,
    /// Each field that says something, in a fixed order.
    pub weights: Vec<FieldWeight>,
    /// The hard ids that agree.
    pub hard_keys: Vec<Key>,
    /// Whether a hard id disagrees: then nothing is linked without a person, not through others either.
    pub contradicted: bool,
}

impl Comparison {
    /// All evidence together, in thousandths of a bit.
    pub fn sum_millibit(&self) -> i64 {
        self.weights.iter().map(|weight| weight.weight_millibit).sum()
    }
}

/// Compares two accounts; the same whichever comes first.
pub fn compare(a: &Fingerprint, b: &Fingerprint, policy: &IdentityPolicy) -> Comparison {
    compare_without(a, b, policy, &|_| false)
}

/// The same without those hard ids that so many accounts share that they identify nobody.
pub(crate) fn compare_without(
    a: &Fingerprint,
    b: &Fingerprint,
    policy: &IdentityPolicy,
    worn: &dyn Fn(&HardId) -> bool,
) -> Comparison {
    let (mut weights, mut hard_keys, mut contradicted) = (Vec::new(), Vec::new(), false);
    for kind in KINDS {
        let (agree, against) = hard_weights(kind, policy);
        match hard::said(kind, &a.hard, &b.hard, worn) {
            Said::Nothing => {}
            Said::Agree(ids) => {
                weights.push(weight(kind.field(), i64::from(agree)));
                hard_keys.extend(ids.iter().map(HardId::key));
            }
            Said::Disagree => {
                weights.push(weight(kind.field(), -i64::from(against)));
                contradicted = true;
            }
        }
    }
    let found = name::evidence(&a.name, &b.name, policy).map(|millibit| weight("legal_name", millibit));
    weights.extend(found);
    let country = (policy.country_millibit, policy.country_against_millibit);
    weights.extend(plain("country", a.country.as_deref(), b.country.as_deref(), country));
    // A postcode says something only within one country, and where that is not known, only if it agrees.
    let postcode = (policy.postcode_millibit, policy.postcode_against_millibit);
    let found = plain("postcode", a.postcode.as_deref(), b.postcode.as_deref(), postcode);
    let is_one_country = a.country == b.country;
    let may_be_one = is_one_country || a.country.is_none() || b.country.is_none();
    weights.extend(found.filter(|weight| is_one_country || (may_be_one && weight.agree)));
    let mut comparison = Comparison { verdict: Verdict::Apart, weights, hard_keys, contradicted };
    comparison.verdict = verdict(&comparison, policy);
    comparison
}

fn verdict(comparison: &Comparison, policy: &IdentityPolicy) -> Verdict {
    let sum = comparison.sum_millibit();
    let may_link = !comparison.hard_keys.is_empty() && !comparison.contradicted;
    if may_link && sum >= i64::from(policy.link_millibit_min) {
        Verdict::Link
    } else if sum >= i64::from(policy.clerical_millibit_min) {
        Verdict::Clerical
    } else {
        Verdict::Apart
    }
}

fn hard_weights(kind: Kind, policy: &IdentityPolicy) -> (u32, u32) {
    match kind {
        Kind::RegistryNumber => (policy.registry_number_millibit, policy.registry_number_against_millibit),
        Kind::Lei => (policy.lei_millibit, policy.lei_against_millibit),
        Kind::Duns => (policy.duns_millibit, policy.duns_against_millibit),
        Kind::Domain => (policy.domain_millibit, policy.domain_against_millibit),
    }
}

fn plain(field: &str, a: Option<&str>, b: Option<&str>, (agree, against): (u32, u32)) -> Option<FieldWeight> {
    let millibit = if a? == b? { i64::from(agree) } else { -i64::from(against) };
    Some(weight(field, millibit))
}

fn weight(field: &str, millibit: i64) -> FieldWeight {
    FieldWeight { field: field.to_owned(), agree: millibit > 0, weight_millibit: millibit }
}
