//! What the points world can do for the studio.

use std::path::PathBuf;

use glam::{DVec3, Vec3};
use image::RgbaImage;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::overlay::{self, PointOverlay, PointScene};
use super::simulation::PointsSimulation;
use super::training::{PointsCheck, PointsTraining};
use super::{CHECK, ENTRY, PLANE_TABLES, TABLES, curves, draw, knobs};
use crate::formats::{FormatKind, FormatRole, StopSignal, format_for};
use crate::media::looks::Theme;
use crate::media::picture::PictureStyle;
use crate::worlds::StoredWorld;
use crate::worlds::points::cloud::{MAX_POINTS, Standardisation, TrueVelocities, from_text, read_file, read_text};
use crate::worlds::points::measures::{FlowCertificate, PointCheckSettings};
use crate::worlds::points::rule::{Dictionary, DictionaryFlow, PointFlow};
use crate::worlds::points::{FoundSystem, NamedFlow, PointsDoc};
use crate::worlds::studio::{
    BrushStroke, BrushWorkspace, DrawOptions, EquationForm, FlowRow, Learned, Simulation, StudioError, Viewpoint,
    WorldInfo, WorldTables, WorldTraining,
};

/// Points that are taken from the darkness of an image.
const FROM_IMAGE: usize = 10_000;
/// Points of one dab of the spray at strength 1.
const SPRAYED: f64 = 24.0;

impl StoredWorld for PointsDoc {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn has_rule(&self) -> bool {
        self.learned.as_ref().is_some_and(|learned| !learned.flows.is_empty())
    }

    fn learning_fault(&self) -> Option<String> {
        self.cloud().validate().err().map(|e| e.to_string())
    }

    /// The cloud from which the rule was learned.
    fn portrait(&self, style: &PictureStyle) -> RgbaImage {
        let mut picture = RgbaImage::new(style.size_px, style.size_px);
        let options = DrawOptions { light: style.theme == Theme::Light, ..DrawOptions::default() };
        self.draw_still(&self.viewpoint(BrushWorkspace::Paint), options, &mut Vec::new(), &mut picture);
        picture
    }
}

