#!/usr/bin/env python3
"""A mill of self-propelled particles: the picture "from another program".

What it does
    D'Orsogna, Chuang, Bertozzi and Chayes, "Self-propelled particles with soft-core interactions: patterns, stability, and
    collapse", Phys. Rev. Lett. 96, 104302 (2006), their equations (1) and (2), with mass 1:

        dx_i/dt = v_i
        dv_i/dt = (alpha - beta |v_i|^2) v_i - grad_i U_i
        U_i     = sum over j of Cr exp(-r_ij / lr) - Ca exp(-r_ij / la)

    Free space, no box: the box is drawn round the mill afterwards, so that the mill's diameter is half its side.
    Integrated by the classical Runge-Kutta method of fourth order (RK4) with a fixed step. Started as a rotating disc and
    run until it has settled. A weak white noise on the velocity (Euler-Maruyama after each RK4 step) makes frames far apart
    independent; it can be switched off (--noise 0).

Units
    The model's own: lengths as lr and la, mass 1, time such that alpha and beta are as given. Speed settles at about
    sqrt(alpha / beta). Headings in rad, along the velocity.

Parameters
    In the paper's numbers C = Cr/Ca and l = lr/la; mills of the catastrophic regime lie at l < 1, C l^2 < 1. The default is
    C = 2, l = 1/4 (Cr 1, Ca 0.5, lr 0.5, la 2), C l^2 = 1/8, alpha 1.6, beta 0.5: 120 particles make one cold, evenly filled
    mill with a hole, all in one sense. C = l = 1/2 has the same C l^2 but collapses to a thin ring whose nearest distance is
    1/190 of the box, and C = .8, l = 1/2 stays hot (milling .9): neither is a picture of oriented particles with a spacing.

    dorsogna.py -o dorsogna_120.csv --png dorsogna_120.png            one mill
    dorsogna.py --frames 16 -o frames/                                16 independent frames, far apart in time
"""
import argparse
import os
import sys

import numpy as np


def acceleration(positions, velocities, model):
    """dv/dt of equation (2) of the paper: self-propulsion with Rayleigh friction, and the Morse forces of all others.
    -grad_i U = sum_j (Cr/lr exp(-r/lr) - Ca/la exp(-r/la)) (x_i - x_j) / r."""
    offsets = positions[:, None] - positions[None]
    distances = np.sqrt((offsets ** 2).sum(-1))
    np.fill_diagonal(distances, 1.0)
    push = (model.cr / model.lr * np.exp(-distances / model.lr) - model.ca / model.la * np.exp(-distances / model.la)) / distances
    np.fill_diagonal(push, 0.0)
    forces = push.sum(1)[:, None] * positions - push @ positions
    return (model.alpha - model.beta * (velocities ** 2).sum(1))[:, None] * velocities + forces


def step(positions, velocities, model, dt, rng):
    """One RK4 step, then the noise: velocity += noise sqrt(dt) xi."""
    k1x, k1v = velocities, acceleration(positions, velocities, model)
    k2x = velocities + dt / 2 * k1v
    k2v = acceleration(positions + dt / 2 * k1x, k2x, model)
    k3x = velocities + dt / 2 * k2v
    k3v = acceleration(positions + dt / 2 * k2x, k3x, model)
    k4x = velocities + dt * k3v
    k4v = acceleration(positions + dt * k3x, k4x, model)
    positions = positions + dt / 6 * (k1x + 2 * k2x + 2 * k3x + k4x)
    velocities = velocities + dt / 6 * (k1v + 2 * k2v + 2 * k3v + k4v)
    if model.noise:
        velocities = velocities + model.noise * np.sqrt(dt) * rng.standard_normal(velocities.shape)
    return positions, velocities


def rotating_disc(count, radius, speed, rng):
    """Particles uniform in a ring between half the radius and the radius, moving along the tangent, counter-clockwise."""
    r = radius * np.sqrt(rng.uniform(0.25, 1, count))
    angle = rng.uniform(0, 2 * np.pi, count)
    positions = np.stack([r * np.cos(angle), r * np.sin(angle)], 1)
    return positions, speed * np.stack([-np.sin(angle), np.cos(angle)], 1)


def numbers(positions, velocities):
    """Milling: mean over particles of the normalised angular momentum (x - c) x v / (|x - c| |v|), 1 for a perfect mill
    (Chuang et al., Physica D 232, 33 (2007)). angular_speed: mean of (x - c) x v / |x - c|^2. Also mean, smallest and largest
    radius, mean speed (about the centre's own motion), polarisation |mean n| and the median nearest distance."""
    centre = positions.mean(0)
    arm, motion = positions - centre, velocities - velocities.mean(0)
    radius, speed = np.hypot(*arm.T), np.hypot(*motion.T)
    cross = arm[:, 0] * motion[:, 1] - arm[:, 1] * motion[:, 0]
    milling = (cross / (radius * speed)).mean()
    heading = velocities / np.hypot(*velocities.T)[:, None]
    nearest = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1)) + np.diag(np.full(len(radius), np.inf))
    return dict(milling=milling, angular_speed=(cross / radius ** 2).mean(), radius=radius.mean(), speed=speed.mean(),
                inner=radius.min(), outer=radius.max(), polarisation=np.hypot(*heading.mean(0)), nearest=np.median(nearest.min(1)))


