//! Saving the rules with what everyone else gets, at the foot of the window for as long as something is changed.

use leptos::prelude::*;
use signalbox_protocol::endpoint::SetRulesEndpoint;

use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::draft::TargetingDraft;
use crate::pages::flag::targeting::wanted::{Difference, Wanted};
use crate::state::{ToastKind, use_store};

/// One save and one undo for all that was changed.
#[component]
pub fn SaveFoot(draft: TargetingDraft) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let locked = Signal::derive(move || page.locked().or_else(|| draft.wanted().err()));
    let confirming = RwSignal::new(None::<Wanted>);
    let change = sending(move |reason| async move {
        let Some(wanted) = confirming.get_untracked() else { return Ok(()) };
        let (at, body) = scene.with_untracked(|scene| (scene.at_place(), wanted.body(scene, reason)));
        let configuration = store.send::<SetRulesEndpoint>(&at, &body, Some(draft.base.version())).await?;
        page.put_configuration(configuration);
        // The server trims what was typed; the form shows that.
        draft.base.undo();
        store.toast(ToastKind::Done, "Who gets it is changed.");
        Ok(())
    });
    view! {
        <div class="save-bar">
            <FormFoot
                changed=draft.changed
                overtaken=Signal::derive(move || draft.base.is_overtaken())
                save="Change who gets it…"
                disabled=locked
                opens="dialog"
                on_save=move |()| confirming.set(untrack(|| draft.wanted()).ok())
                on_undo=move |()| draft.base.undo()
            />
        </div>
        {move || {
            confirming
                .get()
                .map(|wanted| {
                    let (told, differences) = scene
                        .with_untracked(|scene| (wanted.confirmation(scene), wanted.differences(scene)));
                    view! {
                        <ConfirmDialog
                            confirmation=Signal::stored(told)
                            send=change
                            on_close=move |()| confirming.set(None)
                        >
                            <Differences differences />
                        </ConfirmDialog>
                    }
                })
        }}
    }
}

/// What the words of the dialog leave out: rules and versions, now and after.
#[component]
fn Differences(differences: Vec<Difference>) -> impl IntoView {
    (!differences.is_empty()).then(|| {
        let rows = differences.into_iter().map(|Difference { what, was, is }| {
            view! {
                <dt>{format!("{what} now")}</dt>
                <dd>{was}</dd>
                <dt>"After"</dt>
                <dd class="m">{is}</dd>
            }
        });
        view! {
            <dl class="dl rules-difference" data-testid="rules-difference">
                {rows.collect_view()}
            </dl>
        }
    })
}
