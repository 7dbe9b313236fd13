//! Tables of animal trackers.

use super::*;

// A2.
#[test]
fn trackmate_with_its_four_header_lines_is_read() {
    let text = "LABEL,ID,TRACK_ID,POSITION_X,POSITION_Y,POSITION_T,FRAME\n\
                Label,Spot ID,Track ID,X,Y,T,Frame\nLabel,Spot ID,Track ID,X,Y,T,Frame\n,,,(micron),(micron),(sec),\n\
                ID1,1,0,10,20,0,0\nID2,2,1,14,20.5,0,0\nID3,3,2,18,21,0,0\nID4,4,0,10.5,20,0.5,1\n";
    let read = read(text);
    assert_eq!(places(&read), [(10.0, 20.0), (14.0, 20.5), (18.0, 21.0)]);
    assert!(read.y_down);
    let assumed = assumed(&read);
    for part in ["TrackMate", "3 further header lines", "FRAME = 0"] {
        assert!(assumed.contains(part), "{assumed}");
    }
    // With the three lines deleted by hand.
    let short: String =
        text.lines().enumerate().filter(|(k, _)| !(1..4).contains(k)).map(|(_, l)| format!("{l}\n")).collect();
    assert_eq!(places(&super::read(&short)), places(&read));
}

// A3.
#[test]
fn units_of_trex_are_taken_off_the_names() {
    let read = read("frame,X (cm),Y (cm),VX (cm/s),VY (cm/s)\n0,1,1,0,2\n0,2,1.1,0,2\n0,3,0.9,0,2\n1,3,1,0,2\n");
    assert_eq!(places(&read), [(1.0, 1.0), (2.0, 1.1), (3.0, 0.9)]);
    are_near(&headings(&read), &[FRAC_PI_2; 3]);
}

// A5 and fifteen names more.
#[test]
fn frames_are_recognised_under_any_name() {
    for name in [
        "frame_number",
        "frame_idx",
        "frame_id",
        "frame_count",
        "imageNumber",
        "image_id",
        "Slice",
        "tick",
        "ticks",
        "frames",
        "seconds",
        "timestamp",
        "Time [s]",
        "t (s)",
        "Frame #",
        "POSITION_T",
        "frame",
        "time_ms",
        "step",
    ] {
        let text = format!("{name},id,x,y,angle\n0,0,0,5,1\n0,1,10,5,1\n1,0,1,5.5,1\n1,1,11,5.5,1\n");
        let read = read(&text);
        assert_eq!(places(&read), [(0.0, 5.0), (10.0, 5.0)], "{name}");
        assert!(read.assumptions.iter().any(|a| a.about == About::Frame && a.changes_picture), "{name}");
    }
}

#[test]
fn without_a_time_repeating_ids_tell_the_frames() {
    let read = read("id,x,y\n7,0,5\n9,10,5\n7,1,5.5\n9,11,5.5\n");
    assert_eq!(places(&read), [(0.0, 5.0), (10.0, 5.0)]);
    assert!(assumed(&read).contains("id repeats"), "{}", assumed(&read));
    // Sorted by animal.
    let sorted = super::read("track_id,x,y\n7,0,5\n7,1,5.5\n9,10,5\n9,11,5.5\n");
    assert_eq!(places(&sorted), [(0.0, 5.0), (10.0, 5.0)]);
    // Names of different animals are no frames.
    assert_eq!(super::read("id,x,y\n7,0,5\n9,10,5\n").frames[0].rows.len(), 2);
    let sorted = super::read("frame,particle,x,y\n1,0,9,9\n0,0,1,1\n0,1,2,1\n1,1,8,9\n");
    assert_eq!(places(&sorted), [(1.0, 1.0), (2.0, 1.0)]);
}

// A20.
#[test]
fn the_first_frame_with_a_pattern_is_read_and_named() {
    let read = read("frame,id,x,y\n0,0,1,1\n1,0,1,1.2\n1,1,3,1\n1,2,5,1\n");
    assert_eq!(places(&read), [(1.0, 1.2), (3.0, 1.0), (5.0, 1.0)]);
    assert!(assumed(&read).contains("frame = 1") && assumed(&read).contains("1 before it"), "{}", assumed(&read));
    let lone = fault("t,x,y\n0,1,1\n1,2,1\n2,3,1\n");
    assert!(lone.what.contains("3 frames (t)") && lone.hint.contains("frame=none"), "{lone:?}");
}

// A23, and lost animals at one point.
#[test]
fn lost_animals_are_left_out_of_tracks_and_refused_elsewhere() {
    for lost in ["0,2,nan,nan", "0,2,,", "0,2,NA,NA", "0,2,inf,inf", "0,2,0,0\n0,9,0,0", "0,2,-1,-1\n0,9,-1,-1"] {
        let text = format!("frame,id,x,y\n0,0,1,1\n0,1,3,1\n{lost}\n0,3,5,1\n");
        let read = read(&text);
        assert_eq!(places(&read), [(1.0, 1.0), (3.0, 1.0), (5.0, 1.0)], "{lost}");
        assert!(assumed(&read).contains("lost animals"), "{lost}");
    }
    let missing = read("frame,missing,x,y\n0,0,1,1\n0,1,3,1\n0,0,5,1\n");
    assert_eq!(places(&missing), [(1.0, 1.0), (5.0, 1.0)]);
    assert_eq!(fault("x,y\n1,1\nnan,nan\n2,1\n").line, Some(3));
    let direction = read("frame,id,x,y,angle\n0,0,1,1,nan\n0,1,3,1,0.5\n");
    assert_eq!(rows(&direction)[0].heading, None);
}

