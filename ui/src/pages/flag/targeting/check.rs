//! Why one person gets what they get, step by step, by the same hashes as the server.

use signalbox_domain::Share;
use signalbox_domain::evaluation::bucketing::Bucketer;
use signalbox_domain::key::VariantKey;
use signalbox_domain::rollout::{Position, StageAudience};

use crate::pages::flag::change::step::{back_one, next};
use crate::pages::flag::scene::Scene;

/// What one person gets, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Whether they have the feature.
    pub has_it: bool,
    /// The variant that they get.
    pub variant: VariantKey,
    /// What was asked about them, in order.
    pub reasons: Vec<Asked>,
    /// What a step on or back would change for them: "At 50 %", "Joins".
    pub otherwise: Vec<(String, &'static str)>,
}

/// One question about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it came to.
    pub came_to: CameTo,
    /// The question's answer in a few words.
    pub title: String,
    /// More about it.
    pub detail: String,
}

/// What a question came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameTo {
    /// It decided: they get it.
    Yes,
    /// It decided or went on: not by this.
    No,
    /// An earlier one had decided.
    NotAsked,
}

/// What the flag gives to the person of this key.
pub fn check(scene: &Scene, key: &str) -> Answer {
    let bucketer = Bucketer::new(&scene.flag.salt);
    let place = bucketer.membership_bucket(key);
    let (share, named) = audience(scene, scene.rollout_under_way().map(|rollout| rollout.position));
    let own = scene.configuration.overrides.iter().find(|entry| entry.user_key == key).map(|entry| &entry.variant);
    let is_named = named.contains(&key);
    let off = scene.configuration.killed.is_some() || scene.flag.archived.is_some();
    let within = place < share.buckets();

    let mut decided = off;
    let mut ask = |applies: bool, yes: (&str, String), no: (&str, String)| {
        let (came_to, (title, detail)) = match (decided, applies) {
            (true, _) => (CameTo::NotAsked, (no.0, "Not asked any more".into())),
            (false, true) => (CameTo::Yes, yes),
            (false, false) => (CameTo::No, no),
        };
        decided |= applies;
        Asked { came_to, title: title.to_owned(), detail }
    };
    let variant_of_own =
        own.map_or_else(String::new, |variant| format!("They get “{variant}”, whatever the rule says"));
    let mut reasons = vec![Asked {
        came_to: if off { CameTo::No } else { CameTo::Yes },
        title: if off { "It is off for everyone" } else { "It is not turned off" }.into(),
        detail: if off { "Everybody gets the off variant" } else { "The rule decides" }.into(),
    }];
    reasons.push(ask(
        own.is_some(),
        ("A variant of their own", variant_of_own),
        ("No variant of their own", "They are not in the list".into()),
    ));
    reasons.push(ask(
        is_named,
        ("Named by their key", "Named people have it".into()),
        ("Not named by their key", "The share decides".into()),
    ));
    let where_they_are = format!("Their place is {} of 100", hundredth(place));
    reasons.push(ask(
        within,
        ("Inside the share", format!("{where_they_are}, below {}", share.percent())),
        ("Outside the share", format!("{where_they_are}, not below {}", share.percent())),
    ));

    let has_it = !off && own.is_none() && (is_named || within);
    let variant = match own {
        Some(own) if !off => own.clone(),
        _ if has_it => variant_of_member(scene, bucketer.variant_bucket(key)),
        _ => scene.flag.off_variant.clone(),
    };
    let otherwise = if off || own.is_some() { Vec::new() } else { otherwise(scene, key, place, has_it) };
    let has_it = has_it || (!off && own.is_some_and(|own| *own != scene.flag.off_variant));
    Answer { has_it, variant, reasons, otherwise }
}

/// A place as people read it, from 0 to 99.999.
fn hundredth(bucket: u32) -> f64 {
    f64::from(bucket) / 1_000.0
}

fn variant_of_member(scene: &Scene, bucket: u32) -> VariantKey {
    let mut end = 0;
    for part in &scene.configuration.rule.split {
        end += part.weight.buckets();
        if bucket < end {
            return part.variant.clone();
        }
    }
    scene.flag.off_variant.clone()
}

