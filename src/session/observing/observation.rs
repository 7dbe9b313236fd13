//! What was observed of the live swarm: curves over the steps it has lived, and how a wound heals.

use std::time::Instant;

use glam::DVec2;

use crate::session::command::Speed;
use crate::session::curve::Curve;
use crate::worlds::swarm::measures::{Reading, SWARM_SERIES, SwarmSeries, Wounds};

/// Fewest readings of a healing before its end is reported.
const MIN_READINGS: usize = 8;
/// A healing has ended when the means of its last two quarters differ by less.
const AT_REST: f64 = 0.03;
/// A fidelity that falls by less than this counts as hardly damaged.
const HARMLESS: f64 = 0.08;
/// Steps after a disturbance during which readings are more frequent.
const HASTE_STEPS: u64 = 3000;
/// Steps for which a healing is followed.
const MAX_STEPS: u64 = 60_000;

/// What was done to the swarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisturbanceKind {
    /// All particles were moved to random positions.
    Scrambled,
    /// The swarm began at random and is being annealed.
    Growing,
    /// A region was scrambled.
    Wounded,
    /// The species were shuffled: no particle can change its species, but misplaced ones can exchange positions.
    Shuffled,
}

/// The recovery after the pattern was destroyed.
#[derive(Clone, Debug, PartialEq)]
pub struct Healing {
    /// What was done, which decides the words on the panel.
    pub kind: DisturbanceKind,
    /// Step at which it was done.
    pub step: u64,
    /// Fidelity of the whole swarm before.
    pub fidelity_before: Option<f64>,
    /// [`Likeness`](crate::worlds::swarm::measures::Likeness) of the damaged particles, before.
    pub damaged_before: Option<f64>,
    /// Where, if a region was scrambled.
    pub wounds: Option<Wounds>,
    /// `[steps since, fidelity]` of the whole swarm; where a region was scrambled, likeness of the damaged particles.
    pub curve: Curve,
}

impl Healing {
    /// The value that the curve returns to.
    pub fn before(&self) -> Option<f64> {
        if self.kind == DisturbanceKind::Wounded { self.damaged_before } else { self.fidelity_before }
    }

    /// Whether the fidelity has not fallen far in any reading so far.
    fn is_harmless(&self) -> bool {
        let points = self.curve.points();
        let lowest = points.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
        points.len() >= MIN_READINGS && self.before().is_some_and(|before| lowest > before - HARMLESS)
    }

    /// The fidelity at which it settled, and the steps it took to get nine tenths of the way there from the
    /// lowest point. `None` while it still changes.
    pub fn verdict(&self) -> Option<(f64, f64)> {
        let points = self.curve.points();
        if points.len() < MIN_READINGS {
            return None;
        }
        let quarter = points.len() / 4;
        let mean = |part: &[[f64; 2]]| part.iter().map(|p| p[1]).sum::<f64>() / part.len() as f64;
        let last = &points[points.len() - quarter..];
        let before_last = &points[points.len() - 2 * quarter..points.len() - quarter];
        if (mean(last) - mean(before_last)).abs() > AT_REST {
            return None;
        }
        let end = mean(last);
        let lowest = points.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
        let threshold = lowest + 0.9 * (end - lowest);
        // Not back yet at the lowest point itself.
        let low_at = points.iter().position(|p| p[1] == lowest)?;
        let there = points[low_at..].iter().find(|p| p[1] >= threshold)?;
        Some((end, there[0]))
    }

