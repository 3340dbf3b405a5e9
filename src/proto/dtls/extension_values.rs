//! Hello extensions with small values: names, flags and limits that a call is diagnosed by.
//!
//! The lists of numbers (groups, schemes, profiles, versions) are in `extension.rs`.

use super::codes;
use super::extension::{Extension, U16List};
use crate::wire::Reader;

/// What a pre_shared_key extension offers or chooses (RFC 8446).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreSharedKey {
    /// A client offers this many identities.
    Offered(u16),
    /// A server chose the identity with this index.
    Selected(u16),
}

impl<'a> Extension<'a> {
    fn value(&self, extension_type: u16) -> Option<Reader<'a>> {
        (self.extension_type == extension_type).then(|| Reader::new(self.data))
    }

    /// A list of bytes with its length in one byte.
    fn list8(&self, extension_type: u16) -> Option<&'a [u8]> {
        let mut r = self.value(extension_type)?;
        let length = r.u8("list length").ok()?;
        r.take(length.into(), "list").ok()
    }

    /// The point formats of ec_point_formats (RFC 8422).
    pub fn ec_point_formats(&self) -> Option<&'a [u8]> {
        self.list8(codes::EC_POINT_FORMATS)
    }

    /// The modes of psk_key_exchange_modes (RFC 8446).
    pub fn psk_modes(&self) -> Option<&'a [u8]> {
        self.list8(codes::PSK_KEY_EXCHANGE_MODES)
    }

    /// The connection id by which the sender wants to be addressed, maybe empty (RFC 9146).
    pub fn connection_id(&self) -> Option<&'a [u8]> {
        self.list8(codes::CONNECTION_ID)
    }

    /// What renegotiation_info repeats of the handshake before: nothing, in a first one (RFC 5746).
    pub fn renegotiated_connection(&self) -> Option<&'a [u8]> {
        self.list8(codes::RENEGOTIATION_INFO)
    }

    /// The cookie of a HelloRetryRequest, and of the ClientHello that sends it back (RFC 8446).
    pub fn cookie(&self) -> Option<&'a [u8]> {
        let mut r = self.value(codes::COOKIE)?;
        let length = r.u16("cookie length").ok()?;
        r.take(length.into(), "cookie").ok()
    }

    /// The largest record in bytes that the sender takes (RFC 8449).
    pub fn record_size_limit(&self) -> Option<u16> {
        self.value(codes::RECORD_SIZE_LIMIT)?
            .u16("record size limit")
            .ok()
    }

    /// The host name of server_name; `None` also for a server's empty acknowledgement (RFC 6066).
    pub fn server_name(&self) -> Option<&'a [u8]> {
        let mut r = self.value(codes::SERVER_NAME)?;
        r.skip(3, "list length and name type").ok()?;
        let length = r.u16("name length").ok()?;
        r.take(length.into(), "name").ok()
    }

    /// The schemes of signature_algorithms_cert and delegated_credential.
    pub fn certificate_schemes(&self) -> Option<U16List<'a>> {
        let is_list = [
            codes::SIGNATURE_ALGORITHMS_CERT,
            codes::DELEGATED_CREDENTIAL,
        ];
        let mut r = self.value(self.extension_type)?;
        is_list.contains(&self.extension_type).then_some(())?;
        let length = r.u16("list length").ok()?;
        r.take(length.into(), "list").ok().map(U16List::new)
    }

    /// What pre_shared_key says, in a ClientHello or in a ServerHello.
    pub fn pre_shared_key(&self) -> Option<PreSharedKey> {
        let mut r = self.value(codes::PRE_SHARED_KEY)?;
        if let Ok(selected) = <[u8; 2]>::try_from(self.data) {
            return Some(PreSharedKey::Selected(u16::from_be_bytes(selected)));
        }
        let length = r.u16("identities length").ok()?;
        let mut identities = r.sub(length.into(), "identities").ok()?;
        let mut count = 0;
        while !identities.is_empty() {
            let length = identities.u16("identity length").ok()?;
            identities.skip(usize::from(length) + 4, "identity").ok()?;
            count += 1;
        }
        Some(PreSharedKey::Offered(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(extension_type: u16, data: &[u8]) -> Extension<'_> {
        Extension {
            extension_type,
            data,
            bytes: data,
            offset: 0,
        }
    }

    #[test]
    fn small_values_are_read() {
        let formats = extension(codes::EC_POINT_FORMATS, &[2, 0, 1]);
        assert_eq!(formats.ec_point_formats(), Some(&[0, 1][..]));
        assert_eq!(formats.psk_modes(), None, "another type");
        let modes = extension(codes::PSK_KEY_EXCHANGE_MODES, &[1, 1]);
        assert_eq!(modes.psk_modes(), Some(&[1][..]));
        let id = extension(codes::CONNECTION_ID, &[3, 7, 8, 9]);
        assert_eq!(id.connection_id(), Some(&[7, 8, 9][..]));
        let cookie = extension(codes::COOKIE, &[0, 2, 5, 6]);
        assert_eq!(cookie.cookie(), Some(&[5, 6][..]));
        let limit = extension(codes::RECORD_SIZE_LIMIT, &[0x40, 1]);
        assert_eq!(limit.record_size_limit(), Some(0x4001));
        let name = extension(codes::SERVER_NAME, &[0, 6, 0, 0, 3, b'a', b'.', b'b']);
        assert_eq!(name.server_name(), Some(&b"a.b"[..]));
        assert_eq!(extension(codes::SERVER_NAME, &[]).server_name(), None);
        let schemes = extension(codes::SIGNATURE_ALGORITHMS_CERT, &[0, 2, 4, 3]);
        assert_eq!(
            schemes.certificate_schemes().map(|s| s.iter().collect()),
            Some(vec![0x0403])
        );
        let empty = extension(codes::RENEGOTIATION_INFO, &[0]);
        assert_eq!(empty.renegotiated_connection(), Some(&[][..]));
    }

    #[test]
    fn pre_shared_keys_are_counted_or_chosen() {
        let offer = [
            0, 14, 0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 0, 2, 1, 0xff,
        ];
        let offer = extension(codes::PRE_SHARED_KEY, &offer);
        assert_eq!(offer.pre_shared_key(), Some(PreSharedKey::Offered(2)));
        let chosen = extension(codes::PRE_SHARED_KEY, &[0, 1]);
        assert_eq!(chosen.pre_shared_key(), Some(PreSharedKey::Selected(1)));
        let lie = extension(codes::PRE_SHARED_KEY, &[0, 3, 0, 9, 1]);
        assert_eq!(lie.pre_shared_key(), None);
    }

    #[test]
    fn lengths_that_lie_give_nothing() {
        for (kind, data) in [
            (codes::EC_POINT_FORMATS, &[9, 0][..]),
            (codes::COOKIE, &[0, 9, 1]),
            (codes::RECORD_SIZE_LIMIT, &[1]),
            (codes::SERVER_NAME, &[0, 6, 0, 0, 9, b'a']),
        ] {
            let e = extension(kind, data);
            assert!(e.ec_point_formats().is_none() && e.cookie().is_none());
            assert!(e.record_size_limit().is_none() && e.server_name().is_none());
        }
    }
}
