//! Stories of one account, and what policing finds in them.

mod agreement;
mod bases;
mod contested;
mod letters;
mod looks_alike;
mod nearly;
mod patterns;
mod procedure;
mod properties;
mod stories;
mod story;
mod transitions;
mod words;
