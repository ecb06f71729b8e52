//! The card that checks one person.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::components::{Aspect, AspectGlyph, Button, Icon, IconName};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::check::{Answer, Asked, CameTo, check};

/// Asks for one person's key and says what they get, and why.
#[component]
pub fn CheckCard() -> impl IntoView {
    let page = use_page();
    let typed = RwSignal::new(String::new());
    let asked = RwSignal::new(None::<String>);
    let answer = Memo::new(move |_| asked.get().map(|key| page.scene.with(|scene| check(scene, &key))));
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let key = typed.get_untracked().trim().to_owned();
        asked.set((!key.is_empty()).then_some(key));
    };
    view! {
        <section class="card" aria-labelledby="check">
            <div class="card-h">
                <h2 id="check">"Check one person"</h2>
                <span class="end">{move || page.scene.with(|scene| scene.environment.name.clone())}</span>
            </div>
            <div class="card-b">
                <form class="row" on:submit=ask>
                    <label class="field grow">
                        <Icon name=IconName::User class="ink3" />
                        <span class="sr">"The key that applications send for the person"</span>
                        <input
                            class="mono"
                            name="person"
                            autocomplete="off"
                            spellcheck="false"
                            placeholder="key, such as customer-204417"
                            prop:value=move || typed.get()
                            on:input=move |event| typed.set(event_target_value(&event))
                        />
                    </label>
                    <Button submit=true>"Check"</Button>
                </form>
                <div aria-live="polite">
                    {move || match answer.get() {
                        Some(answer) => view! { <AnswerView answer /> }.into_any(),
                        None => {
                            view! {
                                <p class="fs12 ink3 check-hint">
                                    "Type the key that your applications send as targeting key. It is looked up here, on this page; nothing is sent or stored."
                                </p>
                            }
                                .into_any()
                        }
                    }}
                </div>
            </div>
        </section>
    }
}

#[component]
fn AnswerView(answer: Answer) -> impl IntoView {
    let Answer { has_it, variant, reasons, otherwise } = answer;
    let banner = if has_it { "banner banner--info check-answer" } else { "banner check-answer" };
    view! {
        <div class=banner data-testid="check-answer">
            <Icon name=if has_it { IconName::Check } else { IconName::X } />
            <span>
                <b>{if has_it { "Has it" } else { "Does not have it" }}</b>
                <br />
                <span class="fs12 ink2">"Gets the variant " <code>{variant.to_string()}</code></span>
            </span>
        </div>
        <ol class="check-steps" aria-label="Why">
            {reasons
                .into_iter()
                .map(|Asked { came_to, title, detail }| {
                    view! {
                        <li class="row top">
                            <span class="check-lamp">
                                {match came_to {
                                    CameTo::Yes => view! { <Icon name=IconName::Check /> }.into_any(),
                                    CameTo::No => view! { <Icon name=IconName::X /> }.into_any(),
                                    CameTo::NotAsked => view! { <AspectGlyph aspect=Aspect::Off /> }.into_any(),
                                }}
                            </span>
                            <span>
                                <span class="m fs12">{title}</span>
                                <br />
                                <span class="fs12 ink3 num">{detail}</span>
                            </span>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
        {(!otherwise.is_empty())
            .then(|| {
                view! {
                    <dl class="dl check-otherwise">
                        {otherwise
                            .into_iter()
                            .map(|(place, says)| {
                                view! {
                                    <dt>{place}</dt>
                                    <dd>{says}</dd>
                                }
                            })
                            .collect_view()}
                    </dl>
                }
            })}
    }
}
