//! HKDF-Expand-Label of RFC 8446, with the prefix that RFC 9147 gives it.

use super::hash::Hash;
use hkdf::Hkdf;
use sha2::{Sha256, Sha384};

/// In place of `tls13 `; no space follows.
const PREFIX: &[u8] = b"dtls13";

/// Fills `out`; `false` if the secret is no output of this hash, or `out` longer than it can be.
pub(super) fn expand_label(
    hash: Hash,
    secret: &[u8],
    label: &[u8],
    context: &[u8],
    out: &mut [u8],
) -> bool {
    let (Ok(length), Ok(label_length), Ok(context_length)) = (
        u16::try_from(out.len()),
        u8::try_from(PREFIX.len() + label.len()),
        u8::try_from(context.len()),
    ) else {
        return false;
    };
    let info: [&[u8]; 6] = [
        &length.to_be_bytes(),
        &[label_length],
        PREFIX,
        label,
        &[context_length],
        context,
    ];
    match hash {
        Hash::Sha256 => Hkdf::<Sha256>::from_prk(secret)
            .is_ok_and(|hkdf| hkdf.expand_multi_info(&info, out).is_ok()),
        Hash::Sha384 => Hkdf::<Sha384>::from_prk(secret)
            .is_ok_and(|hkdf| hkdf.expand_multi_info(&info, out).is_ok()),
        Hash::Md5 | Hash::Sha1 => false,
    }
}
