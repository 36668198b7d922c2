//! How a record lies in a file: its length and a checksum (CRC-32, IEEE 802.3) over its number, its length and its bytes, all little-endian.
//! The number is not written: it follows from the segment's, and a frame in a wrong place has a wrong checksum.

use super::RECORD_BYTES_MAX;

/// Before the bytes of a record: length and checksum, four bytes each.
pub(super) const HEAD_BYTES: usize = 8;

/// What stands at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// A record; the next frame stands behind so many bytes.
    Record(&'a [u8], usize),
    /// Fewer bytes than the frame says, or none.
    Short,
    /// Bytes that are no frame with this number.
    Wrong(&'static str),
}

/// Writes a frame behind what is there.
pub(super) fn write(to: &mut Vec<u8>, number: u64, record: &[u8]) {
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes();
    to.extend(length);
    to.extend(checksum(number, length, record).to_le_bytes());
    to.extend(record);
}

/// Reads the frame at the start of `bytes`.
pub(super) fn read(bytes: &[u8], number: u64) -> Frame<'_> {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Frame::Short };
    let Some((written, rest)) = rest.split_first_chunk::<4>() else { return Frame::Short };
    let count = u32::from_le_bytes(*length) as usize;
    if count > RECORD_BYTES_MAX {
        return Frame::Wrong("a record longer than any may be");
    }
    let Some(record) = rest.get(..count) else { return Frame::Short };
    if checksum(number, *length, record) != u32::from_le_bytes(*written) {
        return Frame::Wrong("the checksum does not match");
    }
    Frame::Record(record, HEAD_BYTES + count)
}

fn checksum(number: u64, length: [u8; 4], record: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(&length);
    hasher.update(record);
    hasher.finalize()
}
