//! Stories of one account, and what policing finds in them.

mod abandonment;
mod across;
mod agreement;
mod backdating;
mod bases;
mod commands;
mod contacts;
mod contested;
mod guises;
mod hosts;
mod lapses;
mod last_touch;
mod letters;
mod looks_alike;
mod money;
mod nearly;
mod overrides;
mod papers;
mod patterns;
mod procedure;
mod properties;
mod roles_and_relays;
mod stories;
mod story;
mod transitions;
mod words;
