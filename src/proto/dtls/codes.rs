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

/// DTLS 1.0 on the wire.
pub const DTLS10: u16 = 0xfeff;
/// What OpenSSL spoke before RFC 4347 was final, and Cisco AnyConnect still does.
pub const DTLS_PRE_RFC: u16 = 0x0100;
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
/// NewSessionTicket.
pub const NEW_SESSION_TICKET: u8 = 4;
/// EncryptedExtensions.
pub const ENCRYPTED_EXTENSIONS: u8 = 8;
/// RequestConnectionId.
pub const REQUEST_CONNECTION_ID: u8 = 9;
/// NewConnectionId.
pub const NEW_CONNECTION_ID: u8 = 10;
/// Certificate.
pub const CERTIFICATE: u8 = 11;
/// ServerKeyExchange.
pub const SERVER_KEY_EXCHANGE: u8 = 12;
/// CertificateRequest.
pub const CERTIFICATE_REQUEST: u8 = 13;
/// ServerHelloDone.
pub const SERVER_HELLO_DONE: u8 = 14;
/// CertificateVerify.
pub const CERTIFICATE_VERIFY: u8 = 15;
/// ClientKeyExchange.
pub const CLIENT_KEY_EXCHANGE: u8 = 16;
/// Finished.
pub const FINISHED: u8 = 20;
/// KeyUpdate.
pub const KEY_UPDATE: u8 = 24;

/// close_notify.
pub const CLOSE_NOTIFY: u8 = 0;
/// The level of an alert that ends the association.
pub const FATAL: u8 = 2;

/// server_name.
pub const SERVER_NAME: u16 = 0;
/// supported_groups.
pub const SUPPORTED_GROUPS: u16 = 10;
/// ec_point_formats.
pub const EC_POINT_FORMATS: u16 = 11;
/// signature_algorithms.
pub const SIGNATURE_ALGORITHMS: u16 = 13;
/// use_srtp.
pub const USE_SRTP: u16 = 14;
/// application_layer_protocol_negotiation.
pub const ALPN: u16 = 16;
/// compress_certificate.
pub const COMPRESS_CERTIFICATE: u16 = 27;
/// record_size_limit.
pub const RECORD_SIZE_LIMIT: u16 = 28;
/// delegated_credential.
pub const DELEGATED_CREDENTIAL: u16 = 34;
/// session_ticket.
pub const SESSION_TICKET: u16 = 35;
/// pre_shared_key.
pub const PRE_SHARED_KEY: u16 = 41;
/// supported_versions.
pub const SUPPORTED_VERSIONS: u16 = 43;
/// cookie.
pub const COOKIE: u16 = 44;
/// psk_key_exchange_modes.
pub const PSK_KEY_EXCHANGE_MODES: u16 = 45;
/// signature_algorithms_cert.
pub const SIGNATURE_ALGORITHMS_CERT: u16 = 50;
/// key_share.
pub const KEY_SHARE: u16 = 51;
/// connection_id.
pub const CONNECTION_ID: u16 = 54;
/// encrypt_then_mac.
pub const ENCRYPT_THEN_MAC: u16 = 22;
/// extended_master_secret.
pub const EXTENDED_MASTER_SECRET: u16 = 23;
/// renegotiation_info.
pub const RENEGOTIATION_INFO: u16 = 0xff01;

mod suites;

pub use suites::CIPHER_SUITES;

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

/// Extension types.
pub const EXTENSIONS: Table<u16> = &[
    (0, "server_name"),
    (1, "max_fragment_length"),
    (2, "client_certificate_url"),
    (3, "trusted_ca_keys"),
    (4, "truncated_hmac"),
    (5, "status_request"),
    (6, "user_mapping"),
    (7, "client_authz"),
    (8, "server_authz"),
    (9, "cert_type"),
    (10, "supported_groups"),
    (11, "ec_point_formats"),
    (12, "srp"),
    (13, "signature_algorithms"),
    (14, "use_srtp"),
    (15, "heartbeat"),
    (16, "application_layer_protocol_negotiation"),
    (17, "status_request_v2"),
    (18, "signed_certificate_timestamp"),
    (19, "client_certificate_type"),
    (20, "server_certificate_type"),
    (21, "padding"),
    (22, "encrypt_then_mac"),
    (23, "extended_master_secret"),
    (24, "token_binding"),
    (25, "cached_info"),
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
    (52, "transparency_info"),
    (53, "connection_id (deprecated)"),
    (54, "connection_id"),
    (55, "external_id_hash"),
    (56, "external_session_id"),
    (57, "quic_transport_parameters"),
    (58, "ticket_request"),
    (59, "dnssec_chain"),
    (0x3374, "next_protocol_negotiation"),
    (0x4469, "application_settings"),
    (0x44cd, "application_settings_new"),
    (0x754f, "channel_id_old"),
    (0x7550, "channel_id"),
    (0xfe0d, "encrypted_client_hello"),
    (0xff01, "renegotiation_info"),
    (0xffa5, "quic_transport_parameters (drafts version)"),
    (0xffce, "encrypted_server_name"),
];