#[test]
fn one_pair_of_columns_for_each_animal_is_read() {
    let idtracker = read("seconds,x1,y1,x2,y2,x3,y3\n0.000,1,2,nan,nan,5,6\n0.036,1,2,3,4,5,6\n");
    assert_eq!(places(&idtracker), [(1.0, 2.0), (5.0, 6.0)]);
    assert!(idtracker.y_down && assumed(&idtracker).contains("idtracker.ai"), "{}", assumed(&idtracker));
    let animalta =
        read("Frame;Time;X_Arena0_Ind0;Y_Arena0_Ind0;X_Arena0_Ind1;Y_Arena0_Ind1\n5;0,1;1,5;2;3;4\n6;0,2;1;2;3;4\n");
    assert_eq!(places(&animalta), [(1.5, 2.0), (3.0, 4.0)]);
    let swapped = read("frame,fish1_y,fish1_x,fish2_y,fish2_x\n0,2,1,4,3\n");
    assert_eq!(places(&swapped), [(1.0, 2.0), (3.0, 4.0)]);
}

#[test]
fn deeplabcut_gives_headings_from_body_parts() {
    let text = "scorer,n,n,n,n,n,n,n,n,n,n,n,n\n\
                individuals,a,a,a,a,a,a,b,b,b,b,b,b\n\
                bodyparts,snout,snout,snout,tailbase,tailbase,tailbase,snout,snout,snout,tailbase,tailbase,tailbase\n\
                coords,x,y,likelihood,x,y,likelihood,x,y,likelihood,x,y,likelihood\n\
                0,2,10,1,0,10,1,20,4,1,20,8,1\n1,2,10,1,0,10,1,20,4,1,20,8,1\n";
    let read = read(text);
    assert_eq!(places(&read), [(1.0, 10.0), (20.0, 6.0)]);
    // In the frame of the image, in which up is -y.
    are_near(&headings(&read), &[0.0, -FRAC_PI_2]);
    assert!(read.y_down && assumed(&read).contains("from tailbase to snout"), "{}", assumed(&read));
    let one =
        fault(&text.replace("individuals,a,a,a,a,a,a,b,b,b,b,b,b\n", "").replace(",20,4,1,20,8,1", ",2,4,1,2,8,1"));
    assert!(one.what.contains("2 frames (frame)"), "{one:?}");
}

#[test]
fn sleap_bodies_and_shapes_of_annotators_are_read() {
    let sleap = "track,frame_idx,instance.score,head.x,head.y,head.score,thorax.x,thorax.y,thorax.score\n\
                 track_0,0,0.9,2,0,1,1,0,1\ntrack_1,0,0.9,5,7,1,5,6,1\ntrack_0,1,0.9,2,0,1,1,0,1\n";
    let read = super::read(sleap);
    assert_eq!(places(&read), [(1.0, 0.0), (5.0, 6.0)]);
    are_near(&headings(&read), &[0.0, FRAC_PI_2]);
    let via = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n\
               a.png,1,{},2,0,\"{\"\"name\"\":\"\"rect\"\",\"\"x\"\":10,\"\"y\"\":20,\"\"width\"\":4,\"\"height\"\":6}\",{}\n\
               a.png,1,{},2,1,\"{\"\"name\"\":\"\"point\"\",\"\"cx\"\":1,\"\"cy\"\":2}\",{}\n\
               b.png,1,{},0,0,{},{}\n";
    let read = super::read(via);
    assert_eq!(places(&read), [(12.0, 23.0), (1.0, 2.0)]);
    assert!(read.y_down);
}

// A46.
#[test]
fn a_column_of_frames_that_is_there_twice_is_read() {
    let read = read("frame,x,y,frame,\n0,1,1,0,\n0,2,1,0,\n1,1,1,1,\n");
    assert_eq!(places(&read), [(1.0, 1.0), (2.0, 1.0)]);
}

#[test]
fn without_headings_animals_head_where_they_go_next() {
    let text = "frame,id,x,y\n0,a,1,1\n0,b,9.5,5\n0,c,4,4\n0,d,2,2\n1,b,0.5,5\n1,a,1,2\n1,c,4,4\n";
    let plain = read(text);
    are_near(&[rows(&plain)[0].heading.unwrap(), rows(&plain)[1].heading.unwrap()], &[FRAC_PI_2, PI]);
    // One that stands still and one that is not seen again.
    assert_eq!((rows(&plain)[2].heading, rows(&plain)[3].heading), (None, None));
    assert!(assumed(&plain).contains("heads where it is in the next frame"), "{}", assumed(&plain));
    // Through the edge of a torus.
    let torus = read(&format!("# box: 10 10\n{text}"));
    are_near(&[rows(&torus)[1].heading.unwrap()], &[0.0]);
    // In the last frame by the step that led there.
    let last = ImportOptions { frames: FrameChoice::Last, ..ImportOptions::default() };
    are_near(&[rows(&read_with(text, last))[1].heading.unwrap()], &[FRAC_PI_2]);
    let wide = read("t,x1,y1,x2,y2\n0,0,0,5,5\n1,-1,0,5,4\n");
    are_near(&headings(&wide), &[PI, -FRAC_PI_2]);
}
