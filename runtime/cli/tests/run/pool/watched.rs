//! The journal as it is written: whoever waits is woken by each write, and looks, in a thread of its own so as to hold nobody up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
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
        let log = format!("{name}-wal");
        // Whoever reads opens files too, and is not to be woken by that.
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let event = event.unwrap();
            let is_write = matches!(event.kind, EventKind::Modify(_));
            if is_write && event.paths.iter().any(|path| path.ends_with(&log)) {
                seen.send_modify(|count| *count += 1);
            }
        })
        .unwrap();
        watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
        Self { file: folder.join(name), writes, _watcher: watcher }
    }

    /// Reads what is there now.
    pub fn reader(&self) -> Option<Reader> {
        Reader::open(&self.file).ok()
    }

    /// Waits until the journal says so.
    pub async fn until<T: Send + 'static>(
        &self,
        found: impl Fn(&Reader) -> Option<T> + Send + Sync + 'static,
    ) -> Result<T, ()> {
        let (mut writes, found) = (self.writes.clone(), Arc::new(found));
        let waiting = async {
            loop {
                writes.mark_unchanged();
                let (file, found) = (self.file.clone(), Arc::clone(&found));
                let look = move || Reader::open(&file).ok().as_ref().and_then(|reader| found(reader));
                if let Some(found) = tokio::task::spawn_blocking(look).await.unwrap() {
                    return found;
                }
                writes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(LONG * 2, waiting).await.map_err(drop)
    }
}
