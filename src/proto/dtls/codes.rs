//! TLS and DTLS registries, as far as WebRTC endpoints meet them.
//!
//! Source: the IANA registries "TLS Parameters", "TLS ExtensionType Values" and "DTLS-SRTP".

/// change_cipher_spec.
pub const CHANGE_CIPHER_SPEC: u8 = 20;
/// alert.
pub const ALERT: u8 = 21;
/// handshake.
pub const HANDSHAKE: u8 = 22;
/// application_data.
pub const APPLICATION_DATA: u8 = 23;
/// heartbeat.
pub const HEARTBEAT: u8 = 24;
/// tls12_cid.
pub const TLS12_CID: u8 = 25;
/// ACK.
pub const ACK: u8 = 26;

/// DTLS 1.2 on the wire.
pub const DTLS12: u16 = 0xfefd;
/// DTLS 1.3 on the wire, in supported_versions only.
pub const DTLS13: u16 = 0xfefc;

/// ClientHello.
pub const CLIENT_HELLO: u8 = 1;
/// ServerHello.
pub const SERVER_HELLO: u8 = 2;
/// HelloVerifyRequest.
pub const HELLO_VERIFY_REQUEST: u8 = 3;
/// Certificate.
pub const CERTIFICATE: u8 = 11;
/// ServerKeyExchange.
pub const SERVER_KEY_EXCHANGE: u8 = 12;

/// supported_groups.
pub const SUPPORTED_GROUPS: u16 = 10;
/// signature_algorithms.
pub const SIGNATURE_ALGORITHMS: u16 = 13;
/// use_srtp.
pub const USE_SRTP: u16 = 14;
/// application_layer_protocol_negotiation.
pub const ALPN: u16 = 16;
/// supported_versions.
pub const SUPPORTED_VERSIONS: u16 = 43;
/// key_share.
pub const KEY_SHARE: u16 = 51;

type Table<T> = &'static [(T, &'static str)];

/// Content types of records.
pub const CONTENT_TYPES: Table<u8> = &[
    (20, "ChangeCipherSpec"),
    (21, "Alert"),
    (22, "Handshake"),
    (23, "ApplicationData"),
    (24, "Heartbeat"),
    (25, "tls12_cid"),
    (26, "ACK"),
];

/// Versions on the wire.
pub const VERSIONS: Table<u16> = &[
    (0x0100, "DTLS 1.0 (OpenSSL)"),
    (0xfefc, "DTLS 1.3"),
    (0xfefd, "DTLS 1.2"),
    (0xfeff, "DTLS 1.0"),
];

/// Handshake message types.
pub const HANDSHAKES: Table<u8> = &[
    (0, "HelloRequest"),
    (1, "ClientHello"),
    (2, "ServerHello"),
    (3, "HelloVerifyRequest"),
    (4, "NewSessionTicket"),
    (5, "EndOfEarlyData"),
    (8, "EncryptedExtensions"),
    (9, "RequestConnectionId"),
    (10, "NewConnectionId"),
    (11, "Certificate"),
    (12, "ServerKeyExchange"),
    (13, "CertificateRequest"),
    (14, "ServerHelloDone"),
    (15, "CertificateVerify"),
    (16, "ClientKeyExchange"),
    (20, "Finished"),
    (21, "CertificateUrl"),
    (22, "CertificateStatus"),
    (23, "SupplementalData"),
    (24, "KeyUpdate"),
    (25, "CompressedCertificate"),
    (254, "MessageHash"),
];