    /// One phrase for the panel and the legend of the plot.
    pub fn text(&self) -> String {
        let now = self.curve.points().last().map(|p| p[1]);
        let (done, doing) = match self.kind {
            DisturbanceKind::Growing => ("grown", "growing"),
            DisturbanceKind::Scrambled | DisturbanceKind::Wounded => ("healed", "healing"),
            DisturbanceKind::Shuffled => ("sorted", "sorting"),
        };
        if self.is_harmless() && self.kind == DisturbanceKind::Shuffled {
            return "the pattern does not distinguish these species".to_owned();
        }
        if let (true, Some(now)) = (self.is_harmless() && self.kind != DisturbanceKind::Growing, now) {
            return format!("hardly damaged: {now:.2}");
        }
        match (self.verdict(), now) {
            (Some((end, steps)), _) => format!("{done} to {end:.2} in {} steps", round_steps(steps)),
            (None, Some(now)) => format!("{doing}: {now:.2}"),
            (None, None) => format!("{doing}…"),
        }
    }
}

/// Rounded to the time between two readings.
fn round_steps(steps: f64) -> f64 {
    let digit = if steps < 1000.0 { 10.0 } else { 100.0 };
    (steps / digit).round() * digit
}

/// Readings of the live swarm of the present scene.
#[derive(Clone, Debug)]
pub struct Observation {
    steps: u64,
    epoch: u64,
    since: Instant,
    /// `None` until the live swarm of this scene was measured.
    pub latest: Option<Reading>,
    /// Over the steps lived: those of each row of [`SWARM_SERIES`].
    series: Vec<Vec<Curve>>,
    /// Over the seconds since the scene was opened.
    pub frame_ms: Curve,
    /// Integration steps per second of wall time.
    pub steps_per_s: Curve,
    /// Without points where the engine does not count pairs.
    pub pair_tests_per_s: Curve,
    /// `None` until the swarm was damaged, scrambled or grown.
    pub healing: Option<Healing>,
}

impl Default for Observation {
    fn default() -> Self {
        Self {
            steps: 0,
            epoch: 0,
            since: Instant::now(),
            latest: None,
            series: SWARM_SERIES.iter().map(|row| vec![Curve::default(); row.spec.curves.len()]).collect(),
            frame_ms: Curve::default(),
            steps_per_s: Curve::default(),
            pair_tests_per_s: Curve::default(),
            healing: None,
        }
    }
}

impl Observation {
    /// Steps lived since the scene was opened.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// A new number whenever the swarm is unrelated to what it was; see [`crate::worlds::swarm::measures::Glimpse`].
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether something heals, so that readings are taken more often.
    pub fn is_hasty(&self) -> bool {
        self.healing.as_ref().is_some_and(|healing| self.steps - healing.step < HASTE_STEPS)
    }

    /// Fidelity for showing: the steadier one.
    pub fn fidelity_now(&self) -> Option<f64> {
        self.latest.as_ref().and_then(|reading| reading.fidelity)
    }

    /// The curves of a plot over the steps lived, in the order of its row; without points where it is a profile.
    pub fn curves(&self, of: &SwarmSeries) -> &[Curve] {
        let at = SWARM_SERIES.iter().position(|row| row.spec.id == of.spec.id);
        at.map_or(&[], |at| &self.series[at])
    }

    /// Another scene: its readings begin again; late readings of the old one are dropped.
    pub(in crate::session) fn reset(&mut self) {
        *self = Self { epoch: self.epoch + 1, ..Self::default() };
    }

    pub(in crate::session) fn ran(&mut self, steps: u32) {
        self.steps += u64::from(steps);
    }

    /// The swarm or its rule was replaced.
    pub(in crate::session) fn interrupted(&mut self) {
        self.epoch += 1;
    }

    /// The swarm was damaged in this step; `None`: it was replaced by an undamaged one, and nothing is left to heal.
    pub(in crate::session) fn wounded(&mut self, kind: Option<DisturbanceKind>) {
        self.epoch += 1;
        let fidelity_before = match &self.healing {
            // The second disturbance before the first has healed.
            Some(healing) if self.is_hasty() => healing.fidelity_before,
            _ => self.fidelity_now(),
        };
        self.healing = kind.map(|kind| Healing {
            kind,
            step: self.steps,
            fidelity_before,
            damaged_before: None,
            wounds: None,
            curve: Curve::default(),
        });
    }

