//! The table of variants, edited as a whole.

use leptos::prelude::*;
use signalbox_domain::flag::{MOST_VARIANTS, Variant};
use signalbox_domain::key::VariantKey;
use signalbox_protocol::ErrorCode;
use signalbox_protocol::endpoint::ChangeVariantsEndpoint;
use signalbox_protocol::wire::flag::ChangeVariants;

use crate::components::{Button, ButtonKind, ButtonSize, FieldError, IconName, Lockable};
use crate::form::Problem;
use crate::pages::flag::base::{Base, closed};
use crate::pages::flag::change::confirmation::{Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::variants::rows::{CheckedVariants, VariantRow, check, shown, used_in};
use crate::pages::flag::variants::value_editor::{ValueEditor, kind_words};
use crate::state::{ToastKind, use_store};

/// A variant while it is typed.
#[derive(Clone, Copy)]
struct Row {
    id: u32,
    key: RwSignal<String>,
    value: RwSignal<String>,
}

/// All variants with the one that everybody else gets.
type Content = (Vec<Variant>, VariantKey);

/// The variants of the flag.
#[component]
pub fn VariantsTab() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let kind = scene.with_untracked(|scene| scene.flag.value_kind);
    let rows = RwSignal::new(Vec::<Row>::new());
    let off = RwSignal::new(String::new());
    let next_id = StoredValue::new(0_u32);
    let fresh = move |row: VariantRow| {
        let id = next_id.get_value();
        next_id.set_value(id + 1);
        Row { id, key: RwSignal::new(row.key), value: RwSignal::new(row.value) }
    };
    let read = |scene: &Scene| ((scene.flag.variants.clone(), scene.flag.off_variant.clone()), scene.flag.version);
    let seed = move |(variants, off_variant): Content| {
        rows.set(variants.iter().map(|variant| fresh(VariantRow::of(variant, kind))).collect());
        off.set(off_variant.to_string());
    };
    seed(scene.with_untracked(|scene| read(scene).0));
    let typed = move || {
        let row = |row: &Row| VariantRow { key: row.key.get(), value: row.value.get() };
        rows.with(|rows| rows.iter().map(row).collect::<Vec<_>>())
    };
    let is_typed = move |(variants, off_variant): &Content| {
        let there: Vec<_> = variants.iter().map(|variant| VariantRow::of(variant, kind)).collect();
        typed() != there || off.with(|off| off != off_variant.as_str())
    };
    let (base, changed) = Base::follow(page, read, is_typed, seed);
    let checked = Memo::new(move |_| check(&typed(), kind));
    let tried = RwSignal::new(false);
    let fault = Problem::new();
    let add = move |()| {
        let value = match kind {
            signalbox_domain::value::ValueKind::Boolean => "true",
            signalbox_domain::value::ValueKind::Json => "{}",
            _ => "",
        };
        rows.update(|rows| rows.push(fresh(VariantRow { key: String::new(), value: value.into() })));
    };
    let confirming = RwSignal::new(None::<ChangeVariants>);
    let save = move |()| {
        tried.set(true);
        fault.clear();
        let variants = checked.with_untracked(|checked| checked.variants.clone());
        let off_variant = VariantKey::new(off.get_untracked()).ok();
        if let (Some(variants), Some(off_variant)) = (variants, off_variant) {
            confirming.set(Some(ChangeVariants { variants, off_variant, reason: None }));
        }
    };
    let change = sending(move |reason| async move {
        let Some(body) = confirming.get_untracked() else { return Ok(()) };
        let at = scene.with_untracked(|scene| scene.at_flag());
        let body = ChangeVariants { reason, ..body };
        let answer = store.send::<ChangeVariantsEndpoint>(&at, &body, Some(base.version())).await;
        match answer {
            Ok(flag) => {
                page.put_flag(&flag);
                base.undo();
                tried.set(false);
                store.toast(ToastKind::Done, "The variants are changed.");
                Ok(())
            }
            // A variant that is not accepted is marked in the table, behind the dialog.
            Err(error)
                if error.error.code == ErrorCode::InvalidField && error.error.field.as_deref() != Some("reason") =>
            {
                fault.set(error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    });
    let whole = Signal::derive(move || {
        let here = checked.with(|checked| checked.problems.get("variants").cloned());
        let off_gone = (!rows
            .with(|rows| rows.iter().any(|row| row.key.with(|key| off.with(|off| key.trim() == off)))))
        .then(|| "Choose what everybody else gets.".to_owned());
        here.or(off_gone.filter(|_| tried.get())).or_else(|| fault.beside("variants"))
    });
    let full = move || {
        let count = rows.with(Vec::len);
        page.locked()
            .or_else(|| (count >= MOST_VARIANTS).then(|| format!("A flag has at most {MOST_VARIANTS} variants.")))
    };
    let says = move |body: &ChangeVariants| scene.with(|scene| told(scene, body, page.touches_production()));
    view! {
        <section class="card" aria-labelledby="variants">
            <div class="card-h">
                <h2 id="variants">"Variants"</h2>
                <span class="ink3 fs12">
                    {kind_words(kind)} ", the same in every environment; which people get is decided in Targeting"
                </span>
                <span class="end">
                    <Button size=ButtonSize::Small icon=IconName::Plus disabled=Signal::derive(full) on_press=add>
                        "Add variant"
                    </Button>
                </span>
            </div>
            <Lockable reason=closed(changed, move || page.locked())>
            <table class="tbl tbl--form">
                <thead>
                    <tr>
                        <th scope="col" class="variant-key">
                            "Key"
                        </th>
                        <th scope="col">"Value"</th>
                        <th scope="col">"Everybody else gets it"</th>
                        <th scope="col">"Given in"</th>
                        <th scope="col">
                            <span class="sr">"Remove"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || rows.get() key=|row| row.id let:row>
                        <OneVariant row rows off checked tried fault />
                    </For>
                </tbody>
            </table>
            </Lockable>
            <div class="table-error">
                <FieldError error=whole />
            </div>
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Change the variants…"
                disabled=Signal::derive(move || page.locked())
                opens="dialog"
                on_save=save
                on_undo=move |()| {
                    tried.set(false);
                    fault.clear();
                    base.undo();
                }
            />
        </section>
        <Confirming asked=confirming send=change told=says />
    }
}

#[component]
fn OneVariant(
    row: Row,
    rows: RwSignal<Vec<Row>>,
    off: RwSignal<String>,
    checked: Memo<CheckedVariants>,
    tried: RwSignal<bool>,
    fault: Problem,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let kind = scene.with_untracked(|scene| scene.flag.value_kind);
    let error = move |field: &'static str, typed: RwSignal<String>| {
        Signal::derive(move || {
            let place = rows.with(|rows| rows.iter().position(|one| one.id == row.id))?;
            let path = format!("variants[{place}].{field}");
            let here = checked.with(|checked| checked.problems.get(&path).cloned());
            let here = here.filter(|_| tried.get() || !typed.with(String::is_empty));
            here.or_else(|| fault.about(|field| field == path))
        })
    };
    let (key_error, value_error) = (error("key", row.key), error("value", row.value));
    let used = Memo::new(move |_| {
        let key = row.key.get();
        let keys = scene.with(|scene| used_in(key.trim(), scene.flag.configurations.values()));
        let environments = store.environments();
        let used = environments.iter().filter(|environment| keys.iter().any(|key| key == environment.key.as_str()));
        used.map(|environment| environment.name.clone()).collect::<Vec<_>>()
    });
    // A variant that has a key already keeps it: applications and history speak of it by that.
    let is_new = scene.with_untracked(|scene| {
        row.key.with_untracked(|key| !scene.flag.variants.iter().any(|variant| variant.key.as_str() == key))
    });
    let is_off = move || off.with(|off| row.key.with(|key| key.trim() == off));
    let stays = move || {
        let used = used.get();
        page.locked()
            .or_else(|| is_off().then(|| "Everybody else gets it. Choose another for them first.".into()))
            .or_else(|| {
                (!used.is_empty())
                    .then(|| format!("It is given in {}. Give people another one first.", used.join(", ")))
            })
    };
    view! {
        <tr>
            <td>
                {if is_new {
                    view! {
                        <label class="field" class:field--error=move || key_error.with(Option::is_some)>
                            <span class="sr">"Key of the variant"</span>
                            <input
                                class="mono"
                                name="key"
                                autocomplete="off"
                                spellcheck="false"
                                placeholder="key"
                                prop:value=move || row.key.get()
                                aria-invalid=move || key_error.with(Option::is_some).then_some("true")
                                on:input=move |event| {
                                    if is_off() {
                                        off.set(event_target_value(&event).trim().to_owned());
                                    }
                                    row.key.set(event_target_value(&event));
                                }
                            />
                        </label>
                    }
                        .into_any()
                } else {
                    view! { <code class="m">{row.key.get_untracked()}</code> }.into_any()
                }}
                <FieldError error=key_error />
            </td>
            <td>
                <ValueEditor kind value=row.value wrong=Signal::derive(move || value_error.with(Option::is_some)) />
                <FieldError error=value_error />
            </td>
            <td>
                <input
                    type="radio"
                    name="off-variant"
                    class="check radio"
                    aria-label=move || format!("Everybody else gets {}", row.key.get())
                    prop:checked=is_off
                    on:change=move |_| off.set(row.key.get_untracked().trim().to_owned())
                />
            </td>
            <td class="fs12 ink2 given">
                {move || {
                    let used = used.get();
                    if used.is_empty() { "–".to_owned() } else { used.join(", ") }
                }}
            </td>
            <td class="num">
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::X
                    label="Remove variant"
                    disabled=Signal::derive(stays)
                    on_press=move |()| rows.update(|rows| rows.retain(|one| one.id != row.id))
                />
            </td>
        </tr>
    }
}

/// What the dialog says before the variants are changed.
fn told(scene: &Scene, body: &ChangeVariants, production: bool) -> Confirmation {
    let line = |variant: &Variant| format!("{}: {}", variant.key, shown(&variant.value));
    let off = |key: &VariantKey| format!("off variant: {key}");
    let before = &scene.flag.variants;
    let mut removed: Vec<_> = before.iter().filter(|variant| !body.variants.contains(variant)).map(line).collect();
    let mut added: Vec<_> = body.variants.iter().filter(|variant| !before.contains(variant)).map(line).collect();
    if body.off_variant != scene.flag.off_variant {
        removed.push(off(&scene.flag.off_variant));
        added.push(off(&body.off_variant));
    }
    let people: u64 =
        scene.flag.configurations.values().filter(|one| one.killed.is_none()).map(|one| one.reach.people).sum();
    let by_rules = scene.flag.configurations.values().any(|one| !one.rules.is_empty());
    let effect = if body.off_variant == scene.flag.off_variant && by_rules {
        Effect::new("", "Whoever has it", ", in any environment, may get another value at once.")
    } else if body.off_variant == scene.flag.off_variant {
        let figure = crate::words::capitalised(&signalbox_domain::people::in_words(people));
        let verb = if people == 1 { "has" } else { "have" };
        Effect::new("", figure, format!(" {verb} it in all environments, and may get another value at once."))
    } else {
        Effect::new("", "Everybody who does not have it", " gets another variant at once, in all environments.")
    };
    Confirmation {
        title: format!("Change the variants of {}?", scene.flag.details.name),
        about: "This changes what people see in",
        place: "all environments".into(),
        change: None,
        effect,
        facts: vec![
            Fact::new(FactKind::NotAffected, "Who has the feature and who does not."),
            Fact::new(FactKind::WayBack, "Change the values back at any time."),
        ],
        reason: if production { Reason::Required } else { Reason::Optional },
        exact: Exact { path: format!("{} / variants", scene.flag.key), removed, added },
        confirm: "Change the variants".into(),
        working: "Changing…",
        stops: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_an_exact_change() {
        let scene = fixture::scene(fixture::running(2));
        let mut variants = scene.flag.variants.clone();
        variants.push(Variant { key: VariantKey::new("late").unwrap(), value: json!(true) });
        let body = ChangeVariants { variants, off_variant: VariantKey::new("late").unwrap(), reason: None };
        let told = told(&scene, &body, true);
        assert_eq!(told.exact.removed, ["off variant: off"]);
        assert_eq!(told.exact.added, ["late: true", "off variant: late"]);
        assert_eq!(told.effect.figure, "Everybody who does not have it");
        assert_eq!(told.reason, Reason::Required);
    }

    #[test]
    fn a_value_is_told_in_people_who_have_it() {
        let scene = fixture::scene(fixture::running(2));
        let variants =
            vec![scene.flag.variants[0].clone(), Variant { value: json!(true), ..scene.flag.variants[1].clone() }];
        let body = ChangeVariants { variants, off_variant: scene.flag.off_variant.clone(), reason: None };
        let told = told(&scene, &body, false);
        assert_eq!(told.effect.figure, "About 16,400 people");
        assert_eq!(
            (told.exact.removed, told.exact.added),
            (vec!["off: false".to_owned()], vec!["off: true".to_owned()])
        );
        assert_eq!(told.reason, Reason::Optional);
    }
}
