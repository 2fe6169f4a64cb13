//! Cuts a byte stream into whole packets.
//!
//! Knows the fixed header (MQTT 5 section 2.1) and nothing of what follows it. A [`Frame`] is always
//! complete: the bytes that its remaining length announces are there. The splitter never reserves memory by
//! an announced length, only for bytes that have arrived, and refuses a packet above its limit as soon as
//! the header says so.

use super::error::FrameError;

/// The largest packet that a splitter takes unless told otherwise, in bytes with its header.
///
/// AWS IoT Core takes payloads of 128 KiB (AWS IoT Core quotas), so twice that leaves room for every header.
pub const DEFAULT_PACKET_LIMIT: usize = 256 * 1024;

/// The largest remaining length that four bytes can say (MQTT 5 section 1.5.5).
pub const MAX_REMAINING_LENGTH: usize = 268_435_455;

/// The type of a control packet; the number is the upper half of its first byte (MQTT 5 section 2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum PacketKind {
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
    Auth = 15,
}

impl PacketKind {
    /// The kind that a first byte names; `None` for type 0, which no packet has.
    #[must_use]
    pub const fn of(first_byte: u8) -> Option<Self> {
        Some(match first_byte >> 4 {
            1 => Self::Connect,
            2 => Self::ConnAck,
            3 => Self::Publish,
            4 => Self::PubAck,
            5 => Self::PubRec,
            6 => Self::PubRel,
            7 => Self::PubComp,
            8 => Self::Subscribe,
            9 => Self::SubAck,
            10 => Self::Unsubscribe,
            11 => Self::UnsubAck,
            12 => Self::PingReq,
            13 => Self::PingResp,
            14 => Self::Disconnect,
            15 => Self::Auth,
            _ => return None,
        })
    }

    /// The name as the standard writes it, such as `PUBLISH`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::ConnAck => "CONNACK",
            Self::Publish => "PUBLISH",
            Self::PubAck => "PUBACK",
            Self::PubRec => "PUBREC",
            Self::PubRel => "PUBREL",
            Self::PubComp => "PUBCOMP",
            Self::Subscribe => "SUBSCRIBE",
            Self::SubAck => "SUBACK",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::UnsubAck => "UNSUBACK",
            Self::PingReq => "PINGREQ",
            Self::PingResp => "PINGRESP",
            Self::Disconnect => "DISCONNECT",
            Self::Auth => "AUTH",
        }
    }
}

impl std::fmt::Display for PacketKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One whole packet as it stood on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    bytes: Vec<u8>,
    header: usize,
}

impl Frame {
    /// Takes bytes that are exactly one packet.
    ///
    /// # Errors
    /// [`FrameError::Incomplete`] or [`FrameError::Trailing`] when they are less or more than that.
    pub fn new(bytes: Vec<u8>) -> Result<Self, FrameError> {
        let Header { header, whole } = header(&bytes)?.ok_or(FrameError::Incomplete)?;
        match bytes.len().cmp(&whole) {
            std::cmp::Ordering::Less => Err(FrameError::Incomplete),
            std::cmp::Ordering::Equal => Ok(Self { bytes, header }),
            std::cmp::Ordering::Greater => Err(FrameError::Trailing),
        }
    }

    /// The whole packet with its fixed header.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole packet, given away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The packet without the last `left_out` bytes of its body: a PUBLISH with less of its payload.
    #[must_use]
    pub fn without_last(&self, left_out: usize) -> Vec<u8> {
        let body = self.body();
        assemble(self.first_byte(), body.get(..body.len().saturating_sub(left_out)).unwrap_or_default())
    }

    /// What follows the fixed header.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.header..).unwrap_or_default()
    }

    /// Bytes of the fixed header, 2 to 5.
    #[must_use]
    pub fn header_length(&self) -> usize {
        self.header
    }

    /// Packet type and flags.
    #[must_use]
    pub fn first_byte(&self) -> u8 {
        self.bytes.first().copied().unwrap_or_default()
    }

    /// The packet type; `None` for type 0.
    #[must_use]
    pub fn kind(&self) -> Option<PacketKind> {
        PacketKind::of(self.first_byte())
    }

    /// The lower half of the first byte.
    #[must_use]
    pub fn flags(&self) -> u8 {
        self.first_byte() & 0x0F
    }

    /// The sender marks a PUBLISH as a repetition (MQTT 5 section 3.3.1.1); false for other packets.
    #[must_use]
    pub fn dup(&self) -> bool {
        self.kind() == Some(PacketKind::Publish) && self.flags() & 0x08 != 0
    }
}

/// Collects bytes in any portions and gives whole packets.
///
/// After each [`push`](Self::push) call [`next`](Self::next) until it gives `None`; what then stays is the
/// beginning of one packet, never more than the limit. The first error is the last answer but for `None`:
/// a stream that lost its packet boundaries cannot find them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameSplitter {
    limit: usize,
    buffer: Vec<u8>,
    start: usize,
    state: Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Sound,
    Broken,
}

