//! The dialog in which it is said which flags must give something first.

use leptos::prelude::*;
use signalbox_domain::flag::{MOST_PREREQUISITES, Prerequisite};
use signalbox_domain::key::{FlagKey, VariantKey};
use signalbox_protocol::endpoint::SetPrerequisitesEndpoint;
use signalbox_protocol::wire::configuration::SetPrerequisites;

use crate::components::{Button, ButtonKind, ButtonSize, Dialog, DialogFoot, FieldError, FilterChip, IconName, Select};
use crate::form::{Problem, sentence};
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::confirmation::of_prerequisites;
use crate::state::{Loaded, ToastKind, use_store};

/// A flag that must give something, while it is chosen.
#[derive(Clone, Copy)]
struct Row {
    id: u32,
    flag: RwSignal<String>,
    variants: RwSignal<Vec<VariantKey>>,
}

impl Row {
    fn read(self) -> Result<Prerequisite, String> {
        let flag = self.flag.with(|flag| FlagKey::new(flag.as_str())).map_err(|_| "Choose a flag.".to_owned())?;
        let variants = self.variants.get();
        if variants.is_empty() { Err("Choose what it must give.".into()) } else { Ok(Prerequisite { flag, variants }) }
    }
}

/// The flags that must give something first: add, change, remove.
#[component]
pub fn DependsDialog(
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let next_id = StoredValue::new(0_u32);
    let fresh = move |flag: String, variants: Vec<VariantKey>| {
        let id = next_id.get_value();
        next_id.set_value(id + 1);
        Row { id, flag: RwSignal::new(flag), variants: RwSignal::new(variants) }
    };
    let (before, version) =
        scene.with_untracked(|scene| (scene.configuration.prerequisites.clone(), scene.configuration.version));
    let rows = before.into_iter().map(|wanted| fresh(wanted.flag.to_string(), wanted.variants)).collect::<Vec<_>>();
    let rows = RwSignal::new(if rows.is_empty() { vec![fresh(String::new(), Vec::new())] } else { rows });
    let tried = RwSignal::new(false);
    let problem = Problem::new();
    let confirming = RwSignal::new(None::<Vec<Prerequisite>>);
    let done = move |()| {
        tried.set(true);
        problem.clear();
        let wanted: Result<Vec<_>, _> = untrack(|| rows.get().into_iter().map(Row::read).collect());
        if let Ok(wanted) = wanted {
            if scene.with_untracked(|scene| scene.configuration.prerequisites == wanted) {
                on_close.run(());
            } else {
                confirming.set(Some(wanted));
            }
        }
    };
    let change = sending(move |reason| async move {
        let Some(prerequisites) = confirming.get_untracked() else { return Ok(()) };
        let at = scene.with_untracked(|scene| scene.at_place());
        let body = SetPrerequisites { prerequisites, reason };
        let answer = store.send::<SetPrerequisitesEndpoint>(&at, &body, Some(version)).await;
        let about_list = answer.as_ref().err().and_then(|error| error.error.field.as_ref());
        if about_list.is_some_and(|field| field.starts_with("prerequisites")) {
            // A chain is told in the list, behind the dialog.
            if let Err(error) = answer {
                problem.set(error);
            }
            return Ok(());
        }
        page.put_configuration(answer?);
        store.toast(ToastKind::Done, "What it depends on is changed.");
        // After the dialog above has closed itself.
        request_animation_frame(move || {
            on_close.try_run(());
        });
        Ok(())
    });
    let full = Signal::derive(move || {
        (rows.with(Vec::len) >= MOST_PREREQUISITES).then(|| format!("At most {MOST_PREREQUISITES} flags."))
    });
    let choices = Signal::derive(move || {
        let this = scene.with(|scene| scene.flag.key.clone());
        let others = store.flag_rows().into_iter().filter(|row| row.archived.is_none() && row.key != this);
        let mut choices = vec![(String::new(), "Choose a flag…".to_owned())];
        choices.extend(others.map(|row| (row.key.to_string(), row.name.clone())));
        choices
    });
    let whole = Signal::derive(move || problem.beside("prerequisites"));
    let whose = scene.with_untracked(|scene| scene.flag.details.name.clone());
    let says = move |wanted: &Vec<Prerequisite>| {
        let name = |key: &FlagKey| store.flag_row(key).map_or_else(|| key.to_string(), |row| row.name.clone());
        scene.with(|scene| of_prerequisites(scene, wanted, name))
    };
    view! {
        <Dialog
            title=format!("What {whose} depends on")
            subtitle=|| {
                "Whoever does not get what these flags must give, gets the off variant here. A flag that is named here may not depend on others itself."
            }
            width=640
            on_close
            on_confirm=done
            footer=move || {
                let disabled = Signal::derive(move || page.locked());
                view! { <DialogFoot verb="Change…" disabled on_close /> }
            }
        >
            <ul class="depends-rows">
                <For each=move || rows.get() key=|row| row.id let:row>
                    <DependsRow row rows choices tried problem />
                </For>
            </ul>
            <FieldError error=whole />
            <div class="row">
                <Button
                    size=ButtonSize::Small
                    icon=IconName::Plus
                    disabled=full
                    on_press=move |()| rows.update(|rows| rows.push(fresh(String::new(), Vec::new())))
                >
                    "Add flag"
                </Button>
            </div>
        </Dialog>
        <Confirming asked=confirming send=change told=says />
    }
}

