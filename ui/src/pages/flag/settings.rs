//! What the flag is: its description, its archive, and what only experts need.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::flag::{BucketingAlgorithm, Purpose};
use signalbox_protocol::endpoint::{ArchiveFlag, ChangeFlagEndpoint, RestoreFlag};
use signalbox_protocol::wire::Why;
use signalbox_protocol::wire::flag::{ChangeFlag, Details};
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::components::{
    Button, ButtonKind, CopyKey, FieldError, Icon, IconName, Lockable, Select, TextArea, TextField, Time, purpose_words,
};
use crate::form::Problem;
use crate::pages::flag::base::{Base, closed};
use crate::pages::flag::change::confirmation::{Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::client_side::ClientSideCard;
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::variants::kind_words;
use crate::state::{ToastKind, use_store};

/// Fields that show their own errors; tags show one for the whole list.
const FIELDS: &[&str] = &["name", "description", "owner", "expected_removal"];
const PURPOSES: [Purpose; 5] =
    [Purpose::Release, Purpose::Experiment, Purpose::Operations, Purpose::Permission, Purpose::Configuration];

/// The description, the archive, and the advanced part.
#[component]
pub fn SettingsTab() -> impl IntoView {
    view! {
        <div class="stack">
            <DetailsCard />
            <ClientSideCard />
            <ArchiveCard />
            <AdvancedCard />
        </div>
    }
}

/// A description as it is typed.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    description: RwSignal<String>,
    purpose: RwSignal<String>,
    owner: RwSignal<String>,
    tags: RwSignal<String>,
    removal: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self { name: empty(), description: empty(), purpose: empty(), owner: empty(), tags: empty(), removal: empty() }
    }

    fn seed(self, details: Details) {
        self.name.set(details.name);
        self.description.set(details.description);
        self.purpose.set(purpose_words(details.purpose).to_owned());
        self.owner.set(details.owner.unwrap_or_default());
        self.tags.set(details.tags.join(", "));
        self.removal.set(details.expected_removal.map(|date| date.to_string()).unwrap_or_default());
    }

    /// What was typed.
    ///
    /// # Errors
    /// About the date, which is the only field that may not be a text.
    fn typed(self) -> Result<Details, ErrorBody> {
        let removal = self.removal.get();
        let expected_removal = match removal.trim() {
            "" => None,
            date => Some(date.parse::<NaiveDate>().map_err(|_| {
                ErrorBody::new(ErrorCode::InvalidField, "must be a date, such as 2026-12-31").about("expected_removal")
            })?),
        };
        let words = self.purpose.get();
        Ok(Details {
            name: self.name.get().trim().to_owned(),
            description: self.description.get().trim().to_owned(),
            purpose: PURPOSES.into_iter().find(|purpose| purpose_words(*purpose) == words).unwrap_or_default(),
            owner: Some(self.owner.get().trim().to_owned()).filter(|owner| !owner.is_empty()),
            tags: tags(&self.tags.get()),
            expected_removal,
        })
    }
}

