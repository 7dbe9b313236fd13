//! The knobs of the swarm as options of the command line: one for each row of the table.

use clap::{Arg, ArgMatches, Command, value_parser};

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
        Self(std::array::from_fn(|k| matches.get_one(SWARM_KNOBS[k].option).copied()))
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
            Arg::new(row.option)
                .long(row.option)
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
