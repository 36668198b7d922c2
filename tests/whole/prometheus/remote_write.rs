//! Prometheus' remote write protocol, as much of it as hands samples over: the only road by which stale markers come in.

use super::samples::Samples;

/// A `WriteRequest` in a Snappy block.
pub fn request(samples: &Samples) -> Vec<u8> {
    let mut request = Vec::new();
    for ((name, labels), values) in &samples.series {
        let mut series = Vec::new();
        // Labels are sorted by name, and `__name__` stands before every name in lower case.
        let named = std::iter::once(("__name__", name.as_str()));
        for (name, value) in named.chain(labels.iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
            let mut label = Vec::new();
            bytes(&mut label, 1, name.as_bytes());
            bytes(&mut label, 2, value.as_bytes());
            bytes(&mut series, 1, &label);
        }
        for (at_ms, value) in values {
            let mut sample = vec![1 << 3 | 1];
            sample.extend(value.to_le_bytes());
            sample.push(2 << 3);
            varint(&mut sample, at_ms.cast_unsigned());
            bytes(&mut series, 2, &sample);
        }
        bytes(&mut request, 1, &series);
    }
    snappy(&request)
}

fn varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// A field of bytes: a text or a message.
fn bytes(to: &mut Vec<u8>, field: u8, content: &[u8]) {
    to.push(field << 3 | 2);
    varint(to, content.len() as u64);
    to.extend_from_slice(content);
}

/// A block of literals only: whole, not smaller.
fn snappy(content: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    varint(&mut block, content.len() as u64);
    for literal in content.chunks(1 << 16) {
        // 61 in the upper six bits: the length less one follows in two bytes.
        block.push(61 << 2);
        block.extend(u16::try_from(literal.len() - 1).unwrap().to_le_bytes());
        block.extend_from_slice(literal);
    }
    block
}
