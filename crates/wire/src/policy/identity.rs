//! What the document says about which accounts are one customer.

use domain::policy::{IdentityPolicy, Policy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stated, Within};

/// Evidence, in thousandths of a bit.
type Millibit = Within<0, 100_000>;

sections! {
    /// Which accounts are one customer: evidence in thousandths of a bit; what speaks against is subtracted.
    Identity for IdentityPolicy at identity {
        /// Evidence from which two accounts of one hard id, none of which disagrees, are linked without a person.
        link_millibit_min: Millibit,
        /// Evidence from which a person looks at two accounts.
        clerical_millibit_min: Millibit,
        /// The same number in one register.
        registry_number_millibit: Millibit,
        /// Another number in the same register.
        registry_number_against_millibit: Millibit,
        /// The same legal entity identifier.
        lei_millibit: Millibit,
        /// Another one.
        lei_against_millibit: Millibit,
        /// The same D-U-N-S number.
        duns_millibit: Millibit,
        /// Another one: sites of one company have numbers of their own.
        duns_against_millibit: Millibit,
        /// The same registrable domain; domains of mail providers say nothing.
        domain_millibit: Millibit,
        /// Another one; the same name under another suffix says nothing.
        domain_against_millibit: Millibit,
        /// The same postcode.
        postcode_millibit: Millibit,
        /// Another one in the same country.
        postcode_against_millibit: Millibit,
        /// The same country.
        country_millibit: Millibit,
        /// Another country.
        country_against_millibit: Millibit,
        /// Most that a name says for two accounts being one.
        name_millibit_max: Millibit,
        /// Most that a name says against it.
        name_against_millibit_max: Millibit,
        /// A word that few names have; as much against where only one of two names has it.
        rare_word_millibit: Millibit,
        /// A word of up to three letters, or a number.
        short_word_millibit: Millibit,
        /// A word that many names have.
        common_word_millibit: Millibit,
        /// The same where only one of two names has it.
        common_word_against_millibit: Millibit,
        /// The same legal form.
        legal_form_millibit: Millibit,
        /// Another one.
        legal_form_against_millibit: Millibit,
        /// Accounts that may share a hard id; one that more of them share identifies nobody.
        accounts_per_key_max: Within<2, 200>,
    }
}
