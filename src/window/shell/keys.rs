//! Keys become commands, by the session's table.

use bevy::ecs::message::MessageReader;
use bevy::ecs::system::{Local, SystemParam};
use bevy::input::keyboard::{Key, KeyboardFocusLost, KeyboardInput};
use bevy_egui::egui;
use bevy_egui::helpers::bevy_to_egui_key;

use crate::session::{Command, Place, table};

/// With Shift the arrows go so many steps at once.
const FAR: i8 = 10;

/// The modifiers, followed key by key: within one slow frame a whole "Ctrl+L" may go down and up again.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    ctrl: bool,
    shift: bool,
    alt: bool,
    /// The key that is down and gives its command again and again.
    repeating: Option<egui::Key>,
}

/// Who else listens to the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    Nobody,
    /// A control that was walked to by keyboard: it wants the keys that walk, press and move.
    Control,
    /// A text field or a dialog: it wants all keys.
    Text,
}

impl Listener {
    fn wants(self, key: egui::Key) -> bool {
        use egui::Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Enter, Escape, Space, Tab};
        match self {
            Self::Nobody => false,
            Self::Control => {
                matches!(key, Tab | Space | Enter | Escape | ArrowDown | ArrowLeft | ArrowRight | ArrowUp)
            }
            Self::Text => true,
        }
    }
}

/// The keyboard, as it comes from the system.
#[derive(SystemParam)]
pub struct Keyboard<'w, 's> {
    keys: Local<'s, Keys>,
    pressed: MessageReader<'w, 's, KeyboardInput>,
    lost: MessageReader<'w, 's, KeyboardFocusLost>,
}

impl Keyboard<'_, '_> {
    /// What was asked for in `place` since the last frame. What `listener` wants is not for us.
    pub fn commands(&mut self, place: Place, listener: Listener) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.lost.read().count() > 0 {
            // Releases after this go to another window.
            let keys = std::mem::take(&mut *self.keys);
            commands.extend(keys.repeating.map(|_| Command::EndGesture));
        }
        commands.extend(self.pressed.read().filter_map(|event| self.keys.press(event, place, listener)));
        commands
    }
}

impl Keys {
    /// What this event asks for. Of a key that `listener` wants, only the modifiers are followed.
    fn press(&mut self, event: &KeyboardInput, place: Place, listener: Listener) -> Option<Command> {
        let down = event.state.is_pressed();
        match event.logical_key {
            // On a Mac, Cmd takes the place of Ctrl.
            Key::Control if !cfg!(target_os = "macos") => self.ctrl = down,
            Key::Super if cfg!(target_os = "macos") => self.ctrl = down,
            Key::Shift => self.shift = down,
            Key::Alt => self.alt = down,
            _ if down && !self.alt => {
                let key = bevy_to_egui_key(&event.logical_key)?;
                let command = if listener.wants(key) { None } else { self.command(key, place) }?;
                if command.repeats() {
                    self.repeating = Some(key);
                }
                return Some(command).filter(|command| !event.repeat || command.repeats());
            }
            _ if !down && self.repeating.is_some() && bevy_to_egui_key(&event.logical_key) == self.repeating => {
                // What a key did while it was held is one step of the history.
                self.repeating = None;
                return Some(Command::EndGesture);
            }
            _ => {}
        }
        None
    }

