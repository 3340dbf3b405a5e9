//! The frames of the streams that turned out to be video.

use super::Measured;
use super::extensions::Meanings;
use crate::analysis::model::Kind;
use crate::proto::rtp::ExtensionKind;

/// Reports the frames of each stream of video.
pub(super) fn decide(streams: &mut [Measured<'_, '_>], meanings: &Meanings) {
    for Measured { state, stream } in streams {
        if stream.kind == Kind::Video {
            let descriptor = meanings.id_of(state.flow, ExtensionKind::DependencyDescriptor);
            stream.frames = state.frames(descriptor, &mut stream.series);
        }
    }
}
