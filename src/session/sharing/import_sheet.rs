//! A file whose reading needed assumptions, until the user imports it or leaves it.
//!
//! At most one reading is under way: what is changed meanwhile is read when it has arrived, so that a drag of a number
//! never queues up work.

use std::path::{Path, PathBuf};

use crate::formats::{Assumption, FrameChoice, ImportOptions, Imported, Outline};
use crate::session::command::{Effect, Level, ShareEffect};
use crate::session::state::Session;

/// Files to be read, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRequest {
    /// The sheet of the request, counted from 1; 0: none is open for these files yet.
    pub sheet: u64,
    /// Several are the snapshots of one film, in this order.
    pub paths: Vec<PathBuf>,
    /// How columns, units and frames are read.
    pub options: ImportOptions,
}

impl ImportRequest {
    /// The first reading of these files; of a film, all frames.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { sheet: 0, paths, options: ImportOptions { frames: FrameChoice::ALL, ..ImportOptions::default() } }
    }
}

/// The result of a reading.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportReading {
    /// What was read, to be compared with what is wanted now.
    pub request: ImportRequest,
    /// What can be stated about the file.
    pub outline: Outline,
    /// Similarity of the snapshots of a film, one sentence with its severity.
    pub alike: Option<(Level, String)>,
    /// One sentence where nothing can be imported with these options.
    pub result: Result<Imported, String>,
}

impl ImportReading {
    /// Whether another reading is possible that gives another picture.
    pub fn has_choices(&self) -> bool {
        self.assumptions().iter().any(|assumption| assumption.changes_picture)
    }

    /// What the file leaves open and the reader chose; none where it cannot be read.
    pub fn assumptions(&self) -> &[Assumption] {
        self.result.as_ref().map_or(&[], |imported| &imported.assumptions)
    }
}

/// What the user does in the sheet.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportCommand {
    /// Reads the files again.
    SetOptions(Box<ImportOptions>),
    /// What the preview shows becomes the picture.
    Accept,
    /// Closes the sheet; the document is as before.
    Cancel,
}

/// The sheet while it is open.
#[derive(Clone, Debug)]
pub struct ImportSheet {
    number: u64,
    /// The newest that has arrived.
    reading: ImportReading,
    options: ImportOptions,
    is_reading: bool,
}

impl ImportSheet {
    /// The file, or the first of several.
    pub fn path(&self) -> &Path {
        self.reading.request.paths.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// How many are read together.
    pub fn files(&self) -> usize {
        self.reading.request.paths.len()
    }

    /// Names the sheet: another file has another number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// As the user stated them last.
    pub fn options(&self) -> &ImportOptions {
        &self.options
    }

    /// The newest reading, which the preview shows.
    pub fn reading(&self) -> &ImportReading {
        &self.reading
    }

    /// Whether the reading with the newest options is still under way.
    pub fn is_reading(&self) -> bool {
        self.is_reading
    }

    /// Whether the reading is that of the newest options, and can be imported.
    pub fn can_accept(&self) -> bool {
        !self.is_reading && self.reading.result.is_ok()
    }

    fn read_again(&mut self) -> Vec<Effect> {
        self.is_reading = true;
        let request = ImportRequest {
            sheet: self.number,
            paths: self.reading.request.paths.clone(),
            options: self.options.clone(),
        };
        vec![Effect::Share(ShareEffect::ReadImport(Box::new(request)))]
    }
}

impl Session {
    /// The import sheet, while it is open.
    pub fn import_sheet(&self) -> Option<&ImportSheet> {
        self.sharing.sheet.as_ref()
    }
}

pub(in crate::session) fn on_command(session: &mut Session, command: ImportCommand) -> Vec<Effect> {
    let Some(sheet) = &mut session.sharing.sheet else { return Vec::new() };
    match command {
        ImportCommand::SetOptions(options) => {
            sheet.options = *options;
            if sheet.is_reading || sheet.options == sheet.reading.request.options {
                return Vec::new();
            }
            sheet.read_again()
        }
        ImportCommand::Accept if !sheet.can_accept() => Vec::new(),
        ImportCommand::Accept => {
            let path = sheet.path().to_owned();
            match session.sharing.sheet.take().map(|sheet| sheet.reading.result) {
                Some(Ok(imported)) => super::imported(session, &path, imported.into_stills()),
                _ => Vec::new(),
            }
        }
        ImportCommand::Cancel => {
            let is_reading = session.sharing.sheet.take().is_some_and(|sheet| sheet.is_reading);
            if is_reading { vec![Effect::Share(ShareEffect::CancelReading)] } else { Vec::new() }
        }
    }
}

pub(in crate::session) fn arrived(session: &mut Session, reading: ImportReading) -> Vec<Effect> {
    if reading.request.sheet == 0 {
        session.sharing.sheets_opened += 1;
        let options = reading.request.options.clone();
        session.sharing.sheet =
            Some(ImportSheet { number: session.sharing.sheets_opened, reading, options, is_reading: false });
        return Vec::new();
    }
    let Some(sheet) = session.sharing.sheet.as_mut().filter(|sheet| sheet.number == reading.request.sheet) else {
        return Vec::new();
    };
    sheet.is_reading = false;
    sheet.reading = reading;
    if sheet.options == sheet.reading.request.options { Vec::new() } else { sheet.read_again() }
}
