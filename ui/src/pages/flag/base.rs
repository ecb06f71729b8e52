//! What a form began from, while the page behind it goes on living.

use std::sync::Arc;

use leptos::prelude::*;

use crate::pages::flag::page::Page;
use crate::pages::flag::scene::Scene;

/// What a form began from, with the version of it that a save is made against.
///
/// A form that nobody has touched follows what happens. One that was touched keeps what was typed; when
/// what it began from has changed meanwhile, a save is refused by the server rather than undoing it.
pub struct Base<Content: Send + Sync + 'static> {
    begun: RwSignal<(Content, u64)>,
    latest: Memo<(Content, u64)>,
    seed: Callback<Content>,
}

impl<Content: Send + Sync> Clone for Base<Content> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Content: Send + Sync> Copy for Base<Content> {}

impl<Content: Clone + PartialEq + Send + Sync + 'static> Base<Content> {
    /// Begins from what `read` finds in the scene, with its version. `is_typed` says whether what was
    /// typed differs from it, `seed` puts it into the fields.
    pub fn follow(
        page: Page,
        read: fn(&Scene) -> (Content, u64),
        is_typed: impl Fn(&Content) -> bool + Send + Sync + 'static,
        seed: impl Fn(Content) + Send + Sync + 'static,
    ) -> (Self, Memo<bool>) {
        Self::over(Memo::new(move |_| page.scene.with(|scene| read(scene))), is_typed, seed)
    }

    /// Begins from what is there now, with its version, and follows it. `is_typed` and `seed` are as for
    /// [`Self::follow`].
    pub fn over(
        latest: Memo<(Content, u64)>,
        is_typed: impl Fn(&Content) -> bool + Send + Sync + 'static,
        seed: impl Fn(Content) + Send + Sync + 'static,
    ) -> (Self, Memo<bool>) {
        let begun = RwSignal::new(latest.get_untracked());
        let base = Self { begun, latest, seed: Callback::new(seed) };
        let is_typed = Arc::new(is_typed);
        let differs = Arc::clone(&is_typed);
        let changed = Memo::new(move |_| begun.with(|(content, _)| differs(content)));
        Effect::new(move |_| {
            let (content, version) = latest.get();
            let same = begun.with_untracked(|(begun, _)| *begun == content);
            // What was typed may be what is there now: it was saved.
            if same || !untrack(|| is_typed(&content)) {
                begun.set((content, version));
            } else if !changed.get_untracked() {
                base.undo();
            }
        });
        (base, changed)
    }

    /// The version that a save is made against.
    pub fn version(&self) -> u64 {
        self.begun.with_untracked(|(_, version)| *version)
    }

    /// Whether somebody has changed meanwhile what the form began from.
    pub fn is_overtaken(&self) -> bool {
        let latest = self.latest.get();
        self.begun.with(|(begun, _)| *begun != latest.0)
    }

    /// Puts into the fields what is there now.
    pub fn undo(&self) {
        let latest = self.latest.get_untracked();
        // First the fields, so that the form does not look touched in between.
        self.seed.run(latest.0.clone());
        self.begun.set(latest);
    }
}

/// Why nobody may begin to type into a form, if so. Whoever has begun may go on; why it cannot be saved stands at the
/// foot then.
pub fn closed(
    changed: Memo<bool>,
    reason: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> Signal<Option<String>> {
    Signal::derive(move || if changed.get() { None } else { reason() })
}
