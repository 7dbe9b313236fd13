// Exclusive prefix sum over any number of values, in levels of RADIX: sums upward, prefixes downward.

const RADIX = 64u;

@group(0) @binding(10) var<storage, read> values: array<u32>;
@group(0) @binding(11) var<storage, read_write> prefixes: array<u32>;
@group(0) @binding(12) var<storage, read_write> sums: array<u32>;
@group(0) @binding(13) var<storage, read> carried: array<u32>;

// sums[t] = Σ of block t of values.
@compute @workgroup_size(WORKGROUP)
fn scan_up(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let t = item(id, groups);
    if t >= arrayLength(&sums) {
        return;
    }
    let last = min((t + 1u) * RADIX, arrayLength(&values));
    var sum = 0u;
    for (var k = t * RADIX; k < last; k++) {
        sum += values[k];
    }
    sums[t] = sum;
}

// prefixes of block t of values, starting from carried[t]. There may be one more prefix than values: the total.
@compute @workgroup_size(WORKGROUP)
fn scan_down(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let t = item(id, groups);
    if t >= arrayLength(&carried) {
        return;
    }
    let last = min((t + 1u) * RADIX, arrayLength(&prefixes));
    var sum = carried[t];
    for (var k = t * RADIX; k < last; k++) {
        prefixes[k] = sum;
        if k < arrayLength(&values) {
            sum += values[k];
        }
    }
}
