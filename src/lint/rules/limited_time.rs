use super::prelude::*;

rule! {
    /// A browser's description has a start or an end in its `t=` line.
    ///
    /// ## Why it matters
    /// A call has no schedule: `t=0 0` is what a description by JSEP says. Endpoints that keep to other times
    /// refuse the call once they are over.
    /// ```sdp,fail,whole
    /// v=0
    /// o=- 1 1 IN IP4 0.0.0.0
    /// s=-
    /// t=3034423619 3042462419
    /// ```
    /// ```sdp,fixed,whole
    /// v=0
    /// o=- 1 1 IN IP4 0.0.0.0
    /// s=-
    /// t=0 0
    /// ```
    /// ```sdp,pass,whole
    /// v=0
    /// o=- 1 1 IN IP4 0.0.0.0
    /// s=-
    /// t=0 0
    /// ```
    "SDP018" "limited-time" {
        group: Suspicious,
        scope: Jsep,
        since: "0.1",
        spec: ["RFC 9429 §5.2.1"],
    } => check
}

fn check(cx: &mut Context<'_, '_>) {
    for line in cx.sdp().session().of_type(b't') {
        let value = line.value();
        // What is not two numbers is another rule's business.
        let read = value.split(b' ').count() == 2 && value.split(b' ').all(Field::is_digits);
        if read && !value.is("0 0") {
            cx.report(
                value,
                "should be `0 0`",
                format_args!("a call with a schedule: `t={value}`"),
            )
            .fix(Safety::Unsafe, "write `t=0 0`", value, "0 0");
        }
    }
}
