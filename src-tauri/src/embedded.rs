//! The server inside this app, for a person's own data and for the demo.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use signalbox_client::Address;
use signalbox_protocol::desktop::{Place, PlaceKind};
use signalbox_protocol::{ErrorBody, ErrorCode};
use signalbox_server::{Options, Running, StartError};

use crate::home::{Home, make_private_folder};

/// Why a server inside this app does not start.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    /// It does not let the holder of this token administer any more.
    #[error("the access token that this app keeps was revoked")]
    TokenRevoked,
    /// A team's server runs elsewhere.
    #[error("a team's server does not run in this app")]
    ElsewhereOnly,
    /// The folder for its data cannot be made.
    #[error("the folder for its data cannot be made: {0}")]
    Folder(#[from] io::Error),
    /// Anything else.
    #[error(transparent)]
    Server(StartError),
}

impl From<StartError> for CannotStart {
    fn from(error: StartError) -> Self {
        match error {
            StartError::TokenUnusable => Self::TokenRevoked,
            other => Self::Server(other),
        }
    }
}

impl From<CannotStart> for ErrorBody {
    fn from(why: CannotStart) -> Self {
        Self::new(ErrorCode::Unavailable, format!("the server in this app cannot start: {why}"))
    }
}

/// A running server inside this app.
pub struct Embedded {
    running: Running,
}

impl Embedded {
    /// Starts the server of a place of this kind on its data, for the holder of `admin_token`, where it
    /// listened last: applications wired to it find it again.
    ///
    /// # Errors
    /// When it cannot start.
    pub async fn start(
        home: &Home,
        kind: PlaceKind,
        admin_token: &str,
        last: Option<&Place>,
    ) -> Result<Self, CannotStart> {
        let data_dir = home.server_data(kind).ok_or(CannotStart::ElsewhereOnly)?;
        make_private_folder(&data_dir)?;
        let options = Options {
            data_dir,
            listen: listen(last),
            demo: kind == PlaceKind::Demo,
            admin_token: Some(admin_token.to_owned()),
            ui_dir: None,
        };
        Ok(Self { running: signalbox_server::start(options).await? })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// Stops it, after what it is doing just now.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// The address where it listened last while that is free, else one that the system picks.
fn listen(last: Option<&Place>) -> SocketAddr {
    let last = last.and_then(|place| Address::parse(&place.url).ok());
    let last = last.and_then(|address| address.as_str().strip_prefix("http://")?.parse::<SocketAddr>().ok());
    last.filter(|address| address.ip().is_loopback() && TcpListener::bind(address).is_ok())
        .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_protocol::desktop::TokenKeeper;

    fn at(url: &str) -> Place {
        Place { kind: PlaceKind::Embedded, url: url.into(), token_kept_in: TokenKeeper::File }
    }

    #[test]
    fn it_listens_where_it_did_unless_somebody_else_does() {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let taken = TcpListener::bind(anywhere).unwrap();
        let address = taken.local_addr().unwrap();
        let place = at(&format!("http://{address}"));
        assert_eq!(listen(Some(&place)), anywhere);
        drop(taken);
        assert_eq!(listen(Some(&place)), address);
    }

    #[test]
    fn it_listens_on_this_computer_only() {
        for last in [None, Some(at("http://0.0.0.0:4600")), Some(at("http://192.0.2.1:80")), Some(at("nowhere"))] {
            assert_eq!(listen(last.as_ref()), SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        }
    }
}
