//! The keys of the clipboard, for the text field that has the keyboard.

use bevy_egui::egui::{Context, Event, Key, OutputCommand};

use crate::window::runtime::{Clipboard, ClipboardReader};

/// Before the panels: gives the field what was pasted, and carries out its keys.
pub fn before_panels(clipboard: &mut Clipboard, ctx: &Context) {
    let pasted = clipboard.take_pasted();
    if !ctx.text_edit_focused() {
        return;
    }
    let mut reads = 0;
    ctx.input_mut(|input| {
        let mut more: Vec<Event> = pasted.into_iter().map(Event::Paste).collect();
        for event in &input.events {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { continue };
            match key {
                _ if !modifiers.command || modifiers.shift || modifiers.alt => {}
                Key::C => more.push(Event::Copy),
                Key::X => more.push(Event::Cut),
                Key::V => reads += 1,
                _ => {}
            }
        }
        input.events.extend(more);
    });
    (0..reads).for_each(|_| clipboard.read(ClipboardReader::TextField));
}

/// After the panels: what a text field copied.
pub fn after_panels(clipboard: &Clipboard, ctx: &Context) {
    ctx.output(|output| {
        for command in &output.commands {
            if let OutputCommand::CopyText(text) = command {
                clipboard.write(text.clone());
            }
        }
    });
}