/// Tags, typed with commas between them; each once.
fn tags(typed: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in typed.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

#[component]
fn DetailsCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let fields = Fields::new();
    let read = |scene: &Scene| (scene.flag.details.clone(), scene.flag.version);
    let seed = move |details: Details| fields.seed(details);
    seed(scene.with_untracked(|scene| read(scene).0));
    let is_typed = move |details: &Details| fields.typed().ok().as_ref() != Some(details);
    let (base, changed) = Base::follow(page, read, is_typed, seed);
    let problem = Problem::new();
    let busy = RwSignal::new(false);
    let save = move |()| {
        problem.clear();
        let details = match untrack(|| fields.typed()) {
            Ok(details) => details,
            Err(error) => return problem.set(error),
        };
        let at = scene.with_untracked(|scene| scene.at_flag());
        let Details { name, description, purpose, owner, tags, expected_removal } = details;
        let body = ChangeFlag { name, description, purpose, owner, tags, expected_removal };
        busy.set(true);
        spawn_local(async move {
            let answer = store.send::<ChangeFlagEndpoint>(&at, &body, Some(base.version())).await;
            busy.try_set(false);
            match answer {
                Ok(flag) => {
                    page.put_flag(&flag);
                    store.toast(ToastKind::Done, "The description is saved.");
                }
                Err(error) if error.error.code == ErrorCode::VersionStale => {}
                Err(error) => problem.set(error),
            }
        });
    };
    let purposes: Vec<_> = PURPOSES
        .into_iter()
        .map(|purpose| (purpose_words(purpose).to_owned(), purpose_words(purpose).to_owned()))
        .collect();
    view! {
        <section class="card" aria-labelledby="details">
            <div class="card-h">
                <h2 id="details">"Description"</h2>
                <span class="ink3 fs12">"What people read; changing it changes nothing for customers"</span>
            </div>
            <Lockable reason=closed(changed, move || page.locked())>
            <div class="card-b form-grid">
                <TextField label="Name" value=fields.name required=true error=problem.at("name") />
                <Select label="Type" value=fields.purpose options=Signal::stored(purposes) />
                <div class="form-wide">
                    <TextArea
                        label="What it is for"
                        value=fields.description
                        rows=3
                        error=problem.at("description")
                    />
                </div>
                <TextField label="Owner" value=fields.owner note="Who looks after it" error=problem.at("owner") />
                <TextField
                    label="Expected removal"
                    value=fields.removal
                    kind="date"
                    note="When it should be gone from the code"
                    error=problem.at("expected_removal")
                />
                <div class="form-wide">
                    <TextField label="Tags" value=fields.tags note="With commas between them" />
                </div>
                <div class="form-wide">
                    <FieldError error=problem.elsewhere(FIELDS) />
                </div>
            </div>
            </Lockable>
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Save the description"
                disabled=Signal::derive(move || page.locked())
                busy
                on_save=save
                on_undo=move |()| {
                    problem.clear();
                    base.undo();
                }
            />
        </section>
    }
}

#[component]
fn ArchiveCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let archived = Memo::new(move |_| scene.with(|scene| scene.flag.archived));
    let asking = RwSignal::new(None::<bool>);
    let obstacle = move || {
        store.can_edit().err().or_else(|| {
            let under_way = archived.with(Option::is_none).then(|| scene.with(|scene| under_way_in(scene))).flatten();
            under_way.map(|environment| format!("A rollout is under way in {environment}. Finish it first."))
        })
    };
    let change = sending(move |reason| async move {
        let archive = asking.get_untracked().unwrap_or_default();
        let (at, version) = scene.with_untracked(|scene| (scene.at_flag(), Some(scene.flag.version)));
        let why = Why { reason };
        let flag = if archive {
            store.send::<ArchiveFlag>(&at, &why, version).await?
        } else {
            store.send::<RestoreFlag>(&at, &why, version).await?
        };
        page.put_flag(&flag);
        let words = if archive { "The flag is in the archive." } else { "The flag is in use again." };
        store.toast(ToastKind::Done, words);
        Ok(())
    });
    let says = move |archive: &bool| scene.with(|scene| told(scene, *archive, page.touches_production()));
    view! {
        <section class="card" aria-labelledby="archive">
            <div class="card-h">
                <h2 id="archive">"Archive"</h2>
            </div>
            <div class="card-b row gap4">
                <p class="grow ink2">
                    {move || match archived.get() {
                        Some(since) => {
                            view! {
                                "In the archive since "
                                <Time at=since />
                                ". Applications do not know it any more; its history is kept."
                            }
                                .into_any()
                        }
                        None => {
                            "In the archive, applications no longer know the flag and use the value in their own code. Its history is kept, and it can be restored."
                                .into_any()
                        }
                    }}
                    {move || obstacle().map(|reason| view! { <span class="ink3 fs12 archive-why">{reason}</span> })}
                </p>
                {move || {
                    let archive = archived.with(Option::is_none);
                    view! {
                        <Button
                            kind=if archive { ButtonKind::Danger } else { ButtonKind::Plain }
                            icon=if archive { IconName::Archive } else { IconName::RotateCcw }
                            opens="dialog"
                            disabled=Signal::derive(obstacle)
                            on_press=move |()| asking.set(Some(archive))
                        >
                            {if archive { "Archive flag" } else { "Restore flag" }}
                        </Button>
                    }
                }}
            </div>
        </section>
        <Confirming asked=asking send=change told=says />
    }
}

