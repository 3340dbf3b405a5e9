use super::*;
use crate::proto::testing::{decode_as_everything, every_prefix, hex, rows, summary};
use crate::wire::Reason;

/// Janus (OpenSSL): a ClientHello of DTLS 1.2 in one record.
const JANUS_CLIENT_HELLO: &str =
    "16feff000000000000000000af010000a300000000000000a3fefd33c7386baff4
    8bfde16d7ddd9720423fca8d6acd8a45b032b2a60d10f497a8ea00000020cca9cca8ccaac02bc02f009ec00ac014003
    9c009c0130033009c0035002f00ff01000059000b000403000102000a00040002001700230000000e000b0008000800
    0700010002000016000000170000000d002a0028040305030603080708080809080a080b08040805080604010501060
    1030303010302040205020602";
/// Chromium's answer: ServerHello, ServerKeyExchange, CertificateRequest, ServerHelloDone.
const SERVER_FLIGHT: &str =
    "16fefd0000000000000000006c020000600000000000000060fefd6b0317dfe717c44e04
    c5c397737f71197547b8c06c20532f444f574e475244012013296e59a745087ecac9dbd686a2f55306f2d2e056fb9fa
    8cbd7a1f8a21a3038cca900001800170000ff01000100000b00020100000e00050002000100
    16fefd0000000000000002009c0c00009000020000000000900300174104dcc8e3464de0dbf57ced66c1e97cd8e8d19
    c37bb7c2ca6233a44d8f556b42bce87c41046c66768089b4b58bdb1894afbdc2e9de85479b59d49f78a9720f9183c04
    0300473045022100bf8c3e68ef0945fb303a2d51816e7db49fc4e8615ea6c5189936c02fe38f79a80220459a8de4339
    fef4e54bde01db003023c39afb981c904568959c417a427d3be5c
    16fefd0000000000000004000c0e0000000004000000000000";

/// The start and end of Chromium's ClientHello, 1413 bytes with a post-quantum key between them.
const CHROMIUM_HELLO_START: &str =
    "fefdbe903a30008b105450a5ccd49c1350a5f6daab58b3adb2d39e1bcb00bbb33
    c230000001c130113021303c02bc02fcca9cca8c009c013c00ac014009c002f00350100053f002b000504fefcfefd00
    2d00020101003304ea04e811ec04c0";
const CHROMIUM_HELLO_END: &str =
    "001d0020edd047d0d54d8100b4db8742c383ac5bad64f142424fd4d280d197ae447
    b1b02000e0009000600010008000700000a000a000811ec001d00170018000b0002010000170000000d001400120403
    08040401050308050501080606010201ff01000100";

fn chromium_hello() -> Vec<u8> {
    let key = vec![0x55; 0x4c0];
    let hello = [hex(CHROMIUM_HELLO_START), key, hex(CHROMIUM_HELLO_END)].concat();
    assert_eq!(hello.len(), 1413);
    hello
}

/// A record with a handshake fragment of the Chromium ClientHello.
fn hello_fragment(range: std::ops::Range<usize>) -> Vec<u8> {
    let hello = chromium_hello();
    let u24 = |n: usize| (n as u32).to_be_bytes()[1..].to_vec();
    let length = ((12 + range.len()) as u16).to_be_bytes();
    let start = hex("16feff0000000000000000");
    let offset = u24(range.start);
    let header = [
        vec![1],
        u24(hello.len()),
        vec![0, 0],
        offset,
        u24(range.len()),
    ]
    .concat();
    [&start[..], &length, &header, &hello[range]].concat()
}

fn records(data: &[u8]) -> Vec<Record<'_>> {
    let datagram = DtlsDatagram::new(data, 0);
    datagram.records().map(Result::unwrap).collect()
}

fn first_handshake<'a>(record: &Record<'a>) -> Handshake<'a> {
    record.handshakes().next().unwrap().unwrap()
}