/// Alert descriptions.
pub const ALERTS: Table<u8> = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (21, "decryption_failed"),
    (22, "record_overflow"),
    (30, "decompression_failure"),
    (40, "handshake_failure"),
    (41, "no_certificate"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (60, "export_restriction"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (111, "certificate_unobtainable"),
    (112, "unrecognized_name"),
    (113, "bad_certificate_status_response"),
    (114, "bad_certificate_hash_value"),
    (115, "unknown_psk_identity"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
];

/// Cipher suites.
pub const CIPHER_SUITES: Table<u16> = &[
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256"),
    (0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"),
    (0x1301, "TLS_AES_128_GCM_SHA256"),
    (0x1302, "TLS_AES_256_GCM_SHA384"),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    (0x1304, "TLS_AES_128_CCM_SHA256"),
    (0x1305, "TLS_AES_128_CCM_8_SHA256"),
    (0x5600, "TLS_FALLBACK_SCSV"),
    (0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"),
    (0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    (0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"),
    (0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8"),
    (0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
    (0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
    (0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
    (0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];

/// Extension types.
pub const EXTENSIONS: Table<u16> = &[
    (0, "server_name"),
    (1, "max_fragment_length"),
    (5, "status_request"),
    (10, "supported_groups"),
    (11, "ec_point_formats"),
    (13, "signature_algorithms"),
    (14, "use_srtp"),
    (15, "heartbeat"),
    (16, "application_layer_protocol_negotiation"),
    (18, "signed_certificate_timestamp"),
    (21, "padding"),
    (22, "encrypt_then_mac"),
    (23, "extended_master_secret"),
    (27, "compress_certificate"),
    (28, "record_size_limit"),
    (34, "delegated_credential"),
    (35, "session_ticket"),
    (41, "pre_shared_key"),
    (42, "early_data"),
    (43, "supported_versions"),
    (44, "cookie"),
    (45, "psk_key_exchange_modes"),
    (47, "certificate_authorities"),
    (48, "oid_filters"),
    (49, "post_handshake_auth"),
    (50, "signature_algorithms_cert"),
    (51, "key_share"),
    (53, "connection_id (deprecated)"),
    (54, "connection_id"),
    (0xfe0d, "encrypted_client_hello"),
    (0xff01, "renegotiation_info"),
];

/// Named groups.
pub const GROUPS: Table<u16> = &[
    (0x0015, "secp224r1"),
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (0x0019, "secp521r1"),
    (0x001d, "x25519"),
    (0x001e, "x448"),
    (0x0100, "ffdhe2048"),
    (0x0101, "ffdhe3072"),
    (0x0102, "ffdhe4096"),
    (0x11eb, "SecP256r1MLKEM768"),
    (0x11ec, "X25519MLKEM768"),
    (0x11ed, "SecP384r1MLKEM1024"),
    (0x6399, "X25519Kyber768Draft00"),
];

/// Signature schemes.
pub const SIGNATURE_SCHEMES: Table<u16> = &[
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0203, "ecdsa_sha1"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x0809, "rsa_pss_pss_sha256"),
    (0x080a, "rsa_pss_pss_sha384"),
    (0x080b, "rsa_pss_pss_sha512"),
];

/// SRTP protection profiles, without their common prefix.
pub const SRTP_PROFILES: Table<u16> = &[
    (0x0001, "AES128_CM_HMAC_SHA1_80"),
    (0x0002, "AES128_CM_HMAC_SHA1_32"),
    (0x0005, "NULL_HMAC_SHA1_80"),
    (0x0006, "NULL_HMAC_SHA1_32"),
    (0x0007, "AEAD_AES_128_GCM"),
    (0x0008, "AEAD_AES_256_GCM"),
];

fn name<T: Copy + Ord>(table: Table<T>, value: T) -> Option<&'static str> {
    let at = table.binary_search_by_key(&value, |(row, _)| *row).ok()?;
    table.get(at).map(|(_, name)| *name)
}

/// Name of a content type.
pub fn content_type_name(value: u8) -> Option<&'static str> {
    name(CONTENT_TYPES, value)
}

/// Name of a version on the wire.
pub fn version_name(value: u16) -> Option<&'static str> {
    name(VERSIONS, value)
}

/// Name of a handshake message type.
pub fn handshake_name(value: u8) -> Option<&'static str> {
    name(HANDSHAKES, value)
}

/// Name of an alert's level.
pub fn alert_level_name(value: u8) -> Option<&'static str> {
    match value {
        1 => Some("warning"),
        2 => Some("fatal"),
        _ => None,
    }
}

/// Name of an alert's description.
pub fn alert_name(value: u8) -> Option<&'static str> {
    name(ALERTS, value)
}

/// Name of a cipher suite.
pub fn cipher_suite_name(value: u16) -> Option<&'static str> {
    name(CIPHER_SUITES, value)
}

/// Name of an extension type.
pub fn extension_name(value: u16) -> Option<&'static str> {
    name(EXTENSIONS, value)
}

/// Name of a group for key exchange.
pub fn group_name(value: u16) -> Option<&'static str> {
    name(GROUPS, value)
}

/// Name of a signature scheme.
pub fn signature_scheme_name(value: u16) -> Option<&'static str> {
    name(SIGNATURE_SCHEMES, value)
}

/// Name of an SRTP protection profile, without `SRTP_`.
pub fn srtp_profile_name(value: u16) -> Option<&'static str> {
    name(SRTP_PROFILES, value)
}

/// Whether a cipher suite, extension, group or version is a GREASE value, which means nothing and
/// keeps receivers tolerant (RFC 8701).
pub fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<T: Ord>(table: Table<T>) -> bool {
        table.windows(2).all(|w| w[0].0 < w[1].0)
    }

    #[test]
    fn tables_are_sorted_and_unique() {
        assert!(sorted(CONTENT_TYPES) && sorted(HANDSHAKES) && sorted(ALERTS));
        assert!(sorted(VERSIONS) && sorted(CIPHER_SUITES) && sorted(EXTENSIONS));
        assert!(sorted(GROUPS) && sorted(SIGNATURE_SCHEMES) && sorted(SRTP_PROFILES));
    }

    #[test]
    fn grease_values_are_known() {
        assert!(is_grease(0x0a0a) && is_grease(0xfafa));
        assert!(!is_grease(0x0a1a) && !is_grease(0x1301));
    }
}
