//! The list of files that were opened or saved lately.

use std::path::{Path, PathBuf};

/// More are forgotten.
const MOST: usize = 12;

/// Puts `path` at the head of the list.
pub fn remember(recent: &mut Vec<PathBuf>, path: &Path) {
    // The same file from another folder is the same file.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    recent.retain(|other| *other != path);
    recent.insert(0, path);
    recent.truncate(MOST);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first_and_none_twice() {
        let mut list = Vec::new();
        for name in ["/a.ron", "/b.ron", "/a.ron"] {
            remember(&mut list, Path::new(name));
        }
        assert_eq!(list, [PathBuf::from("/a.ron"), "/b.ron".into()]);
        (0..40).for_each(|k| remember(&mut list, Path::new(&format!("/{k}.ron"))));
        assert_eq!((list.len(), &list[0]), (MOST, &PathBuf::from("/39.ron")));
        remember(&mut list, Path::new("here.ron"));
        assert!(list[0].is_absolute());
    }
}