def turn_laws(positions, velocities, model):
    """angular speed * radius / speed, in three ways, as they differ in a mill where all have the same speed (then the angular
    speed falls as 1/radius):
      per particle   mean of (turning rate of the heading, v x a / |v|^2) * radius / speed; 1 when all go in circles
      of means       mean turning rate * mean radius / mean speed; larger than 1 by <1/r><r>
      of places      the same with the mean angular speed of the places in place of the turning rate of the headings"""
    arm, motion = positions - positions.mean(0), velocities - velocities.mean(0)
    push = acceleration(positions, velocities, model)
    radius, speed = np.hypot(*arm.T), np.hypot(*motion.T)
    turn = (velocities[:, 0] * push[:, 1] - velocities[:, 1] * push[:, 0]) / (velocities ** 2).sum(1)
    around = (arm[:, 0] * motion[:, 1] - arm[:, 1] * motion[:, 0]) / radius ** 2
    return np.array([(turn * radius / speed).mean(), turn.mean() * radius.mean() / speed.mean(),
                     around.mean() * radius.mean() / speed.mean()])


def write_csv(path, positions, velocities, box):
    """Mill in the middle of a square box of side `box`; all particles species 0."""
    places = positions - positions.mean(0) + box / 2
    headings = np.arctan2(velocities[:, 1], velocities[:, 0])
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# box: {box:.9g} {box:.9g}\nx,y,heading,species\n")
        for (x, y), heading in zip(places, headings):
            file.write(f"{x:.7g},{y:.7g},{heading:.7g},0\n")


def draw(path, positions, velocities, box, title):
    """A picture with one arrow a particle."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plot
    places = positions - positions.mean(0) + box / 2
    heading = velocities / np.hypot(*velocities.T)[:, None]
    figure, axes = plot.subplots(figsize=(6, 6))
    axes.quiver(*places.T, *heading.T, np.arctan2(velocities[:, 1], velocities[:, 0]), cmap="twilight", pivot="mid", scale=38, width=0.006)
    axes.set(xlim=(0, box), ylim=(0, box), aspect="equal", title=title)
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("-o", "--output", default="dorsogna_120.csv", help="a CSV file, or a folder with --frames")
    parser.add_argument("--frames", type=int, help="write that many independent frames to the folder --output")
    parser.add_argument("--apart", type=float, default=150.0, help="time between frames")
    parser.add_argument("--png", help="also draw the (first) frame")
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", type=float, default=400.0, help="time to settle")
    parser.add_argument("--dt", type=float, default=0.05)
    for name, value in (("alpha", 1.6), ("beta", 0.5), ("cr", 1.0), ("ca", 0.5), ("lr", 0.5), ("la", 2.0), ("noise", 0.01)):
        parser.add_argument("--" + name, type=float, default=value)
    parser.add_argument("--box", type=float, help="side; default: four times the mill's outer radius, to the next half")
    model = parser.parse_args()

    rng = np.random.default_rng(model.seed)
    positions, velocities = rotating_disc(model.count, 2.0, np.sqrt(model.alpha / model.beta), rng)
    for index in range(round(model.time / model.dt)):
        positions, velocities = step(positions, velocities, model, model.dt, rng)
        if (index + 1) % round(model.time / model.dt / 4) == 0:
            print("t = %6.1f  " % ((index + 1) * model.dt) + "  ".join(f"{k} {v:.4f}" for k, v in numbers(positions, velocities).items()))
    found = numbers(positions, velocities)
    box = model.box or max(round(8 * found["outer"]) / 2, 0.5)
    if model.frames:
        os.makedirs(model.output, exist_ok=True)
    lowest, laws = found["milling"], []
    for frame in range(model.frames or 1):
        if frame:
            for _ in range(round(model.apart / model.dt)):
                positions, velocities = step(positions, velocities, model, model.dt, rng)
        found = numbers(positions, velocities)
        lowest = min(lowest, found["milling"])
        laws.append(turn_laws(positions, velocities, model))
        path = os.path.join(model.output, f"frame_{frame:03}.csv") if model.frames else model.output
        write_csv(path, positions, velocities, box)
        if model.png and not frame:
            draw(model.png, positions, velocities, box, f"D'Orsogna mill, N = {model.count}, milling {found['milling']:.4f}")
    print(f"box {box:.4f}, outer diameter / box {2 * found['outer'] / box:.3f}, nearest distance l {found['nearest']:.4f}, "
          f"box / l {box / found['nearest']:.2f}")
    print(f"milling {found['milling']:.4f} (lowest of all frames {lowest:.4f})")
    laws = np.mean(laws, 0)
    print(f"turn law, angular speed * radius / speed: per particle {laws[0]:.4f}, of means {laws[1]:.4f}, of places {laws[2]:.4f}")
    return 0 if lowest >= 0.98 else 1


if __name__ == "__main__":
    sys.exit(main())
