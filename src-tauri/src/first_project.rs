//! The project that an empty server in this app begins with.

use signalbox_client::{Client, ClientError, Terms};
use signalbox_domain::key::{EnvironmentKey, LONGEST_KEY, ProjectKey};
use signalbox_protocol::endpoint::{
    AtProject, AtRoot, CreateEnvironmentEndpoint, CreateProjectEndpoint, ListEnvironments, ListProjects,
};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::environment::CreateEnvironment;
use signalbox_protocol::wire::project::CreateProject;
use signalbox_protocol::{ErrorBody, ErrorCode};

/// Key, name, and whether real customers are in it.
const ENVIRONMENTS: [(&str, &str, bool); 3] =
    [("development", "Development", false), ("staging", "Staging", false), ("production", "Production", true)];

/// Longest name of a project, in characters.
const LONGEST_NAME: usize = 120;

/// The name, as it is kept.
///
/// # Errors
/// When it is empty or too long.
pub fn name(typed: &str) -> Result<String, ErrorBody> {
    let name = typed.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let message = format!("a project has a name of 1 to {LONGEST_NAME} characters");
        return Err(ErrorBody::new(ErrorCode::InvalidField, message).about("project_name"));
    }
    Ok(name.to_owned())
}

/// Makes the first project where there is none, and finishes one that an interrupted start left unfinished.
///
/// How many people use an environment is stated as 0, which is "not stated": nobody knows it here.
///
/// # Errors
/// When the server refuses or does not answer.
pub async fn make(client: &Client, name: String) -> Result<(), ClientError> {
    let projects = client.call::<ListProjects>(&AtRoot {}, &Empty {}, &Empty {}, Terms::default()).await?.items;
    let project = match projects.as_slice() {
        [] => {
            let project = CreateProject { key: key(&name), name };
            client.call::<CreateProjectEndpoint>(&AtRoot {}, &Empty {}, &project, Terms::default()).await?.key
        }
        [only] => only.key.clone(),
        _ => return Ok(()),
    };
    let at = AtProject { project };
    let environments = client.call::<ListEnvironments>(&at, &Empty {}, &Empty {}, Terms::default()).await?.items;
    let there: Vec<_> = environments.iter().map(|environment| environment.key.as_str()).collect();
    let all = ENVIRONMENTS.map(|(key, ..)| key);
    if !all.starts_with(&there) {
        return Ok(());
    }
    for (key, name, production) in &ENVIRONMENTS[there.len()..] {
        let key = EnvironmentKey::new(*key).expect("the keys above are keys");
        let environment = CreateEnvironment { key, name: (*name).to_owned(), production: *production, audience: 0 };
        client.call::<CreateEnvironmentEndpoint>(&at, &Empty {}, &environment, Terms::default()).await?;
    }
    Ok(())
}

/// A key made of a name: "Maple Bank (EU)" is `maple-bank-eu`.
fn key(name: &str) -> ProjectKey {
    let mut text = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            text.push(letter);
        } else if !text.is_empty() && !text.ends_with('-') {
            text.push('-');
        }
    }
    text.truncate(LONGEST_KEY);
    let text = text.trim_end_matches('-');
    ProjectKey::new(if text.is_empty() { "project" } else { text }).expect("made of what keys are made of")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_of_names() {
        for (name, expected) in [
            ("Maple Bank", "maple-bank"),
            ("  Maple -- Bank (EU) ", "maple-bank-eu"),
            ("Shop 2", "shop-2"),
            ("Bäckerei", "b-ckerei"),
            ("日本", "project"),
            ("!?", "project"),
            (&"x-".repeat(80), &"x-".repeat(50)[..99]),
        ] {
            assert_eq!(key(name).as_str(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_is_neither_empty_nor_endless() {
        assert_eq!(name(" Maple ").unwrap(), "Maple");
        assert_eq!(name(&"ü".repeat(120)).unwrap().chars().count(), 120);
        for typed in ["", "   ", &"ü".repeat(121)] {
            assert_eq!(name(typed).unwrap_err().error.field.as_deref(), Some("project_name"));
        }
    }
}
