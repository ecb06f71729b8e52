//! How a person begins: the welcome screen of the desktop app, the sign-in screen of a browser.

mod sign_in;
mod start;

use leptos::prelude::*;

use crate::components::{Aspect, AspectGlyph, Brand};
use crate::shell::ThemeButton;

pub use sign_in::SignInPage;
pub use start::WelcomePage;

/// What both screens share: the brand above, the line of blocks, title and lead.
#[component]
fn Frame(
    /// The title.
    title: &'static str,
    /// Two sentences below it.
    lead: &'static str,
    /// The cards.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="wel">
            <header class="wtop">
                <div class="wbrand">
                    <Brand />
                    <span>"SIGNALBOX"</span>
                </div>
                <div class="end row">
                    <ThemeButton />
                </div>
            </header>
            <main id="main" class="wmain">
                <div class="wline" aria-hidden="true">
                    <span class="p"></span>
                    <span class="p"></span>
                    <span class="h"></span>
                    <AspectGlyph aspect=Aspect::Clear />
                    <span></span>
                    <span></span>
                </div>
                <h1>{title}</h1>
                <p class="wlead">{lead}</p>
                {children()}
            </main>
        </div>
    }
}
