//! Render pipelines without depth, without vertex buffers: all that the canvas needs.

/// What differs between them.
pub struct Recipe<'a> {
    pub label: &'a str,
    pub module: &'a wgpu::ShaderModule,
    /// Names of the vertex and the fragment shader.
    pub entries: [&'a str; 2],
    pub groups: &'a [Option<&'a wgpu::BindGroupLayout>],
    pub topology: wgpu::PrimitiveTopology,
    pub target: wgpu::ColorTargetState,
}

impl Recipe<'_> {
    pub fn make(self, device: &wgpu::Device) -> wgpu::RenderPipeline {
        let Self { label, module, entries: [vertex, fragment], groups, topology, target } = self;
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(label),
            bind_group_layouts: groups,
            immediate_size: 0,
        });
        device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(label),
            layout: Some(&layout),
            vertex: wgpu::VertexState {
                module,
                entry_point: Some(vertex),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState { topology, ..Default::default() },
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module,
                entry_point: Some(fragment),
                compilation_options: Default::default(),
                targets: &[Some(target)],
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}

/// Colours that are drawn over what is there.
pub fn over(format: wgpu::TextureFormat) -> wgpu::ColorTargetState {
    blended(format, wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING)
}

pub fn blended(format: wgpu::TextureFormat, blend: wgpu::BlendState) -> wgpu::ColorTargetState {
    wgpu::ColorTargetState { format, blend: Some(blend), write_mask: wgpu::ColorWrites::ALL }
}
