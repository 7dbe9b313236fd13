// Neighbour grid: counting sort of the particles by cell. A cell holds any number. Inside a cell particles are ordered
// by their own index, so that sums over neighbours are reproducible.

@group(0) @binding(4) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(9) var<storage, read_write> cell_of: array<u32>;
// Particles per cell; scatter counts them down again, so that the next count starts from zero.
@group(0) @binding(10) var<storage, read_write> counts: array<atomic<u32>>;
// First slot of each cell, and the number of particles at the end.
@group(0) @binding(11) var<storage, read> starts: array<u32>;
@group(0) @binding(14) var<storage, read_write> unsorted: array<u32>;
@group(0) @binding(15) var<storage, read_write> order: array<u32>;
@group(0) @binding(16) var<storage, read_write> sorted: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn count(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = item(id, groups);
    if i >= params.particles {
        return;
    }
    let at = cell_at(source[i].xy);
    let cell = at.y * params.cells.x + at.x;
    cell_of[i] = cell;
    atomicAdd(&counts[cell], 1u);
}

@compute @workgroup_size(WORKGROUP)
fn scatter(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = item(id, groups);
    if i >= params.particles {
        return;
    }
    let cell = cell_of[i];
    let left = atomicSub(&counts[cell], 1u);
    unsorted[starts[cell] + left - 1u] = i;
}

@compute @workgroup_size(WORKGROUP)
fn place(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let slot = item(id, groups);
    if slot >= params.particles {
        return;
    }
    let i = unsorted[slot];
    let cell = cell_of[i];
    let first = starts[cell];
    let last = starts[cell + 1u];
    var rank = 0u;
    for (var k = first; k < last; k++) {
        rank += u32(unsorted[k] < i);
    }
    let x = source[i];
    order[first + rank] = (u32(x.w) << SPECIES_SHIFT) | i;
    sorted[first + rank] = vec4<f32>(x.xy, cos(x.z), sin(x.z));
}
