//! Buttons, links that look like them, and keyboard hints.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::{Icon, IconName};

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// An outline.
    #[default]
    Plain,
    /// The one main action of a view.
    Primary,
    /// Takes something away from people.
    Danger,
    /// No outline.
    Quiet,
}

/// How large a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonSize {
    /// 26 px high.
    Small,
    /// 32 px high.
    #[default]
    Medium,
    /// 36 px high.
    Large,
}

fn class(kind: ButtonKind, size: ButtonSize, block: bool, icon_only: bool) -> String {
    let kind = match kind {
        ButtonKind::Plain => "",
        ButtonKind::Primary => " btn--p",
        ButtonKind::Danger => " btn--d",
        ButtonKind::Quiet => " btn--q",
    };
    let size = match size {
        ButtonSize::Small => " btn--s",
        ButtonSize::Medium => "",
        ButtonSize::Large => " btn--l",
    };
    format!("btn{kind}{size}{}{}", if block { " btn--block" } else { "" }, if icon_only { " btn--i" } else { "" })
}

/// A button.
///
/// A `disabled` reason turns it off: it stays focusable, does nothing, and says the reason on hover and
/// to screen readers. While `busy`, presses are ignored; let the label say what is going on ("Advancing…").
#[component]
pub fn Button(
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large it is.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the label.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// For a button that is an icon only: what it does.
    #[prop(optional, into)]
    label: Option<String>,
    /// As wide as its container.
    #[prop(optional)]
    block: bool,
    /// Why it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<Option<String>>,
    /// Whether what it does is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Sends the form it stands in; `on_press` is then not called.
    #[prop(optional)]
    submit: bool,
    /// A keyboard hint after the label, such as `N`.
    #[prop(optional, into)]
    key: Option<&'static str>,
    /// What it opens, for `aria-haspopup`: `dialog`, `menu`.
    #[prop(optional, into)]
    opens: Option<&'static str>,
    /// Called when it is pressed and neither disabled nor busy.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// The label.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon_only = children.is_none();
    let press = move |event: MouseEvent| {
        if disabled.with_untracked(Option::is_some) || busy.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press
            && !submit
        {
            on_press.run(());
        }
    };
    let reason = move || disabled.get();
    let name = label.clone();
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=class(kind, size, block, icon_only)
            aria-label=move || match (name.clone(), reason()) {
                (Some(name), Some(reason)) => Some(format!("{name}. {reason}")),
                (name, _) => name,
            }
            aria-disabled=move || reason().map(|_| "true")
            aria-busy=move || busy.get().then_some("true")
            aria-haspopup=opens
            title=move || reason().or_else(|| label.clone())
            on:click=press
        >
            {icon.map(|name| view! { <Icon name small=!icon_only || size == ButtonSize::Small /> })}
            {children.map(|children| children())}
            {key.map(|key| view! { <Key>{key}</Key> })}
            {(!icon_only)
                .then(|| view! { <span class="sr">{move || reason().map(|reason| format!(". {reason}"))}</span> })}
        </button>
    }
}

/// A link that looks like a button: it goes somewhere, it changes nothing.
#[component]
pub fn LinkButton(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// How much it asks to be followed.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large it is.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the label.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// The label.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=class(kind, size, false, false) href=href>
            {icon.map(|name| view! { <Icon name small=true /> })}
            {children()}
        </a>
    }
}

/// A key of the keyboard.
#[component]
pub fn Key(
    /// What is printed on it.
    children: Children,
) -> impl IntoView {
    view! { <kbd class="kbd">{children()}</kbd> }
}
