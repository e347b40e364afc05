//! The text of a PDF of the house, as whoever copies it out of the file gets it: glyphs by the map that comes with their font.

use flate2::read::ZlibDecoder;
use std::collections::HashMap;
use std::io::Read as _;

/// What all pages say, without any white space: a line ends where the page's edge is.
pub fn text(pdf: &[u8]) -> String {
    let streams = streams(pdf);
    let mut characters = HashMap::new();
    for stream in streams.iter().filter(|stream| find(stream, b"beginbfchar").is_some()) {
        characters.extend(String::from_utf8_lossy(stream).lines().filter_map(mapping));
    }
    let mut text = String::new();
    for page in streams.iter().filter(|stream| is_page(stream)) {
        for shown in shown(page) {
            let glyphs = shown.chunks_exact(2).map(|glyph| u16::from_be_bytes([glyph[0], glyph[1]]));
            text.extend(glyphs.map(|glyph| characters.get(&glyph).map_or("\u{fffd}", String::as_str)));
        }
    }
    text.split_whitespace().collect()
}

/// How many pages there are.
pub fn pages(pdf: &[u8]) -> usize {
    streams(pdf).iter().filter(|stream| is_page(stream)).count()
}

fn is_page(stream: &[u8]) -> bool {
    stream.is_ascii() && find(stream, b" Tf").is_some() && find(stream, b"ET").is_some()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Every stream that is packed, opened.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut rest) = (Vec::new(), pdf);
    while let Some(start) = find(rest, b"stream\n") {
        rest = &rest[start + b"stream\n".len()..];
        let end = find(rest, b"endstream").expect("a stream ends");
        let mut opened = Vec::new();
        if ZlibDecoder::new(&rest[..end]).read_to_end(&mut opened).is_ok() {
            all.push(opened);
        }
        rest = &rest[end + b"endstream".len()..];
    }
    all
}

/// A line of a font's map: `<0012> <4E2D>`.
fn mapping(line: &str) -> Option<(u16, String)> {
    let (glyph, characters) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <")?;
    let digits = |text: &str| u16::from_str_radix(text, 16).ok();
    let units: Option<Vec<u16>> =
        (0..characters.len() / 4).map(|n| digits(characters.get(n * 4..n * 4 + 4)?)).collect();
    Some((digits(glyph)?, String::from_utf16(&units?).ok()?))
}

/// The strings that a page shows. What stands in a dictionary tells of them, and is not seen.
fn shown(page: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(&byte) = page.get(at) {
        match byte {
            b'(' => {
                let (text, end) = literal(page, at + 1);
                all.push(text);
                at = end;
            }
            b'<' if page.get(at + 1) == Some(&b'<') => at += find(&page[at..], b">>").map_or(page.len(), |end| end + 2),
            b'<' => {
                let end = at + find(&page[at..], b">").expect("a string ends");
                let digits = std::str::from_utf8(&page[at + 1..end]).expect("digits");
                let byte = |n: usize| u8::from_str_radix(&digits[n * 2..n * 2 + 2], 16).expect("a byte");
                all.push((0..digits.len() / 2).map(byte).collect());
                at = end + 1;
            }
            _ => at += 1,
        }
    }
    all
}

/// A string in brackets from behind the first, and where it ends.
fn literal(page: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let (mut text, mut within) = (Vec::new(), 0);
    while let Some(&byte) = page.get(at) {
        at += 1;
        match byte {
            b')' if within == 0 => break,
            b'(' => within += 1,
            b')' => within -= 1,
            _ => {}
        }
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let octal = page[at..].iter().take(3).take_while(|digit| (b'0'..=b'7').contains(*digit)).count();
        if octal > 0 {
            let value = page[at..at + octal].iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            text.push(u8::try_from(value).expect("a byte"));
            at += octal;
        } else if let Some(&escaped) = page.get(at) {
            text.push(match escaped {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 0x08,
                b'f' => 0x0c,
                other => other,
            });
            at += 1;
        }
    }
    (text, at)
}
