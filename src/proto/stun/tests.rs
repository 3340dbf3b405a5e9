use super::*;
use crate::proto::testing::{decode_as_everything, every_prefix, hex, rows, summary};

/// Sample vectors of RFC 5769: request, IPv4 response, IPv6 response, long-term authentication.
const RFC_5769: [&str; 4] = [
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e00
     01ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5
     b2d3f249c1b571a280280004e57a3bcf",
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112
     a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96",
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113
     a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c",
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015
     001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700
     00080014f67024656dd64a3e02b8e0712e85c9a28ca89666",
];
/// A nominating check from Chromium.
const CHROMIUM_CHECK: &str = "000100502112a4424e34684b497064573258354a000600095242317a3a5563374c
    000000c057000400010000802a0008447a93efc83ea58200250000002400046e7f1eff0008001
    4600b25a4baf42f9745ecb08d673f689143b95b13802800049c788413";
/// coturn: a binding response, a refused and a granted allocation.
const COTURN: [&str; 3] = [
    "010100502112a4424845726b676b68615239636f002000080001f9ab2b4aa540000100080001d8b90a580102802b
     000800010d960a580101802c000800010d970a58020180220014436f7475726e2d342e362e312027476f72737427
     802800045f505662",
    "011300582112a442504a3533467662326461364f0009001000000401556e617574686f72697a6564001500106565
     663530356435656433306565316600 14000b6c61622e6578616d706c650080220014436f7475726e2d342e362e
     312027476f72737427802800047601f244",
    "010300582112a4424c76704c70736e7671454a6e001600080001e1372b4aa6430020000800019b1b2b4aa540000d
     00040000025880220014436f7475726e2d342e362e312027476f72737427000800141097bbfac624215d79376211
     f924b420449922b180280004360c6d7a",
];

fn samples() -> impl Iterator<Item = Vec<u8>> {
    let all = RFC_5769.iter().chain(&COTURN).chain([&CHROMIUM_CHECK]);
    all.map(|text| hex(text))
}

#[test]
fn rfc_5769_request() {
    let bytes = hex(RFC_5769[0]);
    let message = StunMessage::parse(&bytes).unwrap();
    assert_eq!((message.class(), message.method()), (StunClass::Request, 1));
    assert_eq!(message.problem(), None);
    assert!(!message.is_classic());
    assert_eq!(
        message.transaction_id()[..],
        hex("b7e7a701bc34d686fa87dfae")
    );
    assert_eq!(message.username(), Some("evtj:h6vY"));
    assert_eq!(message.priority(), Some(0x6e00_01ff));
    let role = (Role::Controlled, 0x932f_f9b1_5126_3b36);
    assert_eq!(message.role(), Some(role));
    assert!(!message.use_candidate());
    assert_eq!(
        message.value(codes::SOFTWARE),
        Some(Value::Text("STUN test client"))
    );
    assert_eq!(message.verify_fingerprint(), Fingerprint::Valid);
    assert_eq!(
        summary(&message),
        "Binding request  user evtj:h6vY  prio 1845494271 controlled"
    );
}

