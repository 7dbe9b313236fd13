//! The palette of tools: two rows of small drawings, each with its name and key as a tooltip.

use super::super::egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    WidgetType, pos2,
};
use super::super::style;
use crate::session::{Command, PaintCommand, Session, Tool, info_of};

/// Buttons in a row, their height and the gap between them, points.
const IN_A_ROW: usize = 7;
const HEIGHT: f32 = 30.0;
const GAP: f32 = 3.0;

pub(super) fn show(ui: &mut Ui, session: &Session, commands: &mut Vec<Command>) {
    let width = ((ui.available_width() - GAP * (IN_A_ROW - 1) as f32) / IN_A_ROW as f32).floor();
    ui.spacing_mut().item_spacing.y = GAP;
    for row in Tool::ALL.chunks(IN_A_ROW) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for &tool in row {
                if button(ui, Vec2::new(width, HEIGHT), tool, session.tool() == tool).clicked() {
                    commands.push(Command::Paint(PaintCommand::SetTool(tool)));
                }
            }
        });
    }
    ui.spacing_mut().item_spacing.y = 5.0;
}

fn button(ui: &mut Ui, size: Vec2, tool: Tool, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let info = info_of(&Command::Paint(PaintCommand::SetTool(tool)));
    let name = info.map_or("", |info| info.name);
    response.widget_info(|| WidgetInfo::selected(WidgetType::RadioButton, true, chosen, name));
    let visuals = ui.style().interact_selectable(&response, chosen);
    let ground = if chosen { style::ACCENT_DARK.colour() } else { visuals.weak_bg_fill };
    ui.painter().rect(rect, 6.0, ground, Stroke::NONE, StrokeKind::Inside);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 6.0, Stroke::new(1.0, style::ACCENT), StrokeKind::Inside);
    }
    let colour = if chosen { style::TEXT_STRONG.colour() } else { visuals.fg_stroke.color };
    draw(ui.painter(), rect, tool, colour);
    let tooltip = info.map_or_else(String::new, |info| format!("{}: {}", info.name, info.full_tooltip()));
    response.on_hover_text(tooltip)
}

/// The drawing of a tool in the middle of `rect`.
fn draw(painter: &Painter, rect: Rect, tool: Tool, colour: Color32) {
    const HALF: f32 = 9.0;
    let at = |x: f32, y: f32| -> Pos2 { pos2(rect.center().x + HALF * x, rect.center().y - HALF * y) };
    let stroke = Stroke::new(1.5, colour);
    let line = |points: &[[f32; 2]]| Shape::line(points.iter().map(|p| at(p[0], p[1])).collect(), stroke);
    let dot = |x: f32, y: f32| Shape::circle_filled(at(x, y), 1.8, colour);
    let fill = |points: &[[f32; 2]]| {
        Shape::convex_polygon(points.iter().map(|p| at(p[0], p[1])).collect(), colour, Stroke::NONE)
    };
    let ring = |n: usize, from: f32, sweep: f32| {
        (0..n).map(move |i| {
            let angle = from + sweep * i as f32 / n as f32;
            [0.85 * angle.cos(), 0.85 * angle.sin()]
        })
    };
    let shapes: Vec<Shape> = match tool {
        Tool::Pen => vec![
            fill(&[[0.35, 0.9], [0.9, 0.35], [-0.3, -0.75], [-0.75, -0.3]]),
            fill(&[[-0.85, -0.42], [-0.42, -0.85], [-1.0, -1.0]]),
        ],
        Tool::Line => (0..4).map(|i| -0.85 + 0.57 * i as f32).map(|x| dot(x, x)).collect(),
        Tool::Arc => ring(5, 0.15, 3.55).map(|[x, y]| dot(x, 1.3 * y - 0.55)).collect(),
        Tool::Circle => ring(8, 0.0, std::f32::consts::TAU).map(|[x, y]| dot(x, y)).collect(),
        Tool::Lattice => {
            [[-0.35, 0.75], [0.45, 0.75], [-0.75, 0.05], [0.05, 0.05], [0.85, 0.05], [-0.35, -0.65], [0.45, -0.65]]
                .map(|[x, y]| dot(x, y))
                .to_vec()
        }
        Tool::Spray => {
            let mut can = vec![
                Shape::rect_stroke(
                    Rect::from_two_pos(at(-0.15, 0.35), at(0.75, -0.95)),
                    2.0,
                    stroke,
                    StrokeKind::Middle,
                ),
                fill(&[[0.05, 0.5], [0.55, 0.5], [0.55, 0.85], [0.05, 0.85]]),
            ];
            let drops = [[-0.4, 0.7], [-0.8, 0.95], [-0.85, 0.55], [-0.75, 0.15]];
            can.extend(drops.map(|[x, y]| Shape::circle_filled(at(x, y), 1.2, colour)));
            can
        }
        Tool::Eraser => vec![
            line(&[[-0.1, -0.8], [-0.85, -0.05], [0.15, 0.95], [0.95, 0.15], [0.0, -0.8], [-0.1, -0.8], [0.9, -0.8]]),
            fill(&[[-0.85, -0.05], [-0.45, 0.35], [0.35, -0.45], [0.0, -0.8], [-0.1, -0.8]]),
        ],
        Tool::Select => {
            let corners = [at(-0.85, 0.7), at(0.85, 0.7), at(0.85, -0.7), at(-0.85, -0.7), at(-0.85, 0.7)];
            Shape::dashed_line(&corners, stroke, 3.2, 2.4)
        }
        Tool::Lasso => {
            let loop_at = |i: i32| {
                let angle = std::f32::consts::TAU * i as f32 / 24.0;
                at(0.9 * angle.cos(), 0.2 + 0.6 * angle.sin())
            };
            vec![
                Shape::line((0..=24).map(loop_at).collect(), stroke),
                line(&[[-0.5, -0.3], [-0.35, -0.55], [-0.6, -0.95]]),
            ]
        }
        Tool::Stamp => vec![
            Shape::circle_filled(at(0.0, 0.6), 3.4, colour),
            fill(&[[-0.2, 0.5], [0.2, 0.5], [0.3, -0.2], [-0.3, -0.2]]),
            fill(&[[-0.8, -0.15], [0.8, -0.15], [0.8, -0.55], [-0.8, -0.55]]),
            line(&[[-0.8, -0.9], [0.8, -0.9]]),
        ],
        Tool::Text => {
            painter.text(rect.center(), Align2::CENTER_CENTER, "T", FontId::proportional(20.0), colour);
            Vec::new()
        }
        Tool::Image => vec![
            Shape::rect_stroke(Rect::from_two_pos(at(-0.95, 0.8), at(0.95, -0.8)), 2.0, stroke, StrokeKind::Middle),
            fill(&[[-0.75, -0.6], [-0.2, 0.25], [0.35, -0.6]]),
            fill(&[[0.0, -0.6], [0.35, -0.05], [0.75, -0.6]]),
            Shape::circle_filled(at(0.45, 0.4), 1.8, colour),
        ],
        Tool::Eyedropper => vec![
            line(&[[-0.9, -0.9], [-0.65, -0.35], [0.2, 0.5], [0.5, 0.2], [-0.35, -0.65], [-0.9, -0.9]]),
            fill(&[[0.15, 0.75], [0.75, 0.15], [0.95, 0.5], [0.5, 0.95]]),
        ],
    };
    painter.extend(shapes);
}
