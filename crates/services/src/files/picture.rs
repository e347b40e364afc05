//! A picture, decoded within bounds and written anew as JPEG: nothing of the file that was sent remains but its pixels, no
//! place it was taken at, no camera, no comment, nothing behind its end.

use super::check::{Checked, Kind};
use super::paper::ends;
use domain::field::Fault;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::io::Cursor;

/// The longest side that is decoded at all.
pub(super) const LONGEST: u32 = 12_000;
/// Pixels that are decoded at most: the cameras of today's telephones, and not a bomb.
pub(super) const PIXELS: u64 = 50_000_000;
/// The smallest side that can be anything.
const SHORTEST: u32 = 16;
/// Memory a decoder may ask for.
const MEMORY: u64 = 320 * 1024 * 1024;
/// How well it is written: what the eye does not miss.
const QUALITY: u8 = 84;

/// The chunks of a PNG that its pixels are made of, and which way is up.
const DRAWN: [&[u8; 4]; 6] = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"];

/// A PNG without what is only told beside its pixels: a decoder would unpack a profile of colours to all the memory it may
/// have before anybody asked for one.
fn drawn(bytes: &[u8], format: ImageFormat) -> Cow<'_, [u8]> {
    if format != ImageFormat::Png {
        return Cow::Borrowed(bytes);
    }
    let mut kept = bytes[..bytes.len().min(8)].to_vec();
    let mut keep = |kind: &[u8], chunk: &[u8]| {
        if DRAWN.iter().any(|known| kind == *known) {
            kept.extend_from_slice(chunk);
        }
    };
    // What is cut off the decoder refuses.
    let _ = ends::png_chunks(bytes, &mut keep);
    Cow::Owned(kept)
}

pub(super) fn anew(bytes: &[u8], format: ImageFormat, side: u32) -> Result<Checked, Fault> {
    written(&decoded(bytes, format, side)?)
}

/// The same, and smaller ones of it beside it, the smallest first: each with a longer side of one of `smaller`, where that makes
/// it narrower. It is decoded once.
pub(super) fn in_sizes(bytes: &[u8], format: ImageFormat, side: u32, smaller: &[u32]) -> Result<Vec<Checked>, Fault> {
    let whole = decoded(bytes, format, side)?;
    let longest = whole.width().max(whole.height());
    let mut sizes = vec![written(&whole)?];
    for side in smaller.iter().copied().filter(|side| *side < longest) {
        sizes.push(written(&whole.resize(side, side, FilterType::CatmullRom))?);
    }
    // Of what is very narrow two sizes can come out equally wide: the larger one serves for both.
    sizes.sort_by_key(|size| Reverse(size.size));
    sizes.dedup_by_key(|size| size.size.map(|(width, _)| width));
    sizes.reverse();
    Ok(sizes)
}

/// The pixels of a picture, the right way up, its longer side at most `side`.
fn decoded(bytes: &[u8], format: ImageFormat, side: u32) -> Result<DynamicImage, Fault> {
    let unreadable = |_| Fault::FileBroken;
    let bytes = drawn(bytes, format);
    let mut reader = ImageReader::with_format(Cursor::new(&*bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width > LONGEST || height > LONGEST || u64::from(width) * u64::from(height) > PIXELS {
        return Err(Fault::PictureTooLarge { max: (PIXELS / 1_000_000) as u32 });
    }
    // Sixteen bits a channel would be twice what the pixels say.
    if decoder.total_bytes() > 4 * PIXELS {
        return Err(Fault::PictureTooLarge { max: (PIXELS / 1_000_000) as u32 });
    }
    if width < SHORTEST || height < SHORTEST {
        return Err(Fault::FileBroken);
    }
    // Telephones write which way is up beside the pixels; it goes into the pixels before it is lost.
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if picture.width().max(picture.height()) > side {
        picture = picture.resize(side, side, FilterType::CatmullRom);
    }
    picture.apply_orientation(orientation);
    Ok(on_white(&picture))
}

/// What is kept of pixels.
fn written(picture: &DynamicImage) -> Result<Checked, Fault> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture).map_err(|_| Fault::FileBroken)?;
    Ok(Checked { kind: Kind::Jpeg, bytes, pages: 1, size: Some((picture.width(), picture.height())) })
}

