//! What of the table is looked at: search, filter and order. It stands in the address, so that it can be linked to.

use super::list::{Column, Filter, Sorting};

/// What of the table is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// Words that a flag must hold, as they were typed.
    pub search: String,
    /// Which flags are listed.
    pub filter: Filter,
    /// In which order.
    pub sorting: Sorting,
}

impl Look {
    /// Reads it from the parameters of an address; what is not readable is as it is without.
    pub fn from_address(parameter: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            search: parameter("q").unwrap_or_default(),
            filter: parameter("show").and_then(|name| Filter::of_address(&name)).unwrap_or_default(),
            sorting: parameter("sort").and_then(|name| Sorting::of_address(&name)).unwrap_or_default(),
        }
    }

    /// Reads it from what stands after the question mark of an address.
    pub fn from_query(query: &str) -> Self {
        let parameters: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        Self::from_address(|wanted| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()))
    }

    /// What stands after the question mark of its address; empty for all flags by name.
    pub fn query(&self) -> String {
        let plain = Self::default();
        let parameters = [
            ("q", self.search.as_str(), !self.search.trim().is_empty()),
            ("show", self.filter.address(), self.filter != plain.filter),
            ("sort", &self.sorting.address(), self.sorting != plain.sorting),
        ];
        let given: Vec<_> =
            parameters.into_iter().filter(|(.., given)| *given).map(|(name, value, _)| (name, value)).collect();
        // Words and names are always text of an address.
        serde_urlencoded::to_string(given).unwrap_or_default()
    }

    /// Its address.
    pub fn address(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/flags".into(),
            query => format!("/flags?{query}"),
        }
    }

    /// Whether it is all flags, by name.
    pub fn is_plain(&self) -> bool {
        self.query().is_empty()
    }

    /// Whether another shows the same.
    pub fn is_same(&self, other: &Self) -> bool {
        let trimmed = |look: &Self| Self { search: look.search.trim().to_owned(), ..look.clone() };
        trimmed(self) == trimmed(other)
    }
}

impl Filter {
    /// What stands for it in an address.
    const fn address(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::InRollout => "in-rollout",
            Self::Held => "held",
            Self::TurnedOff => "off",
            Self::Archived => "archived",
            Self::KeptApart => "kept-apart",
        }
    }

    fn of_address(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::KeptApart]).find(|filter| filter.address() == name)
    }
}

impl Sorting {
    /// What stands for it in an address: "changed", or "-changed" from the end.
    fn address(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.address())
    }

    fn of_address(name: &str) -> Option<Self> {
        let (column, descending) = name.strip_prefix('-').map_or((name, false), |column| (column, true));
        let column = Column::ALL.into_iter().find(|one| one.address() == column)?;
        Some(Self { column, descending })
    }
}

impl Column {
    const ALL: [Self; 5] = [Self::Name, Self::Type, Self::Owner, Self::Age, Self::Changed];

    const fn address(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::Owner => "owner",
            Self::Age => "age",
            Self::Changed => "changed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_has_an_address_that_leads_back() {
        for filter in Filter::ALL.into_iter().chain([Filter::KeptApart]) {
            for column in Column::ALL {
                for descending in [false, true] {
                    for search in ["", "card", "50 % & more", "Zoë=?#/+"] {
                        let sorting = Sorting { column, descending };
                        let look = Look { search: search.into(), filter, sorting };
                        assert_eq!(Look::from_query(&look.query()), look, "{}", look.query());
                    }
                }
            }
        }
    }

    #[test]
    fn addresses_are_short_and_forgiving() {
        assert_eq!(Look::default().address(), "/flags");
        let look = Look { search: "card".into(), filter: Filter::Held, ..Look::default() };
        assert_eq!(look.address(), "/flags?q=card&show=held");
        let sorted = Look { sorting: Sorting { column: Column::Changed, descending: true }, ..Look::default() };
        assert_eq!(sorted.address(), "/flags?sort=-changed");
        for nonsense in ["show=nonsense", "sort=--name", "sort=", "x=1", "%", "&&="] {
            assert_eq!(Look::from_query(nonsense), Look::default(), "{nonsense}");
        }
    }

    #[test]
    fn spaces_around_a_search_show_the_same() {
        let look = |search: &str| Look { search: search.into(), ..Look::default() };
        assert!(look("card ").is_same(&look("card")));
        assert!(!look("card").is_same(&look("cards")));
        assert!(look("  ").is_plain());
    }
}
