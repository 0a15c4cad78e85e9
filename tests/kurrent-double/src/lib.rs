//! A server that speaks the wire protocol of KurrentDB, for tests.
