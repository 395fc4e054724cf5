//! Names of parameters, as different parsers see them.

use std::borrow::Cow;

/// How a request gives a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// Not at all, in any spelling.
    Absent,
    /// Exactly once, in exactly this name; the decoded value.
    Once(Cow<'a, str>),
    /// Twice, or under a name that some parser takes for this one.
    Ambiguous,
}

/// Whether some parser takes `given` for `name`: one cuts it at a NUL, another drops the NUL.
pub(in crate::core) fn may_be(given: &str, name: &str) -> bool {
    let is = |given: &str| skeleton(given).eq(skeleton(name));
    given == name || is(given) || (given.contains('\0') && is(&given.replace('\0', "")))
}

/// What is left of a name when everything is dropped that some parser drops: case, punctuation, what follows a
/// bracket or a NUL. Case as widely as Unicode has it: readers that ignore it take `ı`, `ſ` and the Kelvin sign for
/// `i`, `s` and `k`.
fn skeleton(name: &str) -> impl Iterator<Item = char> {
    let stem = name.chars().take_while(|letter| !matches!(letter, '[' | '\0'));
    stem.flat_map(|letter| {
        let plain = letter.is_ascii_alphanumeric().then(|| letter.to_ascii_lowercase());
        plain.into_iter().chain(ascii_in(letter).chars())
    })
}

/// The ASCII letters among what becomes of a letter outside ASCII in upper case, and then in lower case. The test holds
/// this against Unicode's tables, which are too large to carry.
fn ascii_in(letter: char) -> &'static str {
    match letter {
        '\u{df}' => "ss",
        '\u{130}' | '\u{131}' => "i",
        '\u{149}' => "n",
        '\u{17f}' => "s",
        '\u{1f0}' => "j",
        '\u{1e96}' => "h",
        '\u{1e97}' => "t",
        '\u{1e98}' => "w",
        '\u{1e99}' => "y",
        '\u{1e9a}' => "a",
        '\u{212a}' => "k",
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_folded_as_unicode_folds_it() {
        for letter in char::MIN..=char::MAX {
            let folded = letter.to_uppercase().flat_map(char::to_lowercase);
            let expected: String = folded.filter(char::is_ascii_alphanumeric).collect();
            let stem = if matches!(letter, '[' | '\0') { String::new() } else { expected };
            assert_eq!(skeleton(&letter.to_string()).collect::<String>(), stem, "{letter:?}");
        }
    }
}
