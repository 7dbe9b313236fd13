//! The rules of this picture: a strip of its learned flows over the lower edge of the canvas, each alive.

use std::sync::Arc;

use super::egui::{
    self, Align, Button, Context, DragValue, Layout, Popup, PopupCloseBehavior, Rect, RichText, Sense, Slider, Stroke,
    StrokeKind, TextEdit, Ui, UiBuilder, Vec2,
};
use super::swarm_view::draw_close;
use super::widgets::{choice, strip};
use super::{UiState, style};
use crate::session::{Command, LearnCommand, LearnedFlow, Session, Workspace};
use crate::worlds::swarm::picture::Particle;
use crate::worlds::swarm::rule::FlowKind;
use crate::worlds::swarm::train::Drive;

/// Size of a card, points.
const CARD: Vec2 = Vec2::new(150.0, 126.0);
const PICTURE_HEIGHT: f32 = 66.0;

/// What each flow of the list does now: the particles of its thumbnail, in the order of the list.
pub type Thumbnails = Arc<Vec<Vec<Particle>>>;

/// The state of the strip.
#[derive(Default)]
pub(super) struct Strip {
    pub thumbnails: Thumbnails,
    /// Share of the other flow in the next blend.
    share: Option<f64>,
    /// Seed and drive of the next flow, where the user has chosen.
    seed: Option<u64>,
    drive: Option<Drive>,
}

pub(super) fn show(ctx: &Context, free: Rect, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    if session.workspace() != Workspace::Learn || !session.has_rule() || state.gallery_open || state.help_open {
        return;
    }
    let count = session.document().world.flows.list.len() as f32 + 1.0;
    let width = (count * (CARD.x + 8.0) + 8.0).min(free.width() - 40.0);
    strip(ctx, "rules of this picture", free, width, "Rules of this picture", |ui| {
        for (k, flow) in session.document().world.flows.list.iter().enumerate() {
            ui.push_id(k, |ui| card(ui, session, k, flow, &mut state.strip, commands));
        }
        next(ui, session, &mut state.strip, commands);
    });
}

fn card(ui: &mut Ui, session: &Session, k: usize, flow: &LearnedFlow, strip: &mut Strip, commands: &mut Vec<Command>) {
    let document = session.document();
    let plays = document.world.flows.chosen == k && document.world.live.flow == FlowKind::Learned;
    let (rect, _) = ui.allocate_exact_size(CARD, Sense::hover());
    let picture = Rect::from_min_size(rect.min, Vec2::new(CARD.x, PICTURE_HEIGHT));
    match strip.thumbnails.get(k) {
        Some(particles) if !particles.is_empty() => draw_close(ui.painter(), picture, particles),
        _ => _ = ui.painter().rect_filled(picture, 6.0, style::CANVAS),
    }
    let response = ui.interact(picture, ui.id().with("pick"), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::WidgetType::Button, true, plays, format!("Pick {}", flow.name))
    });
    let border = match (plays, response.hovered()) {
        (true, _) => Some(style::ACCENT),
        (false, true) => Some(style::TEXT_WEAK),
        (false, false) => None,
    };
    if let Some(colour) = border {
        ui.painter().rect_stroke(picture, 6.0, Stroke::new(1.5, colour), StrokeKind::Inside);
    }
    let meaning = if plays { "This one plays" } else { "Let the swarm move like this, from where it is now" };
    if response.on_hover_text(meaning).clicked() {
        commands.push(Command::Learn(LearnCommand::PickFlow(k)));
    }
    let rest = Rect::from_min_max(picture.left_bottom() + Vec2::new(0.0, 3.0), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest).layout(Layout::top_down(Align::Min)), |ui| {
        ui.spacing_mut().item_spacing = Vec2::new(4.0, 2.0);
        ui.horizontal(|ui| {
            let mut name = flow.name.clone();
            let width = CARD.x - 62.0;
            let edit = TextEdit::singleline(&mut name).desired_width(width).font(egui::TextStyle::Small);
            if ui.add(edit).on_hover_text("Its name; click to change it").changed() {
                commands.push(Command::Learn(LearnCommand::RenameFlow(k, name)));
            }
            let free = session.flows_are_free();
            let other = document.world.flows.list.len() > 1 && document.world.flows.chosen != k;
            let blend = ui.add_enabled(free && other, Button::new("+").small());
            let blend = blend.on_hover_text("Blend this one with the one that plays");
            let blend = blend.on_disabled_hover_text("Pick another one to blend this one with");
            blend.widget_info(|| {
                egui::WidgetInfo::labeled(egui::WidgetType::Button, free && other, format!("Blend {}", flow.name))
            });
            Popup::menu(&blend)
                .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
                .show(|ui| blending(ui, session, k, strip, commands));
            let delete =
                ui.add_enabled(free, Button::new("×").small()).on_hover_text("Delete this one (undo brings it back)");
            delete.widget_info(|| {
                egui::WidgetInfo::labeled(egui::WidgetType::Button, free, format!("Delete {}", flow.name))
            });
            if delete.clicked() {
                commands.push(Command::Learn(LearnCommand::DeleteFlow(k)));
            }
        });
        numbers(ui, flow);
    });
}

