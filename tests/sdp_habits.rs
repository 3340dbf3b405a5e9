//! What real stacks write about bundling, header extensions, simulcast, sources and data channels,
//! each habit in the smallest description that shows it: none may be called an error, and what is
//! more than that is listed.
//!
//! Written for this test after the stacks' own documentation and source, not recorded.

#![allow(clippy::unwrap_used, clippy::panic)]

use rtcscope::diag::Severity;
use rtcscope::lint::{Config, Linter, Role};

const TRANSPORT: &str = "a=ice-ufrag:F7gI\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\n\
    a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1\n";

/// A whole description of `session` lines and `sections`; `T` stands for the transport's lines.
fn whole(session: &str, sections: &[&str]) -> String {
    let mut text = String::from("v=0\no=- 4611731400430051336 2 IN IP4 127.0.0.1\ns=-\nt=0 0\n");
    text += session;
    for section in sections {
        let (head, rest) = section.split_once('\n').unwrap();
        text += &format!(
            "{head}\nc=IN IP4 0.0.0.0\n{}",
            rest.replace("T\n", TRANSPORT)
        );
    }
    text.replace('\n', "\r\n")
}

/// The codes of all findings, and that none is an error.
fn codes(role: Role, text: &str) -> Vec<&'static str> {
    codes_of(Some(role), text)
}

/// The same of a description whose role may be unknown.
fn codes_of(role: Option<Role>, text: &str) -> Vec<&'static str> {
    let reports = Linter::new(Config::default()).lint(text.as_bytes(), role);
    let found: Vec<_> = reports.into_iter().flat_map(|r| r.diagnostics).collect();
    let errors: Vec<_> = found
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    let mut codes: Vec<_> = found.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn clean(role: Role, session: &str, sections: &[&str]) {
    let text = whole(session, sections);
    assert_eq!(codes(role, &text), [""; 0], "{text}");
}

#[test]
fn chrome_offers_twenty_sections_of_one_kind() {
    let sections: Vec<String> = (0..20)
        .map(|i| {
            let direction = ["sendrecv", "recvonly", "inactive"][i % 3];
            format!(
                "m=video 9 UDP/TLS/RTP/SAVPF 96 97\na=rtcp:9 IN IP4 0.0.0.0\nT\na=setup:actpass\n\
                 a=mid:{i}\na=extmap:1 urn:ietf:params:rtp-hdrext:toffset\n\
                 a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\na={direction}\na=msid:- t{i}\n\
                 a=rtcp-mux\na=rtcp-rsize\na=rtpmap:96 VP8/90000\na=rtpmap:97 rtx/90000\n\
                 a=fmtp:97 apt=96\na=ssrc-group:FID {a} {b}\na=ssrc:{a} cname:x\na=ssrc:{a} msid:- t{i}\n\
                 a=ssrc:{b} cname:x\na=ssrc:{b} msid:- t{i}\n",
                a = 2 * i + 1,
                b = 2 * i + 2,
            )
        })
        .collect();
    let tags: Vec<String> = (0..20).map(|i| i.to_string()).collect();
    let session = format!(
        "a=group:BUNDLE {}\na=extmap-allow-mixed\na=msid-semantic: WMS stream\n",
        tags.join(" ")
    );
    let sections: Vec<&str> = sections.iter().map(String::as_str).collect();
    clean(Role::Offer, &session, &sections);
}

#[test]
fn chrome_offers_two_byte_ids_beside_one_byte_ids() {
    clean(
        Role::Offer,
        "a=group:BUNDLE 0\na=extmap-allow-mixed\n",
        &[
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:actpass\na=mid:0\na=rtcp-mux\n\
           a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n\
           a=extmap:16 urn:ietf:params:rtp-hdrext:sdes:mid\n\
           a=extmap:17 urn:ietf:params:rtp-hdrext:encrypt urn:ietf:params:rtp-hdrext:sdes:mid\n\
           a=rtpmap:111 opus/48000/2\n",
        ],
    );
}