#[test]
fn client_hello_of_dtls_12_is_read() {
    let data = hex(JANUS_CLIENT_HELLO);
    let [record] = records(&data).try_into().unwrap();
    assert_eq!((record.epoch(), record.sequence()), (Some(0), Some(0)));
    assert!(!record.is_encrypted());
    let message = first_handshake(&record);
    assert!(message.is_whole());
    assert_eq!((message.offset, message.body_offset()), (13, 25));
    let parsed = ClientHello::parse(message.body, message.body_offset());
    assert_eq!(parsed.problem, None);
    let hello = parsed.value;
    assert_eq!(hello.legacy_version, codes::DTLS12);
    assert_eq!(hello.random[..4], [0x33, 0xc7, 0x38, 0x6b]);
    assert_eq!(hello.cipher_suites.len(), 16);
    let first = hello.cipher_suites.iter().next().unwrap();
    let name = codes::cipher_suite_name(first);
    assert_eq!(name, Some("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"));
    let srtp = hello
        .extension(codes::USE_SRTP)
        .unwrap()
        .use_srtp()
        .unwrap();
    assert_eq!(srtp.profiles.iter().collect::<Vec<_>>(), [8, 7, 1, 2]);
    assert!(srtp.mki.is_empty() && !hello.offers_dtls13());
    let groups = hello.extension(codes::SUPPORTED_GROUPS).unwrap();
    let groups = groups.supported_groups().unwrap();
    assert_eq!(groups.iter().collect::<Vec<_>>(), [0x17]);
    assert_eq!(
        summary(&DtlsDatagram::new(&data, 0)),
        "DTLS Handshake ClientHello"
    );
}

#[test]
fn server_flight_of_dtls_12_is_read() {
    let data = hex(SERVER_FLIGHT);
    let all = records(&data);
    assert_eq!(all.len(), 3);
    let message = first_handshake(&all[0]);
    let parsed = ServerHello::parse(message.body, message.body_offset());
    assert_eq!(parsed.problem, None);
    let hello = parsed.value;
    assert_eq!(
        (hello.version(), hello.cipher_suite),
        (codes::DTLS12, Some(0xcca9))
    );
    assert_eq!(hello.session_id.len(), 32);
    assert!(!hello.is_hello_retry_request());
    let srtp = hello
        .extension(codes::USE_SRTP)
        .unwrap()
        .use_srtp()
        .unwrap();
    assert_eq!(srtp.profiles.iter().collect::<Vec<_>>(), [1]);
    let key_exchange = first_handshake(&all[1]);
    assert_eq!(server_key_exchange_group(key_exchange.body), Some(0x17));
    assert_eq!(
        summary(&DtlsDatagram::new(&data, 0)),
        "DTLS 1.2 Handshake ServerHello + Handshake ServerKeyExchange + Handshake ServerHelloDone"
    );
}

#[test]
fn post_quantum_client_hello_is_read_whole() {
    let hello = chromium_hello();
    let parsed = ClientHello::parse(&hello, 0);
    assert_eq!(parsed.problem, None);
    let hello = parsed.value;
    assert!(hello.offers_dtls13());
    let shares = hello.extension(codes::KEY_SHARE).unwrap();
    let shares: Vec<_> = shares.client_key_shares().unwrap().collect();
    let got: Vec<_> = shares.iter().map(|s| (s.group, s.key.len())).collect();
    assert_eq!(got, [(0x11ec, 1216), (0x1d, 32)]);
    assert_eq!(codes::group_name(0x11ec), Some("X25519MLKEM768"));
    let types: Vec<_> = hello
        .extensions()
        .map(|e| e.unwrap().extension_type)
        .collect();
    assert_eq!(types, [43, 45, 51, 14, 10, 11, 23, 13, 0xff01]);
}

#[test]
fn a_fragment_of_a_client_hello_gives_what_it_has() {
    let data = hello_fragment(0..1175);
    let datagram = DtlsDatagram::new(&data, 0);
    assert_eq!(
        summary(&datagram),
        "DTLS Handshake ClientHello (fragment 0..1175 of 1413)"
    );
    let [record] = records(&data).try_into().unwrap();
    let message = first_handshake(&record);
    assert!(!message.is_whole() && message.problem().is_none());
    let parsed = ClientHello::parse(message.body, message.body_offset());
    assert_eq!(parsed.value.cipher_suites.len(), 14);
    assert!(parsed.value.offers_dtls13());
    let problem = parsed.problem.unwrap();
    assert_eq!((problem.what, problem.offset), ("extension", 25 + 89));
    let Reason::Truncated { need, .. } = problem.reason else {
        panic!("{problem}");
    };
    assert_eq!(need, 0x4ea);
    let rows = rows(&datagram, &data);
    assert!(
        rows.iter().all(|row| !row.problem),
        "to be continued is not a problem"
    );
    assert!(
        rows.iter()
            .any(|row| row.value.contains("TLS_AES_128_GCM_SHA256"))
    );
    let data = hello_fragment(1175..1413);
    assert_eq!(
        summary(&DtlsDatagram::new(&data, 0)),
        "DTLS 1.0 Handshake ClientHello (fragment 1175..1413 of 1413)"
    );
}

