//! Dumps through [`Capture`](crate::capture::Capture), as everybody reads them.
