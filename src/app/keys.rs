//! Keys become commands, by the session's table.

use bevy::ecs::message::MessageReader;
use bevy::ecs::system::{Local, SystemParam};
use bevy::input::keyboard::{Key, KeyboardFocusLost, KeyboardInput};
use bevy_egui::egui;
use bevy_egui::helpers::bevy_to_egui_key;

use crate::session::{Command, Place, table};

/// The modifiers, followed key by key: within one slow frame a whole "Ctrl+L" may go down and up again.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    ctrl: bool,
    shift: bool,
    alt: bool,
}

/// The keyboard, as it comes from the system.
#[derive(SystemParam)]
pub struct Keyboard<'w, 's> {
    keys: Local<'s, Keys>,
    pressed: MessageReader<'w, 's, KeyboardInput>,
    lost: MessageReader<'w, 's, KeyboardFocusLost>,
}

impl Keyboard<'_, '_> {
    /// What was asked for in `place` since the last frame. `typing`: a text field has the keyboard.
    pub fn commands(&mut self, place: Place, typing: bool) -> Vec<Command> {
        if self.lost.read().count() > 0 {
            // Releases after this go to another window.
            *self.keys = Keys::default();
        }
        self.pressed.read().filter_map(|event| self.keys.press(event, place, typing)).collect()
    }
}

impl Keys {
    /// What this event asks for. `typing`: a text field has the keyboard, and only its modifiers are followed.
    fn press(&mut self, event: &KeyboardInput, place: Place, typing: bool) -> Option<Command> {
        let down = event.state.is_pressed();
        match event.logical_key {
            // On a Mac, Cmd takes the place of Ctrl.
            Key::Control if !cfg!(target_os = "macos") => self.ctrl = down,
            Key::Super if cfg!(target_os = "macos") => self.ctrl = down,
            Key::Shift => self.shift = down,
            Key::Alt => self.alt = down,
            _ if down && !typing && !self.alt => {
                let command = self.command(bevy_to_egui_key(&event.logical_key)?, place);
                return command.filter(|command| !event.repeat || command.repeats());
            }
            _ => {}
        }
        None
    }

    fn command(self, key: egui::Key, place: Place) -> Option<Command> {
        // Where + needs Shift, its key is also heard without.
        let key = if key == egui::Key::Equals { egui::Key::Plus } else { key };
        let is_sign = [egui::Key::Plus, egui::Key::OpenBracket, egui::Key::CloseBracket].contains(&key);
        let wanted = table().filter(|info| info.group.is_heard_in(place)).find(|info| {
            info.shortcut.is_some_and(|shortcut| {
                egui::Key::from_name(shortcut.key) == Some(key)
                    && shortcut.ctrl == self.ctrl
                    // On some keyboards these are typed with Shift.
                    && (shortcut.shift == self.shift || is_sign)
            })
        })?;
        Some((wanted.command)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::input::ButtonState;
    use bevy::prelude::{Entity, KeyCode};

    fn event(key: Key, state: ButtonState) -> KeyboardInput {
        let key_code = KeyCode::KeyA;
        KeyboardInput { key_code, logical_key: key, state, text: None, repeat: false, window: Entity::PLACEHOLDER }
    }

    #[test]
    fn a_chord_within_one_frame_is_one_command() {
        let mut keys = Keys::default();
        let letter = || Key::Character("s".into());
        assert_eq!(keys.press(&event(Key::Control, ButtonState::Pressed), Place::Live, false), None);
        let saved = keys.press(&event(letter(), ButtonState::Pressed), Place::Live, false);
        assert_eq!(saved, Some(Command::Save));
        keys.press(&event(Key::Control, ButtonState::Released), Place::Live, false);
        assert_eq!(keys.press(&event(letter(), ButtonState::Pressed), Place::Live, false), Some(Command::SurpriseMe));
    }

    #[test]
    fn while_someone_types_no_command_is_given() {
        let mut keys = Keys::default();
        assert_eq!(keys.press(&event(Key::Character("g".into()), ButtonState::Pressed), Place::Live, true), None);
    }

    #[test]
    fn every_shortcut_of_the_table_is_a_key_that_exists() {
        for info in table() {
            if let Some(shortcut) = info.shortcut {
                assert!(egui::Key::from_name(shortcut.key).is_some(), "{}: {}", info.name, shortcut.key);
            }
        }
    }
}
