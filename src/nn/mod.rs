//! Arithmetic for the small networks of all worlds: SIMD lanes and the choice of the instruction set at run time.

pub mod dispatch;
pub mod lanes;
