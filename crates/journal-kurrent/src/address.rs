//! Where the server is: a connection string, made ready for the `eventstore` crate.

use eventstore::ClientSettings;

use crate::envelope::Names;
use crate::open::OpenError;

/// What a connection string may begin with; the crate knows the older names only.
const SCHEMES: [(&str, &str); 6] = [
    ("esdb://", "esdb://"),
    ("esdb+discover://", "esdb+discover://"),
    ("kurrentdb://", "esdb://"),
    ("kurrentdb+discover://", "esdb+discover://"),
    ("kurrent://", "esdb://"),
    ("kdb://", "esdb://"),
];
/// How long the crate sleeps before each attempt to connect, the first one too, in milliseconds; its own
/// default is 500, which every command line would wait for.
const DISCOVERY_MS: u32 = 20;

/// Whether the text is meant as a server's address and not as a folder.
pub fn is_address(text: &str) -> bool {
    SCHEMES.iter().any(|(scheme, _)| text.starts_with(scheme))
}

/// The name of the folder for the mirror of what is at an address: the hosts, whoever asks and however.
pub fn mirror_name(address: &str) -> String {
    let shown = without_password(address);
    let hosts = shown.split_once("://").map_or(shown.as_str(), |(_, hosts)| hosts);
    let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let name = without_name(address).1.map_or(String::new(), |name| format!("-{name}"));
    format!(
        "mirror-{}{}",
        hosts.trim_end_matches('/').chars().map(plain).collect::<String>(),
        name.chars().map(plain).collect::<String>()
    )
}

/// An address that was understood.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) settings: ClientSettings,
    /// Without user and password.
    pub(crate) shown: String,
    /// The user that is named, if one is.
    pub(crate) user: Option<String>,
    /// How things are called there.
    pub(crate) names: Names,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, OpenError> {
        let shown = without_password(text);
        let bad = |why: String| OpenError::Address { address: shown.clone(), why };
        let (scheme, known) =
            SCHEMES.iter().find(|(scheme, _)| text.starts_with(scheme)).ok_or_else(|| {
                bad("it begins with none of esdb://, kurrentdb://, esdb+discover://".to_owned())
            })?;
        let (plain, name) = without_name(&text[scheme.len()..]);
        let names =
            Names::of(name).ok_or_else(|| bad("journal= names one in a-z, 0-9, - and _".to_owned()))?;
        let mut url = format!("{known}{plain}");
        if !url.to_lowercase().contains("discoveryinterval=") {
            let joint = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{joint}discoveryInterval={DISCOVERY_MS}");
        }
        let settings = url.parse().map_err(|error: eventstore::ClientSettingsParseError| {
            // Its own text repeats the whole address.
            bad(error.error().map_or_else(|| error.message().to_owned(), ToString::to_string))
        })?;
        let user = text[scheme.len()..].split_once('@');
        let user = user.map(|(user, _)| user.split(':').next().unwrap_or_default().to_owned());
        Ok(Self { settings, shown, user, names })
    }
}

/// The address without the parameter that is ours, `journal`, and what that says.
fn without_name(address: &str) -> (String, Option<&str>) {
    let Some((hosts, query)) = address.split_once('?') else { return (address.to_owned(), None) };
    let ours = |parameter: &&str| parameter.starts_with("journal=");
    let name = query.split('&').find(ours).and_then(|parameter| parameter.strip_prefix("journal="));
    let rest: Vec<&str> = query.split('&').filter(|parameter| !ours(parameter)).collect();
    let address = if rest.is_empty() { hosts.to_owned() } else { format!("{hosts}?{}", rest.join("&")) };
    (address, name)
}

fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.find(['/', '?']).map_or((rest, ""), |end| rest.split_at(end));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let path = path.split('?').next().unwrap_or_default();
    format!("{scheme}://{hosts}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_the_database_are_addresses_and_folders_are_not() {
        assert!(is_address("esdb://localhost:2113?tls=false"));
        assert!(is_address("kurrentdb://admin:changeit@a:2113,b:2113"));
        assert!(!is_address("/var/lib/chaperone"));
        assert!(Address::parse("kurrentdb://localhost:2113?tls=false").is_ok());
    }

    #[test]
    fn a_mirror_is_named_after_the_hosts_alone() {
        assert_eq!(mirror_name("esdb://admin:x@DB.example:2113?tls=true"), "mirror-db-example-2113");
        assert_eq!(mirror_name("kurrentdb://a:1,b:2/"), "mirror-a-1-b-2");
        assert_eq!(mirror_name("esdb://a:1?tls=false&journal=trial"), "mirror-a-1-trial");
    }

    #[test]
    fn a_password_is_never_shown() {
        let address = Address::parse("esdb://admin:s3cret@db.example:2113?tls=true").unwrap();
        assert_eq!(address.shown, "esdb://db.example:2113");
        let error = Address::parse("esdb://admin:s3cret@db.example:x9?tls=1").map(|_| ()).unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
