//! What can go wrong on a GPU.

/// What a device cannot do, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// No adapter was found, or it gives no device.
    #[error(
        "no GPU can be used ({0}); use --engine cpu, or install a Vulkan driver (mesa-vulkan-drivers has one in software)"
    )]
    NoDevice(String),
    /// The device rejected what was created on it.
    #[error("the GPU refused: {0}; use --engine cpu")]
    Refused(String),
    /// The device was lost.
    #[error("the GPU was lost while its memory was read ({0}); start again, or use --engine cpu")]
    Lost(String),
    /// A shader text is not valid WGSL.
    #[error("the shader {shader} is not valid: {reason}; use --engine cpu")]
    Shader {
        /// Label of the shader.
        shader: String,
        /// First error of the validation.
        reason: String,
    },
    /// The buffers given to a kernel are not those that its shader names.
    #[error("kernel {kernel}: {reason}; its shader binds {known}")]
    Binding {
        /// Entry point of the kernel.
        kernel: String,
        /// The name at fault, and what is wrong with it.
        reason: String,
        /// The names that the shader has.
        known: String,
    },
}

/// Longest part of a driver's message that is shown, characters.
const MAX_REASON: usize = 200;

impl GpuError {
    /// A rejection in the driver's words, shortened: some drivers return pages of text.
    pub(crate) fn refused(reason: &impl std::fmt::Display) -> Self {
        Self::Refused(shortened(&reason.to_string()))
    }

    /// A lost device, in the driver's words.
    pub(crate) fn lost(reason: &impl std::fmt::Display) -> Self {
        Self::Lost(shortened(&reason.to_string()))
    }
}

pub(crate) fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_of_drivers_are_shortened() {
        let text = GpuError::refused(&"ö".repeat(5000)).to_string();
        assert!(text.chars().count() <= 300 && text.ends_with("use --engine cpu"), "{text}");
        assert_eq!(GpuError::refused(&" no memory\n"), GpuError::Refused("no memory".to_owned()));
    }
}
