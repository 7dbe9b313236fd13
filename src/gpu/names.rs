//! Names of shader variables, as they are given and as they are declared.

use super::GpuError;

/// Compares the names that are given with those that a shader has.
pub(super) fn check_names(kernel: &str, given: &[&str], known: &[&str]) -> Result<(), GpuError> {
    let fail = |reason| Err(GpuError::Binding { kernel: kernel.to_owned(), reason, known: known.join(", ") });
    for (k, name) in given.iter().enumerate() {
        if !known.contains(name) {
            return fail(format!("{name} is given but not used"));
        }
        if given[..k].contains(name) {
            return fail(format!("{name} is given twice"));
        }
    }
    match known.iter().find(|name| !given.contains(name)) {
        Some(missing) => fail(format!("{missing} is missing")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_must_be_those_of_the_shader() {
        let known = ["input", "output"];
        assert!(check_names("add", &["output", "input"], &known).is_ok());
        let reason = |given: &[&str]| match check_names("add", given, &known) {
            Err(GpuError::Binding { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(&["input"]), "output is missing");
        assert_eq!(reason(&["input", "output", "inputs"]), "inputs is given but not used");
        assert_eq!(reason(&["input", "input", "output"]), "input is given twice");
    }
}
