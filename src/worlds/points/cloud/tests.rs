use super::*;

fn grid(count: usize) -> Vec<[f32; 3]> {
    (0..count).map(|i| [(i % 10) as f32, (i / 10) as f32 + 0.01 * (i % 3) as f32, 0.0]).collect()
}

#[test]
fn bad_clouds_are_refused_by_name() {
    assert_eq!(PointCloud::new(2, grid(99)), Err(CloudError::TooFew { found: 99 }));
    assert_eq!(PointCloud::new(4, grid(100)), Err(CloudError::Dimension(4)));
    assert_eq!(PointCloud::new(2, vec![[3.0, 1.0, 0.0]; 200]), Err(CloudError::OnePlace));
    let line = (0..200).map(|i| [i as f32, 2.0 * i as f32 + 1.0, 0.0]).collect();
    assert_eq!(PointCloud::new(2, line), Err(CloudError::OneLine));
    let line = (0..200).map(|i| [i as f32, -(i as f32), 3.0 * i as f32]).collect();
    assert_eq!(PointCloud::new(3, line), Err(CloudError::OneLine));
    assert_eq!(PointCloud::new(3, grid(200)), Err(CloudError::FlatAxis { axis: 'z' }));
    let plane = |lift: fn(usize) -> f32| -> Vec<[f32; 3]> {
        grid(200).into_iter().enumerate().map(|(i, [x, y, _])| [x, y, x + y + lift(i)]).collect()
    };
    assert_eq!(PointCloud::new(3, plane(|_| 0.0)), Err(CloudError::OnePlane));
    let rounded = plane(|i| 3e-4 * (i % 3) as f32);
    assert_eq!(PointCloud::new(3, rounded), Err(CloudError::OnePlane), "to four digits");
    assert!(PointCloud::new(3, plane(|i| 0.01 * (i % 7) as f32)).is_ok());
    assert!(CloudError::OnePlane.to_string().contains("leave out the column"));
    let mut broken = grid(200);
    broken[17][1] = f32::NAN;
    let refusal = PointCloud::new(2, broken).unwrap_err();
    assert!(matches!(refusal, CloudError::NotFinite { point: 18, axis: 'y', .. }));
    assert!(refusal.to_string().len() < 300);
    assert!(PointCloud::new(2, grid(100)).is_ok());
}

#[test]
fn standardised_points_have_mean_zero_and_spread_one() {
    let cloud = BuiltInTarget::Lorenz.sample(2000, 1);
    let points = cloud.standardised();
    for axis in 0..3 {
        let mean = points.iter().map(|p| p[axis]).sum::<f64>() / 2000.0;
        let square = points.iter().map(|p| p[axis].powi(2)).sum::<f64>() / 2000.0;
        assert!(mean.abs() < 1e-9 && (square - 1.0).abs() < 1e-9);
    }
    let map = Standardisation::of(&cloud);
    let back = map.inverse(points[5]);
    assert!((0..3).all(|i| (back[i] - f64::from(cloud.points[5][i])).abs() < 1e-9));
}

#[test]
fn every_built_in_target_is_a_valid_cloud() {
    for target in BuiltInTarget::ALL {
        let cloud = target.sample(500, 3);
        assert_eq!(cloud.validate(), Ok(()), "{}", target.name());
        assert_eq!(cloud, target.sample(500, 3));
        assert_ne!(cloud, target.sample(500, 4));
        assert_eq!(BuiltInTarget::from_name(target.name()), Some(target));
    }
}

#[test]
fn shuffled_coordinates_keep_marginals_and_lose_dependence() {
    let cloud = BuiltInTarget::TwoPeaks.sample(4000, 1);
    let shuffled = cloud.with_shuffled_coordinates(2);
    let correlation = |c: &PointCloud| c.standardised().iter().map(|p| p[0] * p[1]).sum::<f64>() / 4000.0;
    assert!(correlation(&cloud) > 0.7 && correlation(&shuffled).abs() < 0.06);
    let sorted = |c: &PointCloud| {
        let mut x: Vec<f32> = c.points.iter().map(|p| p[0]).collect();
        x.sort_by(f32::total_cmp);
        x
    };
    assert_eq!(sorted(&cloud), sorted(&shuffled));
}
