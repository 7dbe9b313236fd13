//! Knobs as options of the command line: one for each row of the tables of a world.

use std::marker::PhantomData;

use anyhow::ensure;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::output::warn;
use crate::worlds::studio::{KnobGroup, KnobScale, KnobSpec, WorldInfo};
use crate::worlds::swarm::rule::{LiveSettings, SWARM_KNOBS};

/// Values given, in the order of the table. A knob of each species is set for all of them.
pub(super) struct KnobArgs([Option<f64>; SWARM_KNOBS.len()]);

impl KnobArgs {
    pub fn apply(&self, live: &mut LiveSettings) {
        for (row, value) in SWARM_KNOBS.iter().zip(self.0) {
            if let Some(value) = value {
                row.values_mut(live).fill(value);
            }
        }
    }

    fn read(matches: &ArgMatches) -> Self {
        Self(std::array::from_fn(|k| matches.get_one(&SWARM_KNOBS[k].spec.option()).copied()))
    }
}

impl clap::FromArgMatches for KnobArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::read(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::read(matches);
        Ok(())
    }
}

impl clap::Args for KnobArgs {
    fn augment_args(command: Command) -> Command {
        command.args(SWARM_KNOBS.iter().map(|row| {
            Arg::new(row.spec.option())
                .long(row.spec.option())
                .value_name(row.spec.symbol)
                .help(row.spec.help)
                .value_parser(value_parser!(f64))
                .allow_negative_numbers(true)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The live knobs of a world of the studio.
pub(super) trait LiveKnobs: Clone + Send + Sync + 'static {
    /// Each once, by its id.
    fn rows() -> Vec<&'static KnobSpec>;

    /// Another name of the option of a knob.
    fn alias(_id: &str) -> Option<&'static str> {
        None
    }
}

/// The rows of [`KnobGroup::Live`] in `tables`, without the ids in `except`; of equal ids the first one.
pub(super) fn live_rows(tables: &[&'static [KnobSpec]], except: &[&str]) -> Vec<&'static KnobSpec> {
    let mut rows: Vec<&KnobSpec> = Vec::new();
    for row in tables.iter().copied().flatten().filter(|row| row.group == KnobGroup::Live) {
        if !except.contains(&row.id) && rows.iter().all(|other| other.id != row.id) {
            rows.push(row);
        }
    }
    rows
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    Value(f64),
    /// The opposite of what the scene says.
    Toggled,
}

/// The live knobs that were given, for the world of `K`.
#[derive(Clone)]
pub(super) struct LiveKnobArgs<K>(Vec<(&'static KnobSpec, Given)>, PhantomData<K>);

fn option_of(row: &KnobSpec) -> String {
    row.id.replace('_', "-")
}

impl<K: LiveKnobs> LiveKnobArgs<K> {
    /// Sets the knobs of a scene; those that its tables do not have are left out with a warning.
    ///
    /// # Errors
    /// A value that the knob cannot take. Whether the values fit the rule is checked when it is run.
    pub fn apply(&self, scene: &mut dyn WorldInfo) -> anyhow::Result<()> {
        for &(row, given) in &self.0 {
            let option = option_of(row);
            let is_live = |knob: &&KnobSpec| knob.id == row.id && knob.group == KnobGroup::Live;
            if !scene.tables().knobs.iter().any(|knob| is_live(&knob)) {
                warn(&format!("--{option} has no effect on this kind of scene"));
                continue;
            }
            let value = match given {
                Given::Value(value) => value,
                Given::Toggled => 1.0 - scene.knob(row.id),
            };
            scene.set_knob(row.id, value);
            let nearest = scene.knob(row.id);
            ensure!(nearest == value, "--{option} cannot be {value}; the nearest value is {nearest}");
        }
        Ok(())
    }

    fn read(matches: &ArgMatches) -> Self {
        let given = |row: &KnobSpec| match row.scale {
            KnobScale::Switch => matches.get_flag(row.id).then_some(Given::Toggled),
            KnobScale::Choice(names) => {
                let name = matches.get_one::<String>(row.id)?;
                names.iter().position(|other| other == name).map(|k| Given::Value(k as f64))
            }
            _ => matches.get_one(row.id).copied().map(Given::Value),
        };
        Self(K::rows().into_iter().filter_map(|row| Some((row, given(row)?))).collect(), PhantomData)
    }
}

impl<K: LiveKnobs> clap::FromArgMatches for LiveKnobArgs<K> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::read(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::read(matches);
        Ok(())
    }
}

impl<K: LiveKnobs> clap::Args for LiveKnobArgs<K> {
    fn augment_args(command: Command) -> Command {
        command.args(K::rows().into_iter().map(|row| {
            let unit = if row.unit.is_empty() { String::new() } else { format!(", {}", row.unit) };
            let arg = Arg::new(row.id)
                .long(option_of(row))
                .help(format!("{}{unit} [default: what the scene says]", row.help));
            let arg = match K::alias(row.id) {
                Some(alias) => arg.visible_alias(alias),
                None => arg,
            };
            match row.scale {
                KnobScale::Switch => {
                    arg.action(ArgAction::SetTrue).help(format!("{}; where the scene does so, the opposite", row.help))
                }
                KnobScale::Choice(names) => arg.value_parser(PossibleValuesParser::new(names)).ignore_case(true),
                _ => arg
                    .value_name(if row.symbol.is_empty() { "N" } else { row.symbol })
                    .value_parser(value_parser!(f64))
                    .allow_negative_numbers(true),
            }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;
    use crate::cli::{field, points};

    fn options<K: LiveKnobs>() -> Vec<String> {
        let command = LiveKnobArgs::<K>::augment_args(Command::new("live"));
        command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect()
    }

    #[test]
    fn every_live_knob_of_points_and_fields_is_an_option() {
        let world = |name: &str| (crate::worlds::studio::world_entry(name).unwrap().empty)();
        let live = |world: &crate::worlds::World| live_rows(&[world.info().unwrap().tables().knobs], &[]);
        let points = options::<points::live::Knobs>();
        assert!(live(&world("points")).iter().all(|row| points.contains(&option_of(row))), "{points:?}");
        let fields = options::<field::live::Knobs>();
        for start in ["waves", "taiji"] {
            let entry = crate::worlds::studio::world_entry("field").unwrap();
            let scene = (entry.start)(&(entry.empty)(), start).unwrap();
            // The seed is an option of its own: that of a file has more digits than a knob.
            let rows = live(&scene).into_iter().filter(|row| row.id != "seed");
            rows.for_each(|row| assert!(fields.contains(&option_of(row)), "{} of {start}", row.id));
        }
    }

    #[test]
    fn a_knob_is_set_by_its_option_and_a_switch_turns_over() {
        let parse = |line: &str| {
            let command = LiveKnobArgs::<points::live::Knobs>::augment_args(Command::new("live"));
            LiveKnobArgs::<points::live::Knobs>::read(
                &command.try_get_matches_from(line.split(' ')).unwrap_or_else(|e| panic!("{e}")),
            )
        };
        let mut doc = crate::worlds::points::PointsDoc::default();
        parse("live --strength 12.5 --walkers 50 --reversed").apply(&mut doc).unwrap();
        assert_eq!((doc.live.strength, doc.walkers, doc.live.reversed), (12.5, 50, true));
        parse("live --reversed").apply(&mut doc).unwrap();
        assert!(!doc.live.reversed);
        let error = parse("live --walkers 2.5").apply(&mut doc).unwrap_err().to_string();
        assert!(error.contains("--walkers cannot be 2.5; the nearest value is 2"), "{error}");
    }
}
