//! Whether the history is whole: the hash chain, checked by the server.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::people::grouped;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::desktop::ConnectionState;
use signalbox_protocol::endpoint::{AtRoot, VerifyChain};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::audit::ChainReport;

use super::filter::Filter;
use crate::components::{Aspect, AspectText, Banner, Button, ButtonKind, ButtonSize, Icon, IconName};
use crate::state::{Store, use_store};
use crate::{api, time};

/// How far the check has come.
#[derive(Debug, Clone, PartialEq)]
enum Check {
    NotYet,
    UnderWay,
    Done(ChainReport),
    Failed(ErrorBody),
}

/// The check of the chain. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Chain {
    store: Store,
    check: RwSignal<Check>,
}

impl Chain {
    /// Checks once, as soon as there is a connection. Call it once, in the component that shows the history.
    pub fn new(store: Store) -> Self {
        let chain = Self { store, check: RwSignal::new(Check::NotYet) };
        Effect::new(move |_| {
            let live = store.connection.get().state == ConnectionState::Live;
            if live && chain.check.with_untracked(|check| *check == Check::NotYet) {
                chain.begin();
            }
        });
        chain
    }

    fn begin(self) {
        self.check.set(Check::UnderWay);
        spawn_local(async move {
            let answer = api::call::<VerifyChain>(&AtRoot {}, &Empty {}, &Empty {}, None).await;
            self.check.try_set(answer.map_or_else(Check::Failed, Check::Done));
        });
    }
}

/// "Chain verified, 12,482 entries, 14:30", with a way to check again.
#[component]
pub fn ChainStatus(
    /// The check.
    chain: Chain,
) -> impl IntoView {
    let offline = Signal::derive(move || {
        chain.store.is_offline().then(|| "The chain is checked by the server, which does not answer.".to_owned())
    });
    let busy = Signal::derive(move || chain.check.with(|check| *check == Check::UnderWay));
    view! {
        <span class="row" role="status">
            {move || match chain.check.get() {
                Check::NotYet => ().into_any(),
                Check::UnderWay => view! { <span class="fs12 ink3">"Checking the chain…"</span> }.into_any(),
                Check::Failed(_) => {
                    view! { <span class="fs12 ink2">"The chain could not be checked"</span> }.into_any()
                }
                Check::Done(report) if report.broken_at.is_some() => {
                    view! { <AspectText aspect=Aspect::Danger>"Chain broken"</AspectText> }.into_any()
                }
                Check::Done(report) => {
                    let at = time::clock(&time::local(report.checked));
                    view! {
                        <span class="integ">
                            <Icon name=IconName::ShieldCheck />
                            <span>
                                <span class="m">"Chain verified"</span>
                                <span class="ink3 num">{format!(", {} entries, {at}", grouped(report.entries))}</span>
                            </span>
                        </span>
                    }
                        .into_any()
                }
            }}
        </span>
        <Button
            kind=ButtonKind::Quiet
            size=ButtonSize::Small
            icon=IconName::RefreshCw
            label="Check the chain again"
            disabled=offline
            busy=busy
            on_press=move |()| chain.begin()
        />
    }
}

/// Says which entry does not fit, when the chain is broken.
#[component]
pub fn ChainBroken(
    /// The check.
    chain: Chain,
) -> impl IntoView {
    let store = use_store();
    let broken = Memo::new(move |_| {
        chain.check.with(|check| match check {
            Check::Done(report) => report.broken_at,
            Check::NotYet | Check::UnderWay | Check::Failed(_) => None,
        })
    });
    move || {
        broken.get().map(|sequence| {
            let number = grouped(sequence);
            let backup = if store.place.with(Option::is_some) {
                "Compare it with a backup before you rely on it."
            } else {
                "Ask whoever runs the server to compare it with a backup before you rely on it."
            };
            view! {
                <Banner aspect=Aspect::Danger>
                    <span>
                        <b>{format!("The history was changed outside Signalbox, at entry {number}.")}</b>
                        {format!(" That entry does not fit the one before it. {backup}")}
                    </span>
                    <a class="btn btn--s end" href=Filter::default().address(Some(sequence)) data-noscroll="">
                        {format!("Show entry {number}")}
                    </a>
                </Banner>
            }
        })
    }
}
