#!/usr/bin/env python3
"""Independent measurement of pattern fidelity.

What it does
    Reads configurations (CSV files that `unstill live --csv` wrote) and the picture that was taught, makes its own
    target samples from the picture, and reports how close what the particles see of one another is to the target:
    0 is random, 1 is as good as the target itself. numpy only; no code in common with Unstill.

        measure.py states/ motif.csv              the picture is one creature: targets are tiled
        measure.py a.csv b.csv motif.csv          single files in place of a folder
        measure.py states/ picture.csv --whole    the picture is a sample as it stands (a folder of pictures is allowed)
        measure.py --self-test

Units
    Lengths in files are in the picture's units, headings in rad. l is the median nearest-neighbour distance of the
    picture; clearance and sigma are in l, kappa in rad per l. The histogram counts ordered pairs per particle.

Sources (the README of Unstill, "Figures")
    target ensemble     copies at random poses on the torus, no two copies closer than a clearance
    noise               x + sigma xi, heading + kappa sigma xi', xi standard normal
    pattern fidelity    histogram H, d(A,B) = sum|A-B| / (1/2 (sum A + sum B)),
                                    fidelity = 1 - (d(S,T) - d(T',T)) / (d(U,T) - d(T',T))
    The interval is a bootstrap over configurations (Efron 1979), centred: drawing configurations with replacement makes
    each histogram rougher and every L1 distance larger, so that the mean of the resampled fidelities is off; the
    interval is the point estimate plus the deviations of the resampled values from their own mean.
"""
import argparse
import os
import sys
from dataclasses import dataclass

import numpy as np

REACH = 2.5            # l; pairs farther apart than this are not counted, and offsets lie in +-REACH
OFFSET_BINS = 24       # along each axis of the body frame
HEADING_BINS = 6       # relative heading; the first bin is centred on 0


@dataclass
class Picture:
    """Oriented particles. box: (width, height) or None, picture units; positions: (N, 2), picture units; headings: (N,),
    rad; species: (N,), whole numbers."""
    box: tuple
    positions: np.ndarray
    headings: np.ndarray
    species: np.ndarray

    def __len__(self):
        return len(self.headings)


def read_csv(path):
    """Reads a CSV with the header `x,y,heading,species` and, as its first line, `# box: W H` (may be missing).
    A missing species column means species 0; a missing heading is an error, as fidelity needs headings."""
    box, names, rows = None, None, []
    with open(path, encoding="utf-8-sig") as file:
        for line in file:
            line = line.strip()
            if not line:
                continue
            if line.startswith("#"):
                key, _, value = line[1:].partition(":")
                if key.strip() == "box":
                    width, height = value.replace(",", " ").split()[:2]
                    box = (float(width), float(height))
            elif names is None:
                names = [name.strip().lower() for name in line.split(",")]
            else:
                rows.append([float(cell) for cell in line.split(",")])
    if names is None or not rows:
        raise SystemExit(f"{path}: no particles")
    missing = {"x", "y", "heading"} - set(names)
    if missing:
        raise SystemExit(f"{path}: no column {', '.join(sorted(missing))}")
    table = np.array(rows)
    column = {name: table[:, index] for index, name in enumerate(names)}
    species = column.get("species", np.zeros(len(table))).astype(int)
    return Picture(box, np.stack([column["x"], column["y"]], 1), column["heading"], species)


def write_csv(path, picture):
    """Writes a picture in the format that read_csv reads."""
    with open(path, "w", encoding="utf-8") as file:
        if picture.box is not None:
            file.write(f"# box: {picture.box[0]:.9g} {picture.box[1]:.9g}\n")
        file.write("x,y,heading,species\n")
        for (x, y), heading, species in zip(picture.positions, picture.headings, picture.species):
            file.write(f"{x:.7g},{y:.7g},{heading:.7g},{int(species)}\n")


def shortest(offsets, box):
    """The shortest of an offset's images on the torus (minimum image). Without a box: the offset itself."""
    if box is None:
        return offsets
    sides = np.asarray(box, float)
    return offsets - sides * np.round(offsets / sides)


def nearest_distance(picture, periodic):
    """l: the median over particles of the distance to the nearest neighbour, picture units."""
    offsets = shortest(picture.positions[None] - picture.positions[:, None], picture.box if periodic else None)
    distances = np.hypot(offsets[..., 0], offsets[..., 1])
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(1)))