#[test]
fn rfc_5769_responses() {
    for (text, address) in [
        (RFC_5769[1], "192.0.2.1:32853"),
        (RFC_5769[2], "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let bytes = hex(text);
        let message = StunMessage::parse(&bytes).unwrap();
        assert_eq!(message.class(), StunClass::Success);
        assert_eq!(message.mapped_address(), Some(address.parse().unwrap()));
        assert_eq!(
            message.value(codes::SOFTWARE),
            Some(Value::Text("test vector"))
        );
        assert_eq!(message.verify_fingerprint(), Fingerprint::Valid);
    }
}

#[test]
fn rfc_5769_long_term_authentication() {
    let bytes = hex(RFC_5769[3]);
    let message = StunMessage::parse(&bytes).unwrap();
    assert_eq!(message.username(), Some("マトリックス"));
    assert_eq!(
        message.value(codes::REALM),
        Some(Value::Text("example.org"))
    );
    let nonce = Value::Text("f//499k954d6OL34oL9FSTvy64sA");
    assert_eq!(message.value(codes::NONCE), Some(nonce));
    assert_eq!(message.verify_fingerprint(), Fingerprint::Absent);
}

#[test]
fn chromium_check_nominates() {
    let bytes = hex(CHROMIUM_CHECK);
    let message = StunMessage::parse(&bytes).unwrap();
    assert!(message.use_candidate());
    let network = Value::NetworkInfo { id: 1, cost: 0 };
    assert_eq!(message.value(codes::GOOG_NETWORK_INFO), Some(network));
    assert_eq!(message.verify_fingerprint(), Fingerprint::Valid);
    assert_eq!(
        summary(&message),
        "Binding request  user RB1z:Uc7L  prio 1853824767 controlling use-candidate"
    );
}

#[test]
fn turn_messages_are_read() {
    let bytes = hex(COTURN[1]);
    let refused = StunMessage::parse(&bytes).unwrap();
    assert_eq!((refused.class(), refused.method()), (StunClass::Error, 3));
    assert_eq!(refused.error_code(), Some((401, "Unauthorized")));
    assert_eq!(
        summary(&refused),
        "Allocate error response  401 Unauthorized"
    );
    let bytes = hex(COTURN[2]);
    let granted = StunMessage::parse(&bytes).unwrap();
    assert_eq!(granted.value(codes::LIFETIME), Some(Value::U32(600)));
    let relayed = granted.value(codes::XOR_RELAYED_ADDRESS).unwrap().address();
    assert_eq!(relayed, Some("10.88.2.1:49189".parse().unwrap()));
    let bytes = hex(COTURN[0]);
    let types: Vec<_> = StunMessage::parse(&bytes)
        .unwrap()
        .attributes()
        .map(|a| a.unwrap().name().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "XOR-MAPPED-ADDRESS",
            "MAPPED-ADDRESS",
            "RESPONSE-ORIGIN",
            "OTHER-ADDRESS",
            "SOFTWARE",
            "FINGERPRINT"
        ]
    );
}

#[test]
fn classes_and_methods_are_interleaved() {
    let parse = |message_type: u16| {
        let mut bytes = vec![0; 20];
        bytes[..2].copy_from_slice(&message_type.to_be_bytes());
        let message = StunMessage::parse(&bytes).unwrap();
        (message.class(), message.method())
    };
    assert_eq!(parse(0x0016), (StunClass::Indication, 6));
    assert_eq!(parse(0x0113), (StunClass::Error, 3));
    assert_eq!(parse(0x0200), (StunClass::Request, 0x080), "GOOG-PING");
    assert_eq!(parse(0x3eef), (StunClass::Request, 0xfff));
}

#[test]
fn wrong_lengths_are_told_and_the_attributes_kept() {
    let mut bytes = hex(CHROMIUM_CHECK);
    bytes.extend([1, 2, 3]);
    let message = StunMessage::parse(&bytes).unwrap();
    let problem = ParseError::length("STUN message length", 2, 80, 83);
    assert_eq!(message.problem(), Some(problem));
    assert_eq!(message.attributes().count(), 7);
    bytes.truncate(62);
    let message = StunMessage::parse(&bytes).unwrap();
    assert_eq!(message.username(), Some("RB1z:Uc7L"));
    assert_eq!(message.verify_fingerprint(), Fingerprint::Absent);
    assert!(message.attributes().last().unwrap().is_err());
    assert_eq!(StunMessage::parse_cut(&bytes, 38).unwrap().problem(), None);
}

#[test]
fn changed_bytes_make_the_fingerprint_wrong() {
    let mut bytes = hex(RFC_5769[0]);
    bytes[30] ^= 1;
    let message = StunMessage::parse(&bytes).unwrap();
    assert!(matches!(
        message.verify_fingerprint(),
        Fingerprint::Wrong {
            found: 0xe57a_3bcf,
            ..
        }
    ));
}

#[test]
fn bad_values_say_where() {
    // An address of family 3, an error code of 799, a priority of two bytes.
    let bytes = hex("010100202112a442000000000000000000000000
         00200008000311112222 2222 0009000400000763 00240002 0001 0000");
    let message = StunMessage::parse(&bytes).unwrap();
    let errors: Vec<_> = message
        .attributes()
        .map(|a| a.unwrap().value().unwrap_err().to_string())
        .collect();
    assert_eq!(
        errors,
        [
            "address family at byte 25 is 3, expected 1 (IPv4) or 2 (IPv6)",
            "error code at byte 38 is 799, expected 300 to 699",
            "attribute value at byte 44 is cut short: needs 4 bytes, has 2",
        ]
    );
    assert!(rows(&message, &bytes).iter().filter(|r| r.problem).count() >= 3);
}

#[test]
fn text_cannot_steer_a_terminal() {
    let bytes = hex("0001000c2112a442000000000000000000000000 00060008 61 1b5b324a 0a 6262");
    let message = StunMessage::parse(&bytes).unwrap();
    assert_eq!(message.username(), Some("a\u{1b}[2J\nbb"));
    assert_eq!(
        summary(&message),
        "Binding request  user a\\u{1b}[2J\\u{a}bb"
    );
}

#[test]
fn prefixes_and_flipped_bytes_are_answered() {
    for bytes in samples() {
        every_prefix(&bytes);
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0xff;
            decode_as_everything(&bad);
        }
    }
}

