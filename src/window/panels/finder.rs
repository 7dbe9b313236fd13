//! The command palette: any command, found by typing a part of its name.

use super::egui::text::{LayoutJob, TextFormat};
use super::egui::{
    Align2, Context, Key, Label, Modifiers, Order, Rect, Response, RichText, ScrollArea, Sense, TextEdit, TextStyle,
    Ui, Vec2, WidgetInfo, WidgetType, Window, pos2,
};
use super::state::UiState;
use super::style;
use crate::session::{Command, CommandInfo, Group, Session, Workspace, table};

/// Width of the sheet and height of a row, points.
const WIDTH: f32 = 560.0;
const ROW: f32 = 26.0;

/// The state of the command palette while it is open.
#[derive(Default)]
pub(super) struct Finder {
    pub open: bool,
    text: String,
    chosen: usize,
    /// Whether it was opened in this frame: the text field takes the focus.
    fresh: bool,
}

impl Finder {
    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, fresh: true, ..Self::default() };
    }
}

pub(super) fn show(ctx: &Context, session: &Session, state: &mut UiState, commands: &mut Vec<Command>) {
    let found = ask(ctx, |command| Some(session.can(command)), state);
    commands.extend(found.into_iter().flat_map(|info| carry_out(info, session.workspace())));
}

/// Shows the palette while it is open; returns the command that was chosen. `can`: whether one can be given now; `None` leaves
/// it out.
pub(super) fn ask(
    ctx: &Context,
    can: impl Fn(&Command) -> Option<bool>,
    state: &mut UiState,
) -> Option<&'static CommandInfo> {
    let finder = &mut state.finder;
    if !finder.open {
        return None;
    }
    let found = found(&finder.text, can);
    let key = |key| ctx.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if key(Key::Escape) {
        finder.open = false;
        return None;
    }
    let last = found.len().saturating_sub(1);
    let (down, up) = (key(Key::ArrowDown), key(Key::ArrowUp));
    finder.chosen = match (down, up) {
        (true, _) if finder.chosen >= last => 0,
        (true, _) => finder.chosen + 1,
        (_, true) if finder.chosen == 0 => last,
        (_, true) => finder.chosen - 1,
        _ => finder.chosen.min(last),
    };
    let moved = down || up;
    let mut wanted = key(Key::Enter).then_some(finder.chosen);

    let rows = (((ctx.content_rect().height() - 200.0) / ROW).floor()).clamp(4.0, 14.0);
    let window = Window::new("All commands")
        .title_bar(false)
        .collapsible(false)
        .resizable(false)
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, Vec2::new(0.0, 72.0))
        .show(ctx, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
            let edit = TextEdit::singleline(&mut finder.text)
                .hint_text("Type a part of a command's name")
                .desired_width(f32::INFINITY)
                .font(TextStyle::Heading);
            let edit = ui.add(edit);
            if std::mem::take(&mut finder.fresh) || !edit.has_focus() {
                edit.request_focus();
            }
            if edit.changed() {
                finder.chosen = 0;
            }
            ui.add_space(4.0);
            if found.is_empty() {
                ui.label(RichText::new("No command has such a name.").color(style::TEXT_WEAK));
            }
            ScrollArea::vertical().max_height(rows * ROW).auto_shrink([false, true]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (k, hit) in found.iter().enumerate() {
                    let response = row(ui, hit, k == finder.chosen);
                    if k == finder.chosen && moved {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() {
                        wanted = Some(k);
                    }
                }
            });
        });
    let pressed_at = ctx.input(|i| i.pointer.primary_pressed().then(|| i.pointer.interact_pos()).flatten());
    if let (Some(at), Some(window)) = (pressed_at, window)
        && !window.response.rect.contains(at)
    {
        finder.open = false;
    }
    let hit = wanted.and_then(|k| found.get(k)).filter(|hit| hit.enabled)?;
    finder.open = false;
    // Its keyboard goes with it, or the next key would still be typing.
    ctx.memory_mut(|m| m.focused().into_iter().for_each(|id| m.surrender_focus(id)));
    Some(hit.info)
}

/// A tool of another workspace goes to that workspace first.
fn carry_out(info: &CommandInfo, workspace: Workspace) -> Vec<Command> {
    let there = match info.group {
        Group::Paint => Some(Workspace::Paint),
        Group::Live | Group::Look => Some(Workspace::Live),
        _ => None,
    };
    let go = there.filter(|_| !info.group.is_active_in(workspace)).map(Command::SetWorkspace);
    go.into_iter().chain([info.command.clone()]).collect()
}

/// A command that fits what was typed.
struct Hit {
    info: &'static CommandInfo,
    enabled: bool,
    score: i32,
    /// Letters of the name that were typed.
    letters: Vec<usize>,
}

/// The commands that fit, the best first; in the order of the table where they fit alike.
fn found(typed: &str, can: impl Fn(&Command) -> Option<bool>) -> Vec<Hit> {
    let mut hits: Vec<Hit> = table()
        .filter_map(|info| {
            let enabled = can(&info.command)?;
            let (score, letters) = match fit(typed, info.name) {
                Some(fit) => fit,
                // Or the words are in its tooltip.
                None => {
                    let described = format!("{} {}", info.group.name(), info.tooltip).to_lowercase();
                    let all = typed.to_lowercase().split_whitespace().all(|word| described.contains(word));
                    (all.then_some(0)?, Vec::new())
                }
            };
            Some(Hit { info, enabled, score, letters })
        })
        .collect();
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
    hits
}

