//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// Addresses of proxies whose `X-Forwarded-For` is believed. This machine's own always is: whoever could forge it
/// there could as well ask from anywhere.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpAddr]>);

impl TrustedProxies {
    /// Trusts these, beside this machine.
    #[must_use]
    pub fn new(addresses: Vec<IpAddr>) -> Self {
        Self(addresses.into_iter().map(|address| address.to_canonical()).collect())
    }

    fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.0.contains(&address)
    }

    /// Who asks a proxy that asks us: the last address that a proxy we trust wrote down of somebody we do not.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let forwarded = headers.get_all("x-forwarded-for").iter().rev();
        let forwarded = forwarded.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        for address in forwarded {
            if !self.contains(client) {
                break;
            }
            match address.trim().parse() {
                Ok(address) => client = address,
                Err(_) => break,
            }
        }
        client
    }
}

/// The client that a request comes from. IPv6 addresses are those of their network: whoever has one has at least the
/// 2^64 addresses of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<State: Sync> FromRequestParts<State> for ClientAddress
where
    TrustedProxies: FromRef<State>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        Ok(Self(network(TrustedProxies::from_ref(state).client(peer, &parts.headers))))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proxies_that_are_trusted_say_who_asks() {
        let proxies = TrustedProxies::new(vec!["192.0.2.1".parse().unwrap()]);
        let check = |peer: &str, forwarded: &[&'static str], expect: &str| {
            let headers: HeaderMap = forwarded
                .iter()
                .map(|value| (axum::http::HeaderName::from_static("x-forwarded-for"), value.parse().unwrap()))
                .collect();
            let client = network(proxies.client(peer.parse().unwrap(), &headers));
            assert_eq!(client.to_string(), expect, "{peer} {forwarded:?}");
        };
        check("198.51.100.7", &[], "198.51.100.7");
        check("198.51.100.7", &["203.0.113.9"], "198.51.100.7");
        check("192.0.2.1", &[], "192.0.2.1");
        check("192.0.2.1", &["203.0.113.9"], "203.0.113.9");
        check("192.0.2.1", &["forged, 203.0.113.9"], "203.0.113.9");
        check("127.0.0.1", &["203.0.113.9, 192.0.2.1"], "203.0.113.9");
        check("127.0.0.1", &["203.0.113.9", "192.0.2.1"], "203.0.113.9");
        check("127.0.0.1", &["1.1.1.1, 203.0.113.9, 192.0.2.1"], "203.0.113.9");
        check("::ffff:127.0.0.1", &["2001:db8:0:7::9"], "2001:db8:0:7::");
        check("127.0.0.1", &["not an address"], "127.0.0.1");
    }
}
