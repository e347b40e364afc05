//! Where the streams of a PDF are, and which of them hold objects.
//!
//! A reader comes to a stream by the dictionary of an object, so every dictionary that follows an `obj` is read, wherever
//! it stands, exactly as the format has it: texts with their brackets and escapes, comments, what is nested. A dictionary
//! that cannot be read so, and a `stream` that no dictionary leads to, could mean one thing here and another in somebody's
//! reader, and are refused.

use super::{find, names};
use domain::files::Refusal;
use std::collections::HashSet;
use std::ops::Range;

/// Object streams at most.
const STREAMS: usize = 2_000;
const WORD: &[u8] = b"stream";

/// The content of an object stream.
pub(super) struct Packed<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) is_packed: bool,
}

/// An object that is a dictionary.
pub(super) struct Object {
    /// Where its word `obj` begins.
    pub(super) at: usize,
    /// Its dictionary.
    pub(super) dictionary: Range<usize>,
    /// What stands behind the word `stream`, where it has one.
    pub(super) stream: Option<usize>,
}

/// The packed bytes of every object stream, still packed.
pub(super) fn of_objects(bytes: &[u8]) -> Result<Vec<Packed<'_>>, Refusal> {
    let (mut all, mut known) = (Vec::new(), HashSet::new());
    // Where many begin before one end each would be looked through to it. Honest ones lie beside each other.
    let mut left = bytes.len().saturating_mul(2);
    walk(bytes, |object| {
        let Some(after) = object.stream else { return Ok(()) };
        known.insert(after - WORD.len());
        if let Some(packed) = objects(bytes, &bytes[object.dictionary], after)? {
            left = left.checked_sub(packed.bytes.len()).ok_or(Refusal::Hidden)?;
            all.push(packed);
        }
        if all.len() > STREAMS { Err(Refusal::Hidden) } else { Ok(()) }
    })?;
    if has_other(bytes, &known) { Err(Refusal::Hidden) } else { Ok(all) }
}

/// Reads every dictionary that follows an `obj`.
pub(super) fn walk(bytes: &[u8], mut each: impl FnMut(Object) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut from = 0;
    // Dictionaries may be read inside each other's texts. No honest file has more of that than its own length again.
    let mut left = bytes.len().saturating_mul(2);
    while let Some(found) = find(&bytes[from..], b"obj") {
        let at = from + found;
        let after = at + b"obj".len();
        from = after;
        let begin = blank(bytes, after + regular(&bytes[after..]));
        let end = if bytes[begin..].starts_with(b"<<") {
            let end = dictionary(bytes, begin).ok_or(Refusal::Hidden)?;
            let word = blank(bytes, end);
            let stream = bytes[word..].starts_with(WORD).then_some(word + WORD.len());
            each(Object { at, dictionary: begin..end, stream })?;
            word
        } else {
            begin
        };
        left = left.checked_sub(end - after).ok_or(Refusal::Hidden)?;
    }
    Ok(())
}

/// The content of the stream that this dictionary describes, if it holds objects.
fn objects<'a>(bytes: &'a [u8], dictionary: &[u8], after: usize) -> Result<Option<Packed<'a>>, Refusal> {
    let Some(is_packed) = holds_objects(dictionary)? else { return Ok(None) };
    // Readers do not agree where the content begins after anything but the ends of a line that the format names.
    let rest = &bytes[after..];
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).ok_or(Refusal::Hidden)?;
    let end = find(rest, b"endstream").ok_or(Refusal::Damaged)?;
    Ok(Some(Packed { bytes: &rest[..end], is_packed }))
}

/// Whether the word stands where it could begin a stream, without a dictionary that leads to it: after the end of a
/// dictionary, or at an end of a line. In the middle of a line of text it is a word.
fn has_other(bytes: &[u8], known: &HashSet<usize>) -> bool {
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], WORD).map(|found| from + found) {
        from = at + WORD.len();
        if known.contains(&at) || bytes[..at].last().is_some_and(|byte| is_regular(*byte)) {
            continue;
        }
        let before = bytes[..at].iter().rev().find(|byte| !is_space(**byte) || is_end_of_line(**byte));
        let after = bytes[from..].iter().find(|byte| !is_space(**byte) || is_end_of_line(**byte));
        let ends = |byte: Option<&u8>| byte.is_none_or(|byte| is_end_of_line(*byte));
        if ends(before) || before == Some(&b'>') || ends(after) {
            return true;
        }
    }
    false
}

/// Whether a stream of this dictionary holds objects, and if so, whether they are packed. One way of packing is undone, and
/// without parameters: whatever else there is, also under a name of its own or in another object, is refused.
pub(super) fn holds_objects(dictionary: &[u8]) -> Result<Option<bool>, Refusal> {
    let (mut objects, mut filters, mut after_filter, mut in_list, mut other) = (false, 0_u32, false, false, false);
    for (name, after) in names(dictionary) {
        let after = after.trim_ascii();
        match name.as_slice() {
            b"/ObjStm" | b"/First" => objects = true,
            b"/Filter" => {
                (filters, after_filter, in_list) = (filters + 1, true, after == b"[");
                other |= !after.is_empty() && !in_list;
            }
            b"/DecodeParms" | b"/DP" | b"/F" => other = true,
            b"/FlateDecode" if after_filter => {
                after_filter = false;
                other |= in_list && !after.starts_with(b"]");
            }
            b"/FlateDecode" | b"/Crypt" => other = true,
            _ if after_filter || packs(&name) => other = true,
            _ => {}
        }
    }
    if !objects {
        return Ok(None);
    }
    if other || after_filter || filters > 1 { Err(Refusal::Hidden) } else { Ok(Some(filters == 1)) }
}

