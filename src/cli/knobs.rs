//! Knobs as options of the command line: one for each row of the tables of a world.

use std::marker::PhantomData;

use anyhow::ensure;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser};
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

/// Knobs of a world of the studio that are options of a command.
pub(super) trait OptionRows: Clone + Send + Sync + 'static {
    /// Each once, by its id. Rows of one option are alternatives, of which the caller of [`WorldKnobArgs::apply`] takes one.
    fn rows() -> Vec<&'static KnobSpec>;

    /// Another name of the option of a knob.
    fn alias(_id: &str) -> Option<&'static str> {
        None
    }
}

/// The rows of `group` in `tables`, without the ids in `except`; of equal ids the first one.
pub(super) fn rows_of(group: KnobGroup, tables: &[&'static [KnobSpec]], except: &[&str]) -> Vec<&'static KnobSpec> {
    let mut rows: Vec<&KnobSpec> = Vec::new();
    for row in tables.iter().copied().flatten().filter(|row| row.group == group) {
        if !except.contains(&row.id) && rows.iter().all(|other| other.id != row.id) {
            rows.push(row);
        }
    }
    rows
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    Value(f64),
    /// The opposite of the scene's value.
    Toggled,
}

/// The knobs that were given, for the world and the command of `K`.
#[derive(Clone)]
pub(super) struct WorldKnobArgs<K>(Vec<(&'static KnobSpec, Given)>, PhantomData<K>);

/// The option of a row. A switch of learning that is on is turned off by `--no-…`.
fn option_of(row: &KnobSpec) -> String {
    let is_turned_off = row.group == KnobGroup::Learn && row.scale == KnobScale::Switch && row.default == 1.0;
    if is_turned_off { format!("no-{}", row.option()) } else { row.option() }
}

/// What stands for the value in the help.
pub(super) fn value_name(row: &KnobSpec) -> &'static str {
    if row.symbol.is_empty() { "N" } else { row.symbol }
}

/// Whole numbers within the bounds of a row.
pub(super) fn whole_parser(row: &KnobSpec) -> RangedU64ValueParser {
    let [low, high] = row.bounds;
    // Infinite bounds become those of the type.
    value_parser!(u64).range(low as u64..=high as u64)
}

/// Warns that `--option` belongs to another kind of scene.
pub(super) fn warn_of_other_kind(option: &str) {
    warn(&format!("--{option} has no effect on this kind of scene"));
}

/// Warns that `--option` has no effect if its knob `id` does nothing in a scene. Returns whether it has none.
pub(super) fn warn_of_no_effect(option: &str, id: &str, scene: &dyn WorldInfo) -> bool {
    let has_none = !scene.has_effect(id);
    if has_none {
        warn(&format!("--{option} has no effect: the rule was not taught to follow it"));
    }
    has_none
}

/// # Errors
/// A value beyond the bounds of a row.
pub(super) fn ensure_allowed(row: &KnobSpec, value: f64) -> anyhow::Result<()> {
    ensure!(row.allows(value), "--{} cannot be {value}; {}", option_of(row), row.advice());
    Ok(())
}

impl<K: OptionRows> WorldKnobArgs<K> {
    /// As [`Self::apply_except`], with all of them.
    ///
    /// # Errors
    /// As there.
    pub fn apply(&self, scene: &mut dyn WorldInfo) -> anyhow::Result<()> {
        self.apply_except(scene, "")
    }

    /// Sets the knobs of a scene but one; those that its tables do not have are left out with a warning.
    ///
    /// # Errors
    /// A value that the knob cannot take. Whether the values fit the rule is checked when it is run.
    pub fn apply_except(&self, scene: &mut dyn WorldInfo, except: &str) -> anyhow::Result<()> {
        for &(row, given) in self.0.iter().filter(|(row, _)| row.id != except) {
            let option = option_of(row);
            let is_same = |knob: &KnobSpec| knob.id == row.id && knob.group == row.group;
            if !scene.tables().knobs.iter().any(is_same) {
                warn_of_other_kind(&option);
                continue;
            }
            if warn_of_no_effect(&option, row.id, scene) {
                continue;
            }
            let value = match given {
                Given::Value(value) => value,
                Given::Toggled => 1.0 - scene.knob(row.id),
            };
            ensure_allowed(row, value)?;
            scene.set_knob(row.id, value);
            let nearest = scene.knob(row.id);
            ensure!(nearest == value, "--{option} cannot be {value}; the nearest value is {nearest}");
        }
        Ok(())
    }

    fn read(matches: &ArgMatches) -> Self {
        let given = |row: &KnobSpec| {
            let id = &option_of(row);
            match (row.scale, row.group) {
                (KnobScale::Switch, KnobGroup::Learn) => {
                    matches.get_flag(id).then_some(Given::Value(1.0 - row.default))
                }
                (KnobScale::Switch, _) => matches.get_flag(id).then_some(Given::Toggled),
                (KnobScale::Choice(names), _) => {
                    let name = matches.get_one::<String>(id)?;
                    names.iter().position(|other| other.eq_ignore_ascii_case(name)).map(|k| Given::Value(k as f64))
                }
                (KnobScale::Whole | KnobScale::WholeLogarithmic, KnobGroup::Learn) => {
                    matches.get_one::<u64>(id).map(|whole| Given::Value(*whole as f64))
                }
                _ => matches.get_one(id).copied().map(Given::Value),
            }
        };
        Self(K::rows().into_iter().filter_map(|row| Some((row, given(row)?))).collect(), PhantomData)
    }
}

impl<K: OptionRows> clap::FromArgMatches for WorldKnobArgs<K> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::read(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::read(matches);
        Ok(())
    }
}

impl<K: OptionRows> clap::Args for WorldKnobArgs<K> {
    fn augment_args(command: Command) -> Command {
        K::rows().into_iter().fold(command, |command, row| {
            // Rows of one option are given by it together.
            let is_there = command.get_arguments().any(|arg| arg.get_id() == option_of(row).as_str());
            if is_there { command } else { command.arg(option::<K>(row)) }
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn option<K: OptionRows>(row: &'static KnobSpec) -> Arg {
    let unit = if row.unit.is_empty() { String::new() } else { format!(", {}", row.unit) };
    let alternatives = K::rows().into_iter().filter(|other| option_of(other) == option_of(row));
    let meaning = alternatives.map(|other| other.help).collect::<Vec<_>>().join("; ");
    let arg =
        Arg::new(option_of(row)).long(option_of(row)).help(format!("{meaning}{unit} [default: the scene's value]"));
    let arg = match K::alias(row.id) {
        Some(alias) => arg.visible_alias(alias),
        None => arg,
    };
    match (row.scale, row.group) {
        (KnobScale::Switch, KnobGroup::Learn) => {
            let word = if row.default == 1.0 { "Turns off: " } else { "" };
            arg.action(ArgAction::SetTrue).help(format!("{word}{}", row.help))
        }
        (KnobScale::Switch, _) => {
            arg.action(ArgAction::SetTrue).help(format!("{}; where the scene does so, the opposite", row.help))
        }
        (KnobScale::Choice(names), _) => arg.value_parser(PossibleValuesParser::new(names)).ignore_case(true),
        (KnobScale::Whole | KnobScale::WholeLogarithmic, KnobGroup::Learn) => {
            arg.value_name(value_name(row)).value_parser(whole_parser(row))
        }
        _ => arg.value_name(value_name(row)).value_parser(value_parser!(f64)).allow_negative_numbers(true),
    }
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;
    use crate::cli::{field, points};

    fn options<K: OptionRows>() -> Vec<String> {
        let command = WorldKnobArgs::<K>::augment_args(Command::new("live"));
        command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect()
    }

    #[test]
    fn every_live_knob_of_points_and_fields_is_an_option() {
        let world = |name: &str| (crate::worlds::studio::world_entry(name).unwrap().empty)();
        let live =
            |world: &crate::worlds::World| rows_of(KnobGroup::Live, &[world.info().unwrap().tables().knobs], &[]);
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

    fn parse<K: OptionRows>(line: &str) -> Result<WorldKnobArgs<K>, clap::Error> {
        let command = WorldKnobArgs::<K>::augment_args(Command::new("unstill"));
        Ok(WorldKnobArgs::read(&command.try_get_matches_from(line.split(' '))?))
    }

    #[test]
    fn a_knob_is_set_by_its_option_and_a_switch_turns_over() {
        let parse = |line: &str| parse::<points::live::Knobs>(line).unwrap();
        let mut doc = crate::worlds::points::PointsDoc::default();
        parse("live --strength 12.5 --walkers 50 --reversed").apply(&mut doc).unwrap();
        assert_eq!((doc.live.strength, doc.walkers, doc.live.reversed), (12.5, 50, true));
        parse("live --reversed").apply(&mut doc).unwrap();
        assert!(!doc.live.reversed);
        let error = parse("live --walkers 2.5").apply(&mut doc).unwrap_err().to_string();
        assert!(error.contains("--walkers cannot be 2.5; the nearest value is 2"), "{error}");
    }

    #[test]
    fn a_command_that_the_rule_cannot_follow_is_left_out() {
        let entry = crate::worlds::studio::world_entry("field").unwrap();
        let mut firefly = (entry.start)(&(entry.empty)(), "firefly").unwrap();
        let info = firefly.info_mut().unwrap();
        assert_eq!(["swim", "slide", "turn"].map(|id| warn_of_no_effect(id, id, info)), [false, true, true]);
        parse::<field::live::Knobs>("live --swim 0.02 --slide 0.01").unwrap().apply(info).unwrap();
        assert_eq!((info.knob("swim"), info.knob("slide")), (0.02, 0.0));
    }

    #[test]
    fn learn_options_of_points_and_fields_are_those_of_their_tables() {
        let of_points = ["steps", "flow-steps", "hutchinson", "degree", "dictionary", "waves"];
        assert_eq!(options::<points::learn::PointLearnKnobs>(), of_points);
        let of_fields = ["functionals", "no-prune", "steps", "align", "attract", "curve", "slide", "turn"];
        assert_eq!(options::<field::learn::FieldLearnKnobs>(), of_fields);
        let refused = |line: &str| parse::<points::learn::PointLearnKnobs>(line).err().unwrap().to_string();
        assert!(refused("learn --steps 0").contains("1..=10000000"));
        assert!(refused("learn --degree 4").contains("0..=3") && refused("learn --waves 101").contains("1..=100"));
    }

    #[test]
    fn learn_options_set_the_settings_of_a_scene() {
        let mut doc = crate::worlds::points::PointsDoc::default();
        let before = doc.training;
        let line = "learn --steps 7 --flow-steps 20 --hutchinson --degree 2 --dictionary fourier --waves 3";
        let given = parse::<points::learn::PointLearnKnobs>(line).unwrap();
        given.apply_except(&mut doc, "free_steps").unwrap();
        let now = doc.training;
        assert_eq!((now.energy_steps, now.smoothest_steps, now.free_steps), (7, 20, before.free_steps));
        assert!(
            now.hutchinson
                && now.weak.degree == 2
                && now.weak.waves == 3
                && now.weak.dictionary != before.weak.dictionary
        );
        // Below the slider, within the bounds.
        let entry = crate::worlds::studio::world_entry("field").unwrap();
        let mut waves = (entry.start)(&(entry.empty)(), "waves").unwrap();
        let info = waves.info_mut().unwrap();
        parse::<field::learn::FieldLearnKnobs>("learn --functionals 900 --no-prune").unwrap().apply(info).unwrap();
        assert_eq!((info.knob("functionals"), info.knob("prune")), (900.0, 0.0));
        let mut taiji = (entry.start)(&(entry.empty)(), "taiji").unwrap();
        let info = taiji.info_mut().unwrap();
        parse::<field::learn::FieldLearnKnobs>("learn --steps 3 --align 0.7").unwrap().apply(info).unwrap();
        assert_eq!((info.knob("steps"), info.knob("align")), (3.0, 0.7));
        for (line, why) in
            [("--curve 2", "--curve cannot be 2; choose -0.3 to 0.3"), ("--align -1", "choose 0 or more")]
        {
            let given = parse::<field::learn::FieldLearnKnobs>(&format!("learn {line}")).unwrap();
            let found = given.apply(info).unwrap_err().to_string();
            assert!(found.contains(why), "{found}");
        }
    }
}