/// JPEG knows nothing that one can see through: what was, lies on white paper.
fn on_white(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.to_rgb8());
    }
    let mut paper = image::RgbImage::new(picture.width(), picture.height());
    for (to, from) in paper.pixels_mut().zip(picture.to_rgba8().pixels()) {
        let alpha = u32::from(from[3]);
        for channel in 0..3 {
            let mixed = (u32::from(from[channel]) * alpha + 255 * (255 - alpha)) / 255;
            to[channel] = mixed as u8;
        }
    }
    DynamicImage::ImageRgb8(paper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::check::{Accept, look, look_in_sizes};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = DynamicImage::ImageRgba8(image::RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([x as u8, y as u8, 90, if x % 2 == 0 { 255 } else { 0 }])
        }));
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("a picture");
        bytes
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 30])));
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).expect("a picture");
        bytes
    }

    /// An EXIF segment that says "turn me" and where it was taken.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
        tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"GPS 36.65N 117.12E demo");
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(tiff);
        let length = (segment.len() + 2) as u16;
        let mut all = jpeg[..2].to_vec();
        all.extend([0xFF, 0xE1]);
        all.extend(length.to_be_bytes());
        all.extend(segment);
        all.extend(&jpeg[2..]);
        all
    }

    fn holds(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|window| window == what)
    }

    #[test]
    fn nothing_of_a_picture_remains_but_its_pixels_the_right_way_up() {
        let mut sent = with_exif(&jpeg(400, 200));
        sent.extend(b"<script>alert(1)</script>");
        assert!(holds(&sent, b"GPS 36.65N"), "the control");
        let kept = look(sent, Accept::PHOTO).expect("a photograph");
        assert_eq!((kept.kind, kept.size), (Kind::Jpeg, Some((200, 400))), "it was turned");
        assert!(!holds(&kept.bytes, b"GPS") && !holds(&kept.bytes, b"Exif") && !holds(&kept.bytes, b"script"));
    }

    #[test]
    fn pictures_are_bounded_and_lie_on_white() {
        let kept = look(png(3000, 1000), Accept::LETTER).expect("a picture");
        assert_eq!(kept.size, Some((2400, 800)));
        let small = look(png(40, 40), Accept::LETTER).expect("a picture");
        let read = image::load_from_memory(&small.bytes).expect("it is one").to_rgb8();
        assert!(read.get_pixel(21, 20)[0] > 100, "what one saw through is paper now");
    }

    #[test]
    fn a_picture_is_kept_in_sizes_none_larger_than_it_is_and_none_twice() {
        let widths = |width, height| {
            let kept = look_in_sizes(&png(width, height), Accept::PHOTO, &[480, 960]).expect("a picture");
            assert!(kept.iter().all(|it| it.kind == Kind::Jpeg && !it.bytes.is_empty()));
            kept.into_iter().filter_map(|it| it.size).collect::<Vec<_>>()
        };
        assert_eq!(widths(2000, 1000), [(480, 240), (960, 480), (1600, 800)]);
        assert_eq!(widths(700, 350), [(480, 240), (700, 350)]);
        assert_eq!(widths(300, 480), [(300, 480)]);
        let narrow = widths(16, 3000);
        assert!(narrow.windows(2).all(|pair| pair[0].0 < pair[1].0), "{narrow:?}");
        let text = look_in_sizes(b"<svg/>", Accept::PHOTO, &[480]);
        assert_eq!(text.map(|_| ()), Err(Fault::FileKindPicture));
    }

    #[test]
    fn hostile_pictures_are_refused() {
        // 60 000 by 60 000 in a few bytes: the header is enough to know.
        let mut bomb = png(64, 64);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(look(bomb, Accept::LETTER).is_err());
        let whole = jpeg(400, 200);
        assert_eq!(look(whole[..40].to_vec(), Accept::LETTER).map(|_| ()), Err(Fault::FileBroken));
        assert_eq!(look(png(4, 4), Accept::LETTER).map(|_| ()), Err(Fault::FileBroken));
        for (other, name) in [
            (&b"GIF89a\x01\0\x01\0"[..], "gif"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "svg"),
            (b"MZ\x90\0", "exe"),
            (b"PK\x03\x04", "zip"),
            (b" \xFF\xD8\xFF", "something before a picture"),
        ] {
            assert_eq!(look(other.to_vec(), Accept::LETTER).map(|_| ()), Err(Fault::FileKindLetter), "{name}");
            assert_eq!(look(other.to_vec(), Accept::PHOTO).map(|_| ()), Err(Fault::FileKindPicture), "{name}");
        }
        assert_eq!(look(Vec::new(), Accept::PHOTO).map(|_| ()), Err(Fault::Required));
        assert_eq!(look(b"%PDF-1.7".to_vec(), Accept::PHOTO).map(|_| ()), Err(Fault::FileKindPicture));
    }
}
