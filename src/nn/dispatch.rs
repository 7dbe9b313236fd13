//! The only place with `unsafe` in this program: calling the lane kernels compiled for the instruction set found at run
//! time. A `#[target_feature]` function may only be called where the processor has that feature; [`Isa::detect`] asks
//! the processor first, and an [`Isa`] other than `Plain` cannot be made in another way.

/// Instruction set of this processor, as far as the kernels care.
///
/// AVX-512 was tried and measured slower than AVX2 (gradient 2.2 ms against 1.3 ms, its weight gradient 45 ms against 8):
/// the compiler spills the wider tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(InstructionSet);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InstructionSet {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

/// Work that can be compiled for several instruction sets: `B` rows of a matrix in registers, `FMA` fused multiply-add.
/// Implementations must be `#[inline(always)]`.
pub trait Kernel {
    type Output;
    fn run<const B: usize, const FMA: bool>(self) -> Self::Output;
}

impl Isa {
    pub const PLAIN: Isa = Isa(InstructionSet::Plain);

    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self(InstructionSet::Avx2);
            }
        }
        Self::PLAIN
    }

    /// Every instruction set this processor has, plainest first.
    #[cfg(test)]
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self::PLAIN, Self::detect()];
        all.dedup();
        all
    }

    #[inline]
    #[allow(unsafe_code)]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            InstructionSet::Plain => kernel.run::<4, false>(),
            // SAFETY: this kind is made only by `detect`, after the processor reported avx2 and fma.
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => unsafe { run_avx2(kernel) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<4, true>()
}
