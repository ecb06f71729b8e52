//! Writes the Prometheus text format, version 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Display, Write as _};

/// The kinds of family that are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the server starts again.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts how many observations were at most so large.
    Histogram,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Labels of one sample, by name.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

/// A page of metrics being written, one family after the other.
#[derive(Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a family; its samples follow.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        write(&mut self.0, format_args!("# HELP {name} {help}\n# TYPE {name} {}\n", kind.as_str()));
        Family { text: &mut self.0, name }
    }

    /// A gauge that has one value, or none now.
    pub fn gauge(&mut self, name: &'static str, help: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.family(name, Kind::Gauge, help).sample(&[], value);
        }
    }

    /// The page.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

/// A family whose samples are being written.
pub struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Family<'_> {
    /// One value.
    pub fn sample(&mut self, labels: Labels<'_>, value: impl Display) {
        self.line("", labels, None, value);
    }

    /// One bucket of a histogram: how many observations were at most `limit`.
    pub fn bucket(&mut self, labels: Labels<'_>, limit: &str, count: u64) {
        self.line("_bucket", labels, Some(("le", limit)), count);
    }

    /// The sum and the count that end a histogram.
    pub fn total(&mut self, labels: Labels<'_>, sum: f64, count: u64) {
        self.line("_sum", labels, None, sum);
        self.line("_count", labels, None, count);
    }

    fn line(&mut self, suffix: &str, labels: Labels<'_>, last: Option<(&str, &str)>, value: impl Display) {
        write(self.text, format_args!("{}{suffix}", self.name));
        let mut separator = '{';
        for (name, value) in labels.iter().copied().chain(last) {
            let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
            write(self.text, format_args!("{separator}{name}=\"{value}\""));
            separator = ',';
        }
        let end = if separator == ',' { "}" } else { "" };
        write(self.text, format_args!("{end} {value}\n"));
    }
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_as_the_format_asks() {
        let mut page = Exposition::default();
        page.family("requests_total", Kind::Counter, "All \\ of\nthem.")
            .sample(&[("operation", "get \"a\\b\"\n"), ("status", "200")], 3);
        page.gauge("age_seconds", "Age.", Some(1.5));
        page.gauge("nothing", "Not known now.", None::<u64>);
        let mut family = page.family("took_seconds", Kind::Histogram, "Took.");
        family.bucket(&[("to", "write")], "0.5", 1);
        family.total(&[("to", "write")], 0.25, 2);
        let expected = r#"# HELP requests_total All \\ of\nthem.
# TYPE requests_total counter
requests_total{operation="get \"a\\b\"\n",status="200"} 3
# HELP age_seconds Age.
# TYPE age_seconds gauge
age_seconds 1.5
# HELP took_seconds Took.
# TYPE took_seconds histogram
took_seconds_bucket{to="write",le="0.5"} 1
took_seconds_sum{to="write"} 0.25
took_seconds_count{to="write"} 2
"#;
        assert_eq!(page.into_text(), expected);
    }
}
