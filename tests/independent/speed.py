#!/usr/bin/env python3
"""Steps per second of Unstill beside the same arithmetic in plain JAX, in one run.

What it does
    For each case the program (`unstill live --json`) on the processor, the program in WGSL and JAX run in turn, three
    times; the best of each counts. All use all cores. The networks and grids have the program's shapes and random values:
    only time is compared.

        speed.py path/to/unstill path/to/scenes         all cases
        speed.py path/to/unstill path/to/scenes tokens  tokens, equations, points or baked

What is compared
    tokens      the live step of the token network (two scales of 3 x 3 convolutions) on n x n pixels; the program's
                time includes its tracker of tokens
    equations   an Euler step of six terms {1, u, v, lap u, lap v, u v^2} for two channels on n x n pixels
    points      a Heun step of n walkers under the gradient of an energy 3 -> 64 -> 64 -> 64 -> 1 (SiLU), turned by a
                right angle; the program evaluates the potential of its smoothest flow as well
    baked       a Heun step of n walkers under a flow read from a grid of eight channels by cubic interpolation
                (Catmull-Rom), 512^2 nodes in the plane and 128^3 in space

Needs jax and numpy. Source of the shapes: `src/worlds/field/tokens/net/mod.rs`, `src/worlds/points/rule/energy.rs`,
`src/worlds/points/engine/baked.rs`.
"""
import json
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

REPEATS = 3
COLOURS, HALF, QUARTER, MIDDLE = 3, 24, 48, 3
DATA_SD, SIGMA, LIVE_STEP, SWIM_PX = 0.2, 0.3, 0.1, 0.05