    fn command(mut self, key: egui::Key, place: Place) -> Option<Command> {
        // Where these signs lie on the keyboard differs: with Shift or without, and + on the key of =.
        let key = match key {
            egui::Key::Equals => egui::Key::Plus,
            // What other programs have beside ours.
            egui::Key::Backspace => egui::Key::Delete,
            egui::Key::Y if self.ctrl && !self.shift => {
                self.shift = true;
                egui::Key::Z
            }
            key => key,
        };
        if matches!(key, egui::Key::Plus | egui::Key::OpenBracket | egui::Key::CloseBracket) {
            self.shift = false;
        }
        let is_arrow =
            matches!(key, egui::Key::ArrowLeft | egui::Key::ArrowRight | egui::Key::ArrowUp | egui::Key::ArrowDown);
        let far = is_arrow && std::mem::take(&mut self.shift);
        let wanted = table().filter(|info| info.group.is_heard_in(place)).find(|info| {
            info.shortcut.is_some_and(|shortcut| {
                egui::Key::from_name(shortcut.key) == Some(key)
                    && shortcut.ctrl == self.ctrl
                    && shortcut.shift == self.shift
            })
        })?;
        Some(match (wanted.command)() {
            Command::Nudge(steps) if far => Command::Nudge(steps.map(|step| FAR * step)),
            command => command,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Preference, SelectionOrder};
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
        assert_eq!(keys.press(&event(Key::Control, ButtonState::Pressed), Place::Live, Listener::Nobody), None);
        let saved = keys.press(&event(letter(), ButtonState::Pressed), Place::Live, Listener::Nobody);
        assert_eq!(saved, Some(Command::Save));
        keys.press(&event(Key::Control, ButtonState::Released), Place::Live, Listener::Nobody);
        assert_eq!(
            keys.press(&event(letter(), ButtonState::Pressed), Place::Live, Listener::Nobody),
            Some(Command::SurpriseMe)
        );
    }

    #[test]
    fn while_someone_types_no_command_is_given() {
        let mut keys = Keys::default();
        assert_eq!(
            keys.press(&event(Key::Character("g".into()), ButtonState::Pressed), Place::Live, Listener::Text),
            None
        );
    }

    #[test]
    fn a_control_that_was_walked_to_keeps_the_keys_that_walk_and_press_and_no_others() {
        let mut keys = Keys::default();
        let mut press = |key| keys.press(&event(key, ButtonState::Pressed), Place::Live, Listener::Control);
        assert_eq!([press(Key::Space), press(Key::Tab)], [None, None]);
        assert_eq!(press(Key::Character("g".into())), Some(Command::Grow));
    }

    #[test]
    fn the_interface_grows_by_plus_wherever_that_lies_on_the_keyboard() {
        let larger = Some(Command::Prefer(Preference::LargerUi));
        for (letter, shift) in [("+", true), ("+", false), ("=", false)] {
            let mut keys = Keys { ctrl: true, shift, ..Keys::default() };
            let key = event(Key::Character(letter.into()), ButtonState::Pressed);
            assert_eq!(keys.press(&key, Place::Live, Listener::Nobody), larger, "{letter}");
        }
    }

    #[test]
    fn a_key_that_is_held_nudges_again_and_again_and_all_of_it_is_one_step_that_ends_with_its_release() {
        let mut keys = Keys::default();
        let mut press = |key: Key, state, repeat| {
            let event = KeyboardInput { repeat, ..event(key, state) };
            keys.press(&event, Place::Paint, Listener::Nobody)
        };
        for repeat in [false, true, true] {
            assert_eq!(press(Key::ArrowLeft, ButtonState::Pressed, repeat), Some(Command::Nudge([-1, 0])));
        }
        assert_eq!(press(Key::ArrowLeft, ButtonState::Released, false), Some(Command::EndGesture));
        assert_eq!(press(Key::ArrowLeft, ButtonState::Released, false), None);
        assert_eq!(press(Key::Delete, ButtonState::Pressed, true), None, "deleting once is enough");
    }

    #[test]
    fn the_keys_of_other_programs_do_the_same_here() {
        let press = |ctrl, shift, key| {
            let mut keys = Keys { ctrl, shift, ..Keys::default() };
            keys.press(&event(key, ButtonState::Pressed), Place::Paint, Listener::Nobody)
        };
        let delete = Some(Command::Selection(SelectionOrder::Delete));
        assert_eq!([press(false, false, Key::Delete), press(false, false, Key::Backspace)], [delete.clone(), delete]);
        assert_eq!(press(true, false, Key::Character("y".into())), Some(Command::Redo));
        assert_eq!(press(true, true, Key::Character("Z".into())), Some(Command::Redo));
        assert_eq!(press(false, true, Key::ArrowUp), Some(Command::Nudge([0, FAR])));
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
