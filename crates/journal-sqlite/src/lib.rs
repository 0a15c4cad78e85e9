//! journal-sqlite
