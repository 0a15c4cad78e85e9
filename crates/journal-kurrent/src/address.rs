//! Where the server is: a connection string, made ready for the `eventstore` crate.

use eventstore::ClientSettings;

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
    format!("mirror-{}", hosts.trim_end_matches('/').chars().map(plain).collect::<String>())
}

/// An address that was understood.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) settings: ClientSettings,
    /// Without user and password.
    pub(crate) shown: String,
    /// The user that is named, if one is.
    pub(crate) user: Option<String>,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, OpenError> {
        let shown = without_password(text);
        let bad = |why: String| OpenError::Address { address: shown.clone(), why };
        let (scheme, known) =
            SCHEMES.iter().find(|(scheme, _)| text.starts_with(scheme)).ok_or_else(|| {
                bad("it begins with none of esdb://, kurrentdb://, esdb+discover://".to_owned())
            })?;
        let mut url = format!("{known}{}", &text[scheme.len()..]);
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
        Ok(Self { settings, shown, user })
    }
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
    }

    #[test]
    fn a_password_is_never_shown() {
        let address = Address::parse("esdb://admin:s3cret@db.example:2113?tls=true").unwrap();
        assert_eq!(address.shown, "esdb://db.example:2113");
        let error = Address::parse("esdb://admin:s3cret@db.example:x9?tls=1").map(|_| ()).unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
