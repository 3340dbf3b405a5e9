//! What stacks really write about codecs says nothing to the linter: the lines of browsers, SIP
//! phones, cameras and studio equipment, each in a section of its kind.

mod kit;

use kit::linear::grows_linearly;
use rtcscope::lint::{Config, lint};

/// Where a section is from, what its `m=` line begins with, and its attributes.
const SECTIONS: &[(&str, &str, &str)] = &[
    (
        "Chrome, audio",
        "audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
        "rtpmap:111 opus/48000/2|rtcp-fb:111 transport-cc|fmtp:111 minptime=10;useinbandfec=1|\
         rtpmap:63 red/48000/2|fmtp:63 111/111|rtpmap:9 G722/8000|rtpmap:0 PCMU/8000|\
         rtpmap:8 PCMA/8000|rtpmap:13 CN/8000|rtpmap:110 telephone-event/48000|\
         rtpmap:126 telephone-event/8000",
    ),
    (
        "Chrome of 2014, audio",
        "audio 1 RTP/SAVPF 111 103 104 9 102 0 8 106 105 13 127 126",
        "rtpmap:111 opus/48000/2|fmtp:111 minptime=10|rtpmap:103 ISAC/16000|\
         rtpmap:104 ISAC/32000|rtpmap:9 G722/16000|rtpmap:102 ILBC/8000|rtpmap:0 PCMU/8000|\
         rtpmap:8 PCMA/8000|rtpmap:106 CN/32000|rtpmap:105 CN/16000|rtpmap:13 CN/8000|\
         rtpmap:127 red/8000|rtpmap:126 telephone-event/8000|maxptime:60",
    ),
    (
        "Chrome, surround",
        "audio 9 UDP/TLS/RTP/SAVPF 112",
        "rtpmap:112 multiopus/48000/6|fmtp:112 channel_mapping=0,4,1,2,3,5;coupled_streams=2;\
         minptime=10;num_streams=4;useinbandfec=1",
    ),
    (
        "Chrome, video",
        "video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 35 36 45 46 102 103 104 105 106 107 49 50 \
         123 124 125 118",
        "extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01|\
         rtpmap:96 VP8/90000|rtcp-fb:96 goog-remb|rtcp-fb:96 transport-cc|rtcp-fb:96 ccm fir|\
         rtcp-fb:96 nack|rtcp-fb:96 nack pli|\
         fmtp:96 x-google-start-bitrate=1000;x-google-max-bitrate=2500|\
         rtpmap:97 rtx/90000|fmtp:97 apt=96|rtpmap:98 VP9/90000|fmtp:98 profile-id=0|\
         rtpmap:99 rtx/90000|fmtp:99 apt=98|rtpmap:100 VP9/90000|fmtp:100 profile-id=2|\
         rtpmap:101 rtx/90000|fmtp:101 apt=100|rtpmap:35 VP9/90000|fmtp:35 profile-id=1|\
         rtpmap:36 rtx/90000|fmtp:36 apt=35|rtpmap:45 AV1/90000|\
         fmtp:45 level-idx=5;profile=0;tier=0|rtpmap:46 rtx/90000|fmtp:46 apt=45|\
         rtpmap:102 H264/90000|\
         fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f|\
         rtpmap:103 rtx/90000|fmtp:103 apt=102|rtpmap:104 H264/90000|\
         fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f|\
         rtpmap:105 rtx/90000|fmtp:105 apt=104|rtpmap:106 H264/90000|\
         fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=f4001f|\
         rtpmap:107 rtx/90000|fmtp:107 apt=106|rtpmap:49 H265/90000|\
         fmtp:49 level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST|rtpmap:50 rtx/90000|\
         fmtp:50 apt=49|rtpmap:123 red/90000|rtpmap:124 rtx/90000|fmtp:124 apt=123|\
         rtpmap:125 ulpfec/90000|rtpmap:118 flexfec-03/90000|rtcp-fb:118 goog-remb|\
         fmtp:118 repair-window=10000000",
    ),
    (
        "Firefox, audio",
        "audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101",
        "fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1|fmtp:101 0-15|\
         rtpmap:109 opus/48000/2|rtpmap:9 G722/8000/1|rtpmap:0 PCMU/8000|rtpmap:8 PCMA/8000|\
         rtpmap:101 telephone-event/8000/1",
    ),
    (
        "Firefox, video",
        "video 9 UDP/TLS/RTP/SAVPF 120 124 121 126 97 105 123 122 119",
        "fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1|\
         fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1|\
         fmtp:105 profile-level-id=42001f;level-asymmetry-allowed=1;packetization-mode=1|\
         fmtp:120 max-fs=12288;max-fr=60|fmtp:124 apt=120|fmtp:121 max-fs=12288;max-fr=60|\
         fmtp:119 apt=122|rtcp-fb:120 nack|rtcp-fb:120 nack pli|rtcp-fb:120 ccm fir|\
         rtcp-fb:120 goog-remb|rtpmap:120 VP8/90000|rtpmap:124 rtx/90000|rtpmap:121 VP9/90000|\
         rtpmap:126 H264/90000|rtpmap:97 H264/90000|rtpmap:105 H264/90000|\
         rtpmap:123 ulpfec/90000|rtpmap:122 red/90000|rtpmap:119 rtx/90000",
    ),
    (
        "mobile phones",
        "audio 49120 RTP/AVP 110 104 106 103 102 105 100 18 4",
        "rtpmap:110 EVS/16000/1|fmtp:110 br=5.9-24.4;bw=nb-swb;max-red=0;cmr=1;ch-aw-recv=-1|\
         rtpmap:104 AMR-WB/16000/1|fmtp:104 mode-change-capability=2;max-red=0;octet-align=1|\
         rtpmap:106 AMR/8000/1|fmtp:106 mode-set=0,2,4,7; mode-change-period=2|\
         rtpmap:103 iLBC/8000|fmtp:103 mode=30|rtpmap:102 speex/16000|fmtp:102 vbr=vad;cng=on|\
         rtpmap:105 SILK/24000|fmtp:105 maxaveragebitrate=30000;usedtx=0;useinbandfec=1|\
         rtpmap:100 telephone-event/16000|fmtp:100 0-15,32,36,66|fmtp:18 annexb=no|\
         fmtp:4 bitrate=6.3;annexa=no|ptime:20|maxptime:240",
    ),
    (
        "conference systems",
        "video 5004 RTP/AVPF 97 126 96 34 31",
        "rtpmap:97 H264/90000|\
         fmtp:97 profile-level-id=428016;packetization-mode=0;max-mbps=490000;max-fs=8160;\
         max-cpb=200;max-dpb=16320;max-br=5000;max-smbps=490000;max-fps=6000;max-rcmd-nalu-size=3456000|\
         rtpmap:126 H264/90000|fmtp:126 profile-level-id=64001f; packetization-mode=1; sar=13|\
         rtpmap:96 H263-1998/90000|fmtp:96 CIF4=2;CIF=1;QCIF=1;CUSTOM=352,240,1;CUSTOM=640,480,2|\
         fmtp:34 CIF=1;QCIF=1|rtpmap:31 H261/90000|rtcp-fb:* ccm fir|rtcp-fb:* ccm tmmbr|\
         rtcp-fb:* nack pli",
    ),
    (
        "cameras",
        "video 0 RTP/AVP 96 98 26 33",
        "rtpmap:96 H264/90000|fmtp:96 packetization-mode=1;profile-level-id=4d0029;\
         sprop-parameter-sets=Z00AKZpmA8ARPyzUBAQFAAADA+gAAMNQBA==,aO48gA==|\
         rtpmap:98 H265/90000|fmtp:98 profile-space=0;profile-id=1;tier-flag=0;level-id=93;\
         interop-constraints=000000000000;sprop-vps=QAEMAf//AWAAAAMAAAMAAAMAAAMAlqwJ;\
         sprop-sps=QgEBAWAAAAMAAAMAAAMAAAMAlqADwIAQ5Za5JMBP;sprop-pps=RAHgdrAmQA==",
    ),
    (
        "cameras, audio",
        "audio 0 RTP/AVP 97 104 14",
        "rtpmap:97 MPEG4-GENERIC/16000/1|fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;\
         sizelength=13;indexlength=3;indexdeltalength=3;config=1408|rtpmap:104 G726-32/8000",
    ),
    (
        "studios, video",
        "video 5000 RTP/AVP 112 100 98",
        "rtpmap:112 raw/90000|fmtp:112 sampling=YCbCr-4:2:2; width=1920; height=1080; interlace; \
         exactframerate=30000/1001; depth=10; TCS=SDR; colorimetry=BT709; PM=2110GPM; \
         SSN=ST2110-20:2017; |rtpmap:100 smpte291/90000|\
         fmtp:100 DID_SDID={0x61,0x02};DID_SDID={0x41,0x05};VPID_Code=133;|\
         rtpmap:98 SMPTE2022-6/27000000",
    ),
    (
        "studios, audio",
        "audio 5004 RTP/AVP 97 98",
        "rtpmap:97 L24/48000/8|fmtp:97 channel-order=SMPTE2110.(51,ST)|rtpmap:98 AM824/48000/2|\
         ptime:0.125|maxptime:0.33",
    ),
];