/// The share and the named people at a place on the line; without one, those of the rule.
fn audience(scene: &Scene, position: Option<Position>) -> (Share, Vec<&str>) {
    let rule = &scene.configuration.rule;
    let mut named: Vec<_> = rule.people.iter().map(String::as_str).collect();
    let (Some(position), Some(rollout)) = (position, scene.open_rollout()) else { return (rule.share, named) };
    let passed = match position {
        Position::Start => 0,
        Position::Stage(stage) => stage + 1,
    };
    let begin = if scene.rollout_under_way().is_some() { rollout.share_before } else { rule.share };
    let share = rollout.stages.iter().take(passed).fold(begin, |share, stage| match &stage.audience {
        StageAudience::Percentage { share } => *share,
        StageAudience::People { people } => {
            named.extend(people.iter().map(String::as_str));
            share
        }
    });
    (share, named)
}

fn otherwise(scene: &Scene, key: &str, place: u32, has_it: bool) -> Vec<(String, &'static str)> {
    let Some(rollout) = scene.open_rollout() else { return Vec::new() };
    let has_it_at = |position| {
        let (share, named) = audience(scene, Some(position));
        named.contains(&key) || place < share.buckets()
    };
    let mut otherwise = Vec::new();
    if let Some(stage) = next(rollout) {
        let says = match (has_it, has_it_at(Position::Stage(stage))) {
            (true, _) => "Keeps it",
            (false, true) => "Gets it",
            (false, false) => "Not yet",
        };
        otherwise.push((format!("At {}", rollout.stages[stage].title), says));
    }
    if let (Some(_), Some(back)) = (scene.rollout_under_way(), back_one(rollout)) {
        let title = match back {
            Position::Start => "the start".to_owned(),
            Position::Stage(stage) => rollout.stages[stage].title.clone(),
        };
        let says = match (has_it, has_it_at(back)) {
            (true, true) => "Keeps it",
            (true, false) => "Loses it",
            (false, _) => "Does not have it",
        };
        otherwise.push((format!("Back to {title}"), says));
    }
    otherwise
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use signalbox_domain::Timestamp;
    use signalbox_protocol::wire::configuration::Override;

    fn told(answer: &Answer) -> Vec<String> {
        answer.reasons.iter().map(|asked| format!("{:?} {}", asked.came_to, asked.title)).collect()
    }

    /// Keys whose places are inside and outside 10 %, by the hash itself.
    fn inside_and_outside() -> (String, String) {
        let bucketer = Bucketer::new("s");
        let find = |within: bool| {
            let keys = (0..1_000).map(|number| format!("customer-{number}"));
            let mut fitting = keys.filter(|key| (bucketer.membership_bucket(key) < 10_000) == within);
            fitting.next().unwrap()
        };
        (find(true), find(false))
    }

    #[test]
    fn the_share_decides_about_everybody_else() {
        let scene = fixture::scene(fixture::running(2));
        let (inside, outside) = inside_and_outside();
        let answer = check(&scene, &inside);
        assert!(answer.has_it);
        assert_eq!(answer.variant.as_str(), "on");
        assert_eq!(answer.reasons.last().unwrap().came_to, CameTo::Yes);
        assert_eq!(answer.otherwise[0], ("At 25 %".into(), "Keeps it"));

        let answer = check(&scene, &outside);
        assert!(!answer.has_it);
        assert_eq!(answer.variant.as_str(), "off");
        assert_eq!(
            told(&answer),
            [
                "Yes It is not turned off",
                "No No variant of their own",
                "No Not named by their key",
                "No Outside the share"
            ]
        );
    }

    #[test]
    fn named_people_have_it_wherever_they_fall() {
        let answer = check(&fixture::scene(fixture::running(0)), "ann");
        assert!(answer.has_it);
        assert_eq!(told(&answer)[2..], ["Yes Named by their key", "NotAsked Outside the share"]);
        assert_eq!(answer.otherwise, [("At 1 %".into(), "Keeps it"), ("Back to the start".into(), "Loses it")]);
    }

    #[test]
    fn their_own_variant_stands_above_the_rule_and_off_above_all() {
        let mut configuration = fixture::running(0);
        configuration.overrides = vec![Override { user_key: "ann".into(), variant: VariantKey::new("off").unwrap() }];
        let answer = check(&fixture::scene(configuration.clone()), "ann");
        assert_eq!((answer.has_it, answer.variant.as_str()), (false, "off"));
        assert_eq!(answer.reasons[1].came_to, CameTo::Yes);

        configuration.overrides[0].variant = VariantKey::new("on").unwrap();
        assert!(check(&fixture::scene(configuration.clone()), "ann").has_it);

        configuration.killed = Some(Timestamp::from_millis(1));
        let answer = check(&fixture::scene(configuration), "ann");
        assert_eq!((answer.has_it, answer.variant.as_str()), (false, "off"));
        assert!(answer.reasons[1..].iter().all(|asked| asked.came_to == CameTo::NotAsked));
    }
}
