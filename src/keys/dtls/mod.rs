//! DTLS 1.2 (RFC 6347) and 1.3 (RFC 9147): key schedules and record protection, and the exporters that
//! key SRTP (RFC 5764).
