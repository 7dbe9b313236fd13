//! The data of the field world: periodic images of two or more channels, simulated, loaded and packed.

mod gray_scott;
mod load;
mod pack;
mod save;
mod still;

pub use gray_scott::{GrayScott, GrayScottRun, PRESETS, Preset, is_moving, seeded};
pub use load::{load_stills, write_npy};
pub use pack::{pack_bytes, pack_floats, unpack_bytes, unpack_floats};
pub use save::encode_stills;
pub use still::{Still, check_stills, moments};
