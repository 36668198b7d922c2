//! Packed files, recognised by their first bytes and unpacked as a stream: no file is held in memory, whatever it unpacks to.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const BUFFER_BYTES: usize = 256 << 10;
/// The largest window a zstd stream may ask for: 2^27 bytes, what the `zstd` tool itself takes without being told to.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// A file being unpacked.
pub(crate) struct Packed {
    unpacked: Box<dyn Read>,
    read: Rc<Cell<u64>>,
    /// The file's length in bytes, as it is stored.
    pub(crate) bytes_total: u64,
}

impl Packed {
    /// Opens a file.
    ///
    /// # Errors
    /// The system's, or a packing whose head is broken.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let read = Rc::new(Cell::new(0));
        let mut stored = BufReader::with_capacity(BUFFER_BYTES, Counted { file, read: Rc::clone(&read) });
        let head = stored.fill_buf()?;
        let unpacked: Box<dyn Read> = if head.starts_with(&GZIP) {
            Box::new(flate2::bufread::MultiGzDecoder::new(stored))
        } else if head.starts_with(&ZSTD) {
            let mut decoder = zstd::Decoder::with_buffer(stored)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            Box::new(decoder)
        } else {
            Box::new(stored)
        };
        Ok(Self { unpacked, read, bytes_total: about.len() })
    }

    /// How many of the stored bytes have been read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    /// Fills `buffer` as far as the file goes.
    ///
    /// # Errors
    /// Those of reading; what came before is in `buffer`, its length in the first place.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> (usize, io::Result<()>) {
        let mut filled = 0;
        while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
            match self.unpacked.read(free) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (filled, Err(error)),
            }
        }
        (filled, Ok(()))
    }
}

struct Counted {
    file: File,
    read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        self.read.set(self.read.get() + bytes as u64);
        Ok(bytes)
    }
}
