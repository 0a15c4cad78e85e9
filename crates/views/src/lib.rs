//! Pure folds, one question each; any of them can be thrown away and rebuilt from the journal.

pub mod cases;
pub mod deals;
pub mod directory;
pub mod holders;
pub mod scorecard;
pub mod sentence;
pub mod timeline;
