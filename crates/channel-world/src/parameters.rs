//! The numbers of the simulated world, as data: those built in, or another file.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::noise::Rates;

/// The parameters that ship with this crate, as TOML.
const BUILT_IN: &str = include_str!("../parameters.toml");

/// Every number of the simulated world; `parameters.toml` says what each means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    pub span_days: u32,
    pub vendors: u32,
    pub partners_per_vendor: u32,
    pub in_families_bp: u32,
    pub(crate) mix: Shares,
    pub(crate) noise: Rates,
}

/// How often which intent is met, in basis points of all handoffs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shares {
    pub(crate) benign_bp: u32,
    pub(crate) lawful_bp: u32,
    pub(crate) predatory_bp: u32,
    pub(crate) host_abuse_bp: u32,
    pub(crate) innocent_error_bp: u32,
    pub(crate) composites_bp: u32,
}

/// Which mix of intents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// As the parameters say.
    Default,
    /// Every pattern and look-alike in turn, so that each has cases enough.
    Balanced,
}

/// What becomes of events on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Nothing: each arrives once, soon, and as it was.
    None,
    /// As the parameters say.
    Default,
}

impl FromStr for Mix {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "default" => Ok(Self::Default),
            "balanced" => Ok(Self::Balanced),
            _ => Err(UnknownWord("default or balanced")),
        }
    }
}

impl FromStr for Noise {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "none" => Ok(Self::None),
            "default" => Ok(Self::Default),
            _ => Err(UnknownWord("none or default")),
        }
    }
}

/// Why a word names no mix or noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct UnknownWord(&'static str);

/// Why a text is no set of parameters.
#[derive(Debug, thiserror::Error)]
#[error("the parameters of the world cannot be used")]
pub enum BadParameters {
    Toml(#[from] toml::de::Error),
    #[error("the mix must come to 10000 basis points, and comes to {0}")]
    Mix(u32),
    #[error("a world needs at least one vendor and 12 partners for each")]
    Empty,
}

impl Parameters {
    /// Reads parameters written as `parameters.toml` is.
    ///
    /// # Errors
    /// It is not TOML, or a member is missing, unknown or out of range.
    pub fn parse(text: &str) -> Result<Self, BadParameters> {
        let parameters: Self = toml::from_str(text)?;
        let mix = &parameters.mix;
        let all = [mix.benign_bp, mix.lawful_bp, mix.predatory_bp, mix.host_abuse_bp, mix.innocent_error_bp];
        match all.iter().sum() {
            10_000 => {}
            other => return Err(BadParameters::Mix(other)),
        }
        if parameters.vendors == 0 || parameters.partners_per_vendor < 12 {
            return Err(BadParameters::Empty);
        }
        Ok(parameters)
    }

    /// The parameters as TOML.
    ///
    /// # Errors
    /// A number does not fit TOML's own.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// The built-in parameters as they are written, with what each number means.
    pub fn built_in_text() -> &'static str {
        BUILT_IN
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self::parse(BUILT_IN).expect("a test reads the built-in parameters")
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, BadParameters, Parameters};

    #[test]
    fn the_built_in_parameters_can_be_read() {
        assert_eq!(Parameters::default(), Parameters::parse(BUILT_IN).unwrap());
    }

    #[test]
    fn a_mix_that_does_not_add_up_is_refused() {
        let text = BUILT_IN.replace("benign_bp = 7000", "benign_bp = 7001");
        assert!(matches!(Parameters::parse(&text), Err(BadParameters::Mix(10_001))));
    }
}