#[test]
fn chrome_answers_with_the_transport_in_every_section() {
    clean(
        Role::Answer,
        "a=group:BUNDLE 0 1\na=msid-semantic: WMS\n",
        &[
            "m=audio 53104 UDP/TLS/RTP/SAVPF 111\na=rtcp:9 IN IP4 0.0.0.0\nT\na=setup:active\na=mid:0\n\
             a=rtcp-mux\na=recvonly\na=rtpmap:111 opus/48000/2\n",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nT\na=setup:active\na=mid:1\n\
             a=sctp-port:5000\na=max-message-size:262144\n",
        ],
    );
}

#[test]
fn an_offer_with_bundle_only_sections() {
    clean(
        Role::Offer,
        "a=group:BUNDLE 0 1\n",
        &[
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:actpass\na=mid:0\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n",
            "m=video 0 UDP/TLS/RTP/SAVPF 96\na=mid:1\na=bundle-only\na=rtpmap:96 VP8/90000\n",
        ],
    );
}

#[test]
fn firefox_names_streams_in_braces_and_sources_by_cname_only() {
    clean(
        Role::Offer,
        "a=sendrecv\na=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1\n\
         a=group:BUNDLE 0 1\na=ice-options:trickle\na=msid-semantic:WMS *\n",
        &[
            "m=audio 9 UDP/TLS/RTP/SAVPF 109\na=sendrecv\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n\
             a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level\n\
             a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\nT\na=mid:0\n\
             a=msid:{5a990edd-0568-ac40-8d97-310fc33f3411} {218cfa1c-617d-2249-9997-60929ce4c405}\n\
             a=rtcp-mux\na=rtpmap:109 opus/48000/2\na=setup:actpass\na=ssrc:2655508255 cname:{735484ea-4f6c-f74a-bd66-7425f8476c2e}\n",
            "m=video 0 UDP/TLS/RTP/SAVPF 120\na=bundle-only\na=sendonly\n\
             a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\n\
             a=extmap:7/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n\
             a=extmap:8/sendonly urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\n\
             a=mid:1\na=rid:h send\na=rid:l send\na=simulcast:send h;~l\na=rtcp-mux\na=rtpmap:120 VP8/90000\n\
             a=ssrc:1 cname:{735484ea-4f6c-f74a-bd66-7425f8476c2e}\n",
        ],
    );
}

#[test]
fn firefox_rejects_sections_without_tag() {
    clean(
        Role::Answer,
        "a=group:BUNDLE 0\n",
        &[
            "m=audio 9 UDP/TLS/RTP/SAVPF 109\nT\na=setup:active\na=mid:0\na=rtcp-mux\na=rtpmap:109 opus/48000/2\n",
            "m=video 0 UDP/TLS/RTP/SAVPF 120\na=inactive\n",
        ],
    );
}

#[test]
fn old_firefox_and_its_simulcast() {
    let text = whole(
        "a=group:BUNDLE 0\n",
        &[
            "m=video 9 UDP/TLS/RTP/SAVPF 120\nT\na=setup:actpass\na=mid:0\na=rtcp-mux\n\
           a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n\
           a=rid:a send\na=rid:b send\na=simulcast: send rid=a;b\na=rtpmap:120 VP8/90000\n",
        ],
    );
    assert_eq!(codes(Role::Offer, &text), ["SDP511"]);
}

#[test]
fn data_channels_by_the_drafts() {
    let text = whole(
        "a=group:BUNDLE audio data\n",
        &[
            "m=audio 9 RTP/SAVPF 111\nT\na=setup:actpass\na=mid:audio\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n",
            "m=application 9 DTLS/SCTP 5000\nT\na=setup:actpass\na=mid:data\n\
             a=sctpmap:5000 webrtc-datachannel 1024\n",
        ],
    );
    assert_eq!(codes(Role::Offer, &text), ["SDP602"]);
}