/// The keys of the RFC 5769 vectors: short-term, and long-term for the last.
fn rfc_5769_keys() -> [Key; 4] {
    let short = || Key::short_term("VOkJxbRl1RmTxUk/WvJxBt");
    let long = Key::long_term_md5("マトリックス", "example.org", "TheMatrIX");
    [short(), short(), short(), long]
}

#[test]
fn rfc_5769_integrity_holds_and_one_flipped_bit_breaks_it() {
    for (text, key) in RFC_5769.iter().zip(rfc_5769_keys()) {
        let bytes = hex(text);
        let message = StunMessage::parse(&bytes).unwrap();
        assert_eq!(message.verify_integrity(&key), Integrity::Valid);
        let other = Key::short_term("VOkJxbRl1RmTxUk/WvJxBT");
        assert_eq!(message.verify_integrity(&other), Integrity::Wrong);
        let integrity = message.attribute(codes::MESSAGE_INTEGRITY).unwrap();
        // Every bit before it and of it, but those of the lengths, which decide what is covered.
        let end = integrity.offset + 24;
        let starts: Vec<usize> = message.attributes().map(|a| a.unwrap().offset).collect();
        let is_length =
            |at: usize| (2..4).contains(&at) || starts.iter().any(|s| (s + 2..s + 4).contains(&at));
        for at in (0..end).filter(|at| !is_length(*at)) {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                let Ok(message) = StunMessage::parse(&bad) else {
                    continue;
                };
                let outcome = message.verify_integrity(&key);
                assert_ne!(outcome, Integrity::Valid, "bit {bit} of byte {at}");
            }
        }
    }
}

#[test]
fn rfc_5769_fingerprint_breaks_with_any_flipped_bit_before_it() {
    for text in &RFC_5769[..3] {
        let bytes = hex(text);
        let at_fingerprint = bytes.len() - 8;
        for at in 4..at_fingerprint {
            let mut bad = bytes.clone();
            bad[at] ^= 0x10;
            let message = StunMessage::parse(&bad).unwrap();
            assert_ne!(
                message.verify_fingerprint(),
                Fingerprint::Valid,
                "byte {at}"
            );
        }
    }
}

