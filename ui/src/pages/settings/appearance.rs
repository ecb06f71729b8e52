//! How the pages look on this device.

use leptos::prelude::*;

use crate::components::{Button, Segmented};
use crate::shell::{Density, Overlay, Theme, use_overlays};

/// Light or dark, close or wide, and the keys.
#[component]
pub fn Appearance() -> impl IntoView {
    let overlays = use_overlays();
    let theme = RwSignal::new(Theme::chosen());
    let density = RwSignal::new(Density::chosen());
    let themes = vec![
        (Theme::System, "As the system".to_owned()),
        (Theme::Light, "Light".to_owned()),
        (Theme::Dark, "Dark".to_owned()),
    ];
    let densities = vec![(Density::Wide, "Wide rows".to_owned()), (Density::Compact, "Compact rows".to_owned())];
    view! {
        <section class="card" aria-labelledby="appearance">
            <div class="card-h">
                <h2 id="appearance">"Appearance"</h2>
                <span class="end">"On this device"</span>
            </div>
            <div class="card-b sheet">
                <div class="srow">
                    <span class="lab">"Theme"</span>
                    <Segmented
                        label="Theme"
                        options=themes
                        value=Signal::derive(move || Some(theme.get()))
                        on_choose=move |chosen: Theme| {
                            chosen.choose();
                            theme.set(chosen);
                        }
                    />
                </div>
                <div class="srow">
                    <span class="lab">"Tables"</span>
                    <Segmented
                        label="Rows of tables"
                        options=densities
                        value=Signal::derive(move || Some(density.get()))
                        on_choose=move |chosen: Density| {
                            chosen.choose();
                            density.set(chosen);
                        }
                    />
                </div>
                <div class="srow">
                    <span class="lab">"Keyboard"</span>
                    <Button opens="dialog" on_press=move |()| overlays.open(Overlay::Keys)>
                        "Keys…"
                    </Button>
                </div>
            </div>
        </section>
    }
}
