//! What the flag depends on, and what depends on it.

use leptos::prelude::*;
use signalbox_domain::flag::Prerequisite;
use signalbox_domain::key::{EnvironmentKey, FlagKey};

use crate::components::{Aspect, AspectGlyph, Button, ButtonSize, Chip, Icon, IconName};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::depends_dialog::DependsDialog;
use crate::state::{Store, use_store};

/// Another flag, as a row tells it.
#[derive(Debug, Clone, PartialEq)]
struct Other {
    key: FlagKey,
    name: String,
    /// "must give on", "waits for this".
    tie: String,
    /// How it stands here: "on for everybody".
    stands: String,
    /// Whether it gives anything to anybody here.
    lit: bool,
}

/// The flags that must give something first, and those that wait for this one.
#[component]
pub fn DependsCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let editing = RwSignal::new(false);
    let others = Memo::new(move |_| {
        scene.with(|scene| {
            let environment = &scene.environment.key;
            let first = scene.configuration.prerequisites.iter();
            let first = first.map(|wanted| other(store, &wanted.flag, environment, must_give(wanted)));
            let waiting = scene.configuration.awaited_by.iter();
            let waiting = waiting.map(|flag| other(store, flag, environment, "waits for this".into()));
            first.chain(waiting).collect::<Vec<_>>()
        })
    });
    view! {
        <section class="card" aria-labelledby="depends">
            <div class="card-h">
                <h2 id="depends">"Depends on"</h2>
                <span class="ink3 fs12 hide-n">"one level, no chains"</span>
                <span class="end">
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::Pencil
                        opens="dialog"
                        disabled=Signal::derive(move || page.locked())
                        on_press=move |()| editing.set(true)
                    >
                        "Change…"
                    </Button>
                </span>
            </div>
            {move || {
                let others = others.get();
                if others.is_empty() {
                    return view! {
                        <p class="card-b fs12 ink2">
                            "Nothing. A flag that depends on another gives its off variant to whoever does not get what the other must give."
                        </p>
                    }
                        .into_any();
                }
                view! {
                    <ul class="list fs12 depends">
                        {others.into_iter().map(|other| view! { <OtherRow other /> }).collect_view()}
                    </ul>
                }
                    .into_any()
            }}
        </section>
        <Show when=move || editing.get()>
            <DependsDialog on_close=move |()| editing.set(false) />
        </Show>
    }
}

#[component]
fn OtherRow(other: Other) -> impl IntoView {
    let Other { key, name, tie, stands, lit } = other;
    view! {
        <li class="row">
            {if lit {
                view! { <Icon name=IconName::Link small=true class="ink3" /> }.into_any()
            } else {
                view! { <AspectGlyph aspect=Aspect::Off /> }.into_any()
            }}
            <span>
                <a class="m" href=format!("/flags/{key}/targeting")>
                    {name}
                </a>
                " "
                <span class="ink3">{tie}</span>
            </span>
            <span class="end ink2">{stands}</span>
        </li>
    }
}

fn other(store: Store, flag: &FlagKey, environment: &EnvironmentKey, tie: String) -> Other {
    let row = store.flag_row(flag);
    let state = row.as_ref().and_then(|row| row.environments.get(environment));
    Other {
        key: flag.clone(),
        name: row.as_ref().map_or_else(|| flag.to_string(), |row| row.name.clone()),
        tie,
        stands: state.map_or_else(|| "not there any more".into(), |state| Chip::of(state).note),
        lit: state.is_some_and(|state| state.killed.is_none() && (state.people > 0 || state.rules > 0)),
    }
}

/// "must give on or beta"
fn must_give(wanted: &Prerequisite) -> String {
    let variants: Vec<_> = wanted.variants.iter().map(ToString::to_string).collect();
    match variants.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("must give {} or {last}", first.join(", ")),
        variants => format!("must give {}", variants.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::key::VariantKey;

    #[test]
    fn what_another_flag_must_give_is_a_phrase() {
        let check = |variants: &[&str], expect: &str| {
            let variants = variants.iter().map(|key| VariantKey::new(*key).unwrap()).collect();
            assert_eq!(must_give(&Prerequisite { flag: FlagKey::new("a").unwrap(), variants }), expect);
        };
        check(&["on"], "must give on");
        check(&["on", "beta"], "must give on or beta");
        check(&["a", "b", "c"], "must give a, b or c");
    }
}
