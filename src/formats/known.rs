//! Rows of the table of file formats, and what follows from all of them: roles, endings, readers and writers.

use std::io;
use std::path::Path;

use super::export::ExportError;
use super::rows::{Fault, Reading};
use super::{FORMATS, ImportError, ImportOptions, NumberArray, StopSignal, TrajectoryKind, picture, table, text, xyz};
use crate::worlds::swarm::picture::Snapshot;

/// What a file of a format holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormatKind {
    /// A table of particles.
    Table,
    /// XYZ or extended XYZ.
    Xyz,
    /// A picture to make particles of.
    #[default]
    Image,
    /// Numbers along several axes.
    Array,
    /// A scene as text.
    Scene,
}

impl FormatKind {
    /// It holds particles, and not something to make particles of.
    pub fn is_particles(self) -> bool {
        matches!(self, Self::Table | Self::Xyz)
    }

    /// With its article, for lists.
    fn name(self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Xyz => "XYZ",
            Self::Image => "an image",
            Self::Array => "an array",
            Self::Scene => "a scene",
        }
    }
}

/// What a world, or the whole program, does with files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormatRole {
    /// Scenes are saved to it and opened from it.
    Scene,
    /// The program draws its pictures to it.
    Picture,
    /// Plots are saved to it, as pictures or numbers.
    Plot,
    /// The swarm reads particles from it, or makes them of its pixels.
    SwarmImport,
    /// The swarm writes particles, or a picture of them, to it.
    SwarmExport,
    /// The swarm writes all snapshots of a film to one file, one after the other.
    SwarmFilm,
    /// The motion of a swarm is written to it.
    Trajectory,
    /// A cloud of points is read from it, or drawn from its dark parts.
    PointsImport,
    /// A cloud of points is written to it.
    PointsExport,
    /// Stills of a pattern are read from it.
    StillsImport,
    /// Icons with a transparent background, which become tokens, are read from it.
    IconImport,
    /// A field is written to it.
    FieldExport,
    /// Several stills are written to one file.
    StillsExport,
}

impl FormatRole {
    /// The formats of this role, in the order of the table.
    pub fn formats(self) -> impl Iterator<Item = &'static FormatSpec> {
        FORMATS.iter().filter(move |format| format.has(self))
    }

    /// The endings of these formats; the first is that of names without one.
    pub fn endings(self) -> Vec<&'static str> {
        self.formats().flat_map(|format| format.endings).copied().collect()
    }

    /// The first ending of each of these formats, for messages: `.csv, .xyz or .png`.
    pub fn proposed(self) -> String {
        listed(self.formats().map(|format| format!(".{}", format.endings[0])).collect())
    }

    /// What these formats are, with all endings, for the help of the command line.
    pub fn listed(self) -> String {
        let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
        for format in self.formats() {
            let name = format.kind().name();
            let endings = format.endings.iter().map(|ending| format!(".{ending}"));
            match kinds.iter_mut().find(|(kind, _)| *kind == name) {
                Some((_, all)) => all.extend(endings),
                None => kinds.push((name, endings.collect())),
            }
        }
        listed(kinds.into_iter().map(|(name, endings)| format!("{name} ({})", endings.join(", "))).collect())
    }

    /// Folders are read too: all files of these formats in them.
    pub fn reads_folders(self) -> bool {
        self == Self::StillsImport
    }

    /// Whether a file of this name, or a folder, can be read in this role.
    pub fn reads(self, path: &Path) -> bool {
        format_for(path, self).is_some() || (self.reads_folders() && path.is_dir())
    }
}

