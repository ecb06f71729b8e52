//! The sections of the settings, each with an address of its own.

use crate::components::IconName;

/// A section of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The project, and where its flags are configured.
    Environments,
    /// Lines of stages to begin a rollout from.
    Plans,
    /// Documents of flags, brought in and carried out.
    Documents,
    /// Where notices are sent.
    Webhook,
    /// Keys that applications evaluate with.
    SdkKeys,
    /// Who may use the management API.
    Tokens,
    /// Erasing what is about a person.
    PersonalData,
    /// What this device is connected to.
    Device,
    /// Light or dark, close or wide.
    Appearance,
}

impl Section {
    /// All sections, as they are listed.
    pub const ALL: [Self; 9] = [
        Self::Environments,
        Self::Plans,
        Self::Documents,
        Self::Webhook,
        Self::SdkKeys,
        Self::Tokens,
        Self::PersonalData,
        Self::Device,
        Self::Appearance,
    ];

    /// The section of an address; the first one for what is no section.
    pub fn of_address(part: &str) -> Self {
        let part = part.trim_matches('/');
        Self::ALL.into_iter().find(|section| section.address() == part).unwrap_or(Self::Environments)
    }

    /// Its part of the address, after `/settings/`.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Environments => "environments",
            Self::Plans => "plans",
            Self::Documents => "import",
            Self::Webhook => "webhook",
            Self::SdkKeys => "sdk-keys",
            Self::Tokens => "tokens",
            Self::PersonalData => "personal-data",
            Self::Device => "device",
            Self::Appearance => "appearance",
        }
    }

    /// What it is called; the desktop app is on a computer, a browser may be anywhere.
    pub const fn title(self, in_app: bool) -> &'static str {
        match self {
            Self::Environments => "Environments",
            Self::Plans => "Plans",
            Self::Documents => "Import and export",
            Self::Webhook => "Webhook",
            Self::SdkKeys => "SDK keys",
            Self::Tokens => "Access tokens",
            Self::PersonalData => "Personal data",
            Self::Device if in_app => "This computer",
            Self::Device => "This browser",
            Self::Appearance => "Appearance",
        }
    }

    /// Its icon.
    pub const fn icon(self) -> IconName {
        match self {
            Self::Environments => IconName::Layers,
            Self::Plans => IconName::Split,
            Self::Documents => IconName::Download,
            Self::Webhook => IconName::Link,
            Self::SdkKeys => IconName::KeyRound,
            Self::Tokens => IconName::Users,
            Self::PersonalData => IconName::User,
            Self::Device => IconName::Server,
            Self::Appearance => IconName::Contrast,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_has_an_address() {
        for section in Section::ALL {
            assert_eq!(Section::of_address(section.address()), section);
        }
        assert_eq!(Section::of_address(""), Section::Environments);
        assert_eq!(Section::of_address("nonsense"), Section::Environments);
    }
}
