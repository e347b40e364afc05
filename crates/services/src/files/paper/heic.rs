//! A HEIC, as some telephones write photographs. Nothing here can draw one (that needs a library in C, with a history of
//! holes), so it is kept as it was sent, but for what is not the picture: its boxes are read, every byte that belongs to no
//! picture of it is overwritten with zeros (the place it was taken at, the camera, titles, film that runs along, whatever lies
//! between), and boxes that are not known become `free`, which readers pass over. Its length stays, so that every place in it
//! stays where the tables say. Whether the coded pixels can be drawn is not known here; whoever looks at it has a reader for it.
//!
//! ISO/IEC 14496-12 (boxes), 23008-12 (pictures).

use crate::files::picture::{LONGEST, PIXELS};
use domain::files::Refusal;
use std::ops::Range;

/// Boxes of one level at most, items of one file, and pieces they lie in: a photograph has some hundred tiles.
const MOST: usize = 4096;
/// What is drawn: coded pictures, and pictures made of pictures.
const DRAWN: [&[u8; 4]; 7] = [b"hvc1", b"hev1", b"lhv1", b"grid", b"iden", b"iovl", b"tmap"];
/// Brands of which one has to be named.
const BRANDS: [&[u8; 4]; 4] = [b"heic", b"heix", b"heim", b"heis"];
/// Properties that say something in words.
const TOLD: [&[u8; 4]; 5] = [b"udes", b"altt", b"crtt", b"mdft", b"uuid"];

type Read<T> = Result<T, Refusal>;
const DAMAGED: Refusal = Refusal::Damaged;

/// A box: where its name stands, and what it holds.
#[derive(Clone, Debug)]
struct Part {
    name: [u8; 4],
    named_at: usize,
    body: Range<usize>,
}

/// A cursor over bytes that says no at their end.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Read<u64> {
        let (now, later) = self.0.split_at_checked(length).ok_or(DAMAGED)?;
        self.0 = later;
        Ok(now.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    fn name(&mut self) -> Read<[u8; 4]> {
        let (now, later) = self.0.split_at_checked(4).ok_or(DAMAGED)?;
        self.0 = later;
        now.try_into().map_err(|_| DAMAGED)
    }
}

/// The boxes that fill a range, to its last byte.
fn parts(bytes: &[u8], within: Range<usize>) -> Read<Vec<Part>> {
    let (mut all, mut at) = (Vec::new(), within.start);
    while at < within.end {
        let mut head = Reader(bytes.get(at..within.end).ok_or(DAMAGED)?);
        let (size, name) = (head.take(4)?, head.name()?);
        let (size, head) = match size {
            0 => ((within.end - at) as u64, 8),
            1 => (head.take(8)?, 16),
            size => (size, 8),
        };
        let end = usize::try_from(size).ok().and_then(|size| at.checked_add(size)).ok_or(DAMAGED)?;
        if end > within.end || end < at + head || all.len() == MOST {
            return Err(DAMAGED);
        }
        all.push(Part { name, named_at: at + 4, body: at + head..end });
        at = end;
    }
    Ok(all)
}

fn one<'a>(parts: &'a [Part], name: &[u8; 4]) -> Read<&'a Part> {
    let mut found = parts.iter().filter(|part| part.name == *name);
    match (found.next(), found.next()) {
        (Some(part), None) => Ok(part),
        _ => Err(DAMAGED),
    }
}

/// Where the bytes of an item lie.
struct Item {
    id: u64,
    is_inside_meta: bool,
    extents: Vec<(u64, u64)>,
}