/// An environment where a rollout drives the flag.
fn under_way_in(scene: &Scene) -> Option<String> {
    use signalbox_domain::rollout::RolloutStatus::{Held, Running};
    let driven = scene.flag.configurations.values().find(|configuration| {
        configuration.rollout.as_ref().is_some_and(|rollout| matches!(rollout.status, Running | Held))
    });
    driven.map(|configuration| configuration.environment.to_string())
}

/// What the dialog says before a flag goes into the archive, or comes out of it.
fn told(scene: &Scene, archive: bool, production: bool) -> Confirmation {
    let name = &scene.flag.details.name;
    let state = |archived: bool| format!("archived: {archived}");
    let (title, effect, facts, confirm, working) = if archive {
        (
            format!("Put {name} into the archive?"),
            Effect::new(
                "",
                "Applications no longer know it",
                " and use the value in their own code, in all environments.",
            ),
            vec![
                Fact::new(FactKind::NotAffected, "Its history, its rules and its rollouts are kept."),
                Fact::new(FactKind::WayBack, "Restore it: it gives what it gave before."),
            ],
            "Archive flag",
            "Archiving…",
        )
    } else {
        (
            format!("Take {name} out of the archive?"),
            Effect::new("", "Applications know it again", " and get what its rules say, in all environments."),
            vec![Fact::new(FactKind::WayBack, "Archive it again at any time.")],
            "Restore flag",
            "Restoring…",
        )
    };
    Confirmation {
        title,
        about: "This changes what people see in",
        place: "all environments".into(),
        change: None,
        effect,
        facts,
        reason: if production { Reason::Required } else { Reason::Optional },
        exact: Exact { path: scene.flag.key.to_string(), removed: vec![state(!archive)], added: vec![state(archive)] },
        confirm: confirm.into(),
        working,
        stops: archive,
    }
}

#[component]
fn AdvancedCard() -> impl IntoView {
    let scene = use_page().scene;
    let fact = move |read: fn(&Scene) -> String| move || scene.with(|scene| read(scene));
    view! {
        <section class="card">
            <details class="advanced">
                <summary>
                    <Icon name=IconName::ChevronDown small=true class="ink3" />
                    <h2>"Advanced"</h2>
                    <span class="ink3 fs12">"How people are put into buckets"</span>
                </summary>
                <dl class="dl card-b">
                    <dt>"Key"</dt>
                    <dd>
                        <code>{fact(|scene| scene.flag.key.to_string())}</code>
                    </dd>
                    <dt>"Kind of value"</dt>
                    <dd>{fact(|scene| kind_words(scene.flag.value_kind).to_owned())}</dd>
                    <dt>"Made"</dt>
                    <dd>
                        <Time at=Signal::derive(move || scene.with(|scene| scene.flag.created)) />
                    </dd>
                    <dt>"Bucketing"</dt>
                    <dd>
                        <code>{fact(|scene| bucketing_words(scene.flag.bucketing).to_owned())}</code>
                        " "
                        <span class="ink3">"XXH64 of salt and targeting key, 100,000 buckets of 0.001 %"</span>
                    </dd>
                    <dt>"Salt"</dt>
                    <dd>
                        <CopyKey text=Signal::derive(fact(|scene| scene.flag.salt.clone())) what="salt" />
                    </dd>
                </dl>
            </details>
        </section>
    }
}

/// As the API spells it.
const fn bucketing_words(algorithm: BucketingAlgorithm) -> &'static str {
    match algorithm {
        BucketingAlgorithm::Signalbox1 => "signalbox-1",
        BucketingAlgorithm::Flagd2 => "flagd-2",
        BucketingAlgorithm::Flagd3 => "flagd-3",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn tags_are_listed_once() {
        assert_eq!(tags(" mobile, web ,, mobile"), ["mobile", "web"]);
        assert_eq!(tags(""), [""; 0]);
    }

    #[test]
    fn a_rollout_under_way_keeps_a_flag_out_of_the_archive() {
        assert_eq!(under_way_in(&fixture::scene(fixture::held(1))).as_deref(), Some("production"));
        assert_eq!(under_way_in(&fixture::scene(fixture::draft())), None);
    }

    #[test]
    fn the_archive_asks_for_a_reason_where_there_is_production() {
        let scene = fixture::scene(fixture::nobody());
        assert_eq!(told(&scene, true, true).reason, Reason::Required);
        assert_eq!(told(&scene, false, false).reason, Reason::Optional);
        assert!(told(&scene, true, true).stops && !told(&scene, false, true).stops);
    }
}