#[test]
fn conferences_with_many_sources_in_plan_b() {
    let mut audio = String::from(
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:actpass\na=mid:audio\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n",
    );
    for ssrc in 1..200 {
        audio += &format!("a=ssrc:{ssrc} cname:c{ssrc}\na=ssrc:{ssrc} msid:s{ssrc} t{ssrc}\n");
    }
    let video = "m=video 9 UDP/TLS/RTP/SAVPF 100 96\nT\na=setup:actpass\na=mid:video\na=rtcp-mux\n\
        a=rtpmap:100 VP8/90000\na=rtpmap:96 rtx/90000\na=fmtp:96 apt=100\na=x-google-flag:conference\n\
        a=ssrc-group:SIM 1001 1002 1003\na=ssrc-group:FID 1001 2001\na=ssrc-group:FID 1002 2002\n\
        a=ssrc-group:FID 1003 2003\na=ssrc:1001 cname:x\na=ssrc:1002 cname:x\na=ssrc:1003 cname:x\n\
        a=ssrc:2001 cname:x\na=ssrc:2002 cname:x\na=ssrc:2003 cname:x\n";
    let text = whole(
        "a=group:BUNDLE audio video\na=group:LS audio video\n",
        &[&audio, video],
    );
    assert_eq!(codes(Role::Offer, &text), ["SDP517"]);
}

#[test]
fn media_servers_offer_again_and_again() {
    // Later offers share an address, say rtcp-mux once, and keep rejected and idle sections.
    clean(
        Role::Offer,
        "a=group:BUNDLE 0 2 video3\na=ice-lite\n",
        &[
            "m=audio 7882 UDP/TLS/RTP/SAVPF 111\nT\na=candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host\na=setup:actpass\na=mid:0\na=rtcp-mux\na=inactive\na=rtpmap:111 opus/48000/2\n",
            "m=video 0 UDP/TLS/RTP/SAVPF 96\na=mid:1\na=inactive\na=rtpmap:96 VP8/90000\n",
            "m=video 7882 UDP/TLS/RTP/SAVPF 96\na=mid:2\na=sendonly\na=rtpmap:96 VP8/90000\n\
             a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\na=msid:PA_x|TR_y TR_y\na=ssrc:7 cname:PA_x\n",
            "m=video 7882 UDP/TLS/RTP/SAVPF 96\na=mid:video3\na=recvonly\na=rtpmap:96 VP8/90000\n\
             a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:mid\n",
        ],
    );
}

#[test]
fn a_source_that_moved_to_another_section() {
    let text = whole(
        "a=group:BUNDLE 0 1\n",
        &[
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:active\na=mid:0\na=rtcp-mux\na=inactive\na=rtpmap:111 opus/48000/2\na=ssrc:7 cname:x\n",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:active\na=mid:1\na=rtcp-mux\na=sendonly\na=rtpmap:111 opus/48000/2\na=ssrc:7 cname:x\n",
        ],
    );
    assert_eq!(
        codes(Role::Answer, &text),
        ["SDP515"],
        "a warning, no error"
    );
}

#[test]
fn sip_without_tags() {
    // Over DTLS but without BUNDLE; for information only.
    let text = whole(
        "",
        &[
            "m=audio 40000 UDP/TLS/RTP/SAVPF 0 101\nT\na=setup:actpass\na=rtcp-mux\na=rtcp:40000\n\
           a=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\na=ssrc:1 cname:x\na=ssrc:1 msid:s a0\n",
        ],
    );
    assert_eq!(codes(Role::Offer, &text), ["SDP401"]);
    // ICE over plain RTP: nobody asks for tags there.
    let text = whole(
        "",
        &[
            "m=audio 40000 RTP/AVP 0\na=ice-ufrag:F7gI\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\na=rtcp:40001 IN IP4 192.0.2.1\n",
        ],
    );
    assert!(!codes(Role::Offer, &text).contains(&"SDP401"));
}

#[test]
fn opus_of_each_section_as_its_listener_wants_it() {
    clean(
        Role::Answer,
        "a=group:BUNDLE 0 1\n",
        &[
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:active\na=mid:0\na=rtcp-mux\na=recvonly\na=rtpmap:111 opus/48000/2\na=fmtp:111 stereo=1;usedtx=1\n",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\nT\na=setup:active\na=mid:1\na=rtcp-mux\na=recvonly\na=rtpmap:111 opus/48000/2\na=fmtp:111 maxaveragebitrate=32000\n",
        ],
    );
}

