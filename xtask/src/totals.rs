//! Counting tests from what `cargo test` prints.

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, and steps that failed without naming a test.
    pub failed: u64,
}

impl Totals {
    /// Adds what one line of output says; lines other than a test program's summary say nothing.
    ///
    /// The line is libtest's `test result: ok. 12 passed; 0 failed; 0 ignored; …`.
    pub fn read(&mut self, line: &str) {
        let Some(summary) = line.trim_start().strip_prefix("test result: ") else {
            return;
        };
        let Some((_, counts)) = summary.split_once(". ") else {
            return;
        };
        for part in counts.split(';') {
            let mut words = part.split_whitespace();
            let (Some(count), Some(what)) = (words.next(), words.next()) else {
                continue;
            };
            let Ok(count) = count.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                _ => {}
            }
        }
    }

    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], passed: u64, failed: u64) {
        let mut totals = Totals::default();
        for line in lines {
            totals.read(line);
        }
        assert_eq!(totals, Totals { passed, failed }, "{lines:?}");
    }

    #[test]
    fn summaries_are_added_up() {
        check(
            &[
                "running 3 tests",
                "test one ... ok",
                "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.01s",
                "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            ],
            7,
            2,
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            &[
                "",
                "test result: ",
                "test result: ok",
                "a sentence with 5 passed; 3 failed",
                "test result: ok. many passed; few failed",
            ],
            0,
            0,
        );
    }
}
