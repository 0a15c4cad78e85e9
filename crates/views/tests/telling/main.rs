//! What sentences and swim lanes say about one account with a host, a guest and a rival.

mod sample;
mod sentences;
mod timelines;
