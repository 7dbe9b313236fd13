//! What the shell shows: sheets, dialogs and views.

use super::observing::charts::PlotKind;
use crate::formats::ExportSubject;

/// What changes only the sight of things: the session hands it on to the shell.
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
    Open,
    SaveAs,
    /// A name among the user's own scenes.
    Name,
    SavePicture,
    Film,
    Trajectory,
    Import,
    /// Files for the world of the studio, with the endings that it reads.
    ImportInto(&'static [&'static str]),
    Export(ExportSubject),
    /// What lives in the studio, with the endings that its world writes.
    ExportLiving(&'static [&'static str]),
    /// An image for the image tool.
    Picture,
    Gallery,
    Help,
    /// The drawer of live plots.
    Plots,
    SavePlotCsv(PlotKind),
    SavePlotPng(PlotKind),
    /// A plot of the studio, by the id of its series.
    SaveSeries(&'static str),
    /// All commands, to be found by typing.
    Palette,
}