fn numbers(ui: &mut Ui, flow: &LearnedFlow) {
    let small = |text: String| RichText::new(text).small().color(style::TEXT_WEAK);
    let Some(n) = flow.numbers else {
        ui.label(small("measuring…".to_owned()));
        return;
    };
    // Rounded first: no minus before a zero.
    let [forward, lateral, turn] = [n.forward, n.lateral, n.turn].map(|x| (100.0 * x).round() / 100.0 + 0.0);
    let motion = format!("fwd {forward:.2}  side {lateral:.2}");
    let rest = format!("turn {turn:.2}  residual {:.3}", n.residual);
    let meaning = "Mean motion on the picture, in each particle's own frame: forward and to the left, in particle \
                   distances per time";
    ui.label(small(motion)).on_hover_text(meaning);
    let meaning = "Mean turn, radians per time. Residual: how far the motion is from keeping the pattern, 0 is exact, 1 \
                   is what ignorance gives";
    ui.label(small(rest)).on_hover_text(meaning);
}

fn blending(ui: &mut Ui, session: &Session, k: usize, strip: &mut Strip, commands: &mut Vec<Command>) {
    let flows = &session.document().world.flows;
    let (Some(plays), Some(other)) = (flows.chosen(), flows.list.get(k)) else { return };
    let mut share = strip.share.unwrap_or(0.5);
    ui.label(format!("{} and {}", plays.name, other.name));
    let slider = Slider::new(&mut share, 0.0..=1.0)
        .custom_formatter(|share, _| format!("{:.0} %", 100.0 * share))
        .custom_parser(|text| text.trim_end_matches('%').trim().parse::<f64>().ok().map(|percent| percent / 100.0));
    ui.add(slider)
        .on_hover_text(format!("Share of {}. What keeps the pattern in both keeps it in any blend", other.name));
    strip.share = Some(share);
    if ui.button("Blend").clicked() {
        commands.push(Command::Learn(LearnCommand::BlendFlows { a: flows.chosen, b: k, share }));
        ui.close();
    }
}

/// The card that makes the next one.
fn next(ui: &mut Ui, session: &Session, strip: &mut Strip, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(CARD, Sense::hover());
    ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.0, style::LINE), StrokeKind::Inside);
    ui.scope_builder(UiBuilder::new().max_rect(rect.shrink(8.0)).layout(Layout::top_down(Align::Min)), |ui| {
        let document = session.document();
        let mut seed = strip.seed.unwrap_or_else(|| document.world.flows.next_seed());
        let mut drive = strip.drive.unwrap_or(document.world.training.drive);
        ui.horizontal(|ui| {
            let tooltip = "Another seed may find another motion of the same pattern";
            let label = ui.label("Seed").on_hover_text(tooltip);
            if ui.add(DragValue::new(&mut seed).speed(0.1)).labelled_by(label.id).on_hover_text(tooltip).changed() {
                strip.seed = Some(seed);
            }
        });
        let forward = "It flies where the particles point".to_owned();
        let any = "Any motion will do, as in the paper; each seed finds its own".to_owned();
        if let Some(new) = choice(ui, drive, &[(Drive::Forward, "forward", forward), (Drive::Any, "any", any)]) {
            drive = new;
            strip.drive = Some(new);
        }
        ui.add_space(4.0);
        let idle = !session.training().state.is_active();
        let button = Button::new("Learn another flow").min_size(Vec2::new(ui.available_width(), 26.0));
        let tooltip = "Another motion of the same pattern; the present one plays until it is learned";
        let button = ui.add_enabled(idle, button).on_hover_text(tooltip);
        if button.on_disabled_hover_text("Something is being learned: wait for it, or stop it").clicked() {
            commands.push(Command::Learn(LearnCommand::LearnAnotherFlow(Some((seed, drive)))));
            strip.seed = None;
        }
    });
}
