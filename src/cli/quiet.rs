//! Drivers that write to stderr on a good run, kept quiet.

/// Mesa's Vulkan layer that sorts graphics cards asks the Wayland compositor which card it draws on, and complains on
/// stderr where no `XDG_RUNTIME_DIR` leads to one, as in containers and over ssh. There is nothing to ask then, so
/// the layer is left out.
#[cfg(target_os = "linux")]
pub(super) fn leave_out_card_sorting() {
    const SWITCH: &str = "NODEVICE_SELECT";
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("XDG_RUNTIME_DIR") || is_set(SWITCH) {
        return;
    }
    // When it fails, the complaint is harmless.
    let _ = crate::restart::with(SWITCH, Some("1"));
}

#[cfg(not(target_os = "linux"))]
pub(super) fn leave_out_card_sorting() {}
