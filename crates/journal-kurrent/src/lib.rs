//! The journal on EventStoreDB or KurrentDB.
