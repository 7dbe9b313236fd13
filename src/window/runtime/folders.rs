//! The program's folders, by the conventions of each system.

use std::path::PathBuf;

use directories::{ProjectDirs, UserDirs};

/// Of the program itself, such as `~/.local/share/unstill`; `None` where the system knows no home.
fn data() -> Option<PathBuf> {
    Some(ProjectDirs::from("", "", "unstill")?.data_dir().to_owned())
}

/// The folder of rescued scenes.
pub fn rescue() -> Option<PathBuf> {
    Some(data()?.join("rescue"))
}

/// The user's own scenes: a folder `Unstill` among the documents, or, on a system without such, one of the program.
pub fn scenes() -> Option<PathBuf> {
    let documents = UserDirs::new().and_then(|user| user.document_dir().map(|folder| folder.join("Unstill")));
    documents.or_else(|| Some(data()?.join("scenes")))
}

/// Where films and screenshots go: the present folder, or, where the program was started from a menu, the user's
/// pictures.
pub fn films() -> PathBuf {
    let here = std::env::current_dir().ok().filter(|here| here.parent().is_some());
    if let Some(here) = here.filter(|here| crate::scene::check_writable(&here.join("unstill.png")).is_ok()) {
        return here;
    }
    let user = UserDirs::new();
    let pictures = user.as_ref().and_then(|user| user.picture_dir()).filter(|folder| folder.is_dir());
    let home = user.as_ref().map(UserDirs::home_dir);
    pictures.or(home).map_or_else(|| PathBuf::from("."), PathBuf::from)
}