/// Overwrites everything in a HEIC that is not its picture.
///
/// # Errors
/// `Mismatch` for another brand, `Damaged`, `TwoInOne` for something behind its end, `Pixels`, `Locked`.
pub(super) fn without_notes(mut bytes: Vec<u8>) -> Read<Vec<u8>> {
    let top = match parts(&bytes, 0..bytes.len()) {
        Ok(top) => top,
        // What is read up to some place and no further has something else behind it, or is cut off.
        Err(_) => return Err(if is_whole_up_to_a_place(&bytes) { Refusal::TwoInOne } else { DAMAGED }),
    };
    let first = top.first().filter(|part| part.name == *b"ftyp").ok_or(DAMAGED)?;
    let mut brands =
        bytes[first.body.clone()].chunks_exact(4).enumerate().filter(|(i, _)| *i != 1).map(|(_, brand)| brand);
    if !brands.any(|brand| BRANDS.iter().any(|known| brand == *known)) {
        return Err(Refusal::Mismatch);
    }
    one(&top, b"ftyp")?;
    let meta = one(&top, b"meta")?.body.clone();
    let inner = parts(&bytes, meta.start.checked_add(4).ok_or(DAMAGED)?..meta.end)?;
    let handler = &bytes[one(&inner, b"hdlr")?.body.clone()];
    if handler.get(8..12) != Some(&b"pict"[..]) {
        return Err(Refusal::Mismatch);
    }
    let told = sizes(&bytes, one(&inner, b"iprp")?)?;
    let kinds = kinds(&bytes[one(&inner, b"iinf")?.body.clone()])?;
    let items = places(&bytes[one(&inner, b"iloc")?.body.clone()])?;
    let inside = inner.iter().filter(|part| part.name == *b"idat").map(|part| part.body.clone()).collect::<Vec<_>>();
    let data = top.iter().filter(|part| part.name == *b"mdat").map(|part| part.body.clone()).collect::<Vec<_>>();
    let kept = kept(&kinds, &items, (&data, &inside))?;

    let known = |part: &&Part| matches!(&part.name, b"ftyp" | b"meta" | b"mdat");
    let known_inside = |part: &&Part| {
        matches!(&part.name, b"hdlr" | b"pitm" | b"iloc" | b"iinf" | b"iprp" | b"iref" | b"idat" | b"dinf" | b"grpl")
    };
    let unknown = top.iter().filter(|part| !known(part)).chain(inner.iter().filter(|part| !known_inside(part)));
    for part in unknown.chain(&told) {
        bytes[part.body.clone()].fill(0);
        bytes[part.named_at..part.named_at + 4].copy_from_slice(b"free");
    }
    for body in data.into_iter().chain(inside) {
        blank(&mut bytes, body, &kept);
    }
    Ok(bytes)
}

/// Whether boxes were read before the first place that is none, its picture among them.
fn is_whole_up_to_a_place(bytes: &[u8]) -> bool {
    let (mut at, mut names) = (0, Vec::new());
    while let Some(mut head) = bytes.get(at..).map(Reader) {
        let (Ok(size), Ok(name)) = (head.take(4), head.name()) else { break };
        let size = if size == 1 { head.take(8).unwrap_or(0) } else { size };
        match usize::try_from(size).ok().and_then(|size| at.checked_add(size)).filter(|end| *end <= bytes.len()) {
            Some(end) if size >= 8 => at = end,
            _ => break,
        }
        names.push(name);
        if names.len() == MOST {
            break;
        }
    }
    names.first() == Some(b"ftyp") && names.contains(b"meta") && names.contains(b"mdat") && at < bytes.len()
}

/// The properties that say something in words; and an end where a picture is larger than any.
fn sizes(bytes: &[u8], properties: &Part) -> Read<Vec<Part>> {
    let inner = parts(bytes, properties.body.clone())?;
    let all = parts(bytes, one(&inner, b"ipco")?.body.clone())?;
    let mut has_size = false;
    for size in all.iter().filter(|part| part.name == *b"ispe") {
        let mut read = Reader(&bytes[size.body.clone()]);
        let (_, width, height) = (read.take(4)?, read.take(4)?, read.take(4)?);
        if width.max(height) > u64::from(LONGEST) || width * height > PIXELS {
            return Err(Refusal::Pixels);
        }
        has_size |= width > 0 && height > 0;
    }
    if !has_size {
        return Err(DAMAGED);
    }
    Ok(all.into_iter().filter(|part| TOLD.iter().any(|told| part.name == **told)).collect())
}

/// What each item is.
fn kinds(info: &[u8]) -> Read<Vec<(u64, [u8; 4])>> {
    let mut read = Reader(info);
    let version = read.take(4)? >> 24;
    let count = read.take(if version == 0 { 2 } else { 4 })?;
    let entries = parts(info, info.len() - read.0.len()..info.len())?;
    if entries.len() as u64 != count {
        return Err(DAMAGED);
    }
    let of = |entry: &Part| -> Read<(u64, [u8; 4])> {
        let mut read = Reader(&info[entry.body.clone()]);
        let id = match (&entry.name, read.take(4)? >> 24) {
            (b"infe", 2) => read.take(2)?,
            (b"infe", 3) => read.take(4)?,
            _ => return Err(DAMAGED),
        };
        if read.take(2)? != 0 {
            return Err(Refusal::Locked);
        }
        Ok((id, read.name()?))
    };
    entries.iter().map(of).collect()
}

