//! The decryption secrets block: keys that the capturing machine wrote into the file.

use super::{Order, Problems};

/// What is kept of secrets, in bytes; key logs are small.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The body of a decryption secrets block.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// What `data` is, as the block's type number.
    pub kind: u32,
    /// The secrets in that format.
    pub data: Vec<u8>,
}

impl Secret {
    /// The `kind` of a TLS key log in the format of `SSLKEYLOGFILE`: "TLSK".
    pub const TLS_KEY_LOG: u32 = 0x544c_534b;
}

/// Says how much there is, never what: secrets do not belong in logs.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({:#010x}, {} bytes)", self.kind, self.data.len())
    }
}

/// The secrets met so far.
#[derive(Debug, Default)]
pub(in crate::capture) struct Secrets {
    pub(in crate::capture) all: Vec<Secret>,
    bytes: usize,
}

impl Secrets {
    /// Reads a block body: type, length, secrets.
    pub(super) fn read(&mut self, order: Order, body: &[u8], here: u64, problems: &mut Problems) {
        let (Some(kind), Some(len)) = (order.u32_at(body, 0), order.u32_at(body, 4)) else {
            problems.report("corrupt-block", None, Some(here), format_args!(
                "the decryption secrets at byte {here} are too short to tell their type; skipped"
            ));
            return;
        };
        let room = body.get(8..).unwrap_or_default();
        let data = room.get(..len as usize).unwrap_or(room);
        // Counts the entry too, so that empty ones are bounded as well.
        let size = data.len() + size_of::<Secret>();
        if self.bytes + size > MAX_BYTES {
            problems.report("too-many-secrets", None, Some(here), format_args!(
                "the decryption secrets at byte {here} go beyond the {MAX_BYTES} bytes that are kept; skipped"
            ));
            return;
        }
        self.bytes += size;
        self.all.push(Secret {
            kind,
            data: data.to_vec(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_secrets_within_bounds_and_out_of_logs() {
        let mut secrets = Secrets::default();
        let mut problems = Problems::default();
        let body = *b"TLSK\0\0\0\x03key\0";
        secrets.read(Order::Big, &body, 0, &mut problems);
        assert_eq!(secrets.all[0].kind, Secret::TLS_KEY_LOG);
        assert_eq!(secrets.all[0].data, b"key");
        assert!(!format!("{secrets:?}").contains("key\""));
        for n in 0..8 {
            secrets.read(Order::Big, &body[..n], 0, &mut problems);
        }
        assert_eq!((secrets.all.len(), problems.count()), (1, 8));
        let big = vec![0; MAX_BYTES + 8];
        secrets.read(Order::Big, &big, 0, &mut problems);
        assert_eq!(secrets.all[1].data, b"", "the length field says 0");
        for _ in 0..1_000_000 {
            secrets.read(Order::Big, &[0; 8], 0, &mut problems);
        }
        assert!(secrets.all.len() < MAX_BYTES / size_of::<Secret>() + 2);
    }
}
