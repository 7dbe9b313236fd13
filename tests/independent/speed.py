#!/usr/bin/env python3
"""Steps per second of Unstill beside the same arithmetic in plain JAX, in one run.

What it does
    For each case the program (`unstill live --engine cpu --json`) and JAX run in turn, three times; the best of each
    counts. Both use all cores. The networks have the program's shapes and random weights: only time is compared.

        speed.py path/to/unstill path/to/scenes         all cases
        speed.py path/to/unstill path/to/scenes tokens  tokens, equations or points

What is compared
    tokens      the live step of the token network (two scales of 3 x 3 convolutions) on n x n pixels; the program's
                time includes its tracker of tokens
    equations   an Euler step of six terms {1, u, v, lap u, lap v, u v^2} for two channels on n x n pixels
    points      a Heun step of n walkers under the gradient of an energy 3 -> 64 -> 64 -> 64 -> 1 (SiLU), turned by a
                right angle; the program evaluates the potential of its smoothest flow as well

Needs jax and numpy. Source of the shapes: `src/worlds/field/tokens/net/mod.rs`, `src/worlds/points/rule/energy.rs`.
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


def program(unstill, scene, steps, options):
    """Steps per second that one run of the program reports."""
    command = [unstill, "live", str(scene), "--steps", str(steps), "--engine", "cpu", "--json", "--quiet", *options]
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


def cases(scenes, rng):
    """Name, scene, options of the program, steps of the program and of JAX, step and start of JAX."""
    for side in (128, 256, 512):
        steps = 200 * 128**2 // side**2 + 20
        image = jnp.array(rng.normal(size=(side, side, COLOURS)), jnp.float32)
        start = (image, jax.random.PRNGKey(1))
        yield f"tokens {side}²", scenes / "firefly.ron", ["--size", str(side)], 4 * steps, steps // 4, token_step(rng), start
    for side in (128, 256, 512):
        steps = 4000 * 128**2 // side**2
        start = tuple(jnp.array(rng.random((side, side)) * scale, jnp.float32) for scale in (1.0, 0.3))
        yield f"equations {side}²", scenes / "life.ron", ["--size", str(side)], 5 * steps, steps, equation_step, start
    for count in (10_000, 100_000, 1_000_000):
        steps = max(200_000 // count, 1)
        start = jnp.array(rng.normal(size=(count, 2)), jnp.float32)
        options = ["--walkers", str(count)]
        yield f"points {count}, network", scenes / "ring.ron", options, 4 * steps, steps, walker_step(rng), start


def main():
    unstill, scenes, *wanted = sys.argv[1:]
    print(f"{'case':<26}{'unstill':>12}{'JAX ' + jax.__version__:>14}{'ratio':>8}   steps per second")
    for name, scene, options, steps, jax_steps, step, start in cases(Path(scenes), np.random.default_rng(1)):
        if wanted and name.split()[0] not in wanted:
            continue
        rates = [(program(unstill, scene, steps, options), jax_rate(step, start, jax_steps)) for _ in range(REPEATS)]
        own, other = (max(column) for column in zip(*rates))
        print(f"{name:<26}{own:>12.4g}{other:>14.4g}{own / other:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
