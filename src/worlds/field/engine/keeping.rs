//! States of a live field, bit by bit, to run the same steps from again.

use super::FieldEngine;
use crate::gpu::KeptBuffers;
use crate::worlds::field::FieldError;
use crate::worlds::field::stills::Still;
use crate::worlds::field::tokens::TokenState;

/// The state of a [`FieldEngine`]; one on a GPU stays there.
#[derive(Clone, Debug)]
pub(crate) enum EngineState {
    /// u and v.
    Library(Still),
    /// On the processor.
    Tokens(TokenState),
    GpuLibrary(KeptBuffers),
    /// Beside it the steps that were done.
    GpuTokens(KeptBuffers, u64),
}

impl EngineState {
    /// Memory, bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Library(image) => std::mem::size_of_val(&image.data[..]),
            Self::Tokens(state) => state.bytes(),
            Self::GpuLibrary(kept) | Self::GpuTokens(kept, _) => kept.bytes(),
        }
    }
}

impl FieldEngine {
    /// The present state, in the memory of `spare` where it fits. On a GPU this waits for nothing.
    ///
    /// # Errors
    /// Not enough memory on the GPU.
    pub(crate) fn keep(&self, spare: Option<EngineState>) -> Result<EngineState, FieldError> {
        let spare = match spare {
            Some(EngineState::GpuLibrary(kept) | EngineState::GpuTokens(kept, _)) => Some(kept),
            _ => None,
        };
        Ok(match self {
            Self::Library(engine) => EngineState::Library(engine.image()),
            Self::Tokens(engine) => EngineState::Tokens(engine.state()),
            Self::GpuLibrary(engine) => EngineState::GpuLibrary(engine.keep(spare)?),
            Self::GpuTokens(engine) => {
                let (kept, steps) = engine.keep(spare)?;
                EngineState::GpuTokens(kept, steps)
            }
        })
    }

    /// Back to a kept state: the same steps follow. False where it is of another kind of engine or size.
    pub(crate) fn put_back(&mut self, state: &EngineState) -> bool {
        match (self, state) {
            (Self::Library(engine), EngineState::Library(image)) => engine.set_image(image),
            (Self::Tokens(engine), EngineState::Tokens(state)) => return engine.put_back(state),
            (Self::GpuLibrary(engine), EngineState::GpuLibrary(kept)) => return engine.put_back(kept),
            (Self::GpuTokens(engine), EngineState::GpuTokens(kept, steps)) => return engine.put_back(kept, *steps),
            _ => return false,
        }
        true
    }
}
