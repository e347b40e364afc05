//! Texts that people review: what a test writes down must be what stands in the file.

/// `text` against the file at `path`. `UPDATE_GOLDEN=1` rewrites it, and a person reviews it.
pub fn is_the_reviewed_one(path: &str, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, text).expect("the golden file can be written");
    }
    assert_eq!(text, std::fs::read_to_string(path).expect("the golden file is there"), "{path}");
}