def tile(motif, copies, box, clearance, rng):
    """One clean sample: copies of the motif at random places and directions on the torus `box`, no two particles of different
    copies nearer than `clearance` (picture units). Each copy is drawn again until it fits (random sequential addition);
    after 2,000 misses the sample is started from scratch."""
    centred = motif.positions - motif.positions.mean(0)
    sides = np.asarray(box, float)
    size = len(motif)
    for _ in range(200):
        positions, headings = np.empty((0, 2)), []
        misses = 0
        while len(headings) < copies and misses < 2000:
            angle = rng.uniform(0, 2 * np.pi)
            cos, sin = np.cos(angle), np.sin(angle)
            placed = centred @ np.array([[cos, sin], [-sin, cos]]) + rng.uniform(0, 1, 2) * sides
            offsets = shortest(positions[None] - placed[:, None], box)
            if len(positions) and (offsets ** 2).sum(-1).min() < clearance ** 2:
                misses += 1
                continue
            positions = np.concatenate([positions, placed])
            headings.append(motif.headings + angle)
        if len(headings) == copies:
            return Picture(box, positions % sides, np.concatenate(headings), np.tile(motif.species, copies))
    raise SystemExit(f"{copies} copies of {size} particles do not fit a box of {box} with clearance {clearance:.3g}")


def with_noise(picture, sigma, kappa, length, rng):
    """x + sigma l xi, heading + kappa sigma xi'. sigma in l, kappa in rad per l."""
    positions = picture.positions + sigma * length * rng.standard_normal((len(picture), 2))
    headings = picture.headings + kappa * sigma * rng.standard_normal(len(picture))
    return Picture(picture.box, positions % np.asarray(picture.box, float), headings, picture.species)


def random_picture(box, species, rng):
    """Places and headings uniform on the torus, species as given."""
    count = len(species)
    return Picture(box, rng.uniform(0, 1, (count, 2)) * np.asarray(box, float), rng.uniform(0, 2 * np.pi, count), species)


def mirrored(picture):
    """The picture seen in a mirror: y and the heading change sign."""
    return Picture(picture.box, picture.positions * [1, -1] % np.asarray(picture.box, float), -picture.headings, picture.species)


def histogram(picture, length, kinds):
    """H of one configuration, ordered pairs per particle, flat: for each ordered pair (i, j) within
    REACH l, the offset of j in i's body frame (x along i's heading, y to its left; OFFSET_BINS squared bins over
    +-REACH l), the heading of j relative to i (HEADING_BINS bins, the first centred on 0) and the species of both.
    kinds: the list of species that occur anywhere."""
    sides = np.asarray(picture.box, float)
    if sides.min() < 2 * REACH * length:
        raise SystemExit(f"the box {picture.box} is smaller than twice the reach of the histogram ({2 * REACH * length:.3g})")
    count, kind_count = len(picture), len(kinds)
    kind = np.searchsorted(kinds, picture.species)
    total = np.zeros(kind_count ** 2 * HEADING_BINS * OFFSET_BINS ** 2)
    for start in range(0, count, 512):
        rows = np.arange(start, min(start + 512, count))
        offsets = shortest(picture.positions[None] - picture.positions[rows, None], picture.box) / length
        near = (offsets ** 2).sum(-1) < REACH ** 2
        near[np.arange(len(rows)), rows] = False
        first, j = np.nonzero(near)
        i = rows[first]
        dx, dy = offsets[first, j].T
        cos, sin = np.cos(picture.headings[i]), np.sin(picture.headings[i])
        forward, left = cos * dx + sin * dy, cos * dy - sin * dx
        bin_x = np.clip(((forward + REACH) / (2 * REACH) * OFFSET_BINS).astype(int), 0, OFFSET_BINS - 1)
        bin_y = np.clip(((left + REACH) / (2 * REACH) * OFFSET_BINS).astype(int), 0, OFFSET_BINS - 1)
        turn = (picture.headings[j] - picture.headings[i]) / (2 * np.pi) * HEADING_BINS
        bin_turn = np.floor(turn + 0.5).astype(int) % HEADING_BINS
        pair = kind[i] * kind_count + kind[j]
        flat = ((pair * HEADING_BINS + bin_turn) * OFFSET_BINS + bin_x) * OFFSET_BINS + bin_y
        total += np.bincount(flat, minlength=len(total))
    return total / count


def histograms(pictures, length, kinds):
    """One row a configuration."""
    return np.stack([histogram(picture, length, kinds) for picture in pictures])


def distance(a, b):
    """d(A,B) = sum|A-B| / (1/2 (sum A + sum B)); 0 for equal histograms, 2 for disjoint ones.
    Works on the last axis."""
    return np.abs(a - b).sum(-1) / (0.5 * (a.sum(-1) + b.sum(-1)))


