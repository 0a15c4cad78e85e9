//! Hard ids: numbers that a register gave to one company, and the domain it registered.

use domain::event::account::{AccountKey, KeyStrength};
use domain::id::Key;
use domain::public_mail::is_public_mail;
use smol_str::SmolStr;

/// What gave the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    RegistryNumber,
    Lei,
    Duns,
    Domain,
}

/// All kinds, the strongest first.
pub(crate) const KINDS: [Kind; 4] = [Kind::RegistryNumber, Kind::Lei, Kind::Duns, Kind::Domain];

impl Kind {
    /// The name of the field in an event's weights.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::RegistryNumber => "registry_number",
            Self::Lei => "lei",
            Self::Duns => "duns",
            Self::Domain => "domain",
        }
    }
}

/// One hard id in the one form it is compared in: `duns:150483782`, `domain:example.co.uk`, `hrb:12345b`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct HardId {
    pub(crate) kind: Kind,
    text: SmolStr,
}

impl HardId {
    /// The id as a key.
    pub(crate) fn key(&self) -> Key {
        self.text
            .parse()
            .expect("made of a key by leaving out characters and putting letters into lower case")
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Who gave it: numbers of different registers say nothing about each other.
    fn register(&self) -> &str {
        self.text.rsplit_once(':').map_or("", |(register, _)| register)
    }

    fn value(&self) -> &str {
        self.text.rsplit_once(':').map_or(&self.text, |(_, value)| value)
    }
}

/// The hard ids among the keys of an account, sorted.
pub(crate) fn ids(keys: &[AccountKey]) -> Box<[HardId]> {
    let mut ids: Vec<HardId> = keys.iter().filter_map(id).collect();
    ids.sort();
    ids.dedup();
    ids.into()
}

fn id(key: &AccountKey) -> Option<HardId> {
    let text = key.key.as_str();
    let (system, value) = text.rsplit_once(':').unwrap_or(("", text));
    let plain = || -> String {
        value.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (kind, text) = match key.strength {
        KeyStrength::RegistryNumber => {
            let plain = plain();
            (Kind::RegistryNumber, format!("{}:{}", system.to_lowercase(), non_empty(&plain)?))
        }
        KeyStrength::Lei => (Kind::Lei, format!("lei:{}", non_empty(&plain())?)),
        KeyStrength::Duns => (Kind::Duns, format!("duns:{}", non_empty(&plain())?)),
        KeyStrength::Domain => (Kind::Domain, format!("domain:{}", registrable(value)?)),
        KeyStrength::SystemId | KeyStrength::Declared | KeyStrength::Provisional => return None,
    };
    Some(HardId { kind, text: SmolStr::new(text) })
}

fn non_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The part of a host that its owner registered, by the public suffix list; `None` where anybody gets a name, as
/// with providers of mail, and for what is no host.
fn registrable(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.').to_lowercase();
    let domain = psl::domain_str(&host)?;
    (!is_public_mail(domain)).then(|| domain.to_owned())
}

/// What the ids of one kind say about two accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// One of the two has none that could be compared, or the difference says nothing.
    Nothing,
    Agree(Vec<HardId>),
    Disagree,
}

/// Compares the ids of one kind; those that are `worn` are shared by too many to say that two are one.
pub(crate) fn said(kind: Kind, a: &[HardId], b: &[HardId], worn: &dyn Fn(&HardId) -> bool) -> Said {
    let of_kind = |ids: &'_ [HardId]| ids.iter().position(|id| id.kind == kind);
    let (Some(from_a), Some(from_b)) = (of_kind(a), of_kind(b)) else { return Said::Nothing };
    // They are sorted by kind.
    let a = || a[from_a..].iter().take_while(|id| id.kind == kind);
    let b = || b[from_b..].iter().take_while(|id| id.kind == kind);
    let mut shared = a().filter(|id| b().any(|other| other == *id)).peekable();
    if shared.peek().is_some() {
        let shared: Vec<HardId> = shared.filter(|id| !worn(id)).cloned().collect();
        return if shared.is_empty() { Said::Nothing } else { Said::Agree(shared) };
    }
    let differ = |one: &HardId, other: &HardId| match kind {
        // A company often has one name under several suffixes: that is neither for nor against.
        Kind::Domain => label(one.value()) != label(other.value()),
        Kind::RegistryNumber | Kind::Lei | Kind::Duns => one.register() == other.register(),
    };
    let disagree = a().any(|one| b().any(|other| differ(one, other)));
    // One pair under the same name is enough to say nothing of the domains.
    let excused = kind == Kind::Domain && a().any(|one| b().any(|other| !differ(one, other)));
    if disagree && !excused { Said::Disagree } else { Said::Nothing }
}

/// The registered name without its public suffix.
fn label(domain: &str) -> &str {
    domain.split_once('.').map_or(domain, |(label, _)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, strength: KeyStrength) -> AccountKey {
        AccountKey { key: text.parse().expect("a key"), strength }
    }

    fn normal(text: &str, strength: KeyStrength) -> Option<String> {
        id(&key(text, strength)).map(|id| id.as_str().to_owned())
    }

    #[test]
    fn a_host_is_cut_down_to_what_was_registered() {
        let domain = |host: &str| normal(&format!("domain:{host}"), KeyStrength::Domain);
        assert_eq!(domain("shop.eu.Example.co.uk").as_deref(), Some("domain:example.co.uk"));
        assert_eq!(domain("example.com").as_deref(), Some("domain:example.com"));
        assert_eq!(domain("someone.github.io").as_deref(), Some("domain:someone.github.io"));
        assert_eq!(domain("customer-7.example").as_deref(), Some("domain:customer-7.example"));
    }

    #[test]
    fn where_anybody_gets_an_address_the_domain_says_nothing() {
        for host in ["gmail.com", "www.gmx.net", "mail.yahoo.co.uk", "co.uk", "com", ""] {
            assert_eq!(normal(&format!("domain:{host}"), KeyStrength::Domain), None, "{host}");
        }
    }

    #[test]
    fn numbers_are_written_in_one_way() {
        assert_eq!(normal("duns:15-048-3782", KeyStrength::Duns).as_deref(), Some("duns:150483782"));
        assert_eq!(normal("dnb:150483782", KeyStrength::Duns).as_deref(), Some("duns:150483782"));
        let number = normal("de:HRB-Muenchen:HRB 6684 B", KeyStrength::RegistryNumber);
        assert_eq!(number.as_deref(), Some("de:hrb-muenchen:hrb6684b"));
        assert_eq!(normal("crm:150483782", KeyStrength::SystemId), None);
    }

    #[test]
    fn numbers_of_different_registers_say_nothing_about_each_other() {
        let ids = |text: &str| ids(&[key(text, KeyStrength::RegistryNumber)]);
        let said = |a: &str, b: &str| said(Kind::RegistryNumber, &ids(a), &ids(b), &|_| false);
        assert_eq!(said("hrb-berlin:12", "hrb-hamburg:12"), Said::Nothing);
        assert_eq!(said("hrb-berlin:12", "hrb-berlin:13"), Said::Disagree);
        assert!(matches!(said("hrb-berlin:12", "HRB-Berlin:1 2"), Said::Agree(_)));
    }
}
