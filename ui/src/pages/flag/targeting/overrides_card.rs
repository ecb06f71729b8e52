//! People who get a variant of their own, whatever the rule says.

use std::collections::BTreeSet;

use leptos::prelude::*;
use signalbox_domain::key::VariantKey;
use signalbox_domain::rollout::MOST_PEOPLE;
use signalbox_domain::text;
use signalbox_protocol::endpoint::SetOverridesEndpoint;
use signalbox_protocol::wire::configuration::{Override, SetOverrides};

use crate::components::{Button, ButtonKind, ButtonSize, FieldError, IconName, Lockable, Select};
use crate::pages::flag::base::{Base, closed};
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::confirmation::of_overrides;
use crate::state::{ToastKind, use_store};
use crate::words::capitalised;

/// A person while they are typed.
#[derive(Clone, Copy, PartialEq)]
struct Row {
    id: u32,
    person: RwSignal<String>,
    variant: RwSignal<String>,
}

/// The list of people with their variants: what was typed, or what is wrong with each.
fn check(typed: &[(String, String)]) -> Result<Vec<Override>, Vec<Option<String>>> {
    let mut seen = BTreeSet::new();
    let checked: Vec<_> = typed
        .iter()
        .map(|(person, variant)| {
            let user_key = text::person(person.trim()).map_err(|error| capitalised(&error.to_string()) + ".")?;
            if !seen.insert(user_key.clone()) {
                return Err("Must not be named twice.".to_owned());
            }
            let variant = VariantKey::new(variant.as_str()).map_err(|_| "Choose a variant.".to_owned())?;
            Ok(Override { user_key, variant })
        })
        .collect();
    if checked.iter().any(Result::is_err) {
        Err(checked.into_iter().map(Result::err).collect())
    } else {
        Ok(checked.into_iter().flatten().collect())
    }
}

