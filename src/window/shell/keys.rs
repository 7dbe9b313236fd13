//! Keys become commands, by the session's table.

use bevy::ecs::change_detection::ResMut;
use bevy::ecs::message::MessageReader;
use bevy::ecs::system::{Local, SystemParam};
use bevy::input::keyboard::{Key, KeyCode, KeyboardInput};
use bevy::prelude::Entity;
use bevy::winit::RawWinitWindowEvent;
use bevy::winit::converters::convert_keyboard_input;
use bevy_egui::egui;
use bevy_egui::helpers::bevy_to_egui_key;
use bevy_egui::input::ModifierKeysState;
use winit::event::WindowEvent;
use winit::keyboard::ModifiersState;

use crate::session::{Command, DocumentCommand, PaintCommand, Workspace, table};

/// With Shift the arrows go so many steps at once.
const FAR: i8 = 10;

/// The state of the keyboard between two of its events.
///
/// The modifiers are the system's own, which it sends before the key that they change: within one slow frame a whole
/// "Ctrl+L" may go down and up again. They are not counted from presses and releases, as an option of the layout may
/// give the release another name than the press (`shift:both_capslock`), or none.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    ctrl: bool,
    shift: bool,
    alt: bool,
    /// The last letter belonged to a script without Latin letters.
    is_other_script: bool,
    /// The key that is down and gives its command again and again.
    repeating: Option<KeyCode>,
}

/// Who else listens to the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    None,
    /// A control focused by keyboard: it receives the keys that navigate, press and move.
    Control,
    /// A text field or a dialog: it receives all keys.
    Text,
}

impl Listener {
    fn wants(self, key: egui::Key) -> bool {
        use egui::Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Enter, Escape, Space, Tab};
        match self {
            Self::None => false,
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
    events: MessageReader<'w, 's, RawWinitWindowEvent>,
    /// What the panels take for held. They count presses and releases, so that it is set right after each event.
    modifiers_of_panels: ResMut<'w, ModifierKeysState>,
}

impl Keyboard<'_, '_> {
    /// What was asked for in `place` since the last frame. The keys of `listener` are left out.
    pub fn commands(&mut self, place: Workspace, listener: Listener) -> Vec<Command> {
        let mut commands = Vec::new();
        for RawWinitWindowEvent { event, .. } in self.events.read() {
            match event {
                WindowEvent::ModifiersChanged(modifiers) => {
                    let state = modifiers.state();
                    self.keys.set_modifiers(state);
                    let panels = &mut *self.modifiers_of_panels;
                    (panels.shift, panels.ctrl) = (state.shift_key(), state.control_key());
                    (panels.alt, panels.win) = (state.alt_key(), state.super_key());
                }
                WindowEvent::Focused(false) => {
                    // Releases after this go to another window.
                    let keys = std::mem::take(&mut *self.keys);
                    self.keys.is_other_script = keys.is_other_script;
                    commands.extend(keys.repeating.map(|_| Command::Document(DocumentCommand::EndGesture)));
                }
                // Keys that were down when the window got the focus were pressed for another one.
                WindowEvent::KeyboardInput { event, is_synthetic: false, .. } => {
                    let event = convert_keyboard_input(event, Entity::PLACEHOLDER);
                    commands.extend(self.keys.press(&event, place, listener));
                }
                _ => {}
            }
        }
        commands
    }
}

/// The key of a US keyboard at this place, as far as other scripts have letters there.
fn key_at(place: KeyCode) -> Option<egui::Key> {
    use KeyCode::*;
    const KEYS: [(KeyCode, &str); 42] = [
        (KeyA, "A"),
        (KeyB, "B"),
        (KeyC, "C"),
        (KeyD, "D"),
        (KeyE, "E"),
        (KeyF, "F"),
        (KeyG, "G"),
        (KeyH, "H"),
        (KeyI, "I"),
        (KeyJ, "J"),
        (KeyK, "K"),
        (KeyL, "L"),
        (KeyM, "M"),
        (KeyN, "N"),
        (KeyO, "O"),
        (KeyP, "P"),
        (KeyQ, "Q"),
        (KeyR, "R"),
        (KeyS, "S"),
        (KeyT, "T"),
        (KeyU, "U"),
        (KeyV, "V"),
        (KeyW, "W"),
        (KeyX, "X"),
        (KeyY, "Y"),
        (KeyZ, "Z"),
        (BracketLeft, "["),
        (BracketRight, "]"),
        (Comma, ","),
        (Period, "."),
        (Semicolon, ";"),
        (Quote, "'"),
        (Digit0, "0"),
        (Digit1, "1"),
        (Digit2, "2"),
        (Digit3, "3"),
        (Digit4, "4"),
        (Digit5, "5"),
        (Digit6, "6"),
        (Digit7, "7"),
        (Digit8, "8"),
        (Digit9, "9"),
    ];
    KEYS.iter().find(|(code, _)| *code == place).and_then(|(_, name)| egui::Key::from_name(name))
}

fn is_digit(key: egui::Key) -> bool {
    (egui::Key::Num0..=egui::Key::Num9).contains(&key)
}

/// Greek is the first script after the Latin letters of the Unicode standard; Vietnamese has Latin ones far behind it.
fn is_other_letter(letter: char) -> bool {
    letter.is_alphabetic() && letter >= '\u{370}' && !('\u{1e00}'..='\u{1eff}').contains(&letter)
}

impl Keys {
    fn set_modifiers(&mut self, state: ModifiersState) {
        // On a Mac, Cmd takes the place of Ctrl.
        self.ctrl = if cfg!(target_os = "macos") { state.super_key() } else { state.control_key() };
        self.shift = state.shift_key();
        self.alt = state.alt_key();
    }

