//! The table of learning settings: sliders, options of the command line, validation and reset follow from its rows.

use super::settings::{Drive, TrainingSettings};
use crate::worlds::studio::{ABOVE_ZERO, KnobGroup, KnobScale, KnobSpec, MAX_LEARNING_STEPS};
use crate::worlds::swarm::rule::{FlowKind, MAX_WIDTH};

/// Where the window shows a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingPlace {
    /// Beside the picture.
    Paint,
    /// How long to learn.
    Duration,
    /// What motion to learn.
    Motion,
    /// Under *More*.
    More,
    /// In files and on the command line alone.
    Nowhere,
}

/// What a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingPart {
    /// Networks and their input: fixed once there are weights.
    Weights,
    /// The energy; of no use for one more flow.
    Energy,
    /// The learned flow.
    Flow,
    /// All of the run.
    Run,
}

/// Where a setting is stored.
#[derive(Clone, Copy)]
pub enum SettingField {
    /// A whole number.
    Whole(fn(&mut TrainingSettings) -> &mut usize),
    /// A number with a fraction.
    Number(fn(&mut TrainingSettings) -> &mut f64),
    /// Both widths of a network, which controls set alike.
    Widths(fn(&mut TrainingSettings) -> &mut [usize; 2]),
    /// More digits than an f64 has.
    Seed(fn(&mut TrainingSettings) -> &mut u64),
    /// Reads and writes the index of a choice of [`KnobScale::Choice`].
    Choice(fn(&TrainingSettings) -> usize, fn(&mut TrainingSettings, usize)),
}

/// A number that is dragged instead of a slider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DragStep {
    /// Change for each point of the pointer's way.
    pub speed: f64,
    /// Digits behind the point, at most.
    pub decimals: usize,
}

/// A row of the table of learning settings.
#[derive(Clone, Copy)]
pub struct TrainingSetting {
    /// Names, default and range; `id` is the path in [`TrainingSettings`], and the bounds are what learning accepts.
    pub spec: KnobSpec,
    /// Where it is stored.
    pub field: SettingField,
    /// Where the window shows it.
    pub place: SettingPlace,
    /// What it is for.
    pub part: SettingPart,
    /// Of each choice of the scale: its name on the screen, and one sentence.
    pub choices: &'static [(&'static str, &'static str)],
    /// How it is dragged; `None`: a slider.
    pub drag: Option<DragStep>,
    /// What its option does beside setting it, one sentence; empty: nothing.
    pub option_note: &'static str,
    /// Whether the picture suggests a value, which is `auto` on the command line.
    pub is_suggested: bool,
}

const MAX_STEPS: f64 = MAX_LEARNING_STEPS as f64;
const MAX_SAMPLES: f64 = 100_000.0;