impl WorldInfo for PointsDoc {
    fn tables(&self) -> &'static WorldTables {
        if self.dim == 3 { &TABLES } else { &PLANE_TABLES }
    }

    fn bytes(&self) -> usize {
        // The networks of one flow take about 100 kB in f64.
        let flows = self.learned.as_ref().map_or(0, |learned| learned.flows.len() + 1);
        let truth = self.truth.as_ref().map_or(0, |truth| 24 * truth.positions.len());
        std::mem::size_of_val(&self.points[..]) + truth + flows * 100_000
    }

    fn viewpoint(&self, _: BrushWorkspace) -> Viewpoint {
        draw::whole_view(&self.points, self.dim)
    }

    fn zoom_limits(&self) -> [f64; 2] {
        let whole = self.viewpoint(BrushWorkspace::Live).half_height;
        [1e-3 * whole, 20.0 * whole]
    }

    fn knob(&self, id: &str) -> f64 {
        knobs::value(self, id)
    }

    fn set_knob(&mut self, id: &str, value: f64) {
        knobs::set(self, id, value);
    }

    fn paint(&mut self, stroke: &BrushStroke, seed: u64) -> bool {
        let before = self.points.len();
        match stroke.brush {
            "spray" => self.spray(stroke, seed),
            "erase" => self.points.retain(|p| !is_under(stroke, Vec3::from(*p).as_dvec3())),
            _ => match curves::points_along(stroke, self.dim, before, seed) {
                Some(points) => self.points.extend(points),
                None => return false,
            },
        }
        let changed = self.points.len() != before;
        if changed {
            // What was known belongs to another cloud.
            (self.target, self.truth) = (None, None);
            self.certificate = None;
        }
        changed
    }

    fn clear(&mut self) {
        self.points.clear();
        (self.target, self.truth, self.certificate) = (None, None, None);
    }

    fn can_write_text(&self) -> bool {
        true
    }

    fn write_text(&mut self, text: &str) -> Result<(), StudioError> {
        let cloud = from_text(text, FROM_IMAGE, self.training.seed).map_err(StudioError::Text)?;
        let Self { training, live, walkers, .. } = *self;
        *self = PointsDoc { training, live, walkers, ..PointsDoc::of(cloud, None) };
        Ok(())
    }

    fn draw_still(&self, view: &Viewpoint, options: DrawOptions, scratch: &mut Vec<f32>, picture: &mut RgbaImage) {
        let positions = self.points.iter().map(|p| p.map(f64::from));
        draw::draw(scratch, 0.0, positions, self.points.len(), view, options.light, picture);
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("Points", self.points.len().to_string()), ("Dimensions", self.dim.to_string())];
        facts.extend(self.target.map(|target| ("Target", target.name().to_owned())));
        facts.extend(self.truth.as_ref().map(|truth| ("True velocities", truth.positions.len().to_string())));
        facts.extend(self.cloud().validate().err().map(|why| ("Cannot be learned", why.to_string())));
        facts
    }

    fn flows(&self) -> Vec<FlowRow> {
        let Some(learned) = &self.learned else { return Vec::new() };
        let row = |(index, named): (usize, &NamedFlow)| {
            let measured = self
                .certificate
                .as_ref()
                .and_then(|certificate| certificate.flows.iter().find(|flow| !flow.control && flow.name == named.name));
            let mut facts = facts_of(named);
            if let Some(measured) = measured {
                let verdict = if measured.keeps_cloud() { "keeps" } else { "loses" };
                facts += &format!(", {verdict} the cloud ({:.2})", measured.within_quantile);
            }
            FlowRow {
                name: named.name.clone(),
                facts,
                is_chosen: index == learned.chosen,
                can_be_deleted: learned.flows.len() > 1,
                can_be_renamed: true,
                can_be_blended: learned.can_blend(learned.chosen, index),
                ..FlowRow::default()
            }
        };
        learned.flows.iter().enumerate().map(row).collect()
    }

    fn choose_flow(&mut self, index: usize) {
        if let Some(learned) = self.learned.as_mut().filter(|learned| index < learned.flows.len()) {
            learned.chosen = index;
        }
    }

    fn delete_flow(&mut self, index: usize) {
        PointsDoc::delete_flow(self, index);
    }

    fn rename_flow(&mut self, index: usize, name: &str) {
        PointsDoc::rename_flow(self, index, name);
    }

    fn blend_flows(&mut self, other: usize, share: f64) -> Result<(), StudioError> {
        Ok(PointsDoc::blend_flows(self, other, share)?)
    }

    fn draw_flow(&self, index: usize, options: DrawOptions, picture: &mut RgbaImage) {
        let mut view = self.viewpoint(BrushWorkspace::Paint);
        // Closer than the cloud is shown elsewhere: the flow is what matters.
        view.half_height *= 0.75;
        self.draw_still(&view, options, &mut Vec::new(), picture);
        let Some(learned) = self.learned.as_ref().filter(|learned| index < learned.flows.len()) else { return };
        let cloud = self.cloud_in(&learned.map);
        if cloud.is_empty() {
            return;
        }
        let rule = learned.rule(self.dim, index);
        let scene = PointScene { rule: &rule, sigma: self.live.sigma, cloud: &cloud };
        PointOverlay::of_thumbnail().draw(
            scene,
            &view,
            DrawOptions { layers: overlay::streamlines_alone(), ..options },
            picture,
        );
    }

    fn certificate(&self) -> Vec<(bool, String)> {
        let Some(certificate) = &self.certificate else { return Vec::new() };
        let mut lines: Vec<(bool, String)> = certificate.flows.iter().map(line_of).collect();
        if let Some(fresh) = certificate.fresh {
            let within = certificate.fresh_within.unwrap_or(fresh.mean);
            let text = format!("samples of the cloud itself: within {within:.2}");
            lines.insert(0, (true, text));
        }
        // Flows that were blended since have no row.
        let flows = self.learned.as_ref().map_or(&[][..], |learned| &learned.flows);
        for (k, (row, of)) in certificate.mutual_cosines.iter().zip(flows).enumerate() {
            for (other, cosine) in flows.iter().zip(row).take(k) {
                lines.push((true, format!("cosine of {} and {}: {cosine:.2}", of.name, other.name)));
            }
        }
        lines
    }

    fn equations(&self, form: EquationForm) -> Option<String> {
        let learned = self.learned.as_ref()?;
        let system = FoundSystem::of(&learned.flows.get(learned.chosen)?.flow, &learned.map)?;
        Some(match form {
            EquationForm::Text => system.text(),
            EquationForm::Latex => system.latex(),
            EquationForm::Python => system.python(),
        })
    }

    fn evidence(&self) -> Option<String> {
        let learned = self.learned.as_ref()?;
        let weak = learned.flows.get(learned.chosen)?.weak.as_ref()?;
        let noise =
            if weak.noise > 0.0 { format!(", noise {:.1}% corrected", 100.0 * weak.noise) } else { String::new() };
        let eigenvalues: Vec<String> = weak.eigenvalues.iter().map(|value| format!("{value:.2}")).collect();
        // The lowest is that of the law; the others are by its weights.
        let eigenvalues = format!(" Eigenvalues {} (1 is what sampling leaves).", eigenvalues.join(" "));
        Some(if weak.certain {
            format!(
                "Found: the next best law is {:.0} times worse ({} samples{noise}).{eigenvalues}",
                weak.gap, weak.samples
            )
        } else if weak.has_rivals {
            format!(
                "Not certain: other laws keep this cloud about as well; the next is only {:.1} times worse ({} \
                 samples{noise}).{eigenvalues}",
                weak.gap, weak.samples
            )
        } else {
            format!(
                "Not certain: the next best law is only {:.1} times worse ({} samples{noise}). Take more samples, or a law \
                 of this degree is not behind this cloud.{eigenvalues}",
                weak.gap, weak.samples
            )
        })
    }

    fn start_training(&self, method: &str) -> Result<Box<dyn WorldTraining>, StudioError> {
        if method == CHECK.id {
            return Ok(Box::new(PointsCheck::new(self, &PointCheckSettings::default(), None)?));
        }
        Ok(Box::new(PointsTraining::new(self, method)?))
    }

    fn set_learned(&mut self, learned: Learned) {
        match learned {
            Learned::Points(learned) => self.take_learned(*learned),
            Learned::PointCertificate(certificate) => self.certificate = Some(*certificate),
            Learned::Field(_) | Learned::FieldEvidence(_) => {}
        }
    }

    fn start_simulation(&self, seed: u64) -> Result<Box<dyn Simulation>, StudioError> {
        Ok(Box::new(PointsSimulation::new(self, seed)?))
    }

    fn import(&mut self, paths: &[PathBuf], stop: StopSignal) -> Result<Vec<String>, StudioError> {
        let Some(path) = paths.first() else { return Ok(Vec::new()) };
        let refused = |reason: String| StudioError::File { path: path.display().to_string(), reason };
        let (mut truth, has_points) = (None, !self.points.is_empty());
        if let Some(format) =
            format_for(path, FormatRole::PointsImport).filter(|format| format.kind() == FormatKind::Table)
        {
            let text = read_text(path, stop).map_err(|e| refused(e.to_string()))?;
            let text = format.table_text(text).map_err(refused)?;
            if TrueVelocities::is_named_in(&text) {
                let read = TrueVelocities::unless_stopped(&text, stop).map_err(|e| refused(e.to_string()))?;
                if has_points {
                    return self.compare_with(read).map_err(refused);
                }
                truth = Some(read);
            }
        }
        let read = read_file(path, FROM_IMAGE, self.training.seed, stop).map_err(|e| refused(e.to_string()))?;
        let mut notes = read.notes;
        if paths.len() > 1 {
            notes.push(format!("{} was read, and {} other files were not", path.display(), paths.len() - 1));
        }
        let live = self.live;
        let truth = truth.filter(|truth: &TrueVelocities| truth.dim == read.cloud.dim);
        *self = PointsDoc { live, truth, ..PointsDoc::of(read.cloud, None) };
        Ok(notes)
    }
}

