//! Between whom a content travelled, once the wrappers are off: media that a TURN server relayed goes
//! between its client and the peer behind the server, as if there were no server.

use crate::analysis::Analysis;
use crate::net::{Endpoint, Path, Protocol, Via};
use hashbrown::HashMap;

/// The two ends of what is relayed.
#[derive(Clone, Copy, Debug)]
struct Relay {
    client: Endpoint,
    server: Endpoint,
    peer: Endpoint,
}

/// Who is behind which TURN server.
#[derive(Debug, Default)]
pub(super) struct ClearPaths {
    relays: HashMap<Via, Relay>,
}

impl ClearPaths {
    /// As far as the analysis knows; a peer without a known address stays behind its server.
    pub(super) fn new(analysis: &Analysis) -> Self {
        let mut relays = HashMap::new();
        for connection in &analysis.connections {
            for transport in &connection.transports {
                let turn = |carrier| connection.turn.iter().find(|t| t.transport == carrier);
                if let (Some(peer), Some(turn)) = (transport.peer, transport.carrier.and_then(turn))
                {
                    let relay = Relay {
                        client: turn.client,
                        server: turn.server,
                        peer,
                    };
                    relays.insert(transport.via, relay);
                }
            }
        }
        Self { relays }
    }

    /// The path of what came on `path` like this, as one of UDP.
    pub(super) fn of(&self, path: Path, via: Via) -> Path {
        let (src, dst) = match self.relays.get(&via) {
            Some(relay) if path.src == relay.client => (relay.client, relay.peer),
            Some(relay) if path.dst == relay.client => (relay.peer, relay.client),
            _ => (path.src, path.dst),
        };
        let protocol = Protocol::Udp;
        Path { src, dst, protocol }
    }

    /// The server that relayed it.
    pub(super) fn server(&self, via: Via) -> Option<Endpoint> {
        self.relays.get(&via).map(|relay| relay.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_left_out_and_the_direction_kept() {
        let end = |n| Endpoint::v4([192, 0, 2, n], 5000);
        let relay = Relay {
            client: end(1),
            server: end(9),
            peer: end(2),
        };
        let paths = ClearPaths {
            relays: [(Via::Turn(1), relay)].into_iter().collect(),
        };
        let path = |src, dst| Path {
            src,
            dst,
            protocol: Protocol::Tcp,
        };
        let clear = |src, dst, via| {
            let path = paths.of(path(src, dst), via);
            assert_eq!(path.protocol, Protocol::Udp);
            (path.src, path.dst)
        };
        assert_eq!(clear(end(1), end(9), Via::Turn(1)), (end(1), end(2)));
        assert_eq!(clear(end(9), end(1), Via::Turn(1)), (end(2), end(1)));
        assert_eq!(clear(end(9), end(1), Via::Turn(2)), (end(9), end(1)));
        assert_eq!(clear(end(9), end(1), Via::Direct), (end(9), end(1)));
        assert_eq!(paths.server(Via::Turn(1)), Some(end(9)));
    }
}
