//! Between the system that tells of changes and the watch that takes them: a bounded number waits, however long a run keeps the watch
//! from taking any. Beyond it is only known that some were lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, Event, EventKind, MetadataKind, ModifyKind};

/// Most changes that wait.
pub(super) const MOST_CHANGES: usize = 1 << 14;

/// Where changes are taken.
#[derive(Debug)]
pub(super) struct Inbox {
    changes: Receiver<Event>,
    lost: Arc<AtomicBool>,
}

/// Where the system puts them.
pub(super) struct Slot {
    changes: SyncSender<Event>,
    lost: Arc<AtomicBool>,
}

impl Inbox {
    pub(super) fn new() -> (Slot, Self) {
        let (send, changes) = sync_channel(MOST_CHANGES);
        let lost = Arc::new(AtomicBool::new(false));
        (Slot { changes: send, lost: Arc::clone(&lost) }, Self { changes, lost })
    }

    /// The next change; `None` if none comes for so long.
    pub(super) fn next(&self, wait: Duration) -> Option<Event> {
        match self.changes.recv_timeout(wait) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            // Nothing is watched at all: everything is looked at.
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(wait);
                None
            }
        }
    }

    /// Whether some were lost since this was asked last.
    pub(super) fn has_lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }
}

impl notify::EventHandler for Slot {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        let is_taken = match event {
            Ok(event) if !event.need_rescan() => !is_change(event.kind) || self.changes.try_send(event).is_ok(),
            _ => false,
        };
        if !is_taken {
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}

/// Opening and reading are no changes, and nor is the time of the last reading.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) | EventKind::Other => false,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Any => true,
    }
}