#[test]
fn a_hello_that_ends_between_two_extensions_says_so() {
    let hello = chromium_hello();
    let before_key_share = hex(CHROMIUM_HELLO_START).len() - 10;
    let parsed = ClientHello::parse(&hello[..before_key_share], 0);
    assert_eq!(parsed.value.extensions().count(), 2);
    assert_eq!(parsed.problem.unwrap().what, "extensions");
    let parsed = ClientHello::parse(&hello[..50], 0);
    assert_eq!(parsed.value.cipher_suites.len(), 6);
    assert_eq!(parsed.problem.unwrap().what, "cipher suites");
}

#[test]
fn server_hello_of_dtls_13_and_retry_request_are_told_apart() {
    let retry = hex(
        "fefd cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c
         00 1301 00 000c 002b0002fefc 003300020017",
    );
    let hello = ServerHello::parse(&retry, 0).value;
    assert!(hello.is_hello_retry_request());
    assert_eq!(hello.version(), codes::DTLS13);
    let share = hello
        .extension(codes::KEY_SHARE)
        .unwrap()
        .server_key_share();
    assert_eq!(share.map(|s| (s.group, s.key.len())), Some((0x17, 0)));
    let record = [
        &hex("16fefd0000000000000000 0040 02000034 0000 000000 000034")[..],
        &retry,
    ]
    .concat();
    let datagram = DtlsDatagram::new(&record, 0);
    assert_eq!(summary(&datagram), "DTLS 1.3 Handshake HelloRetryRequest");
}

#[test]
fn hello_verify_request_is_read() {
    let body = hex("feff 04 01020304");
    let request = HelloVerifyRequest::parse(&body, 0).unwrap();
    assert_eq!(
        (request.version, request.cookie),
        (0xfeff, &[1, 2, 3, 4][..])
    );
    assert!(HelloVerifyRequest::parse(&hex("feff 04 0102"), 0).is_err());
}

#[test]
fn alerts_in_clear_are_read_and_encrypted_ones_are_not() {
    let clear = hex("15fefd 0000 000000000005 0002 0228");
    assert_eq!(
        records(&clear)[0].alert(),
        Some(Alert {
            level: 2,
            description: 40
        })
    );
    let datagram = DtlsDatagram::new(&clear, 0);
    assert_eq!(summary(&datagram), "DTLS 1.2 Alert fatal handshake_failure");
    let encrypted = hex("15fefd 0001 000000000005 0003 022800");
    assert_eq!(records(&encrypted)[0].alert(), None);
    let datagram = DtlsDatagram::new(&encrypted, 0);
    assert_eq!(summary(&datagram), "DTLS 1.2 Alert, 3 bytes encrypted");
}

#[test]
fn unified_headers_are_read() {
    // With a 16-bit number and length, then with an 8-bit number and no length.
    let data = hex("2e 0102 0003 aabbcc 21 07 0102030405");
    let all = records(&data);
    assert_eq!(
        all[0].header,
        Header::Unified {
            connection_id: None,
            epoch_bits: 2,
            encrypted_sequence: 0x0102,
            long_sequence: true,
            length: Some(3),
        }
    );
    assert_eq!(all[0].fragment, [0xaa, 0xbb, 0xcc]);
    assert_eq!((all[1].offset, all[1].fragment.len()), (8, 5));
    assert!(all.iter().all(Record::is_encrypted));
    assert_eq!(
        summary(&DtlsDatagram::new(&data, 0)),
        "DTLS 1.3 record, 3 bytes encrypted + record, 5 bytes encrypted"
    );
}

#[test]
fn connection_ids_need_their_length() {
    let data = hex("19fefd 0001 000000000001 c1c2 0003 010203");
    let mut all = DtlsDatagram::new(&data, 0)
        .records()
        .with_connection_id_len(2);
    let record = all.next().unwrap().unwrap();
    assert!(record.is_encrypted());
    assert_eq!(
        (record.content_type(), record.fragment),
        (None, &[1, 2, 3][..])
    );
    assert!(all.next().is_none());
    // A record that ends with its datagram tells the length itself.
    let guessed = records(&data);
    assert_eq!((guessed.len(), guessed[0].fragment), (1, &[1, 2, 3][..]));
    let unified = hex("3d c1c2c3 0001 0003 010203");
    let Header::Unified { connection_id, .. } = records(&unified)[0].header else {
        panic!("a unified header");
    };
    assert_eq!(connection_id, Some(&[0xc1, 0xc2, 0xc3][..]));
}

