//! Segmented control: one choice of a few, all visible. A group of radio buttons with roving focus.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// One choice of a few, all visible. Arrow keys choose the neighbour.
#[component]
pub fn Segmented<Choice>(
    /// What is chosen, for screen readers.
    #[prop(into)]
    label: String,
    /// The choices with their labels.
    #[prop(into)]
    options: Signal<Vec<(Choice, String)>>,
    /// The one that is chosen.
    #[prop(into)]
    value: Signal<Option<Choice>>,
    /// Called with another choice.
    #[prop(into)]
    on_choose: Callback<Choice>,
) -> impl IntoView
where
    Choice: Clone + PartialEq + Send + Sync + 'static,
{
    let group = NodeRef::<html::Div>::new();
    let on_key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let options = options.get_untracked();
        let chosen = value.get_untracked();
        let Some(place) = options.iter().position(|(choice, _)| Some(choice) == chosen.as_ref()) else { return };
        let next = (place + options.len()).saturating_add_signed(by) % options.len();
        on_choose.run(options[next].0.clone());
        let button = group.get_untracked().and_then(|group| group.children().item(u32::try_from(next).ok()?));
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    view! {
        <div class="seg" role="radiogroup" aria-label=label node_ref=group on:keydown=on_key>
            {move || {
                options
                    .get()
                    .into_iter()
                    .map(|(choice, label)| {
                        let this = choice.clone();
                        let chosen = Memo::new(move |_| value.with(|value| value.as_ref() == Some(&this)));
                        view! {
                            <button
                                type="button"
                                role="radio"
                                aria-checked=move || if chosen.get() { "true" } else { "false" }
                                tabindex=move || if chosen.get() { "0" } else { "-1" }
                                on:click=move |_| on_choose.run(choice.clone())
                            >
                                {label}
                            </button>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}
