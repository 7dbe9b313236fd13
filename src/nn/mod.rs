//! Arithmetic of all worlds: SIMD lanes for their small networks, the choice of the instruction set at run time, and random
//! numbers from counters.

pub mod dispatch;
pub mod lanes;
pub mod random;