impl PointsDoc {
    /// The cloud in the standardised coordinates of what was learned: the picture may have been painted on since.
    pub(super) fn cloud_in(&self, map: &Standardisation) -> Vec<[f64; 3]> {
        self.points.iter().map(|p| map.forward(p.map(f64::from))).collect()
    }

    /// Takes a table of velocities as the truth of this cloud. Returns what was made of it.
    fn compare_with(&mut self, truth: TrueVelocities) -> Result<Vec<String>, String> {
        if truth.dim != self.dim {
            return Err(format!(
                "these are velocities in {} dimensions, and the cloud has {}; clear the cloud to take their positions as points",
                truth.dim, self.dim
            ));
        }
        let note = format!(
            "The {} velocities are the truth that flows are compared with; clear the cloud first to take their positions as points.",
            truth.positions.len()
        );
        self.truth = Some(truth);
        self.certificate = None;
        Ok(vec![note])
    }

    fn spray(&mut self, stroke: &BrushStroke, seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        let count = (SPRAYED * stroke.strength).round().max(1.0) as usize;
        for _ in 0..count.min(MAX_POINTS.saturating_sub(self.points.len())) {
            let along: f64 = rng.random();
            let d = curves::scatter(&mut rng, self.dim);
            let position = stroke.from + along * (stroke.to - stroke.from) + stroke.radius * d;
            let [x, y, z] = position.as_vec3().to_array();
            self.points.push([x, y, if self.dim == 3 { z } else { 0.0 }]);
        }
    }
}

