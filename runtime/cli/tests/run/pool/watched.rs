//! The journal as it is written: whoever waits is woken by each write, and looks.

use std::path::{Path, PathBuf};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use nvp_journal::reader::Reader;
use tokio::sync::watch;

use crate::run::peers::LONG;

pub struct Watched {
    file: PathBuf,
    writes: watch::Receiver<u64>,
    _watcher: RecommendedWatcher,
}

impl Watched {
    /// A journal in this folder, which need not be there yet.
    pub fn new(folder: &Path, name: &str) -> Self {
        let (seen, writes) = watch::channel(0);
        let mut watcher =
            notify::recommended_watcher(move |_| seen.send_modify(|count| *count += 1)).unwrap();
        watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
        Self { file: folder.join(name), writes, _watcher: watcher }
    }

    /// Reads what is there now.
    pub fn reader(&self) -> Option<Reader> {
        Reader::open(&self.file).ok()
    }

    /// Waits until the journal says so.
    pub async fn until<T>(&self, found: impl Fn(&Reader) -> Option<T>) -> Result<T, ()> {
        let mut writes = self.writes.clone();
        let waiting = async {
            loop {
                writes.mark_unchanged();
                if let Some(found) = self.reader().as_ref().and_then(&found) {
                    return found;
                }
                writes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(LONG * 2, waiting).await.map_err(drop)
    }
}
