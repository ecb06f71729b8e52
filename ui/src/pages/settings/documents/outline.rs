//! The report of an import, put together as a person reads it.

use signalbox_domain::import::{Change, Report, Told};

use crate::form::sentence;

/// What became of a part of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Created,
    /// It gives something else than before.
    Changed,
    /// It is served beside the flags of the project.
    KeptApart,
    /// It is not brought in.
    LeftOut,
    /// It is brought in, and something about it should be known.
    Noted,
    /// It was so already.
    Unchanged,
}

/// The parts of one fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// What became of them.
    pub fate: Fate,
    /// How many they are.
    pub count: usize,
    /// The parts, those of one reason together.
    pub sections: Vec<Section>,
}

/// The parts of one fate and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Why, as a sentence; absent where the fate says it all.
    pub why: Option<String>,
    /// The parts.
    pub parts: Vec<Part>,
}

/// A part of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A flag, by key.
    Flag(String),
    /// A group of people, by key.
    Group(String),
    /// Any place in the document.
    Place(String),
}

impl Fate {
    /// What its chapter is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Created => "New",
            Self::Changed => "Changed",
            Self::KeptApart => "Kept apart",
            Self::LeftOut => "Left out",
            Self::Noted => "Worth knowing",
            Self::Unchanged => "As it was",
        }
    }

    /// What it means, where people wonder.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Created => "Not in the project until now.",
            Self::Changed => "In this environment alone; elsewhere they stay as they are.",
            Self::KeptApart => {
                "Cannot be flags of the project. Applications get them exactly as the document says; they have no \
                 page, no rollouts and no counts."
            }
            Self::LeftOut => "Can be neither a flag here nor kept apart. The rest is brought in without it.",
            Self::Noted => "Brought in, but not quite as the document says.",
            Self::Unchanged => "The document and the project say the same.",
        }
    }
}

impl Part {
    /// The part of this name in a report: segments stand there as `segments/staff`.
    fn named(name: &str) -> Self {
        name.strip_prefix("segments/").map_or_else(|| Self::Flag(name.to_owned()), |key| Self::Group(key.to_owned()))
    }

    fn place(place: &str) -> Self {
        Self::Place(place.strip_prefix("flags.").unwrap_or(place).to_owned())
    }
}

/// The chapters of a report: what changes first, then what is lost, what was so already last. Empty ones are not there.
pub fn chapters(report: &Report) -> Vec<Chapter> {
    let listed = |fate, names: &[String]| chapter(fate, names.iter().map(|name| (None, Part::named(name))));
    let told =
        |fate, list: &[Told]| chapter(fate, list.iter().map(|told| (Some(&*told.why), Part::place(&told.place))));
    let kept = report.kept_apart.iter().map(|kept| (Some(&*kept.why), Part::Flag(kept.key.clone())));
    let chapters = [
        listed(Fate::Created, &report.created),
        listed(Fate::Changed, &report.changed),
        chapter(Fate::KeptApart, kept),
        told(Fate::LeftOut, &report.not_representable),
        told(Fate::Noted, &report.warnings),
        listed(Fate::Unchanged, &report.unchanged),
    ];
    chapters.into_iter().filter(|chapter| chapter.count > 0).collect()
}

fn chapter<'a>(fate: Fate, parts: impl Iterator<Item = (Option<&'a str>, Part)>) -> Chapter {
    let mut sections = Vec::<Section>::new();
    let mut count = 0;
    for (why, part) in parts {
        count += 1;
        let why = why.map(|why| sentence(why, ""));
        match sections.iter_mut().find(|section| section.why == why) {
            Some(section) => section.parts.push(part),
            None => sections.push(Section { why, parts: vec![part] }),
        }
    }
    Chapter { fate, count, sections }
}

/// The report in a sentence or two: "12 flags and 1 group would be new, 3 flags changed."
pub fn headline(report: &Report, done: bool) -> String {
    let kept = |change| report.kept_apart.iter().filter(|kept| kept.change == change).count();
    let (be_new, be_changed, be_kept, be_left) = match done {
        true => ("new", "changed", "kept apart", "left out"),
        false => ("be new", "be changed", "be kept apart", "be left out"),
    };
    let flags = |count| amount(count, "flag");
    let phrases: Vec<_> = [
        (things(&report.created), be_new),
        (things(&report.changed), be_changed),
        (flags(kept(Change::Created) + kept(Change::Changed)), be_kept),
        (amount(report.not_representable.len(), "part"), be_left),
    ]
    .into_iter()
    .filter_map(|(what, becomes)| Some((what?, becomes)))
    .collect();
    let same = report.unchanged.len() + kept(Change::Unchanged);
    if phrases.is_empty() {
        return match (same, done) {
            (0, _) => "The document holds no flags.".into(),
            (_, true) => "Nothing changed: everything in the document was so already.".into(),
            (_, false) => "Nothing would change: everything in the document is so already.".into(),
        };
    }
    let verb = match (done, phrases[0].0.starts_with("1 ") && !phrases[0].0.contains(" and ")) {
        (false, _) => "would",
        (true, true) => "is",
        (true, false) => "are",
    };
    let told: Vec<_> = phrases
        .iter()
        .enumerate()
        .map(|(place, (what, becomes))| match (place, done) {
            (0, _) => format!("{what} {verb} {becomes}"),
            // "would be new, 3 changed": said once, understood in what follows.
            (_, _) => format!("{what} {}", becomes.trim_start_matches("be ")),
        })
        .collect();
    let rest = match (same, done) {
        (0, _) => String::new(),
        (1, true) => " One was so already.".into(),
        (1, false) => " One is so already.".into(),
        (same, true) => format!(" {same} were so already."),
        (same, false) => format!(" {same} are so already."),
    };
    format!("{}.{rest}", told.join(", "))
}

