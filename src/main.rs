//! The `rtcscope` binary; everything is in the library's `cli`.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    rtcscope::cli::main()
}
