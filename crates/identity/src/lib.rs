//! Which accounts are one customer: descriptions are put into one form, compared, and the evidence is added up.
//!
//! The evidence of a field is how much more often it agrees where two records are one customer than where they
//! are two, as a logarithm, so that it can be added (Fellegi and Sunter, 1969). How much each field counts and what
//! sum is enough stands in the policy. A name alone never links: without a hard id that agrees a person decides.
//!
//! [`compare()`] is a pure function of two descriptions and a policy, [`resolve()`] one of all descriptions known, so
//! that what is linked in the end does not depend on what came first.

pub mod compare;
pub mod fingerprint;
mod hard;
pub mod index;
mod name;
pub mod resolve;
mod words;

pub use compare::{Comparison, Verdict, compare};
pub use fingerprint::{Description, Fingerprint};
pub use index::Index;
pub use resolve::{Known, Resolved, resolve};
