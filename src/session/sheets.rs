//! Sheets, dialogs and views of the shell.

use super::observing::charts::PlotKind;
use crate::formats::{ExportSubject, FormatRole};

/// Changes of what is seen alone: the session passes them on to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewCommand {
    /// Show the whole box again.
    Fit,
    /// Write a picture of the window.
    Screenshot,
    /// Write a picture of the canvas alone.
    CanvasScreenshot,
    /// Fill the screen with the window, or leave full screen.
    FullScreen,
}

/// Dialogs and sheets that the shell opens on [`super::Effect::Ask`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialog {
    /// A scene file, or a picture that holds one.
    Open,
    /// Where the scene is saved from then on.
    SaveAs,
    /// A name among the user's own scenes.
    Name,
    /// Where the picture that holds the scene is written.
    SavePicture,
    /// How the next film is taken.
    Film,
    /// How the next trajectory is recorded.
    Trajectory,
    /// Tables, XYZ files and images of other programs.
    Import,
    /// Files for the world of the studio, in the role in which it reads them.
    ImportInto(FormatRole),
    /// Where the picture or the swarm is written, for other programs.
    Export(ExportSubject),
    /// The live state of the studio's world, in the role in which it is written.
    ExportLiving(FormatRole),
    /// An image for the image tool.
    Picture,
    /// Scenes that come with the program, and the user's own.
    Gallery,
    /// What keys and mouse do.
    Help,
    /// The drawer of live plots.
    Plots,
    /// Where the values of this plot are written.
    SavePlotCsv(PlotKind),
    /// Where the image of this plot is written.
    SavePlotPng(PlotKind),
    /// A plot of the studio, by the id of its series.
    SaveSeries(&'static str),
    /// All commands, to be found by typing.
    Palette,
}