/// Where each item lies.
fn places(table: &[u8]) -> Read<Vec<Item>> {
    let mut read = Reader(table);
    let version = read.take(4)? >> 24;
    let sizes = read.take(2)?;
    let nibble = |n: u64| usize::try_from((sizes >> n) & 0xF).unwrap_or_default();
    let (offset, length, base) = (nibble(12), nibble(8), nibble(4));
    let index = if version == 0 { 0 } else { nibble(0) };
    if version > 2 || [offset, length, base, index].iter().any(|size| !matches!(size, 0 | 4 | 8)) {
        return Err(DAMAGED);
    }
    let wide = if version == 2 { 4 } else { 2 };
    let count = read.take(wide)?;
    let (mut all, mut left) = (Vec::new(), MOST);
    for _ in 0..count {
        let id = read.take(wide)?;
        let way = if version == 0 { 0 } else { read.take(2)? & 0xF };
        // Bytes of another file, or of another item.
        if read.take(2)? != 0 || way > 1 {
            return Err(DAMAGED);
        }
        let from = read.take(base)?;
        let mut extents = Vec::new();
        for _ in 0..read.take(2)? {
            // Each is compared with the others.
            left = left.checked_sub(1).ok_or(DAMAGED)?;
            read.take(index)?;
            extents.push((from.checked_add(read.take(offset)?).ok_or(DAMAGED)?, read.take(length)?));
        }
        if all.len() == MOST {
            return Err(DAMAGED);
        }
        all.push(Item { id, is_inside_meta: way == 1, extents });
    }
    Ok(all)
}

/// Where the coded pictures lie, in order. Each inside a box of data; nothing that is told beside them in the same bytes.
fn kept(
    kinds: &[(u64, [u8; 4])],
    items: &[Item],
    (data, inside): (&[Range<usize>], &[Range<usize>]),
) -> Read<Vec<Range<usize>>> {
    let (mut kept, mut told) = (Vec::new(), Vec::new());
    for item in items {
        let (_, kind) = kinds.iter().find(|(id, _)| *id == item.id).ok_or(DAMAGED)?;
        for (from, length) in &item.extents {
            let place = match (item.is_inside_meta, inside) {
                (false, _) => range(*from, *length, 0).filter(|place| data.iter().any(|body| holds(body, place))),
                (true, [body]) => range(*from, *length, body.start).filter(|place| holds(body, place)),
                _ => None,
            };
            let place = place.ok_or(DAMAGED)?;
            if DRAWN.contains(&kind) { kept.push(place) } else { told.push(place) }
        }
    }
    kept.sort_by_key(|place| place.start);
    let crosses = |told: &Range<usize>| kept.iter().any(|kept| kept.start < told.end && told.start < kept.end);
    if kept.is_empty() || told.iter().any(crosses) { Err(DAMAGED) } else { Ok(kept) }
}

fn range(from: u64, length: u64, base: usize) -> Option<Range<usize>> {
    let start = usize::try_from(from).ok()?.checked_add(base)?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (end > start).then_some(start..end)
}

fn holds(body: &Range<usize>, place: &Range<usize>) -> bool {
    body.start <= place.start && place.end <= body.end
}

/// Overwrites what of a box is not kept.
fn blank(bytes: &mut [u8], body: Range<usize>, kept: &[Range<usize>]) {
    let mut at = body.start;
    for place in kept.iter().filter(|place| holds(&body, place)) {
        if place.start > at {
            bytes[at..place.start].fill(0);
        }
        at = at.max(place.end);
    }
    bytes[at..body.end].fill(0);
}

#[cfg(test)]
pub(in crate::files) mod tests {
    use super::*;