impl FrameSplitter {
    /// A splitter that refuses packets of more than `limit` bytes, header included.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, buffer: Vec::new(), start: 0, state: Stream::Sound }
    }

    /// Takes the next bytes of the stream. Ignored after an error.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.state == Stream::Broken {
            return;
        }
        // What was handed out goes away once a push, not once a packet.
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their packet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len().saturating_sub(self.start)
    }

    fn fail(&mut self, error: FrameError) -> FrameError {
        self.state = Stream::Broken;
        self.buffer = Vec::new();
        self.start = 0;
        error
    }
}

impl Iterator for FrameSplitter {
    type Item = Result<Frame, FrameError>;

    /// The next whole packet, `None` when more bytes are needed, or what is wrong with the stream.
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let Header { header, whole } = match header(rest) {
            Ok(found) => found?,
            Err(error) => return Some(Err(self.fail(error))),
        };
        if whole > self.limit {
            return Some(Err(self.fail(FrameError::TooLarge { size: whole, limit: self.limit })));
        }
        let bytes = rest.get(..whole)?.to_vec();
        self.start += whole;
        if self.pending() == 0 {
            self.buffer.clear();
            self.buffer.shrink_to(self.limit);
            self.start = 0;
        }
        Some(Ok(Frame { bytes, header }))
    }
}

/// Lengths in bytes.
struct Header {
    header: usize,
    whole: usize,
}

/// Reads a fixed header; `None` while it is incomplete.
fn header(bytes: &[u8]) -> Result<Option<Header>, FrameError> {
    let Some((_, digits)) = bytes.split_first() else { return Ok(None) };
    let mut length = 0;
    for (position, digit) in digits.iter().take(4).enumerate() {
        length |= usize::from(digit & 0x7F) << (7 * position);
        if digit & 0x80 == 0 {
            let header = 2 + position;
            return Ok(Some(Header { header, whole: header + length }));
        }
    }
    // MQTT-1.5.5-1 and MQTT 3.1.1 section 2.2.3: at most four bytes.
    if digits.len() >= 4 { Err(FrameError::LengthTooLong) } else { Ok(None) }
}

/// Puts a fixed header of minimal length before a body.
pub(super) fn assemble(first_byte: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 5);
    bytes.push(first_byte);
    let mut rest = body.len();
    loop {
        let digit = u8::try_from(rest & 0x7F).unwrap_or_default();
        rest >>= 7;
        if rest == 0 {
            bytes.push(digit);
            break;
        }
        bytes.push(digit | 0x80);
    }
    bytes.extend_from_slice(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_split_gives_the_same_packets() {
        let packets: [&[u8]; 4] =
            [&[0xC0, 0x00], &[0x30, 0x05, 0, 3, b'a', b'/', b'b'], &[0xD0, 0x00], &assemble(0x30, &[7; 300])];
        let stream = packets.concat();
        for size in 1..=stream.len() {
            let mut splitter = FrameSplitter::new(DEFAULT_PACKET_LIMIT);
            let mut got = Vec::new();
            for piece in stream.chunks(size) {
                splitter.push(piece);
                got.extend(splitter.by_ref().map(|frame| frame.unwrap().into_bytes()));
            }
            assert_eq!(got, packets, "pieces of {size}");
            assert_eq!(splitter.pending(), 0);
        }
    }

    #[test]
    fn a_packet_above_the_limit_is_refused_by_its_header() {
        let mut splitter = FrameSplitter::new(100);
        splitter.push(&[0xC0, 0x00, 0x30, 0xFF, 0xFF, 0xFF, 0x7F]);
        assert!(splitter.next().unwrap().is_ok());
        assert_eq!(
            splitter.next(),
            Some(Err(FrameError::TooLarge { size: MAX_REMAINING_LENGTH + 5, limit: 100 }))
        );
        splitter.push(&[0xC0, 0x00]);
        assert_eq!(splitter.next(), None);
        assert_eq!(splitter.pending(), 0);
    }

    #[test]
    fn an_announced_length_reserves_nothing() {
        let mut splitter = FrameSplitter::new(DEFAULT_PACKET_LIMIT);
        splitter.push(&[0x30, 0xE0, 0xFF, 0x0F, 0x00]);
        assert_eq!(splitter.next(), None);
        assert!(splitter.buffer.capacity() < 100, "{}", splitter.buffer.capacity());
    }

    #[test]
    fn a_fifth_length_byte_is_refused() {
        let mut splitter = FrameSplitter::new(DEFAULT_PACKET_LIMIT);
        splitter.push(&[0x30, 0x80, 0x80, 0x80]);
        assert_eq!(splitter.next(), None);
        splitter.push(&[0x80]);
        assert_eq!(splitter.next(), Some(Err(FrameError::LengthTooLong)));
    }

    #[test]
    fn dup_is_read_from_the_first_byte_of_a_publish_only() {
        assert!(Frame::new(vec![0x3A, 0]).unwrap().dup());
        assert!(!Frame::new(vec![0x32, 0]).unwrap().dup());
        assert!(!Frame::new(vec![0x8A, 0]).unwrap().dup());
    }
}
