// An offer as tests have it: lines in an array, with a port that is not known yet.
export const offer = (port: number): RTCSessionDescriptionInit => ({
  type: 'offer',
  sdp: [
    'v=0',
    'o=alice 4021 4021 IN IP4 192.0.2.10',
    's=-',
    'c=IN IP4 192.0.2.10',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    'a=sendrecv',
  ].join('\r\n') + '\r\n',
});
