//! What a shader text declares, read from the module that naga validated.

use wgpu::naga;

use super::GpuError;
use super::error::shortened;

/// How a shader uses a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// `var<uniform>`.
    Uniform,
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`.
    Write,
}

impl Access {
    /// The same for a layout.
    pub fn buffer_type(self) -> wgpu::BufferBindingType {
        match self {
            Self::Uniform => wgpu::BufferBindingType::Uniform,
            Self::Read => wgpu::BufferBindingType::Storage { read_only: true },
            Self::Write => wgpu::BufferBindingType::Storage { read_only: false },
        }
    }
}

/// A buffer that an entry point uses, in `@group(0)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShaderBinding {
    /// Name of the variable.
    pub name: String,
    /// Number of `@binding`.
    pub number: u32,
    /// How it is declared.
    pub access: Access,
    /// Size of the type; of one element where the length is open. Bytes.
    pub min_bytes: u64,
}

/// An entry point: its buffers in the order of their numbers, and the size of its workgroup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    /// What it binds.
    pub bindings: Vec<ShaderBinding>,
    /// Invocations along x, y and z.
    pub workgroup: [u32; 3],
}

/// A parsed and validated shader text.
#[derive(Debug)]
pub(crate) struct Reflection {
    pub(super) module: naga::Module,
    pub(super) info: naga::valid::ModuleInfo,
}

impl Reflection {
    /// Parses and validates `text`; `label` names it in errors.
    ///
    /// # Errors
    /// The text is not valid WGSL.
    pub fn new(label: &str, text: &str) -> Result<Self, GpuError> {
        let invalid = |reason: String| GpuError::Shader { shader: label.to_owned(), reason: shortened(&reason) };
        let module = naga::front::wgsl::parse_str(text).map_err(|e| invalid(e.emit_to_string(text)))?;
        let flags = naga::valid::ValidationFlags::all();
        // A text with this line is given only to devices that have f16.
        let has_half = text.starts_with("enable f16;");
        let none = naga::valid::Capabilities::empty();
        let allowed = if has_half { naga::valid::Capabilities::SHADER_FLOAT16 } else { none };
        let info = naga::valid::Validator::new(flags, allowed)
            .validate(&module)
            .map_err(|e| invalid(e.emit_to_string(text)))?;
        Ok(Self { module, info })
    }

    /// The buffers that the entry point `name` and the functions it calls use; `None` where there is no such entry point.
    pub fn entry_point(&self, name: &str) -> Option<EntryPoint> {
        let index = self.module.entry_points.iter().position(|entry| entry.name == name)?;
        let uses = self.info.get_entry_point(index);
        let mut bindings: Vec<ShaderBinding> = self
            .module
            .global_variables
            .iter()
            .filter(|(handle, _)| !uses[*handle].is_empty())
            .filter_map(|(_, variable)| self.binding(variable))
            .collect();
        bindings.sort_unstable_by_key(|binding| binding.number);
        Some(EntryPoint { bindings, workgroup: self.module.entry_points[index].workgroup_size })
    }

    pub(super) fn binding(&self, variable: &naga::GlobalVariable) -> Option<ShaderBinding> {
        let access = match variable.space {
            naga::AddressSpace::Uniform => Access::Uniform,
            naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => Access::Write,
            naga::AddressSpace::Storage { .. } => Access::Read,
            _ => return None,
        };
        let name = variable.name.clone()?;
        let number = variable.binding?.binding;
        let size = self.module.types[variable.ty].inner.size(self.module.to_ctx());
        Some(ShaderBinding { name, number, access, min_bytes: u64::from(size) })
    }

    /// Size of the struct `name` and the offset of each member, bytes.
    #[cfg(test)]
    pub fn struct_layout(&self, name: &str) -> Option<(u32, Vec<(String, u32)>)> {
        let (_, ty) = self.module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some(name))?;
        let naga::TypeInner::Struct { members, span } = &ty.inner else { return None };
        Some((*span, members.iter().map(|m| (m.name.clone().unwrap_or_default(), m.offset)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        struct Both { a: vec3<f32>, b: u32, c: vec2<f32> }
        @group(0) @binding(4) var<uniform> both: Both;
        @group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
        @group(0) @binding(7) var<storage, read_write> output: array<f32>;
        @group(0) @binding(0) var<storage, read> idle: array<f32>;
        fn deep(i: u32) -> f32 { return input[i].x; }
        @compute @workgroup_size(8, 2) fn copy(@builtin(global_invocation_id) id: vec3<u32>) {
            output[id.x] = deep(id.x) + both.c.y;
        }
        @compute @workgroup_size(1) fn clear() { output[0] = 0.0; }";

    #[test]
    fn an_entry_point_has_the_buffers_that_it_uses() {
        let reflection = Reflection::new("text", TEXT).unwrap();
        let of =
            |name: &str, number, access, min_bytes| ShaderBinding { name: name.to_owned(), number, access, min_bytes };
        let output = of("output", 7, Access::Write, 4);
        let bindings = vec![of("input", 1, Access::Read, 16), of("both", 4, Access::Uniform, 32), output.clone()];
        assert_eq!(reflection.entry_point("copy"), Some(EntryPoint { bindings, workgroup: [8, 2, 1] }));
        let clear = reflection.entry_point("clear").unwrap();
        assert_eq!(clear.bindings, [output]);
        assert_eq!(reflection.entry_point("paste"), None);
    }

    #[test]
    fn invalid_texts_are_refused_with_the_name_of_the_shader() {
        for wrong in ["output[0] = 0;", "output[0] = 0u;", "outputs[0] = 0.0;"] {
            let error = Reflection::new("copying", &TEXT.replace("output[0] = 0.0;", wrong)).err();
            let Some(GpuError::Shader { shader, .. }) = &error else {
                // An abstract integer converts to f32.
                assert_eq!(wrong, "output[0] = 0;");
                continue;
            };
            assert_eq!(shader, "copying");
            assert!(error.unwrap().to_string().chars().count() <= 300);
        }
    }

    #[test]
    fn members_of_structs_have_their_offsets() {
        let layout = Reflection::new("text", TEXT).unwrap().struct_layout("Both");
        let members = [("a", 0), ("b", 12), ("c", 16)].map(|(name, offset)| (name.to_owned(), offset));
        assert_eq!(layout, Some((32, members.to_vec())));
    }
}
