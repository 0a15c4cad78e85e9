//! What sentences and swim lanes say about one account with a host, a guest and a rival.

#[cfg(test)]
mod sample;
#[cfg(test)]
mod sentences;
#[cfg(test)]
mod timelines;
