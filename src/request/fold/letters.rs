//! Letters that tolerant software treats as equal, and characters that it leaves out.

use crate::request::name::ascii_in;

/// The texts with one letter in the place of each that is not ASCII, and of each with marks that stand as characters of their own:
/// to some software (Swift) `e` and an accent are the letter that has it. `None` where no text has such a mark.
pub(super) fn roughly(texts: &[&str]) -> Option<Vec<String>> {
    let has_marks = |text: &&str| !text.is_ascii() && text.chars().any(is_mark);
    texts.iter().any(has_marks).then(|| texts.iter().map(|text| rough(text)).collect())
}

fn rough(text: &str) -> String {
    let mut rough = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_mark(letter) {
            rough.pop();
        }
        rough.push(if letter.is_ascii() || is_invisible(letter) { letter } else { ANY_LETTER });
    }
    rough
}

/// A letter that stands for any.
const ANY_LETTER: char = 'ǀ';

/// Marks of letters, of kana, and the parts of a Korean syllable after its first.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{3099}'..='\u{309a}' | '\u{1160}'..='\u{11ff}')
}

/// White space, control characters, and what Unicode lets a display leave out (`Default_Ignorable_Code_Point`). Four of
/// these are letters by their category.
pub(super) fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Whether two texts are one without case.
pub(super) fn is_like(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        let space = |byte: u8| if byte == b'+' { b' ' } else { byte.to_ascii_lowercase() };
        return one.bytes().map(space).eq(other.bytes().map(space));
    }
    folded(one) == folded(other)
}

/// A text without case, as widely as Unicode has it (`ς` and `σ` are one), and without what a display leaves out.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match common(letter) {
            '+' | ' ' => folded.push(' '),
            letter if letter.is_ascii() => folded.push(letter.to_ascii_lowercase()),
            letter if is_invisible(letter) && !letter.is_whitespace() => {}
            letter => match ascii_in(letter) {
                "" => folded.extend(letter.to_lowercase()),
                ascii => folded.push_str(ascii),
            },
        }
    }
    folded
}

/// The letter of the same capital that has a lower case of its own kind, where this one has not. The test holds this against Unicode's
/// tables of capitals, which are too large to carry.
fn common(letter: char) -> char {
    match letter {
        'µ' => 'μ',
        '\u{345}' | '\u{1fbe}' => 'ι',
        'ς' => 'σ',
        'ϐ' => 'β',
        'ϑ' => 'θ',
        'ϕ' => 'φ',
        'ϖ' => 'π',
        'ϰ' => 'κ',
        'ϱ' => 'ρ',
        'ϵ' => 'ε',
        'ẛ' => 'ṡ',
        'ᲀ' => 'в',
        'ᲁ' => 'д',
        'ᲂ' => 'о',
        'ᲃ' => 'с',
        'ᲄ' | 'ᲅ' => 'т',
        'ᲆ' => 'ъ',
        'ᲇ' => 'ѣ',
        'ᲈ' => 'ꙋ',
        'ẞ' => 'ß',
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        other => other,
    }
}
