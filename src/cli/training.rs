//! The learning settings of a swarm as options of the command line: one for each row of their table.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches, Command, value_parser};

use super::knobs::{value_name, whole_parser};
use crate::worlds::studio::KnobScale;
use crate::worlds::swarm::train::{SettingField, SettingPart, TRAINING_SETTINGS, TrainingSetting, TrainingSettings};

/// Values given, in the order of the table.
pub(super) struct TrainingArgs([Option<GivenSetting>; TRAINING_SETTINGS.len()]);

#[derive(Clone, Copy, Debug, PartialEq)]
enum GivenSetting {
    Value(f64),
    /// Of more digits than an f64 has.
    Seed(u64),
    /// What the picture suggests.
    Auto,
}

impl TrainingArgs {
    /// Sets those with a value; what the picture suggests is left to the caller.
    pub fn apply(&self, settings: &mut TrainingSettings) {
        for (row, given) in TRAINING_SETTINGS.iter().zip(self.0) {
            match (given, row.field) {
                (Some(GivenSetting::Seed(seed)), SettingField::Seed(of)) => *of(settings) = seed,
                (Some(GivenSetting::Value(value)), _) => row.set(settings, value),
                _ => {}
            }
        }
    }

    /// Whether the setting of this id was given.
    pub fn has(&self, id: &str) -> bool {
        self.given(id).is_some()
    }

    /// Whether the picture shall suggest the setting of this id.
    pub fn is_auto(&self, id: &str) -> bool {
        self.given(id) == Some(GivenSetting::Auto)
    }

    fn given(&self, id: &str) -> Option<GivenSetting> {
        let place = TRAINING_SETTINGS.iter().position(|row| row.spec.id == id)?;
        self.0[place]
    }

    fn read(matches: &ArgMatches) -> Self {
        Self(std::array::from_fn(|k| {
            let TrainingSetting { spec, field, is_suggested, .. } = &TRAINING_SETTINGS[k];
            let option = spec.option();
            match (spec.scale, field) {
                _ if *is_suggested => matches.get_one(&option).copied(),
                (KnobScale::Choice(ids), _) => {
                    let id = matches.get_one::<String>(&option)?;
                    ids.iter().position(|other| other == id).map(|index| GivenSetting::Value(index as f64))
                }
                (_, SettingField::Number(_)) => matches.get_one(&option).copied().map(GivenSetting::Value),
                (_, SettingField::Seed(_)) => matches.get_one(&option).copied().map(GivenSetting::Seed),
                _ => matches.get_one::<u64>(&option).map(|whole| GivenSetting::Value(*whole as f64)),
            }
        }))
    }
}

fn number_or_auto(text: &str, default: f64) -> Result<GivenSetting, String> {
    match text {
        "auto" => Ok(GivenSetting::Auto),
        _ => text.parse().map(GivenSetting::Value).map_err(|_| format!("give a number, such as {default}, or auto")),
    }
}

impl clap::FromArgMatches for TrainingArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::read(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::read(matches);
        Ok(())
    }
}

impl clap::Args for TrainingArgs {
    fn augment_args(command: Command) -> Command {
        command.args(TRAINING_SETTINGS.iter().map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The option of a setting. It conflicts with `--continue` and `--add-flow` where it would have no effect.
fn option(row: &'static TrainingSetting) -> Arg {
    let TrainingSetting { spec, field, part, choices, option_note, is_suggested, .. } = row;
    let conflicts: &[&str] = match part {
        SettingPart::Weights => &["resume", "add_flow"],
        SettingPart::Energy => &["add_flow"],
        SettingPart::Flow | SettingPart::Run => &[],
    };
    let note = if option_note.is_empty() { String::new() } else { format!(". {option_note}") };
    let arg = Arg::new(spec.option())
        .long(spec.option())
        .help(format!("{}{note} [default: the scene's value]", spec.help))
        .value_name(value_name(spec))
        .conflicts_with_all(conflicts);
    match (spec.scale, field) {
        _ if *is_suggested => arg
            .value_name(format!("{}|auto", value_name(spec)))
            .value_parser(move |text: &str| number_or_auto(text, spec.default)),
        (KnobScale::Choice(ids), _) => {
            let values = ids.iter().zip(*choices).map(|(id, (_, meaning))| PossibleValue::new(*id).help(*meaning));
            arg.value_parser(PossibleValuesParser::new(values))
        }
        (_, SettingField::Number(_)) => arg.value_parser(value_parser!(f64)),
        (_, SettingField::Seed(_)) => arg.value_parser(value_parser!(u64)),
        _ => arg.value_parser(whole_parser(spec)),
    }
}

#[cfg(test)]
mod tests {
    use clap::{FromArgMatches as _, Parser};

    use super::*;
    use crate::cli::learn;

    #[derive(Parser)]
    struct TrainingLine {
        #[command(flatten)]
        args: learn::Args,
    }

    fn parse(line: &str) -> Result<TrainingArgs, clap::Error> {
        let command = <TrainingLine as clap::CommandFactory>::command();
        let words = ["learn", "mill.ron"].into_iter().chain(line.split_whitespace());
        TrainingArgs::from_arg_matches(&command.try_get_matches_from(words)?)
    }

    #[test]
    fn each_setting_is_an_option_and_sets_its_own_field() {
        for row in &TRAINING_SETTINGS {
            let spec = &row.spec;
            let (text, value) = match spec.scale {
                KnobScale::Choice(ids) => {
                    let other = usize::from(spec.default == 0.0);
                    (ids[other].to_owned(), other as f64)
                }
                // A seed is whole.
                _ => (format!("{}", spec.default + 1.0), spec.default + 1.0),
            };
            let given = parse(&format!("--{} {text}", spec.option())).unwrap_or_else(|e| panic!("{e}"));
            let mut settings = TrainingSettings::default();
            given.apply(&mut settings);
            assert_eq!(row.value(&settings), value, "{}", spec.id);
            assert!(given.has(spec.id) && TRAINING_SETTINGS.iter().filter(|row| given.has(row.spec.id)).count() == 1);
        }
    }

    #[test]
    fn options_without_effect_and_outside_the_bounds_are_refused() {
        let why = |line: &str| parse(line).err().unwrap_or_else(|| panic!("{line} is refused")).to_string();
        for option in ["--steps 5", "--flow none", "--cutoff 3", "--contrast 1", "--phi 8"] {
            assert!(why(&format!("--add-flow {option}")).contains("cannot be used with"), "{option}");
        }
        assert!(why("--continue --cutoff 3").contains("cannot be used with"));
        assert!(parse("--continue --steps 5").is_ok() && parse("--add-flow --flow-steps 5 --seed 2").is_ok());
        assert!(why("--steps 0").contains("1..=10000000"));
        assert!(why("--cutoff wide").contains("such as 3.9, or auto"));
        assert!(why("--flow sideways").contains("learned"));
        assert!(parse("--cutoff auto").unwrap().is_auto("cutoff_l"));
    }

    #[test]
    fn a_seed_keeps_all_its_digits() {
        let mut settings = TrainingSettings::default();
        parse(&format!("--seed {}", u64::MAX)).unwrap().apply(&mut settings);
        assert_eq!(settings.seed, u64::MAX);
    }
}
