//! The four aspects of a signal, and the plain ring. Shape, label and colour always travel together.

use leptos::prelude::*;

use super::icon::parts;

/// What a signal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Disc with tick: may advance.
    Clear,
    /// Triangle with exclamation mark: not yet, look closer.
    Caution,
    /// Octagon with bar: stopped.
    Danger,
    /// Dashed ring: no data, or cannot be known.
    Dark,
    /// Plain ring: no signal here.
    Off,
}

impl Aspect {
    /// As style sheets name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Caution => "caution",
            Self::Danger => "danger",
            Self::Dark => "dark",
            Self::Off => "off",
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::Clear => include_str!("../../../assets/icons/aspect-clear.svg"),
            Self::Caution => include_str!("../../../assets/icons/aspect-caution.svg"),
            Self::Danger => include_str!("../../../assets/icons/aspect-danger.svg"),
            Self::Dark => include_str!("../../../assets/icons/aspect-dark.svg"),
            Self::Off => include_str!("../../../assets/icons/aspect-off.svg"),
        }
    }
}

/// The glyph of an aspect. Without a `label` it is silent: then the words stand beside it.
#[component]
pub fn AspectGlyph(
    /// Which aspect.
    #[prop(into)]
    aspect: Signal<Aspect>,
    /// What a screen reader says instead.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    move || {
        let aspect = aspect.get();
        let (view_box, inside) = parts(aspect.source());
        view! {
            <svg
                class=format!("asp asp--{}", aspect.name())
                viewBox=view_box
                role=label.as_ref().map(|_| "img")
                aria-label=label.clone()
                aria-hidden=label.is_none().then_some("true")
                inner_html=inside
            ></svg>
        }
    }
}

/// An aspect with its words, in running text or a table.
#[component]
pub fn AspectText(
    /// Which aspect.
    #[prop(into)]
    aspect: Signal<Aspect>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <span class=move || format!("sig fs12 sig--{}", aspect.get().name())>
            <AspectGlyph aspect />
            {children()}
        </span>
    }
}

/// An aspect with its words as a pill, for headings.
#[component]
pub fn AspectPill(
    /// Which aspect.
    #[prop(into)]
    aspect: Signal<Aspect>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <span class=move || format!("pill pill--{}", aspect.get().name())>
            <AspectGlyph aspect />
            {children()}
        </span>
    }
}
