//! Headings and times, so that a reader sees where a long task stands.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

/// Prints a line, as `println!` does, but ends quietly when nobody reads any more (`… | head`).
macro_rules! say {
    ($($arguments:tt)*) => {
        $crate::progress::print_line(format_args!($($arguments)*))
    };
}

/// What `say!` does.
pub fn print_line(line: fmt::Arguments<'_>) {
    let mut output = io::stdout().lock();
    // Flushed, so that the lines of the programs we start cannot overtake it.
    if writeln!(output, "{line}").and_then(|()| output.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Prints the heading of one step of several; `number` counts from one.
pub fn heading(number: usize, of: usize, name: &str, about: &str) {
    say!("\n== {number}/{of} {name}: {about}");
}

/// Prints a heading where there is only one step of its kind.
pub fn announce(about: &str) {
    say!("\n== {about}");
}

/// A duration as a person says it: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 10 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    if seconds < 60 {
        return format!("{seconds} s");
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spoken_in_the_unit_that_fits() {
        for (milliseconds, expected) in [
            (40, "0.0 s"),
            (9_940, "9.9 s"),
            (10_400, "10 s"),
            (59_999, "59 s"),
            (60_000, "1 min 00 s"),
            (185_000, "3 min 05 s"),
        ] {
            assert_eq!(spoken(Duration::from_millis(milliseconds)), expected);
        }
    }
}