/// The codes of the findings about a description that stands as it is written here.
fn codes_as_written(text: &str) -> Vec<&'static str> {
    codes_of(None, &text.replace('\n', "\r\n"))
}

#[test]
fn telephones_leave_the_meaning_of_101_to_convention() {
    // Early Cisco and Asterisk configurations, and soft phones after their model.
    let phone = "v=0\no=root 1 1 IN IP4 192.0.2.1\ns=call\nc=IN IP4 192.0.2.1\nt=0 0\n\
        m=audio 28798 RTP/AVP 8 0 101\na=rtpmap:8 PCMA/8000\na=fmtp:101 0-15\n";
    assert_eq!(codes_as_written(phone), ["SDP101"]);
}

#[test]
fn cameras_without_an_origin() {
    // Small RTSP cameras; players take the streams from what SETUP says.
    let camera = "v=0\ns=live\nt=0 0\na=control:*\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n\
        a=control:track1\n";
    assert_eq!(codes_as_written(camera), ["SDP003"]);
}

#[test]
fn an_answer_whose_role_nobody_told() {
    // LiveKit answers FFmpeg's WHIP muxer, which offers `nack` alone.
    let text = whole(
        "a=group:BUNDLE 1\n",
        &[
            "m=video 9 UDP/TLS/RTP/SAVPF 106\nT\na=setup:active\na=mid:1\na=rtcp-mux\na=recvonly\n\
           a=rtpmap:106 H264/90000\na=fmtp:106 packetization-mode=1;profile-level-id=4d0033\n\
           a=rtcp-fb:106 nack\n",
        ],
    );
    assert_eq!(codes_of(None, &text), [""; 0], "{text}");
}

#[test]
fn telephones_secure_their_media_by_sdes() {
    // Polycom says the section twice, Zoiper both spellings of a suite, rtpengine no `=`, Cisco
    // codecs a lifetime without an identifier.
    let phone = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=Phone\nc=IN IP4 192.0.2.1\nt=0 0\na=sendrecv\n\
        m=audio 2252 RTP/SAVP 9 0\n\
        a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd|2^48\n\
        a=crypto:5 AES_256_CM_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ\n\
        a=crypto:9 AES_CM_256_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ==\n\
        a=rtpmap:9 G722/8000\nm=audio 2252 RTP/AVP 9 0\na=rtpmap:9 G722/8000\n";
    let found = codes_as_written(phone);
    assert!(
        found.iter().all(|code| code.starts_with("SDP3")),
        "{found:?}"
    );
}

#[test]
fn cameras_and_what_players_pass_over() {
    // TP-Link has a section of its own kind and an `o=` of seven fields; "macro-video" writes the
    // profile in base64; Uniview ends `c=` and `o=` early and has no `t=`; IGCSMS prints null pointers.
    let head = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=live\nt=0 0\na=control:*\n\
        m=video 0 RTP/AVP 96\nc=IN IP4 0.0.0.0\na=rtpmap:96 H264/90000\na=control:track1\n";
    let cases: [(&str, &[&str]); 4] = [
        (
            "m=application/TP-LINK 0 RTP/AVP smart/1/90000\na=control:track3\n",
            &["SDP019"],
        ),
        ("a=fmtp:96 profile-level-id=TeAo\n", &["SDP117"]),
        (
            "m=application 0 RTP/AVP 107\nc=IN\na=rtpmap:107 vnd.onvif.metadata/90000\n",
            &["SDP011"],
        ),
        (
            "m=audio 0 RTP/AVP (null)\na=rtpmap\n",
            &["SDP104", "SDP130"],
        ),
    ];
    for (tail, expected) in cases {
        assert_eq!(
            codes_as_written(&format!("{head}{tail}")),
            expected,
            "{tail}"
        );
    }
}