def fidelity_of(state, target, other, uniform):
    """fidelity = 1 - (d(S,T) - d(T',T)) / (d(U,T) - d(T',T)) from mean histograms."""
    floor = distance(other, target)
    return 1 - (distance(state, target) - floor) / (distance(uniform, target) - floor)


@dataclass
class Fidelity:
    """value and its interval (5 % and 95 %), and the mean distances d(S,T), d(T',T), d(U,T)."""
    value: float
    low: float
    high: float
    state: float
    floor: float
    uniform: float


def measure(state_rows, draw_targets, draw_uniform, repeats=4, resamples=400, rng=None):
    """Fidelity of states from their histograms (one row a configuration). draw_targets(count) and draw_uniform(count) return
    fresh rows. T, T' and U are drawn `repeats` times, each as many configurations as there are states (the L1 distance
    depends on the number of configurations), and the fidelity is the mean of the repeats: one draw as defined, less
    noise. The interval draws configurations of all four sets with replacement, `resamples` times, and is centred."""
    rng = rng or np.random.default_rng(0)
    count = len(state_rows)
    values, parts, resampled = [], [], np.zeros(resamples)
    state_weights = rng.multinomial(count, np.full(count, 1 / count), resamples) / count
    for _ in range(repeats):
        sets = [state_rows, draw_targets(count), draw_targets(count), draw_uniform(count)]
        state, target, other, uniform = (rows.mean(0) for rows in sets)
        values.append(fidelity_of(state, target, other, uniform))
        parts.append([distance(state, target), distance(other, target), distance(uniform, target)])
        # Bins that are empty in all four sets add nothing.
        used = np.any([rows.any(0) for rows in sets], 0)
        sets = [rows[:, used] for rows in sets]
        weights = [state_weights] + [rng.multinomial(count, np.full(count, 1 / count), resamples) / count for _ in range(3)]
        for start in range(0, resamples, 50):
            part = slice(start, start + 50)
            resampled[part] += fidelity_of(*(weight[part] @ rows for weight, rows in zip(weights, sets))) / repeats
    value = float(np.mean(values))
    # One configuration alone does not show the spread.
    low, high = value + np.quantile(resampled - resampled.mean(), [0.05, 0.95]) if count > 1 else (np.nan, np.nan)
    return Fidelity(value, float(low), float(high), *(float(part) for part in np.mean(parts, 0)))


def target_drawer(pictures, whole, box, count, length, clearance, sigma, kappa, kinds, rng):
    """A function that returns fresh target histograms: tiled copies of pictures[0], or the whole pictures as they stand, with noise."""
    if not whole:
        motif = pictures[0]
        copies, left = divmod(count, len(motif))
        if left or not copies:
            raise SystemExit(f"{count} particles are not a whole number of creatures of {len(motif)} (is --whole missing?)")

    def draw(number):
        rows = []
        for index in range(number):
            clean = pictures[index % len(pictures)] if whole else tile(motif, copies, box, clearance * length, rng)
            rows.append(histogram(with_noise(clean, sigma, kappa, length, rng), length, kinds))
        return np.stack(rows)

    return draw


def measure_pictures(states, pictures, whole=False, clearance=1.6, sigma=0.13, kappa=1.0, length=None,
                     repeats=4, resamples=400, seed=0):
    """Fidelity of states (a list of Picture) to the taught picture(s). Returns Fidelity and l."""
    rng = np.random.default_rng(seed)
    length = length or nearest_distance(pictures[0], periodic=whole and pictures[0].box is not None)
    box, count = states[0].box, len(states[0])
    for state in states:
        if state.box is None:
            raise SystemExit("a state has no line `# box: W H`")
        if len(state) != count or not np.allclose(state.box, box, rtol=1e-4):
            raise SystemExit("the states differ in box or number of particles")
    if whole and pictures[0].box is None:
        raise SystemExit("a whole picture needs the line `# box: W H`")
    if whole and (len(pictures[0]) != count or not np.allclose(pictures[0].box, box, rtol=1e-3)):
        print(f"note: the states have {count} particles in {box[0]:.4g} x {box[1]:.4g}, the picture {len(pictures[0])} in "
              f"{pictures[0].box[0]:.4g} x {pictures[0].box[1]:.4g}: counts per particle are compared all the same; "
              "the noise floor is that of the picture's size", file=sys.stderr)
    kinds = np.unique(np.concatenate([picture.species for picture in states + pictures]))
    draw_targets = target_drawer(pictures, whole, box, count, length, clearance, sigma, kappa, kinds, rng)

    def draw_uniform(number):
        return histograms([random_picture(box, states[0].species, rng) for _ in range(number)], length, kinds)

    return measure(histograms(states, length, kinds), draw_targets, draw_uniform, repeats, resamples, rng), length


