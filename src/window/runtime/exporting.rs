//! Particles as files of other programs, written off the UI thread.

use std::path::Path;
use std::sync::Arc;

use crate::formats::{Export, ExportError, ExportSubject, FormatRole, export};
use crate::scene::{SwarmProject, write_atomic};
use crate::window::live::reply::{Reply, SavedSwarm};

/// Longer side of an exported image, pixels.
const SIZE_PX: u32 = 1600;

/// Returns the notice for the user.
///
/// # Errors
/// One sentence that names the file.
pub(super) fn write(
    path: &Path,
    mut document: SwarmProject,
    subject: ExportSubject,
    live: Reply<SavedSwarm>,
) -> Result<String, String> {
    let named = |error: ExportError| format!("{}: {error}", path.display());
    if subject == ExportSubject::Live {
        document.world.state = live.wait().unwrap_or_default().state.map(Arc::new);
    }
    let content = export(&document.world, subject, path, SIZE_PX).map_err(named)?;
    write_atomic(path, &content.bytes).map_err(|e| e.to_string())?;
    let name = path.display();
    Ok(match content {
        Export { only: Some([snapshot, count]), .. } => {
            let all = FormatRole::SwarmFilm.proposed();
            format!("Exported snapshot {snapshot} of {count}: {name}. A name that ends in {all} takes all of them.")
        }
        Export { snapshots: 1, particles, .. } => format!("Exported {particles} particles: {name}"),
        Export { snapshots, .. } => format!("Exported {snapshots} snapshots: {name}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::new_project;
    use crate::window::live::Live;
    use crate::worlds::swarm::picture::motifs;

    #[test]
    fn the_file_ending_selects_the_export_format() {
        let folder = tempfile::tempdir().unwrap();
        let export = |name: &str| {
            let mut document = new_project();
            document.world.snapshot = Arc::new(motifs::by_name("mill").unwrap().snapshot());
            let result = write(&folder.path().join(name), document, ExportSubject::Picture, Live::default().kept());
            let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
            files.sort();
            (result, files)
        };
        let (result, files) = export("words.docx");
        let fault = result.unwrap_err();
        assert!(fault.contains("give a .csv") && fault.chars().count() <= 300 && files.is_empty(), "{fault}");
        assert_eq!(export("run.v2.xyz").1, ["run.v2.xyz"]);
        export("run.csv").0.unwrap();
        assert!(std::fs::read_to_string(folder.path().join("run.csv")).unwrap().contains("x,y,heading"));
    }
}
