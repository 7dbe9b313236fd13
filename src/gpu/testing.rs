//! The GPU of the tests.

use std::io::Write as _;
use std::sync::OnceLock;

use super::GpuDevice;

/// The device for a test, by `UNSTILL_GPU_TESTS`: `auto` (default: none is a loud skip), `require` (none is a failure)
/// or `off` (skip).
///
/// # Panics
/// Under `require` where there is no device, and for any other value of the variable.
pub(crate) fn gpu() -> Option<&'static GpuDevice> {
    static DEVICE: OnceLock<Result<GpuDevice, String>> = OnceLock::new();
    let policy = std::env::var("UNSTILL_GPU_TESTS").unwrap_or_else(|_| "auto".to_owned());
    let open = || DEVICE.get_or_init(|| GpuDevice::open().map_err(|e| e.to_string()));
    let skipped = |why: &str| {
        // Not through the test's captured output: a skip must be seen.
        let name = std::thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "SKIPPED (GPU test) {name}: {why}");
        None
    };
    match policy.as_str() {
        "off" => skipped("UNSTILL_GPU_TESTS=off"),
        "auto" => open().as_ref().map_or_else(|why| skipped(why), Some),
        "require" => match open() {
            Ok(device) => Some(device),
            Err(why) => panic!("UNSTILL_GPU_TESTS=require, but {why}"),
        },
        other => panic!("UNSTILL_GPU_TESTS is {other}; set it to auto, require or off"),
    }
}
