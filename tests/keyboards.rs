//! Shortcuts on the layouts that people have, each set by `setxkbmap` on a real X server: letters by their place where the
//! script has no Latin ones, digits with Shift and without, and no modifier that stays held.

mod common;

use std::process::Command;

use common::{Program, Screen, desk, wait_for};

/// A position within each button of a workspace that none of its letters covers, pixels of the screen.
const TABS: [[u32; 2]; 3] = [[690, 22], [790, 22], [890, 22]];
const PAINT: usize = 0;
const LEARN: usize = 1;
const LIVE: usize = 2;

/// Keys by their place on the keyboard, as X numbers them: the same whatever is printed on them.
const DIGITS: [u32; 3] = [10, 11, 12];
const CTRL: u32 = 37;
const LEFT_SHIFT: u32 = 50;
const RIGHT_SHIFT: u32 = 62;
const N: u32 = 57;
const Z: u32 = 52;

fn set_layout(screen: &Screen, arguments: &str) {
    for arguments in ["-option", arguments] {
        let mut command = Command::new("setxkbmap");
        let status = command.args(arguments.split_whitespace()).env("DISPLAY", screen.display()).status();
        assert!(status.expect("setxkbmap comes with Xvfb").success(), "{arguments}");
    }
}

/// The workspace whose button is lit becomes this one.
fn wait_for_workspace(screen: &Screen, workspace: usize, after: &str) {
    wait_for(&format!("workspace {workspace} after {after}"), || {
        let picture = screen.picture("keyboards.png");
        let lit = TABS.iter().position(|&[x, y]| picture[(x, y)].0[1] > picture[(x, y)].0[0] + 30);
        (lit == Some(workspace)).then_some(())
    });
}

#[test]
fn shortcuts_work_on_every_layout_and_no_modifier_stays_held() {
    let Some((folder, screen)) = desk() else { return };
    let _program = Program::start(&screen, folder.path(), &[]);
    let press = |keys: &str| screen.xdotool(&keys.replace("; ", " sleep 0.1 "));
    let digit = |place: usize| press(&format!("key {}", DIGITS[place]));
    let ctrl = |key: u32| press(&format!("keydown {CTRL}; key {key}; keyup {CTRL}"));
    wait_for_workspace(&screen, LIVE, "the start");
    for layout in ["us", "ru", "fr", "de", "gr"] {
        set_layout(&screen, &format!("-layout {layout}"));
        // Z and Y change places on German keyboards, Z and W on French ones; both have Latin letters, by which keys go.
        let undo = match layout {
            "de" => 29,
            "fr" => 25,
            _ => Z,
        };
        digit(LEARN);
        wait_for_workspace(&screen, LEARN, &format!("a digit on {layout}"));
        press(&format!("keydown {LEFT_SHIFT}; key {}; keyup {LEFT_SHIFT}", DIGITS[LIVE]));
        if layout == "fr" {
            wait_for_workspace(&screen, LIVE, "a digit with Shift on fr");
        }
        ctrl(N);
        wait_for_workspace(&screen, PAINT, &format!("Ctrl+N on {layout}"));
        ctrl(undo);
        digit(LIVE);
        wait_for_workspace(&screen, LIVE, &format!("undo and a digit on {layout}"));
    }
    // These give the release of Shift another name than its press.
    let one = format!("keydown {LEFT_SHIFT}; keyup {LEFT_SHIFT}");
    let both = format!("keydown {LEFT_SHIFT}; keydown {RIGHT_SHIFT}; keyup {LEFT_SHIFT}; keyup {RIGHT_SHIFT}");
    for (layout, shifts) in [("us -option shift:both_capslock", one), ("us,ru -option grp:shifts_toggle", both)] {
        set_layout(&screen, &format!("-layout {layout}"));
        press(&shifts);
        for place in [LEARN, LIVE] {
            digit(place);
            wait_for_workspace(&screen, place, &format!("a digit after Shift on {layout}"));
        }
    }
}
