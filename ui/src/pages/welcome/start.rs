//! First run of the desktop app: look around, join a team, or begin alone.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::desktop::Choice;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::Frame;
use crate::components::{
    Aspect, AspectGlyph, Button, ButtonKind, ButtonSize, FieldError, Icon, IconName, Tag, TagKind, TextField,
};
use crate::form::Problem;
use crate::state::use_store;

/// Which card is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    Demo,
    Team,
    Empty,
}

/// First run of the desktop app: how would the person like to begin?
#[component]
pub fn WelcomePage() -> impl IntoView {
    let store = use_store();
    let at_work = RwSignal::new(None::<Card>);
    let (demo, team, empty) = (Problem::new(), Problem::new(), Problem::new());
    let address = RwSignal::new(String::new());
    let token = RwSignal::new(String::new());
    let project = RwSignal::new(String::new());
    let choose = move |card: Card, problem: Problem, choice: Choice| {
        if at_work.get_untracked().is_some() {
            return;
        }
        problem.clear();
        at_work.set(Some(card));
        spawn_local(async move {
            if let Err(error) = store.choose(choice).await {
                problem.set(error);
            }
            at_work.try_set(None);
        });
    };
    let busy = move |card| Signal::derive(move || at_work.get() == Some(card));
    let join = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(error) = missing(address, "url", "enter the address of your team's server")
            .or_else(|| missing(token, "token", "enter your access token"))
        {
            return team.set(error);
        }
        let choice =
            Choice::Remote { url: with_scheme(&address.get_untracked()), token: token.get_untracked().trim().into() };
        choose(Card::Team, team, choice);
    };
    let begin = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(error) = missing(project, "project_name", "enter a name for the project") {
            return empty.set(error);
        }
        choose(Card::Empty, empty, Choice::Empty { project_name: project.get_untracked().trim().into() });
    };
    view! {
        <Frame
            title="Release a little at a time"
            lead="Show a change to a few people, see how it goes, then let more in. Step back at any moment. How would you like to begin?"
        >
            <ul class="grid g3 wcards">
                <li class="card wcard wcard--p">
                    <div class="row wcard-head">
                        <span class="wic">
                            <Icon name=IconName::Play />
                        </span>
                        <span class="end">
                            <Tag kind=TagKind::Accent>"2 minutes"</Tag>
                        </span>
                    </div>
                    <h2>"Look around first"</h2>
                    <p class="ink2">"A made-up bank with rollouts already on the way. Nothing here reaches real people."</p>
                    <div class="win">
                        <Sketch />
                        <FieldError error=demo.elsewhere(&[]) />
                    </div>
                    <Button
                        kind=ButtonKind::Primary
                        size=ButtonSize::Large
                        block=true
                        busy=busy(Card::Demo)
                        on_press=move |()| choose(Card::Demo, demo, Choice::Demo)
                    >
                        {move || match (at_work.get(), store.demo_exists.get()) {
                            (Some(Card::Demo), _) => "Opening the demo…",
                            (_, true) => "Go on with the demo",
                            (_, false) => "Open the demo",
                        }}
                    </Button>
                </li>
                <li class="card wcard">
                    <form class="wform" on:submit=join novalidate>
                        <div class="row wcard-head">
                            <span class="wic">
                                <Icon name=IconName::Server />
                            </span>
                        </div>
                        <h2>"Join your team"</h2>
                        <p class="ink2">"Your company already uses Signalbox. Connect to see its flags and rollouts."</p>
                        <div class="win">
                            <TextField
                                label="Address"
                                value=address
                                icon=IconName::Link
                                placeholder="signalbox.yourcompany.com"
                                exact=true
                                error=team.at("url")
                            />
                            <TextField
                                label="Access token"
                                value=token
                                kind="password"
                                icon=IconName::KeyRound
                                hint="Whoever runs the server makes one for you."
                                error=team.at("token")
                            />
                            <FieldError error=team.elsewhere(&["url", "token"]) />
                        </div>
                        <Button size=ButtonSize::Large block=true submit=true busy=busy(Card::Team)>
                            {move || if at_work.get() == Some(Card::Team) { "Connecting…" } else { "Connect" }}
                        </Button>
                    </form>
                </li>
                <li class="card wcard">
                    <form class="wform" on:submit=begin novalidate>
                        <div class="row wcard-head">
                            <span class="wic">
                                <Icon name=IconName::Flag />
                            </span>
                        </div>
                        <h2>"Start empty"</h2>
                        <p class="ink2">"A project of your own on this computer. Wire an application to it in five minutes."</p>
                        <div class="win">
                            <TextField
                                label="Project"
                                value=project
                                placeholder="Web shop"
                                hint="It holds your flags and where they run."
                                error=empty.at("project_name")
                            />
                            <FieldError error=empty.elsewhere(&["project_name"]) />
                        </div>
                        <Button size=ButtonSize::Large block=true submit=true busy=busy(Card::Empty)>
                            {move || if at_work.get() == Some(Card::Empty) { "Making it…" } else { "Make the project" }}
                        </Button>
                    </form>
                </li>
            </ul>
            <p class="fs12 ink3 wfoot">"Everything stays on this computer until you connect."</p>
        </Frame>
    }
}

/// A drawing of three rollouts, as they look in the demo.
#[component]
fn Sketch() -> impl IntoView {
    let line = |name: &'static str, blocks: &'static [&'static str], held: bool| {
        view! {
            <div class="row wdemo-row">
                <span class="fs12 trunc wdemo-name">{name}</span>
                <span class="mt mt--l">
                    {blocks
                        .iter()
                        .map(|class| {
                            let lamp = held && *class == "hd";
                            view! {
                                <i class=*class></i>
                                {lamp.then(|| view! { <AspectGlyph aspect=Aspect::Danger /> })}
                            }
                        })
                        .collect_view()}
                </span>
            </div>
        }
    };
    view! {
        <div class="wdemo" aria-hidden="true">
            {line("New sign-up", &["p", "h", "", "", ""], false)}
            {line("Card freeze", &["p", "p", "p", "hd", ""], true)} {line("Faster search", &["p", "p", "p", "p", "h"], false)}
        </div>
    }
}

/// The error for a field that was left empty.
fn missing(value: RwSignal<String>, field: &str, message: &str) -> Option<ErrorBody> {
    let is_empty = value.with_untracked(|value| value.trim().is_empty());
    is_empty.then(|| ErrorBody::new(ErrorCode::InvalidField, message).about(field))
}

/// An address as people type it, with the scheme that they leave out: plain HTTP only on this computer.
fn with_scheme(address: &str) -> String {
    let address = address.trim();
    if address.is_empty() || address.contains("://") {
        return address.to_owned();
    }
    let host = address.split(['/', ':']).next().unwrap_or_default();
    let here = matches!(host, "localhost" | "127.0.0.1");
    format!("{}://{address}", if here { "http" } else { "https" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_scheme() {
        let check = |typed, expect: &str| assert_eq!(with_scheme(typed), expect);
        check("signalbox.example.org", "https://signalbox.example.org");
        check(" 127.0.0.1:4600 ", "http://127.0.0.1:4600");
        check("localhost:4600/", "http://localhost:4600/");
        check("http://box.internal", "http://box.internal");
        check("", "");
    }
}
