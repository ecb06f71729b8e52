//! What a flag does in an environment, as a chip in a table.

use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::wire::flag::FlagInEnvironment;

use super::share::percent;

/// On, off, a share, or turned off for everyone. With a note for screen readers and on hover.
#[component]
pub fn EnvironmentChip(
    /// What the flag does there.
    #[prop(into)]
    state: Signal<FlagInEnvironment>,
    /// What people call the environment.
    #[prop(into)]
    environment: String,
) -> impl IntoView {
    let chip = Memo::new(move |_| state.with(Chip::of));
    view! {
        <span
            class=move || format!("env env--{}", chip.with(|chip| chip.look))
            style:--p=move || chip.with(|chip| format!("{}%", chip.share.percent()))
            title=move || format!("{environment}: {}", chip.with(|chip| chip.note.clone()))
        >
            {move || chip.with(|chip| chip.text.clone())}
        </span>
    }
}

/// How a chip looks and reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Chip {
    look: &'static str,
    /// What it reads.
    pub text: String,
    /// The same in more words.
    pub note: String,
    share: Share,
}

impl Chip {
    /// The chip for a flag in an environment.
    pub fn of(state: &FlagInEnvironment) -> Self {
        let people = signalbox_domain::people::in_words(state.people);
        let chip = |look, text: String, note: String| Self { look, text, note, share: state.share };
        if state.killed.is_some() {
            return chip("killed", "Off".into(), "turned off for everyone".into());
        }
        let planned = state.rollout.as_ref().is_some_and(|rollout| rollout.status == RolloutStatus::Draft);
        match state.share {
            Share::EVERYBODY => chip("on", "On".into(), "on for everybody".into()),
            Share::NOBODY if state.named > 0 => {
                let noun = if state.named == 1 { "person" } else { "people" };
                chip("part", "Named".into(), format!("on for {} {noun} named one by one", state.named))
            }
            Share::NOBODY if state.rules > 0 => {
                let rules = if state.rules == 1 { "1 rule".to_owned() } else { format!("{} rules", state.rules) };
                chip("part", "Rules".into(), format!("on by {rules}"))
            }
            Share::NOBODY if planned => chip("sched", "Off".into(), "off, with a rollout planned".into()),
            Share::NOBODY => chip("off", "Off".into(), "off".into()),
            share => chip("part", percent(share), format!("on for {}, {people}", percent(share))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::Timestamp;

    fn state(percent: f64, named: u64, killed: bool) -> FlagInEnvironment {
        FlagInEnvironment {
            killed: killed.then(Timestamp::default),
            share: Share::from_percent(percent).unwrap(),
            named,
            overrides: 0,
            rules: 0,
            people: 12_482,
            rollout: None,
            reasons_awaited: Vec::new(),
            version: 1,
            changed: Timestamp::default(),
        }
    }

    #[test]
    fn chips_say_what_a_flag_does() {
        let check = |state: FlagInEnvironment, look: &str, text: &str, note: &str| {
            let chip = Chip::of(&state);
            assert_eq!((chip.look, chip.text.as_str(), chip.note.as_str()), (look, text, note));
        };
        check(state(100.0, 0, false), "on", "On", "on for everybody");
        check(state(0.0, 0, false), "off", "Off", "off");
        check(state(12.5, 0, false), "part", "12.5\u{a0}%", "on for 12.5\u{a0}%, about 12,500 people");
        check(state(0.0, 1, false), "part", "Named", "on for 1 person named one by one");
        check(FlagInEnvironment { rules: 3, ..state(0.0, 0, false) }, "part", "Rules", "on by 3 rules");
        check(state(50.0, 0, true), "killed", "Off", "turned off for everyone");
    }
}
