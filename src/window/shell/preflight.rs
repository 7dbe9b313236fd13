//! Before a window is tried: is there a screen, and something that can draw on it?

/// Why there can be no window.
#[derive(Debug, thiserror::Error)]
pub enum NoWindow {
    #[error("there is no display to open a window on ({0}). To run without one: {HEADLESS}")]
    Display(String),
    #[error(
        "this Wayland session has no Xwayland, through which Unstill opens its window (DISPLAY is not set); install and \
         start it (on Debian: apt install xwayland). To run without a window: {HEADLESS}"
    )]
    Wayland,
    #[error(
        "no graphics adapter was found (on Debian: apt install libvulkan1 mesa-vulkan-drivers). To run without one: {HEADLESS}"
    )]
    Adapter,
}

const HEADLESS: &str = "unstill live SCENE.ron --engine cpu --png out.png";

/// # Errors
/// When a window could not be opened, in one sentence that says how to go on without.
pub fn check() -> Result<(), NoWindow> {
    display()?;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions::default();
    pollster::block_on(instance.request_adapter(&options)).map(|_| ()).map_err(|_| NoWindow::Adapter)
}

#[cfg(not(target_os = "linux"))]
fn display() -> Result<(), NoWindow> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn display() -> Result<(), NoWindow> {
    let display = std::env::var("DISPLAY").unwrap_or_default();
    if display.is_empty() {
        let is_wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty());
        return Err(without_display(is_wayland));
    }
    if x_server_answers(&display) {
        Ok(())
    } else {
        Err(NoWindow::Display(format!("no X server answers at DISPLAY={display}")))
    }
}

#[cfg(target_os = "linux")]
fn without_display(is_wayland: bool) -> NoWindow {
    if is_wayland { NoWindow::Wayland } else { NoWindow::Display("DISPLAY is not set".to_owned()) }
}

/// Whether something listens where `display` ("host:number.screen") points. A window toolkit would abort instead.
#[cfg(target_os = "linux")]
fn x_server_answers(display: &str) -> bool {
    use std::net::TcpStream;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};

    let Some((host, rest)) = display.rsplit_once(':') else { return false };
    let Ok(number) = rest.split('.').next().unwrap_or_default().parse::<u16>() else { return false };
    if !(host.is_empty() || host == "unix") {
        return TcpStream::connect((host, 6000 + number)).is_ok();
    }
    let path = format!("/tmp/.X11-unix/X{number}");
    let hidden = SocketAddr::from_abstract_name(&path).and_then(|address| UnixStream::connect_addr(&address));
    hidden.is_ok() || UnixStream::connect(&path).is_ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_wayland_session_alone_is_named_with_what_is_missing() {
        let text = without_display(true).to_string();
        assert!(text.contains("Xwayland") && text.contains("apt install") && text.len() <= 300, "{text}");
        assert!(!without_display(false).to_string().contains("Wayland"));
    }

    #[test]
    fn a_display_that_nobody_serves_is_told_from_one_that_answers() {
        assert!(!x_server_answers("nonsense"));
        assert!(!x_server_answers(":59999"));
        let text = NoWindow::Display("DISPLAY is not set".into()).to_string();
        assert!(text.contains("--engine cpu") && !text.contains('\n'));
    }
}
