//! Numbers of the look that the shaders of the canvas and the painter of written pictures share. A test compares them with
//! the constants of `shaders/swarm/particles.wgsl` and `trails.wgsl`.

/// How far the light around a body reaches, in half lengths of the body, at full glow.
pub const GLOW_REACH: f64 = 0.55;
/// Brightness of that light at the edge of the body.
pub const GLOW_STRENGTH: f64 = 0.24;
/// Width over which the stage ends, pixels.
pub const STAGE_MARGIN_PX: f32 = 12.0;
/// Half width of a trail, in half lengths of a body.
pub const TRAIL_HALF_WIDTH: f64 = 0.32;
/// Opacity of a fresh trail.
pub const TRAIL_OPACITY: f64 = 0.5;
/// A particle that has gone farther than this since the last picture was put there and leaves no trail, half lengths of a
/// body.
pub const TRAIL_LEAP: f64 = 8.0;
