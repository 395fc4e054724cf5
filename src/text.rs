//! Texts that people type, in one spelling and without invisible characters.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Characters that show nothing or turn the direction of what follows: Unicode 16's `Default_Ignorable_Code_Point` and
/// `Bidi_Control`, the separators of lines and paragraphs, the format controls of annotations and of Egyptian hieroglyphs, what
/// stands for an object, and two more that are blank. [`is_unseen`] adds what is no character.
const UNSEEN: [(char, char); 20] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffc}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// A text in Unicode's normalization form C: what macOS writes as `e` and an accent is the one letter that others write.
pub(crate) fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// A text in one spelling and without its case, by Unicode's own mappings for single characters: `Straße` and `STRASSE` are one. In lower case first,
/// or the capital `ẞ` would stay a letter of its own.
pub fn folded(text: &str) -> String {
    let text = composed(text);
    let letters = text.chars().flat_map(char::to_lowercase);
    let letters: String = letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    composed(&letters)
}

/// A text as it is searched: [`folded`], without the marks on letters, so that `muller` finds `Müller`.
pub fn unmarked(text: &str) -> String {
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize(&folded(text)).into_owned();
    letters.chars().filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}')).collect()
}

/// Whether every character of a text is visible. Characters that join letters and emoji, or choose the form of an emoji, count with
/// the character that they follow.
pub(crate) fn is_seen(text: &str) -> bool {
    let mut before = None;
    text.chars().all(|letter| {
        let previous = before.replace(letter);
        match letter {
            ZWNJ | ZWJ => previous.is_some_and(|previous| !previous.is_whitespace() && !is_joiner(previous)),
            TEXT_FORM | EMOJI_FORM => previous.is_some_and(has_emoji_form),
            _ => !is_unseen(letter),
        }
    })
}

/// Whether a text has control characters other than line ends and tabs, which a text of several lines may have.
pub(crate) fn has_controls(text: &str) -> bool {
    text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
}

const ZWNJ: char = '\u{200c}';
const ZWJ: char = '\u{200d}';
const TEXT_FORM: char = '\u{fe0e}';
const EMOJI_FORM: char = '\u{fe0f}';

fn is_joiner(letter: char) -> bool {
    matches!(letter, ZWNJ | ZWJ)
}

/// Whether a character can be the base of an emoji: a digit or sign of the keycaps, or a symbol.
fn has_emoji_form(letter: char) -> bool {
    matches!(letter, '0'..='9' | '#' | '*' | '\u{a9}' | '\u{ae}' | 'ℹ' | 'Ⓜ')
        || (letter >= '\u{203c}' && !letter.is_alphanumeric() && !letter.is_whitespace() && !is_unseen(letter))
}

fn is_unseen(letter: char) -> bool {
    let is_no_character = matches!(letter, '\u{fdd0}'..='\u{fdef}') || u32::from(letter) & 0xfffe == 0xfffe;
    is_no_character || UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_refused() {
        for text in [
            "\u{200b}",
            "a\u{200b}b",
            "abc\u{202e}fdp.exe",
            "\u{2066}a\u{2069}",
            "\u{200f}a",
            "\u{feff}a",
            "a\u{ad}b",
            "\u{3164}",
            "\u{2800}",
            "a\u{2028}b",
            "\u{200d}",
            "\u{200d}a",
            "a \u{200c}b",
            "a\u{200d}\u{200d}b",
            "a\u{fe0f}b",
            "a\u{fffc}",
            "a\u{fffe}",
            "a\u{ffff}",
            "a\u{1fffe}",
            "a\u{10ffff}",
            "a\u{fdd0}",
            "\u{fe0f}",
            "🏴\u{e0067}\u{e007f}",
        ] {
            assert!(!is_seen(text), "{text:?}");
        }
    }

    #[test]
    fn languages_and_emoji_keep_their_joiners() {
        for text in [
            "",
            "می\u{200c}خواهم",
            "ന\u{d4d}\u{200d}",
            "👩\u{200d}💻",
            "🏳\u{fe0f}\u{200d}🌈",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "Ünï cödé",
        ] {
            assert!(is_seen(text), "{text:?}");
        }
    }

    #[test]
    fn spellings_of_one_letter_are_one() {
        assert_eq!(composed("Cafe\u{301}"), "Caf\u{e9}");
    }
}