    pub(in crate::files) fn put(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&((body.len() + 8) as u32).to_be_bytes()[..], name, body].concat()
    }

    fn info(id: u16, kind: &[u8; 4], more: &[u8]) -> Vec<u8> {
        put(b"infe", &[&[2, 0, 0, 0][..], &id.to_be_bytes(), &[0, 0], kind, more, &[0]].concat())
    }

    /// A photograph with what a telephone notes about it: the boxes are real, the pixels are not.
    pub(in crate::files) fn heic(side: u32) -> Vec<u8> {
        const PIXELS: &[u8] = b"CODED PIXELS OF A PHOTOGRAPH";
        const EXIF: &[u8] = b"\0\0\0\x06Exif\0\0II*\0 GPS 36.65N 117.12E demo";
        const XMP: &[u8] = b"<x:xmpmeta>demo</x:xmpmeta>";
        let head = put(b"ftyp", b"heic\0\0\0\0mif1heic");
        let meta = |at: usize| {
            let handler = put(b"hdlr", &[&[0; 8][..], b"pict", &[0; 13]].concat());
            let first = put(b"pitm", &[0, 0, 0, 0, 0, 1]);
            let entries =
                [info(1, b"hvc1", b""), info(2, b"Exif", b""), info(3, b"mime", b"\0application/rdf+xml\0")].concat();
            let infos = put(b"iinf", &[&[0, 0, 0, 0, 0, 3][..], &entries].concat());
            let size = put(b"ispe", &[&[0; 4][..], &side.to_be_bytes(), &side.to_be_bytes()].concat());
            let words = put(b"udes", b"\0\0\0\0zh\0A TITLE\0");
            let properties = put(b"iprp", &put(b"ipco", &[size, words].concat()));
            let mut table = vec![0, 0, 0, 0, 0x44, 0x00, 0, 3];
            let mut from = at;
            for (id, length) in [(1u16, PIXELS.len()), (2, EXIF.len()), (3, XMP.len())] {
                table.extend(id.to_be_bytes());
                table.extend([0, 0, 0, 1]);
                table.extend((from as u32).to_be_bytes());
                table.extend((length as u32).to_be_bytes());
                from += length;
            }
            let parts = [handler, first, infos, properties, put(b"iloc", &table)].concat();
            put(b"meta", &[&[0; 4][..], &parts].concat())
        };
        let at = head.len() + meta(0).len() + 8;
        let data = put(b"mdat", &[PIXELS, EXIF, XMP, b"HIDDEN"].concat());
        [head, meta(at), data].concat()
    }

    fn has(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|window| window == what)
    }

    #[test]
    fn nothing_of_it_remains_but_its_picture() {
        let notes: [&[u8]; 6] = [b"GPS 36.65N", b"Exif\0\0II", b"xmpmeta", b"HIDDEN", b"A TITLE", b"udes"];
        let sent = [heic(4032), put(b"mpvd", b"FILM"), put(b"free", b"ROOM")].concat();
        assert!(notes.iter().all(|note| has(&sent, note)) && has(&sent, b"FILM") && has(&sent, b"ROOM"), "the control");
        let kept = without_notes(sent.clone()).expect("a photograph");
        assert_eq!(kept.len(), sent.len());
        assert!(has(&kept, b"CODED PIXELS OF A PHOTOGRAPH"));
        for note in notes.iter().chain(&[&b"FILM"[..], b"ROOM", b"mpvd"]) {
            assert!(!has(&kept, note), "{}", String::from_utf8_lossy(note));
        }
        assert_eq!(without_notes(kept.clone()).as_ref(), Ok(&kept), "looked at again it stays as it is");
    }

    #[test]
    fn what_is_no_whole_photograph_is_refused_for_what_it_is() {
        let whole = heic(4032);
        assert_eq!(without_notes(heic(60_000)), Err(Refusal::Pixels));
        assert_eq!(without_notes(heic(0)), Err(Refusal::Damaged));
        assert_eq!(without_notes([&whole[..], b"PK\x03\x04 and more"].concat()), Err(Refusal::TwoInOne));
        for cut in [4, 20, 60, whole.len() / 2, whole.len() - 1] {
            assert_eq!(without_notes(whole[..cut].to_vec()), Err(Refusal::Damaged), "{cut}");
        }
        let changed = |from: &[u8], to: &[u8]| {
            let at = whole.windows(from.len()).position(|window| window == from).expect("there");
            let mut bytes = whole.clone();
            bytes[at..at + to.len()].copy_from_slice(to);
            without_notes(bytes)
        };
        let film = [whole[..8].to_vec(), b"mp42\0\0\0\0mp42isom".to_vec(), whole[24..].to_vec()].concat();
        assert_eq!(without_notes(film), Err(Refusal::Mismatch));
        assert_eq!(changed(b"pict", b"vide"), Err(Refusal::Mismatch));
        assert_eq!(changed(b"hvc1", b"Exif"), Err(Refusal::Damaged), "no picture in it");
        assert_eq!(changed(b"iloc", b"free"), Err(Refusal::Damaged));
        assert_eq!(changed(b"infe\x02", b"infe\x01"), Err(Refusal::Damaged));
        assert_eq!(changed(b"infe\x02\0\0\0\0\x01\0\0", b"infe\x02\0\0\0\0\x01\0\x07"), Err(Refusal::Locked));
        // A table that says the notes lie where the picture does keeps nothing.
        let table = whole.windows(4).position(|window| window == b"iloc").expect("a table") + 4 + 8;
        let mut crossing = whole.clone();
        let place: Vec<u8> = crossing[table + 6..table + 14].to_vec();
        crossing[table + 14 + 6..table + 14 + 14].copy_from_slice(&place);
        assert_eq!(without_notes(crossing), Err(Refusal::Damaged));
    }

    #[test]
    fn a_table_with_pieces_without_end_is_not_read_to_it() {
        let head = [0, 0, 0, 0, 0x44, 0x00, 0, 40];
        let item = [&[0, 1, 0, 0, 0xFF, 0xFF][..], &[0; 65_535 * 8]].concat();
        assert!(places(&[&head[..], &item.repeat(19)].concat()).is_err());
        let few = [&head[..6], &[0, 1], &[0, 1, 0, 0, 0, 1], &[0; 8]].concat();
        assert_eq!(places(&few).map(|items| items.len()), Ok(1), "the control");
    }
}
