//! Ethernet frames inside tunnels.

use super::net::{UdpPath, ip_frame, udp_frame};
use std::net::{IpAddr, SocketAddr};

/// How a frame is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tunnel {
    /// The IP packet, with a key and a sequence number (RFC 2890).
    Gre,
    /// The whole frame (Transparent Ethernet Bridging).
    GreEthernet,
    /// The whole frame, as a switch mirrors it: ERSPAN type II.
    Erspan,
    Vxlan,
    /// With one option.
    Geneve,
    /// With a PDU session container, as in 5G.
    GtpU,
    /// Two labels before the IP packet.
    Mpls,
    /// In an IPv4 packet.
    IpInIp,
}

impl Tunnel {
    pub const ALL: [Self; 8] = [
        Self::Gre,
        Self::GreEthernet,
        Self::Erspan,
        Self::Vxlan,
        Self::Geneve,
        Self::GtpU,
        Self::Mpls,
        Self::IpInIp,
    ];

    /// An Ethernet frame that carries `frame`, which holds an IP packet without tags.
    pub fn wrap(self, frame: &[u8]) -> Vec<u8> {
        let (ethernet, packet) = frame.split_at(14);
        let mut out = Vec::new();
        match self {
            Self::Gre => {
                let mut inside = vec![0x30, 0, ethernet[12], ethernet[13]];
                inside.extend([0, 0, 0, 42, 0, 0, 0, 1]);
                ip(&mut out, 47, &[&inside, packet].concat());
            }
            Self::GreEthernet => ip(&mut out, 47, &[&[0, 0, 0x65, 0x58], frame].concat()),
            Self::Erspan => {
                let mut inside = vec![0x10, 0, 0x88, 0xbe, 0, 0, 0, 1];
                inside.extend([0x10, 5, 0, 7, 0, 0, 0, 0]);
                ip(&mut out, 47, &[&inside, frame].concat());
            }
            Self::Vxlan => udp(
                &mut out,
                4789,
                &[&[8, 0, 0, 0, 0, 0, 42, 0], frame].concat(),
            ),
            Self::Geneve => {
                let header = [2, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 1, 9, 9, 9, 9];
                udp(&mut out, 6081, &[&header, frame].concat());
            }
            Self::GtpU => {
                let [l0, l1] = (packet.len() as u16 + 8).to_be_bytes();
                let header = [0x34, 0xff, l0, l1, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 5, 0];
                udp(&mut out, 2152, &[&header, packet].concat());
            }
            Self::Mpls => {
                out.extend(&ethernet[..12]);
                out.extend([0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]);
                out.extend(packet);
            }
            Self::IpInIp => {
                let protocol = if packet[0] >> 4 == 4 { 4 } else { 41 };
                ip(&mut out, protocol, packet);
            }
        }
        out
    }
}

const ENDS: (IpAddr, IpAddr) = (
    IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1)),
    IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 2)),
);

fn ip(out: &mut Vec<u8>, protocol: u8, payload: &[u8]) {
    ip_frame(out, ENDS.0, ENDS.1, protocol, payload);
}

fn udp(out: &mut Vec<u8>, port: u16, payload: &[u8]) {
    let path = UdpPath::new(
        SocketAddr::new(ENDS.0, 55_555),
        SocketAddr::new(ENDS.1, port),
    );
    udp_frame(out, &path, payload);
}
