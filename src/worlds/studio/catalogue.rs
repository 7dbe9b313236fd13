//! The worlds that have a place in the studio.

use super::StudioError;
use crate::worlds::{World, field, points};

/// A scene that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundledScene {
    /// Name of the file in `scenes/`.
    pub name: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// The text of the scene file.
    pub text: &'static str,
}

/// The scenes of `scenes/` by name and title, as a list of [`BundledScene`].
macro_rules! bundled_scenes {
    ($(($name:literal, $title:literal)),*) => {
        &[$($crate::worlds::studio::BundledScene {
            name: $name,
            title: $title,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenes/", $name, ".ron")),
        }),*]
    };
}
pub(crate) use bundled_scenes;

/// A world of any kind, as the switch of worlds and the gallery list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldCard {
    /// As [`World::name`].
    pub name: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// In the order of the gallery; the first is opened on the first visit.
    pub bundled: &'static [BundledScene],
}

impl WorldCard {
    /// The text of the scene that comes with the program under this name.
    ///
    /// # Errors
    /// One sentence: there is none.
    pub fn scene(&self, name: &str) -> Result<&'static str, String> {
        self.bundled.iter().find(|scene| scene.name == name).map(|scene| scene.text).ok_or_else(|| {
            let known: Vec<&str> = self.bundled.iter().map(|scene| scene.name).collect();
            format!("no scene called {name} comes with the program; there are: {}", known.join(", "))
        })
    }
}

/// A world that has a place in the studio.
#[derive(Clone, Copy, Debug)]
pub struct WorldEntry {
    /// As [`World::name`].
    pub name: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// One sentence for the user.
    pub help: &'static str,
    /// As [`WorldCard::bundled`].
    pub bundled: &'static [BundledScene],
    /// A world without a picture.
    pub empty: fn() -> World,
    /// A world with the start `id` of its tables in the place of the present one, which may take seconds.
    pub start: fn(&World, &str) -> Result<World, StudioError>,
    /// Start and method for the first visit, where no scene is bundled.
    pub first: (&'static str, &'static str),
}

impl WorldEntry {
    /// Without what the studio does with it.
    pub fn card(&self) -> WorldCard {
        let &Self { name, title, help, bundled, .. } = self;
        WorldCard { name, title, help, bundled }
    }
}

/// All worlds beside the swarm.
pub const WORLDS: &[WorldEntry] = &[points::studio::ENTRY, field::studio::ENTRY];

/// The entry of a world by [`World::name`]; `None` for the swarm.
pub fn world_entry(name: &str) -> Option<&'static WorldEntry> {
    WORLDS.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::studio::{BrushWorkspace, KnobGroup};
    use std::collections::HashSet;

    #[test]
    fn every_table_is_whole() {
        for entry in WORLDS {
            let world = (entry.empty)();
            assert_eq!(world.name(), entry.name);
            let info = world.info().expect("a world of the catalogue has a studio");
            let tables = info.tables();
            let mut ids = HashSet::new();
            for knob in tables.knobs {
                assert!(ids.insert(knob.id) && !knob.name.is_empty() && !knob.help.is_empty(), "{}", knob.id);
                assert_eq!(knob.folded(knob.default), knob.default, "{}", knob.id);
                assert!(!info.knob(knob.id).is_nan(), "{} has no value", knob.id);
            }
            assert!(info.knob("nothing").is_nan());
            for workspace in [BrushWorkspace::Paint, BrushWorkspace::Live] {
                assert!(workspace == BrushWorkspace::Paint || !tables.first_brush(workspace).is_empty());
            }
            assert!(tables.knobs.iter().any(|knob| knob.group == KnobGroup::Live));
            assert!(tables.starts.iter().any(|start| start.id == entry.first.0));
            assert!(tables.methods.iter().any(|method| method.id == entry.first.1));
            assert!(!tables.restarts.is_empty());
        }
    }

    #[test]
    fn presets_set_knobs_of_learning_and_one_is_the_default() {
        for entry in WORLDS {
            let worlds = ["drawn", entry.first.0].map(|start| (entry.start)(&(entry.empty)(), start));
            for world in worlds.into_iter().flatten().chain([(entry.empty)()]) {
                let tables = world.info().unwrap().tables();
                assert!(tables.presets.len() >= 3, "{}", entry.name);
                for preset in tables.presets {
                    for (id, value) in preset.knobs {
                        let knob = tables.knob(id).unwrap_or_else(|| panic!("{id} of {}", preset.id));
                        assert_eq!((knob.group, knob.folded(*value)), (KnobGroup::Learn, *value));
                    }
                }
                let is_default = |(id, value): &(&str, f64)| tables.knob(id).unwrap().default == *value;
                assert!(tables.presets.iter().any(|preset| preset.knobs.iter().all(is_default)));
            }
        }
    }

    #[test]
    fn every_knob_keeps_what_it_is_set_to() {
        for entry in WORLDS {
            let mut world = (entry.empty)();
            let info = world.info_mut().unwrap();
            for knob in info.tables().knobs {
                let value = knob.folded(0.3 * knob.range[0] + 0.7 * knob.range[1]);
                info.set_knob(knob.id, value);
                let found = info.knob(knob.id);
                assert!((found - value).abs() <= 1e-9 * value.abs(), "{}: {found}, not {value}", knob.id);
            }
        }
    }

    #[test]
    fn unknown_starts_are_refused() {
        for entry in WORLDS {
            assert!(matches!((entry.start)(&(entry.empty)(), "nothing"), Err(StudioError::Unknown(_))));
        }
    }
}