/// All settings of learning, in the order of the panel.
pub const TRAINING_SETTINGS: [TrainingSetting; 16] = [
    TrainingSetting {
        part: SettingPart::Energy,
        option_note: "Without --flow-steps, those of the flow follow in the scene's proportion",
        ..row(
            KnobSpec::new(
                ("steps", "Steps", "", ""),
                "Optimiser steps of the energy: what the pattern is",
                2000.0,
                [100.0, 30_000.0],
                KnobScale::WholeLogarithmic,
                KnobGroup::Learn,
            )
            .bounded([1.0, MAX_STEPS]),
            SettingField::Whole(|settings| &mut settings.steps),
            SettingPlace::Duration,
        )
    },
    TrainingSetting {
        part: SettingPart::Energy,
        choices: &[
            ("exact only", "Learn the pattern alone; the training-free exact flow moves it"),
            ("learned", "Learn a motion of this pattern as well: a flow network that keeps it"),
        ],
        ..row(
            KnobSpec::new(
                ("flow", "Flow", "", ""),
                "Whether to learn a flow after the energy",
                1.0,
                [0.0, 1.0],
                KnobScale::Choice(&["none", "learned"]),
                KnobGroup::Learn,
            ),
            SettingField::Choice(
                |settings| usize::from(settings.flow == FlowKind::Learned),
                |settings, index| settings.flow = if index == 1 { FlowKind::Learned } else { FlowKind::None },
            ),
            SettingPlace::Motion,
        )
    },
    TrainingSetting {
        part: SettingPart::Flow,
        choices: &[
            ("forward", "It flies where the particles point"),
            ("any", "Any motion will do, as in the paper; each seed finds its own"),
        ],
        ..row(
            KnobSpec::new(
                ("drive", "Drive", "", ""),
                "What must not vanish in the learned flow",
                0.0,
                [0.0, 1.0],
                KnobScale::Choice(&["forward", "any"]),
                KnobGroup::Learn,
            ),
            SettingField::Choice(
                |settings| usize::from(settings.drive == Drive::Any),
                |settings, index| settings.drive = if index == 1 { Drive::Any } else { Drive::Forward },
            ),
            SettingPlace::Motion,
        )
    },
    TrainingSetting {
        part: SettingPart::Flow,
        ..row(
            KnobSpec::new(
                ("flow_steps", "Flow steps", "", ""),
                "Optimiser steps of the flow network",
                800.0,
                [100.0, 10_000.0],
                KnobScale::WholeLogarithmic,
                KnobGroup::Learn,
            )
            .bounded([1.0, MAX_STEPS]),
            SettingField::Whole(|settings| &mut settings.flow_steps),
            SettingPlace::Motion,
        )
    },
    TrainingSetting {
        drag: Some(DragStep { speed: 0.1, decimals: 0 }),
        ..row(
            KnobSpec::new(
                ("seed", "Seed", "", ""),
                "Same picture, settings, seed and machine: same rule. Another seed may find another motion",
                1.0,
                [0.0, u64::MAX as f64],
                KnobScale::Whole,
                KnobGroup::Learn,
            ),
            SettingField::Seed(|settings| &mut settings.seed),
            SettingPlace::Motion,
        )
    },
    row(
        KnobSpec::new(
            ("batch", "Batch", "", ""),
            "Samples looked at in one step",
            16.0,
            [1.0, 128.0],
            KnobScale::WholeLogarithmic,
            KnobGroup::Learn,
        )
        .bounded([1.0, 4096.0]),
        SettingField::Whole(|settings| &mut settings.batch),
        SettingPlace::More,
    ),
    TrainingSetting {
        drag: Some(DragStep { speed: 1e-4, decimals: 5 }),
        ..row(
            KnobSpec::new(
                ("learning_rate", "Rate", "", ""),
                "First learning rate; it falls to zero along a cosine. Lower it when the loss diverges",
                3e-3,
                [1e-5, 0.1],
                KnobScale::Logarithmic,
                KnobGroup::Learn,
            )
            .bounded([ABOVE_ZERO, 1.0]),
            SettingField::Number(|settings| &mut settings.learning_rate),
            SettingPlace::More,
        )
    },
    TrainingSetting {
        part: SettingPart::Energy,
        ..row(
            KnobSpec::new(
                ("sigma_range_l[0]", "σ min", "σ", "ℓ"),
                "Least noise trained at, in ℓ: how sharp the pattern can be",
                0.1,
                [0.03, 0.25],
                KnobScale::Logarithmic,
                KnobGroup::Learn,
            )
            .bounded([ABOVE_ZERO, 10.0])
            .with_option("sigma-min"),
            SettingField::Number(|settings| &mut settings.sigma_range_l[0]),
            SettingPlace::More,
        )
    },
    TrainingSetting {
        part: SettingPart::Energy,
        ..row(
            KnobSpec::new(
                ("sigma_range_l[1]", "σ max", "σ", "ℓ"),
                "Most noise trained at, in ℓ: where growing starts",
                0.8,
                [0.3, 3.0],
                KnobScale::Logarithmic,
                KnobGroup::Learn,
            )
            .bounded([ABOVE_ZERO, 10.0])
            .with_option("sigma-max"),
            SettingField::Number(|settings| &mut settings.sigma_range_l[1]),
            SettingPlace::More,
        )
    },
    TrainingSetting {
        part: SettingPart::Energy,
        drag: Some(DragStep { speed: 0.01, decimals: 2 }),
        ..row(
            KnobSpec::new(
                ("contrast", "Contrast", "λ", ""),
                "Weight of the contrastive term: the energy also grows swarms by itself while it learns, and is raised \
                 where they differ from the picture. Patterns then grow as well as they are kept; learning takes about \
                 half as long again. 0 is off",
                1.0,
                [0.0, 10.0],
                KnobScale::Linear,
                KnobGroup::Learn,
            )
            .bounded([0.0, 100.0]),
            SettingField::Number(|settings| &mut settings.contrast),
            SettingPlace::More,
        )
    },
    TrainingSetting {
        part: SettingPart::Weights,
        ..row(
            KnobSpec::new(
                ("phi", "Width φ", "", ""),
                "Width of the two layers of φ: what is seen of a neighbour",
                32.0,
                [8.0, 128.0],
                KnobScale::WholeLogarithmic,
                KnobGroup::Learn,
            )
            .bounded([1.0, MAX_WIDTH as f64]),
            SettingField::Widths(|settings| &mut settings.phi),
            SettingPlace::More,
        )
    },
    TrainingSetting {
        part: SettingPart::Weights,
        ..row(
            KnobSpec::new(
                ("rho", "Width ρ", "", ""),
                "Width of the two layers of ρ: what is made of all neighbours",
                64.0,
                [8.0, 256.0],
                KnobScale::WholeLogarithmic,
                KnobGroup::Learn,
            )
            .bounded([1.0, MAX_WIDTH as f64]),
            SettingField::Widths(|settings| &mut settings.rho),
            SettingPlace::More,
        )
    },
    TrainingSetting {
        part: SettingPart::Weights,
        option_note: "auto takes how far the particles of the picture are correlated",
        is_suggested: true,
        ..row(
            KnobSpec::new(
                ("cutoff_l", "Cutoff R", "R", "ℓ"),
                "How far a particle sees, in ℓ, the median distance between nearest neighbours: far enough to count the \
                 members of its creature. The canvas draws it around the cursor",
                3.9,
                [1.0, 8.0],
                KnobScale::Linear,
                KnobGroup::Learn,
            )
            .bounded([1.0, 20.0])
            .with_option("cutoff"),
            SettingField::Number(|settings| &mut settings.cutoff_l),
            SettingPlace::Paint,
        )
    },
    row(
        KnobSpec::new(
            ("particles", "Particles", "", ""),
            "Particles of one sample, about: as many copies of a creature as make them",
            48.0,
            [10.0, 1000.0],
            KnobScale::WholeLogarithmic,
            KnobGroup::Learn,
        )
        .bounded([2.0, MAX_SAMPLES]),
        SettingField::Whole(|settings| &mut settings.particles),
        SettingPlace::Nowhere,
    ),
    row(
        KnobSpec::new(
            ("pool", "Pool", "", ""),
            "Samples made once and drawn from",
            256.0,
            [16.0, 4096.0],
            KnobScale::WholeLogarithmic,
            KnobGroup::Learn,
        )
        .bounded([1.0, MAX_SAMPLES]),
        SettingField::Whole(|settings| &mut settings.pool),
        SettingPlace::Nowhere,
    ),
    TrainingSetting {
        part: SettingPart::Energy,
        ..row(
            KnobSpec::new(
                ("kappa", "Heading noise", "κ", "rad/ℓ"),
                "Noise of the headings for each ℓ of noise of the positions, radians",
                1.0,
                [0.1, 10.0],
                KnobScale::Logarithmic,
                KnobGroup::Learn,
            )
            .bounded([ABOVE_ZERO, 100.0]),
            SettingField::Number(|settings| &mut settings.kappa),
            SettingPlace::Nowhere,
        )
    },
];