#[test]
fn classic_servers_are_understood() {
    // A response of RFC 3489 with the attributes of its servers; the addresses are TEST-NETs.
    let bytes = hex("01010030 00112233445566778899aabbccddeeff
        00010008 0001 1f90 c0000201  00040008 0001 0d96 cb007101
        00050008 0001 0d97 cb007102  80200008 0001 1f81 c01123 32");
    let message = StunMessage::parse(&bytes).unwrap();
    assert!(message.is_classic());
    assert_eq!(message.problem(), None);
    let named: Vec<_> = message
        .attributes()
        .map(|a| a.unwrap())
        .map(|a| {
            (
                a.name().unwrap(),
                a.value().unwrap().address().unwrap().to_string(),
            )
        })
        .collect();
    // XORed with the transaction id, which begins where the cookie would be.
    assert_eq!(
        named,
        [
            ("MAPPED-ADDRESS", "192.0.2.1:8080".to_owned()),
            ("SOURCE-ADDRESS", "203.0.113.1:3478".to_owned()),
            ("CHANGED-ADDRESS", "203.0.113.2:3479".to_owned()),
            ("XOR-MAPPED-ADDRESS", "192.0.1.1:8080".to_owned()),
        ]
    );
    let request = hex("00010008 00112233445566778899aabbccddeeff 00030004 00000006");
    assert_eq!(
        summary(&StunMessage::parse(&request).unwrap()),
        "Binding request  asks to change IP true, change port true"
    );
}

/// One attribute of each layout: (type, value, what the decode tree shows).
const LAYOUTS: &[(u16, &str, &str)] = &[
    (0x0018, "80", "reserve the next port too"),
    (0x0018, "00", "even port"),
    (
        0x001b,
        "0004 01020304 aabbccdd",
        "nonce 01020304, 4 bytes encrypted",
    ),
    (0x001d, "00020000", "SHA-256"),
    (
        0x8002,
        "00010000 00020000 0009000155000000",
        "MD5, SHA-256, algorithm 0x0009 (55)",
    ),
    (
        0x8004,
        "00000304 000005dc",
        "type 3, code 4, data 0x000005dc",
    ),
    (0x8025, "00000301", "request 3, response 1"),
    (0x802d, "00000005", "ECN field 2"),
    (0x802d, "00000004", "not valid"),
    (0x8000, "02000000", "IPv6"),
    (0x002a, "0000beef", "0x0000beef"),
    (0xc059, "0001 0002", "1, 2"),
    (0xc071, "deadbeef 00000001", "0xdeadbeef, 0x00000001"),
    (0x8055, "0001 0000", "stream type 1, quality 0"),
    (
        0x8050,
        "000102030405060708090a0b0c0d0e0f10111213 00000007",
        "connection 000102030405060708090a0b0c0d0e0f10111213, number 7",
    ),
    (0x8095, "0000000000000001", "0x0000000000000001"),
    (0x0014, "6c6162", "lab"),
    (0x8030, "aabb", "aabb"),
    (0x4003, "0102", "0102"),
];

#[test]
fn every_layout_is_decoded_and_its_prefixes_are_answered() {
    for (kind, value, shown) in LAYOUTS {
        let value = hex(value);
        let mut bytes = hex("00010000 2112a442 000000000000000000000000");
        bytes.extend(kind.to_be_bytes());
        bytes.extend((value.len() as u16).to_be_bytes());
        bytes.extend(&value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let length = bytes.len() as u16 - 20;
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        let message = StunMessage::parse(&bytes).unwrap();
        let attribute = message.attribute(*kind).unwrap();
        let rows = rows(&message, &bytes);
        let row = rows.iter().find(|r| r.label == attribute.name().unwrap());
        assert_eq!(row.unwrap().value, *shown, "0x{kind:04x}");
        every_prefix(&bytes);
        // Shorter values, whose lengths are right.
        for len in 0..value.len() {
            let mut short = bytes[..24 + len].to_vec();
            short[2..4].copy_from_slice(&(4 + len as u16).to_be_bytes());
            short[22..24].copy_from_slice(&(len as u16).to_be_bytes());
            decode_as_everything(&short);
        }
    }
}

#[test]
fn unknown_attributes_keep_their_bytes_and_say_whether_they_matter() {
    let bytes =
        hex("00010010 2112a442 000000000000000000000000 7abc0004 01020304 f0000004 05060708");
    let message = StunMessage::parse(&bytes).unwrap();
    let rows = rows(&message, &bytes);
    let of = |label: &str| {
        rows.iter()
            .find(|r| r.label == label)
            .map(|r| r.value.as_str())
    };
    assert_eq!(
        of("attribute 0x7abc (comprehension required)"),
        Some("01020304")
    );
    assert_eq!(of("attribute 0xf000 (optional)"), Some("05060708"));
}

#[test]
fn a_flood_of_attributes_is_read_once_and_shown_in_part() {
    let mut bytes = hex("00010000 2112a442 000000000000000000000000");
    for _ in 0..16_000 {
        bytes.extend([0xc0, 0x70, 0, 0]);
    }
    let length = (bytes.len() - 20) as u16;
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    let message = StunMessage::parse(&bytes).unwrap();
    assert_eq!(message.attributes().count(), 16_000);
    assert!(summary(&message).len() < 1_000);
    assert_eq!(
        message.verify_integrity(&Key::short_term("x")),
        Integrity::Absent
    );
}

#[test]
fn what_follows_message_integrity_is_ignored() {
    let mut data = vec![0, 1, 0, 32, 0x21, 0x12, 0xa4, 0x42];
    data.extend([7; 12]);
    data.extend([0, 8, 0, 20]);
    data.extend([0; 20]);
    let sealed = data.len();
    data.extend([0, 0x25, 0, 0]); // USE-CANDIDATE
    data.extend([0x80, 0x28, 0, 4, 0, 0, 0, 0]); // FINGERPRINT
    data[3] = (data.len() - 20) as u8;
    let message = StunMessage::parse(&data).unwrap();
    assert!(!message.use_candidate());
    assert!(message.attribute(codes::FINGERPRINT).is_some());
    assert_eq!(message.attributes().count(), 3, "it is still shown");
    // The same before it counts.
    let after = data.drain(sealed..sealed + 4).collect::<Vec<_>>();
    data.splice(20..20, after);
    assert!(StunMessage::parse(&data).unwrap().use_candidate());
}
