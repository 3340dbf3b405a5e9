//! The rules, one a file. A new rule is a file here and a line below.

/// What every rule needs.
mod prelude {
    pub(super) use crate::diag::{Edit, Safety, Severity};
    pub(super) use crate::lint::rule::rule;
    pub(super) use crate::lint::{Context, Media, Role};
    pub(super) use crate::sdp::{
        Candidate, Ending, Extmap, Field, Fingerprint, Fmtp, Group, Line, MediaLine, Name, Rid,
        RtcpFb, Rtpmap, Section, Simulcast, Ssrc, SsrcGroup,
    };
    pub(super) use std::collections::{BTreeMap, BTreeSet};
}

macro_rules! rules {
    ($($name:ident,)*) => {
        $(mod $name;)*
        /// All rules, by code.
        pub const RULES: &[super::Rule] = &[$($name::RULE,)*];
    };
}

rules! {
    version_not_zero,
    line_out_of_order,
    missing_mandatory_line,
    malformed_line,
    mixed_line_endings,
    unterminated_last_line,
    repeated_session_line,
    malformed_origin,
    session_id_too_big,
    malformed_connection,
    missing_connection,
    malformed_bandwidth,
    malformed_media_line,
    repeated_format,
    misspelt_attribute,
    repeated_attribute,
    conflicting_direction,
    not_utf8,
    malformed_timing,
    malformed_repeat,
    missing_rtpmap,
    unlisted_rtpmap,
    conflicting_rtpmap,
    malformed_rtpmap,
    remapped_static_payload_type,
    opus_not_48000_2,
    video_clock_not_90000,
    unlisted_fmtp,
    rtx_without_apt,
    dangling_rtx_apt,
    rtx_clock_mismatch,
    malformed_profile_level_id,
    opus_parameter_out_of_range,
    unlisted_red_payload,
    payload_type_in_rtcp_range,
    not_a_payload_type,
    unlisted_rtcp_fb,
    malformed_rtcp_fb,
    malformed_fmtp,
    misspelt_codec,
    missing_ice_credentials,
    ice_ufrag_length,
    ice_pwd_length,
    not_ice_char,
    google_ice,
    malformed_candidate,
    candidate_priority_range,
    candidate_related_address,
    candidate_without_tcptype,
    repeated_candidate,
    unusable_candidate_address,
    candidate_after_end,
    ice_lite_in_section,
    missing_fingerprint,
    malformed_fingerprint,
    weak_fingerprint_hash,
    lower_case_fingerprint,
    missing_setup,
    offer_setup_not_actpass,
    sdes_in_webrtc,
    insecure_transport,
    unknown_setup,
    answer_setup_actpass,
    missing_mid,
    repeated_mid,
    malformed_mid,
    group_of_unknown_mid,
    mid_bundled_twice,
    bundle_only_with_port,
    bundled_payload_type_conflict,
    bundled_extmap_conflict,
    bundle_without_rtcp_mux,
    lone_rtcp_mux_only,
    malformed_extmap,
    repeated_extmap_id,
    repeated_extmap_uri,
    simulcast_without_rid_extension,
    simulcast_unknown_rid,
    malformed_rid,
    rid_of_unlisted_payload_type,
    malformed_simulcast,
    malformed_ssrc,
    inconsistent_ssrc_group,
    reused_ssrc,
    malformed_msid,
    tracks_in_one_section,
    missing_sctp_port,
    legacy_sctpmap,
    malformed_sctp_port,
}