/// People with a version of their own: add, change, remove.
#[component]
pub fn OverridesCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let rows = RwSignal::new(Vec::<Row>::new());
    let next_id = StoredValue::new(0_u32);
    let fresh = move |person: String, variant: String| {
        let id = next_id.get_value();
        next_id.set_value(id + 1);
        Row { id, person: RwSignal::new(person), variant: RwSignal::new(variant) }
    };
    let read = |scene: &Scene| (scene.configuration.overrides.clone(), scene.configuration.version);
    let seed = move |overrides: Vec<Override>| {
        rows.set(overrides.into_iter().map(|entry| fresh(entry.user_key, entry.variant.to_string())).collect());
    };
    seed(scene.with_untracked(|scene| read(scene).0));
    let typed =
        move || rows.with(|rows| rows.iter().map(|row| (row.person.get(), row.variant.get())).collect::<Vec<_>>());
    let is_typed = move |overrides: &Vec<Override>| {
        let there = overrides.iter().map(|entry| (entry.user_key.clone(), entry.variant.to_string()));
        !there.eq(typed())
    };
    let (base, changed) = Base::follow(page, read, is_typed, seed);
    let checked = Memo::new(move |_| check(&typed()));
    let tried = RwSignal::new(false);
    let variants = Signal::derive(move || {
        scene.with(|scene| {
            scene
                .flag
                .variants
                .iter()
                .map(|variant| (variant.key.to_string(), variant.key.to_string()))
                .collect::<Vec<_>>()
        })
    });
    let add = move |()| {
        let first = scene.with_untracked(|scene| {
            let given = scene.flag.variants.iter().find(|variant| variant.key != scene.flag.off_variant);
            given.or(scene.flag.variants.first()).map_or_else(String::new, |variant| variant.key.to_string())
        });
        rows.update(|rows| rows.push(fresh(String::new(), first)));
    };
    let confirming = RwSignal::new(None::<Vec<Override>>);
    let save = move |()| {
        tried.set(true);
        confirming.set(checked.get_untracked().ok());
    };
    let change = sending(move |reason| async move {
        let at = scene.with_untracked(|scene| scene.at_place());
        let body = SetOverrides { overrides: confirming.get_untracked().unwrap_or_default(), reason };
        let configuration = store.send::<SetOverridesEndpoint>(&at, &body, Some(base.version())).await?;
        page.put_configuration(configuration);
        // The server keeps its own order; the form shows that.
        base.undo();
        tried.set(false);
        store.toast(ToastKind::Done, "The list of people with their own variant is changed.");
        Ok(())
    });
    let full = move || {
        let count = rows.with(Vec::len);
        page.locked().or_else(|| (count >= MOST_PEOPLE).then(|| format!("At most {MOST_PEOPLE} people.")))
    };
    let says = move |wanted: &Vec<Override>| scene.with_untracked(|scene| of_overrides(scene, wanted));
    view! {
        <section class="card" aria-labelledby="overrides">
            <div class="card-h">
                <h2 id="overrides">"People with a version of their own"</h2>
                <span class="ink3 fs12 hide-n">"Whatever the rule or the rollout says"</span>
                <span class="end">
                    <Button size=ButtonSize::Small icon=IconName::Plus disabled=Signal::derive(full) on_press=add>
                        "Add person"
                    </Button>
                </span>
            </div>
            {move || {
                if rows.with(Vec::is_empty) {
                    view! {
                        <p class="card-b fs12 ink2">
                            "Nobody. Add testers by the key that your applications send, to show them a variant before others."
                        </p>
                    }
                        .into_any()
                } else {
                    view! {
                        <Lockable reason=closed(changed, move || page.locked())>
                        <table class="tbl tbl--form">
                            <thead>
                                <tr>
                                    <th scope="col">"Person, by key"</th>
                                    <th scope="col">"Gets"</th>
                                    <th scope="col">
                                        <span class="sr">"Remove"</span>
                                    </th>
                                </tr>
                            </thead>
                            <tbody>
                                <For each=move || rows.get() key=|row| row.id let:row>
                                    <PersonRow row rows checked tried variants />
                                </For>
                            </tbody>
                        </table>
                        </Lockable>
                    }
                        .into_any()
                }
            }}
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Change the list…"
                disabled=Signal::derive(move || page.locked())
                opens="dialog"
                on_save=save
                on_undo=move |()| {
                    tried.set(false);
                    base.undo();
                }
            />
        </section>
        <Confirming asked=confirming send=change told=says />
    }
}

#[component]
fn PersonRow(
    row: Row,
    rows: RwSignal<Vec<Row>>,
    checked: Memo<Result<Vec<Override>, Vec<Option<String>>>>,
    tried: RwSignal<bool>,
    variants: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let error = Signal::derive(move || {
        let place = rows.with(|rows| rows.iter().position(|one| one.id == row.id))?;
        let error = checked.with(|checked| checked.as_ref().err()?.get(place).cloned().flatten());
        error.filter(|_| tried.get() || row.person.with(|person| !person.is_empty()))
    });
    view! {
        <tr>
            <td>
                <label class="field" class:field--error=move || error.with(Option::is_some)>
                    <span class="sr">"Key of the person"</span>
                    <input
                        class="mono"
                        name="user_key"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="customer-204417"
                        prop:value=move || row.person.get()
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        on:input=move |event| row.person.set(event_target_value(&event))
                    />
                </label>
                <FieldError error />
            </td>
            <td>
                <Select label="Variant" hide_label=true value=row.variant options=variants />
            </td>
            <td class="num">
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::X
                    label="Remove person"
                    on_press=move |()| rows.update(|rows| rows.retain(|one| one.id != row.id))
                />
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_listed_once_each() {
        let typed = |list: &[(&str, &str)]| -> Vec<_> {
            list.iter().map(|(person, variant)| ((*person).to_owned(), (*variant).to_owned())).collect()
        };
        let good = check(&typed(&[(" ann ", "on"), ("ben", "off")])).unwrap();
        assert_eq!(good[0].user_key, "ann");
        let wrong = check(&typed(&[("ann", "on"), ("ann", "off"), ("", "on")])).unwrap_err();
        assert_eq!(wrong, [None, Some("Must not be named twice.".into()), Some("Must not be empty.".into())]);
    }
}
