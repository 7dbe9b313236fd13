//! Small valid files of every kind that is read.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use unstill::scene::{Project, Showing};

/// A valid file.
pub struct Seed {
    pub ending: &'static str,
    pub bytes: Vec<u8>,
    pub is_scene: bool,
    /// How often it is taken, against the others: large files are slow.
    pub weight: u32,
}

const TABLES: [(&str, &str); 9] = [
    ("csv", "# box: 12 10\nx,y,heading,species\n6,5,0,0\n5.2,5.6,0.5,0\n5.2,4.4,-1,1\n4.4,6.2,3,1\n"),
    ("csv", "x;y;angle (rad)\n1,5;2,5;0,1\n3,5;4,5;0,2\n5,5;1,5;0,3\n"),
    ("csv", "frame,id,x,y,vx,vy\n0,0,0,5,1,0\n0,1,10,5,1,0\n1,0,1,5.5,1,0.1\n1,1,11,5.5,1,0\n"),
    (
        "csv",
        "LABEL,ID,TRACK_ID,POSITION_X,POSITION_Y,POSITION_T,FRAME\nLabel,Spot ID,Track ID,X,Y,T,Frame\n\
         Label,Spot ID,Track ID,X,Y,T,Frame\n,,,(micron),(micron),(sec),\nID1,1,0,10.5,20.25,0.0,0\n\
         ID2,2,1,30.5,40.25,0.0,0\nID3,3,0,11,21,0.5,1\nID4,4,1,31,41,0.5,1\n",
    ),
    ("csv", "x1,y1,x2,y2,x3,y3\n1,2,3,4,5,6\n1.5,2.5,3.5,4.5,5.5,6.5\n2,3,4,5,6,7\n"),
    (
        "csv",
        "scorer,DLC,DLC,DLC,DLC,DLC,DLC\nindividuals,a,a,a,b,b,b\nbodyparts,nose,nose,nose,nose,nose,nose\n\
         coords,x,y,likelihood,x,y,likelihood\n0,10,20,0.9,32,41,0.9\n1,11,20,0.9,33,41,0.9\n",
    ),
    ("csv", "name,x [cm],y [cm],heading_deg\n\"a, b\",1,2,90\n\"c \"\"d\"\"\",3,4,180\nf,5,6,45\n"),
    ("tsv", "x\ty\tvx\tvy\tcolor\n0.1\t0.2\t1\t0\t0\n0.3\t-0.4\t0\t1\t1\n-0.5\t0.6\t-1\t0\t2\n"),
    ("tsv", "x\ty\ttype\n1\t2\tred\n3\t4\tgreen\n5\t6\tred\n"),
];

const XYZ: [&str; 7] = [
    "3\nLattice=\"12 0 0 0 10 0 0 0 1\" Properties=species:S:1:pos:R:3:angle:R:1 pbc=\"T T F\"\n\
     A 1 2 0 0.5\nB 3 4 0 1.5\nA 5 6 0 -1\n",
    "2\nLattice=\"4 0 0 -2 3.4641 0 0 0 1\" Properties=species:S:1:pos:R:3\nC 0 0 0\nC 2 1.1547 0\n",
    "2\nProperties=id:I:1:species:S:1:pos:R:3:velo:R:3 Time=0.5 note=\"a \\\"b\\\" c\"\n\
     1 A 1 2 0 1 0 0\n2 B 3 4 0 0 1 0\n\
     2\nProperties=id:I:1:species:S:1:pos:R:3:velo:R:3 Time=1\n1 A 1.5 2 0 1 0 0\n2 B 3 4.5 0 0 1 0\n",
    "2\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3:orientation:R:4\n\
     A 1 2 0 0 0 0.7071 0.7071\nB 3 4 0 0 0 0 1\n",
    "3\na comment\nH 0 0 0\nH 1 0 0\nO 0 1 0\n",
    "2\n\nA 1 2\nB 3 4.5\n",
    "2\nLattice=[[5,0,0],[0,5,0],[0,0,5]] Properties=species:S:1:pos:R:3 pbc=[true,false,true] Origin=\"-1 -1 0\"\n\
     A 1 2 0\nB 3 4 0\n",
];

/// A dark bar and dots on a light ground, or the other way round.
fn picture(inverse: bool) -> RgbaImage {
    RgbaImage::from_fn(20, 14, |x, y| {
        let is_dark = (4..7).contains(&x) || (x > 9 && x % 5 < 2 && y % 5 < 2);
        let value = if is_dark != inverse { 20 } else { 240 };
        Rgba([value, value, if x > 12 { 120 } else { value }, 255])
    })
}

fn encoded(format: ImageFormat, inverse: bool) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgba8(picture(inverse));
    let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.to_rgb8()) } else { picture };
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn animated_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        encoder.encode_frames([false, true].map(|inverse| image::Frame::new(picture(inverse)))).unwrap();
    }
    bytes
}

fn animated_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    {
        let mut encoder = png::Encoder::new(&mut bytes, 20, 14);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_animated(2, 0).unwrap();
        let mut writer = encoder.write_header().unwrap();
        for inverse in [false, true] {
            writer.write_image_data(&picture(inverse)).unwrap();
        }
        writer.finish().unwrap();
    }
    bytes
}

fn deep_png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma16(DynamicImage::ImageRgba8(picture(false)).to_luma16())
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

const SCENE: &str = r#"(schema: 2, title: "Pair", world: Swarm((snapshot: (
    particles: [(x: 1, y: 1, heading: 0, species: 0), (x: 2, y: 1, heading: 0.5, species: 1)], box_size: (4, 3)))))"#;

pub fn all() -> Vec<Seed> {
    let data = |ending, bytes, weight| Seed { ending, bytes, is_scene: false, weight };
    let scene = |ending, bytes, weight| Seed { ending, bytes, is_scene: true, weight };
    let mut seeds: Vec<Seed> = TABLES.iter().map(|(ending, text)| data(ending, text.as_bytes().to_vec(), 40)).collect();
    seeds.extend(XYZ.iter().map(|text| data("xyz", text.as_bytes().to_vec(), 50)));
    for (ending, format) in [
        ("png", ImageFormat::Png),
        ("jpg", ImageFormat::Jpeg),
        ("gif", ImageFormat::Gif),
        ("webp", ImageFormat::WebP),
        ("bmp", ImageFormat::Bmp),
        ("tiff", ImageFormat::Tiff),
    ] {
        seeds.push(data(ending, encoded(format, false), 30));
    }
    seeds.push(data("gif", animated_gif(), 30));
    seeds.push(data("apng", animated_png(), 30));
    seeds.push(data("png", deep_png(), 30));
    seeds.push(scene("ron", SCENE.as_bytes().to_vec(), 150));
    seeds.push(scene("ron", include_bytes!("../../src/scene/testdata/schema0.ron").to_vec(), 80));
    seeds.push(scene("ron", include_bytes!("../../src/scene/testdata/schema1.ron").to_vec(), 80));
    for (file, weight) in [("crystal", 4), ("two-peaks", 2), ("maze", 1)] {
        let path = format!("{}/scenes/{file}.ron", env!("CARGO_MANIFEST_DIR"));
        seeds.push(scene("ron", std::fs::read(path).unwrap(), weight));
    }
    let project = Project::from_ron(SCENE).unwrap().project;
    seeds.push(scene("png", project.to_png(&Showing::default()).unwrap(), 5));
    seeds
}
