//! Whether a connection's checks are genuine (MESSAGE-INTEGRITY, RFC 8489), in words. It is known
//! where the user gave the ICE passwords; used by the text timeline and the terminal interface.

use crate::analysis::model::{Connection, Verified};

/// How many checks and answers verify, and whether none does not; `None` where no password is known.
pub fn integrity(c: &Connection) -> Option<(String, bool)> {
    words(&c.ice.as_ref()?.integrity)
}

fn words(counts: &Verified) -> Option<(String, bool)> {
    let Verified {
        verified,
        failed,
        unchecked,
        first_failed,
    } = *counts;
    if verified + failed == 0 {
        return None;
    }
    let all = verified + failed + unchecked;
    let mut words = match (verified, all) {
        (1, 1) => "the one check verifies".to_owned(),
        (n, all) if n == all => format!("all {n} checks and answers verify"),
        (n, all) => format!("{n} of {all} checks and answers verify"),
    };
    if failed > 0 {
        let do_not = if failed == 1 { "does" } else { "do" };
        words.push_str(&format!(", {failed} {do_not} not"));
        if let Some(no) = first_failed {
            words.push_str(&format!(", first in packet {no}"));
        }
    }
    if unchecked > 0 {
        words.push_str(&format!(", the password of {unchecked} is not known"));
    }
    Some((words, failed == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(verified: u64, failed: u64, unchecked: u64) -> Option<(String, bool)> {
        words(&Verified {
            verified,
            failed,
            unchecked,
            first_failed: (failed > 0).then_some(7),
        })
    }

    #[test]
    fn what_holds_what_does_not_and_what_is_not_known() {
        let says = |words: &str, holds| Some((words.to_owned(), holds));
        assert_eq!(of(0, 0, 9), None);
        assert_eq!(of(12, 0, 0), says("all 12 checks and answers verify", true));
        assert_eq!(
            of(10, 0, 2),
            says(
                "10 of 12 checks and answers verify, the password of 2 is not known",
                true
            )
        );
        assert_eq!(
            of(10, 1, 0),
            says(
                "10 of 11 checks and answers verify, 1 does not, first in packet 7",
                false
            )
        );
        assert_eq!(
            of(0, 4, 0),
            says(
                "0 of 4 checks and answers verify, 4 do not, first in packet 7",
                false
            )
        );
    }
}
