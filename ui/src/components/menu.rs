//! Menus that open from a button.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::{Icon, IconName};

/// Whether the menu around an item is open.
#[derive(Clone, Copy)]
struct Open(RwSignal<bool>);

/// A menu that opens from `trigger`. Arrow keys move, Esc closes and gives the focus back, leaving closes.
///
/// Put [`MenuItem`]s into it.
#[component]
pub fn Menu(
    /// What the button is called.
    #[prop(into)]
    label: Signal<String>,
    /// Class of the button, such as `btn btn--i`.
    #[prop(into)]
    class: String,
    /// What the button shows.
    #[prop(into)]
    trigger: ViewFn,
    /// Opens upwards.
    #[prop(optional)]
    up: bool,
    /// Aligned with the left edge of the button instead of the right.
    #[prop(optional)]
    left: bool,
    /// The items.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(Open(open));
    let host = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let list = NodeRef::<html::Div>::new();
    let from_left = RwSignal::new(left);
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            from_left.set(opens_from_left(&list, left));
            step(&list, 0);
        }
    });
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if !open.get_untracked() {
            return;
        }
        let Some(list) = list.get_untracked() else { return };
        match event.key().as_str() {
            "ArrowDown" => step(&list, 1),
            "ArrowUp" => step(&list, -1),
            "Escape" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_leave = move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        let inside = host.get_untracked().is_some_and(|host| host.contains(to.as_ref()));
        if !inside && to.is_some() {
            open.set(false);
        }
    };
    let class_of_list = if up { "menu menu--up" } else { "menu" };
    view! {
        <div class="menu-host" node_ref=host on:keydown=on_key on:focusout=on_leave>
            <button
                type="button"
                class=class
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=move || label.get()
                title=move || label.get()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {move || trigger.run()}
            </button>
            <Show when=move || open.get()>
                <div class="menu-away" on:click=move |_| open.set(false)></div>
                <div
                    class=class_of_list
                    class:menu--left=move || from_left.get()
                    role="menu"
                    node_ref=list
                    aria-label=move || label.get()
                >
                    {children()}
                </div>
            </Show>
        </div>
    }
}

/// Whether a menu keeps to the left edge of its button, where it should `left`, and where it has room.
fn opens_from_left(list: &HtmlElement, left: bool) -> bool {
    let rect = list.get_bounding_client_rect();
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(f64::INFINITY);
    // As it was drawn, from the edge that it should keep to; turned around, it would reach as far the other way.
    if left { rect.right() <= width } else { rect.left() < 0.0 }
}

/// Moves the focus among the items of a menu: 0 to the first, else so many further, round and round.
fn step(list: &HtmlElement, by: i32) {
    let Ok(items) = list.query_selector_all("[role^=menuitem]") else { return };
    let items: Vec<HtmlElement> = (0..items.length()).filter_map(|index| items.get(index)?.dyn_into().ok()).collect();
    if items.is_empty() {
        return;
    }
    let focused = crate::browser::focused();
    let place = focused.and_then(|focused| items.iter().position(|item| *item == focused));
    let next = match (place, by) {
        (_, 0) | (None, _) => 0,
        (Some(place), by) => (place + items.len()).saturating_add_signed(by as isize) % items.len(),
    };
    let _ = items[next].focus();
}

/// Something to do, in a menu.
#[component]
pub fn MenuItem(
    /// Before the label.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// Takes something away from people.
    #[prop(optional)]
    danger: bool,
    /// For a choice among several: whether this is the chosen one.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
    /// Why it cannot be done now.
    #[prop(optional, into)]
    disabled: Signal<Option<String>>,
    /// Called when it is chosen; the menu closes.
    #[prop(into)]
    on_press: Callback<()>,
    /// The label.
    children: Children,
) -> impl IntoView {
    let open = use_context::<Open>();
    view! {
        <button
            type="button"
            class="menu-item"
            class:menu-item--d=danger
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            aria-checked=move || checked.map(|checked| if checked.get() { "true" } else { "false" })
            aria-disabled=move || disabled.with(Option::is_some).then_some("true")
            title=move || disabled.get()
            on:click=move |_| {
                if disabled.with_untracked(Option::is_none) {
                    if let Some(Open(open)) = open {
                        open.set(false);
                    }
                    on_press.run(());
                }
            }
        >
            {icon.map(|name| view! { <Icon name class="ink3" /> })}
            <span class="grow">{children()}</span>
            {checked
                .map(|checked| {
                    view! {
                        <Show when=move || checked.get()>
                            <Icon name=IconName::Check small=true />
                        </Show>
                    }
                })}
        </button>
    }
}