/// `a, b or c`.
fn listed(parts: Vec<String>) -> String {
    match &parts[..] {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// How files of a format are read.
#[derive(Clone, Copy)]
pub(super) enum FormatReader {
    /// As a table with names in its first line, which this makes of the text; `Ok` where the text is one.
    Table(fn(String) -> Result<String, Fault>),
    /// As extended XYZ.
    Xyz,
    /// By its pixels.
    Image,
    /// As an array, of the whole file.
    Array(fn(&[u8], StopSignal) -> Result<NumberArray, String>),
    /// As a scene.
    Scene,
}

/// Appends a snapshot to the content of a file, given its name and the longer side of an image in pixels.
type Write = fn(&Snapshot, &Path, u32, &mut Vec<u8>) -> Result<(), ExportError>;

/// What the swarm, which reads the format, writes to it.
#[derive(Clone, Copy)]
pub(super) struct SwarmFiles {
    pub write: Write,
    /// Whether all snapshots of a film are written to one file, one after the other.
    pub writes_films: bool,
    /// What trajectories of this format are written as; none where it has none.
    pub trajectory: Option<TrajectoryKind>,
}

/// What the world of points, which reads the format, does with it.
#[derive(Clone, Copy)]
pub(super) struct PointsFiles {
    /// Between the columns of a cloud that is written; none where clouds are only read.
    pub separator: Option<char>,
}

/// What the world of fields, which reads stills from the format, does with it.
#[derive(Clone, Copy)]
pub(super) struct FieldFiles {
    /// Its images can be transparent, as icons are.
    pub has_transparency: bool,
    pub write: Option<StillsWriter>,
}

/// How a field is written.
#[derive(Clone, Copy)]
pub enum StillsWriter {
    /// Any number of stills, as the content of an array `[stills, channels, height, width]`: shape and values.
    Array(fn(&[usize], &[f32]) -> io::Result<Vec<u8>>),
    /// One still as a picture of 16 bits.
    Picture(image::ImageFormat),
}

/// A row of the table.
pub struct FormatSpec {
    /// Of names, in small letters, without the dot; the first one is that of new files.
    pub endings: &'static [&'static str],
    pub(super) reader: FormatReader,
    pub(super) swarm: Option<SwarmFiles>,
    pub(super) points: Option<PointsFiles>,
    pub(super) field: Option<FieldFiles>,
    /// Scenes are saved to it and opened from it.
    pub(super) holds_scenes: bool,
    /// The program draws its pictures to it.
    pub(super) is_drawn: bool,
    /// Numbers of plots are written to it.
    pub(super) holds_plots: bool,
}

impl FormatSpec {
    /// What its files hold.
    pub fn kind(&self) -> FormatKind {
        match self.reader {
            FormatReader::Table(_) => FormatKind::Table,
            FormatReader::Xyz => FormatKind::Xyz,
            FormatReader::Image => FormatKind::Image,
            FormatReader::Array(_) => FormatKind::Array,
            FormatReader::Scene => FormatKind::Scene,
        }
    }

    /// Whether it has this role.
    pub fn has(&self, role: FormatRole) -> bool {
        let field_writer = self.field.and_then(|field| field.write);
        match role {
            FormatRole::Scene => self.holds_scenes,
            FormatRole::Picture => self.is_drawn,
            FormatRole::Plot => self.is_drawn || self.holds_plots,
            FormatRole::SwarmImport | FormatRole::SwarmExport => self.swarm.is_some(),
            FormatRole::SwarmFilm => self.swarm.is_some_and(|swarm| swarm.writes_films),
            FormatRole::Trajectory => self.trajectory().is_some(),
            FormatRole::PointsImport => self.points.is_some(),
            FormatRole::PointsExport => self.separator().is_some(),
            FormatRole::StillsImport => self.field.is_some(),
            FormatRole::IconImport => self.field.is_some_and(|field| field.has_transparency),
            FormatRole::FieldExport => field_writer.is_some(),
            FormatRole::StillsExport => matches!(field_writer, Some(StillsWriter::Array(_))),
        }
    }

    /// What trajectories are written as; none where there are none of this format.
    pub(super) fn trajectory(&self) -> Option<TrajectoryKind> {
        self.swarm.and_then(|swarm| swarm.trajectory)
    }

    /// Between the columns of a cloud of points; none where clouds are not written.
    pub fn separator(&self) -> Option<char> {
        self.points.and_then(|points| points.separator)
    }

    /// How a field is written; none where it is not.
    pub fn stills_writer(&self) -> Option<StillsWriter> {
        self.field.and_then(|field| field.write)
    }

    /// The outer error is about the file, the inner about its content.
    pub(super) fn read(
        &self,
        path: &Path,
        options: &ImportOptions,
        stop: StopSignal,
    ) -> Result<Result<Reading, Fault>, ImportError> {
        match self.reader {
            FormatReader::Table(as_table) => table::read(path, options, as_table, stop),
            FormatReader::Xyz => xyz::read(path, options, stop),
            FormatReader::Image => picture::read(path, options, stop),
            FormatReader::Array(_) | FormatReader::Scene => Err(ImportError::UnknownKind { file: path.to_owned() }),
        }
    }

    /// Names of the columns in the head of a file; numbers from 1 where they have none.
    pub(super) fn columns(&self, path: &Path, without_header: bool) -> Vec<String> {
        match self.reader {
            FormatReader::Table(as_table) => {
                as_table(text::head(path)).map_or_else(|_| Vec::new(), |text| table::columns_of(&text, without_header))
            }
            FormatReader::Xyz => xyz::columns_of(&text::head(path)),
            FormatReader::Image | FormatReader::Array(_) | FormatReader::Scene => Vec::new(),
        }
    }

    /// The text of a file as a table, for readers of other worlds; as it is where the format is not a table.
    ///
    /// # Errors
    /// What is wrong, in which line, and the next step, without a full stop.
    pub fn table_text(&self, text: String) -> Result<String, String> {
        match self.reader {
            FormatReader::Table(as_table) => as_table(text).map_err(|fault| fault.text()),
            _ => Ok(text),
        }
    }

    /// The content of a file as an array; `None` where the format is not one.
    ///
    /// # Errors
    /// What is wrong and the next step, without a full stop.
    pub fn array(&self, bytes: &[u8], stop: StopSignal) -> Option<Result<NumberArray, String>> {
        match self.reader {
            FormatReader::Array(read) => Some(read(bytes, stop)),
            _ => None,
        }
    }
}

/// The format of a file in a role, by the ending of its name; `None` where no format of this ending has the role.
pub fn format_for(path: &Path, role: FormatRole) -> Option<&'static FormatSpec> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    role.formats().find(|format| format.endings.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use glam::DVec2;

    use super::*;
    use crate::worlds::points::cloud::read_file;
    use crate::worlds::swarm::picture::Particle;

    #[test]
    fn endings_name_one_format_each_in_either_case() {
        let kind = |name: &str| format_for(Path::new(name), FormatRole::SwarmImport).map(|format| format.kind());
        assert_eq!(kind("a.CSV"), Some(FormatKind::Table));
        assert_eq!(kind("a.b.xyz"), Some(FormatKind::Xyz));
        assert_eq!(kind("a.JPeG"), Some(FormatKind::Image));
        assert_eq!((kind("csv"), kind("a.ron"), kind("a.")), (None, None, None));
        let mut all: Vec<&str> = FORMATS.iter().flat_map(|format| format.endings).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn messages_list_the_formats_of_their_role() {
        assert_eq!(FormatRole::Scene.proposed(), ".ron or .png");
        assert_eq!(FormatRole::SwarmFilm.proposed(), ".xyz");
        assert_eq!(FormatRole::StillsImport.proposed(), ".png, .jpg, .webp, .bmp, .tiff or .npy");
        let list = FormatRole::SwarmImport.listed();
        assert!(
            list.starts_with("a table (.csv, ") && list.contains(", XYZ (.xyz, .extxyz) or an image (.png,"),
            "{list}"
        );
        for format in FORMATS {
            let roles = [
                FormatRole::Scene,
                FormatRole::Picture,
                FormatRole::SwarmImport,
                FormatRole::PointsImport,
                FormatRole::StillsImport,
            ];
            assert!(roles.iter().any(|&role| format.has(role)), "{:?} has no role", format.endings);
        }
    }

    #[test]
    fn every_ending_of_the_format_table_becomes_a_cloud() {
        let folder = tempfile::tempdir().unwrap();
        let particle = |k: u32| Particle { x: f64::from(k % 15), y: f64::from(k / 15), ..Particle::default() };
        let snapshot = Snapshot {
            particles: (0..150).map(particle).collect(),
            box_size: DVec2::splat(20.0),
            ..Snapshot::default()
        };
        for ending in FormatRole::PointsImport.endings() {
            let path = folder.path().join(format!("a.{ending}"));
            let mut bytes = Vec::new();
            let format = format_for(&path, FormatRole::SwarmExport).unwrap();
            (format.swarm.unwrap().write)(&snapshot, &path, 64, &mut bytes).unwrap();
            crate::media::atomic::write_atomic(&path, &bytes).unwrap();
            assert_eq!(read_file(&path, 150, 1, StopSignal::NEVER).unwrap().cloud.len(), 150, "{ending}");
        }
    }

    #[test]
    fn every_ending_is_written_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = crate::worlds::swarm::picture::motifs::by_name("mill").unwrap().snapshot();
        for ending in FormatRole::SwarmImport.endings() {
            let path = folder.path().join(format!("a.{ending}"));
            let format = format_for(&path, FormatRole::SwarmExport).unwrap();
            let mut bytes = Vec::new();
            (format.swarm.unwrap().write)(&snapshot, &path, 64, &mut bytes).unwrap();
            crate::media::atomic::write_atomic(&path, &bytes).unwrap();
            let read = super::super::import(&path, &ImportOptions::default()).unwrap_or_else(|e| panic!("{e}"));
            if format.kind().is_particles() {
                assert_eq!(read.snapshot.particles.len(), snapshot.particles.len(), "{ending}");
            }
        }
    }
}