/// Whether a position is under the way of a brush from dab to dab, seen along its axis.
fn is_under(stroke: &BrushStroke, position: DVec3) -> bool {
    let flat = |v: DVec3| v - v.dot(stroke.axis) * stroke.axis;
    let (way, off) = (flat(stroke.to - stroke.from), flat(position - stroke.from));
    let length_sq = way.length_squared();
    let share = if length_sq > 0.0 { (off.dot(way) / length_sq).clamp(0.0, 1.0) } else { 0.0 };
    off.distance_squared(share * way) < stroke.radius * stroke.radius
}

fn line_of(flow: &FlowCertificate) -> (bool, String) {
    let control = if flow.control { "control " } else { "" };
    let within = flow.within_quantile;
    let measure = if flow.pairs_within.is_some() { "MMD² changes by" } else { "mean MMD²" };
    let mut text = format!("{control}{}: within {within:.2}, {measure} {:.5}", flow.name, flow.mmd2.mean);
    if let Some(error) = flow.grid_error {
        text += &format!(", grid error {error:.0e}");
    }
    if let Some(cosine) = flow.cosine {
        text += &format!(", cosine to the truth {cosine:.3}");
    }
    if let Some(spectrum) = &flow.lyapunov {
        let exponents: Vec<String> = spectrum.exponents.iter().map(|e| format!("{e:.2}")).collect();
        text += &format!(", λ {}, Kaplan-Yorke {:.2}", exponents.join(" "), spectrum.kaplan_yorke);
    }
    (flow.keeps_cloud() != flow.control, text)
}

fn facts_of(named: &NamedFlow) -> String {
    match (&named.weak, named.residual) {
        (Some(weak), _) => {
            let is_of_waves = matches!(
                &named.flow,
                PointFlow::Dictionary(DictionaryFlow { dictionary: Dictionary::Fourier { .. }, .. })
            );
            let kind = if is_of_waves { "waves" } else { "equations" };
            if weak.certain {
                format!("{kind}, gap {:.0}", weak.gap)
            } else {
                format!("{kind}, not certain (gap {:.1})", weak.gap)
            }
        }
        (None, Some(residual)) if residual < 1e-3 => "exact".to_owned(),
        (None, Some(residual)) => format!("residual {residual:.3}"),
        (None, None) => String::new(),
    }
}