/// How many flags and groups an import makes or changes: "12 flags and 1 group".
pub fn changing(report: &Report) -> String {
    let kept = report.kept_apart.iter().filter(|kept| kept.change != Change::Unchanged);
    let names: Vec<_> =
        report.created.iter().chain(&report.changed).cloned().chain(kept.map(|kept| kept.key.clone())).collect();
    things(&names).unwrap_or_else(|| "nothing".into())
}

/// "12 flags and 1 group"; nothing where there are none.
fn things(names: &[String]) -> Option<String> {
    let groups = names.iter().filter(|name| matches!(Part::named(name), Part::Group(_))).count();
    match (amount(names.len() - groups, "flag"), amount(groups, "group")) {
        (Some(flags), Some(groups)) => Some(format!("{flags} and {groups}")),
        (flags, groups) => flags.or(groups),
    }
}

fn amount(count: usize, of: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {of}")),
        many => Some(format!("{many} {of}s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn report(lists: Value) -> Report {
        let mut all = json!({
            "created": [], "changed": [], "unchanged": [], "kept_apart": [], "not_representable": [], "warnings": []
        });
        for (list, items) in lists.as_object().unwrap() {
            all[list] = items.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn parts_of_one_reason_stand_together() {
        let report = report(json!({
            "created": ["pay", "segments/staff"],
            "kept_apart": [
                {"key": "odd name", "why": "its key must be plain", "change": "created"},
                {"key": "off", "why": "it is switched off", "change": "created"},
                {"key": "as odd", "why": "its key must be plain", "change": "unchanged"},
            ],
            "not_representable": [{"place": "flags.card.metadata", "why": "no place for it"}],
            "warnings": [{"place": "comment", "why": "not kept"}],
        }));
        let chapters = chapters(&report);
        let fates: Vec<_> = chapters.iter().map(|chapter| (chapter.fate, chapter.count)).collect();
        assert_eq!(fates, [(Fate::Created, 2), (Fate::KeptApart, 3), (Fate::LeftOut, 1), (Fate::Noted, 1)]);
        assert_eq!(chapters[0].sections[0].parts, [Part::Flag("pay".into()), Part::Group("staff".into())]);
        let kept = &chapters[1].sections;
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[0].why.as_deref(), Some("Its key must be plain."));
        assert_eq!(kept[0].parts, [Part::Flag("odd name".into()), Part::Flag("as odd".into())]);
        assert_eq!(chapters[2].sections[0].parts, [Part::Place("card.metadata".into())]);
        assert_eq!(chapters[3].sections[0].parts, [Part::Place("comment".into())]);
    }

    #[test]
    fn a_report_is_told_in_a_sentence() {
        let check = |lists: Value, before: &str, after: &str| {
            let report = report(lists);
            assert_eq!((headline(&report, false).as_str(), headline(&report, true).as_str()), (before, after));
        };
        check(json!({}), "The document holds no flags.", "The document holds no flags.");
        check(
            json!({"unchanged": ["a"]}),
            "Nothing would change: everything in the document is so already.",
            "Nothing changed: everything in the document was so already.",
        );
        check(
            json!({"created": ["a", "b", "segments/c"], "changed": ["d"], "unchanged": ["e", "f"]}),
            "2 flags and 1 group would be new, 1 flag changed. 2 are so already.",
            "2 flags and 1 group are new, 1 flag changed. 2 were so already.",
        );
        check(
            json!({
                "kept_apart": [{"key": "x y", "why": "odd", "change": "created"}],
                "not_representable": [{"place": "flags.z", "why": "no"}],
            }),
            "1 flag would be kept apart, 1 part left out.",
            "1 flag is kept apart, 1 part left out.",
        );
    }

    #[test]
    fn what_an_import_makes_or_changes_is_counted() {
        let kept = |change| json!({"key": "x y", "why": "odd", "change": change});
        let check = |lists: Value, expect: &str| assert_eq!(changing(&report(lists)), expect);
        check(json!({}), "nothing");
        check(json!({"created": ["a"], "changed": ["b"], "kept_apart": [kept("changed")]}), "3 flags");
        check(json!({"created": ["segments/a"], "kept_apart": [kept("unchanged")]}), "1 group");
    }
}
