//! Pictures for the demo, drawn here: a letter with a red seal, and scenes in the house's colours. Nobody is on them.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

const PAPER: Rgb<u8> = Rgb([252, 251, 247]);
const INK: Rgb<u8> = Rgb([70, 74, 82]);
const SEAL: Rgb<u8> = Rgb([204, 38, 38]);

fn png(picture: RgbImage) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb8(picture).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).ok()?;
    Some(bytes)
}

/// A page with lines that say nothing and a seal of no organisation.
pub(crate) fn letter() -> Option<Vec<u8>> {
    png(RgbImage::from_fn(900, 1270, |x, y| {
        let (dx, dy) = (f64::from(x) - 650.0, f64::from(y) - 960.0);
        let from_seal = dx.hypot(dy);
        let title = (250..650).contains(&x) && (120..150).contains(&y);
        let last = if y > 640 { 520 } else { 780 };
        let line = (110..last).contains(&x) && (250..700).contains(&y) && (y - 250) % 56 < 9;
        match from_seal {
            d if (104.0..116.0).contains(&d) => SEAL,
            // A five-pointed star, as on every round seal. It is nowhere larger than this, and its form is dear to compute.
            d if d < 42.0 && d < 20.0 + 22.0 * (5.0 * dy.atan2(dx) + std::f64::consts::FRAC_PI_2).sin().max(0.0) => {
                SEAL
            }
            _ if title || line => INK,
            _ => PAPER,
        }
    }))
}

/// A yard under the sky with the bus in it, more to the left or to the right.
pub(crate) fn scene(shift: u32) -> Option<Vec<u8>> {
    let left = 260 + 180 * shift;
    png(RgbImage::from_fn(1280, 800, |x, y| {
        let wheel =
            |at: u32| y.abs_diff(606) < 46 && (f64::from(x) - f64::from(left + at)).hypot(f64::from(y) - 606.0) < 46.0;
        let body = (left..left + 620).contains(&x) && (340..600).contains(&y);
        let window = body && (380..460).contains(&y) && (x - left) % 120 > 24;
        let stripe = body && (510..534).contains(&y);
        let hill = || f64::from(y) > 470.0 - 60.0 * (f64::from(x + 300 * shift) / 190.0).sin();
        match () {
            () if wheel(130) || wheel(490) => Rgb([42, 52, 60]),
            () if window => Rgb([206, 236, 240]),
            () if stripe => Rgb([240, 150, 96]),
            () if body => Rgb([14, 116, 132]),
            () if y > 610 => Rgb([214, 205, 186]),
            () if hill() => Rgb([134, 182, 142]),
            () => Rgb([196, 226, 236]),
        }
    }))
}

/// The middle of each kite, half its width, its colour.
const KITES: [(f64, f64, f64, Rgb<u8>); 5] = [
    (470.0, 250.0, 96.0, Rgb([240, 150, 96])),
    (880.0, 190.0, 74.0, Rgb([14, 116, 132])),
    (250.0, 130.0, 46.0, Rgb([244, 206, 120])),
    (690.0, 400.0, 54.0, Rgb([214, 104, 74])),
    (1110.0, 330.0, 50.0, Rgb([240, 150, 96])),
];

/// The first `many` kites above a meadow, each on its line.
pub(crate) fn kites(many: usize) -> Option<Vec<u8>> {
    png(RgbImage::from_fn(1280, 800, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let flying = || KITES.iter().take(many);
        // Taller below its cross than above it.
        let kite = flying().find(|(at, up, half, _)| {
            let height = if y > *up { half * 1.7 } else { half * 1.1 };
            (x - at).abs() / half + (y - up).abs() / height < 1.0
        });
        let line = || {
            flying().any(|(at, up, half, _)| {
                let below = y - up - half * 1.7;
                below > 0.0 && (x - at + below * 0.4 - 9.0 * (below / 40.0).sin()).abs() < 1.7
            })
        };
        let meadow = || y > 640.0 - 46.0 * (x / 230.0).sin();
        match kite {
            Some((at, up, ..)) if (x - at).abs() < 2.5 || (y - up).abs() < 2.5 => PAPER,
            Some((.., colour)) => *colour,
            None if y > 720.0 && meadow() => Rgb([112, 164, 122]),
            None if meadow() => Rgb([134, 182, 142]),
            None if line() => INK,
            None => {
                let lower = (y / 32.0) as u8;
                Rgb([196 + lower, 226 + lower / 2, 236 + lower / 3])
            }
        }
    }))
}
