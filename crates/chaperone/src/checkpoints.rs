//! Checkpoints in a file beside the journal; deleting it costs one pass over the journal and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ports::Position;
use serde::{Deserialize, Serialize};
use services::roles::Role;
use services::roles::checkpoint::Checkpoints;
use uuid::Uuid;

/// Written at most so often, in milliseconds: what is lost by a kill is gone through again in less time.
const WRITTEN_EVERY_MS: u64 = 1_000;

/// What stands in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// The journal the positions are of; those of another mean nothing.
    journal: Uuid,
    done: BTreeMap<String, String>,
}

/// Checkpoints of one journal in one file.
#[derive(Debug)]
pub(crate) struct FileCheckpoints {
    file: PathBuf,
    kept: Mutex<(Kept, Option<Instant>)>,
}

impl FileCheckpoints {
    /// Reads what is there; a file that cannot be read, or is about another journal, is as good as none.
    pub(crate) fn open(folder: &Path, journal: Uuid) -> Self {
        let file = folder.join("checkpoints.json");
        let read = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        let kept = read.filter(|kept| kept.journal == journal);
        let kept = kept.unwrap_or_else(|| Kept { journal, done: BTreeMap::new() });
        Self { file, kept: Mutex::new((kept, None)) }
    }
}

impl Checkpoints for FileCheckpoints {
    fn read(&self, role: Role) -> Option<Position> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0.done.get(role.name())?.parse().ok()
    }

    fn keep(&self, role: Role, position: Position) -> std::io::Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (what, written) = &mut *kept;
        what.done.insert(role.name().to_owned(), position.to_string());
        if written.is_some_and(|at| at.elapsed() < Duration::from_millis(WRITTEN_EVERY_MS)) {
            return Ok(());
        }
        *written = Some(Instant::now());
        let draft = self.file.with_extension("json.new");
        std::fs::write(&draft, serde_json::to_vec(what)?)?;
        std::fs::rename(&draft, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_found_again_for_its_own_journal_and_for_no_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        FileCheckpoints::open(dir.path(), mine).keep(Role::Sentinel, Position::new(0, 7)).expect("kept");
        let again = FileCheckpoints::open(dir.path(), mine);
        assert_eq!(again.read(Role::Sentinel), Some(Position::new(0, 7)));
        assert_eq!(again.read(Role::Registration), None);
        assert_eq!(FileCheckpoints::open(dir.path(), other).read(Role::Sentinel), None);
    }
}