#[component]
fn DependsRow(
    row: Row,
    rows: RwSignal<Vec<Row>>,
    choices: Signal<Vec<(String, String)>>,
    tried: RwSignal<bool>,
    problem: Problem,
) -> impl IntoView {
    let error = Signal::derive(move || {
        let here = row.read().err().filter(|_| tried.get());
        here.or_else(|| {
            let place = rows.with(|rows| rows.iter().position(|one| one.id == row.id))?;
            let path = format!("prerequisites[{place}]");
            problem.about(|field| field.starts_with(&path))
        })
    });
    // Another flag has other variants.
    Effect::new(move |before: Option<String>| {
        let flag = row.flag.get();
        if before.is_some_and(|before| before != flag) {
            row.variants.set(Vec::new());
        }
        flag
    });
    view! {
        <li class="depends-row">
            <div class="row">
                <div class="grow">
                    <Select label="Flag" hide_label=true value=row.flag options=choices />
                </div>
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::X
                    label="Remove flag"
                    on_press=move |()| rows.update(|rows| rows.retain(|one| one.id != row.id))
                />
            </div>
            {move || {
                let key = row.flag.with(|flag| FlagKey::new(flag.as_str()).ok())?;
                Some(view! { <VariantsOf key chosen=row.variants /> })
            }}
            <FieldError error />
        </li>
    }
}

/// The variants of another flag, of which some must be given.
#[component]
fn VariantsOf(key: FlagKey, chosen: RwSignal<Vec<VariantKey>>) -> impl IntoView {
    let store = use_store();
    let flag = store.flag(Signal::stored(key));
    let press = move |variant: &VariantKey| {
        chosen.update(|chosen| match chosen.iter().position(|one| one == variant) {
            Some(place) => drop(chosen.remove(place)),
            None => chosen.push(variant.clone()),
        });
    };
    view! {
        <div class="row wrap depends-variants" role="group" aria-label="Must give one of these">
            <span class="fs12 ink3">"must give"</span>
            {move || match flag.resource.get() {
                Loaded::Ready(flag) => {
                    flag.variants
                        .iter()
                        .map(|variant| {
                            let (key, this) = (variant.key.clone(), variant.key.clone());
                            view! {
                                <FilterChip
                                    label=variant.key.to_string()
                                    pressed=Signal::derive(move || chosen.with(|chosen| chosen.contains(&this)))
                                    on_press=move |()| press(&key)
                                />
                            }
                        })
                        .collect_view()
                        .into_any()
                }
                Loaded::Loading => view! { <span class="fs12 ink3">"…"</span> }.into_any(),
                Loaded::Missing => view! { <span class="fs12 ink3">"nothing: there is no such flag"</span> }.into_any(),
                Loaded::Failed(error) => {
                    view! { <span class="fs12 ink3">{sentence(&error.error.message, "")}</span> }.into_any()
                }
            }}
        </div>
    }
}
