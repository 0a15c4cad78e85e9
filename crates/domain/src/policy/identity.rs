//! Which accounts are one customer: what each field of a description weighs, and what sum is enough.

/// Evidence is counted in thousandths of a bit: 1,000 says that the field agrees twice as often where two records
/// are one customer as where they are two (Fellegi and Sunter, 1969). What speaks against is stated as a positive
/// number and subtracted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPolicy {
    /// Evidence from which two accounts of one hard id, none of which disagrees, are linked without a person.
    pub link_millibit_min: u32,
    /// Evidence from which a person looks at two accounts.
    pub clerical_millibit_min: u32,
    /// The same number in one register: one company in a million has it by mistake.
    pub registry_number_millibit: u32,
    pub registry_number_against_millibit: u32,
    pub lei_millibit: u32,
    pub lei_against_millibit: u32,
    pub duns_millibit: u32,
    /// Sites of one company have numbers of their own.
    pub duns_against_millibit: u32,
    /// The same registrable domain: companies of one group share it.
    pub domain_millibit: u32,
    pub domain_against_millibit: u32,
    pub postcode_millibit: u32,
    pub postcode_against_millibit: u32,
    pub country_millibit: u32,
    pub country_against_millibit: u32,
    /// Most that a name says for two accounts being one.
    pub name_millibit_max: u32,
    /// Most that a name says against it.
    pub name_against_millibit_max: u32,
    /// A word that few names have; as much against where only one of two names has it.
    pub rare_word_millibit: u32,
    /// A word of up to three letters, or a number.
    pub short_word_millibit: u32,
    /// A word that many names have, such as `systems`.
    pub common_word_millibit: u32,
    /// The same where only one of two names has it.
    pub common_word_against_millibit: u32,
    pub legal_form_millibit: u32,
    /// Another legal form: often another company of the same group.
    pub legal_form_against_millibit: u32,
    /// Accounts that may share a hard id; one that more of them share identifies nobody.
    pub accounts_per_key_max: u16,
}

impl Default for IdentityPolicy {
    /// Starting points: set so that of 85 company names of a public CRM sample none meets another, each meets
    /// itself with one letter wrong, and a name never links without a hard id.
    fn default() -> Self {
        Self {
            link_millibit_min: 21_000,
            clerical_millibit_min: 8_000,
            registry_number_millibit: 22_000,
            registry_number_against_millibit: 12_000,
            lei_millibit: 22_000,
            lei_against_millibit: 12_000,
            duns_millibit: 22_000,
            duns_against_millibit: 6_000,
            domain_millibit: 12_000,
            domain_against_millibit: 3_000,
            postcode_millibit: 6_000,
            postcode_against_millibit: 2_000,
            country_millibit: 1_000,
            country_against_millibit: 6_000,
            name_millibit_max: 14_000,
            name_against_millibit_max: 10_000,
            rare_word_millibit: 10_000,
            short_word_millibit: 6_000,
            common_word_millibit: 2_000,
            common_word_against_millibit: 3_000,
            legal_form_millibit: 250,
            legal_form_against_millibit: 2_000,
            accounts_per_key_max: 16,
        }
    }
}