    /// The command of this event; `None` for a key that `listener` receives.
    fn press(&mut self, event: &KeyboardInput, place: Workspace, listener: Listener) -> Option<Command> {
        if !event.state.is_pressed() {
            // What a key did while it was held is one step of the history.
            return self
                .repeating
                .take_if(|key| *key == event.key_code)
                .map(|_| Command::Document(DocumentCommand::EndGesture));
        }
        let letter = match &event.logical_key {
            Key::Character(text) => text.chars().next().filter(|letter| letter.is_alphabetic()),
            _ => None,
        };
        if let Some(letter) = letter {
            self.is_other_script = is_other_letter(letter) || (self.is_other_script && !letter.is_ascii());
        }
        if self.alt {
            return None;
        }
        let command = [bevy_to_egui_key(&event.logical_key), self.key_by_place(event)]
            .into_iter()
            .flatten()
            .find_map(|key| if listener.wants(key) { None } else { self.command(key, place) })?;
        if command.repeats() {
            self.repeating = Some(event.key_code);
        }
        Some(command).filter(|command| !event.repeat || command.repeats())
    }

    /// The key that its place stands for, where what is printed on it is no key of ours: letters of other scripts with
    /// the signs among them, and the upper row of keyboards that have digits only with Shift.
    fn key_by_place(self, event: &KeyboardInput) -> Option<egui::Key> {
        let Key::Character(text) = &event.logical_key else { return None };
        let key = key_at(event.key_code)?;
        let first = text.chars().next()?;
        let fits = if is_digit(key) {
            !self.shift && !first.is_ascii_digit()
        } else {
            is_other_letter(first) || (self.is_other_script && !first.is_alphabetic())
        };
        fits.then_some(key)
    }