/// Named groups.
pub const GROUPS: Table<u16> = &[
    (0x0001, "sect163k1"),
    (0x0002, "sect163r1"),
    (0x0003, "sect163r2"),
    (0x0004, "sect193r1"),
    (0x0005, "sect193r2"),
    (0x0006, "sect233k1"),
    (0x0007, "sect233r1"),
    (0x0008, "sect239k1"),
    (0x0009, "sect283k1"),
    (0x000a, "sect283r1"),
    (0x000b, "sect409k1"),
    (0x000c, "sect409r1"),
    (0x000d, "sect571k1"),
    (0x000e, "sect571r1"),
    (0x000f, "secp160k1"),
    (0x0010, "secp160r1"),
    (0x0011, "secp160r2"),
    (0x0012, "secp192k1"),
    (0x0013, "secp192r1"),
    (0x0014, "secp224k1"),
    (0x0015, "secp224r1"),
    (0x0016, "secp256k1"),
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (0x0019, "secp521r1"),
    (0x001a, "brainpoolP256r1"),
    (0x001b, "brainpoolP384r1"),
    (0x001c, "brainpoolP512r1"),
    (0x001d, "x25519"),
    (0x001e, "x448"),
    (0x0029, "curveSM2"),
    (0x0100, "ffdhe2048"),
    (0x0101, "ffdhe3072"),
    (0x0102, "ffdhe4096"),
    (0x0103, "ffdhe6144"),
    (0x0104, "ffdhe8192"),
    (0x0200, "MLKEM512"),
    (0x0201, "MLKEM768"),
    (0x0202, "MLKEM1024"),
    (0x11eb, "SecP256r1MLKEM768"),
    (0x11ec, "X25519MLKEM768"),
    (0x11ed, "SecP384r1MLKEM1024"),
    (0x6399, "X25519Kyber768Draft00"),
];

/// Signature schemes.
pub const SIGNATURE_SCHEMES: Table<u16> = &[
    (0x0101, "rsa_md5"),
    (0x0201, "rsa_pkcs1_sha1"),
    (0x0202, "dsa_sha1"),
    (0x0203, "ecdsa_sha1"),
    (0x0301, "rsa_sha224"),
    (0x0302, "dsa_sha224"),
    (0x0303, "ecdsa_sha224"),
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0402, "dsa_sha256"),
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0502, "dsa_sha384"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0602, "dsa_sha512"),
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
    (0x0009, "DOUBLE_AEAD_AES_128_GCM_AEAD_AES_128_GCM"),
    (0x000a, "DOUBLE_AEAD_AES_256_GCM_AEAD_AES_256_GCM"),
    (0x000b, "ARIA_128_CTR_HMAC_SHA1_80"),
    (0x000c, "ARIA_128_CTR_HMAC_SHA1_32"),
    (0x000d, "ARIA_256_CTR_HMAC_SHA1_80"),
    (0x000e, "ARIA_256_CTR_HMAC_SHA1_32"),
    (0x000f, "AEAD_ARIA_128_GCM"),
    (0x0010, "AEAD_ARIA_256_GCM"),
];

/// Client certificate types of a CertificateRequest of DTLS 1.2.
pub const CERTIFICATE_TYPES: Table<u8> = &[
    (1, "rsa_sign"),
    (2, "dss_sign"),
    (3, "rsa_fixed_dh"),
    (4, "dss_fixed_dh"),
    (64, "ecdsa_sign"),
    (65, "rsa_fixed_ecdh"),
    (66, "ecdsa_fixed_ecdh"),
];

/// Formats of elliptic-curve points.
pub const POINT_FORMATS: Table<u8> = &[
    (0, "uncompressed"),
    (1, "ansiX962_compressed_prime"),
    (2, "ansiX962_compressed_char2"),
];

/// Modes of psk_key_exchange_modes.
pub const PSK_MODES: Table<u8> = &[(0, "psk_ke"), (1, "psk_dhe_ke")];

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

/// Name of a client certificate type.
pub fn certificate_type_name(value: u8) -> Option<&'static str> {
    name(CERTIFICATE_TYPES, value)
}

/// Name of a point format.
pub fn point_format_name(value: u8) -> Option<&'static str> {
    name(POINT_FORMATS, value)
}

/// Name of a PSK key exchange mode.
pub fn psk_mode_name(value: u8) -> Option<&'static str> {
    name(PSK_MODES, value)
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
        assert!(sorted(CERTIFICATE_TYPES) && sorted(POINT_FORMATS) && sorted(PSK_MODES));
        assert!(sorted(GROUPS) && sorted(SIGNATURE_SCHEMES) && sorted(SRTP_PROFILES));
    }

    #[test]
    fn grease_values_are_known() {
        assert!(is_grease(0x0a0a) && is_grease(0xfafa));
        assert!(!is_grease(0x0a1a) && !is_grease(0x1301));
    }
}
