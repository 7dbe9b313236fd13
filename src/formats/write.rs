//! Particles to text, with as many digits as reading them back exactly takes.

use std::f64::consts::TAU;
use std::io::{self, Write};

use glam::DVec2;

use crate::worlds::swarm::picture::{Boundary, Particle, Snapshot, wrap_angle};

/// Labels of one frame of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameStamp {
    /// Counted from 0.
    pub frame: usize,
    /// Steps of the simulation since its start.
    pub step: u64,
    /// Time of the simulation.
    pub time: f64,
}

/// Headings that have been wound up are folded: beyond two turns a reader takes them for degrees.
fn unwound(heading: f64) -> f64 {
    if heading.abs() > TAU { wrap_angle(heading) } else { heading }
}

/// Writes `# box: W H`, the header `x,y,heading,species`, and a line for each particle. The box is periodic.
pub fn write_csv(particles: &[Particle], box_size: DVec2, out: &mut impl Write) -> io::Result<()> {
    write_table(particles, box_size, Boundary::Periodic, out)
}

/// As [`write_csv`]; the line of the box states whether it is open.
pub fn write_snapshot_csv(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    write_table(&snapshot.particles, snapshot.box_size, snapshot.boundary, out)
}

fn write_table(particles: &[Particle], box_size: DVec2, boundary: Boundary, out: &mut impl Write) -> io::Result<()> {
    let open = if boundary == Boundary::Open { " open" } else { "" };
    writeln!(out, "# box: {} {}{open}", box_size.x, box_size.y)?;
    writeln!(out, "x,y,heading,species")?;
    for Particle { x, y, heading, species } in particles {
        writeln!(out, "{x},{y},{},{species}", unwound(*heading))?;
    }
    Ok(())
}

/// Writes one frame of extended XYZ, periodic in the plane, with columns species, pos and heading.
pub fn write_xyz(particles: &[Particle], box_size: DVec2, out: &mut impl Write) -> io::Result<()> {
    write_still(particles, box_size, Boundary::Periodic, out)
}

/// As [`write_xyz`], periodic or open as the snapshot is.
pub fn write_snapshot_xyz(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<()> {
    write_still(&snapshot.particles, snapshot.box_size, snapshot.boundary, out)
}

fn write_still(particles: &[Particle], box_size: DVec2, boundary: Boundary, out: &mut impl Write) -> io::Result<()> {
    let DVec2 { x: width, y: height } = box_size;
    let pbc = if boundary == Boundary::Open { "F F F" } else { "T T F" };
    writeln!(out, "{}", particles.len())?;
    writeln!(
        out,
        "Lattice=\"{width} 0 0 0 {height} 0 0 0 1\" Properties=type:I:1:pos:R:3:heading:R:1 pbc=\"{pbc}\" angles=rad"
    )?;
    for Particle { x, y, heading, species } in particles {
        writeln!(out, "{species} {x} {y} 0 {}", unwound(*heading))?;
    }
    Ok(())
}

/// Writes one frame of a film as extended XYZ: species (as numbers of types: in a column of names ASE accepts only the
/// chemical elements), positions, velocities, headings and ids.
pub fn write_xyz_frame(
    particles: &[Particle],
    velocities: &[DVec2],
    box_size: DVec2,
    stamp: FrameStamp,
    out: &mut impl Write,
) -> io::Result<()> {
    let DVec2 { x: width, y: height } = box_size;
    writeln!(out, "{}", particles.len())?;
    writeln!(
        out,
        "Lattice=\"{width} 0 0 0 {height} 0 0 0 1\" Properties=type:I:1:pos:R:3:velo:R:3:heading:R:1:id:I:1 \
         pbc=\"T T F\" angles=rad step={} time={}",
        stamp.step, stamp.time
    )?;
    for (id, (Particle { x, y, heading, species }, velocity)) in particles.iter().zip(velocities).enumerate() {
        writeln!(out, "{species} {x} {y} 0 {} {} 0 {} {id}", velocity.x, velocity.y, wrap_angle(*heading))?;
    }
    Ok(())
}

/// Writes one frame of a film as lines of a table with a column for the frame; the first frame has the header above it.
pub fn write_csv_frame(
    particles: &[Particle],
    box_size: DVec2,
    stamp: FrameStamp,
    out: &mut impl Write,
) -> io::Result<()> {
    if stamp.frame == 0 {
        writeln!(out, "# box: {} {}", box_size.x, box_size.y)?;
        writeln!(out, "frame,step,id,x,y,heading_rad,species")?;
    }
    for (id, Particle { x, y, heading, species }) in particles.iter().enumerate() {
        writeln!(out, "{},{},{id},{x},{y},{},{species}", stamp.frame, stamp.step, wrap_angle(*heading))?;
    }
    Ok(())
}
