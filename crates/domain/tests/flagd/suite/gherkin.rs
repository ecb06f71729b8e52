//! Gherkin, as far as the suite uses it, with outlines written out example by example.

use std::collections::BTreeSet;
use std::mem::take;

/// A scenario to run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file it is from.
    pub feature: String,
    pub name: String,
    /// Its own tags, and those of its feature and examples.
    pub tags: BTreeSet<String>,
    /// The steps of the background, then its own.
    pub steps: Vec<Step>,
}

/// Something to do or to expect.
#[derive(Debug, Clone)]
pub struct Step {
    /// Without its keyword.
    pub text: String,
    /// The rows below it.
    pub table: Vec<Vec<String>>,
}

#[derive(Default)]
struct Outline {
    name: String,
    tags: BTreeSet<String>,
    steps: Vec<Step>,
    examples: Vec<Examples>,
}

#[derive(Default)]
struct Examples {
    tags: BTreeSet<String>,
    rows: Vec<Vec<String>>,
}

/// The scenarios of a feature file.
///
/// # Panics
/// On a line that this reader does not know, lest a scenario is lost.
pub fn scenarios(feature: &str, text: &str) -> Vec<Scenario> {
    let mut feature_tags = BTreeSet::new();
    let mut background: Option<Outline> = None;
    let mut outlines: Vec<Outline> = Vec::new();
    let mut tags = BTreeSet::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let current = if outlines.is_empty() { background.as_mut() } else { outlines.last_mut() };
        if line.starts_with('@') {
            tags.extend(line.split_whitespace().map(str::to_owned));
        } else if line.starts_with("Feature:") {
            feature_tags = take(&mut tags);
        } else if line.starts_with("Background:") {
            background = Some(Outline::default());
        } else if let Some(name) = line.strip_prefix("Scenario Outline:").or_else(|| line.strip_prefix("Scenario:")) {
            outlines.push(Outline { name: name.trim().to_owned(), tags: take(&mut tags), ..Outline::default() });
        } else {
            let taken = current.and_then(|outline| outline.take_line(line, &mut tags));
            taken.unwrap_or_else(|| panic!("{feature}: cannot read: {line}"));
        }
    }
    let background = background.unwrap_or_default().steps;
    outlines.iter().flat_map(|outline| outline.written_out(feature, &feature_tags, &background)).collect()
}

impl Outline {
    /// Takes a line of its body in; `None` when it is none.
    fn take_line(&mut self, line: &str, tags: &mut BTreeSet<String>) -> Option<()> {
        if line.starts_with("Examples:") {
            self.examples.push(Examples { tags: take(tags), ..Examples::default() });
        } else if line.starts_with('|') {
            match self.examples.last_mut() {
                Some(examples) => examples.rows.push(cells(line)),
                None => self.steps.last_mut()?.table.push(cells(line)),
            }
        } else {
            let (keyword, text) = line.split_once(' ')?;
            if !matches!(keyword, "Given" | "When" | "Then" | "And" | "But") {
                return None;
            }
            self.steps.push(Step { text: text.trim().to_owned(), table: Vec::new() });
        }
        Some(())
    }

    fn written_out(&self, feature: &str, feature_tags: &BTreeSet<String>, background: &[Step]) -> Vec<Scenario> {
        let scenario = |tags: &BTreeSet<String>, fill: &dyn Fn(&str) -> String| Scenario {
            feature: feature.to_owned(),
            name: self.name.clone(),
            tags: feature_tags.iter().chain(&self.tags).chain(tags).cloned().collect(),
            steps: background
                .iter()
                .chain(&self.steps)
                .map(|step| Step {
                    text: fill(&step.text),
                    table: step.table.iter().map(|row| row.iter().map(|cell| fill(cell)).collect()).collect(),
                })
                .collect(),
        };
        if self.examples.is_empty() {
            return vec![scenario(&BTreeSet::new(), &str::to_owned)];
        }
        let mut scenarios = Vec::new();
        for examples in &self.examples {
            let (names, rows) = examples.rows.split_first().expect("examples have a heading");
            for row in rows {
                assert_eq!(names.len(), row.len(), "{feature}: {row:?}");
                let fill = |text: &str| {
                    let fill =
                        |text: String, (name, cell): (&String, &String)| text.replace(&format!("<{name}>"), cell);
                    names.iter().zip(row).fold(text.to_owned(), fill)
                };
                scenarios.push(scenario(&examples.tags, &fill));
            }
        }
        scenarios
    }
}

/// The cells of a row; `\|`, `\\` and `\n` stand for a bar, a backslash and a new line.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = line.strip_prefix('|').unwrap_or(line).chars();
    while let Some(character) = characters.next() {
        let cell = cells.last_mut().expect("at least one");
        match character {
            '|' => cells.push(String::new()),
            '\\' => match characters.next() {
                Some('n') => cell.push('\n'),
                Some(escaped @ ('|' | '\\')) => cell.push(escaped),
                other => {
                    cell.push('\\');
                    cell.extend(other);
                }
            },
            other => cell.push(other),
        }
    }
    // Behind the last bar there is nothing.
    cells.pop();
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