#[test]
fn what_stacks_write_is_no_finding() {
    for (whose, media, attributes) in SECTIONS {
        let lines: String = attributes
            .split('|')
            .map(|a| format!("a={a}\r\n"))
            .collect();
        // With ICE it is WebRTC.
        let ice = match media.contains("SAVPF") {
            true => "a=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n",
            false => "",
        };
        let text = format!(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n{ice}\
             m={media}\r\n{lines}"
        );
        for found in lint(text.as_bytes(), &Config::default()) {
            let about_codecs = found.code.starts_with("SDP1");
            // The old Chrome really had the wrong clock, and a warning for it.
            let known = *whose == "Chrome of 2014, audio" && found.code == "SDP106";
            assert!(
                !about_codecs || known,
                "{whose}: {} {}",
                found.code,
                found.message
            );
        }
    }
}

#[test]
fn hostile_parameters_take_no_time() {
    let section = |fmtp: &str| {
        format!(
            "v=0\r\nm=audio 9 RTP/AVP 96 97\r\na=rtpmap:96 opus/48000/2\r\n\
             a=rtpmap:97 rtx/48000\r\na=fmtp:96 {fmtp}\r\n"
        )
    };
    let inputs: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("misspelt", &|n| section(&"usedinbandfec=1;".repeat(n))),
        ("repeated", &|n| section(&"stereo=1;".repeat(n))),
        ("badly divided", &|n| {
            section(&format!("minptime=10{}", ", x=1".repeat(n)))
        }),
        ("lines", &|n| {
            section("stereo=1") + &"a=fmtp:97 x=1\r\n".repeat(n)
        }),
        ("feedback", &|n| {
            section("stereo=1") + &"a=rtcp-fb:96 nack plx\r\n".repeat(n)
        }),
    ];
    for (what, make) in inputs {
        grows_linearly(what, 1_000, make, |text| {
            assert!(!lint(text, &Config::default()).is_empty(), "{what}");
        });
    }
}