    /// The particles within `radius_l` of these positions were just scrambled.
    pub(in crate::session) fn damaged_at(&mut self, positions: &[DVec2], radius_l: f64) {
        let older = self.healing.take_if(|healing| self.steps - healing.step < HASTE_STEPS);
        let fidelity_before = older.as_ref().map_or_else(|| self.fidelity_now(), |healing| healing.fidelity_before);
        self.wounded(Some(DisturbanceKind::Wounded));
        // Before the first has healed, a second wound makes it larger.
        let (mut wounds, damaged_before) = match older {
            Some(Healing { wounds: Some(wounds), damaged_before, .. }) => (wounds, damaged_before),
            _ => (Wounds { number: self.epoch, discs: Vec::new() }, None),
        };
        wounds.discs.extend(positions.iter().map(|&position| (position, radius_l)));
        if let Some(healing) = &mut self.healing {
            (healing.fidelity_before, healing.damaged_before, healing.wounds) =
                (fidelity_before, damaged_before, Some(wounds));
        }
    }

    pub(in crate::session) fn take(&mut self, reading: Reading) {
        // A reading of the swarm before the disturbance.
        if reading.epoch != self.epoch {
            return;
        }
        let step = reading.step as f64;
        let push = |curve: &mut Curve, point: Option<(f64, f64)>| {
            if let Some((x, y)) = point {
                curve.push(x, y);
            }
        };
        for (row, curves) in SWARM_SERIES.iter().zip(&mut self.series) {
            for (curve, value) in curves.iter_mut().zip(row.newest(&reading)) {
                push(curve, value.map(|value| (step, value)));
            }
        }
        if let Some(healing) = &mut self.healing
            && reading.step >= healing.step
            && reading.step - healing.step < MAX_STEPS
        {
            healing.damaged_before = reading.damaged_before.or(healing.damaged_before);
            let value = if healing.kind == DisturbanceKind::Wounded { reading.damaged } else { reading.fidelity };
            push(&mut healing.curve, value.map(|value| ((reading.step - healing.step) as f64, value)));
        }
        self.latest = Some(reading);
    }

