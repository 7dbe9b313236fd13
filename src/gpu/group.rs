//! Bind groups of render shaders: resources are given by the names of the shader's variables.

use wgpu::naga;

use super::GpuError;
use super::names::check_names;
use super::reflection::Reflection;

/// One bind group of the entry points of a pipeline.
pub(crate) struct RenderGroup {
    label: &'static str,
    layout: wgpu::BindGroupLayout,
    /// Names and numbers of the variables.
    variables: Vec<(String, u32)>,
}

impl RenderGroup {
    /// The variables of `@group(group)` that one of the entry points `entries` uses.
    pub fn new(
        device: &wgpu::Device,
        label: &'static str,
        reflection: &Reflection,
        group: u32,
        entries: &[&str],
    ) -> Self {
        let (names, entries): (Vec<String>, Vec<_>) = reflection.group(group, entries).into_iter().unzip();
        let layout =
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries });
        let variables = names.into_iter().zip(entries.iter().map(|entry| entry.binding)).collect();
        Self { label, layout, variables }
    }

    /// For the layout of a pipeline.
    pub fn layout(&self) -> &wgpu::BindGroupLayout {
        &self.layout
    }

    /// The bind group with these resources.
    ///
    /// # Errors
    /// A resource is missing, given twice or not used.
    pub fn bind(
        &self,
        device: &wgpu::Device,
        resources: &[(&str, wgpu::BindingResource<'_>)],
    ) -> Result<wgpu::BindGroup, GpuError> {
        let given: Vec<&str> = resources.iter().map(|(name, _)| *name).collect();
        let known: Vec<&str> = self.variables.iter().map(|(name, _)| name.as_str()).collect();
        check_names(self.label, &given, &known)?;
        let number = |name: &str| self.variables.iter().find(|(known, _)| known == name).map(|(_, number)| *number);
        let entries: Vec<_> = resources
            .iter()
            .filter_map(|(name, resource)| {
                Some(wgpu::BindGroupEntry { binding: number(name)?, resource: resource.clone() })
            })
            .collect();
        Ok(device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.label),
            layout: &self.layout,
            entries: &entries,
        }))
    }
}

impl Reflection {
    /// Name and layout of every variable of `group` that one of the entry points `entries` uses, by number.
    pub fn group(&self, group: u32, entries: &[&str]) -> Vec<(String, wgpu::BindGroupLayoutEntry)> {
        let mut found: Vec<(String, wgpu::BindGroupLayoutEntry)> = Vec::new();
        for (handle, variable) in self.module.global_variables.iter() {
            let Some(binding) = variable.binding.as_ref().filter(|binding| binding.group == group) else { continue };
            let mut visibility = wgpu::ShaderStages::empty();
            for (k, entry) in self.module.entry_points.iter().enumerate() {
                if entries.contains(&entry.name.as_str()) && !self.info.get_entry_point(k)[handle].is_empty() {
                    visibility |= stage(entry.stage);
                }
            }
            if let (false, Some(name), Some(ty)) = (visibility.is_empty(), &variable.name, self.binding_type(variable))
            {
                let layout = wgpu::BindGroupLayoutEntry { binding: binding.binding, visibility, ty, count: None };
                found.push((name.clone(), layout));
            }
        }
        found.sort_unstable_by_key(|(_, layout)| layout.binding);
        found
    }

    /// `None` for kinds of resources that no shader here has.
    fn binding_type(&self, variable: &naga::GlobalVariable) -> Option<wgpu::BindingType> {
        Some(match self.module.types[variable.ty].inner {
            naga::TypeInner::Sampler { comparison: false } => {
                wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)
            }
            naga::TypeInner::Image {
                dim: naga::ImageDimension::D2,
                arrayed: false,
                class: naga::ImageClass::Sampled { kind: naga::ScalarKind::Float, multi: false },
            } => wgpu::BindingType::Texture {
                sample_type: wgpu::TextureSampleType::Float { filterable: true },
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
            _ => {
                let ty = self.binding(variable)?.access.buffer_type();
                wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None }
            }
        })
    }
}

fn stage(of: naga::ShaderStage) -> wgpu::ShaderStages {
    match of {
        naga::ShaderStage::Vertex => wgpu::ShaderStages::VERTEX,
        naga::ShaderStage::Fragment => wgpu::ShaderStages::FRAGMENT,
        naga::ShaderStage::Compute => wgpu::ShaderStages::COMPUTE,
        _ => wgpu::ShaderStages::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_what_its_entry_points_use_and_their_stages() {
        let text = "
            @group(0) @binding(0) var<uniform> both: vec4<f32>;
            @group(1) @binding(1) var around: sampler;
            @group(1) @binding(0) var past: texture_2d<f32>;
            @group(1) @binding(2) var<storage, read> before: array<vec4<f32>>;
            @vertex fn corner() -> @builtin(position) vec4<f32> { return both; }
            @vertex fn stamp() -> @builtin(position) vec4<f32> { return before[0]; }
            @fragment fn shade() -> @location(0) vec4<f32> { return both * textureSample(past, around, both.xy); }";
        let reflection = Reflection::new("drawing", text).unwrap();
        let names = |group, entries: &[&str]| -> Vec<(String, wgpu::ShaderStages)> {
            let found = reflection.group(group, entries);
            found.into_iter().map(|(name, layout)| (name, layout.visibility)).collect()
        };
        let (vertex, fragment) = (wgpu::ShaderStages::VERTEX, wgpu::ShaderStages::FRAGMENT);
        assert_eq!(names(0, &["corner", "shade"]), [("both".to_owned(), vertex | fragment)]);
        assert_eq!(names(1, &["corner", "shade"]), [("past".to_owned(), fragment), ("around".to_owned(), fragment)]);
        assert_eq!(names(1, &["stamp"]), [("before".to_owned(), vertex)]);
    }
}
