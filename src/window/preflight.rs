//! Checks before a window opens: a display, and a GPU or a driver that can draw on it.

/// Why there can be no window.
#[derive(Debug, thiserror::Error)]
pub enum NoWindow {
    #[error("there is no display to open a window on ({0}). To run without one: {HEADLESS}")]
    Display(String),
    #[error("the Wayland session of WAYLAND_DISPLAY={name} cannot be used: {why}. To run without a window: {HEADLESS}")]
    Wayland { name: String, why: &'static str },
    #[error(
        "no graphics adapter was found (on Debian: apt install libvulkan1 mesa-vulkan-drivers). To run without one: {HEADLESS}"
    )]
    Adapter,
}

const HEADLESS: &str = "unstill live SCENE.ron --engine cpu --png out.png";

/// # Errors
/// When a window could not be opened, in one sentence with the way to go on without.
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

/// Wayland where its session answers, else X: the toolkit looks at `WAYLAND_DISPLAY` alone, and gives up where that fails.
#[cfg(target_os = "linux")]
fn display() -> Result<(), NoWindow> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    // A socket that was handed over can be opened only once.
    if named("WAYLAND_SOCKET").is_some() {
        return Ok(());
    }
    let wayland = match named(WAYLAND) {
        Some(name) => match wayland_client::Connection::connect_to_env() {
            Ok(_) => return Ok(()),
            Err(why) => Some(NoWindow::Wayland { name, why: reason(&why) }),
        },
        None => None,
    };
    let x = match named("DISPLAY") {
        Some(display) if x_server_answers(&display) => Ok(()),
        Some(display) => Err(NoWindow::Display(format!("no X server answers at DISPLAY={display}"))),
        None => Err(NoWindow::Display("neither WAYLAND_DISPLAY nor DISPLAY is set".to_owned())),
    };
    match (wayland, x) {
        (Some(_), Ok(())) => Err(NoWindow::Display(crate::restart::with(WAYLAND, None).to_string())),
        (Some(why), Err(_)) => Err(why),
        (None, x) => x,
    }
}

#[cfg(target_os = "linux")]
const WAYLAND: &str = "WAYLAND_DISPLAY";

#[cfg(target_os = "linux")]
fn reason(why: &wayland_client::ConnectError) -> &'static str {
    use wayland_client::ConnectError;
    match why {
        ConnectError::NoWaylandLib => "libwayland-client is not installed (on Debian: apt install libwayland-client0)",
        ConnectError::NoCompositor | ConnectError::InvalidFd => "no compositor answers there; start one, or unset it",
    }
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
    fn a_wayland_session_that_cannot_be_used_is_named_with_the_fix() {
        use wayland_client::ConnectError;
        for (why, fix) in [(ConnectError::NoWaylandLib, "apt install"), (ConnectError::NoCompositor, "unset it")] {
            let text = NoWindow::Wayland { name: "wayland-7".to_owned(), why: reason(&why) }.to_string();
            assert!(text.contains("wayland-7") && text.contains(fix) && text.len() <= 300, "{text}");
        }
    }

    #[test]
    fn a_display_without_a_server_is_recognised() {
        assert!(!x_server_answers("nonsense"));
        assert!(!x_server_answers(":59999"));
        let text = NoWindow::Display("DISPLAY is not set".into()).to_string();
        assert!(text.contains("--engine cpu") && !text.contains('\n'));
    }
}
