//! Small labels.

use leptos::prelude::*;
use signalbox_domain::flag::Purpose;

use super::{Icon, IconName};

/// How a tag looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TagKind {
    /// Grey.
    #[default]
    Plain,
    /// An outline.
    Line,
    /// In the accent: selection, the occupied block.
    Accent,
}

/// A small label.
#[component]
pub fn Tag(
    /// How it looks.
    #[prop(optional)]
    kind: TagKind,
    /// The label.
    children: Children,
) -> impl IntoView {
    let class = match kind {
        TagKind::Plain => "tag",
        TagKind::Line => "tag tag--line",
        TagKind::Accent => "tag tag--acc",
    };
    view! { <span class=class>{children()}</span> }
}

/// Which kind of flag it is, with its icon.
#[component]
pub fn PurposeTag(
    /// The kind.
    #[prop(into)]
    purpose: Signal<Purpose>,
) -> impl IntoView {
    view! {
        <span class="row purpose fs12 ink2">
            <Icon name=Signal::derive(move || purpose_icon(purpose.get())) small=true class="ink3" />
            {move || purpose_words(purpose.get())}
        </span>
    }
}

/// "Release", "Experiment", "Safety switch", "Access", "Configuration".
pub fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Release => "Release",
        Purpose::Experiment => "Experiment",
        Purpose::Operations => "Safety switch",
        Purpose::Permission => "Access",
        Purpose::Configuration => "Configuration",
    }
}

fn purpose_icon(purpose: Purpose) -> IconName {
    match purpose {
        Purpose::Release => IconName::Flag,
        Purpose::Experiment => IconName::Split,
        Purpose::Operations => IconName::Power,
        Purpose::Permission => IconName::Lock,
        Purpose::Configuration => IconName::Settings,
    }
}
