//! What can go wrong between the journal and its server, and how each is answered.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod certificates;
mod journals;
mod recording;
mod supervisor;
mod writers;