/// How well `typed` fits into `name` as letters in that order, and which letters of the name those are. Letters at the
/// start of a word and letters side by side count more; blanks in `typed` are passed over.
fn fit(typed: &str, name: &str) -> Option<(i32, Vec<usize>)> {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (wanted, name) = (lower(typed), lower(name));
    let wanted: Vec<char> = wanted.into_iter().filter(|c| !c.is_whitespace()).collect();
    // best[j]: the best way to place the letters so far with the last of them at j.
    let mut best: Vec<Option<(i32, Vec<usize>)>> = Vec::new();
    for (k, c) in wanted.iter().enumerate() {
        let next = |j: usize| -> Option<(i32, Vec<usize>)> {
            if name[j] != *c {
                return None;
            }
            let starts_word = j == 0 || !name[j - 1].is_alphanumeric();
            let own = 1 + if starts_word { 8 } else { 0 };
            if k == 0 {
                return Some((own - j as i32 / 4, vec![j]));
            }
            let before = (0..j).filter_map(|i| {
                let (score, letters) = best[i].as_ref()?;
                Some((score + own + if i + 1 == j { 5 } else { 0 }, i, letters))
            });
            let (score, _, letters) = before.max_by_key(|(score, i, _)| (*score, *i))?;
            Some((score, letters.iter().copied().chain([j]).collect()))
        };
        best = (0..name.len()).map(next).collect();
    }
    if wanted.is_empty() {
        return Some((0, Vec::new()));
    }
    best.into_iter().flatten().max_by_key(|(score, _)| *score)
}

fn row(ui: &mut Ui, hit: &Hit, chosen: bool) -> Response {
    let info = hit.info;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, hit.enabled, chosen, info.name));
    if chosen || response.hovered() {
        let fill = if chosen { style::ACCENT_DARK } else { style::FIELD };
        ui.painter().rect_filled(rect, 5.0, fill);
    }
    let ink = match (hit.enabled, chosen) {
        (false, _) => style::TEXT_WEAK.gamma_multiply(0.6),
        (true, true) => style::TEXT_STRONG.colour(),
        (true, false) => style::TEXT.colour(),
    };
    let font = TextStyle::Body.resolve(ui.style());
    let mut name = LayoutJob::default();
    for (k, c) in info.name.chars().enumerate() {
        let typed = hit.enabled && hit.letters.contains(&k);
        let color = if typed { style::ACCENT.colour() } else { ink };
        let color = if typed && chosen { style::TEXT_STRONG.colour() } else { color };
        let underline = if typed { super::egui::Stroke::new(1.0, color) } else { super::egui::Stroke::NONE };
        let format = TextFormat { font_id: font.clone(), color, underline, ..TextFormat::default() };
        name.append(&c.to_string(), 0.0, format);
    }
    let galley = ui.painter().layout_job(name);
    let middle = |height: f32| rect.center().y - 0.5 * height;
    let mut left = rect.left() + 8.0;
    ui.painter().galley(pos2(left, middle(galley.size().y)), galley.clone(), ink);
    left += galley.size().x + 10.0;

    let key = info.shortcut.map_or_else(String::new, |s| s.text());
    let weak = if hit.enabled { style::TEXT_WEAK.colour() } else { ink };
    let mono = TextStyle::Monospace.resolve(ui.style());
    let key = ui.painter().layout_no_wrap(key, mono, if chosen { ink } else { weak });
    let right = rect.right() - 8.0;
    ui.painter().galley(pos2(right - key.size().x, middle(key.size().y)), key.clone(), weak);

    let rest = Rect::from_min_max(pos2(left, rect.top()), pos2(right - key.size().x - 12.0, rect.bottom()));
    if rest.width() > 40.0 {
        let about = format!("{} · {}", info.group.name(), info.tooltip);
        let about = RichText::new(about).small().color(if chosen { ink } else { weak });
        ui.put(rest, AboutLine(about));
    }
    response.on_hover_text(info.full_tooltip())
}

/// One line at the left, cut where it does not fit, that passes clicks to the widget under it.
struct AboutLine(RichText);

impl super::egui::Widget for AboutLine {
    fn ui(self, ui: &mut Ui) -> Response {
        let layout = super::egui::Layout::left_to_right(super::egui::Align::Center);
        let size = ui.available_size();
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.add(Label::new(self.0).truncate().selectable(false).sense(Sense::empty()))
        })
        .response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can(command: &Command) -> Option<bool> {
        Some(Session::new(1).can(command))
    }

    fn best(typed: &str) -> &'static str {
        found(typed, can).first().map_or("", |hit| hit.info.name)
    }

    #[test]
    fn a_few_letters_find_the_command() {
        for (typed, name) in [("fit", "Fit"), ("sas", "Save as…"), ("full", "Full screen"), ("srpr", "Surprise me")] {
            assert_eq!(best(typed), name, "{typed}");
        }
        assert_eq!(best("colour-blind"), "Next palette", "words of the tooltip count as well");
        assert!(found("qzqzq", can).is_empty());
        assert_eq!(found("", can).len(), table().count(), "all, when nothing is typed");
    }

    #[test]
    fn starts_of_words_and_runs_of_letters_count_more() {
        let score = |name| fit("sc", name).unwrap().0;
        assert!(score("Scramble") > score("Surface"));
        assert!(fit("xs", "Six").is_none(), "letters in their order");
        assert_eq!(fit("fs", "Full screen").unwrap().1, [0, 5]);
    }

    #[test]
    fn a_tool_of_another_workspace_switches_to_it() {
        let pen = table().find(|info| info.name == "Pen").unwrap();
        assert_eq!(carry_out(pen, Workspace::Live)[0], Command::SetWorkspace(Workspace::Paint));
        assert_eq!(carry_out(pen, Workspace::Paint).len(), 1);
    }
}