def program(unstill, scene, engine, steps, options):
    """Steps per second that one run of the program on `engine` (cpu or gpu) reports."""
    command = [unstill, "live", str(scene), "--steps", str(steps), "--engine", engine, "--json", "--quiet", *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["steps_per_s"]


def jax_rate(step, state, steps):
    """Steps per second of a compiled loop of `steps` steps; the compilation is not counted."""
    loop = jax.jit(lambda state: jax.lax.fori_loop(0, steps, step, state))
    jax.block_until_ready(loop(state))
    begun = time.perf_counter()
    jax.block_until_ready(loop(state))
    return steps / (time.perf_counter() - begun)


def fold(x):
    """[h, w, c] to [h/2, w/2, 4c]."""
    h, w, c = x.shape
    return x.reshape(h // 2, 2, w // 2, 2, c).transpose(0, 2, 1, 3, 4).reshape(h // 2, w // 2, 4 * c)


def unfold(x):
    h, w, c = x.shape
    return x.reshape(h, w, 2, 2, c // 4).transpose(0, 2, 1, 3, 4).reshape(2 * h, 2 * w, c // 4)


def convolution(x, weights):
    """3 x 3, periodic. `weights`: [3, 3, inputs, outputs]."""
    padded = jnp.pad(x, ((1, 1), (1, 1), (0, 0)), mode="wrap")[None]
    return jax.lax.conv_general_dilated(padded, weights, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))[0]


def token_step(rng):
    def weights(*shape):
        return jnp.array(rng.normal(size=shape, scale=1 / np.sqrt(np.prod(shape[:-1]))), jnp.float32)

    first, second, last = weights(3, 3, 4 * COLOURS, HALF), weights(3, 3, HALF, HALF), weights(3, 3, HALF, HALF)
    down, up = weights(4 * HALF, QUARTER), weights(QUARTER, 4 * HALF)
    middle = [weights(3, 3, QUARTER, QUARTER) for _ in range(MIDDLE)]
    heads = weights(HALF, 8 * COLOURS)
    variance = DATA_SD**2 + SIGMA**2
    decay = np.exp(-LIVE_STEP)

    def step(_, state):
        x, key = state
        key, noise = jax.random.split(key)
        a = jax.nn.silu(convolution(fold(x / np.sqrt(variance)), first))
        a = a + jax.nn.silu(convolution(a, second))
        m = jax.nn.silu(fold(a) @ down)
        for kernel in middle:
            m = m + jax.nn.silu(convolution(m, kernel))
        a = a + unfold(m @ up)
        a = a + jax.nn.silu(convolution(a, last))
        out = unfold(a @ heads)
        clean = DATA_SD**2 / variance * x + SIGMA / np.sqrt(variance) * out[..., :COLOURS]
        clean = jnp.clip(clean, -0.15, 1.15)
        kick = np.sqrt(1 - decay**2) * SIGMA * jax.random.normal(noise, x.shape)
        return clean + decay * (x - clean) + SWIM_PX * out[..., COLOURS:] + kick, key

    return step


def equation_step(_, state):
    u, v = state

    def laplacian(x):
        return jnp.roll(x, 1, 0) + jnp.roll(x, -1, 0) + jnp.roll(x, 1, 1) + jnp.roll(x, -1, 1) - 4 * x

    terms = [1.0, u, v, laplacian(u), laplacian(v), u * v * v]
    du = [0.006, -0.006, 1e-4, 0.16, 1e-4, -1.0]
    dv = [1e-4, 1e-4, -0.051, 1e-4, 0.08, 1.0]
    return u + sum(c * t for c, t in zip(du, terms)), v + sum(c * t for c, t in zip(dv, terms))


def walker_step(rng):
    sizes = [3, 64, 64, 64, 1]
    layers = [jnp.array(rng.normal(size=s, scale=0.2), jnp.float32) for s in zip(sizes, sizes[1:])]

    def energy(x):
        a = jnp.concatenate([x, jnp.array([0.1], jnp.float32)])
        for layer in layers[:-1]:
            a = jax.nn.silu(a @ layer)
        return (a @ layers[-1])[0]

    def velocity(x):
        gradient = jax.vmap(jax.grad(energy))(x)
        return jnp.stack([-gradient[:, 1], gradient[:, 0]], 1)

    def step(_, x):
        first = velocity(x)
        return x + 0.005 * (first + velocity(x + 0.01 * first))

    return step


def baked_step(rng, dim):
    """Walkers within a grid over [-1, 1] to the power `dim`."""
    side = 512 if dim == 2 else 128
    values = jnp.array(rng.normal(size=(side**dim, 8)), jnp.float32)

    def catmull_rom(t):
        a = [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
        return jnp.stack(a, -1) / 2

    def velocity(x):
        at = jnp.clip((x + 1) * (side - 1) / 2, 1, side - 2.001)
        cell = at.astype(jnp.int32)
        weights = catmull_rom(at - cell)
        flow = 0.0
        for corner in np.ndindex(*(4,) * dim):
            node, weight = 0, 1.0
            for axis, k in enumerate(corner):
                node = node * side + cell[:, axis] + k - 1
                weight = weight * weights[:, axis, k]
            flow += weight[:, None] * values[node]
        return flow[:, :dim]

    def step(_, x):
        first = velocity(x)
        return x + 0.0005 * (first + velocity(x + 0.001 * first))

    return step


def cases(scenes, rng):
    """Name, scene, options of the program, steps on the processor, in WGSL and in JAX, step and start of JAX."""
    for side in (128, 256, 512):
        steps = 200 * 128**2 // side**2 + 20
        image = jnp.array(rng.normal(size=(side, side, COLOURS)), jnp.float32)
        start = (image, jax.random.PRNGKey(1))
        counts = (4 * steps, steps // 4, steps // 4)
        yield f"tokens {side}²", scenes / "firefly.ron", ["--size", str(side)], counts, token_step(rng), start
    for side in (128, 256, 512):
        steps = 4000 * 128**2 // side**2
        start = tuple(jnp.array(rng.random((side, side)) * scale, jnp.float32) for scale in (1.0, 0.3))
        counts = (5 * steps, steps, steps)
        yield f"equations {side}²", scenes / "life.ron", ["--size", str(side)], counts, equation_step, start
    for count in (10_000, 100_000, 1_000_000):
        steps = max(200_000 // count, 1)
        start = jnp.array(rng.normal(size=(count, 2)), jnp.float32)
        counts = (4 * steps, steps, steps)
        yield f"points {count}", scenes / "ring.ron", ["--walkers", str(count)], counts, walker_step(rng), start
    for dim, scene in ((2, "ring.ron"), (3, "lorenz.ron")):
        for count in (10_000, 100_000, 1_000_000):
            steps = max(5_000_000 // count, 5)
            start = jnp.array(rng.uniform(-0.9, 0.9, size=(count, dim)), jnp.float32)
            options = ["--walkers", str(count), "--flow", "smoothest", "--baked"]
            counts = (4 * steps, steps, steps)
            yield f"baked {count}, {dim}-D", scenes / scene, options, counts, baked_step(rng, dim), start


def main():
    unstill, scenes, *wanted = sys.argv[1:]
    print(f"{'case':<20}{'processor':>11}{'WGSL':>11}{'JAX ' + jax.__version__:>12}   steps per second{'ratios':>10}")
    for name, scene, options, counts, step, start in cases(Path(scenes), np.random.default_rng(1)):
        if wanted and name.split()[0] not in wanted:
            continue
        rates = [
            (
                program(unstill, scene, "cpu", counts[0], options),
                program(unstill, scene, "gpu", counts[1], options),
                jax_rate(step, start, counts[2]),
            )
            for _ in range(REPEATS)
        ]
        processor, wgsl, other = (max(column) for column in zip(*rates))
        ratios = f"{processor / other:>10.2f}{wgsl / other:>8.3f}"
        print(f"{name:<20}{processor:>11.4g}{wgsl:>11.4g}{other:>12.4g}{'':19}{ratios}", flush=True)


if __name__ == "__main__":
    main()
