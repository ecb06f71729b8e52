//! Where there is no rollout: what one is, and the way to plan it.

use leptos::prelude::*;
use signalbox_domain::Share;

use crate::components::{Button, ButtonKind, Empty, IconName};
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::plan::{PlanCard, PlanMode};
use crate::pages::flag::tab::Tab;

/// Says what a rollout is, and opens the plan of one.
#[component]
pub fn NoRollout() -> impl IntoView {
    let page = use_page();
    let planning = RwSignal::new(false);
    let share = Memo::new(move |_| page.scene.with(|scene| scene.configuration.reach.share));
    let has_rules = Memo::new(move |_| page.scene.with(|scene| !scene.configuration.rules.is_empty()));
    let finished = Memo::new(move |_| page.scene.with(|scene| scene.configuration.rollout.is_some()));
    let targeting = move || page.scene.with_untracked(|scene| Tab::Targeting.address(&scene.flag.key));
    let plan = move || {
        view! {
            <Button
                kind=ButtonKind::Primary
                icon=IconName::Plus
                disabled=Signal::derive(move || page.locked())
                on_press=move |()| planning.set(true)
            >
                {if finished.get_untracked() { "Plan another rollout" } else { "Plan a rollout" }}
            </Button>
        }
    };
    move || {
        if planning.get() {
            return view! { <PlanCard mode=PlanMode::New on_close=move |()| planning.set(false) /> }.into_any();
        }
        if has_rules.get() {
            return view! {
                <section class="card row gap3 plan-again">
                    <p class="grow ink2">
                        {if finished.get() {
                            "The rollout is over. Another one can be for any rule, or for everyone else."
                        } else {
                            "No rollout yet. It can be for any rule, or for everyone else: it lets people in stage by stage."
                        }}
                    </p>
                    {plan()}
                </section>
            }
            .into_any();
        }
        match (share.get(), finished.get()) {
            (Share::EVERYBODY, true) => ().into_any(),
            (Share::EVERYBODY, false) => view! {
                <section class="card">
                    <Empty
                        title="Everybody has it"
                        text="There is nobody left to let in. To take it back, change its share or turn it off."
                    >
                        <a class="btn btn--s" href=targeting()>
                            "Change the share"
                        </a>
                    </Empty>
                </section>
            }
            .into_any(),
            (share, true) => view! {
                <section class="card row gap3 plan-again">
                    <p class="grow ink2">
                        {if share == Share::NOBODY {
                            "The rollout is over and nobody has it. Another one can begin anew.".to_owned()
                        } else {
                            format!("The rollout is over and {share} of people keep it. Another one can take it further.")
                        }}
                    </p>
                    {plan()}
                </section>
            }
            .into_any(),
            (share, false) => {
                let text = if share == Share::NOBODY {
                    "A rollout lets people in stage by stage, such as 1, 10, 50 and 100 percent. You decide when it \
                     enters the next stage, and can hold it or go back at any time."
                        .to_owned()
                } else {
                    format!(
                        "{share} of people have it by the rule. A rollout takes it further stage by stage; you decide \
                         when it enters the next one, and can hold it or go back at any time."
                    )
                };
                view! {
                    <section class="card">
                        <Empty title="No rollout yet" text>
                            {plan()}
                        </Empty>
                    </section>
                }
                .into_any()
            }
        }
    }
}
