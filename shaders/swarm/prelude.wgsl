// Shared by every kernel. Lengths are in ℓ, angles in radians. Constants in capitals are prepended by the engine.

struct Params {
    box_size: vec2<f32>,
    // Cells per ℓ along x and y.
    cell_density: vec2<f32>,
    cells: vec2<u32>,
    seed: vec2<u32>,
    force_centre: vec2<f32>,
    // 0 without a force.
    force_radius: f32,
    force_strength: f32,
    particles: u32,
    // R.
    cutoff: f32,
    // ρ of the exact flow; 0 when it has no window.
    window: f32,
    dt: f32,
    kappa: f32,
    // √(2 η dt).
    noise: f32,
    inverse_sigma: f32,
    // σ² when the denoised particles are shown, else 0.
    denoise: f32,
    // Step number of the first step in this submission.
    first_step: u32,
    // Greatest tangential speed of the mouse, counter-clockwise.
    force_stir: f32,
    padding: vec2<u32>,
    // The knobs of the whole swarm, γ being 0 without a flow; the struct is written from the table of knobs.
    live: LiveKnobs,
    // The constants of the exact flow of each species, likewise.
    knobs: array<SpeciesKnobs, 8>,
}

// In storage, not uniform: Mesa's software driver compiles a shader again at each dispatch to build in any uniform that
// decides a branch.
@group(0) @binding(0) var<storage, read> params: Params;

// Heading and species as a particle carries them through the sorted arrays: species in the top three bits of the order
// word, the particle's own index below.
const INDEX_MASK = 0x1fffffffu;
const SPECIES_SHIFT = 29u;

// Dispatches beyond 65535 workgroups are folded into rows.
fn item(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    return id.x + id.y * groups.x * WORKGROUP;
}

// The shortest vector on the torus.
fn shortest(d: vec2<f32>) -> vec2<f32> {
    return d - params.box_size * round(d / params.box_size);
}

// Folded into [0, length); a tiny negative number may round up to the length itself.
fn wrap(x: vec2<f32>) -> vec2<f32> {
    let y = x - params.box_size * floor(x / params.box_size);
    return select(y, vec2<f32>(0.0), y >= params.box_size);
}

const TAU = 6.283185307179586;

// A particle (x, y, heading, species) displaced. Angles stay small, so that single precision does not wear off.
fn moved(x: vec4<f32>, by: vec3<f32>) -> vec4<f32> {
    let turned = x.z + by.z;
    return vec4<f32>(wrap(x.xy + by.xy), turned - TAU * round(turned / TAU), x.w);
}

fn cell_at(x: vec2<f32>) -> vec2<u32> {
    return min(vec2<u32>(max(x * params.cell_density, vec2<f32>(0.0))), params.cells - vec2<u32>(1u));
}

// The candidates of a cell are six ranges of sorted slots: three rows of cells, each cut in two by the edge of the box.
const RANGES = 6u;

// First and one-past-last cell of range k around a cell. A box of fewer than three cells across has each cell once.
fn cell_range(cell: vec2<u32>, k: u32) -> vec2<u32> {
    let n = params.cells;
    let row = k >> 1u;
    let second = (k & 1u) == 1u;
    if row >= min(n.y, 3u) {
        return vec2<u32>(0u);
    }
    var y = row;
    if n.y > 3u {
        y = (cell.y + n.y + row - 1u) % n.y;
    }
    var first = 0u;
    var last = n.x;
    if n.x > 3u {
        if cell.x == 0u {
            first = select(0u, n.x - 1u, second);
            last = select(2u, n.x, second);
        } else if cell.x == n.x - 1u {
            first = select(n.x - 2u, 0u, second);
            last = select(n.x, 1u, second);
        } else {
            first = select(cell.x - 1u, 0u, second);
            last = select(cell.x + 2u, 0u, second);
        }
    } else if second {
        last = 0u;
    }
    return vec2<u32>(y * n.x + first, y * n.x + last);
}
