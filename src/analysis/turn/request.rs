//! What a TURN request asks for, as its attributes say.

use super::transactions::Wish;
use super::{ALLOCATE, CHANNEL_BIND, CONNECT, CREATE_PERMISSION, REFRESH};
use crate::analysis::model::AllocateRequest;
use crate::chars::steers;
use crate::net::Endpoint;
use crate::proto::stun::{StunMessage, Value, codes};

/// Peers read from one CreatePermission request.
const PERMISSIONS_MAX: usize = 64;
/// Address families read from one Allocate request: there are two.
const FAMILIES_MAX: usize = 4;
/// Characters kept of a text that the other side wrote.
const TEXT_MAX: usize = 128;

/// What a request asks for.
pub(super) fn wish(message: &StunMessage<'_>) -> Wish {
    let peer = || addresses(message, codes::XOR_PEER_ADDRESS).next();
    match message.method() {
        ALLOCATE => Wish::Allocation,
        // In the drafts that [MS-TURN] took up, this is a Send request.
        REFRESH if is_ms(message) => Wish::Other,
        REFRESH => Wish::Lifetime(u32_of(message, codes::LIFETIME)),
        CREATE_PERMISSION => {
            let peers = addresses(message, codes::XOR_PEER_ADDRESS);
            Wish::Permissions(peers.take(PERMISSIONS_MAX).collect())
        }
        CHANNEL_BIND => match (message.value(codes::CHANNEL_NUMBER), peer()) {
            (Some(Value::U16(channel)), Some(peer)) => Wish::Channel(channel, peer),
            _ => Wish::Other,
        },
        CONNECT => Wish::Connection(peer()),
        _ => Wish::Other,
    }
}

/// What an Allocate request asks for.
pub(super) fn requested(message: &StunMessage<'_>) -> AllocateRequest {
    let mut request = AllocateRequest {
        lifetime: u32_of(message, codes::LIFETIME),
        ..AllocateRequest::default()
    };
    for attribute in message.attributes().map_while(Result::ok) {
        match (attribute.attribute_type, attribute.value()) {
            (codes::EVEN_PORT, _) => request.even_port = true,
            (codes::RESERVATION_TOKEN, _) => request.reservation = true,
            (codes::DONT_FRAGMENT, _) => request.dont_fragment = true,
            (_, Ok(Value::Transport(protocol))) => request.transport = Some(protocol),
            (_, Ok(Value::Family(family))) if request.families.len() < FAMILIES_MAX => {
                request.families.push(family);
            }
            _ => {}
        }
    }
    request
}

/// Whether it is a message of \[MS-TURN\], which has its own cookie and its own meaning of some
/// methods and attributes.
pub(super) fn is_ms(message: &StunMessage<'_>) -> bool {
    message.attribute(codes::MS_MAGIC_COOKIE).is_some()
}

/// Whether it says who asks: every request after a challenge carries the server's nonce, and its
/// integrity, which a small snaplen may cut off.
pub(super) fn is_authenticated(message: &StunMessage<'_>) -> bool {
    message.attributes().map_while(Result::ok).any(|a| {
        matches!(
            a.attribute_type,
            codes::NONCE | codes::MESSAGE_INTEGRITY | codes::MESSAGE_INTEGRITY_SHA256
        )
    })
}

/// The addresses of all attributes of this type.
pub(super) fn addresses(
    message: &StunMessage<'_>,
    attribute: u16,
) -> impl Iterator<Item = Endpoint> {
    message
        .attributes()
        .map_while(Result::ok)
        .filter(move |a| a.attribute_type == attribute)
        .filter_map(|a| a.value().ok()?.address())
        .map(Endpoint::from)
}

/// A number.
pub(super) fn u32_of(message: &StunMessage<'_>, attribute: u16) -> Option<u32> {
    match message.value(attribute)? {
        Value::U32(n) => Some(n),
        _ => None,
    }
}

/// A text, fit to be printed.
pub(super) fn text(message: &StunMessage<'_>, attribute: u16) -> Option<String> {
    match message.value(attribute)? {
        Value::Text(text) => Some(clean(text)),
        _ => None,
    }
}

/// The beginning of a text that the other side wrote, without control characters.
pub(super) fn clean(text: &str) -> String {
    let visible = text.chars().filter(|c| !steers(*c));
    visible.take(TEXT_MAX).collect::<String>().trim().to_owned()
}
