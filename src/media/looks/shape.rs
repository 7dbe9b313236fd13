//! Numbers of the look that the shaders of the canvas and the painter of written pictures share.

use crate::gpu::shader_constants;

/// Half the length of a body in a live swarm, ℓ.
pub const HALF_BODY_L: f64 = 0.42;
/// Opacity of the images of a periodic box, relative to the box itself.
pub const GHOST_OPACITY: f32 = 0.22;

/// What is left of a trail `dt_s` seconds later, where one lasts `trail_s` seconds: then a twentieth.
pub fn trail_kept(dt_s: f64, trail_s: f64) -> f32 {
    (-3.0 * dt_s / trail_s).exp() as f32
}

shader_constants! {
    /// For the shaders of the canvas, `shaders/swarm/particles.wgsl` and `trails.wgsl`.
    #[cfg(feature = "window")]
    pub const SHAPE_CONSTANTS;

    /// How far the light around a body reaches, in half lengths of the body, at full glow.
    pub const GLOW_REACH: f64 = 0.55;
    /// Brightness of that light at the edge of the body.
    pub const GLOW_STRENGTH: f64 = 0.24;
    /// Brightness of a body at its edge, in the middle of its length.
    pub const LIGHT_BASE: f64 = 0.78;
    /// Gain of brightness half a body ahead.
    pub const LIGHT_AHEAD: f64 = 0.28;
    /// Gain of brightness half a body within the edge.
    pub const LIGHT_INSIDE: f64 = 0.25;
    /// Share of that gain for each half length within the edge.
    pub const INSIDE_PER_LENGTH: f64 = 2.0;
    /// Share of that gain, at most.
    pub const MAX_INSIDE: f64 = 0.4;
    /// Room for the soft edge of a body, pixels.
    pub const SOFT_EDGE_PX: f64 = 1.5;
    /// Half width of the line around the stage with its soft edge, pixels.
    pub const STAGE_LINE_PX: f32 = 1.2;
    /// Width over which the stage ends, pixels.
    pub const STAGE_MARGIN_PX: f32 = 12.0;
    /// Brightness of the light around the stage, at its edge.
    pub const STAGE_SHINE: f32 = 0.2;
    /// Share of that light that covers the ground.
    pub const STAGE_SHINE_COVER: f32 = 0.3;
    /// Radius of a dot; this and the following in half lengths of a body.
    pub const DOT_RADIUS: f64 = 0.62;
    /// Radius of the head of a drop.
    pub const DROP_HEAD_RADIUS: f64 = 0.5;
    /// Radius of its tail tip.
    pub const DROP_TAIL_RADIUS: f64 = 0.06;
    /// Distance between the middles of the two.
    pub const DROP_LENGTH: f64 = 1.45;
    /// Where the middle of the head is, ahead of the particle.
    pub const DROP_HEAD_AHEAD: f64 = 0.45;
    /// Tip of a wing of an arrow, ahead; its nose is at 1.
    pub const ARROW_WING_AHEAD: f64 = -0.8;
    /// Tip of a wing, aside.
    pub const ARROW_WING_ASIDE: f64 = 0.68;
    /// Notch of the tail, ahead.
    pub const ARROW_NOTCH_AHEAD: f64 = -0.42;
    /// By how much an arrow is rounded.
    pub const ARROW_ROUNDING: f64 = 0.06;
    /// Half width of a trail, in half lengths of a body.
    pub const TRAIL_HALF_WIDTH: f64 = 0.32;
    /// Opacity of a fresh trail.
    pub const TRAIL_OPACITY: f64 = 0.5;
    /// A particle that has gone farther than this since the last picture was put there and leaves no trail, half lengths of a
    /// body.
    pub const TRAIL_LEAP: f64 = 8.0;
}

/// The triangles that the shader of the canvas draws of bodies.
#[cfg(any(feature = "window", test))]
pub mod hull {
    use crate::gpu::shader_constants;

    shader_constants! {
        /// For `shaders/swarm/particles.wgsl`.
        #[cfg(feature = "window")]
        pub const HULL_CONSTANTS;

        /// Triangle around a bare arrow, as tight as can be: tip and base ahead, half width at the base.
        pub const ARROW_HULL_TIP: f64 = 1.06;
        /// See [`ARROW_HULL_TIP`].
        pub const ARROW_HULL_BASE: f64 = -0.88;
        /// See [`ARROW_HULL_TIP`].
        pub const ARROW_HULL_HALF_WIDTH: f64 = 0.75;
        /// As [`ARROW_HULL_TIP`], of a drop.
        pub const DROP_HULL_TIP: f64 = -1.5;
        /// See [`DROP_HULL_TIP`].
        pub const DROP_HULL_BASE: f64 = 0.96;
        /// See [`DROP_HULL_TIP`].
        pub const DROP_HULL_HALF_WIDTH: f64 = 0.78;
        /// As [`ARROW_HULL_TIP`], of a dot.
        pub const DOT_HULL_TIP: f64 = 1.24;
        /// See [`DOT_HULL_TIP`].
        pub const DOT_HULL_BASE: f64 = -0.62;
        /// See [`DOT_HULL_TIP`].
        pub const DOT_HULL_HALF_WIDTH: f64 = 1.08;
    }
}