const fn row(spec: KnobSpec, field: SettingField, place: SettingPlace) -> TrainingSetting {
    TrainingSetting {
        spec,
        field,
        place,
        part: SettingPart::Run,
        choices: &[],
        drag: None,
        option_note: "",
        is_suggested: false,
    }
}

impl TrainingSetting {
    /// The row of this id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        TRAINING_SETTINGS.iter().find(|row| row.spec.id == id)
    }

    /// All numbers that it stands for: both widths of a network, else one. A seed is rounded to an f64.
    pub fn values(&self, settings: &TrainingSettings) -> Vec<f64> {
        // The fields give access for writing, and settings are copied at no cost.
        let mut settings = *settings;
        match self.field {
            SettingField::Whole(of) => vec![*of(&mut settings) as f64],
            SettingField::Number(of) => vec![*of(&mut settings)],
            SettingField::Widths(of) => of(&mut settings).map(|width| width as f64).to_vec(),
            SettingField::Seed(of) => vec![*of(&mut settings) as f64],
            SettingField::Choice(get, _) => vec![get(&settings) as f64],
        }
    }

    /// The number that a control shows: of two widths the second.
    pub fn value(&self, settings: &TrainingSettings) -> f64 {
        self.values(settings).last().copied().unwrap_or(f64::NAN)
    }

    /// Sets it, both widths of a network alike; the range is not checked.
    pub fn set(&self, settings: &mut TrainingSettings, value: f64) {
        match self.field {
            SettingField::Whole(of) => *of(settings) = value as usize,
            SettingField::Number(of) => *of(settings) = value,
            SettingField::Widths(of) => *of(settings) = [value as usize; 2],
            SettingField::Seed(of) => *of(settings) = value as u64,
            SettingField::Choice(_, set) => set(settings, value as usize),
        }
    }

    /// Sets it back to the default.
    pub fn reset(&self, settings: &mut TrainingSettings) {
        self.set(settings, self.spec.default);
    }

    /// Whether it does anything in a run with these settings.
    pub fn is_used(&self, settings: &TrainingSettings) -> bool {
        self.part != SettingPart::Flow || settings.flow == FlowKind::Learned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_of_the_table_are_those_of_the_settings() {
        let settings = TrainingSettings::default();
        for row in &TRAINING_SETTINGS {
            let TrainingSetting { spec, .. } = row;
            assert!(row.values(&settings).iter().all(|value| *value == spec.default), "{}", spec.id);
            let [low, high] = spec.range;
            assert!((low..=high).contains(&spec.default) && spec.allows(low) && spec.allows(high), "{}", spec.id);
            let choices = if let KnobScale::Choice(ids) = spec.scale { ids.len() } else { 0 };
            assert_eq!(row.choices.len(), choices, "{}", spec.id);
        }
    }

    #[test]
    fn each_setting_changes_its_own_field_and_is_reset() {
        for row in &TRAINING_SETTINGS {
            let default = TrainingSettings::default();
            let mut settings = default;
            let [low, high] = row.spec.range;
            let other = if row.spec.default == low { high } else { low };
            row.set(&mut settings, other);
            assert_eq!(row.value(&settings), other, "{}", row.spec.id);
            let changed = TRAINING_SETTINGS.iter().filter(|row| row.values(&settings) != row.values(&default));
            assert_eq!(changed.count(), 1, "{}", row.spec.id);
            row.reset(&mut settings);
            assert_eq!(settings, default, "{}", row.spec.id);
        }
    }

    #[test]
    fn every_field_of_the_settings_has_a_row() {
        let text = ron::to_string(&TrainingSettings::default()).unwrap();
        // The fields of the struct, without what nests in them.
        for field in text.trim_matches(['(', ')']).split(',').filter_map(|part| part.split_once(':')) {
            let has = |row: &TrainingSetting| row.spec.id.split('[').next() == Some(field.0);
            assert!(TRAINING_SETTINGS.iter().any(has), "{} has no row", field.0);
        }
    }
}
