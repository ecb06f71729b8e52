//! Views of the table that a person has saved under a name, on this device.

use serde::{Deserialize, Serialize};
use signalbox_domain::key::EnvironmentKey;

use super::list::Filter;
use super::look::Look;

/// Most views of a person in a project.
pub const MOST_VIEWS: usize = 20;
/// Longest name, in characters.
pub const LONGEST_NAME: usize = 40;

/// A view with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// What it is called.
    pub name: String,
    /// What stands after the question mark of its address.
    query: String,
    /// Where its filter asks of an environment, of which: "held" is another list in every environment. The address
    /// leaves that to whoever opens it, since every page is about the environment that they look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentKey>,
}

impl SavedView {
    /// What it shows.
    pub fn look(&self) -> Look {
        Look::from_query(&self.query)
    }

    /// The environment that it is about, where it is about one.
    pub const fn environment(&self) -> Option<&EnvironmentKey> {
        self.environment.as_ref()
    }

    /// Whether it shows just this, in this environment.
    pub fn shows(&self, look: &Look, environment: Option<&EnvironmentKey>) -> bool {
        self.look().is_same(look) && (self.environment.is_none() || self.environment.as_ref() == environment)
    }
}

/// The views, in the order in which they were saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedViews(Vec<SavedView>);

impl SavedViews {
    /// Reads what [`Self::to_text`] wrote; anything else is no view.
    pub fn from_text(text: &str) -> Self {
        let mut views: Vec<SavedView> = serde_json::from_str(text).unwrap_or_default();
        views.truncate(MOST_VIEWS);
        Self(views)
    }

    /// The views as text.
    pub fn to_text(&self) -> String {
        // Names and queries always have a form in JSON.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &SavedView> {
        self.0.iter()
    }

    /// The view that shows just this, if one does.
    pub fn showing(&self, look: &Look, environment: Option<&EnvironmentKey>) -> Option<&SavedView> {
        self.0.iter().find(|view| view.shows(look, environment))
    }

    /// Whether there is no room for another.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST_VIEWS
    }

    /// Saves what is looked at under a name.
    ///
    /// # Errors
    /// What is wrong with the name, as a sentence.
    pub fn save(&mut self, name: &str, look: &Look, environment: Option<&EnvironmentKey>) -> Result<(), String> {
        let name = self.check(name, None)?;
        if self.is_full() {
            return Err(format!("At most {MOST_VIEWS} views. Remove one first."));
        }
        let look = Look { search: look.search.trim().to_owned(), ..look.clone() };
        let environment = environment.filter(|_| look.filter.asks_of_environment()).cloned();
        self.0.push(SavedView { name, query: look.query(), environment });
        Ok(())
    }

    /// Gives a view another name.
    ///
    /// # Errors
    /// What is wrong with the name, as a sentence; or that the view is gone.
    pub fn rename(&mut self, old: &str, new: &str) -> Result<(), String> {
        let new = self.check(new, Some(old))?;
        let view = self.0.iter_mut().find(|view| view.name == old);
        view.ok_or("This view is gone; it was removed in another window.")?.name = new;
        Ok(())
    }

    /// Removes a view.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|view| view.name != name);
    }

    /// The name as it is kept, where it can be had by a view that is called `own` until now.
    fn check(&self, name: &str, own: Option<&str>) -> Result<String, String> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        if name.is_empty() {
            return Err("Give it a name.".into());
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(format!("At most {LONGEST_NAME} characters."));
        }
        if Filter::ALL.into_iter().chain([Filter::KeptApart]).any(|filter| same(filter.label())) {
            return Err(format!("“{name}” is a filter already. Choose another name."));
        }
        if self.0.iter().any(|view| Some(view.name.as_str()) != own && same(&view.name)) {
            return Err(format!("There is a view “{name}” already. Choose another name."));
        }
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(query: &str) -> Look {
        Look::from_query(query)
    }

    fn environment(key: &str) -> EnvironmentKey {
        EnvironmentKey::new(key).unwrap()
    }

    fn views() -> SavedViews {
        let mut views = SavedViews::default();
        views.save("Mine", &look("q=maren&sort=-changed"), Some(&environment("prod"))).unwrap();
        views.save(" Held  cards ", &look("q=card+&show=held"), Some(&environment("prod"))).unwrap();
        views
    }

    #[test]
    fn views_are_kept_and_found_again() {
        let views = views();
        let read = SavedViews::from_text(&views.to_text());
        assert_eq!(read, views);
        let prod = environment("prod");
        let found = read.showing(&look("show=held&q=card"), Some(&prod)).unwrap();
        assert_eq!(found.name, "Held cards");
        assert_eq!(found.look().address(), "/flags?q=card&show=held");
        assert_eq!(read.showing(&look("show=held"), Some(&prod)), None);
        for nonsense in ["", "{", "{}", "[1]", r#"[{"name": 1}]"#] {
            assert_eq!(SavedViews::from_text(nonsense), SavedViews::default(), "{nonsense}");
        }
    }

    #[test]
    fn a_view_is_of_an_environment_where_its_filter_asks_of_one() {
        let (views, dev) = (views(), environment("dev"));
        let environments: Vec<_> = views.iter().map(|view| view.environment().map(EnvironmentKey::as_str)).collect();
        assert_eq!(environments, [None, Some("prod")]);
        assert_eq!(views.showing(&look("show=held&q=card"), Some(&dev)), None);
        assert!(views.showing(&look("q=maren&sort=-changed"), Some(&dev)).is_some());
        let older = SavedViews::from_text(r#"[{"name": "Held", "query": "show=held"}]"#);
        assert!(older.showing(&look("show=held"), Some(&dev)).is_some(), "saved before it was kept");
    }

    #[test]
    fn names_are_given_once_and_are_short() {
        let mut views = views();
        let refused = |views: &mut SavedViews, name: &str| views.save(name, &look("q=x"), None).unwrap_err();
        assert_eq!(refused(&mut views, "  "), "Give it a name.");
        assert_eq!(refused(&mut views, &"ü".repeat(41)), "At most 40 characters.");
        assert_eq!(refused(&mut views, "mine"), "There is a view “mine” already. Choose another name.");
        assert_eq!(refused(&mut views, "Archived"), "“Archived” is a filter already. Choose another name.");
        assert_eq!(views.save(&"ü".repeat(40), &look("q=x"), None), Ok(()));
    }

    #[test]
    fn a_view_is_renamed_and_removed() {
        let mut views = views();
        assert_eq!(views.rename("Mine", "MINE"), Ok(()));
        assert!(views.rename("MINE", "held cards").is_err());
        assert!(views.rename("Gone", "Other").unwrap_err().contains("gone"));
        views.remove("MINE");
        assert_eq!(views.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Held cards"]);
    }

    #[test]
    fn there_is_an_end_of_views() {
        let mut views = SavedViews::default();
        for number in 0..MOST_VIEWS {
            views.save(&format!("view {number}"), &look("q=x"), None).unwrap();
        }
        assert!(views.is_full());
        assert!(views.save("one more", &look("q=x"), None).is_err());
    }
}