def csv_files(paths):
    """All CSV files named, folders opened, in order."""
    files = []
    for path in paths:
        if os.path.isdir(path):
            files += sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".csv"))
        else:
            files.append(path)
    if not files:
        raise SystemExit(f"no CSV files in {' '.join(paths)}")
    return files


def mill(count=8):
    """A ring of `count` particles, nearest distance 1, headings along the tangent (counter-clockwise)."""
    angles = np.arange(count) * 2 * np.pi / count
    radius = 0.5 / np.sin(np.pi / count)
    return Picture(None, radius * np.stack([np.cos(angles), np.sin(angles)], 1), angles + np.pi / 2, np.zeros(count, int))


def box_for(motif, copies, cover=0.4):
    """A square torus: copies * pi (radius + 0.8 l)^2 / side^2 = cover, radius the farthest particle from the centre."""
    length = nearest_distance(motif, False)
    radius = np.hypot(*(motif.positions - motif.positions.mean(0)).T).max()
    side = np.sqrt(copies * np.pi * (radius + 0.8 * length) ** 2 / cover)
    return (float(side), float(side))


def by_hand(picture, length):
    """The histogram again, in plain loops and with complex numbers, for the self-test."""
    table = np.zeros((HEADING_BINS, OFFSET_BINS, OFFSET_BINS))
    width, height = picture.box
    for i in range(len(picture)):
        for j in range(len(picture)):
            for shift_x in (-1, 0, 1):
                for shift_y in (-1, 0, 1):
                    offset = complex(picture.positions[j, 0] - picture.positions[i, 0] + shift_x * width,
                                     picture.positions[j, 1] - picture.positions[i, 1] + shift_y * height) / length
                    if i == j or abs(offset) >= REACH:
                        continue
                    seen = offset * np.exp(-1j * picture.headings[i])
                    turn = (np.angle(np.exp(1j * (picture.headings[j] - picture.headings[i]))) + 2 * np.pi) % (2 * np.pi)
                    sector = min(range(HEADING_BINS),
                                 key=lambda b: abs(np.angle(np.exp(1j * (turn - b * 2 * np.pi / HEADING_BINS)))))
                    cell = 2 * REACH / OFFSET_BINS
                    table[sector, int((seen.real + REACH) // cell), int((seen.imag + REACH) // cell)] += 1
    return table.ravel() / len(picture)


def self_test():
    """Fresh target samples give 1 within .03, random ones 0 within .03, mirrored ones less than .7; the histogram is right."""
    rng = np.random.default_rng(7)
    failures = 0

    def check(what, good, value):
        nonlocal failures
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}: {value}")

    # A pair that can be worked out: j is 1 ahead and 0.5 to the right of i, turned by 60 degrees.
    i_heading = 0.7
    ahead = np.array([np.cos(i_heading), np.sin(i_heading)])
    right = np.array([np.sin(i_heading), -np.cos(i_heading)])
    here = np.array([0.3, 9.9])
    pair = Picture((10.0, 10.0), np.array([here, here + ahead + 0.5 * right]) % 10.0,
                   np.array([i_heading, i_heading + np.pi / 3]), np.array([0, 1]))
    table = histogram(pair, 1.0, np.array([0, 1])).reshape(2, 2, HEADING_BINS, OFFSET_BINS, OFFSET_BINS)
    place = (0, 1, 1, int(3.5 / 5 * 24), int(2.0 / 5 * 24))
    check("a pair across the edge of the box falls into its bin", table[place] == 0.5 and np.isclose(table.sum(), 1), table[place])
    state = random_picture((9.0, 7.0), np.zeros(40, int), rng)
    check("the histogram equals the one in plain loops", np.allclose(histogram(state, 1.1, np.array([0])), by_hand(state, 1.1)),
          f"{by_hand(state, 1.1).sum():.2f} pairs per particle")
    expected = np.pi * REACH ** 2 * 1.1 ** 2 * 39 / 63
    many = histograms([random_picture((9.0, 7.0), np.zeros(40, int), rng) for _ in range(100)], 1.1, np.array([0])).sum(1).mean()
    check("random pairs per particle are area times density", abs(many / expected - 1) < 0.03, f"{many:.2f}, expected {expected:.2f}")

    arrow = Picture(None, np.array([[0, 0], [-.8, .7], [-.8, -.7], [-1.7, 1.3], [-1.6, .2]]), np.zeros(5), np.array([0, 0, 0, 1, 1]))
    for name, motif, copies in (("mill", mill(), 6), ("two-coloured arrow", arrow, 8)):
        box, length = box_for(motif, copies), nearest_distance(motif, False)
        species = np.tile(motif.species, copies)
        for seed in (1, 2, 3):
            source = np.random.default_rng(100 + seed)
            clean = [tile(motif, copies, box, 1.6 * length, source) for _ in range(32)]
            fresh = [with_noise(picture, 0.13, 1.0, length, source) for picture in clean]
            uniform = [random_picture(box, species, source) for _ in range(32)]
            cases = [("fresh target samples", fresh, lambda v: abs(v - 1) < 0.03), ("random", uniform, lambda v: abs(v) < 0.03)]
            cases += [("mirrored", [mirrored(picture) for picture in fresh], lambda v: v < 0.7)]
            for what, states, good in cases:
                result, _ = measure_pictures(states, [motif], seed=seed)
                check(f"{name}, seed {seed}, {what}", good(result.value), f"{result.value:.3f} [{result.low:.3f}, {result.high:.3f}]")
        clear = min(np.hypot(*shortest(a[None] - b[:, None], box).reshape(-1, 2).T).min()
                    for picture in clean[:4] for n, a in enumerate(np.split(picture.positions, copies))
                    for b in np.split(picture.positions, copies)[:n])
        check(f"{name}, clearance between copies", clear >= 1.6 * length, f"{clear / length:.3f} l")

    # The interval has to hold the value of the whole ensemble in about 90 % of trials.
    motif = mill()
    box = box_for(motif, 6)
    source = np.random.default_rng(5)

    def half_right():
        clean = tile(motif, 6, box, 1.6, source)
        return with_noise(clean, 0.13 if source.uniform() < 0.7 else 0.5, 1.0, 1.0, source)

    results = [measure_pictures([half_right() for _ in range(32)], [motif], repeats=2, resamples=200, seed=seed)[0] for seed in range(30)]
    truth = np.mean([result.value for result in results])
    held = np.mean([result.low <= truth <= result.high for result in results])
    check("the interval holds the mean of 30 trials", held >= 0.7, f"{held:.2f} of them, value {truth:.3f}, "
          f"width {np.mean([r.high - r.low for r in results]):.3f}, spread of values {np.std([r.value for r in results]):.3f}")
    print("self-test:", "all good" if not failures else f"{failures} failed")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], epilog="See the head of the file for formulas and units.")
    parser.add_argument("paths", nargs="*", help="states (folder or CSV files), then the picture (CSV; with --whole a folder is allowed)")
    parser.add_argument("--whole", action="store_true", help="the picture is a sample as it stands")
    parser.add_argument("--clearance", type=float, default=1.6, help="between copies, in l (default 1.6)")
    parser.add_argument("--sigma", type=float, default=0.13, help="noise of the target, in l (default 0.13)")
    parser.add_argument("--kappa", type=float, default=1.0, help="rad per l (default 1)")
    parser.add_argument("--length", type=float, help="l in the picture's units (default: median nearest distance of the picture)")
    parser.add_argument("--repeats", type=int, default=4, help="independent draws of target and random (default 4)")
    parser.add_argument("--resamples", type=int, default=400, help="of the bootstrap (default 400)")
    parser.add_argument("--scan", action="store_true", help="also with other noise of the target: which sigma do the states have?")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if len(options.paths) < 2:
        parser.error("states and picture are needed")
    states = [read_csv(path) for path in csv_files(options.paths[:-1])]
    pictures = [read_csv(path) for path in csv_files(options.paths[-1:])]
    if len(pictures) > 1 and not options.whole:
        parser.error("several pictures are for --whole")

    def result_at(sigma):
        return measure_pictures(states, pictures, options.whole, options.clearance, sigma, options.kappa, options.length,
                                options.repeats, options.resamples, options.seed)

    result, length = result_at(options.sigma)
    print(f"{len(states)} configurations of {len(states[0])} particles, box {states[0].box[0]:.5g} x {states[0].box[1]:.5g}, "
          f"l = {length:.4g}, sigma = {options.sigma} l, {'whole' if options.whole else 'motif of %d' % len(pictures[0])}")
    print(f"d(S,T) = {result.state:.4f}, d(T',T) = {result.floor:.4f}, d(U,T) = {result.uniform:.4f}")
    print(f"fidelity = {result.value:.3f}  [{result.low:.3f}, {result.high:.3f}] (90 %)")
    if options.scan:
        for sigma in (0.02, 0.05, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25):
            print(f"  target noise {sigma:.2f} l: {result_at(sigma)[0].value:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
