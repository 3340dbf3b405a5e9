//! The frames of the streams that turned out to be video.

use super::Measured;
use super::extensions::Meanings;
use crate::analysis::model::{Kind, Opaque, Stream};
use crate::analysis::stream::StreamState;
use crate::proto::rtp::ExtensionKind;
use crate::proto::rtp::payload::VideoFormat;

/// Reports the frames of each stream of video.
pub(super) fn decide(streams: &mut [Measured<'_, '_>], meanings: &Meanings) {
    for Measured { state, stream } in streams {
        if stream.kind == Kind::Video {
            let descriptor = meanings.id_of(state.flow, ExtensionKind::DependencyDescriptor);
            let format = stream.codec.value().and_then(|c| video_format(&c.name));
            let format = format.filter(|_| is_read(state, stream));
            stream.frames = state.frames(descriptor, format, &mut stream.series);
        }
    }
}

/// Whether the payloads of nearly all packets were read, and are of the format that was agreed on.
fn is_read(state: &StreamState, stream: &Stream) -> bool {
    let Some(media) = stream.media.value() else {
        return false;
    };
    let is_all = media.opened == 0 || state.opened * 20 >= state.packets * 19;
    is_all
        && media.video.is_some()
        && !matches!(media.opaque, Some(Opaque::Frames | Opaque::Payload))
}

fn video_format(name: &str) -> Option<VideoFormat> {
    let all = VideoFormat::ALL.into_iter();
    { all }.find(|format| format.name().eq_ignore_ascii_case(name))
}
