//! The sections of the page, each with its own address.

use signalbox_domain::key::FlagKey;

/// A section of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// The line of the rollout and the next step.
    #[default]
    Rollout,
    /// Who gets it, and which variants.
    Targeting,
    /// What the flag can give.
    Variants,
    /// What happened.
    History,
    /// What the flag is.
    Settings,
}

impl Tab {
    /// In their order.
    pub const ALL: [Self; 5] = [Self::Rollout, Self::Targeting, Self::Variants, Self::History, Self::Settings];

    /// The section of an address; the first for one that is not known.
    pub fn of(segment: &str) -> Self {
        Self::ALL.into_iter().find(|tab| tab.segment() == segment).unwrap_or_default()
    }

    /// What follows the flag's key in the address.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Rollout => "",
            Self::Targeting => "targeting",
            Self::Variants => "variants",
            Self::History => "history",
            Self::Settings => "settings",
        }
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rollout => "Rollout",
            Self::Targeting => "Targeting",
            Self::Variants => "Variants",
            Self::History => "History",
            Self::Settings => "Settings",
        }
    }

    /// The address of this section for a flag.
    pub fn address(self, flag: &FlagKey) -> String {
        match self.segment() {
            "" => format!("/flags/{flag}"),
            segment => format!("/flags/{flag}/{segment}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_found_by_its_address() {
        let flag = FlagKey::new("payments-instant").unwrap();
        for tab in Tab::ALL {
            let address = tab.address(&flag);
            let rest = address.strip_prefix("/flags/payments-instant").unwrap();
            assert_eq!(Tab::of(rest.trim_start_matches('/')), tab);
        }
        assert_eq!(Tab::of("elsewhere"), Tab::Rollout);
    }
}
