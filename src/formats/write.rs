//! Particles to text, with as many digits as reading them back exactly takes.

use std::io::{self, Write};

use crate::worlds::swarm::picture::Particle;

/// Writes `# box: W H`, the header `x,y,heading,species`, and a line for each particle. A [`crate::worlds::swarm::picture::Snapshot`] and
/// a [`crate::worlds::swarm::picture::Swarm`] both have the two arguments.
pub fn write_csv(particles: &[Particle], box_size: [f64; 2], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# box: {} {}", box_size[0], box_size[1])?;
    writeln!(out, "x,y,heading,species")?;
    for Particle { x, y, heading, species } in particles {
        writeln!(out, "{x},{y},{heading},{species}")?;
    }
    Ok(())
}

/// Writes one frame of extended XYZ, periodic in the plane, with columns species, pos and heading.
pub fn write_xyz(particles: &[Particle], box_size: [f64; 2], out: &mut impl Write) -> io::Result<()> {
    let [width, height] = box_size;
    writeln!(out, "{}", particles.len())?;
    writeln!(
        out,
        "Lattice=\"{width} 0 0 0 {height} 0 0 0 1\" Properties=species:S:1:pos:R:3:heading:R:1 pbc=\"T T F\""
    )?;
    for Particle { x, y, heading, species } in particles {
        writeln!(out, "{species} {x} {y} 0 {heading}")?;
    }
    Ok(())
}
