//! DTLS 1.0 and 1.2 (RFC 6347) and 1.3 (RFC 9147): key schedules and record protection, and the
//! exporters that key SRTP (RFC 5764).
//!
//! [`LegacyKeys`] open what one side of DTLS 1.0 or 1.2 sent, [`Traffic`] what one side of 1.3 sent in
//! one epoch. Both take the secrets of a key log; which session a record belongs to, and what its whole
//! sequence number is, is for the caller to know or to try.

mod aead;
mod cbc;
mod exporter;
mod hash;
mod label;
mod legacy;
mod prf;
mod suite;
mod traffic;

pub use exporter::{SrtpMasters, export_legacy, export_tls13};
pub use legacy::{LegacyKeys, LegacyRecord};
pub use suite::{Suite, Version};
pub use traffic::{Low, Traffic, UnifiedRecord};