#[test]
fn a_bad_record_does_not_hide_the_good_one_before_it() {
    let data = hex("14fefd 0000 000000000001 0001 01 16fefd 0001 000000000000 0030 0011");
    let all: Vec<_> = DtlsDatagram::new(&data, 0).records().collect();
    assert_eq!(
        all[0].unwrap().content_type(),
        Some(codes::CHANGE_CIPHER_SPEC)
    );
    assert_eq!(all[1], Err(ParseError::length("record length", 25, 48, 2)));
    let cut: Vec<_> = DtlsDatagram::new(&data, 46).records().collect();
    assert_eq!(cut[1].map(|r| (r.missing, r.fragment.len())), Ok((46, 2)));
}

#[test]
fn certificates_are_walked() {
    let body = hex("000009 000002 aabb 000001 cc");
    let all: Vec<_> = Certificates::parse(&body, 0).unwrap().collect();
    assert_eq!(all, [Ok(&[0xaa, 0xbb][..]), Ok(&[0xcc][..])]);
    let body = hex("000006 000004 aabbcc");
    assert!(Certificates::parse(&body, 0).unwrap().any(|c| c.is_err()));
}

#[test]
fn fragments_past_the_end_of_their_message_are_told() {
    let data = hex("16fefd 0000 000000000000 000e 01000004 0000 000003 000002 aabb");
    let message = first_handshake(&records(&data)[0]);
    let problem = message.problem().unwrap();
    assert_eq!((problem.what, problem.offset), ("fragment length", 22));
}

#[test]
fn what_the_capture_cut_is_no_problem_of_the_sender() {
    let data = hex(JANUS_CLIENT_HELLO);
    for end in 14..data.len() {
        let datagram = DtlsDatagram::new(&data[..end], (data.len() - end) as u32);
        let rows = rows(&datagram, &data);
        assert!(rows.iter().all(|row| !row.problem), "{end}: {rows:?}");
        assert!(rows.iter().any(|row| row.label == "not captured"));
    }
    // A fragment that claims more than its record has is one.
    let bad = hex("16fefd 0000 000000000000 000e 01000004 0000 000000 000004 aabb");
    let message = first_handshake(&records(&bad)[0]);
    let problem = ParseError::length("fragment length", 22, 4, 2);
    assert_eq!(message.problem(), Some(problem));
}

#[test]
fn prefixes_and_flipped_bytes_are_answered() {
    for data in [hex(JANUS_CLIENT_HELLO), hex(SERVER_FLIGHT)] {
        every_prefix(&data);
        for at in 0..data.len() {
            let mut bad = data.clone();
            bad[at] ^= 0xff;
            decode_as_everything(&bad);
        }
    }
    let hello = chromium_hello();
    for end in 0..hello.len() {
        ClientHello::parse(&hello[..end], 0);
        ServerHello::parse(&hello[..end], 0);
    }
}

#[test]
fn the_decode_tree_names_what_is_in_the_smaller_messages() {
    let request = "0201400004040308040000";
    let record = hex(&format!(
        "16fefd0000000000000003 0017 0d00000b 0003 000000 00000b {request}"
    ));
    let datagram = DtlsDatagram::new(&record, 0);
    let rows = rows(&datagram, &record);
    let has = |value: &str| rows.iter().any(|row| row.value.contains(value));
    assert!(has("ecdsa_sign (64)") && has("ecdsa_secp256r1_sha256"));
    assert!(rows.iter().all(|row| !row.problem), "{rows:?}");
    every_prefix(&record);
}

#[test]
fn the_decode_tree_lists_what_an_ack_acknowledges() {
    let record = hex("1afefd0000000000000002 0012 0010 0000000000000000 0000000000000001");
    let datagram = DtlsDatagram::new(&record, 0);
    let rows = rows(&datagram, &record);
    let row = rows.iter().find(|row| row.label == "acknowledges").unwrap();
    assert_eq!(row.value, "epoch 0, record 1");
    assert_eq!(row.bytes, Some(15..31));
    every_prefix(&record);
}

/// The value was computed apart, in Python, from the specification.
#[test]
fn the_ja4_of_a_real_hello_is_as_computed_elsewhere() {
    let data = hex(JANUS_CLIENT_HELLO);
    let [record] = records(&data).try_into().unwrap();
    let message = first_handshake(&record);
    let hello = ClientHello::parse(message.body, 0).value;
    assert_eq!(ja4(&hello), "dd2i160700_7c8d7d5e37b2_20344ea827a4");
}
