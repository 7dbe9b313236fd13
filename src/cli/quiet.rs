//! Drivers that write to stderr on a good run, kept quiet.

/// Mesa's Vulkan layer that sorts graphics cards asks the Wayland compositor which card it draws on, and complains on
/// stderr where no `XDG_RUNTIME_DIR` says how to reach one, as in containers and over ssh. There is nothing to ask then, so
/// the layer is left out. A process may safely set its environment only before it starts: it starts once more, under the
/// same process id.
#[cfg(target_os = "linux")]
pub(super) fn leave_out_card_sorting() {
    use std::os::unix::process::CommandExt as _;

    const SWITCH: &str = "NODEVICE_SELECT";
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("XDG_RUNTIME_DIR") || is_set(SWITCH) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut args = std::env::args_os();
    let mut again = std::process::Command::new(program);
    if let Some(name) = args.next() {
        again.arg0(name);
    }
    // Returns only when it fails; then the complaint is harmless.
    let _ = again.args(args).env(SWITCH, "1").exec();
}

#[cfg(not(target_os = "linux"))]
pub(super) fn leave_out_card_sorting() {}
