//! From where pictures of walkers are taken.

use clap::builder::RangedI64ValueParser;

use crate::worlds::points::PointsDoc;
use crate::worlds::studio::{BrushWorkspace, Viewpoint, WorldInfo as _};

/// Light that is left of a walker when its trail counts as over.
const FADED: f64 = 0.02;

#[derive(clap::Args)]
pub(super) struct ViewArgs {
    /// Direction of the eye around the vertical, degrees, in space [default: 40]
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, value_parser = RangedI64ValueParser::<i64>::new().range(-360..=360))]
    azimuth: Option<i64>,
    /// Height of the eye above the x-y plane, degrees, in space [default: 20]
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, value_parser = RangedI64ValueParser::<i64>::new().range(-85..=85))]
    elevation: Option<i64>,
    /// How many times larger than the whole cloud in view
    #[arg(long, default_value_t = 1.0, value_parser = factor)]
    zoom: f64,
    /// Place in the middle of the picture, in the user's coordinates [default: the middle of the cloud]
    #[arg(long, value_name = "X,Y[,Z]", value_delimiter = ',', allow_negative_numbers = true)]
    centre: Vec<f64>,
    /// Share of the light that stays from one picture of a film to the next, 0 to 0.99; a single picture has the trails of
    /// the last steps
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub trails: f32,
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (0.05..=1000.0).contains(&factor) => Ok(factor),
        _ => Err("give a number from 0.05 to 1000".to_owned()),
    }
}

fn share(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(share) if (0.0..=0.99).contains(&share) => Ok(share),
        _ => Err("give a number from 0 to 0.99".to_owned()),
    }
}

impl ViewArgs {
    /// # Errors
    /// Angles for a flat cloud, a centre with too few or too many coordinates.
    pub fn viewpoint(&self, doc: &PointsDoc) -> anyhow::Result<Viewpoint> {
        let mut view = doc.viewpoint(BrushWorkspace::Live);
        if !view.is_spatial && (self.azimuth.is_some() || self.elevation.is_some()) {
            anyhow::bail!("this cloud is flat, and --azimuth and --elevation turn the eye in space; leave them out");
        }
        if let Some(degrees) = self.azimuth {
            view.azimuth_rad = (degrees as f64).to_radians();
        }
        if let Some(degrees) = self.elevation {
            view.elevation_rad = (degrees as f64).to_radians();
        }
        view.half_height /= self.zoom;
        match self.centre[..] {
            [] => {}
            [x, y] if doc.dim == 2 => view.centre = [x, y, 0.0].into(),
            [x, y, z] if doc.dim == 3 => view.centre = [x, y, z].into(),
            _ => anyhow::bail!("--centre needs {} numbers with commas between them, as this cloud has", doc.dim),
        }
        if !view.centre.is_finite() {
            anyhow::bail!("--centre must be of finite numbers; give a place of the cloud");
        }
        Ok(view)
    }

    /// Steps at the end of a run that a single picture shows as trails.
    pub fn trail_steps(&self) -> u32 {
        if self.trails > 0.0 { (FADED.ln() / f64::from(self.trails).ln()).ceil() as u32 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;
    use crate::worlds::points::cloud::BuiltInTarget;

    fn view(line: &str, target: BuiltInTarget) -> Result<Viewpoint, String> {
        let command = ViewArgs::augment_args(clap::Command::new("live").no_binary_name(true));
        let matches = command.try_get_matches_from(line.split_whitespace()).map_err(|e| e.to_string())?;
        let args = ViewArgs::from_arg_matches(&matches).map_err(|e| e.to_string())?;
        args.viewpoint(&PointsDoc::of(target.sample(500, 1), None)).map_err(|e| e.to_string())
    }

    #[test]
    fn a_view_is_the_whole_cloud_unless_it_is_stated() {
        let whole = view("", BuiltInTarget::Lorenz).unwrap();
        let other = "--azimuth -90 --elevation 80 --zoom 2 --centre 1,-2,25.5";
        let stated = view(other, BuiltInTarget::Lorenz).unwrap();
        assert_eq!(stated.half_height, 0.5 * whole.half_height);
        assert_eq!(stated.centre.to_array(), [1.0, -2.0, 25.5]);
        assert!((stated.azimuth_rad + std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        assert!((stated.elevation_rad - 80f64.to_radians()).abs() < 1e-12);
        assert_eq!(view("--centre 0.5,1", BuiltInTarget::Ring).unwrap().centre.to_array(), [0.5, 1.0, 0.0]);
    }

    #[test]
    fn views_that_do_not_fit_the_cloud_are_refused() {
        assert!(view("--elevation 20", BuiltInTarget::Ring).unwrap_err().contains("flat"));
        assert!(view("--centre 1,2", BuiltInTarget::Lorenz).unwrap_err().contains("3 numbers"));
        assert!(view("--zoom 0", BuiltInTarget::Ring).is_err());
        assert!(view("--trails 1", BuiltInTarget::Ring).is_err());
        assert!(view("--elevation 90", BuiltInTarget::Lorenz).is_err());
    }
}
