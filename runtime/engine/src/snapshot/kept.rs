//! What of the state is kept, part by part: each part says which of its fields go into a snapshot, beside the fields themselves.
//!
//! A part is read in place, into one that stands as the plan makes it and is sized for the rows there are. So scratch memory and what
//! follows from the plan need not be kept, and no length in the bytes is believed where the plan or the rows give it.

use super::SnapshotError;
use postcard::ser_flavors::ExtendFlavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A part of the state.
pub(crate) trait Kept {
    /// Appends it.
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError>;
    /// Takes it over from the bytes. What it was before gives its shape.
    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError>;
}

/// Takes parts down.
pub(crate) struct Writer(postcard::Serializer<ExtendFlavor<Vec<u8>>>);

impl Writer {
    /// Appends to these bytes.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(postcard::Serializer { output: ExtendFlavor::new(bytes) })
    }

    /// The bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        // Appending to memory cannot fail.
        postcard::ser_flavors::Flavor::finalize(self.0.output).unwrap_or_default()
    }

    /// A value, with its length if it has one.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> Result<(), SnapshotError> {
        value.serialize(&mut self.0).map_err(|_| SnapshotError::Unwritable)
    }

    /// Entries whose number the reader knows.
    pub(crate) fn column(&mut self, entries: &[impl Serialize]) -> Result<(), SnapshotError> {
        entries.iter().try_for_each(|entry| self.value(entry))
    }
}

/// Reads parts back.
pub(crate) struct Reader<'a>(postcard::Deserializer<'a, postcard::de_flavors::Slice<'a>>);

impl<'a> Reader<'a> {
    /// Of these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(postcard::Deserializer::from_bytes(bytes))
    }

    /// A value. Takes no more memory than the bytes that are there warrant.
    pub(crate) fn value<T: DeserializeOwned>(&mut self) -> Result<T, SnapshotError> {
        T::deserialize(&mut self.0).map_err(|_| SnapshotError::Damaged)
    }

    /// As many entries as there are places.
    pub(crate) fn column<T: DeserializeOwned>(&mut self, places: &mut [T]) -> Result<(), SnapshotError> {
        for place in places {
            *place = self.value()?;
        }
        Ok(())
    }

    /// Whether all was read.
    pub(crate) fn finish(self) -> Result<(), SnapshotError> {
        match self.0.finalize() {
            Ok([]) => Ok(()),
            _ => Err(SnapshotError::Damaged),
        }
    }
}

/// Says which fields of a part are kept, in order: a `value` is replaced, of a `column` the length is known, a `part` is kept by itself.
macro_rules! kept {
    ($type:ty { $($sort:ident $field:tt),* $(,)? }) => {
        impl $crate::snapshot::kept::Kept for $type {
            fn write(
                &self,
                to: &mut $crate::snapshot::kept::Writer,
            ) -> Result<(), $crate::snapshot::SnapshotError> {
                $( $crate::snapshot::kept::kept!(@write $sort self.$field, to); )*
                Ok(())
            }

            fn read(
                &mut self,
                from: &mut $crate::snapshot::kept::Reader<'_>,
            ) -> Result<(), $crate::snapshot::SnapshotError> {
                $( $crate::snapshot::kept::kept!(@read $sort self.$field, from); )*
                Ok(())
            }
        }
    };
    (@write value $place:expr, $to:ident) => { $to.value(&$place)? };
    (@write column $place:expr, $to:ident) => { $to.column(&$place)? };
    (@write part $place:expr, $to:ident) => { $crate::snapshot::kept::Kept::write(&$place, $to)? };
    (@read value $place:expr, $from:ident) => { $place = $from.value()? };
    (@read column $place:expr, $from:ident) => { $from.column(&mut $place)? };
    (@read part $place:expr, $from:ident) => { $crate::snapshot::kept::Kept::read(&mut $place, $from)? };
}
pub(crate) use kept;

/// As many as the plan says.
impl<K: Kept> Kept for Vec<K> {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.iter().try_for_each(|part| part.write(to))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.iter_mut().try_for_each(|part| part.read(from))
    }
}

/// There if the plan says so.
impl<K: Kept> Kept for Option<K> {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.as_ref().map_or(Ok(()), |part| part.write(to))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.as_mut().map_or(Ok(()), |part| part.read(from))
    }
}

impl<A: Kept, B: Kept> Kept for (A, B) {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.0.write(to)?;
        self.1.write(to)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.0.read(from)?;
        self.1.read(from)
    }
}