    pub(in crate::session) fn take_speed(&mut self, speed: &Speed) {
        let seconds = self.since.elapsed().as_secs_f64();
        self.frame_ms.push(seconds, speed.frame_ms);
        self.steps_per_s.push(seconds, speed.steps_per_s);
        if let Some(tests) = speed.pair_tests_per_s {
            self.pair_tests_per_s.push(seconds, tests);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(step: u64, epoch: u64, fidelity: f64) -> Reading {
        Reading { step, epoch, fidelity: Some(fidelity), fidelity_now: Some(fidelity), ..Reading::default() }
    }

    /// A swarm at 0.95 that falls to 0.2 and comes back with the time constant `tau` steps, seen every 50.
    fn healed(tau: f64, looks: u64) -> Observation {
        let mut seen = Observation::default();
        seen.ran(1000);
        seen.take(reading(1000, 0, 0.95));
        seen.wounded(Some(DisturbanceKind::Scrambled));
        for k in 0..looks {
            let since = 50.0 * k as f64;
            seen.take(reading(1000 + 50 * k, 1, 0.9 - 0.7 * (-since / tau).exp()));
            seen.ran(50);
        }
        seen
    }

    #[test]
    fn a_healed_wound_reports_its_fidelity_and_steps() {
        let healing = healed(300.0, 60).healing.expect("a wound");
        assert_eq!(healing.before(), Some(0.95));
        let (end, steps) = healing.verdict().expect("at rest");
        assert!((end - 0.9).abs() < 0.01, "{end}");
        // Nine tenths of the way takes ln 10 time constants.
        assert!((600.0..=800.0).contains(&steps), "{steps}");
        assert!(healing.text().starts_with("healed to 0.90 in"), "{}", healing.text());
        let young = healed(300.0, 10).healing.expect("a wound");
        assert_eq!(young.verdict(), None);
        assert!(young.text().starts_with("healing: 0."), "{}", young.text());
    }

    #[test]
    fn readings_before_a_wound_are_not_part_of_its_healing() {
        let mut seen = healed(300.0, 3);
        let points = seen.healing.as_ref().unwrap().curve.points().len();
        seen.take(reading(1100, 0, 0.95));
        assert_eq!(seen.healing.as_ref().unwrap().curve.points().len(), points);
        seen.reset();
        assert!(seen.healing.is_none() && seen.latest.is_none());
        seen.take(reading(1200, 1, 0.5));
        assert!(seen.latest.is_none(), "a look at the old scene");
    }

    #[test]
    fn a_second_wound_remembers_how_it_was_before_the_first() {
        let mut seen = healed(300.0, 2);
        seen.wounded(Some(DisturbanceKind::Scrambled));
        assert_eq!(seen.healing.as_ref().unwrap().before(), Some(0.95));
        seen.wounded(None);
        assert!(seen.healing.is_none());
    }

    #[test]
    fn a_wound_is_followed_by_particle_and_grows_with_strokes() {
        let mut seen = Observation::default();
        seen.ran(1000);
        seen.take(reading(1000, 0, 0.95));
        seen.damaged_at(&[DVec2::ONE], 2.0);
        let number = seen.healing.as_ref().unwrap().wounds.as_ref().unwrap().number;
        let look = |step, epoch, damaged| Reading {
            damaged: Some(damaged),
            damaged_before: Some(0.9),
            ..reading(step, epoch, 0.94)
        };
        seen.take(look(1000, 1, 0.1));
        assert_eq!(seen.healing.as_ref().unwrap().before(), Some(0.9));
        seen.damaged_at(&[DVec2::new(2.0, 1.0), DVec2::new(3.0, 1.0)], 2.0);
        let healing = seen.healing.as_ref().unwrap();
        let wounds = healing.wounds.as_ref().unwrap();
        assert_eq!((wounds.number, wounds.discs.len(), healing.before()), (number, 3, Some(0.9)));
        for k in 0..60 {
            seen.take(look(1000 + 50 * k, 2, 0.9 - 0.8 * (-(k as f64) / 5.0).exp()));
            seen.ran(50);
        }
        let healing = seen.healing.as_ref().unwrap();
        assert!(
            healing.curve.points()[0][1] < 0.2 && healing.text().starts_with("healed to 0.9"),
            "{}",
            healing.text()
        );
        seen.ran(HASTE_STEPS as u32);
        seen.damaged_at(&[DVec2::ONE], 2.0);
        assert_ne!(seen.healing.as_ref().unwrap().wounds.as_ref().unwrap().number, number, "another wound");
    }

    #[test]
    fn small_drops_are_reported_as_hardly_damaged_not_healed() {
        let text = |kind, fidelity| {
            let mut seen = Observation::default();
            seen.take(reading(0, 0, 0.95));
            seen.wounded(Some(kind));
            (0..20).for_each(|k| seen.take(reading(50 * k, 1, fidelity)));
            seen.healing.unwrap().text()
        };
        assert_eq!(text(DisturbanceKind::Scrambled, 0.93), "hardly damaged: 0.93");
        assert!(text(DisturbanceKind::Shuffled, 0.94).contains("does not distinguish these species"));
        assert!(text(DisturbanceKind::Shuffled, 0.4).starts_with("sorted to 0.40"));
    }

    #[test]
    fn measurements_are_frequent_only_during_healing() {
        let mut seen = Observation::default();
        assert!(!seen.is_hasty());
        seen.wounded(Some(DisturbanceKind::Growing));
        assert!(seen.is_hasty());
        seen.ran(HASTE_STEPS as u32);
        assert!(!seen.is_hasty());
    }
}
