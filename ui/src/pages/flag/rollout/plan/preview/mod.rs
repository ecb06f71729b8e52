//! What a plan comes to before it is begun: when it can be through, and which stages cannot show what they ask.

mod assumed;
mod counted;
mod timeline;
mod trouble;

use leptos::prelude::*;
use signalbox_domain::guard::{Begin, Preview, Reckoning, preview};

use crate::components::{Aspect, AspectGlyph, Button, ButtonSize, Icon, IconName};
use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::rollout::plan::editor::Planned;
use crate::pages::flag::rollout::plan::preview::assumed::{Assumed, Assumptions};
use crate::pages::flag::rollout::plan::preview::timeline::{Drawn, Mark, Segment, Tone, drawn};
use crate::pages::flag::rollout::plan::preview::trouble::Trouble;
use crate::pages::flag::rollout::plan::rows::Floor;
use crate::state::use_store;

pub use counted::Counted;
pub use trouble::{Remedy, remedied, troubles};

/// What a plan comes to, drawn as a line in time, with what would mend it where it is stuck.
#[component]
pub fn PlanPreview(
    /// The plan, where nothing is wrong with it.
    #[prop(into)]
    planned: Signal<Option<Planned>>,
    /// Who has the feature before its first stage, and among how many people.
    #[prop(into)]
    ground: Signal<(Floor, Crowd)>,
    /// From where and when it goes on.
    #[prop(into)]
    begin: Signal<Begin>,
    /// What production tells about who comes, and what is usual.
    #[prop(into)]
    counted: Signal<Counted>,
    /// Why the plan cannot be changed from here, if so.
    #[prop(into)]
    locked: Signal<Option<String>>,
    /// Called with a stage, from 0, and what would mend it.
    #[prop(into)]
    on_remedy: Callback<(usize, Remedy)>,
) -> impl IntoView {
    let store = use_store();
    let assumed = Assumed::new();
    // A preview to the minute is as exact as anything in it.
    let minute = Memo::new(move |_| store.now.get().millis() / 60_000);
    let reckoned = Memo::new(move |_| {
        minute.track();
        let now = store.now.get_untracked();
        let Planned { stages, guard } = planned.get()?;
        let (floor, crowd) = ground.get();
        let (traffic, usual) = counted.with(|counted| assumed.with_what_is_known(counted, &guard, crowd));
        let reckoning =
            Reckoning { guard: &guard, share_before: floor.share, traffic, usual: &usual, begin: begin.get(), now };
        let found: Preview = preview(&stages, &reckoning);
        let names = store.segments();
        let drawn = drawn(&stages, &guard, &found, begin.get(), now, &names);
        let troubles = troubles(&stages, &guard, &found, &names);
        Some((drawn, troubles))
    });
    let shown = move || reckoned.with(Option::is_some);
    view! {
        <section class="preview" aria-labelledby="preview">
            <div class="row base wrap gap2">
                <h3 class="plan-part" id="preview">"Preview"</h3>
                <span class="fs12 ink2 num" data-testid="plan-earliest">
                    {move || match reckoned.get() {
                        Some((drawn, _)) => view! { <Headline drawn /> }.into_any(),
                        None => "Mend the plan first; then it is reckoned through.".into_any(),
                    }}
                </span>
            </div>
            <Show when=shown>
                {move || reckoned.get().map(|(drawn, _)| view! { <Timeline segments=drawn.segments /> })}
                {move || {
                    let troubles = reckoned.get().map(|(_, troubles)| troubles).unwrap_or_default();
                    (!troubles.is_empty()).then(|| view! { <Troubles troubles locked on_remedy /> })
                }}
            </Show>
            <Assumptions assumed counted guard=Signal::derive(move || planned.get().map(|planned| planned.guard)) />
        </section>
    }
}

/// "Earliest 100 %: Thu 26 Nov, 14:20, if it started now."
#[component]
fn Headline(drawn: Drawn) -> impl IntoView {
    let Drawn { last, arrives, full, rest, stuck, .. } = drawn;
    if stuck {
        return view! { <b class="preview-stuck">{format!("As it is planned, {last} is never reached.")}</b> }
            .into_any();
    }
    match arrives {
        Some(arrives) => view! {
            {format!("Earliest {last}: ")}
            <b class="m" title=full>
                {arrives}
            </b>
            {rest}
        }
        .into_any(),
        None => rest.into_any(),
    }
}

