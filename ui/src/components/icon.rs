//! Line icons, from `assets/icons`.

use leptos::prelude::*;

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $file:literal,)*) => {
        /// An icon of `assets/icons`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum IconName {
            $($(#[$doc])* $name,)*
        }

        impl IconName {
            /// The file as it is: a whole `<svg>`.
            const fn source(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../../assets/icons", $file)),)*
                }
            }

            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

icons! {
    Archive = "/archive.svg",
    ArrowDown = "/arrow-down.svg",
    ArrowRight = "/arrow-right.svg",
    ArrowUp = "/arrow-up.svg",
    Check = "/check.svg",
    ChevronDown = "/chevron-down.svg",
    ChevronsUpDown = "/chevrons-up-down.svg",
    Clock = "/clock.svg",
    Contrast = "/contrast.svg",
    Copy = "/copy.svg",
    Ellipsis = "/ellipsis.svg",
    Download = "/download.svg",
    FileText = "/file-text.svg",
    Flag = "/flag.svg",
    History = "/history.svg",
    Info = "/info.svg",
    KeyRound = "/key-round.svg",
    Keyboard = "/keyboard.svg",
    Layers = "/layers.svg",
    LayoutDashboard = "/layout-dashboard.svg",
    Link = "/link.svg",
    Lock = "/lock.svg",
    LogOut = "/log-out.svg",
    Pause = "/pause.svg",
    Pencil = "/pencil.svg",
    Play = "/play.svg",
    Plus = "/plus.svg",
    Power = "/power.svg",
    RefreshCw = "/refresh-cw.svg",
    RotateCcw = "/rotate-ccw.svg",
    Search = "/search.svg",
    Server = "/server.svg",
    Settings = "/settings.svg",
    ShieldCheck = "/shield-check.svg",
    Split = "/split.svg",
    Trash = "/trash-2.svg",
    Undo = "/undo-2.svg",
    Unplug = "/unplug.svg",
    User = "/user.svg",
    Users = "/users.svg",
    X = "/x.svg",
}

/// What is inside the `<svg>` of an icon, and its view box.
pub(super) fn parts(source: &'static str) -> (&'static str, &'static str) {
    let view_box = source.split_once("viewBox=\"").and_then(|(_, rest)| rest.split_once('"'));
    let inside = source.split_once('>').and_then(|(_, rest)| rest.rsplit_once("</svg>"));
    (view_box.map_or("0 0 24 24", |(view_box, _)| view_box), inside.map_or("", |(inside, _)| inside))
}

/// A line icon beside a label; silent for screen readers. `small` is 14 px instead of 16.
#[component]
pub fn Icon(
    /// Which icon.
    #[prop(into)]
    name: Signal<IconName>,
    /// 14 px instead of 16.
    #[prop(optional)]
    small: bool,
    /// More classes, such as `ink3`.
    #[prop(optional, into)]
    class: &'static str,
) -> impl IntoView {
    let class = format!("i {} {class}", if small { "i14" } else { "" });
    move || {
        let (view_box, inside) = parts(name.get().source());
        view! { <svg class=class.clone() viewBox=view_box aria-hidden="true" inner_html=inside></svg> }
    }
}

/// The mark of Signalbox: a signal on its line.
#[component]
pub fn Brand() -> impl IntoView {
    let (view_box, inside) = parts(include_str!("../../../assets/icons/mark.svg"));
    view! {
        <svg
            width="20"
            height="20"
            viewBox=view_box
            fill="none"
            stroke="currentColor"
            stroke-width="2.2"
            aria-hidden="true"
            inner_html=inside
        ></svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_has_lines() {
        for icon in IconName::ALL {
            let (view_box, inside) = parts(icon.source());
            assert_eq!(view_box, "0 0 24 24", "{icon:?}");
            assert!(inside.starts_with('<') && !inside.contains("svg"), "{icon:?}");
        }
    }
}