/// A way of packing, under its name or its short one.
fn packs(name: &[u8]) -> bool {
    let short = [&b"/AHx"[..], b"/A85", b"/LZW", b"/Fl", b"/RL", b"/CCF", b"/DCT"];
    short.contains(&name) || name.ends_with(b"Decode")
}

/// Where the dictionary that begins at `at` ends, if it can be read exactly.
pub(super) fn dictionary(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut open = Vec::new();
    loop {
        at = blank(bytes, at);
        let rest = &bytes[at..];
        at += match *rest.first()? {
            b'<' if rest.starts_with(b"<<") => {
                open.push(b'<');
                2
            }
            b'>' if rest.starts_with(b">>") && open.pop() == Some(b'<') => 2,
            b'[' => {
                open.push(b'[');
                1
            }
            b']' if open.pop() == Some(b'[') => 1,
            b'<' => hexadecimal(rest)?,
            b'(' => text(rest)?,
            b'/' => 1 + regular(&rest[1..]),
            byte if is_regular(byte) => {
                let length = regular(rest);
                is_value(&rest[..length]).then_some(length)?
            }
            _ => return None,
        };
        if open.is_empty() {
            return Some(at);
        }
    }
}

/// What stands between the brackets of each text of a dictionary that was read to its end.
pub(super) fn texts(bytes: &[u8], within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = within.start;
    std::iter::from_fn(move || {
        while at < within.end {
            at = blank(bytes, at);
            let rest = &bytes[at..within.end.max(at)];
            let length = match *rest.first()? {
                b'(' => text(rest)?,
                b'<' if !rest.starts_with(b"<<") => hexadecimal(rest)?,
                _ => {
                    at += if rest.starts_with(b"<<") { 2 } else { regular(rest).max(1) };
                    continue;
                }
            };
            let said = at + 1..at + length - 1;
            at += length;
            return Some(said);
        }
        None
    })
}

/// How long a text in brackets is: those inside it are counted, but for those behind a backslash.
fn text(rest: &[u8]) -> Option<usize> {
    let (mut depth, mut is_escaped) = (0_usize, false);
    for (i, byte) in rest.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(i + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// How long a text in hexadecimal digits is.
fn hexadecimal(rest: &[u8]) -> Option<usize> {
    let length = 1 + rest[1..].iter().take_while(|byte| byte.is_ascii_hexdigit() || is_space(**byte)).count();
    (rest.get(length) == Some(&b'>')).then_some(length + 1)
}

/// A number, or one of the words that stand in dictionaries.
fn is_value(word: &[u8]) -> bool {
    matches!(word, b"R" | b"true" | b"false" | b"null")
        || word.iter().all(|byte| byte.is_ascii_digit() || b"+-.".contains(byte))
}

/// Where something stands again, behind white space and comments.
pub(super) fn blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at += bytes[at..].iter().take_while(|byte| is_space(**byte)).count();
        if bytes.get(at) != Some(&b'%') {
            return at;
        }
        at += bytes[at..].iter().take_while(|byte| !is_end_of_line(**byte)).count();
    }
}

fn regular(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| is_regular(**byte)).count()
}

const fn is_end_of_line(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

/// Whether a byte belongs to a word: neither white space nor what begins or ends something.
pub(super) const fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_read_to_its_own_end() {
        for whole in [
            "<<>>",
            "<< /A (a >> b) /B <</C [1 -2.5 (\\)) null]>> >>",
            "<< /A ((nested) \\( text) % >> a comment\n/B <48 65> >>",
            "<</A%)\r/B true/C 9 0 R>>",
        ] {
            let with_more = format!("{whole} stream");
            assert_eq!(dictionary(with_more.as_bytes(), 0), Some(whole.len()), "{whole}");
        }
        for broken in ["<<", "<< /A (b >>", "<< /A ) >>", "<< /A [ >> ]", "<< /A <xy> >>", "<< /A obj >>", "<< { >>"] {
            assert_eq!(dictionary(broken.as_bytes(), 0), None, "{broken}");
        }
    }

    #[test]
    fn the_texts_of_a_dictionary_are_what_stands_in_its_brackets() {
        let whole = b"<< /A (one (two) \\)) /B[<48 65> (three)]/C << /D () >> %(no)\n /E(four)>>";
        let said: Vec<&[u8]> = texts(whole, 0..whole.len()).map(|text| &whole[text]).collect();
        assert_eq!(said, [&b"one (two) \\)"[..], b"48 65", b"three", b"", b"four"]);
    }

    #[test]
    fn dictionaries_inside_each_other_are_not_read_for_ever() {
        let nested = b"obj<</A(".repeat(50_000);
        assert!(of_objects(&nested).is_err());
        let commented = b"obj%".repeat(500_000);
        assert!(of_objects(&commented).is_err());
    }
}
