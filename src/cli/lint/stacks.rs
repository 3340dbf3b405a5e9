//! What other parsers say of the same description.

use std::io::Cursor;

/// The verdict of the `sdp` crate of webrtc-rs: `accepts`, or `rejects: why`.
pub(super) fn webrtc_rs(description: &[u8]) -> String {
    match ::sdp::SessionDescription::unmarshal(&mut Cursor::new(description)) {
        Ok(_) => "accepts".to_owned(),
        Err(error) => {
            let why = error.to_string();
            let why: String = why.chars().filter(|c| !c.is_control()).take(120).collect();
            format!("rejects: {why}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_one_line() {
        let good = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
        assert_eq!(webrtc_rs(good), "accepts");
        let bad = webrtc_rs(b"v=0\r\nx\x1b=\r\n");
        assert!(
            bad.starts_with("rejects: ") && !bad.contains('\x1b'),
            "{bad}"
        );
    }
}