    fn command(mut self, key: egui::Key, place: Workspace) -> Option<Command> {
        // Where these signs are on the keyboard differs: with Shift or without, and + on the key of =.
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
        // French keyboards have digits with Shift.
        if is_digit(key) || matches!(key, egui::Key::Plus | egui::Key::OpenBracket | egui::Key::CloseBracket) {
            self.shift = false;
        }
        let is_arrow =
            matches!(key, egui::Key::ArrowLeft | egui::Key::ArrowRight | egui::Key::ArrowUp | egui::Key::ArrowDown);
        let far = is_arrow && std::mem::take(&mut self.shift);
        let wanted = table().filter(|info| info.group.is_active_in(place)).find(|info| {
            info.shortcut.is_some_and(|shortcut| {
                egui::Key::from_name(shortcut.key) == Some(key)
                    && shortcut.ctrl == self.ctrl
                    && shortcut.shift == self.shift
            })
        })?;
        Some(match wanted.command.clone() {
            Command::Paint(PaintCommand::Nudge(steps)) if far => {
                Command::Paint(PaintCommand::Nudge(steps.map(|step| FAR * step)))
            }
            command => command,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{LiveCommand, Preference, SelectionOrder};
    use bevy::input::ButtonState;
    use bevy::prelude::{Entity, KeyCode};

    fn event(key: Key, state: ButtonState) -> KeyboardInput {
        let key_code = KeyCode::F35;
        KeyboardInput { key_code, logical_key: key, state, text: None, repeat: false, window: Entity::PLACEHOLDER }
    }

    /// What the key at `key_code`, on which `letter` is printed, asks for.
    fn press_at(keys: &mut Keys, key_code: KeyCode, letter: &str, place: Workspace) -> Option<Command> {
        let event = KeyboardInput { key_code, ..event(Key::Character(letter.into()), ButtonState::Pressed) };
        keys.press(&event, place, Listener::None)
    }

    #[test]
    fn a_chord_within_one_frame_is_one_command() {
        let mut keys = Keys::default();
        let letter = event(Key::Character("s".into()), ButtonState::Pressed);
        keys.set_modifiers(ModifiersState::CONTROL);
        assert_eq!(
            keys.press(&letter, Workspace::Live, Listener::None),
            Some(Command::Document(DocumentCommand::Save))
        );
        keys.set_modifiers(ModifiersState::empty());
        assert_eq!(keys.press(&letter, Workspace::Live, Listener::None), Some(Command::Live(LiveCommand::SurpriseMe)));
    }

    #[test]
    fn letters_of_other_scripts_are_keys_by_their_place() {
        for (key_code, letters, latin) in [
            (KeyCode::KeyS, ["ы", "σ", "ד"], "s"),
            (KeyCode::KeyZ, ["я", "ζ", "ז"], "z"),
            (KeyCode::KeyP, ["з", "π", "פ"], "p"),
        ] {
            let press =
                |letter| press_at(&mut Keys { ctrl: true, ..Keys::default() }, key_code, letter, Workspace::Paint);
            let expected = press_at(&mut Keys { ctrl: true, ..Keys::default() }, KeyCode::F35, latin, Workspace::Paint);
            assert!(expected.is_some());
            for letter in letters {
                assert_eq!(press(letter), expected, "{letter}");
            }
        }
    }

    #[test]
    fn signs_between_letters_of_another_script_are_keys_by_place() {
        let mut keys = Keys { ctrl: true, ..Keys::default() };
        let quit = press_at(&mut keys, KeyCode::KeyQ, "q", Workspace::Paint);
        assert!(quit.is_some());
        assert_eq!(
            press_at(&mut keys, KeyCode::KeyQ, "/", Workspace::Paint),
            None,
            "Latin layouts have signs anywhere"
        );
        press_at(&mut keys, KeyCode::KeyG, "ע", Workspace::Paint);
        assert_eq!(press_at(&mut keys, KeyCode::KeyQ, "/", Workspace::Paint), quit);
        press_at(&mut keys, KeyCode::KeyG, "g", Workspace::Paint);
        assert_eq!(press_at(&mut keys, KeyCode::KeyQ, "/", Workspace::Paint), None, "the layout was changed back");
    }

    #[test]
    fn latin_letters_are_keys_by_their_name_wherever_they_are() {
        // The key of Q on a French keyboard is at the place of A; é of other layouts is at the place of W.
        let mut keys = Keys { ctrl: true, ..Keys::default() };
        let select_all = press_at(&mut keys, KeyCode::KeyQ, "a", Workspace::Paint);
        assert_eq!(select_all, press_at(&mut keys, KeyCode::KeyA, "a", Workspace::Paint));
        assert_ne!(select_all, press_at(&mut keys, KeyCode::KeyA, "q", Workspace::Paint));
        assert_eq!(press_at(&mut Keys::default(), KeyCode::KeyG, "é", Workspace::Live), None);
    }

    #[test]
    fn digits_of_a_french_keyboard_work_with_shift_and_without() {
        let plain = |key_code, sign| press_at(&mut Keys::default(), key_code, sign, Workspace::Paint);
        let shifted =
            |key_code, sign| press_at(&mut Keys { shift: true, ..Keys::default() }, key_code, sign, Workspace::Paint);
        for (key_code, sign, digit) in
            [(KeyCode::Digit1, "&", "1"), (KeyCode::Digit2, "é", "2"), (KeyCode::Digit3, "\"", "3")]
        {
            let expected = plain(key_code, digit);
            assert!(expected.is_some());
            assert_eq!([plain(key_code, sign), shifted(key_code, digit)], [expected.clone(), expected], "{digit}");
        }
        assert_eq!(shifted(KeyCode::Digit1, "!"), None, "a sign of other keyboards");
    }

    #[test]
    fn typing_in_a_field_gives_no_command() {
        let mut keys = Keys::default();
        assert_eq!(
            keys.press(&event(Key::Character("g".into()), ButtonState::Pressed), Workspace::Live, Listener::Text),
            None
        );
    }

    #[test]
    fn a_focused_control_receives_only_navigation_keys() {
        let mut keys = Keys::default();
        let mut press = |key| keys.press(&event(key, ButtonState::Pressed), Workspace::Live, Listener::Control);
        assert_eq!([press(Key::Space), press(Key::Tab)], [None, None]);
        assert_eq!(press(Key::Character("g".into())), Some(Command::Live(LiveCommand::Grow)));
    }

    #[test]
    fn the_plus_key_enlarges_the_interface_on_any_layout() {
        let larger = Some(Command::Prefer(Preference::LargerUi));
        for (letter, shift) in [("+", true), ("+", false), ("=", false)] {
            let mut keys = Keys { ctrl: true, shift, ..Keys::default() };
            let key = event(Key::Character(letter.into()), ButtonState::Pressed);
            assert_eq!(keys.press(&key, Workspace::Live, Listener::None), larger, "{letter}");
        }
    }

    #[test]
    fn a_held_key_repeats_within_one_step() {
        let mut keys = Keys::default();
        let mut press = |key: Key, state, repeat| {
            let event = KeyboardInput { repeat, ..event(key, state) };
            keys.press(&event, Workspace::Paint, Listener::None)
        };
        for repeat in [false, true, true] {
            assert_eq!(
                press(Key::ArrowLeft, ButtonState::Pressed, repeat),
                Some(Command::Paint(PaintCommand::Nudge([-1, 0])))
            );
        }
        assert_eq!(
            press(Key::ArrowLeft, ButtonState::Released, false),
            Some(Command::Document(DocumentCommand::EndGesture))
        );
        assert_eq!(press(Key::ArrowLeft, ButtonState::Released, false), None);
        assert_eq!(press(Key::Delete, ButtonState::Pressed, true), None, "deleting once is enough");
    }

    #[test]
    fn the_keys_of_other_programs_do_the_same_here() {
        let press = |ctrl, shift, key| {
            let mut keys = Keys { ctrl, shift, ..Keys::default() };
            keys.press(&event(key, ButtonState::Pressed), Workspace::Paint, Listener::None)
        };
        let delete = Some(Command::Paint(PaintCommand::Selection(SelectionOrder::Delete)));
        assert_eq!([press(false, false, Key::Delete), press(false, false, Key::Backspace)], [delete.clone(), delete]);
        assert_eq!(press(true, false, Key::Character("y".into())), Some(Command::Document(DocumentCommand::Redo)));
        assert_eq!(press(true, true, Key::Character("Z".into())), Some(Command::Document(DocumentCommand::Redo)));
        assert_eq!(press(false, true, Key::ArrowUp), Some(Command::Paint(PaintCommand::Nudge([0, FAR]))));
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
