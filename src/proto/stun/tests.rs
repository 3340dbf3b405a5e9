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
