// m_i = Σ_j w(r_ij) φ(edge i → j). With the energy's weights and, later in the step, with the learned flow's.

@group(0) @binding(17) var<storage, read_write> message: array<vec4<f32>>;
// Edges seen so far from each slot, low and high word: the counters' pair tests.
@group(0) @binding(20) var<storage, read_write> tally: array<vec2<u32>>;

@compute @workgroup_size(WORKGROUP)
fn messages(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let me = item(id, groups);
    if me >= params.particles {
        return;
    }
    let own = sorted[me];
    let species = order[me] >> SPECIES_SHIFT;
    var m: array<f32, H2>;
    var walk = walk_from(own.xy);
    var edges = 0u;
    loop {
        let e = next_edges(&walk, me, own.xy);
        edges += e.found;
        if e.found == 0u {
            break;
        }
        let z = phi_second(species * SPECIES + e.species, features(e, own.zw));
        let w = window(e);
        //@for O in H2
        m[{O}u] += dot(w, silu(z[{O}u]));
        //@end
        if e.found < 4u {
            break;
        }
    }
    let at = me * H2Q;
    //@for Q in H2Q
    message[at + {Q}u] = vec4<f32>(m[4u * {Q}u], m[4u * {Q}u + 1u], m[4u * {Q}u + 2u], m[4u * {Q}u + 3u]);
    //@end
    if TALLIED == 1u {
        let before = tally[me];
        let low = before.x + edges;
        tally[me] = vec2<u32>(low, before.y + u32(low < edges));
    }
}