/// The stages as a line in time, and as a table.
#[component]
fn Timeline(segments: Vec<Segment>) -> impl IntoView {
    let rows = segments.clone();
    view! {
        <div class="preview-scroll">
            <ol class="preview-line" aria-label="Stages in time" data-testid="plan-preview">
                {segments.into_iter().map(|segment| view! { <OneSegment segment /> }).collect_view()}
            </ol>
        </div>
        <details class="preview-table">
            <summary class="fs12 ink2">"Show as table"</summary>
            <div class="evidence-scroll">
                <table class="tbl">
                    <thead>
                        <tr>
                            <th scope="col">"Stage"</th>
                            <th scope="col">"Entered"</th>
                            <th scope="col">"Lasts"</th>
                            <th scope="col" class="num">"With it"</th>
                            <th scope="col" class="num">"Without"</th>
                            <th scope="col">"What it asks"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows
                            .into_iter()
                            .map(|row| {
                                view! {
                                    <tr>
                                        <td class="m">{row.title}</td>
                                        <td>{row.enters.unwrap_or_else(|| "–".into())}</td>
                                        <td>{row.lasts}</td>
                                        <td class="num">{row.treated}</td>
                                        <td class="num">{row.control}</td>
                                        <td>{row.asks}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    }
}

#[component]
fn OneSegment(segment: Segment) -> impl IntoView {
    let Segment { title, tone, weight, enters, lasts, people, says, marks, .. } = segment;
    let class = match tone {
        Tone::Passed => "seg-time seg-time--passed",
        Tone::Sure => "seg-time",
        Tone::AtLeast => "seg-time seg-time--open",
        Tone::Never => "seg-time seg-time--never",
        Tone::Behind => "seg-time seg-time--behind",
    };
    view! {
        <li class=class style:flex-grow=format!("{:.2}", weight * 100.0)>
            <div class="seg-bar">
                {marks
                    .into_iter()
                    .map(|mark| {
                        let (icon, title) = match mark {
                            Mark::Approval => (IconName::ShieldCheck, "Somebody else must approve before it is left"),
                            Mark::Window => (IconName::Clock, "Left at some hours only"),
                            Mark::Person => (IconName::User, "A person decides when it is left"),
                        };
                        view! {
                            <span class="seg-mark" title=title>
                                <Icon name=icon />
                                <span class="sr">{title}</span>
                            </span>
                        }
                    })
                    .collect_view()}
            </div>
            <div class="row gap1">
                <span class="m trunc" title=title.clone()>{title.clone()}</span>
            </div>
            <div class="fs11 ink2 num">{enters}</div>
            <div class="fs11 ink3 num">{lasts}</div>
            <div class="fs11 ink3 num">{people}</div>
            {says
                .map(|(aspect, words)| {
                    let class = format!("fs11 row top gap1 seg-says sig--{}", aspect.name());
                    view! {
                        <div class=class>
                            <AspectGlyph aspect />
                            <span>{words}</span>
                        </div>
                    }
                })}
        </li>
    }
}

/// What keeps stages from being left, each with what would mend it.
#[component]
fn Troubles(
    troubles: Vec<Trouble>,
    locked: Signal<Option<String>>,
    on_remedy: Callback<(usize, Remedy)>,
) -> impl IntoView {
    view! {
        <ul class="preview-troubles" aria-label="What cannot be shown">
            {troubles
                .into_iter()
                .map(|Trouble { stage, title, text, remedies }| {
                    let none = remedies.is_empty();
                    view! {
                        <li class="preview-trouble row top gap2" data-testid="plan-trouble">
                            <AspectGlyph aspect=Aspect::Caution />
                            <div class="grow">
                                <p class="m">{title}</p>
                                <p class="fs12 ink2">{text}</p>
                                <div class="row wrap gap1 preview-remedies" hidden=none>
                                    {remedies
                                        .into_iter()
                                        .map(|(remedy, words)| {
                                            view! {
                                                <Button
                                                    size=ButtonSize::Small
                                                    disabled=locked
                                                    on_press=move |()| on_remedy.run((stage, remedy.clone()))
                                                >
                                                    {words}
                                                </Button>
                                            }
                                        })
                                        .collect_view()}
                                </div>
                            </div>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}
