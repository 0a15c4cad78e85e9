//! policing
