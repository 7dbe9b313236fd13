//! Keys, from the table of commands.

use super::egui::{Context, Key, KeyboardShortcut, Modifiers};
use crate::session::{Command, Shortcut, TABLE};

/// What the keys pressed in this frame ask for. While a text is being typed, only keys with Ctrl count, and undo is the
/// text's own.
pub(super) fn pressed(ctx: &Context) -> Vec<Command> {
    let typing = ctx.egui_wants_keyboard_input();
    let mut found: Vec<(Shortcut, Command)> =
        TABLE.iter().filter_map(|info| Some((info.shortcut?, (info.command)()))).collect();
    // Redo by Ctrl+Y as well, as many expect.
    found.push((Shortcut { ctrl: true, shift: false, key: "Y" }, Command::Redo));
    // Those with more modifiers first: Ctrl+Z would take Ctrl+Shift+Z too.
    found.sort_by_key(|(shortcut, _)| !shortcut.shift);
    found
        .into_iter()
        .filter(|(shortcut, command)| !typing || (shortcut.ctrl && !matches!(command, Command::Undo | Command::Redo)))
        .filter(|(shortcut, _)| key(shortcut).is_some_and(|k| ctx.input_mut(|i| i.consume_shortcut(&k))))
        .map(|(_, command)| command)
        .collect()
}

fn key(shortcut: &Shortcut) -> Option<KeyboardShortcut> {
    let ctrl = if shortcut.ctrl { Modifiers::COMMAND } else { Modifiers::NONE };
    let shift = if shortcut.shift { Modifiers::SHIFT } else { Modifiers::NONE };
    Some(KeyboardShortcut::new(ctrl | shift, Key::from_name(shortcut.key)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_names_a_key_that_exists() {
        for info in TABLE {
            if let Some(shortcut) = info.shortcut {
                assert!(key(&shortcut).is_some(), "{}: no key {}", info.name, shortcut.key);
            }
        }
    }
}
