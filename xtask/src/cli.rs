//! Command-line arguments.

use anyhow::{Result, bail};

/// Refuses any argument.
pub fn nothing(args: &[String]) -> Result<()> {
    match args.first() {
        Some(unexpected) => bail!("unexpected argument {unexpected:?}"),
        None => Ok(()),
    }
}

/// Takes `flag` out of the arguments; true if it was there.
pub fn flag(args: &mut Vec<String>, flag: &str) -> bool {
    let before = args.len();
    args.retain(|arg| arg != flag);
    args.len() < before
}

/// Takes `--name value` or `--name=value` out of the arguments.
pub fn option(args: &mut Vec<String>, name: &str) -> Result<Option<String>> {
    let with_equals = format!("{name}=");
    if let Some(at) = args.iter().position(|arg| arg.starts_with(&with_equals)) {
        return Ok(Some(args.remove(at).split_off(with_equals.len())));
    }
    let Some(at) = args.iter().position(|arg| arg == name) else {
        return Ok(None);
    };
    if at + 1 == args.len() {
        bail!("{name} needs a value");
    }
    args.remove(at);
    Ok(Some(args.remove(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &str) -> Vec<String> {
        words.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn an_option_is_taken_out_in_both_spellings() {
        for words in ["a --port 1 b", "a --port=1 b"] {
            let mut args = args(words);
            assert_eq!(option(&mut args, "--port").unwrap().as_deref(), Some("1"));
            assert_eq!(args, ["a", "b"]);
        }
    }

    #[test]
    fn an_option_without_its_value_is_refused() {
        assert!(option(&mut args("--port"), "--port").is_err());
        assert_eq!(option(&mut args("a"), "--port").unwrap(), None);
    }

    #[test]
    fn a_flag_is_taken_out() {
        let mut args = args("a --faults");
        assert!(flag(&mut args, "--faults"));
        assert!(!flag(&mut args, "--faults"));
        assert!(nothing(&args).is_err());
    }
}
